//! What the submitter does, with the tracking token.

use ::entity::submission::{Model, SubmissionKind};
use actix_web::web::Data;
use actix_web::{HttpResponse, get, patch, post};

use super::content::Asked;
use super::out::MySubmission;
use super::wire::{SubmissionMessageIn, SubmissionPatch};
use super::{KIND, amend, approval, content, rules, store};
use crate::access::action::Anyone;
use crate::access::{Allowed, ManageToken};
use crate::app::App;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::Tx;
use crate::http::etag;
use crate::http::idempotency::{Caller, IdempotencyKey, Once, Reply};
use crate::http::json::{Body, Empty, fault};
use crate::http::patch::{EditHeaders, IfMatch, Patch, record};
use crate::problem::Problem;

/// The submission that this token opens.
async fn find(app: &App, token: &ManageToken) -> Result<Model, Problem> {
    let hash = token.hash(&app.vault, KIND)?;
    store::by_token(app.db.reader(), hash).await?.ok_or(Problem::bad_token())
}

/// The same, kept from changing until the transaction ends.
async fn for_change(tx: &Tx, found: &Model) -> Result<Model, Problem> {
    let row = store::for_change(tx, found.id).await?;
    row.filter(|row| row.token_hash == found.token_hash).ok_or(Problem::bad_token())
}

/// Follow one's submission
///
/// Where it stands, what was written, why it was turned down, and where it is public.
#[utoipa::path(
    tag = "submissions",
    operation_id = "submissions.mine.get",
    responses((status = 200, description = "The submission", body = MySubmission,
        headers(("ETag" = String, description = "Its version"))), Problem),
    security(("manage_token" = []))
)]
#[get("/v1/submissions/mine")]
pub(super) async fn get(
    app: Data<App>,
    _who: Allowed<Anyone>,
    token: ManageToken,
) -> Result<HttpResponse, Problem> {
    let row = find(&app, &token).await?;
    let content = store::content(app.db.reader(), &app.vault, &row).await?;
    record(row.version, &MySubmission::new(row, content))
}

/// Change one's submission
///
/// While nobody reviews it, and when changes were asked for; then it goes back to review.
#[utoipa::path(
    tag = "submissions",
    operation_id = "submissions.mine.patch",
    params(EditHeaders),
    request_body(content((SubmissionPatch = "application/merge-patch+json"), (SubmissionPatch = "application/json"))),
    responses((status = 200, description = "The submission", body = MySubmission,
        headers(("ETag" = String, description = "Its version"))), Problem),
    security(("manage_token" = []))
)]
#[patch("/v1/submissions/mine")]
pub(super) async fn change(
    app: Data<App>,
    _who: Allowed<Anyone>,
    token: ManageToken,
    if_match: IfMatch,
    body: Patch<SubmissionPatch>,
) -> Result<HttpResponse, Problem> {
    let found = find(&app, &token).await?;
    let (row, content) = app
        .db
        .write(async |tx| {
            let row = for_change(tx, &found).await?;
            if_match.check(row.version)?;
            let mut row = rules::edit(row)?;
            let fields = put(tx, &app, &mut row, &body).await?;
            let row = store::save(tx, row).await?;
            let edited =
                Entry::new(By::Token(audit::Token::Tracking), Action::Update).on(Kind::Submission, row.id);
            audit::note(tx, edited.fields(fields)).await?;
            let content = store::content(tx, &app.vault, &row).await?;
            Ok::<_, Problem>((row, content))
        })
        .await?;
    record(row.version, &MySubmission::new(row, content))
}

/// The refusal of a member that this kind of submission has not.
fn not_applicable(member: &str) -> Problem {
    Problem::invalid_body(vec![fault(member, "not_applicable", "is not part of this kind of submission")])
}

/// Puts the edit into the row. Gives the names of the members that were edited.
async fn put(
    tx: &Tx,
    app: &App,
    row: &mut Model,
    patch: &SubmissionPatch,
) -> Result<Vec<&'static str>, Problem> {
    let content = store::content(tx, &app.vault, row).await?;
    let (Some(mut asked), Some(mut submitter)) = (content.asked, content.submitter) else {
        return Err(Problem::bad_token());
    };
    submitter.email = content.email;
    let mut fields = Vec::new();
    if let Some(patch) = &patch.initiative {
        match &mut asked {
            Asked::Initiative(initiative) => {
                **initiative = content::edit(initiative, patch, "/initiative")?;
                approval::known_themes(tx, &initiative.themes, "/initiative").await?;
            }
            Asked::Change(changes) => {
                **changes = content::join(changes, patch)?;
                amend::carry_out(tx, app, row, &[(changes, "/initiative")]).await?;
            }
            Asked::Claim => return Err(not_applicable("/initiative")),
        }
        fields.push("initiative");
    }
    if let Some(patch) = &patch.submitter {
        if row.kind == SubmissionKind::Change {
            return Err(not_applicable("/submitter"));
        }
        submitter = content::edit_submitter(&submitter, patch)?;
        fields.push("submitter");
    }
    store::put(tx, &app.vault, row, &asked, &submitter).await?;
    Ok(fields)
}

/// Write to those who review it
///
/// Where changes were asked for, it goes back to review.
#[utoipa::path(
    tag = "submissions",
    operation_id = "submissions.mine.messages.create",
    params(IdempotencyKey),
    request_body = SubmissionMessageIn,
    responses((status = 200, description = "The submission", body = MySubmission), Problem),
    security(("manage_token" = []))
)]
#[post("/v1/submissions/mine/messages")]
pub(super) async fn write(
    app: Data<App>,
    _who: Allowed<Anyone>,
    token: ManageToken,
    once: Once,
    body: Body<SubmissionMessageIn>,
) -> Result<HttpResponse, Problem> {
    let found = find(&app, &token).await?;
    once.run(&app, Caller::Holder(found.id.0), async |tx| {
        let row = rules::answer(for_change(tx, &found).await?)?;
        store::write_message(tx, &app.vault, &row, None, &body.text).await?;
        finish(tx, &app, row, Action::Message).await
    })
    .await
}

/// Take one's submission back
///
/// It will not be reviewed any more. What tells of people is erased after ninety days.
#[utoipa::path(
    tag = "submissions",
    operation_id = "submissions.mine.withdraw",
    params(IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The submission", body = MySubmission), Problem),
    security(("manage_token" = []))
)]
#[post("/v1/submissions/mine/withdraw")]
pub(super) async fn withdraw(
    app: Data<App>,
    _who: Allowed<Anyone>,
    token: ManageToken,
    once: Once,
    _body: Body<Empty>,
) -> Result<HttpResponse, Problem> {
    let found = find(&app, &token).await?;
    once.run(&app, Caller::Holder(found.id.0), async |tx| {
        let row = rules::withdraw(for_change(tx, &found).await?, tx.now())?;
        finish(tx, &app, row, Action::Withdraw).await
    })
    .await
}

async fn finish(tx: &Tx, app: &App, row: Model, action: Action) -> Result<Reply, Problem> {
    let row = store::save(tx, row).await?;
    let entry = Entry::new(By::Token(audit::Token::Tracking), action).on(Kind::Submission, row.id);
    audit::note(tx, entry).await?;
    let content = store::content(tx, &app.vault, &row).await?;
    let (id, etag) = (row.id, etag::of_version(row.version));
    Ok(Reply::ok(&MySubmission::new(row, content))?.etag(etag).about(id))
}
