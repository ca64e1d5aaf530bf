//! Batches: queues of calls that were written offline, done one after the other once there is a line.
//!
//! Each item goes through the whole service as if it had come alone (`http::inside`): credentials, allowances, limits, transaction,
//! `Idempotency-Key`. So a batch can do what its items could, and no more; and because an item's id is its key, whatever is sent
//! again, whole, in other portions or alone, is done once. [`rules`] says what may be in a batch, and puts what an earlier item was
//! answered where a later one refers to it.

mod api;
mod rules;
mod wire;

use crate::http::routes::Routes;

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes.service(api::send);
}
