//! Whom to ask whether an initiative is still so, and when somebody last said that it is.

use std::collections::HashMap;

use ::entity::ids::InitiativeId;
use ::entity::initiative::{self, Column, InitiativeStatus};
use ::entity::{data_key, initiative_contact, initiative_link};
use anyhow::Context as _;
use chrono::NaiveDate;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::rules;
use crate::db::{Tx, delete_in, find_in, insert_all};
use crate::ids;
use crate::rooms::bundle;
use crate::text::normal_address;
use crate::vault::{Keyring, Vault};

/// The table, for the seals.
const TABLE: &str = "initiative_contact";

/// Who is asked whether an initiative is still so. Never public, and answered to nobody.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The e-mail address.
    pub email: String,
    /// The language of the letters (BCP 47); the initiative's if not said.
    pub language: Option<String>,
}

impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// The contacts of these initiatives, as far as they have one.
///
/// # Errors
/// The database's, or that a key does not open.
pub async fn contacts_of<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    initiatives: &[Uuid],
) -> anyhow::Result<HashMap<Uuid, Contact>> {
    let column = initiative_contact::Column::InitiativeId;
    let rows = find_in::<initiative_contact::Entity, _, _>(conn, column, initiatives.to_vec()).await?;
    let keys = Keyring::for_reading(conn, vault, rows.iter().map(|row| row.id).collect()).await?;
    let open = |row: &initiative_contact::Model| {
        let contact = keys.open(TABLE, "sealed", row.id, Some(&row.sealed))?;
        Ok((row.initiative_id.0, contact.context("a contact is sealed")?))
    };
    rows.iter().map(open).collect()
}

/// Puts a contact in place of the one that is there, whose links end, or takes that away. Another than the present one gets a
/// key of its own, so that what was there before opens no more.
///
/// # Errors
/// The database's, or that a key does not open.
pub async fn set_contact(
    tx: &Tx,
    vault: &Vault,
    id: InitiativeId,
    contact: Option<&Contact>,
) -> anyhow::Result<()> {
    if contacts_of(tx, vault, &[id.0]).await?.get(&id.0) == contact {
        return Ok(());
    }
    forget_contact(tx, id).await?;
    let Some(contact) = contact else { return Ok(()) };
    let row = initiative::Entity::find_by_id(id).one(tx).await?.context("an initiative has the contact")?;
    let own = ids::v4();
    let keys = Keyring::for_writing(tx, vault, vec![own]).await?;
    let sealed = keys.seal(TABLE, "sealed", own, Some(contact))?.context("a contact was sealed")?;
    let ask_at = rules::ask_at(&row);
    let email_hash = Some(contact_hash(vault, &contact.email)?);
    let row =
        initiative_contact::Model { id: own, initiative_id: id, sealed, email_hash, letters: 0, ask_at };
    Ok(insert_all(tx, vec![row]).await?)
}

/// The keyed hash by which the entries that an address is asked about are found.
///
/// # Errors
/// None that happen; see [`Vault::keyed_hash`].
pub fn contact_hash(vault: &Vault, email: &str) -> anyhow::Result<Vec<u8>> {
    Ok(vault.keyed_hash("contact e-mail", &[normal_address(email).as_bytes()])?.to_vec())
}

/// Takes the contact of an initiative away, with its links and its key.
///
/// # Errors
/// The database's.
pub async fn forget_contact(tx: &Tx, id: InitiativeId) -> Result<(), DbErr> {
    let column = initiative_contact::Column::InitiativeId;
    let rows = find_in::<initiative_contact::Entity, _, _>(tx, column, vec![id]).await?;
    let own: Vec<Uuid> = rows.into_iter().map(|row| row.id).collect();
    if own.is_empty() {
        return Ok(());
    }
    tx.erase();
    delete_in::<initiative_link::Entity, _>(tx, initiative_link::Column::ContactId, &own).await?;
    delete_in::<initiative_contact::Entity, _>(tx, initiative_contact::Column::Id, &own).await?;
    delete_in::<data_key::Entity, _>(tx, data_key::Column::RecordId, &own).await
}

/// Notes that somebody said today that all of it is so, and has its contact asked in a year. The version and what is public
/// are for the caller.
///
/// # Errors
/// The database's.
pub async fn confirm(tx: &Tx, id: InitiativeId) -> Result<(), DbErr> {
    set_confirmed(tx, id, Some(tx.now().date_naive())).await
}

/// The same, a version further. What an import may not edit any more is what was edited here, and this is no edit.
///
/// # Errors
/// The database's.
pub async fn confirm_unedited(tx: &Tx, row: &initiative::Model) -> Result<(), DbErr> {
    let version = row.version + 1;
    initiative::Entity::update_many()
        .col_expr(Column::Version, Expr::value(version))
        .col_expr(Column::UpdatedAt, Expr::value(tx.now()))
        .filter(Column::Id.eq(row.id))
        .exec(tx)
        .await?;
    bundle::not_edited(tx, row.id.0, version).await?;
    confirm(tx, row.id).await
}

/// Takes an initiative off the map for good, as its contact wishes, who is asked no more. What is public is for the caller.
///
/// # Errors
/// The database's.
pub async fn retire(tx: &Tx, row: &initiative::Model) -> Result<(), DbErr> {
    tx.erase();
    initiative::Entity::update_many()
        .col_expr(Column::Status, Expr::value(InitiativeStatus::Archived))
        .col_expr(Column::Version, Expr::value(row.version + 1))
        .col_expr(Column::UpdatedAt, Expr::value(tx.now()))
        .filter(Column::Id.eq(row.id))
        .exec(tx)
        .await?;
    forget_contact(tx, row.id).await
}

/// Writes when an initiative was last confirmed, and from then on when its contact is asked.
pub(super) async fn set_confirmed(tx: &Tx, id: InitiativeId, on: Option<NaiveDate>) -> Result<(), DbErr> {
    initiative::Entity::update_many()
        .col_expr(Column::ConfirmedOn, Expr::value(on))
        .filter(Column::Id.eq(id))
        .exec(tx)
        .await?;
    let Some(row) = initiative::Entity::find_by_id(id).one(tx).await? else { return Ok(()) };
    initiative_contact::Entity::update_many()
        .col_expr(initiative_contact::Column::Letters, Expr::value(0))
        .col_expr(initiative_contact::Column::AskAt, Expr::value(rules::ask_at(&row)))
        .filter(initiative_contact::Column::InitiativeId.eq(id))
        .exec(tx)
        .await
        .map(drop)
}
