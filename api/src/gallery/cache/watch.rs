//! Noticing what changed on the public side, whoever changed it: this process, another one, or a command.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use entity::gallery_document::DocumentKind;
use sea_orm::DbErr;
use tokio::time::timeout;
use uuid::Uuid;

use super::freshness::{Changed, Freshness};
use crate::clock::Clock;
use crate::db::PublicDb;
use crate::gallery::sql::Sql;

/// How often is looked where nothing is heard.
const PERIOD: Duration = Duration::from_millis(100);
/// How long one look may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// More documents than these are not asked for one by one.
const MOST: usize = 1000;

/// Looks at the numbers that the door gives (`publishing/number.rs`), and tells [`Freshness`].
pub struct Watch {
    db: PublicDb,
    clock: Arc<dyn Clock>,
    freshness: Arc<Freshness>,
    seen: Option<Seen>,
}

/// What the last look saw.
#[derive(Clone, Copy)]
struct Seen {
    seq: i64,
    switched: i64,
    at: DateTime<Utc>,
}

impl Watch {
    /// Begins with a look. `db` should have a connection that no reader waits for.
    pub fn new(db: PublicDb, clock: Arc<dyn Clock>, freshness: Arc<Freshness>) -> Self {
        Self { db, clock, freshness, seen: None }
    }

    /// Looks again and again, for ever; at once when this process has published.
    pub async fn run(mut self) {
        let published = self.freshness.published().clone();
        loop {
            // A look that fails is told by its absence: soon nothing kept is trusted.
            let _ = timeout(PATIENCE, self.look()).await;
            let _ = timeout(PERIOD, published.next()).await;
        }
    }

    /// Looks once.
    ///
    /// # Errors
    /// The database's.
    pub async fn look(&mut self) -> Result<(), DbErr> {
        let (begun, published) = (Instant::now(), self.freshness.published().count());
        let now = self.clock.now();
        let mut sql = Sql::new(&self.db);
        sql.push("SELECT c.seq, c.switched, (SELECT min(d.public_until) FROM gallery_document d WHERE ");
        sql.push("d.withdrawn_at IS NULL AND d.public_until IS NOT NULL AND d.public_until > ").bind(now);
        sql.push(") AS next_end FROM gallery_clock c");
        let row = sql.one(&self.db).await?;
        let row = row.ok_or_else(|| DbErr::RecordNotFound("gallery_clock".to_owned()))?;
        let (seq, next_end): (i64, _) = (row.get(0)?, row.get(2)?);
        let switched: i64 = row.get(1)?;
        let changed = match self.seen {
            Some(seen) if seq < seen.seq || switched != seen.switched => Changed::Everything,
            Some(seen) => self.changed(seen, seq, now).await?,
            None => Changed::Everything,
        };
        self.seen = Some(Seen { seq, switched, at: now });
        self.freshness.note(begun, published, changed, next_end);
        Ok(())
    }

    /// What was numbered, or ceased to be shown, since.
    async fn changed(&self, seen: Seen, seq: i64, now: DateTime<Utc>) -> Result<Changed, DbErr> {
        let mut documents: Vec<(Uuid, DocumentKind)> = Vec::new();
        if seq > seen.seq {
            let mut sql = Sql::new(&self.db);
            sql.push("SELECT d.id, d.kind FROM gallery_document d WHERE d.seq IS NOT NULL AND d.seq > ");
            sql.bind(seen.seq).push(" LIMIT ").number(MOST + 1);
            documents.extend(self.ask(sql).await?);
        }
        let mut sql = Sql::new(&self.db);
        sql.push("SELECT d.id, d.kind FROM gallery_document d WHERE d.withdrawn_at IS NULL ");
        sql.push("AND d.public_until IS NOT NULL AND d.public_until > ").bind(seen.at);
        sql.push(" AND d.public_until <= ").bind(now).push(" LIMIT ").number(MOST + 1);
        if now != seen.at {
            documents.extend(self.ask(sql).await?);
        }
        Ok(if documents.len() > MOST { Changed::Everything } else { Changed::Documents(documents) })
    }

    async fn ask(&self, sql: Sql) -> Result<Vec<(Uuid, DocumentKind)>, DbErr> {
        let rows = sql.all(&self.db).await?;
        rows.iter().map(|row| Ok((row.get(0)?, row.word(1)?))).collect()
    }
}
