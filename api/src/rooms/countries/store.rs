//! How the risks of countries are kept.

use ::entity::country_risk::{Column, Entity, Model};
use ::entity::kinds::Risk;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QuerySelect as _,
};

use crate::db::{Tx, save_all};
use crate::ids;
use crate::vault::{Keyring, Vault};

/// The table, for the seals.
const TABLE: &str = "country_risk";

/// What was said about a country, if anything was.
pub(super) async fn find<C: ConnectionTrait>(conn: &C, country: &str) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::Country.eq(country)).one(conn).await
}

/// The same, kept from changing until the transaction ends; low if nothing was said, which two say at once then only one after
/// the other.
pub(super) async fn find_for_change(tx: &Tx, country: &str) -> Result<Model, DbErr> {
    let new = Model {
        id: ids::v4(),
        country: country.to_owned(),
        risk: Risk::Low,
        sealed_reason: None,
        set_at: tx.now(),
        version: 0,
    };
    let once = OnConflict::column(Column::Country).do_nothing().to_owned();
    Entity::insert(new.into_active_model()).on_conflict(once).exec_without_returning(tx).await?;
    let found = Entity::find().filter(Column::Country.eq(country)).lock_exclusive().one(tx).await?;
    found.ok_or_else(|| DbErr::RecordNotFound(TABLE.to_owned()))
}

/// Writes a risk, a version further.
pub(super) async fn save(
    tx: &Tx,
    vault: &Vault,
    row: Model,
    risk: Risk,
    reason: Option<&str>,
) -> anyhow::Result<Model> {
    let keys = Keyring::for_writing(tx, vault, vec![row.id]).await?;
    let sealed_reason = keys.seal(TABLE, "sealed_reason", row.id, reason.as_ref())?;
    let row = Model { risk, sealed_reason, set_at: tx.now(), version: row.version + 1, ..row };
    save_all(tx, vec![row.clone()], &[]).await?;
    Ok(row)
}

/// Why it was set, in the words of whoever did.
pub(super) async fn reason<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    row: &Model,
) -> anyhow::Result<Option<String>> {
    let keys = Keyring::for_reading(conn, vault, vec![row.id]).await?;
    keys.open(TABLE, "sealed_reason", row.id, row.sealed_reason.as_deref())
}
