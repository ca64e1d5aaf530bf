//! What callers read: the submitter one view, reviewers another.

use ::entity::ids::{AccountId, InitiativeId, SubmissionId};
use ::entity::organisation::OrganisationKind;
use ::entity::submission::{self, RejectionReason, SubmissionKind, SubmissionStatus};
use ::entity::submission_message::MessageFrom;
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use super::content::{Asked, Content, Message};
use super::rules;
use super::wire::{SubmissionInitiative, SubmissionInitiativePatch, Submitter};

/// A submission that has arrived.
#[derive(Serialize, ToSchema)]
pub(super) struct SubmissionReceived {
    /// Identifier.
    #[schema(value_type = Uuid)]
    pub(super) id: SubmissionId,
    /// Where it stands.
    pub(super) status: SubmissionStatus,
    /// Follows and changes this submission: the access token of `/v1/submissions/mine`. It is told once.
    #[serde(serialize_with = "told_once")]
    #[schema(value_type = String, example = "sol_mt_…")]
    pub(super) tracking_token: SecretString,
}

fn told_once<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

/// A message.
#[derive(Serialize, ToSchema)]
pub(super) struct SubmissionMessage {
    /// Who wrote it.
    pub(super) from: MessageFrom,
    /// What it says.
    pub(super) text: String,
    /// When it was written.
    pub(super) at: DateTime<Utc>,
}

/// Why a submission was turned down.
#[derive(Serialize, ToSchema)]
pub(super) struct SubmissionReason {
    /// In a word.
    pub(super) code: RejectionReason,
    /// In sentences.
    pub(super) message: String,
}

/// A submission as the submitter sees it.
#[derive(Serialize, ToSchema)]
pub(super) struct MySubmission {
    /// Identifier.
    #[schema(value_type = Uuid)]
    id: SubmissionId,
    /// What it asks for.
    kind: SubmissionKind,
    /// The initiative that it claims or would change.
    #[schema(required = true, value_type = Option<Uuid>)]
    about: Option<InitiativeId>,
    /// Where it stands.
    status: SubmissionStatus,
    /// What asks to be on the map, as it was submitted; `null` of a claim or a change.
    #[schema(required = true, nullable = true, value_type = Option<SubmissionInitiative>)]
    initiative: Option<SubmissionInitiative>,
    /// What it would change there; members that are absent stay.
    #[schema(required = true, nullable = true, value_type = Option<SubmissionInitiativePatch>)]
    changes: Option<SubmissionInitiativePatch>,
    /// Who asks; `null` of a change, which comes from the entry's contact.
    #[schema(required = true, nullable = true, value_type = Option<Submitter>)]
    submitter: Option<Submitter>,
    /// What was written, oldest first.
    messages: Vec<SubmissionMessage>,
    /// Why it was turned down; `null` if it was not.
    #[schema(required = true)]
    reason: Option<SubmissionReason>,
    /// The address of the public initiative, once it is approved, or of the one that was there already.
    #[schema(
        required = true,
        format = "uri-reference",
        example = "/v1/gallery/initiatives/01890a5d-ac96-774b-bcce-b302099a8057"
    )]
    gallery: Option<String>,
    /// What can be done now: `edit` is `PATCH`, the others are the last segments of their addresses.
    allowed: &'static [&'static str],
    /// Grows by one with every change; the `ETag` is made of it.
    version: i64,
    /// When it arrived.
    created_at: DateTime<Utc>,
    /// When it last changed.
    updated_at: DateTime<Utc>,
}

