//! Events as calendar files, for whoever subscribes to them.
//!
//! They are made from the public documents, so what the gallery does not show cannot be in them: no venue, no way to join, no
//! zone of a hidden place. They show even less, since a file stays where it was copied to: no point, and no name of a place
//! that is shown exactly, for that is a house.

use std::collections::HashSet;

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use entity::gallery_document::DocumentKind;
use serde::Deserialize;
use uuid::Uuid;

use super::filters::Filters;
use super::items::{self, ItemPath};
use super::languages::{self, wanted};
use super::pages::{self, Row};
use super::params::{
    AboutFilters, BoxFilter, EventsFilters, InitiativeFilter, Lang, ListOrder, PeriodFilters, ReadHeaders,
    WordsFilter,
};
use super::reading::shortened;
use super::shapes::Unchanged;
use super::sql::{self, Sql};
use crate::app::App;
use crate::calendar::{Calendar, Entry, Status, Time};
use crate::http::Query;
use crate::http::etag::{self, Cache, Ready};
use crate::http::language::Wanted;
use crate::problem::{Kind, Problem};
use crate::reference;

/// Events in one file at most.
const MOST: usize = 500;
/// For so long what is over stays in the file.
const PAST: Days = Days::new(365);
/// Characters of a text in a file. The rest is behind the link.
const TEXT: usize = 1000;

/// Subscribe to events
///
/// A calendar file (RFC 5545) of public events, cancelled ones included, that are upcoming or began within the past 365
/// days: the 500 that come next, filled up with those that were last. Days begin at midnight UTC. What is known less well
/// than to the day is left out, and so is every address; each event links to its page where this server knows how it is
/// reached. Without filters it also says of what was locked down since that it does not take place, and nothing else of it. Ask
/// again hourly at most, with `If-None-Match`.
#[utoipa::path(
    tag = "gallery",
    operation_id = "gallery.events.calendar",
    params(
        AboutFilters, EventsFilters, InitiativeFilter, PeriodFilters, BoxFilter, WordsFilter, Lang, ReadHeaders
    ),
    responses(
        (status = 200, description = "A calendar", body = String, content_type = "text/calendar"), Unchanged, Problem
    )
)]
#[get("/v1/gallery/events.ics")]
pub(super) async fn list(
    app: Data<App>,
    req: HttpRequest,
    (about, own, initiative): (Query<AboutFilters>, Query<EventsFilters>, Query<InitiativeFilter>),
    (period, bbox, words): (Query<PeriodFilters>, Query<BoxFilter>, Query<WordsFilter>),
    lang: Query<Lang>,
) -> Result<HttpResponse, Problem> {
    let filters = Filters::of([DocumentKind::Event])
        .about(about.0)?
        .events(own.0)
        .of_initiative(initiative.0)
        .during(period.0)?
        .within(bbox.0)?
        .with_words(words.0.q.as_deref())
        .for_calendars();
    let wanted = wanted(&req, lang.0.lang.as_ref())?;
    let rows = read(&app, &filters, &wanted).await?;
    // Who asked for some of the events would learn of one that may not be of these.
    let called_off = match filters.is_nothing_but_calendars() {
        true => called_off(&app, None).await?,
        false => Vec::new(),
    };
    let language = languages::for_names(&wanted);
    let content_language = languages::shared(rows.iter().map(|row| row.language.as_str()));
    let entries = rows.iter().map(|row| Ok(Document::read(&row.body)?.entry(&app, row.version)));
    let entries: Result<Vec<_>, Problem> = entries.collect();
    let calendar = Calendar {
        name: Some((language, name(language))),
        entries: entries?.into_iter().flatten().chain(called_off).collect(),
    };
    Ok(answer(&req, &calendar, Some(content_language.unwrap_or_else(|| language.to_owned()))))
}

/// Get an event as a calendar file
///
/// Its identifier in calendars never changes and `SEQUENCE` grows with every change, so a newer file replaces an older
/// one. An event that is cancelled says so; one that is withdrawn answers 410; of one that is locked down nothing is left but
/// that it does not take place. An event whose time is known less well than to the day has no file (404).
#[utoipa::path(
    tag = "gallery",
    operation_id = "gallery.events.calendar_file",
    params(ItemPath, Lang, ReadHeaders),
    responses(
        (status = 200, description = "The event", body = String, content_type = "text/calendar"), Unchanged, Problem
    )
)]
#[get("/v1/gallery/events/{id}.ics")]
pub(super) async fn one(
    app: Data<App>,
    req: HttpRequest,
    path: Path<ItemPath>,
    lang: Query<Lang>,
) -> Result<HttpResponse, Problem> {
    let (wanted, now) = (wanted(&req, lang.0.lang.as_ref())?, app.clock.now());
    let found = items::find(&app, DocumentKind::Event, path.id, &wanted, now, &["language", "body"]).await;
    let found = match found {
        Err(problem) if problem.kind() == Kind::Gone => {
            let entries = called_off(&app, Some(path.id)).await?;
            let file = Calendar { name: None, entries };
            return if file.entries.is_empty() { Err(problem) } else { Ok(answer(&req, &file, None)) };
        }
        found => found?,
    };
    let detail = "The day of this event is not known, or not told: it has no place in a calendar.";
    let entry = Document::read(&found.body()?)?.entry(&app, found.version);
    let entry = entry.ok_or_else(|| Problem::not_found("event").with_detail(detail))?;
    Ok(answer(&req, &Calendar { name: None, entries: vec![entry] }, Some(found.language)))
}

