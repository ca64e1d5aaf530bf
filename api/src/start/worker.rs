//! Deferred work, done beside the requests.

use std::time::Duration;

use sea_orm::DbErr;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::db::Db;
use crate::problem::unquoted;
use crate::publishing;
use crate::rooms::events;

/// How often it is asked what has become due.
const PERIOD: Duration = Duration::from_secs(1);
/// How long a round that has begun may take to end. One that is cut off changes nothing and is done anew later.
const LAST_ROUND: Duration = Duration::from_secs(5);

/// Does what is due, one round after the other, until it is told to stop.
pub(super) struct Worker {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Worker {
    /// Begins. Must be called inside an actix system.
    pub(super) fn start(db: Db) -> Self {
        let (stop, told) = oneshot::channel();
        Self { stop, task: tokio::task::spawn_local(rounds(db, told)) }
    }

    /// Waits for the round that has begun, and ends.
    pub(super) async fn stop(mut self) {
        drop(self.stop);
        if timeout(LAST_ROUND, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}

async fn rounds(db: Db, mut told: oneshot::Receiver<()>) {
    let mut clock = interval(PERIOD);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = &mut told => return,
            _ = clock.tick() => {}
        }
        if let Err(error) = round(&db).await {
            let cause = unquoted(&error.to_string());
            tracing::error!(cause, "deferred work failed and is tried again");
        }
    }
}

/// Does what is due now.
///
/// # Errors
/// The database's; what was done before stays done.
pub(super) async fn round(db: &Db) -> Result<(), DbErr> {
    db.settle().await;
    let done = publishing::run_due(db).await?;
    if done != publishing::Done::default() {
        tracing::info!(written = done.written, removed = done.removed, "published what was due");
    }
    let moved = events::follow_zone_data(db).await?;
    if moved > 0 {
        tracing::info!(moved, "derived times anew from the time zone database");
    }
    Ok(())
}
