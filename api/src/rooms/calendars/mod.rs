//! The calendar of an account: what it hosts, helps at and has registered for, at an address of its own.
//!
//! Calendar programs send no credentials, so the address is the secret: it is told once, kept as a keyed hash, and ends when
//! its owner makes another one or takes it back. Those programs run on other people's servers, so the file says what, when
//! and where to look, and no more: no place, no text, and at high risk not even a title.

mod api;
mod store;

use crate::http::routes::Routes;

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes.service(api::create).service(api::remove).service(api::feed);
}