fn answer(req: &HttpRequest, calendar: &Calendar<'_>, language: Option<String>) -> HttpResponse {
    let mut ready = Ready::new(calendar.write(), etag::CALENDAR, Cache::Gallery);
    ready.content_language = language;
    etag::answer(req, ready)
}

/// What is left of the events that were locked down within the past 365 days, or of one: no title, no place, and instead of
/// their time the day on which they went.
async fn called_off(app: &App, only: Option<Uuid>) -> Result<Vec<Entry>, Problem> {
    let mut sql = Sql::new(&app.gallery);
    sql.push("SELECT d.id, d.version, d.updated_at FROM gallery_document d ");
    sql.push("WHERE d.cancelled AND d.withdrawn_at IS NOT NULL AND d.withdrawn_as = 'gone' AND ").unhidden();
    match only {
        Some(id) => sql.push(" AND d.id = ").bind(id),
        None => sql.push(" AND d.fed AND d.updated_at > ").bind(app.clock.now() - PAST),
    };
    sql.push(" ORDER BY d.updated_at, d.id LIMIT ").number(MOST);
    let rows = sql.all(&app.gallery).await?;
    let entry = |row: &sql::Row| Ok(Entry::called_off(row.get(0)?, row.get(1)?, row.get(2)?));
    rows.iter().map(entry).collect()
}

/// What comes next, and what was last, in the order of time. By days, so that an answer is right for a day if nothing
/// changes.
async fn read(app: &App, filters: &Filters, wanted: &Wanted) -> Result<Vec<Row>, Problem> {
    let now = app.clock.now();
    let today = now.date_naive();
    let first = today.checked_sub_days(PAST).unwrap_or(today);
    let mut rows = Vec::new();
    if let Some(ahead) = filters.clone().between(today, None) {
        rows = pages::read(&app.gallery, &ahead, ListOrder::OldestFirst, None, MOST, wanted, now).await?;
    }
    let behind = filters.clone().between(first, today.pred_opt()).filter(|_| rows.len() < MOST);
    if let Some(behind) = behind {
        // What goes on over midnight is in both.
        let known: HashSet<Uuid> = rows.iter().map(|row| row.key.1).collect();
        let past =
            pages::read(&app.gallery, &behind, ListOrder::NewestFirst, None, MOST, wanted, now).await?;
        let left = MOST - rows.len();
        rows.extend(past.into_iter().filter(|row| !known.contains(&row.key.1)).take(left));
    }
    rows.sort_by_key(|row| (row.key.0, row.key.1));
    Ok(rows)
}

/// What a calendar is called: it says nothing on a locked screen.
fn name(language: &str) -> &'static str {
    match language {
        "es" | "pt" => "Eventos",
        "fr" => "Événements",
        "ar" => "فعاليات",
        _ => "Events",
    }
}

/// What of an event's document goes into a calendar.
#[derive(Deserialize)]
struct Document {
    id: Uuid,
    title: String,
    summary: Option<String>,
    description: Option<String>,
    status: String,
    country: Option<String>,
    place: Place,
    when: When,
    text_language: String,
    updated_at: DateTime<Utc>,
    links: Links,
}

#[derive(Deserialize)]
struct Place {
    precision: String,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Links {
    #[serde(rename = "self")]
    this: String,
}

#[derive(Deserialize)]
#[serde(tag = "precision", rename_all = "snake_case")]
enum When {
    Minute {
        time_zone: String,
        starts_at: DateTime<Utc>,
        ends_at: DateTime<Utc>,
    },
    Day {
        date: NaiveDate,
    },
    #[serde(other)]
    Coarser,
}

impl Document {
    fn read(body: &str) -> Result<Self, Problem> {
        serde_json::from_str(body).map_err(Problem::internal)
    }

    /// Nothing where the day is not known.
    fn entry(self, app: &App, version: i64) -> Option<Entry> {
        let time = match self.when {
            When::Minute { time_zone, starts_at, ends_at } => {
                Time::Span { starts_at, ends_at, zone: time_zone.parse().unwrap_or(Tz::UTC) }
            }
            When::Day { date } => Time::Day(date),
            When::Coarser => return None,
        };
        let country = self.country.as_deref().and_then(reference::country);
        let place = match self.place.precision.as_str() {
            "hidden" => None,
            // That is the name of a house.
            "exact" => country.map(|country| country.name(&self.text_language).to_owned()),
            _ => self.place.name,
        };
        Some(Entry {
            id: self.id,
            sequence: version,
            changed_at: self.updated_at,
            status: if self.status == "cancelled" { Status::Cancelled } else { Status::Confirmed },
            time,
            language: self.text_language,
            title: self.title,
            text: self.summary.or(self.description).map(|text| shortened(&text, TEXT)),
            place,
            link: app.address_of(&self.links.this),
        })
    }
}
