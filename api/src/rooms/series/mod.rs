//! Series: rules that make events recur in local wall time.
//!
//! A series says what its events are ([`template`]) and when they take place ([`plan`]). Ninety days ahead a round of the
//! worker makes an ordinary event of each occurrence ([`make_due`]), with the rights of whoever made the series. An
//! occurrence is known by the wall time that the rule gives it, wherever it is moved: `(series, recurrence)` is a key, so of
//! two workers one makes it.
//!
//! What is changed of a series reaches the events that were made of it and have not begun, except those that somebody
//! edited: these stay as they are ([`follow`]). When it takes place changes only from an occurrence on ([`split`]): the
//! series ends there and another one goes on, which takes over the events made ahead, the first for its first and so on.

mod api;
mod check;
mod expanding;
mod fairness;
mod follow;
mod forget;
mod make;
mod occurrences;
mod out;
mod plan;
mod policy;
mod rrule;
mod split;
mod store;
mod template;
mod wire;

pub use expanding::wall_times;
pub use forget::{forget_person, naming};
pub use make::make_due;
pub use store::own;

use crate::http::routes::Routes;

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(api::create)
        .service(api::list)
        .service(api::get)
        .service(api::change)
        .service(api::end)
        .service(split::split)
        .service(occurrences::list)
        .service(occurrences::reschedule)
        .service(occurrences::cancel)
        .service(fairness::fairness);
}
