//! One after the other: twins of a request, and requests for one thing that many want at once, wait outside the database,
//! where they hold no connection.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::OwnedMutexGuard;
use tokio::time::timeout;
use uuid::Uuid;

use crate::problem::{Kind, Problem};

/// How long a twin waits for the first. Shorter than any request may take.
pub(super) const PATIENCE: Duration = Duration::from_millis(1500);

/// How long somebody waits for what many want at once: with the time before and after, shorter than any request may take.
const IN_LINE: Duration = Duration::from_secs(1);
/// Seconds after which they do.
const AGAIN: u32 = 1;

/// Who waits for whose answer, in one process.
#[derive(Clone, Default)]
pub struct Replays(Arc<Mutex<Seats>>);

type Seats = HashMap<Uuid, Arc<tokio::sync::Mutex<()>>>;

/// A turn, until it is dropped. The guard goes first, then the seat.
#[must_use]
pub struct Turn {
    _guard: OwnedMutexGuard<()>,
    _seat: Seat,
}

/// Waiting for a turn or having it.
struct Seat {
    all: Replays,
    id: Uuid,
    lock: Arc<tokio::sync::Mutex<()>>,
}

impl Replays {
    /// Waits for its turn at this place.
    ///
    /// # Errors
    /// 409 if that takes too long.
    pub(super) async fn turn(&self, id: Uuid) -> Result<Turn, Problem> {
        let lock = self.seats().entry(id).or_default().clone();
        let seat = Seat { all: self.clone(), id, lock };
        match timeout(PATIENCE, seat.lock.clone().lock_owned()).await {
            Ok(guard) => Ok(Turn { _guard: guard, _seat: seat }),
            Err(_) => Err(Problem::of(Kind::InProgress).retry_after(1)),
        }
    }

    /// Waits in line for a record that many want to change at once. Whoever is through holds the only connection that waits
    /// for its row in this process, so nobody's time is over while the database has them wait.
    ///
    /// # Errors
    /// 503 if that takes too long.
    pub async fn line_up(&self, record: Uuid) -> Result<Turn, Problem> {
        let lock = self.seats().entry(record).or_default().clone();
        let seat = Seat { all: self.clone(), id: record, lock };
        match timeout(IN_LINE, seat.lock.clone().lock_owned()).await {
            Ok(guard) => Ok(Turn { _guard: guard, _seat: seat }),
            Err(_) => Err(Problem::of(Kind::Unavailable).retry_after(AGAIN)),
        }
    }

    fn seats(&self) -> MutexGuard<'_, Seats> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.seats().is_empty()
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.all.seats();
        // Ours and the table's: nobody else waits.
        if Arc::strong_count(&self.lock) == 2 {
            seats.remove(&self.id);
        }
    }
}
