//! Queries about imports.

use ::entity::bulk_import::{Column, Entity, ImportStatus, Model, UndoStatus};
use ::entity::{account, bulk_import_chunk as chunk, bulk_import_told as told, data_key};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::sea_query::{Expr, LockBehavior, LockType};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, ExprTrait as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use crate::access::Owner;
use crate::access::action::Reach;
use crate::db::{Db, Tx, insert_all, save_all};

/// How long an import is taken for. Whoever has not gone on with it for so long is given up.
const LEASE: TimeDelta = TimeDelta::seconds(40);
/// How long it is remembered what became of an import: days.
const KEPT: i64 = 30;
/// How long a file may be on its way: hours.
const ON_ITS_WAY: i64 = 1;

/// Where a list goes on.
pub(super) type After = (DateTime<Utc>, Uuid);

/// An import that begins to arrive, and the key that seals it.
pub(super) async fn begin(tx: &Tx, row: Model, key: data_key::Model) -> Result<(), DbErr> {
    insert_all(tx, vec![row]).await?;
    insert_all(tx, vec![key]).await
}

/// How many imports of a namespace have not ended.
pub(super) async fn unfinished(tx: &Tx, namespace: Uuid) -> Result<u64, DbErr> {
    let open = [ImportStatus::Receiving, ImportStatus::Queued, ImportStatus::Running];
    let fits = Column::Namespace.eq(namespace).and(Column::Status.is_in(open));
    Entity::find().filter(fits).count(tx).await
}

/// Keeps a piece of a file.
pub(super) async fn add_chunk(tx: &Tx, import_id: Uuid, position: i64, sealed: Vec<u8>) -> Result<(), DbErr> {
    insert_all(tx, vec![chunk::Model { import_id, position, sealed }]).await
}

/// A piece of a file.
pub(super) async fn chunk<C: ConnectionTrait>(
    conn: &C,
    import_id: Uuid,
    position: i64,
) -> Result<Option<Vec<u8>>, DbErr> {
    let row = chunk::Entity::find_by_id((import_id, position)).one(conn).await?;
    Ok(row.map(|row| row.sealed))
}

/// Removes a file that did not arrive whole, or that was there already.
pub(super) async fn discard(tx: &Tx, id: Uuid) -> Result<(), DbErr> {
    let arriving = Column::Id.eq(id).and(Column::Status.eq(ImportStatus::Receiving));
    if Entity::find().filter(arriving).lock_exclusive().one(tx).await?.is_some() {
        forget_file(tx, id).await?;
        Entity::delete_by_id(id).exec(tx).await?;
    }
    Ok(())
}

/// Removes the file of an import, and its key.
pub(super) async fn forget_file(tx: &Tx, id: Uuid) -> Result<(), DbErr> {
    tx.erase();
    chunk::Entity::delete_many().filter(chunk::Column::ImportId.eq(id)).exec(tx).await?;
    data_key::Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}

/// By its identifier, once it has arrived.
pub(super) async fn find<C: ConnectionTrait>(conn: &C, id: Uuid) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).filter(Column::Status.ne(ImportStatus::Receiving)).one(conn).await
}

/// The same, kept from changing until the transaction ends.
pub(super) async fn find_for_change(tx: &Tx, id: Uuid) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).lock_exclusive().one(tx).await
}

/// Writes an import.
pub(super) async fn save(tx: &Tx, row: Model) -> Result<(), DbErr> {
    save_all(tx, vec![row], &[]).await
}

/// One page, newest first, and one more if there is a next page.
pub(super) async fn page<C: ConnectionTrait>(
    conn: &C,
    reach: Reach,
    owner: Owner,
    after: Option<After>,
    limit: u8,
) -> Result<Vec<Model>, DbErr> {
    let own = match owner {
        Owner::Account(account) => Column::AccountId.eq(account),
        Owner::Organisation(organisation) => Column::OrganisationId.eq(organisation),
    };
    let mut query = Entity::find().filter(Column::Status.ne(ImportStatus::Receiving));
    if reach != Reach::All {
        query = query.filter(own);
    }
    if let Some((at, id)) = after {
        let same = Condition::all().add(Column::CreatedAt.eq(at)).add(Column::Id.lt(id));
        query = query.filter(Condition::any().add(Column::CreatedAt.lt(at)).add(same));
    }
    query
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(u64::from(limit) + 1)
        .all(conn)
        .await
}

