//! Sessions: signing in, staying signed in, signing out.
//!
//! A session is one device of one account. It lives on a refresh token that changes with every use; access tokens of ten
//! minutes are made from it (`access::token`). Sign-in and refresh take no `Idempotency-Key`: the one must not be replayed,
//! and the other gives the same answer again by itself (`access::secret::RefreshToken`).

mod api;
mod store;
mod wire;

use ::entity::account;
use ::entity::ids::{AccountId, SessionId};
use secrecy::SecretString;

use crate::access::Access;
use crate::access::secret::RefreshToken;
use crate::audit;
use crate::db::{Db, Tx};
use crate::http::routes::Routes;
use crate::problem::Problem;
use crate::vault::Vault;

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(api::create)
        .service(api::refresh)
        .service(api::list)
        .service(api::end_current)
        .service(api::end);
}

/// Begins a session.
///
/// # Errors
/// The database's, or that the system has no randomness.
async fn begin(
    tx: &Tx,
    vault: &Vault,
    row: &account::Model,
    second_factor: bool,
) -> Result<RefreshToken, Problem> {
    let token = RefreshToken::first(SessionId(crate::ids::v4()))?;
    store::insert(tx, token.session(), row.id, token.hash(vault)?, second_factor).await?;
    Ok(token)
}

/// Signs an account in without asking for its password, and gives an access token: for whoever started the program.
///
/// # Errors
/// 404 if there is no such account; the database's or the vault's.
pub async fn begin_unasked(
    db: &Db,
    vault: &Vault,
    access: &Access,
    account: AccountId,
) -> Result<SecretString, Problem> {
    let session = db
        .write(async |tx| {
            let row = super::accounts::lock(tx, account).await?.ok_or(Problem::not_found("account"))?;
            let session = begin(tx, vault, &row, false).await?.session();
            let signed_in = audit::Entry::new(audit::By::System, audit::Action::SignIn);
            audit::note(tx, signed_in.on(audit::Kind::Session, session)).await?;
            Ok::<_, Problem>(session)
        })
        .await?;
    Ok(access.token(db, account, session).await?)
}
