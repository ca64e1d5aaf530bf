//! How reports are kept, and forgotten.

use std::collections::HashSet;

use ::entity::ids::AccountId;
use ::entity::kinds::RecordKind;
use ::entity::report::{Column, Entity, Model, ReportStatus};
use ::entity::{data_key, hidden_record};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Statement,
};
use uuid::Uuid;

use super::wire::{ReportFilter, ReportIn};
use crate::db::{Tx, find_in, insert_all, save_all};
use crate::ids;
use crate::problem::Problem;
use crate::publishing;
use crate::rooms::records::any_of;
use crate::vault::{Keyring, Vault};

/// The table, for the seals.
const TABLE: &str = "report";

/// Where a list goes on.
pub(super) type After = (DateTime<Utc>, Uuid);

/// Writes a report. The work is the same whether or not there is such a record.
pub(super) async fn insert(tx: &Tx, vault: &Vault, report: &ReportIn) -> Result<Uuid, Problem> {
    let id = ids::v4();
    let known = publishing::ever_public(tx, report.kind.into(), &[report.id]).await?;
    let keys = Keyring::for_writing(tx, vault, vec![id]).await?;
    let row = Model {
        id,
        kind: report.kind,
        record_id: report.id,
        reason: report.reason,
        is_known: known.contains(&report.id),
        sealed_text: keys.seal(TABLE, "sealed_text", id, report.text.as_ref())?,
        status: ReportStatus::Open,
        claimed_by: None,
        claimed_until: None,
        outcome: None,
        sealed_note: None,
        closed_by: None,
        closed_at: None,
        erased_at: None,
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    insert_all(tx, vec![row]).await?;
    Ok(id)
}

/// By its identifier.
pub(super) async fn find<C: ConnectionTrait>(conn: &C, id: Uuid) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).filter(Column::IsKnown.eq(true)).one(conn).await
}

/// The same, kept from changing until the transaction ends.
pub(super) async fn find_for_change(tx: &Tx, id: Uuid) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).filter(Column::IsKnown.eq(true)).lock_exclusive().one(tx).await
}

/// One page, those that have waited longest first, and one more if there is a next page.
pub(super) async fn page<C: ConnectionTrait>(
    conn: &C,
    filter: &ReportFilter,
    after: Option<After>,
    limit: u8,
) -> Result<Vec<Model>, DbErr> {
    let status = if filter.status.is_empty() { vec![ReportStatus::Open] } else { filter.status.clone() };
    let fits = Condition::all()
        .add(Column::IsKnown.eq(true))
        .add(Column::Status.is_in(status))
        .add_option(any_of(Column::Reason, filter.reason.iter().copied()));
    let mut query = Entity::find().filter(fits);
    if let Some((at, id)) = after {
        let same = Condition::all().add(Column::CreatedAt.eq(at)).add(Column::Id.gt(id));
        query = query.filter(Condition::any().add(Column::CreatedAt.gt(at)).add(same));
    }
    let query = query.order_by_asc(Column::CreatedAt).order_by_asc(Column::Id);
    query.limit(u64::from(limit) + 1).all(conn).await
}

/// Writes a report, a version further, and what the moderator noted, if they did.
pub(super) async fn save(
    tx: &Tx,
    vault: &Vault,
    mut row: Model,
    note: Option<&str>,
) -> anyhow::Result<Model> {
    if note.is_some() {
        let keys = Keyring::for_writing(tx, vault, vec![row.id]).await?;
        row.sealed_note = keys.seal(TABLE, "sealed_note", row.id, note.as_ref())?;
    }
    row.version += 1;
    row.updated_at = tx.now();
    save_all(tx, vec![row.clone()], &[]).await?;
    Ok(row)
}

/// What was written, and what the moderator noted.
pub(super) async fn texts<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    row: &Model,
) -> anyhow::Result<(Option<String>, Option<String>)> {
    let keys = Keyring::for_reading(conn, vault, vec![row.id]).await?;
    let text = keys.open(TABLE, "sealed_text", row.id, row.sealed_text.as_deref())?;
    Ok((text, keys.open(TABLE, "sealed_note", row.id, row.sealed_note.as_deref())?))
}

/// Those of these records that were taken off the public side.
pub(super) async fn hidden<C: ConnectionTrait>(conn: &C, records: Vec<Uuid>) -> Result<HashSet<Uuid>, DbErr> {
    let column = hidden_record::Column::RecordId;
    let rows = find_in::<hidden_record::Entity, _, _>(conn, column, records).await?;
    Ok(rows.into_iter().map(|row| row.record_id).collect())
}

/// Takes a record off the public side, as far as the door reads that; whether it was not before.
pub(super) async fn hide(tx: &Tx, kind: RecordKind, record_id: Uuid) -> Result<bool, DbErr> {
    if !hidden(tx, vec![record_id]).await?.is_empty() {
        return Ok(false);
    }
    save_all(tx, vec![hidden_record::Model { record_id, kind, hidden_at: tx.now() }], &[]).await?;
    Ok(true)
}

/// Lets a record be public again, as far as this goes; whether it was hidden.
pub(super) async fn unhide(tx: &Tx, record_id: Uuid) -> Result<bool, DbErr> {
    Ok(hidden_record::Entity::delete_by_id(record_id).exec(tx).await?.rows_affected > 0)
}

/// Who made a record.
pub(super) async fn maker(tx: &Tx, kind: RecordKind, id: Uuid) -> Result<Option<AccountId>, DbErr> {
    // The names of the kinds are those of the tables.
    let sql = format!("SELECT created_by FROM {kind} WHERE id = $1");
    let row =
        tx.query_one_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, [id.into()])).await?;
    let maker: Option<Uuid> = row.map_or(Ok(None), |row| row.try_get("", "created_by"))?;
    Ok(maker.map(AccountId))
}

/// Some of those whose texts have been kept for long enough since they were closed; what never was about anything, since it
/// arrived.
pub(super) async fn to_erase(tx: &Tx, kept: TimeDelta, most: u64) -> Result<Vec<Model>, DbErr> {
    let old = tx.now() - kept;
    let about_nothing = Condition::all().add(Column::IsKnown.eq(false)).add(Column::CreatedAt.lte(old));
    let over = Condition::any().add(Column::ClosedAt.lte(old)).add(about_nothing);
    Entity::find().filter(Column::ErasedAt.is_null()).filter(over).limit(most).all(tx).await
}

/// Erases what was written, and its key.
pub(super) async fn erase(tx: &Tx, mut row: Model) -> Result<(), DbErr> {
    tx.erase();
    data_key::Entity::delete_by_id(row.id).exec(tx).await?;
    (row.sealed_text, row.sealed_note, row.erased_at) = (None, None, Some(tx.now()));
    save_all(tx, vec![row], &[]).await
}
