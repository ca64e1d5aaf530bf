//! The id of the request that is being answered, for whoever notes what was done in it.

use std::future::Future;

use uuid::Uuid;

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
