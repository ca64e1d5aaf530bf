//! One document by its id. Here, and only here, unlisted documents answer too, and withdrawn ones say so.

use actix_web::http::header::IF_NONE_MATCH;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use entity::gallery_document::{DocumentKind, WithdrawnAs};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::accept::Form;
use super::excerpt::Fields;
use super::params::{Lang, ReadHeaders, Zone};
use super::shapes::{ExcerptItem, LinkedItem, Unchanged};
use super::sql::{self, Sql};
use super::style::Style;
use super::{languages, linked, local_times};
use crate::app::App;
use crate::http::Query;
use crate::http::etag::{self, Cache, Ready};
use crate::http::language::Wanted;
use crate::problem::Problem;
use crate::publishing::UNHIDDEN;
use crate::publishing::documents::{EventItem, InitiativeItem, OutcomeItem, QuoteItem, StoryItem};

/// Which document.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct ItemPath {
    /// The document's id.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    pub id: Uuid,
}

/// Get an event
#[utoipa::path(
    tag = "gallery",
    operation_id = "gallery.events.get",
    params(ItemPath, Zone, Lang, Fields, ReadHeaders),
    responses((status = 200, description = "The event; with `fields`, some members; as text, or in the words of schema.org, where `Accept` asks for it",
        content((EventItem = "application/json"), (ExcerptItem = "application/vnd.solidarity.excerpt+json"),
            (LinkedItem = "application/ld+json"), (String = "text/plain"))), Unchanged, Problem)
)]
#[get("/v1/gallery/events/{id}")]
pub(super) async fn event(
    app: Data<App>,
    req: HttpRequest,
    path: Path<ItemPath>,
    zone: Query<Zone>,
    (lang, fields): (Query<Lang>, Query<Fields>),
) -> Result<HttpResponse, Problem> {
    let zone = local_times::zone(zone.0)?;
    answer(&app, &req, (DocumentKind::Event, path.id), &lang.0, zone, &fields.0).await
}

/// Get an initiative
#[utoipa::path(
    tag = "gallery",
    operation_id = "gallery.initiatives.get",
    params(ItemPath, Lang, Fields, ReadHeaders),
    responses((status = 200, description = "The initiative; with `fields`, some members; as text, or in the words of schema.org, where `Accept` asks for it",
        content((InitiativeItem = "application/json"), (ExcerptItem = "application/vnd.solidarity.excerpt+json"),
            (LinkedItem = "application/ld+json"), (String = "text/plain"))), Unchanged, Problem)
)]
#[get("/v1/gallery/initiatives/{id}")]
pub(super) async fn initiative(
    app: Data<App>,
    req: HttpRequest,
    path: Path<ItemPath>,
    (lang, fields): (Query<Lang>, Query<Fields>),
) -> Result<HttpResponse, Problem> {
    answer(&app, &req, (DocumentKind::Initiative, path.id), &lang.0, None, &fields.0).await
}

/// Get a quote
#[utoipa::path(
    tag = "gallery",
    operation_id = "gallery.quotes.get",
    params(ItemPath, Lang, Fields, ReadHeaders),
    responses((status = 200, description = "The quote; with `fields`, some members; as text, or in the words of schema.org, where `Accept` asks for it",
        content((QuoteItem = "application/json"), (ExcerptItem = "application/vnd.solidarity.excerpt+json"),
            (LinkedItem = "application/ld+json"), (String = "text/plain"))), Unchanged, Problem)
)]
#[get("/v1/gallery/quotes/{id}")]
pub(super) async fn quote(
    app: Data<App>,
    req: HttpRequest,
    path: Path<ItemPath>,
    (lang, fields): (Query<Lang>, Query<Fields>),
) -> Result<HttpResponse, Problem> {
    answer(&app, &req, (DocumentKind::Quote, path.id), &lang.0, None, &fields.0).await
}

/// Get an outcome
#[utoipa::path(
    tag = "gallery",
    operation_id = "gallery.outcomes.get",
    params(ItemPath, Lang, Fields, ReadHeaders),
    responses((status = 200, description = "The outcome; with `fields`, some members; as text, or in the words of schema.org, where `Accept` asks for it",
        content((OutcomeItem = "application/json"), (ExcerptItem = "application/vnd.solidarity.excerpt+json"),
            (LinkedItem = "application/ld+json"), (String = "text/plain"))), Unchanged, Problem)
)]
#[get("/v1/gallery/outcomes/{id}")]
pub(super) async fn outcome(
    app: Data<App>,
    req: HttpRequest,
    path: Path<ItemPath>,
    (lang, fields): (Query<Lang>, Query<Fields>),
) -> Result<HttpResponse, Problem> {
    answer(&app, &req, (DocumentKind::Outcome, path.id), &lang.0, None, &fields.0).await
}

