//! An event for its hosts' own calendars. They are copied to telephones and other people's servers like everybody's, so the
//! file says what, when and where to look: no place, no way to join, no text.

use ::entity::event::{self, EventStatus};
use ::entity::kinds::{Precision, Risk};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use chrono_tz::Tz;

use super::EventRecord;
use super::wire::EventPath;
use crate::access::Allowed;
use crate::access::action::ReadEvents;
use crate::app::App;
use crate::calendar::{Calendar, Entry, Status, Time};
use crate::http::etag::{self, Cache, Ready};
use crate::moment::{Moment, from_columns};
use crate::problem::Problem;
use crate::publishing;
use crate::rooms::records::{self, Record as _};

/// Read an event as a calendar file
///
/// Title, time and a link to the record, also while it is a draft (`TENTATIVE`). Where the place is hidden or
/// the risk is high the time is in UTC, since a zone names a place. An event whose time is known less well than to the day has no file (404).
#[utoipa::path(
    tag = "events",
    operation_id = "events.calendar",
    params(EventPath),
    responses(
        (status = 200, description = "The event", body = String, content_type = "text/calendar"),
        (status = 304, description = "Unchanged since the answer whose `ETag` was sent as `If-None-Match`"),
        Problem
    ),
    security(("bearer" = []), ("api_key" = ["events:read"]))
)]
#[get("/v1/events/{event_id}/calendar.ics")]
pub(super) async fn calendar(
    app: Data<App>,
    req: HttpRequest,
    who: Allowed<ReadEvents>,
    path: Path<EventPath>,
) -> Result<HttpResponse, Problem> {
    let snapshot = app.db.snapshot().await?;
    let mut found =
        records::find::<EventRecord, _>(&snapshot, &app.vault, who.actor(), path.event_id).await?;
    let _permit = who.over(&found)?;
    publishing::beware(&snapshot, std::slice::from_mut(&mut found.record.row)).await?;
    snapshot.rollback().await?;
    let link = app.address_of(&records::path::<EventRecord>(found.record.id()));
    let detail = "The day of this event is not known: it has no place in a calendar.";
    let entry = entry(found.record.row, link);
    let entry = entry.ok_or_else(|| Problem::not_found("event").with_detail(detail))?;
    let language = entry.language.clone();
    let file = Calendar { name: None, entries: vec![entry] }.write();
    let mut ready = Ready::new(file, etag::CALENDAR, Cache::Private);
    ready.content_language = Some(language);
    Ok(etag::answer(&req, ready))
}

/// An event in a calendar that is not its hosts': its place and texts stay out, as does the title where the risk is high,
/// since a title tells as much as a place. Nothing where the day is not known. Of one that is locked down is left that it does
/// not take place.
pub fn discreet_entry(event: event::Model, link: Option<String>) -> Option<Entry> {
    let is_risky = event.risk >= Risk::High;
    let mut entry = entry(event, link)?;
    if is_risky && !entry.title.is_empty() {
        entry.title = anything(&entry.language).to_owned();
    }
    Some(entry)
}

/// What somebody's calendar is called: it says nothing on a locked screen.
pub fn calendar_name(language: &str) -> &'static str {
    match language.split('-').next().unwrap_or_default() {
        "es" | "pt" => "Eventos",
        "fr" => "Événements",
        "ar" => "فعاليات",
        _ => "Events",
    }
}

/// What an event is called that is not to be named.
fn anything(language: &str) -> &'static str {
    match language.split('-').next().unwrap_or_default() {
        "es" | "pt" => "Evento",
        "fr" => "Événement",
        "ar" => "فعالية",
        _ => "Event",
    }
}

/// Nothing where the day is not known.
fn entry(event: event::Model, link: Option<String>) -> Option<Entry> {
    if event.locked_down_at.is_some() {
        return Some(Entry::called_off(event.id.0, event.version, event.updated_at));
    }
    let hides_its_zone = event.public_precision == Precision::Hidden || event.risk >= Risk::High;
    let time = match moment(&event)? {
        Moment::Minute { starts_at, ends_at, .. } if hides_its_zone => {
            Time::Span { starts_at, ends_at, zone: Tz::UTC }
        }
        Moment::Minute { wall, starts_at, ends_at } => Time::Span { starts_at, ends_at, zone: wall.zone },
        Moment::Day(day) => Time::Day(day),
        Moment::Month(_) | Moment::Year(_) | Moment::Unknown => return None,
    };
    Some(Entry {
        id: event.id.0,
        sequence: event.version,
        changed_at: event.updated_at,
        status: match event.status {
            EventStatus::Draft | EventStatus::InReview => Status::Tentative,
            EventStatus::Scheduled | EventStatus::Held => Status::Confirmed,
            EventStatus::Cancelled => Status::Cancelled,
        },
        time,
        language: event.language,
        title: event.title,
        text: None,
        place: None,
        link,
    })
}

fn moment(event: &event::Model) -> Option<Moment> {
    from_columns(
        event.when_precision,
        event.when_date.as_deref(),
        event.starts_local,
        event.time_zone.as_deref(),
        event.utc_offset,
        event.duration_minutes,
        event.starts_at.zip(event.ends_at),
    )
}
