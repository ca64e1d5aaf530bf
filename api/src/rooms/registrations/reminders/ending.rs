//! Ending the reminders of one registration, with no more than the letter at hand.

use ::entity::ids::RegistrationId;
use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, post};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::desk::Desk;
use super::super::store;
use crate::access::action::Anyone;
use crate::access::{Allowed, OneClick, Stopper};
use crate::app::App;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::http::idempotency::{Caller, IdempotencyKey, Once, Reply};
use crate::problem::Problem;
use crate::vault::Vault;

/// What ends the reminders of a registration, and does nothing else.
const STOPPER: Stopper = Stopper::new("sol_un_", "unsubscribe token");

/// The token that ends the reminders of a registration.
///
/// # Errors
/// None that happen; see [`Vault::keyed_hash`].
pub fn token(vault: &Vault, id: RegistrationId) -> anyhow::Result<SecretString> {
    STOPPER.token(vault, id.0)
}

/// Which reminders.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct UnsubscribePath {
    /// The token of the letter.
    #[param(
        min_length = 1,
        max_length = 100,
        pattern = "^sol_un_[A-Za-z0-9_-]+$",
        example = "sol_un_example"
    )]
    token: String,
}

/// End reminders
///
/// Of one registration, with the token of the letter; nothing else changes, and `PATCH /v1/registrations/mine` begins them
/// anew. It is what `List-Unsubscribe` of the letter names, so mail programs do it with one click (RFC 8058).
#[utoipa::path(
    tag = "registrations",
    operation_id = "registrations.unsubscribe",
    params(UnsubscribePath, IdempotencyKey),
    request_body(content = Option<OneClick>, content_type = "application/x-www-form-urlencoded"),
    responses((status = 204, description = "There are no more reminders"), Problem),
    security()
)]
#[post("/v1/unsubscribe/{token}")]
pub async fn stop(
    app: Data<App>,
    _who: Allowed<Anyone>,
    path: Path<UnsubscribePath>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    let unknown = || Problem::not_found("reminder");
    let id = STOPPER.read(&app.vault, &path.token)?.map(RegistrationId).ok_or_else(unknown)?;
    let found = store::by_id(app.db.reader(), id).await?.ok_or_else(unknown)?;
    once.run(&app, Caller::Nobody, async |tx| {
        let desk = Desk::open(tx, &app.post, found.event_id).await?.ok_or_else(unknown)?;
        let row = store::by_id(tx, id).await?.filter(|row| row.reminders && row.erased_at.is_none());
        if let Some(mut row) = row {
            row.reminders = false;
            store::save(tx, &mut row).await?;
            super::recall(tx, id).await?;
            let ended = Entry::new(By::Token(audit::Token::Manage), Action::Update);
            audit::note(tx, ended.on(Kind::Registration, id).fields(["reminders"])).await?;
        }
        desk.settle(true).await?;
        Ok(Reply::no_content())
    })
    .await
}
