//! News to the submitter, where there is an address.

use ::entity::submission;

use crate::access::ManageToken;
use crate::db::Tx;
use crate::outbox::{Language, Letter, Message, Post, mail};
use crate::problem::Problem;

/// The page on which a submission is followed.
pub(super) const PAGE: &str = "submission";

/// Writes that it has arrived, with the token.
pub(super) async fn received(
    tx: &Tx,
    post: &Post,
    row: &submission::Model,
    email: Option<&str>,
    token: &ManageToken,
) -> Result<(), Problem> {
    let message = Message::SubmissionReceived { link: post.link(PAGE, &token.text()) };
    write(tx, post, row, email, message).await
}

/// Writes that something has happened. The token is not stored, so the letter leads to where it is asked for.
pub(super) async fn news(
    tx: &Tx,
    post: &Post,
    row: &submission::Model,
    email: Option<&str>,
    message: fn(String) -> Message,
) -> Result<(), Problem> {
    write(tx, post, row, email, message(post.page(PAGE))).await
}

async fn write(
    tx: &Tx,
    post: &Post,
    row: &submission::Model,
    email: Option<&str>,
    message: Message,
) -> Result<(), Problem> {
    let Some(email) = email else { return Ok(()) };
    mail(tx, post, Letter { to: email.to_owned(), language: Language::of(&row.language), message }).await
}
