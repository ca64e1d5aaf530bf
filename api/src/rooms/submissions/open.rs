//! Asking to be on the map, without an account.

use actix_web::web::Data;
use actix_web::{HttpResponse, post};

use super::content::{Asked, settle};
use super::doubles::SubmissionDuplicates;
use super::out::SubmissionReceived;
use super::store::{self, New};
use super::wire::{SubmissionDuplicatesIn, SubmissionIn};
use super::{KIND, alike, approval, claims, letters};
use crate::access::action::{Anyone, Submit};
use crate::access::{Allowed, ManageToken};
use crate::app::App;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::http::etag;
use crate::http::idempotency::{IdempotencyKey, Once, Reply};
use crate::http::json::{Body, fault};
use crate::outbox::{self, Fact};
use crate::problem::Problem;
use crate::rooms::records;

/// Ask to be on the map
///
/// Or, with `claim`, to take over a public initiative: the submitter then names the organisation that will carry it.
///
/// Needs no account. The answer holds a tracking token, once: with it `/v1/submissions/mine` is followed, answered, changed
/// and taken back. It is mailed too, where mail is sent and there is an address. Nothing becomes public before a moderator
/// approves it. Links are not fetched.
#[utoipa::path(
    tag = "submissions",
    operation_id = "submissions.create",
    params(IdempotencyKey),
    request_body = SubmissionIn,
    responses((status = 201, description = "It has arrived", body = SubmissionReceived,
        headers(("Location" = String, description = "Where it is followed"),
            ("ETag" = String, description = "Its version"))), Problem),
    security((), ("bearer" = []), ("api_key" = ["submissions:write"]))
)]
#[post("/v1/submissions")]
pub(super) async fn create(
    app: Data<App>,
    who: Allowed<Submit>,
    once: Once,
    body: Body<SubmissionIn>,
) -> Result<HttpResponse, Problem> {
    let SubmissionIn { initiative, claim, submitter, message } = body.into_inner();
    let asked = match (initiative, &claim) {
        (Some(initiative), None) => Asked::Initiative(Box::new(settle(initiative, "/initiative")?)),
        (None, Some(_)) => Asked::Claim,
        (Some(_), Some(_)) => {
            return Err(refused("/claim", "contradiction", "must be left out beside initiative"));
        }
        (None, None) => return Err(refused("/initiative", "required", "is required, or claim")),
    };
    let token = ManageToken::new()?;
    let new = New {
        token_hash: token.hash(&app.vault, KIND)?,
        submitted_by: who.actor().account(),
        asked,
        submitter,
    };
    once.run(&app, who.actor().caller(), async |tx| {
        if let Asked::Initiative(initiative) = &new.asked {
            approval::known_themes(tx, &initiative.themes, "/initiative").await?;
        }
        let about = match &claim {
            Some(claim) => Some(claims::about(tx, claim, &new.submitter).await?),
            None => None,
        };
        let row = store::insert(tx, &app.vault, &new, about).await?;
        if let Some(message) = &message {
            store::write_message(tx, &app.vault, &row, None, message).await?;
        }
        records::note_maker(tx, who.actor(), row.id.0).await?;
        outbox::tell(tx, Fact::SubmissionReceived { submission_id: row.id.0 }).await?;
        letters::received(tx, &app.post, &row, new.submitter.email.as_deref(), &token).await?;
        audit::note(tx, Entry::new(By::from(who.actor()), Action::Create).on(Kind::Submission, row.id))
            .await?;
        let received = SubmissionReceived { id: row.id, status: row.status, tracking_token: token.text() };
        let reply = Reply::created("/v1/submissions/mine", &received)?;
        Ok(reply.etag(etag::of_version(row.version)).about(row.id))
    })
    .await
}

fn refused(pointer: &str, code: &'static str, detail: &'static str) -> Problem {
    Problem::invalid_body(vec![fault(pointer, code, detail)])
}

/// Ask what is on the map already
///
/// Public initiatives that are likely the same, before one asks: by words of the title, whatever their order and accents, by
/// site and by place. Nothing of it is kept.
#[utoipa::path(
    tag = "submissions",
    operation_id = "submissions.duplicates.ask",
    params(IdempotencyKey),
    request_body = SubmissionDuplicatesIn,
    responses((status = 200, description = "What is likely the same", body = SubmissionDuplicates), Problem),
    security()
)]
#[post("/v1/submissions/duplicates")]
pub(super) async fn duplicates(
    app: Data<App>,
    _who: Allowed<Anyone>,
    // It has no effect that a repetition could double.
    _once: Once,
    body: Body<SubmissionDuplicatesIn>,
) -> Result<HttpResponse, Problem> {
    let initiative = settle(body.into_inner().initiative, "/initiative")?;
    let found = alike::public(&app, &initiative).await?;
    Ok(HttpResponse::Ok().json(alike::ranked(found)))
}
