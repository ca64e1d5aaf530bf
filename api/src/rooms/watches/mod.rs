//! Watching: somebody gets a letter when there is something new of a country, a theme or a part of the map.
//!
//! Whoever types an address may be somebody else, so nothing is sent before the mailbox has said yes: the call that asks writes one row,
//! whoever asks, and a worker writes the letter with the token ([`asking`]), three to a mailbox at most while none is answered. A
//! letter with news ([`digests`]) is composed while it is sent, from public documents alone, and waits nowhere: what was
//! withdrawn a second before is not in it.
//!
//! Address and filter are sealed. Neither the audit log nor any call of the staff tells of watches: what somebody watches could tell where
//! they are from, or where they go.

mod api;
mod asking;
mod digests;
mod ending;
mod filter;
mod forget;
mod me;
mod mine;
mod rules;
mod store;
mod wire;

use crate::http::routes::Routes;

pub use asking::{ask, new_links};
pub use digests::send_due;
pub use filter::{WatchFilterPatch, checked};
pub use forget::{WatchArchive, archive, forget_account, forget_address, forget_again, tidy_up};

/// What the hash of a manage token is for.
const KIND: &str = "watch";
/// The page on which a watch is confirmed, changed and ended.
const PAGE: &str = "watch";

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(api::create)
        .service(mine::get)
        .service(mine::change)
        .service(mine::remove)
        .service(mine::confirm)
        .service(ending::stop)
        .service(me::list)
        .service(me::remove);
}
