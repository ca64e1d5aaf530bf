//! How long the queues are, and tidying up behind them.

use ::entity::outbox_fact;
use ::entity::outbox_job::{Column, Entity, JobState};
use chrono::TimeDelta;
use sea_orm::{
    ColumnTrait as _, DbErr, EntityTrait as _, ExprTrait as _, PaginatorTrait as _, QueryFilter as _,
};

use crate::db::Db;

/// How long facts are kept after they were dispatched, so that they can be told again: days.
const FACTS_KEPT: i64 = 30;
/// How long jobs are remembered that were done: days.
const DONE_KEPT: i64 = 7;
/// How long jobs are remembered that were given up: days.
const DEAD_KEPT: i64 = 90;

/// How much there is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lengths {
    /// Facts that nobody has heard yet.
    pub facts: u64,
    /// Jobs that wait, or are being done.
    pub waiting: u64,
    /// Jobs that were given up.
    pub dead: u64,
}

/// Counts.
///
/// # Errors
/// The database's.
pub async fn lengths(db: &Db) -> Result<Lengths, DbErr> {
    let undispatched = outbox_fact::Column::DispatchedAt.is_null();
    let in_state = |state| Entity::find().filter(Column::State.eq(state)).count(db.reader());
    Ok(Lengths {
        facts: outbox_fact::Entity::find().filter(undispatched).count(db.reader()).await?,
        waiting: in_state(JobState::Waiting).await?,
        dead: in_state(JobState::Dead).await?,
    })
}

/// Deletes what has been kept for long enough. Gives its number.
///
/// # Errors
/// The database's.
pub async fn tidy_up(db: &Db) -> Result<u64, DbErr> {
    db.write(async |tx| {
        let before = |days| tx.now() - TimeDelta::days(days);
        let ended = |state, days| Column::State.eq(state).and(Column::EndedAt.lt(before(days)));
        let mut deleted = 0;
        for old in [ended(JobState::Done, DONE_KEPT), ended(JobState::Dead, DEAD_KEPT)] {
            deleted += Entity::delete_many().filter(old).exec(tx).await?.rows_affected;
        }
        let dispatched = outbox_fact::Column::DispatchedAt;
        let facts = outbox_fact::Entity::delete_many().filter(dispatched.lt(before(FACTS_KEPT)));
        Ok(deleted + facts.exec(tx).await?.rows_affected)
    })
    .await
}
