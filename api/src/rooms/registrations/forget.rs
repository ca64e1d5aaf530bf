//! Erasing who registered: seats are given on, and nothing tells who had them.

use ::entity::erasure::ErasureKind;
use ::entity::ids::{AccountId, RegistrationId};
use ::entity::registration::{Column, Entity, Model, RegistrationStatus as Status};
use actix_web::web::Data;
use actix_web::{HttpResponse, delete};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
};
use uuid::Uuid;

use super::desk::Desk;
use super::mine::{self, BY_ITS_HOLDER};
use super::{rules, store};
use crate::access::action::Anyone;
use crate::access::{Allowed, ManageToken};
use crate::app::App;
use crate::audit::{Action, By};
use crate::db::{Gone, Tx, find_in};
use crate::http::{idempotency, to_the_end};
use crate::outbox::Post;
use crate::problem::Problem;

/// Erase one's registration
///
/// For good, and at once: name, address, needs and answers are kept nowhere, the seat is given to whoever is next, and the token
/// opens nothing any more. How many people came stays as it was counted.
#[utoipa::path(
    tag = "registrations",
    operation_id = "registrations.mine.erase",
    responses((status = 204, description = "Nothing tells of them any more"), Problem),
    security(("manage_token" = []))
)]
#[delete("/v1/registrations/mine")]
pub(super) async fn erase_mine(
    app: Data<App>,
    _who: Allowed<Anyone>,
    token: ManageToken,
) -> Result<HttpResponse, Problem> {
    let found = mine::find(&app, &token).await?;
    to_the_end(async move {
        let _turn = app.replays.line_up(found.event_id.0).await?;
        let effect = async |tx: &Tx| {
            let (desk, row) = mine::open(tx, &app, &found).await?;
            forget(desk, BY_ITS_HOLDER, row).await
        };
        app.db.write(effect).await?;
        Ok(HttpResponse::NoContent().finish())
    })
    .await
}

/// Takes back what an account is registered for, and erases all it ever registered for.
///
/// # Errors
/// The database's.
pub async fn forget_account(tx: &Tx, post: &Post, by: By, account: AccountId) -> Result<(), Problem> {
    let all = Entity::find().filter(Column::AccountId.eq(account));
    for found in all.order_by_asc(Column::EventId).order_by_asc(Column::Id).all(tx).await? {
        forget_again(tx, post, by, found.id).await?;
    }
    Ok(())
}

/// Erases one registration, wherever it stands; nothing if that has happened.
///
/// # Errors
/// The database's.
pub async fn forget_again(tx: &Tx, post: &Post, by: By, id: RegistrationId) -> Result<(), Problem> {
    let Some(found) = store::by_id(tx, id).await? else { return Ok(()) };
    // Registrations change only at the desk of their event.
    let Some(desk) = Desk::open(tx, post, found.event_id).await? else { return Ok(()) };
    match store::by_id(tx, id).await?.filter(|row| row.erased_at.is_none()) {
        Some(row) => forget(desk, by, row).await,
        None => Ok(()),
    }
}

/// Those of these registrations that still tell who it was.
///
/// # Errors
/// The database's.
pub async fn still_told<C: ConnectionTrait>(conn: &C, ids: Vec<Uuid>) -> Result<Vec<RegistrationId>, DbErr> {
    let rows = find_in::<Entity, _, _>(conn, Column::Id, ids).await?;
    Ok(rows.into_iter().filter(|row| row.erased_at.is_none()).map(|row| row.id).collect())
}

async fn forget(mut desk: Desk<'_>, by: By, mut row: Model) -> Result<(), Problem> {
    if rules::allowed_to_registrant(row.status).contains(&"cancel") {
        desk.note(by, Action::Cancel, &row).await?;
        desk.end(&mut row, Status::Cancelled).await?;
    }
    desk.note(by, Action::Erase, &row).await?;
    desk.tx.for_good(Gone { kind: ErasureKind::Registration, id: row.id.0 });
    idempotency::forget(desk.tx, row.id).await?;
    store::erase(desk.tx, &mut row).await?;
    desk.settle(true).await
}
