//! Wrapping data keys anew, and destroying wrapping keys that nothing needs any more.

use ::entity::data_key::{Column, Entity, Model};
use anyhow::ensure;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbBackend, DbErr, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::{Epoch, Vault};
use crate::audit::{self, Action, By, Entry};
use crate::db::{Db, Tx, save_all};
use crate::problem::Problem;

/// Data keys wrapped anew in one transaction.
const PORTION: u64 = 500;

/// Wraps every data key anew that an older key than the newest wraps. Gives their number. Service and other processes go on
/// meanwhile; whoever dies in the middle has the rest done by the next.
///
/// # Errors
/// The database's, or that a key does not open; what was wrapped before stays wrapped.
pub async fn rewrap(db: &Db, vault: &Vault) -> Result<u64, Problem> {
    let mut all = 0;
    loop {
        let (newest, _) = vault.epochs.newest().map_err(Problem::internal)?;
        let older = Entity::find().filter(Column::Epoch.lt(newest));
        if older.clone().limit(1).one(db.reader()).await?.is_none() {
            return Ok(all);
        }
        let older = older.order_by_asc(Column::RecordId).limit(PORTION).lock_exclusive();
        all += db.write(async |tx| portion(tx, vault, older.clone().all(tx).await?).await).await?;
    }
}

async fn portion(tx: &Tx, vault: &Vault, rows: Vec<Model>) -> Result<u64, Problem> {
    let anew = rows.iter().map(|row| vault.wrap_anew(row)).collect::<anyhow::Result<Vec<_>>>();
    let anew = anew.map_err(Problem::internal)?;
    tx.erase();
    save_all(tx, anew, &[Column::CreatedAt]).await?;
    Ok(rows.len() as u64)
}

/// How many data keys are wrapped in each epoch.
///
/// # Errors
/// The database's.
pub async fn in_use<C: ConnectionTrait>(conn: &C) -> Result<Vec<(Epoch, i64)>, DbErr> {
    let counted = Entity::find().select_only().column(Column::Epoch).expr(Expr::cust("count(*)"));
    counted.group_by(Column::Epoch).order_by_asc(Column::Epoch).into_tuple().all(conn).await
}

/// Begins the next epoch. [`rewrap`] follows.
///
/// # Errors
/// If the key cannot be written, or the database's.
pub async fn begin_epoch(db: &Db, vault: &Vault) -> Result<Epoch, Problem> {
    let epoch = vault.epochs.make().map_err(Problem::internal)?;
    db.write(async |tx| audit::note(tx, Entry::new(By::System, Action::RotateKey)).await).await?;
    Ok(epoch)
}

/// Destroys the wrapping keys of the epochs before this one. Gives which.
///
/// # Errors
/// If it is not over yet, if a data key is still wrapped by one of them, or a file cannot be destroyed.
pub async fn destroy_before(db: &Db, vault: &Vault, before: Epoch) -> Result<Vec<Epoch>, Refused> {
    let (newest, _) = vault.epochs.newest()?;
    let refuse = || -> anyhow::Result<()> {
        ensure!(before <= newest, "epoch {before} has not begun: the newest is {newest}");
        Ok(())
    };
    refuse()?;
    db.write(async |tx| {
        if tx.get_database_backend() == DbBackend::Postgres {
            // Whoever is writing a data key now ends first.
            tx.execute_unprepared("LOCK TABLE data_key IN SHARE MODE").await?;
        }
        let left = Entity::find().filter(Column::Epoch.lt(before)).count(tx).await?;
        if left > 0 {
            return Err(anyhow::anyhow!(
                "{left} data keys are still wrapped by them: `keys rotate` wraps them anew"
            )
            .into());
        }
        let old: Vec<Epoch> = vault.epochs.files()?.into_iter().filter(|epoch| *epoch < before).collect();
        for &epoch in &old {
            vault.epochs.destroy(epoch)?;
        }
        audit::note(tx, Entry::new(By::System, Action::RevokeKey)).await?;
        Ok::<_, Refused>(old)
    })
    .await
}

/// Why nothing was destroyed.
#[derive(Debug)]
pub struct Refused(pub anyhow::Error);

impl<E: Into<anyhow::Error>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}
