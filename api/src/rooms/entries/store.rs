//! Queries about contacts and their links. Whoever changes something locks the initiative first, then its contact.

use ::entity::ids::InitiativeId;
use ::entity::{initiative, initiative_contact, initiative_link};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use uuid::Uuid;

use super::Held;
use crate::db::{Tx, delete_in, insert_all};

/// The initiatives whose contacts are due to be asked, those that have waited longest first.
pub(super) async fn due<C: ConnectionTrait>(
    conn: &C,
    now: DateTime<Utc>,
    most: u64,
) -> Result<Vec<InitiativeId>, DbErr> {
    let column = initiative_contact::Column::AskAt;
    let query = initiative_contact::Entity::find().filter(column.lte(now)).order_by_asc(column).limit(most);
    Ok(query.all(conn).await?.into_iter().map(|contact| contact.initiative_id).collect())
}

/// An initiative and its contact, if that is still due, kept from changing: of two workers one finds it.
pub(super) async fn take_due(
    tx: &Tx,
    id: InitiativeId,
) -> Result<Option<(initiative::Model, initiative_contact::Model)>, DbErr> {
    let Some(row) = initiative::Entity::find_by_id(id).lock_exclusive().one(tx).await? else {
        return Ok(None);
    };
    let contact = initiative_contact::Entity::find()
        .filter(initiative_contact::Column::InitiativeId.eq(id))
        .filter(initiative_contact::Column::AskAt.lte(tx.now()))
        .one(tx)
        .await?;
    Ok(contact.map(|contact| (row, contact)))
}

/// Writes how many letters a contact has had, and when the next is due.
pub(super) async fn asked(
    tx: &Tx,
    contact: Uuid,
    letters: i32,
    next: Option<DateTime<Utc>>,
) -> Result<(), DbErr> {
    initiative_contact::Entity::update_many()
        .col_expr(initiative_contact::Column::Letters, Expr::value(letters))
        .col_expr(initiative_contact::Column::AskAt, Expr::value(next))
        .filter(initiative_contact::Column::Id.eq(contact))
        .exec(tx)
        .await
        .map(drop)
}

/// Begins anew with a contact, from this instant on.
pub(super) async fn ask_anew(tx: &Tx, contact: Uuid, at: DateTime<Utc>) -> Result<(), DbErr> {
    asked(tx, contact, 0, Some(at)).await
}

/// Writes a link.
pub(super) async fn add_link(tx: &Tx, link: initiative_link::Model) -> Result<(), DbErr> {
    insert_all(tx, vec![link]).await
}

/// Ends the links of a contact.
pub(super) async fn use_up(tx: &Tx, contact: Uuid) -> Result<(), DbErr> {
    delete_in::<initiative_link::Entity, _>(tx, initiative_link::Column::ContactId, &[contact]).await
}

/// The link with this hash, if it still works, and the contact it was written to.
pub(super) async fn link<C: ConnectionTrait>(
    conn: &C,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<(initiative_link::Model, initiative_contact::Model)>, DbErr> {
    let link = initiative_link::Entity::find_by_id(hash.to_vec())
        .filter(initiative_link::Column::ExpiresAt.gt(now))
        .one(conn)
        .await?;
    let Some(link) = link else { return Ok(None) };
    let contact = initiative_contact::Entity::find_by_id(link.contact_id).one(conn).await?;
    Ok(contact.map(|contact| (link, contact)))
}

/// The initiatives whose contact has an address, and the contacts.
pub(super) async fn of_address(tx: &Tx, hash: Vec<u8>) -> Result<Vec<(initiative::Model, Uuid)>, DbErr> {
    let column = initiative_contact::Column::EmailHash;
    let contacts = initiative_contact::Entity::find().filter(column.eq(hash)).limit(20).all(tx).await?;
    let mut found = Vec::new();
    for contact in contacts {
        let row = initiative::Entity::find_by_id(contact.initiative_id).one(tx).await?;
        found.extend(row.map(|row| (row, contact.id)));
    }
    Ok(found)
}

/// By its identifier.
pub(super) async fn initiative<C: ConnectionTrait>(
    conn: &C,
    id: InitiativeId,
) -> Result<Option<initiative::Model>, DbErr> {
    initiative::Entity::find_by_id(id).one(conn).await
}

/// The entry that a link opens, kept from changing. Of two who use one link, the second waits and finds it used.
pub(super) async fn hold(tx: &Tx, hash: &[u8]) -> Result<Option<Held>, DbErr> {
    let Some((_, contact)) = link(tx, hash, tx.now()).await? else { return Ok(None) };
    let row = initiative::Entity::find_by_id(contact.initiative_id).lock_exclusive().one(tx).await?;
    let still = link(tx, hash, tx.now()).await?;
    Ok(row.zip(still).map(|(row, (_, contact))| Held { row, contact: contact.id }))
}

/// Removes links that no longer work. Gives their number.
pub(super) async fn tidy_up(tx: &Tx) -> Result<u64, DbErr> {
    let old = initiative_link::Entity::delete_many();
    let old = old.filter(initiative_link::Column::ExpiresAt.lte(tx.now())).exec(tx).await?;
    Ok(old.rows_affected)
}
