//! The calendar of an account: what it hosts, helps at and has registered for, at an address of its own.
//!
//! Calendar programs send no credentials, so the address is the secret: it is told once, kept as a keyed hash, and ends when
//! its owner makes another one or takes it back. Those programs run on other people's servers, so the file says what, when
//! and where to look, and no more: no place, no text, and at high risk not even a title.

mod api;
mod store;

use ::entity::ids::AccountId;
use sea_orm::DbErr;

use crate::db::Tx;
use crate::http::routes::Routes;

/// Ends the address of an account's calendar, if it has one.
///
/// # Errors
/// The database's.
pub async fn close(tx: &Tx, account: AccountId) -> Result<(), DbErr> {
    match store::of_account(tx, account).await? {
        Some(row) => store::remove(tx, &row).await,
        None => Ok(()),
    }
}

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes.service(api::create).service(api::remove).service(api::feed);
}
