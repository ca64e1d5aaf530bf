//! The audit log as admins and moderators read it. What it is, and how it is kept whole, is in [`crate::audit`].

mod api;
mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers all of this.
pub fn routes(config: &mut ServiceConfig) {
    config.service(api::list).service(api::verify);
}
