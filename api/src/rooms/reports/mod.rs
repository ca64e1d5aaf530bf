//! Reports: anybody says, without an account, that something in public is about them, endangers somebody or is wrong.
//! Moderators take it off the public side at once, or look into it first. Whoever asks learns nothing by it: the answer is the
//! same whether or not there is such a record.

mod api;
mod open;
mod retention;
mod rules;
mod store;
mod wire;

use crate::http::routes::Routes;

pub use retention::erase_old;

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(open::create)
        .service(api::list)
        .service(api::get)
        .service(api::claim)
        .service(api::close)
        .service(api::hide)
        .service(api::unhide);
}
