//! Letters to those who registered, where there is an address that they have shown to be theirs.

use ::entity::registration;

use super::store;
use crate::access::ManageToken;
use crate::db::Tx;
use crate::outbox::{Language, Letter, Message, Post, mail};
use crate::problem::Problem;

/// The page on which a registration is followed.
const PAGE: &str = "registration";

/// Writes to an address that it has to be confirmed, with the token that does so. Where there is an entry with it already,
/// the letter says that; nobody else learns it.
pub(super) async fn confirm(
    tx: &Tx,
    post: &Post,
    row: &registration::Model,
    email: &str,
    token: &ManageToken,
    again: bool,
) -> Result<(), Problem> {
    let link = post.link(PAGE, &token.text());
    let message = if again { Message::EntryAgain { link } } else { Message::ConfirmEntry { link } };
    mail(tx, post, Letter { to: email.to_owned(), language: Language::of(&row.language), message }).await
}

/// Writes that something has happened. The token is not stored, so the letter leads to where it is asked for.
pub(super) async fn news(
    tx: &Tx,
    post: &Post,
    row: &registration::Model,
    message: fn(String) -> Message,
) -> Result<(), Problem> {
    if row.verified_at.is_none() || post.is_off() {
        return Ok(());
    }
    let Some(to) = store::email(tx, post.vault(), row).await? else { return Ok(()) };
    let (language, message) = (Language::of(&row.language), message(post.page(PAGE)));
    mail(tx, post, Letter { to, language, message }).await
}
