//! Word of what this process changes on the public side, for whoever keeps copies of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;

/// Counts the transactions of this process that changed the public side. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct Published(Arc<Counted>);

#[derive(Debug, Default)]
struct Counted {
    count: AtomicU64,
    news: Notify,
}

impl Published {
    /// How many there were.
    pub fn count(&self) -> u64 {
        self.0.count.load(Ordering::Acquire)
    }

    /// Counts one more.
    pub fn once_more(&self) {
        self.0.count.fetch_add(1, Ordering::AcqRel);
        self.0.news.notify_one();
    }

    /// Waits for one more than the last that was waited for. Only one may wait.
    pub async fn next(&self) {
        self.0.news.notified().await;
    }
}
