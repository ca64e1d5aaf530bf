//! The feed.

use actix_web::http::header::LINK;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};

use super::rules::Place;
use super::seen::{STAFF, kinds_of};
use super::store;
use super::wire::{RecordChange, RecordChangePage};
use crate::access::Allowed;
use crate::access::action::ReadChanges;
use crate::app::App;
use crate::http::Query;
use crate::http::page::{Cursor, Paging, next_link};
use crate::problem::{Kind, Problem};

/// What cursors are bound to.
const BINDING: &str = "record changes";
/// Portions of marks that one call works off. The rest is for the worker and for the calls that follow.
const PORTIONS: u32 = 8;

/// Follow the changes of records
///
/// Every record that the caller may see, in the order in which it last changed: `upsert` with its version, `delete` for what was
/// removed, or is no longer the organisation's. An API key is told of the kinds that its other scopes let it read, moderators and
/// admins of all. Without a cursor it begins with everything there is. `next_cursor` is always there: keep it and ask again
/// later, and at once where `Link` leads on. A cursor that is older than ninety days, of another organisation or of other scopes is
/// 410: begin anew without one, and delete what is not named then.
#[utoipa::path(
    tag = "changes",
    operation_id = "changes.list",
    params(Paging),
    responses((status = 200, description = "A page of changes", body = RecordChangePage), Problem),
    security(("bearer" = []), ("api_key" = ["changes:read"]))
)]
#[get("/v1/changes")]
pub(super) async fn list(
    app: Data<App>,
    req: HttpRequest,
    who: Allowed<ReadChanges>,
    paging: Query<Paging>,
) -> Result<HttpResponse, Problem> {
    let Paging { limit, cursor } = paging.0;
    let place = cursor.map(|text| Cursor::decode::<Place>(BINDING, &text)).transpose()?;
    let reader = who.actor().partner().map_or(STAFF, |partner| partner.organisation.0);
    let kinds = kinds_of(who.actor());
    store::become_reader(&app.db, reader).await?;
    store::settle(&app.db, PORTIONS).await?;

    // In one snapshot, or deletions could be forgotten between the two questions.
    let snapshot = app.db.snapshot().await?;
    let too_old = || Problem::of(Kind::CursorTooOld);
    let known = store::find(&snapshot, reader).await?.ok_or_else(too_old)?;
    let place = place.unwrap_or_else(|| Place::first(&known, &kinds));
    if !place.leads_on(&known, &kinds) {
        return Err(too_old());
    }
    let most = usize::from(limit.get());
    let mut rows = store::read(&snapshot, reader, &kinds, place.after, most as u64 + 1).await?;
    let more = rows.len() > most || known.filling.is_some();
    rows.truncate(most);

    let place = place.behind(rows.last().map_or(place.after, |row| row.seq));
    let next_cursor = Cursor::encode(BINDING, &place)?;
    let mut answer = HttpResponse::Ok();
    if more {
        answer.insert_header((LINK, next_link(req.uri(), &next_cursor)));
    }
    Ok(answer
        .json(RecordChangePage { items: rows.into_iter().map(RecordChange::from).collect(), next_cursor }))
}
