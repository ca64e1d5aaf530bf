//! What has to be tidied up now and then, or it grows for ever.

use std::time::Duration;

use actix_web::web::Data;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use crate::gallery::cache::Cache;
use crate::http::limits::Limits;
use crate::http::meter;

/// How often.
const PERIOD: Duration = Duration::from_secs(5);

/// Tidies up until it is dropped.
pub(super) struct Upkeep(JoinHandle<()>);

impl Upkeep {
    /// Begins. Must be called inside an actix system.
    pub(super) fn start(
        limits: Data<Limits>,
        cache: Option<Data<Cache>>,
        recorded: Option<PrometheusHandle>,
    ) -> Self {
        Self(tokio::task::spawn_local(async move {
            let mut clock = interval(PERIOD);
            clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                clock.tick().await;
                meter::callers(limits.forget_the_quiet());
                if let Some(cache) = &cache {
                    meter::cache_bytes(cache.bytes());
                }
                // What has been measured piles up between two scrapes until it is sorted in.
                if let Some(recorded) = &recorded {
                    recorded.run_upkeep();
                }
            }
        }))
    }
}

impl Drop for Upkeep {
    fn drop(&mut self) {
        self.0.abort();
    }
}
