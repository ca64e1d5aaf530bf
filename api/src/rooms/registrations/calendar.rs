//! A registration for somebody's own calendar, and for the letters that remind of it.
//!
//! A file stays where it was copied to, so it carries a link instead of a place. Only who asks for it themselves, in the hours
//! in which it is told anyway, has the place in it.

use ::entity::event::{self, EventStatus};
use ::entity::kinds::Risk;
use ::entity::registration::{Model, RegistrationStatus};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{mine, rules, store};
use crate::access::action::Anyone;
use crate::access::{Allowed, ManageToken};
use crate::app::App;
use crate::audit::{self, Action, By, Kind};
use crate::calendar::{Calendar, Entry, Status};
use crate::http::Query;
use crate::http::etag::{self, Cache, Ready};
use crate::problem::{Kind as Wrong, Problem};
use crate::publishing;
use crate::rooms::events::{self, EventRecord};

/// The page on which a registration is followed.
pub(super) const PAGE: &str = "registration";

/// What is asked of one's own calendar file.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct MyCalendarOptions {
    /// Whether the file is to say where the event is and how it is joined: only when `GET /v1/events/{event_id}/venue` tells
    /// it, and never at high risk. It then stays wherever the file is copied to.
    #[serde(default)]
    #[param(required = false, default = false)]
    with_venue: bool,
}

/// An event as somebody has it who registered; nothing where its day is not known.
pub fn entry(event: event::Model, row: &Model, link: Option<String>) -> Option<Entry> {
    use RegistrationStatus::{Absent, Attended, Cancelled, Confirmed, Declined, Expired};
    let called_off = event.status == EventStatus::Cancelled || event.locked_down_at.is_some();
    let mut entry = events::discreet_entry(event, link)?;
    entry.status = match row.status {
        Declined | Cancelled | Expired => Status::Cancelled,
        _ if called_off => Status::Cancelled,
        Confirmed | Attended | Absent => Status::Confirmed,
        _ => Status::Tentative,
    };
    // Both only grow: whatever changes, the file is newer.
    entry.sequence += row.version;
    entry.changed_at = entry.changed_at.max(row.updated_at);
    Some(entry)
}

/// The file of a letter.
pub(super) fn attached(event: &event::Model, row: &Model, link: String) -> String {
    let entries = entry(event.clone(), row, Some(link)).into_iter().collect();
    Calendar { name: None, entries }.write()
}

/// Read one's registration as a calendar file
///
/// Title and time, tentative until there is a seat, with a link. A newer file replaces an older one: its identifier never
/// changes and `SEQUENCE` grows. At high risk it has no title. An event whose day is not known has no file (404).
#[utoipa::path(
    tag = "registrations",
    operation_id = "registrations.mine.calendar",
    params(MyCalendarOptions),
    responses(
        (status = 200, description = "The event", body = String, content_type = "text/calendar"),
        (status = 304, description = "Unchanged since the answer whose `ETag` was sent as `If-None-Match`"),
        Problem
    ),
    security(("manage_token" = []))
)]
#[get("/v1/registrations/mine/calendar.ics")]
pub(super) async fn calendar(
    app: Data<App>,
    req: HttpRequest,
    _who: Allowed<Anyone>,
    token: ManageToken,
    options: Query<MyCalendarOptions>,
) -> Result<HttpResponse, Problem> {
    let row = mine::find(&app, &token).await?;
    let link = app.address_of(&format!("/{PAGE}"));
    let entry = if options.0.with_venue {
        app.db.write(async |tx| told(tx, &app, &row, link.clone()).await).await?
    } else {
        let mut found = events::rows(app.db.reader(), &[row.event_id]).await?;
        found.pop().and_then(|event| entry(event, &row, link))
    };
    let detail = "The day of this event is not known: it has no place in a calendar.";
    let entry = entry.ok_or_else(|| Problem::not_found("event").with_detail(detail))?;
    let language = entry.language.clone();
    let file = Calendar { name: None, entries: vec![entry] }.write();
    let mut ready = Ready::new(file, etag::CALENDAR, Cache::Private);
    ready.content_language = Some(language);
    Ok(etag::answer(&req, ready))
}

/// The entry with the place, where that is told now. It is noted like every time that it is told.
async fn told(
    tx: &crate::db::Tx,
    app: &App,
    found: &Model,
    link: Option<String>,
) -> Result<Option<Entry>, Problem> {
    let row = store::by_id(tx, found.id).await?.ok_or(Problem::bad_token())?;
    let record = events::load(tx, &app.vault, &[row.event_id.0]).await?.remove(&row.event_id.0);
    let EventRecord { row: mut event, place, joining, .. } = record.ok_or(Problem::not_found("event"))?;
    publishing::beware(tx, std::slice::from_mut(&mut event)).await?;
    rules::told_where(&event, row.status, tx.now())?;
    if publishing::locked_down_since(tx).await?.is_some() {
        return Err(Problem::of(Wrong::Forbidden).with_detail("Where it is, is told to nobody for now."));
    }
    if event.risk >= Risk::High {
        let detail = "At high risk no file says where it is: read `/v1/events/{event_id}/venue`.";
        return Err(Problem::of(Wrong::Forbidden).with_detail(detail));
    }
    let read = audit::Entry::new(By::Token(audit::Token::Manage), Action::Read).on(Kind::Event, event.id);
    audit::note(tx, read.fields(["venue", "online"])).await?;
    let Some(mut entry) = entry(event, &row, link) else { return Ok(None) };
    entry.place = place.venue;
    let joined = [joining.join_url, joining.instructions];
    entry.text = joined.into_iter().flatten().reduce(|link, words| format!("{link}\n{words}"));
    Ok(Some(entry))
}
