//! Allowances that the processes on one PostgreSQL give out in common.
//!
//! Each process counts by itself, at once, and tells the others twice a second what it gave away; what the others gave away
//! is taken from its own buckets. So a caller gets more than is allowed only within such a moment. Whose a bucket is, is
//! told as a hash under the master key.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ::entity::allowance_use::{Column, Entity, Model};
use actix_web::web::Data;
use chrono::TimeDelta;
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _};
use tokio::time::{MissedTickBehavior, interval, timeout};
use uuid::Uuid;

use super::Limits;
use crate::db::{Db, Tx, save_all};
use crate::ids;
use crate::vault::Vault;

/// How often processes tell each other.
const PERIOD: Duration = Duration::from_millis(500);
/// How long the database has to answer; the next round tells what this one could not.
const PATIENCE: Duration = Duration::from_secs(2);
/// A bucket from which nothing was given for so long is told no more.
const QUIET: Duration = Duration::from_secs(120);
/// Rows of this age are of processes that ended.
const LEFT_BEHIND: TimeDelta = TimeDelta::minutes(10);

/// What this process gave away.
pub struct Exchange {
    vault: Arc<Vault>,
    process_id: Uuid,
    given: Mutex<HashMap<Bucket, Given>>,
}

/// One caller's share of one allowance.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Bucket {
    pool: Arc<str>,
    number: u64,
}

#[derive(Clone, Copy)]
struct Given {
    total: i64,
    told: i64,
    last: Instant,
}

/// An allowance that all processes give out.
pub(super) struct Common {
    pool: Arc<str>,
    exchange: Arc<Exchange>,
}

impl Common {
    pub(super) fn new(pool: &str, exchange: &Arc<Exchange>) -> Self {
        Self { pool: pool.into(), exchange: exchange.clone() }
    }

    pub(super) fn pool(&self) -> &str {
        &self.pool
    }

    /// The number of whoever it is, in every process the same.
    pub(super) fn number(&self, of: impl Hash) -> u64 {
        let mut bytes = Bytes::default();
        of.hash(&mut bytes);
        let hash = self.exchange.vault.keyed_hash("allowance", &[self.pool.as_bytes(), &bytes.0]);
        let Ok([a, b, c, d, e, f, g, h, ..]) = hash else { return 0 };
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }

    /// Notes that one was given away.
    pub(super) fn gave(&self, number: u64) {
        let bucket = Bucket { pool: self.pool.clone(), number };
        let (mut given, last) = (self.exchange.given(), Instant::now());
        let given = given.entry(bucket).or_insert(Given { total: 0, told: 0, last });
        (given.total, given.last) = (given.total + 1, last);
    }
}

/// What somebody is hashed from.
#[derive(Default)]
struct Bytes(Vec<u8>);

impl Hasher for Bytes {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}

impl Exchange {
    /// Begins with nothing given. Processes with the same master key understand each other.
    pub fn new(vault: Arc<Vault>) -> Self {
        Self { vault, process_id: ids::v4(), given: Mutex::default() }
    }

    fn given(&self) -> MutexGuard<'_, HashMap<Bucket, Given>> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the others what was given since they were told, and forgets who has been quiet.
    async fn tell(&self, db: &Db) -> Result<(), DbErr> {
        let given: Vec<(Bucket, Given)> =
            self.given().iter().map(|(bucket, given)| (bucket.clone(), *given)).collect();
        let (quiet, busy): (Vec<_>, Vec<_>) = given
            .into_iter()
            .partition(|(_, given)| given.total == given.told && given.last.elapsed() > QUIET);
        let news: Vec<&(Bucket, Given)> = busy.iter().filter(|(_, given)| given.total > given.told).collect();
        if news.is_empty() && quiet.is_empty() {
            return Ok(());
        }
        db.write(async |tx| {
            self.write(tx, &news).await?;
            for (bucket, _) in &quiet {
                Entity::delete_by_id((self.process_id, bucket.pool.to_string(), bucket.number.cast_signed()))
                    .exec(tx)
                    .await?;
            }
            Entity::delete_many().filter(Column::UsedAt.lt(tx.now() - LEFT_BEHIND)).exec(tx).await?;
            Ok::<_, DbErr>(())
        })
        .await?;
        let mut kept = self.given();
        for (bucket, told) in news {
            if let Some(given) = kept.get_mut(bucket) {
                given.told = told.total;
            }
        }
        for (bucket, was) in &quiet {
            // It may have been asked again meanwhile: then its number goes on.
            if kept.get(bucket).is_some_and(|given| given.total == was.total) {
                kept.remove(bucket);
            }
        }
        Ok(())
    }

