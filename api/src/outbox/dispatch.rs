//! From facts to jobs.

use std::future::Future;
use std::pin::Pin;

use ::entity::outbox_fact::{Column, Entity};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, DbErr, EntityTrait as _, ExprTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use super::{Post, Told};
use crate::db::{Db, Tx};
use crate::problem::Problem;

/// Facts dispatched in one transaction.
const PORTION: u64 = 200;

/// What a subscriber is doing.
pub type Heard<'a> = Pin<Box<dyn Future<Output = Result<(), Problem>> + Send + 'a>>;

/// Somebody who finds out whom a fact concerns and writes the jobs or letters, in the transaction that notes the fact as
/// dispatched: so once, however often a process dies. It sends nothing itself.
pub type Subscriber = for<'a> fn(&'a Tx, &'a Post, &'a Told) -> Heard<'a>;

/// Hands new facts to everybody, in their order. Answers how many there were. Several processes may do this at once.
///
/// # Errors
/// The database's, or a subscriber's; the portion is handed over again later.
pub async fn dispatch(db: &Db, post: &Post, subscribers: &[Subscriber]) -> Result<u64, Problem> {
    let mut dispatched = 0;
    loop {
        let portion = db.write(async |tx| dispatch_portion(tx, post, subscribers).await).await?;
        dispatched += portion;
        if portion < PORTION {
            return Ok(dispatched);
        }
    }
}

/// Whether there are facts that nobody has heard yet.
///
/// # Errors
/// The database's.
pub async fn has_news(db: &Db) -> Result<bool, DbErr> {
    let new = Entity::find().filter(Column::DispatchedAt.is_null());
    Ok(new.limit(1).one(db.reader()).await?.is_some())
}

async fn dispatch_portion(tx: &Tx, post: &Post, subscribers: &[Subscriber]) -> Result<u64, Problem> {
    // Locked on PostgreSQL, so that a second process waits and then finds them done; SQLite has one writer.
    let facts = Entity::find()
        .filter(Column::DispatchedAt.is_null().and(Column::Seq.is_not_null()))
        .order_by_asc(Column::Seq)
        .limit(PORTION)
        .lock_exclusive()
        .all(tx)
        .await?;
    let count = facts.len() as u64;
    let ids: Vec<_> = facts.iter().map(|fact| fact.id).collect();
    for fact in facts {
        let told = Told::try_from(fact)?;
        for subscriber in subscribers {
            subscriber(tx, post, &told).await?;
        }
    }
    if count > 0 {
        Entity::update_many()
            .col_expr(Column::DispatchedAt, Expr::value(tx.now()))
            .filter(Column::Id.is_in(ids))
            .exec(tx)
            .await?;
    }
    Ok(count)
}
