//! Erasing what an account registered for: its seats are given on, and nothing tells who had them.

use ::entity::ids::AccountId;
use ::entity::registration::{Column, Entity, RegistrationStatus as Status};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::desk::Desk;
use super::{rules, store};
use crate::audit::{Action, By};
use crate::db::Tx;
use crate::http::idempotency;
use crate::outbox::Post;
use crate::problem::Problem;

/// Takes back what an account is registered for, and erases all it ever registered for.
///
/// # Errors
/// The database's.
pub async fn forget_account(tx: &Tx, post: &Post, by: By, account: AccountId) -> Result<(), Problem> {
    let all = Entity::find().filter(Column::AccountId.eq(account));
    let all = all.order_by_asc(Column::EventId).order_by_asc(Column::Id).all(tx).await?;
    for found in all {
        // Registrations change only at the desk of their event.
        let Some(mut desk) = Desk::open(tx, post, found.event_id).await? else { continue };
        let Some(mut row) = store::by_id(tx, found.id).await? else { continue };
        if rules::allowed_to_registrant(row.status).contains(&"cancel") {
            desk.note(by, Action::Cancel, &row).await?;
            desk.end(&mut row, Status::Cancelled).await?;
        }
        desk.note(by, Action::Erase, &row).await?;
        idempotency::forget(tx, row.id).await?;
        store::erase(tx, &mut row).await?;
        desk.settle(true).await?;
    }
    Ok(())
}
