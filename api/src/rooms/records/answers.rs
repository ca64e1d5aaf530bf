//! Answers about records.

use actix_web::{HttpRequest, HttpResponse};
use sea_orm::Condition;
use serde::Serialize;
use uuid::Uuid;

use super::{Place, Record, Shown, find, page, path, place, shown};
use crate::access::Allowed;
use crate::access::action::Action;
use crate::app::App;
use crate::http::etag::of_version;
use crate::http::idempotency::Reply;
use crate::http::page::{self as pages, Cursor, Paging};
use crate::http::patch::record;
use crate::problem::Problem;

/// A record as its `Out` type, to whoever may read it.
///
/// # Errors
/// 404 if there is none for them to see.
pub async fn get<R: Record, O: From<Shown<R>> + Serialize>(
    app: &App,
    who: &Allowed<impl Action>,
    id: Uuid,
) -> Result<HttpResponse, Problem> {
    let snapshot = app.db.snapshot().await?;
    let found = find::<R, _>(&snapshot, &app.vault, who.actor(), id).await?;
    let _permit = who.over(&found)?;
    let shown = shown(&snapshot, app.clock.now(), vec![found.record]).await?;
    snapshot.rollback().await?;
    shown.into_iter().next().map_or_else(|| Err(Problem::not_found(R::KIND.as_str())), answer::<R, O>)
}

/// One page of the records that somebody may read and that fit the condition, which was made of `filter`.
///
/// # Errors
/// 400 for a cursor of another list or filter.
pub async fn list<R: Record, O: From<Shown<R>> + Serialize>(
    app: &App,
    req: &HttpRequest,
    who: &Allowed<impl Action>,
    paging: Paging,
    filter: &impl Serialize,
    fits: Condition,
) -> Result<HttpResponse, Problem> {
    let Paging { limit, cursor } = paging;
    let filter = serde_json::to_string(filter).map_err(Problem::internal)?;
    let binding = format!("{}?{filter}", R::COLLECTION);
    let after = cursor.map(|cursor| Cursor::decode::<Place>(&binding, &cursor)).transpose()?;
    let snapshot = app.db.snapshot().await?;
    let records = page::<R, _>(&snapshot, &app.vault, who, fits, after, limit).await?;
    let shown = shown(&snapshot, app.clock.now(), records).await?;
    snapshot.rollback().await?;
    pages::answer(req, &binding, limit, shown, |shown| place(&shown.record), O::from)
}

/// 200 with a record and its `ETag`.
///
/// # Errors
/// 500 if it cannot be written as JSON.
pub fn answer<R: Record, O: From<Shown<R>> + Serialize>(shown: Shown<R>) -> Result<HttpResponse, Problem> {
    record(shown.record.version(), &O::from(shown))
}

/// The same, as an answer that is kept for repetitions.
///
/// # Errors
/// 500 if it cannot be written as JSON.
pub fn done<R: Record, O: From<Shown<R>> + Serialize>(shown: Shown<R>) -> Result<Reply, Problem> {
    let (id, version) = (shown.record.id(), shown.record.version());
    Ok(Reply::ok(&O::from(shown))?.etag(of_version(version)).about(id))
}

/// 201 with a new record, its address and its `ETag`.
///
/// # Errors
/// 500 if it cannot be written as JSON.
pub fn created<R: Record, O: From<Shown<R>> + Serialize>(shown: Shown<R>) -> Result<Reply, Problem> {
    let (id, version) = (shown.record.id(), shown.record.version());
    Ok(Reply::created(path::<R>(id), &O::from(shown))?.etag(of_version(version)).about(id))
}