    async fn write(&self, tx: &Tx, news: &[&(Bucket, Given)]) -> Result<(), DbErr> {
        let row = |(bucket, given): &&(Bucket, Given)| Model {
            process_id: self.process_id,
            pool: bucket.pool.to_string(),
            bucket: bucket.number.cast_signed(),
            total: given.total,
            used_at: tx.now(),
        };
        save_all(tx, news.iter().map(row).collect(), &[]).await
    }
}

/// What was heard of the others.
#[derive(Default)]
struct Heard(Option<HashMap<(Uuid, String, i64), i64>>);

impl Heard {
    /// What is new in all that the others tell. Of what was given before this process came, nothing is.
    fn news(&mut self, rows: Vec<Model>) -> Vec<(String, u64, u32)> {
        let before = self.0.replace(HashMap::with_capacity(rows.len()));
        let now = self.0.get_or_insert_default();
        let mut news = Vec::new();
        for Model { process_id, pool, bucket, total, used_at: _ } in rows {
            let key = (process_id, pool.clone(), bucket);
            let known = before.as_ref().map(|before| before.get(&key).copied().unwrap_or(0));
            // Whoever forgot a bucket and begins anew counts from nothing.
            let known = known.map_or(total, |known| if known > total { 0 } else { known });
            if let Some(more) = u32::try_from(total - known).ok().filter(|more| *more > 0) {
                news.push((pool, bucket.cast_unsigned(), more));
            }
            now.insert(key, total);
        }
        news
    }
}

/// Tells the others and hears from them, for ever.
pub async fn run(exchange: Arc<Exchange>, limits: Data<Limits>, db: Db) {
    let mut heard = Heard::default();
    let mut clock = interval(PERIOD);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        clock.tick().await;
        // Whoever cannot be told now is told in the next round.
        let _ = timeout(PATIENCE, round(&exchange, &limits, &db, &mut heard)).await;
    }
}

async fn round(exchange: &Exchange, limits: &Limits, db: &Db, heard: &mut Heard) -> Result<(), DbErr> {
    exchange.tell(db).await?;
    let others = Entity::find().filter(Column::ProcessId.ne(exchange.process_id));
    let rows = others.filter(Column::UsedAt.gt(db.now() - LEFT_BEHIND)).all(db.reader()).await?;
    for (pool, bucket, more) in heard.news(rows) {
        limits.taken_by_others(&pool, bucket, more);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(process: u128, bucket: i64, total: i64) -> Model {
        let process_id = Uuid::from_u128(process);
        Model { process_id, pool: "key".into(), bucket, total, used_at: chrono::DateTime::UNIX_EPOCH }
    }

    #[test]
    fn only_what_is_new_is_taken() {
        let mut heard = Heard::default();
        assert!(heard.news(vec![row(1, 7, 40)]).is_empty(), "it was given before");
        assert_eq!(
            heard.news(vec![row(1, 7, 42), row(2, 7, 3)]),
            [("key".into(), 7, 2), ("key".into(), 7, 3)]
        );
        assert!(heard.news(vec![row(1, 7, 42), row(2, 7, 3)]).is_empty());
        assert_eq!(heard.news(vec![row(1, 7, 1), row(2, 7, 3)]), [("key".into(), 7, 1)], "it began anew");
        assert!(heard.news(vec![row(2, 7, 3)]).is_empty());
        assert_eq!(heard.news(vec![row(1, 7, 5), row(2, 7, 3)]), [("key".into(), 7, 5)]);
    }
}
