//! Making the address of one's calendar, taking it back, and reading what is there.

use std::collections::BTreeMap;

use ::entity::account;
use ::entity::calendar_feed::Model;
use ::entity::event;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::store;
use crate::access::action::{Anyone, OwnAccount};
use crate::access::{Allowed, secret};
use crate::app::App;
use crate::audit::{self, Action, By, Kind};
use crate::calendar::{Calendar, Entry, Time};
use crate::http::etag::{self, Cache, Ready};
use crate::http::idempotency::{self, Caller, IdempotencyKey, Once, Reply};
use crate::http::json::{Body, Empty};
use crate::ids;
use crate::problem::Problem;
use crate::rooms::events::{self, EventRecord};
use crate::rooms::{records, registrations};

/// What the hash of an address is for.
const PURPOSE: &str = "calendar feed";
/// Events of each sort in one file at most.
const MOST: u64 = 250;
/// For so long what is over stays in the file: days.
const PAST: i64 = 365;

/// Where one's calendar is.
#[derive(Serialize, ToSchema)]
pub(super) struct CalendarFeed {
    /// Its path on this server. Whoever has it reads the calendar: it is told once.
    #[serde(serialize_with = "told_once")]
    #[schema(value_type = String, example = "/v1/calendars/sol_cf_example.ics")]
    path: SecretString,
    /// The whole address, where the server knows how it is reached. For many programs with `webcal://` in place of `https://`.
    #[serde(serialize_with = "told_once_if_known")]
    #[schema(required = true, value_type = Option<String>)]
    url: Option<SecretString>,
    /// When it was made.
    created_at: DateTime<Utc>,
}

fn told_once<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

fn told_once_if_known<S: Serializer>(
    secret: &Option<SecretString>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(SecretString::expose_secret).serialize(serializer)
}

/// Make the address of one's calendar
///
/// A calendar program subscribes to it without signing in: what you host, help at and have registered for with your account.
/// It is told once, and one that was made before ends.
#[utoipa::path(
    tag = "accounts",
    operation_id = "me.calendar.create",
    params(IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 201, description = "The address", body = CalendarFeed,
        headers(("Location" = String, description = "Where it is taken back"))), Problem),
    security(("bearer" = []))
)]
#[post("/v1/me/calendar-feed")]
pub(super) async fn create(
    app: Data<App>,
    who: Allowed<OwnAccount>,
    once: Once,
    _body: Body<Empty>,
) -> Result<HttpResponse, Problem> {
    let account = who.account()?;
    let token = secret::calendar_feed()?;
    let token_hash = secret::hash(&app.vault, PURPOSE, &token)?;
    once.run(&app, Caller::Holder(account.0), async |tx| {
        // Locked, so that of two at once the second ends what the first made.
        let locked = crate::rooms::accounts::lock(tx, account).await?;
        locked.ok_or(Problem::not_found("account"))?;
        if let Some(before) = store::of_account(tx, account).await? {
            store::remove(tx, &before).await?;
            idempotency::forget(tx, before.id).await?;
        }
        let row = Model {
            id: ids::v4(),
            account_id: account,
            token_hash: token_hash.clone(),
            created_at: tx.now(),
        };
        store::insert(tx, row.clone()).await?;
        let made = audit::Entry::new(By::from(who.actor()), Action::IssueKey).on(Kind::Account, account);
        audit::note(tx, made.fields(["calendar_feed"])).await?;
        let path = format!("/v1/calendars/{}.ics", token.expose_secret());
        let url = app.address_of(&path).map(Into::into);
        let told = CalendarFeed { path: path.into(), url, created_at: row.created_at };
        Ok(Reply::created("/v1/me/calendar-feed", &told)?.about(row.id))
    })
    .await
}

