//! Queries about rounds.

use std::collections::HashMap;

use ::entity::retention_round::{Column, Entity, Model};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveModelTrait as _, DbErr, EntityTrait as _, IntoActiveModel as _};

use crate::db::Db;

/// Notes a round: of each kind, how much was erased.
pub(super) async fn note(db: &Db, done: &[(&'static str, u64)]) -> Result<(), DbErr> {
    db.write(async |tx| {
        for &(kind, erased) in done {
            let erased = i64::try_from(erased).unwrap_or(i64::MAX);
            let erased_at = (erased > 0).then(|| tx.now());
            let row = Model { kind: kind.to_owned(), ran_at: tx.now(), erased_at, erased, total: erased };
            let mut conflict = OnConflict::column(Column::Kind);
            conflict.update_column(Column::RanAt);
            if erased > 0 {
                // Several processes may count at once.
                let sum = Expr::cust("retention_round.total + excluded.total");
                conflict.update_columns([Column::ErasedAt, Column::Erased]).value(Column::Total, sum);
            }
            let insert = Entity::insert(row.into_active_model().reset_all()).on_conflict(conflict);
            insert.exec_without_returning(tx).await?;
        }
        Ok(())
    })
    .await
}

/// What became of each kind.
pub(super) async fn all(db: &Db) -> Result<HashMap<String, Model>, DbErr> {
    let rows = Entity::find().all(db.reader()).await?;
    Ok(rows.into_iter().map(|row| (row.kind.clone(), row)).collect())
}
