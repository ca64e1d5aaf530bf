//! Asking for the links to what is one's own.

use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use utoipa::ToSchema;

use super::store;
use crate::access::Allowed;
use crate::access::action::Anyone;
use crate::app::App;
use crate::http::idempotency::{Caller, IdempotencyKey, Once, Reply};
use crate::http::json::{Body, Empty};
use crate::problem::Problem;

/// Whose links.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ManageLinksIn {
    /// The e-mail address.
    #[schema(value_type = String, format = "email", max_length = 254, pattern = r"^[^@\s]+@[^@\s]+$", example = "amina@example.org")]
    email: SecretString,
}

/// Ask for the links to what is one's own
///
/// One letter with new links to the registrations, submissions, consents, watches and entries on the map that belong to this address, if
/// there are any; at most one an hour. The answer is the same, and takes as long, whether or not there are. A new link takes the place of
/// the one before.
#[utoipa::path(
    tag = "manage-links",
    operation_id = "manage_links.request",
    params(IdempotencyKey),
    request_body = ManageLinksIn,
    responses((status = 202, description = "If there is anything, a letter is on its way", body = Empty), Problem),
    security()
)]
#[post("/v1/manage-links")]
pub(super) async fn ask(
    app: Data<App>,
    _who: Allowed<Anyone>,
    once: Once,
    body: Body<ManageLinksIn>,
) -> Result<HttpResponse, Problem> {
    once.run(&app, Caller::Nobody, async |tx| {
        store::ask(tx, &app.vault, body.email.expose_secret().trim()).await?;
        Reply::accepted(&Empty {})
    })
    .await
}
