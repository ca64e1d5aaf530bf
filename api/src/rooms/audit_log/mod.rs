//! The audit log as admins and moderators read it. What it is, and how it is kept whole, is in [`crate::audit`].

mod api;
mod wire;

use crate::http::routes::Routes;

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes.service(api::list).service(api::verify);
}