impl MySubmission {
    pub(super) fn new(row: submission::Model, content: Content) -> Self {
        let reason = reason(&row, &content.messages);
        let submission::Model {
            id,
            kind,
            about,
            status,
            token_hash: _,
            submitted_by: _,
            country: _,
            language: _,
            sealed_initiative: _,
            sealed_submitter: _,
            sealed_email: _,
            email_hash: _,
            claimed_by: _,
            claimed_until: _,
            decided_by: _,
            closed_at: _,
            reason_code: _,
            initiative_id,
            duplicate_of: _,
            erased_at: _,
            version,
            created_at,
            updated_at,
        } = row;
        let Content { asked, submitter, email, messages } = content;
        let (initiative, changes) = Asked::parts(asked);
        let submitter = submitter.filter(|_| kind != SubmissionKind::Change);
        Self {
            id,
            kind,
            about,
            status,
            initiative,
            changes,
            submitter: submitter.map(|submitter| Submitter { email, ..submitter }),
            messages: messages.into_iter().map(Into::into).collect(),
            reason,
            gallery: initiative_id.map(|id| format!("/v1/gallery/initiatives/{id}")),
            allowed: rules::allowed_to_submitter(status),
            version,
            created_at,
            updated_at,
        }
    }
}

/// Turned down, the thread ends with the reason.
fn reason(row: &submission::Model, messages: &[Message]) -> Option<SubmissionReason> {
    let last = messages.iter().rev().find(|message| message.from == MessageFrom::Reviewer)?;
    Some(SubmissionReason { code: row.reason_code?, message: last.text.clone() })
}

/// Who asks, as far as reviewers need to know.
#[derive(Serialize, ToSchema)]
pub(super) struct SubmitterOut {
    /// A name or pseudonym.
    name: String,
    /// What they do in the initiative.
    role: String,
    /// The organisation that carries the initiative.
    #[schema(required = true)]
    organisation: Option<String>,
    /// What that is.
    #[schema(required = true, value_type = Option<OrganisationKind>)]
    organisation_kind: Option<OrganisationKind>,
    /// Whether news reach them by mail. The address itself is not told.
    has_email: bool,
}

/// Who reviews a submission now.
#[derive(Serialize, ToSchema)]
pub(super) struct SubmissionClaim {
    /// The account.
    #[schema(value_type = Uuid)]
    by: AccountId,
    /// Until when nobody else decides.
    until: DateTime<Utc>,
}

/// A submission as reviewers see it.
#[derive(Serialize, ToSchema)]
pub(super) struct SubmissionOut {
    /// Identifier.
    #[schema(value_type = Uuid)]
    id: SubmissionId,
    /// What it asks for.
    kind: SubmissionKind,
    /// The initiative that it claims or would change.
    #[schema(required = true, value_type = Option<Uuid>)]
    about: Option<InitiativeId>,
    /// Where it stands.
    status: SubmissionStatus,
    /// What asks to be on the map, as it was submitted; `null` of a claim or a change, and once it was erased.
    #[schema(required = true, nullable = true, value_type = Option<SubmissionInitiative>)]
    initiative: Option<SubmissionInitiative>,
    /// What it would change there; members that are absent stay.
    #[schema(required = true, nullable = true, value_type = Option<SubmissionInitiativePatch>)]
    changes: Option<SubmissionInitiativePatch>,
    /// Who asks; `null` of a change, which comes from the entry's contact, and once that was erased.
    #[schema(required = true)]
    submitter: Option<SubmitterOut>,
    /// What was written, oldest first.
    messages: Vec<SubmissionMessage>,
    /// Who reviews it now.
    #[schema(required = true)]
    claim: Option<SubmissionClaim>,
    /// Who decided.
    #[schema(required = true, value_type = Option<Uuid>)]
    decided_by: Option<AccountId>,
    /// Why it was turned down.
    #[schema(required = true)]
    reason: Option<SubmissionReason>,
    /// The initiative that it became, or that was there already.
    #[schema(required = true, value_type = Option<Uuid>)]
    initiative_id: Option<InitiativeId>,
    /// The submission that it is a double of.
    #[schema(required = true, value_type = Option<Uuid>)]
    duplicate_of: Option<SubmissionId>,
    /// What can be done now, as the last segments of the addresses.
    allowed: &'static [&'static str],
    /// Grows by one with every change; the `ETag` is made of it.
    version: i64,
    /// When it arrived.
    created_at: DateTime<Utc>,
    /// When it last changed.
    updated_at: DateTime<Utc>,
    /// When it was decided or taken back.
    #[schema(required = true)]
    closed_at: Option<DateTime<Utc>>,
}