/// Get a story
#[utoipa::path(
    tag = "gallery",
    operation_id = "gallery.stories.get",
    params(ItemPath, Lang, Fields, ReadHeaders),
    responses((status = 200, description = "The story; with `fields`, some members; as text, or in the words of schema.org, where `Accept` asks for it",
        content((StoryItem = "application/json"), (ExcerptItem = "application/vnd.solidarity.excerpt+json"),
            (LinkedItem = "application/ld+json"), (String = "text/plain"))), Unchanged, Problem)
)]
#[get("/v1/gallery/stories/{id}")]
pub(super) async fn story(
    app: Data<App>,
    req: HttpRequest,
    path: Path<ItemPath>,
    (lang, fields): (Query<Lang>, Query<Fields>),
) -> Result<HttpResponse, Problem> {
    answer(&app, &req, (DocumentKind::Story, path.id), &lang.0, None, &fields.0).await
}

async fn answer(
    app: &App,
    req: &HttpRequest,
    (kind, id): (DocumentKind, Uuid),
    lang: &Lang,
    zone: Option<Tz>,
    fields: &Fields,
) -> Result<HttpResponse, Problem> {
    let (wanted, now) = (languages::wanted(req, lang.lang.as_ref())?, app.clock.now());
    let linked = Form::of(req.headers()) == Form::Linked;
    let style = Style::of(app, req, &wanted, fields).at(zone);
    // What is made of a document here (wall times also depend on the rules of zones) has no version of its own.
    if !linked && style.is_whole() && req.headers().contains_key(IF_NONE_MATCH) {
        let found = find(app, kind, id, &wanted, now, &["language"]).await?;
        if etag::unchanged(req.headers(), &found.etag) {
            return Ok(etag::not_modified(&found.etag, Cache::Gallery, Some(&found.language), true));
        }
    }
    let found = find(app, kind, id, &wanted, now, &["language", "body"]).await?;
    let body = found.body()?;
    if linked {
        let mut ready = Ready::new(linked::write(app, kind, &body)?, etag::LINKED, Cache::Gallery);
        (ready.content_language, ready.negotiated) = (Some(found.language), true);
        return Ok(etag::answer(req, ready));
    }
    let mut ready = style.ready(style.document(body)?, [found.language.as_str()].into_iter());
    if style.is_whole() {
        ready.etag = found.etag;
    }
    Ok(etag::answer(req, ready))
}

/// A document that may be shown.
pub(super) struct Found {
    /// Grows by one when the document changes.
    pub version: i64,
    /// The language in which it is shown.
    pub language: String,
    etag: String,
    row: sql::Row,
}

impl Found {
    /// The document, if [`find`] was asked for it: the column after the language.
    ///
    /// # Errors
    /// The database's.
    pub fn body(&self) -> Result<String, Problem> {
        Ok(self.row.get(7)?)
    }
}

/// Finds a document, or says why it is not to be seen: 404 if it was never there, is hidden for now or that is not told, 410 if
/// it was public and is no longer.
///
/// # Errors
/// As said; the database's.
pub(super) async fn find(
    app: &App,
    kind: DocumentKind,
    id: Uuid,
    wanted: &Wanted,
    now: DateTime<Utc>,
    picked: &[&str],
) -> Result<Found, Problem> {
    let mut sql = Sql::new(&app.gallery);
    let columns =
        format!("d.kind, d.version, d.updated_at, d.withdrawn_as, d.public_until, ({UNHIDDEN}) AS unhidden");
    languages::select(&mut sql, wanted, &columns, picked, |sql| {
        sql.push("gallery_document d");
    });
    sql.push(" WHERE d.id = ").bind(id);
    let absent = || Problem::not_found(kind.as_str());
    let row = sql.one(&app.gallery).await?.ok_or_else(absent)?;
    if row.get::<&str>(0)? != kind.as_str() || !row.get::<bool>(5)? {
        return Err(absent());
    }
    if row.get::<Option<&str>>(3)?.is_some() {
        return Err(match row.word(3)? {
            WithdrawnAs::Absent => absent(),
            WithdrawnAs::Gone => Problem::gone(),
        });
    }
    let public_until: Option<DateTime<Utc>> = row.get(4)?;
    if public_until.is_some_and(|until| until <= now) {
        return Err(Problem::gone());
    }
    let version: i64 = row.get(1)?;
    let updated_at: DateTime<Utc> = row.get(2)?;
    let language: String = row.get(6)?;
    // The instant too: a restored database may count the same version once more.
    let etag = format!("W/\"{version}-{:x}-{language}\"", updated_at.timestamp_micros());
    Ok(Found { version, language, etag, row })
}
