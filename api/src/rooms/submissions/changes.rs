//! What the contact of an entry would have changed, with the link from a letter.

use actix_web::web::Data;
use actix_web::{HttpResponse, post};

use super::content::Asked;
use super::out::SubmissionReceived;
use super::store::{self, About, New};
use super::wire::{EntryChangesIn, Submitter};
use super::{KIND, amend, letters};
use crate::access::action::Anyone;
use crate::access::{Allowed, ManageToken};
use crate::app::App;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::Tx;
use crate::http::etag;
use crate::http::idempotency::{IdempotencyKey, Once, Reply};
use crate::http::json::Body;
use crate::outbox::{self, Fact};
use crate::problem::Problem;
use crate::rooms::entries;
use crate::rooms::initiatives::{self, Contact, InitiativeRecord};
use crate::rooms::records::Record as _;

/// Propose changes to an entry
///
/// They go to the reviewers, like what is submitted, and are public once they are approved, which also confirms the entry.
/// The token from the letter is used up; the answer holds another, with which `/v1/submissions/mine` is followed.
#[utoipa::path(
    tag = "entries",
    operation_id = "entries.mine.changes.create",
    params(IdempotencyKey),
    request_body = EntryChangesIn,
    responses((status = 201, description = "They have arrived", body = SubmissionReceived,
        headers(("Location" = String, description = "Where they are followed"),
            ("ETag" = String, description = "Their version"))), Problem),
    security(("manage_token" = []))
)]
#[post("/v1/entries/mine/changes")]
pub(super) async fn propose(
    app: Data<App>,
    _who: Allowed<Anyone>,
    token: ManageToken,
    once: Once,
    body: Body<EntryChangesIn>,
) -> Result<HttpResponse, Problem> {
    let (key, tracking) = (entries::Key::of(&app.vault, &token)?, ManageToken::new()?);
    once.run(&app, key.caller(), async |tx| {
        let held = entries::hold(tx, &key).await?;
        initiatives::still_on_the_map(&held.row)?;
        let (about, contact) = fitting(tx, &app, held.row.id, &body).await?;
        let new = New {
            token_hash: tracking.hash(&app.vault, KIND)?,
            submitted_by: None,
            asked: Asked::Change(Box::new(body.changes.clone())),
            submitter: nobody_new(contact),
        };
        let row = store::insert(tx, &app.vault, &new, Some(about)).await?;
        if let Some(message) = &body.message {
            store::write_message(tx, &app.vault, &row, None, message).await?;
        }
        entries::proposed(tx, &held).await?;
        outbox::tell(tx, Fact::SubmissionReceived { submission_id: row.id.0 }).await?;
        letters::received(tx, &app.post, &row, new.submitter.email.as_deref(), &tracking).await?;
        let made = Entry::new(By::Token(audit::Token::Manage), Action::Create).on(Kind::Submission, row.id);
        audit::note(tx, made).await?;
        let received = SubmissionReceived { id: row.id, status: row.status, tracking_token: tracking.text() };
        let reply = Reply::created("/v1/submissions/mine", &received)?;
        Ok(reply.etag(etag::of_version(row.version)).about(row.id))
    })
    .await
}

/// What the changes are about and who proposes them, if they fit what is there.
async fn fitting(
    tx: &Tx,
    app: &App,
    id: ::entity::ids::InitiativeId,
    body: &EntryChangesIn,
) -> Result<(About, Contact), Problem> {
    let record = InitiativeRecord::load(tx, &app.vault, &[id.0]).await?.remove(&id.0);
    let mut record = record.ok_or(Problem::bad_token())?;
    let contact = record.contact.take().ok_or(Problem::bad_token())?;
    let language = contact.language.clone().unwrap_or_else(|| record.row.language.clone());
    let about = About { id, country: record.row.country.clone(), language };
    amend::amended(tx, record, &[(&body.changes, "/changes")]).await?;
    Ok((about, contact))
}

/// The contact is known by the address alone.
fn nobody_new(contact: Contact) -> Submitter {
    Submitter {
        name: String::new(),
        role: String::new(),
        email: Some(contact.email),
        organisation: None,
        organisation_kind: None,
    }
}
