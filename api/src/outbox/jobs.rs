//! Doing the jobs: taking some for a while, trying each once, and noting how it ended.

use std::time::Duration;

use ::entity::outbox_job::{self, Column, Entity, JobKind, JobState, Model};
use ::entity::{data_key, outbox_letter};
use anyhow::Context as _;
use futures_util::future::join_all;
use metrics::counter;
use sea_orm::sea_query::{Expr, LockBehavior, LockType, Query};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, DbErr, EntityTrait as _, ExprTrait as _, IntoActiveModel as _,
    QueryFilter as _,
};
use tokio::time::timeout;
use uuid::Uuid;

use super::letter::{Letter, SEALED, TABLE};
use super::{Post, send};
use crate::db::{Db, Tx};
use crate::http::meter::OUTBOX_ATTEMPTS;
use crate::ids;

/// Jobs that one process does at the same time.
const AT_ONCE: u64 = 8;
/// How long one attempt may take.
const LONGEST: Duration = Duration::from_secs(60);
/// How long a job is taken for. Whoever has taken it for longer is given up, and somebody else begins.
const LEASE: Duration = Duration::from_secs(180);
/// The pause after the first attempt; it doubles with every further one.
const FIRST_PAUSE: Duration = Duration::from_secs(30);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(6 * 3600);
/// Attempts after which a job is given up: with these pauses a little more than a day.
const ATTEMPTS: i32 = 14;

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// It may succeed later. Says why not now, a word.
    Retry(&'static str),
    /// It will never succeed. Says why, a word.
    GiveUp(&'static str),
}

/// Asks for a job, to be done once this transaction has committed.
pub(super) async fn add(tx: &Tx, kind: JobKind, subject_id: Uuid) -> Result<(), DbErr> {
    let row = Model {
        id: ids::v7(tx.now()),
        kind,
        subject_id,
        state: JobState::Waiting,
        attempts: 0,
        due_at: tx.now(),
        reason: None,
        created_at: tx.now(),
        ended_at: None,
    };
    row.into_active_model().insert(tx).await?;
    Ok(())
}

/// Tries some of the jobs that are due, at the same time. Answers how many those were; none means that nothing is due.
/// Several processes may do this at once. Dropping it leaves what has begun to be tried again later.
///
/// # Errors
/// The database's; what was taken is tried again later.
pub async fn work(db: &Db, post: &Post) -> Result<usize, DbErr> {
    let jobs = db.write(async |tx| take(tx).await).await?;
    let attempts = jobs.iter().map(|job| async {
        let outcome = timeout(LONGEST, attempt(db, post, job)).await.unwrap_or(Outcome::Retry("timeout"));
        db.write(async |tx| end(tx, job, outcome).await).await
    });
    let ended = join_all(attempts).await;
    ended.into_iter().collect::<Result<Vec<()>, DbErr>>().map(|ended| ended.len())
}

/// Takes jobs that are due with one statement, so that no two get the same.
pub(super) async fn take(tx: &Tx) -> Result<Vec<Model>, DbErr> {
    let due = Query::select()
        .column(Column::Id)
        .from(Entity)
        .and_where(Column::State.eq(JobState::Waiting).and(Column::DueAt.lte(tx.now())))
        .order_by(Column::DueAt, sea_orm::Order::Asc)
        .order_by(Column::Id, sea_orm::Order::Asc)
        .limit(AT_ONCE)
        // SQLite has one writer and no such words: there they are left out.
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .to_owned();
    Entity::update_many()
        .col_expr(Column::DueAt, Expr::value(tx.now() + LEASE))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .filter(Column::Id.in_subquery(due))
        .exec_with_returning(tx)
        .await
}

async fn attempt(db: &Db, post: &Post, job: &Model) -> Outcome {
    let result = match job.kind {
        JobKind::Letter => deliver(db, post, job.subject_id).await,
    };
    result.unwrap_or_else(|error| {
        let cause = crate::problem::unquoted(&format!("{error:#}"));
        tracing::error!(job = %job.id, cause, "a job failed");
        Outcome::Retry("internal")
    })
}

async fn deliver(db: &Db, post: &Post, id: Uuid) -> anyhow::Result<Outcome> {
    let letter = outbox_letter::Entity::find_by_id(id).one(db.reader()).await?;
    let key = data_key::Entity::find_by_id(id).one(db.reader()).await?;
    // Without either it has been sent by somebody who took longer than they had.
    let (Some(row), Some(key)) = (letter, key) else { return Ok(Outcome::Done) };
    let plain = post.vault.unwrap_key(&key)?.open(TABLE, SEALED, id, &row.sealed)?;
    let letter: Letter = serde_json::from_slice(&plain).context("a letter is not what it should be")?;
    if letter.message.reminder().is_some_and(|reminder| reminder.until <= db.now()) {
        tracing::info!(letter = %id, "a reminder came too late and was not sent");
        return Ok(Outcome::Done);
    }
    Ok(send::send(post, id, &letter, row.created_at).await)
}

/// How long to wait after so many attempts.
pub fn pause(attempts: i32) -> Duration {
    let doublings = Ord::min(u32::try_from(attempts.saturating_sub(1)).unwrap_or_default(), 16);
    FIRST_PAUSE.saturating_mul(1 << doublings).min(LONGEST_PAUSE)
}

async fn end(tx: &Tx, job: &Model, outcome: Outcome) -> Result<(), DbErr> {
    let last = job.attempts >= ATTEMPTS;
    let (state, reason, word) = match outcome {
        Outcome::Done => (JobState::Done, None, "done"),
        Outcome::Retry(reason) if !last => (JobState::Waiting, Some(reason), "retry"),
        Outcome::Retry(reason) | Outcome::GiveUp(reason) => (JobState::Dead, Some(reason), "dead"),
    };
    let over = state != JobState::Waiting;
    let mut change = Entity::update_many()
        .col_expr(Column::State, Expr::value(state))
        .col_expr(Column::Reason, Expr::value(reason))
        .col_expr(Column::EndedAt, Expr::value(over.then(|| tx.now())))
        .filter(Column::Id.eq(job.id).and(Column::State.eq(JobState::Waiting)));
    if !over {
        change = change.col_expr(Column::DueAt, Expr::value(tx.now() + pause(job.attempts)));
    }
    if state != JobState::Done {
        // Somebody else may have begun since: then theirs is the attempt that counts. What is done is done.
        change = change.filter(Column::Attempts.eq(job.attempts));
    }
    if change.exec(tx).await?.rows_affected == 0 {
        return Ok(());
    }
    counter!(OUTBOX_ATTEMPTS, "kind" => job.kind.as_str(), "outcome" => word).increment(1);
    if over {
        forget(tx, job).await?;
    }
    match state {
        JobState::Dead => {
            tracing::error!(job = %job.id, kind = %job.kind, attempts = job.attempts, reason, "a job was given up");
        }
        JobState::Waiting => {
            tracing::warn!(job = %job.id, kind = %job.kind, attempts = job.attempts, reason, "a job is tried again later");
        }
        JobState::Done => {}
    }
    Ok(())
}

/// Removes what the job was about, with its key.
async fn forget(tx: &Tx, job: &outbox_job::Model) -> Result<(), DbErr> {
    match job.kind {
        JobKind::Letter => {
            outbox_letter::Entity::delete_by_id(job.subject_id).exec(tx).await?;
            data_key::Entity::delete_by_id(job.subject_id).exec(tx).await?;
            tx.erase();
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_bound_and_last_for_about_a_day() {
        let pauses: Vec<u64> = (1..=ATTEMPTS).map(|attempts| pause(attempts).as_secs()).collect();
        assert_eq!(&pauses[..4], [30, 60, 120, 240]);
        assert_eq!(pauses.iter().max(), Some(&21_600));
        let together: u64 = pauses[..pauses.len() - 1].iter().sum();
        assert!((24 * 3600..36 * 3600).contains(&together), "{together}");
    }
}
