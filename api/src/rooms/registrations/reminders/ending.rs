//! Ending the reminders of one registration, with no more than the letter at hand.

use ::entity::ids::RegistrationId;
use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, post};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use secrecy::SecretString;
use serde::Deserialize;
use subtle::ConstantTimeEq as _;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::super::desk::Desk;
use super::super::store;
use crate::access::Allowed;
use crate::access::action::Anyone;
use crate::app::App;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::http::idempotency::{Caller, IdempotencyKey, Once, Reply};
use crate::problem::Problem;
use crate::vault::Vault;

/// What such tokens begin with.
const PREFIX: &str = "sol_un_";
/// Bytes of the check behind the identifier: nobody can make it without the master key.
const CHECK: usize = 16;

/// The token that ends the reminders of a registration, and does nothing else. It is always the same, so every letter has
/// it and none is stored.
///
/// # Errors
/// None that happen; see [`Vault::keyed_hash`].
pub fn token(vault: &Vault, id: RegistrationId) -> anyhow::Result<SecretString> {
    let bytes = [&id.0.as_bytes()[..], &check(vault, id)?].concat();
    Ok(format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(bytes)).into())
}

fn check(vault: &Vault, id: RegistrationId) -> anyhow::Result<[u8; CHECK]> {
    let whole = vault.keyed_hash("unsubscribe token", &[id.0.as_bytes()])?;
    Ok(std::array::from_fn(|at| whole[at]))
}

/// The registration that a token is for; none if it is none of ours.
fn read(vault: &Vault, text: &str) -> anyhow::Result<Option<RegistrationId>> {
    let Some(text) = text.strip_prefix(PREFIX) else { return Ok(None) };
    let Ok(bytes) = BASE64_URL_SAFE_NO_PAD.decode(text) else { return Ok(None) };
    let Some((id, told)) = bytes.split_at_checked(16) else { return Ok(None) };
    let Ok(id) = Uuid::from_slice(id) else { return Ok(None) };
    let genuine = told.len() == CHECK && bool::from(check(vault, id.into())?.ct_eq(told));
    Ok(genuine.then_some(id.into()))
}

/// Which reminders.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct UnsubscribePath {
    /// The token of the letter.
    #[param(min_length = 1, max_length = 100, pattern = "^sol_un_[A-Za-z0-9_-]+$", example = "sol_un_…")]
    token: String,
}

/// What mail programs send (RFC 8058). It is not looked at.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described")]
pub struct OneClick {
    /// `One-Click`.
    #[schema(rename = "List-Unsubscribe", example = "One-Click")]
    list_unsubscribe: String,
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
    let id = read(&app.vault, &path.token)?.ok_or_else(unknown)?;
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn a_token_is_for_one_registration_and_nobody_else_makes_one() {
        let vault = |byte: &str| Vault::open(Path::new(""), Some(&byte.repeat(32).into())).unwrap();
        let id = RegistrationId(Uuid::from_u128(7));
        let token = token(&vault("5e"), id).unwrap();
        let text = token.expose_secret();
        assert_eq!(read(&vault("5e"), text).unwrap(), Some(id));
        assert_eq!(read(&vault("5f"), text).unwrap(), None);
        for other in ["", PREFIX, &text[1..], &text[..text.len() - 4], &format!("{text}AAAA")] {
            assert_eq!(read(&vault("5e"), other).unwrap(), None, "{other}");
        }
    }
}