impl SubmissionOut {
    pub(super) fn new(row: submission::Model, content: Content, now: DateTime<Utc>) -> Self {
        let (reason, claim) = (reason(&row, &content.messages), rules::claim_of(&row, now));
        let submission::Model {
            id,
            kind,
            about,
            status,
            token_hash: _,
            submitted_by: _,
            country: _,
            language: _,
            sealed_initiative: _,
            sealed_submitter: _,
            sealed_email,
            claimed_by: _,
            claimed_until: _,
            decided_by,
            closed_at,
            reason_code: _,
            initiative_id,
            duplicate_of,
            erased_at: _,
            version,
            created_at,
            updated_at,
            email_hash: _,
        } = row;
        let Content { asked, submitter, email: _, messages } = content;
        let (initiative, changes) = Asked::parts(asked);
        let submitter = submitter.filter(|_| kind != SubmissionKind::Change).map(|submitter| {
            let Submitter { name, role, email: _, organisation, organisation_kind } = submitter;
            SubmitterOut { name, role, organisation, organisation_kind, has_email: sealed_email.is_some() }
        });
        Self {
            id,
            kind,
            about,
            status,
            initiative,
            changes,
            submitter,
            messages: messages.into_iter().map(Into::into).collect(),
            claim: claim.map(|(by, until)| SubmissionClaim { by, until }),
            decided_by,
            reason,
            initiative_id,
            duplicate_of,
            allowed: rules::allowed(status),
            version,
            created_at,
            updated_at,
            closed_at,
        }
    }
}

/// A submission in the queue.
#[derive(Serialize, ToSchema)]
pub(super) struct SubmissionItem {
    /// Identifier.
    #[schema(value_type = Uuid)]
    id: SubmissionId,
    /// What it asks for.
    kind: SubmissionKind,
    /// The initiative that it claims or would change.
    #[schema(required = true, value_type = Option<Uuid>)]
    about: Option<InitiativeId>,
    /// Where it stands.
    status: SubmissionStatus,
    /// The title of what asks to be on the map, or of the initiative that it is about; `null` once the first was erased.
    #[schema(required = true)]
    title: Option<String>,
    /// The country (ISO 3166-1 alpha-2); `ZZ` where it is about an initiative that spans countries.
    country: String,
    /// The language (BCP 47).
    language: String,
    /// Who reviews it now.
    #[schema(required = true)]
    claim: Option<SubmissionClaim>,
    /// Grows by one with every change.
    version: i64,
    /// When it arrived.
    created_at: DateTime<Utc>,
    /// When it last changed.
    updated_at: DateTime<Utc>,
}

impl SubmissionItem {
    pub(super) fn new(row: submission::Model, title: Option<String>, now: DateTime<Utc>) -> Self {
        let claim = rules::claim_of(&row, now).map(|(by, until)| SubmissionClaim { by, until });
        let submission::Model {
            id,
            kind,
            about,
            status,
            token_hash: _,
            submitted_by: _,
            country,
            language,
            sealed_initiative: _,
            sealed_submitter: _,
            sealed_email: _,
            email_hash: _,
            claimed_by: _,
            claimed_until: _,
            decided_by: _,
            closed_at: _,
            reason_code: _,
            initiative_id: _,
            duplicate_of: _,
            erased_at: _,
            version,
            created_at,
            updated_at,
        } = row;
        Self { id, kind, about, status, title, country, language, claim, version, created_at, updated_at }
    }
}

/// A page of submissions.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described")]
pub(super) struct SubmissionPage {
    /// The submissions.
    items: Vec<SubmissionItem>,
    /// Where the next page begins; `null` on the last one.
    next_cursor: Option<String>,
}

impl From<Message> for SubmissionMessage {
    fn from(Message { from, text, at }: Message) -> Self {
        Self { from, text, at }
    }
}
