//! What the calls about revisions of every kind do.

use actix_web::{HttpRequest, HttpResponse};
use uuid::Uuid;

use super::super::keeping::note;
use super::super::{Record, find, find_for_change, lets_through};
use super::wire::RevisionOut;
use super::{NOUN, store};
use crate::access::Allowed;
use crate::access::action::Action;
use crate::app::App;
use crate::audit;
use crate::http::page::{self as pages, Cursor, Limit, Paging};
use crate::problem::{Kind, Problem};

/// One page of a record's revisions, to whoever may read the record.
///
/// # Errors
/// 404 if there is no record for them to see, 400 for a cursor of another list.
pub async fn revisions<R: Record>(
    app: &App,
    req: &HttpRequest,
    who: &Allowed<impl Action>,
    id: Uuid,
    paging: Paging,
) -> Result<HttpResponse, Problem> {
    let Paging { limit, cursor } = paging;
    let binding = format!("{}/{id}/revisions", R::COLLECTION);
    let before = cursor.map(|cursor| Cursor::decode::<i64>(&binding, &cursor)).transpose()?;
    let snapshot = app.db.snapshot().await?;
    let found = find::<R, _>(&snapshot, &app.vault, who.actor(), id).await?;
    let _permit = who.over(&found)?;
    let (rows, count) = store::page(&snapshot, id, before, limit.get()).await?;
    snapshot.rollback().await?;
    let fitting = Limit::try_from(count).unwrap_or(limit);
    pages::answer(req, &binding, fitting, rows, |row| row.version, |row| RevisionOut::of::<R>(row, false))
}

/// One revision of a record, its texts told apart.
///
/// # Errors
/// 404 if there is none, or no record for them to see.
pub async fn revision<R: Record>(
    app: &App,
    who: &Allowed<impl Action>,
    id: Uuid,
    version: i64,
) -> Result<HttpResponse, Problem> {
    let snapshot = app.db.snapshot().await?;
    let found = find::<R, _>(&snapshot, &app.vault, who.actor(), id).await?;
    let _permit = who.over(&found)?;
    let row = store::one(&snapshot, id, version).await?.ok_or_else(|| Problem::not_found(NOUN))?;
    snapshot.rollback().await?;
    Ok(HttpResponse::Ok().json(RevisionOut::of::<R>(row, true)))
}

/// Blanks what an edit changed, for good.
///
/// # Errors
/// 404 if there is no such revision, or no record for them to see; 403 if they may not edit it, are no moderator, or made the
/// edit themselves.
pub async fn blank_revision<R: Record>(
    app: &App,
    who: &Allowed<impl Action>,
    id: Uuid,
    version: i64,
) -> Result<HttpResponse, Problem> {
    app.db
        .write(async |tx| {
            let found = find_for_change::<R>(tx, &app.vault, who.actor(), id).await?;
            let permit = who.over(&found)?;
            let row = store::one(tx, id, version).await?.ok_or_else(|| Problem::not_found(NOUN))?;
            if !lets_through(&permit, row.account_id) {
                let detail = "What an edit changed is blanked by a moderator who did not make it.";
                return Err(Problem::of(Kind::Forbidden).with_detail(detail));
            }
            store::blank_one(tx, id, version).await?;
            note(tx, &permit, audit::Action::BlankRevision, R::AUDIT, id, Vec::new()).await
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
