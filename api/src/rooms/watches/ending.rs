//! Ending a watch with no more than a letter at hand.

use ::entity::ids::WatchId;
use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, post};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{mine, store};
use crate::access::action::Anyone;
use crate::access::{Allowed, OneClick, Stopper};
use crate::app::App;
use crate::http::idempotency::{Caller, IdempotencyKey, Once, Reply};
use crate::problem::Problem;
use crate::vault::Vault;

/// What ends a watch, and does nothing else.
const STOPPER: Stopper = Stopper::new("sol_uw_", "end of a watch");

/// The token that ends a watch.
///
/// # Errors
/// None that happen; see [`Vault::keyed_hash`].
pub(super) fn token(vault: &Vault, id: WatchId) -> anyhow::Result<SecretString> {
    STOPPER.token(vault, id.0)
}

/// Where mail programs end a watch: its path.
pub(super) fn path(token: &str) -> String {
    format!("/v1/watches/unsubscribe/{token}")
}

/// Which watch.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct WatchEndPath {
    /// The token of the letter.
    #[param(
        min_length = 1,
        max_length = 100,
        pattern = "^sol_uw_[A-Za-z0-9_-]+$",
        example = "sol_uw_example"
    )]
    token: String,
}

/// End letters about what is new
///
/// With the token of one of them: at once and for good, and again it does nothing. It is what `List-Unsubscribe` of the letter
/// names, so mail programs do it with one click (RFC 8058).
#[utoipa::path(
    tag = "watches",
    operation_id = "watches.unsubscribe",
    params(WatchEndPath, IdempotencyKey),
    request_body(content = Option<OneClick>, content_type = "application/x-www-form-urlencoded"),
    responses((status = 204, description = "There are no more letters"), Problem),
    security()
)]
#[post("/v1/watches/unsubscribe/{token}")]
pub(super) async fn stop(
    app: Data<App>,
    _who: Allowed<Anyone>,
    path: Path<WatchEndPath>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    let id = STOPPER.read(&app.vault, &path.token)?.ok_or(Problem::not_found("watch"))?;
    once.run(&app, Caller::Nobody, async |tx| {
        if let Some(row) = store::for_change(tx, id.into()).await? {
            mine::end(tx, &row).await?;
        }
        Ok(Reply::no_content())
    })
    .await
}
