//! The id of the request that is being answered, for whoever notes what was done in it.

use std::future::Future;

use tokio::task::spawn_local;
use uuid::Uuid;

use crate::problem::Problem;

tokio::task_local! {
    static CURRENT: Uuid;
}

/// Runs `call` as the answering of this request.
pub(super) async fn within<T>(id: Uuid, call: impl Future<Output = T>) -> T {
    CURRENT.scope(id, call).await
}

/// The request that is being answered; none in deferred work and on the command line.
pub fn current() -> Option<Uuid> {
    CURRENT.try_with(|id| *id).ok()
}

/// Runs `call` to its end, also if nobody waits for it any more: what takes longer than a request may is done all the same,
/// and its repetition finds it done.
pub async fn to_the_end<T: 'static>(
    call: impl Future<Output = Result<T, Problem>> + 'static,
) -> Result<T, Problem> {
    let running = match current() {
        Some(id) => spawn_local(within(id, call)),
        None => spawn_local(call),
    };
    running.await.map_err(Problem::internal)?
}