/// Take the address of one's calendar back
///
/// Programs that subscribed to it read 404 from then on. What they have copied stays where it is.
#[utoipa::path(
    tag = "accounts",
    operation_id = "me.calendar.delete",
    responses((status = 204, description = "There is none"), Problem),
    security(("bearer" = []))
)]
#[delete("/v1/me/calendar-feed")]
pub(super) async fn remove(app: Data<App>, who: Allowed<OwnAccount>) -> Result<HttpResponse, Problem> {
    let account = who.account()?;
    app.db
        .write(async |tx| {
            if let Some(row) = store::of_account(tx, account).await? {
                store::remove(tx, &row).await?;
                idempotency::forget(tx, row.id).await?;
                let taken =
                    audit::Entry::new(By::from(who.actor()), Action::RevokeKey).on(Kind::Account, account);
                audit::note(tx, taken.fields(["calendar_feed"])).await?;
            }
            Ok::<_, Problem>(())
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Which calendar.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct FeedPath {
    /// The secret part of the address.
    #[param(
        min_length = 1,
        max_length = 100,
        pattern = "^sol_cf_[A-Za-z0-9_-]+$",
        example = "sol_cf_example"
    )]
    token: String,
}

/// Read the calendar of an account
///
/// The address is the secret. Title, time and a link of what the account hosts or helps at and has registered for, of the past
/// 365 days and all that is to come. No place and no text; at high risk no title.
#[utoipa::path(
    tag = "accounts",
    operation_id = "calendars.get",
    params(FeedPath),
    responses(
        (status = 200, description = "The calendar", body = String, content_type = "text/calendar"),
        (status = 304, description = "Unchanged since the answer whose `ETag` was sent as `If-None-Match`"),
        Problem
    ),
    security()
)]
#[get("/v1/calendars/{token}.ics")]
pub(super) async fn feed(
    app: Data<App>,
    req: HttpRequest,
    _who: Allowed<Anyone>,
    path: Path<FeedPath>,
) -> Result<HttpResponse, Problem> {
    let hash = secret::hash(&app.vault, PURPOSE, &path.into_inner().token.into())?;
    let snapshot = app.db.snapshot().await?;
    let account = store::owner(&snapshot, hash).await?.ok_or(Problem::not_found("calendar"))?;
    let since = app.clock.now() - TimeDelta::days(PAST);
    let hosted = store::events(&snapshot, &account, since, MOST).await?;
    let registered = registrations::of_account(&snapshot, account.id, MOST).await?;
    let ids: Vec<_> = registered.iter().map(|row| row.event_id).collect();
    let events = events::rows(&snapshot, &ids).await?;
    snapshot.rollback().await?;
    let is_recent =
        |event: &event::Model| crate::publishing::span(event).is_some_and(|(_, end)| end >= since);
    let mut entries: BTreeMap<Uuid, Entry> = BTreeMap::new();
    for row in &registered {
        let event = events.iter().find(|event| event.id == row.event_id).filter(|event| is_recent(event));
        let link = app.address_of("/registration");
        let entry = event.and_then(|event| registrations::calendar_entry(event.clone(), row, link));
        entries.extend(entry.map(|entry| (entry.id, entry)));
    }
    // Who hosts an event and registered for it has it as a host.
    for event in hosted {
        let link = app.address_of(&records::path::<EventRecord>(event.id.0));
        entries.extend(events::discreet_entry(event, link).map(|entry| (entry.id, entry)));
    }
    Ok(answer(&req, &account, entries.into_values().collect()))
}

fn answer(req: &HttpRequest, account: &account::Model, mut entries: Vec<Entry>) -> HttpResponse {
    let begins = |entry: &Entry| match entry.time {
        Time::Day(day) => day.and_time(chrono::NaiveTime::MIN).and_utc(),
        Time::Span { starts_at, .. } => starts_at,
    };
    entries.sort_by_key(|entry| (begins(entry), entry.id));
    let language = account.language.clone().unwrap_or_else(|| "en".to_owned());
    let calendar = Calendar { name: Some((&language, events::calendar_name(&language))), entries };
    let mut ready = Ready::new(calendar.write(), etag::CALENDAR, Cache::Private);
    ready.content_language = Some(language.clone());
    etag::answer(req, ready)
}