/// Takes the import, or the undoing of one, that has waited longest and that nobody has. Of one namespace each waits for those
/// before it, or an older file would undo what a newer one says.
pub(super) async fn take(tx: &Tx) -> Result<Option<Model>, DbErr> {
    let open = "status IN ('queued', 'running') OR undo IN ('queued', 'running')";
    let none_before = format!(
        "NOT EXISTS (SELECT 1 FROM bulk_import o WHERE o.namespace = bulk_import.namespace AND (o.{}) \
         AND (o.created_at < bulk_import.created_at OR (o.created_at = bulk_import.created_at AND o.id < bulk_import.id)))",
        open.replace("OR undo", "OR o.undo")
    );
    let found = Entity::find()
        .filter(Column::DueAt.lte(tx.now()))
        .filter(Expr::cust(format!("({open})")))
        .filter(Expr::cust(none_before))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .limit(1)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .one(tx)
        .await?;
    let Some(mut row) = found else { return Ok(None) };
    match row.undo {
        Some(_) => row.undo = Some(UndoStatus::Running),
        None => row.status = ImportStatus::Running,
    }
    row.attempts += 1;
    row.due_at = tx.now() + LEASE;
    save(tx, row.clone()).await?;
    Ok(Some(row))
}

/// An import that somebody took, if they still have it, for a while longer.
pub(super) async fn held(tx: &Tx, taken: &Model) -> Result<Option<Model>, DbErr> {
    let row = find_for_change(tx, taken.id).await?;
    let held =
        row.filter(|row| (row.attempts, row.status, row.undo) == (taken.attempts, taken.status, taken.undo));
    Ok(held.map(|row| Model { due_at: tx.now() + LEASE, ..row }))
}

/// Keeps what became of some lines.
pub(super) async fn tell(tx: &Tx, row: told::Model) -> Result<(), DbErr> {
    insert_all(tx, vec![row]).await
}

/// The next portion of what was told.
pub(super) async fn told<C: ConnectionTrait>(
    conn: &C,
    import_id: Uuid,
    of_undo: bool,
    position: i64,
) -> Result<Option<told::Model>, DbErr> {
    told::Entity::find_by_id((import_id, of_undo, position)).one(conn).await
}

/// An account.
pub(super) async fn account(tx: &Tx, id: ::entity::ids::AccountId) -> Result<Option<account::Model>, DbErr> {
    account::Entity::find_by_id(id).one(tx).await
}

/// Forgets imports that ended long ago, and files that never arrived. Gives their number.
///
/// # Errors
/// The database's.
pub async fn tidy_up(db: &Db) -> Result<u64, DbErr> {
    db.write(async |tx| {
        let ended = Column::EndedAt.lt(tx.now() - TimeDelta::days(KEPT));
        let ended = Condition::all().add(ended).add(Expr::cust("undo IS NULL OR undo = 'done'"));
        let lost = Column::CreatedAt.lt(tx.now() - TimeDelta::hours(ON_ITS_WAY));
        let lost = Condition::all().add(Column::Status.eq(ImportStatus::Receiving)).add(lost);
        let old = Entity::find().filter(Condition::any().add(ended).add(lost)).limit(100).all(tx).await?;
        for row in &old {
            forget_file(tx, row.id).await?;
            told::Entity::delete_many().filter(told::Column::ImportId.eq(row.id)).exec(tx).await?;
            Entity::delete_by_id(row.id).exec(tx).await?;
        }
        Ok(old.len() as u64)
    })
    .await
}
