//! Entries: initiatives on the map, as whoever is asked about them sees them.
//!
//! A year after an initiative was last confirmed its contact is asked whether it is still so (`asking`), by a letter with a
//! link that works once, and reminded twice. Whoever holds the link (`mine`) confirms the entry, retires it or proposes
//! changes, which go to the reviewers (`submissions`). Nothing disappears because nobody answers: the gallery says when it
//! was last confirmed.

mod asking;
mod lost;
mod mine;
mod rules;
mod store;
mod wire;

use ::entity::initiative;
use uuid::Uuid;

use crate::access::ManageToken;
use crate::db::Tx;
use crate::http::idempotency::Caller;
use crate::http::routes::Routes;
use crate::problem::Problem;
use crate::vault::Vault;

pub use asking::{ask, tidy_up};
pub use lost::new_links;

/// What manage tokens of this room are for.
const KIND: &str = "entry";

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes.service(mine::get).service(mine::confirm).service(mine::retire);
}

/// The hash of a link's token.
pub struct Key(Vec<u8>);

impl Key {
    /// Of this token.
    ///
    /// # Errors
    /// None that happen.
    pub fn of(vault: &Vault, token: &ManageToken) -> Result<Self, Problem> {
        Ok(Self(token.hash(vault, KIND)?))
    }

    /// Whose repetitions are recognised: the token's, also when it has been used.
    pub fn caller(&self) -> Caller {
        Caller::Holder(Uuid::from_bytes(std::array::from_fn(|at| self.0[at])))
    }
}

/// An entry whose contact is answering, kept from changing until the transaction ends.
pub struct Held {
    /// The initiative.
    pub row: initiative::Model,
    contact: Uuid,
}

/// Finds the entry that a link opens.
///
/// # Errors
/// 401 if the link was used, has expired or never was.
pub async fn hold(tx: &Tx, key: &Key) -> Result<Held, Problem> {
    store::hold(tx, &key.0).await?.ok_or(Problem::bad_token())
}

/// Notes that changes were proposed: the links end, and the contact is asked anew if nothing comes of it.
///
/// # Errors
/// The database's.
pub async fn proposed(tx: &Tx, held: &Held) -> Result<(), Problem> {
    store::use_up(tx, held.contact).await?;
    Ok(store::ask_anew(tx, held.contact, rules::after_a_proposal(tx.now())).await?)
}
