//! Erasing what an account asked for.

use ::entity::ids::AccountId;
use ::entity::submission::{Column, Entity};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::{rules, store};
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::Tx;
use crate::http::idempotency;
use crate::problem::Problem;
use crate::rooms::initiatives;
use crate::vault::Vault;

/// Takes back what an account asks for, and erases all it ever asked for: who, what, and the address. Whom initiatives would
/// ask at that address, nobody is asked any more. What is on the map stays there.
///
/// # Errors
/// The database's or the vault's.
pub async fn forget_account(tx: &Tx, vault: &Vault, by: By, account: AccountId) -> Result<(), Problem> {
    let sent = Entity::find().filter(Column::SubmittedBy.eq(account)).filter(Column::ErasedAt.is_null());
    for mut row in sent.order_by_asc(Column::Id).lock_exclusive().all(tx).await? {
        let email = store::content(tx, vault, &row).await?.email;
        if let Some(initiative) = row.initiative_id.or(row.about).filter(|_| email.is_some()) {
            let contact = initiatives::contacts_of(tx, vault, &[initiative.0]).await?.remove(&initiative.0);
            if contact.is_some_and(|contact| Some(contact.email) == email) {
                initiatives::forget_contact(tx, initiative).await?;
            }
        }
        if rules::is_open(row.status) {
            row = rules::withdraw(row, tx.now())?;
            audit::note(tx, Entry::new(by, Action::Withdraw).on(Kind::Submission, row.id)).await?;
        }
        audit::note(tx, Entry::new(by, Action::Erase).on(Kind::Submission, row.id)).await?;
        idempotency::forget(tx, row.id).await?;
        row.submitted_by = None;
        store::erase(tx, row).await?;
    }
    Ok(())
}
