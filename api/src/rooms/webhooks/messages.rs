//! What a fact says to those outside: its type, the record, and who may know.

use ::entity::ids::{EventId, OrganisationId, QuoteId};
use ::entity::kinds::RecordKind;
use ::entity::webhook_endpoint::WebhookType::{self, *};
use sea_orm::DbErr;
use uuid::Uuid;

use super::store;
use crate::db::Tx;
use crate::outbox::{DocumentChange, Fact, Told};
use crate::publishing;
use crate::rooms::{records, withdrawals};

/// What is told.
#[derive(Debug)]
pub(super) struct Message {
    /// What happened.
    pub(super) kind: WebhookType,
    /// To which record.
    pub(super) record: Uuid,
    /// Its version then.
    pub(super) version: i64,
    /// Who may know.
    pub(super) audience: Audience,
}

/// Who may know.
#[derive(Debug)]
pub(super) enum Audience {
    /// Everybody: it is, or was, public.
    Everybody,
    /// Those whose record it is.
    Organisations(Vec<OrganisationId>),
}

/// What a fact says to those outside, if it says anything.
pub(super) async fn of(tx: &Tx, told: &Told) -> Result<Option<Message>, DbErr> {
    let (kind, record, version, audience) = match told.fact {
        Fact::DocumentChanged { record, document_id, change, version } => {
            let Some(kind) = of_document(record, change) else { return Ok(None) };
            // That words were taken back is told by whoever took them back, also if they were out of sight by then.
            if kind == QuoteWithdrawn && withdrawals::is_withdrawn(tx, QuoteId(document_id)).await? {
                return Ok(None);
            }
            (kind, document_id, version, Audience::Everybody)
        }
        Fact::QuoteWithdrawn { quote_id } => {
            let found = publishing::standing(tx, vec![quote_id], tx.now()).await?.remove(&quote_id);
            let Some(standing) = found.filter(|standing| standing.was_fed) else { return Ok(None) };
            (QuoteWithdrawn, quote_id, standing.version, Audience::Everybody)
        }
        Fact::SubmissionReceived { submission_id } => {
            of_submission(tx, SubmissionReceived, submission_id).await?
        }
        Fact::SubmissionApproved { submission_id } => {
            of_submission(tx, SubmissionApproved, submission_id).await?
        }
        Fact::SubmissionRejected { submission_id } => {
            of_submission(tx, SubmissionRejected, submission_id).await?
        }
        Fact::RegistrationConfirmed { registration_id, event_id } => {
            of_registration(tx, RegistrationConfirmed, registration_id, event_id).await?
        }
        Fact::RegistrationCancelled { registration_id, event_id } => {
            of_registration(tx, RegistrationCancelled, registration_id, event_id).await?
        }
        Fact::PersonErased { person_id, version, organisation_id } => {
            let whose = organisation_id.map(OrganisationId).into_iter().collect();
            (PersonErased, person_id, version, Audience::Organisations(whose))
        }
        // What of this is public is told by the door.
        Fact::EventPublished { .. }
        | Fact::EventRescheduled { .. }
        | Fact::EventCancelled { .. }
        | Fact::EventHeld { .. }
        | Fact::InitiativePublished { .. }
        | Fact::InitiativeArchived { .. }
        | Fact::OutcomePublished { .. }
        | Fact::QuotePublished { .. }
        | Fact::StoryPublished { .. }
        | Fact::StoryWithdrawn { .. } => return Ok(None),
        Fact::AccountInvited { .. }
        | Fact::AccountSuspended { .. }
        | Fact::AccountRestored { .. }
        | Fact::KeyExposed { .. } => return Ok(None),
    };
    let concerns_nobody = matches!(&audience, Audience::Organisations(whose) if whose.is_empty());
    Ok((!concerns_nobody).then_some(Message { kind, record, version, audience }))
}

fn of_document(record: RecordKind, change: DocumentChange) -> Option<WebhookType> {
    use DocumentChange::{Cancelled, Held, Published, Rescheduled, Withdrawn};
    Some(match (record, change) {
        (RecordKind::Event, Published) => EventPublished,
        (RecordKind::Event, Rescheduled) => EventRescheduled,
        (RecordKind::Event, Cancelled) => EventCancelled,
        (RecordKind::Event, Held) => EventHeld,
        (RecordKind::Event, Withdrawn) => EventWithdrawn,
        (RecordKind::Initiative, Published) => InitiativePublished,
        (RecordKind::Initiative, Withdrawn) => InitiativeArchived,
        (RecordKind::Outcome, Published) => OutcomePublished,
        (RecordKind::Outcome, Withdrawn) => OutcomeWithdrawn,
        (RecordKind::Quote, Published) => QuotePublished,
        (RecordKind::Quote, Withdrawn) => QuoteWithdrawn,
        (RecordKind::Story, Published) => StoryPublished,
        (RecordKind::Story, Withdrawn) => StoryWithdrawn,
        (_, Rescheduled | Cancelled | Held) => return None,
        (RecordKind::Theme | RecordKind::Organisation | RecordKind::Person, _) => return None,
    })
}

async fn of_submission(
    tx: &Tx,
    kind: WebhookType,
    id: Uuid,
) -> Result<(WebhookType, Uuid, i64, Audience), DbErr> {
    let maker = records::maker(tx, id).await?.map(|maker| maker.organisation_id);
    let version = store::version_of_submission(tx, id).await?;
    Ok((kind, id, version, Audience::Organisations(maker.into_iter().collect())))
}

/// A registration is the business of those who host the event or made it, and of the one whose key registered somebody.
async fn of_registration(
    tx: &Tx,
    kind: WebhookType,
    id: Uuid,
    event: Uuid,
) -> Result<(WebhookType, Uuid, i64, Audience), DbErr> {
    let mut whose = store::hosting(tx, EventId(event)).await?;
    for record in [event, id] {
        whose.extend(records::maker(tx, record).await?.map(|maker| maker.organisation_id));
    }
    Ok((kind, id, store::version_of_registration(tx, id).await?, Audience::Organisations(whose)))
}

/// Whether it tells of something that is shown now. It is not told any more once that is withdrawn.
pub(super) const fn shows(kind: WebhookType) -> bool {
    match kind {
        EventPublished | EventRescheduled | EventCancelled | EventHeld | InitiativePublished
        | OutcomePublished | QuotePublished | StoryPublished => true,
        EventWithdrawn
        | InitiativeArchived
        | OutcomeWithdrawn
        | QuoteWithdrawn
        | StoryWithdrawn
        | SubmissionReceived
        | SubmissionApproved
        | SubmissionRejected
        | RegistrationConfirmed
        | RegistrationCancelled
        | CommitmentUpdated
        | PersonErased => false,
    }
}

/// Where the record is read: its path.
pub(super) fn path(kind: WebhookType, record: Uuid) -> String {
    let collection = match kind {
        EventPublished | EventRescheduled | EventCancelled | EventHeld | EventWithdrawn => "gallery/events",
        InitiativePublished | InitiativeArchived => "gallery/initiatives",
        OutcomePublished | OutcomeWithdrawn => "gallery/outcomes",
        QuotePublished | QuoteWithdrawn => "gallery/quotes",
        StoryPublished | StoryWithdrawn => "gallery/stories",
        SubmissionReceived | SubmissionApproved | SubmissionRejected => "submissions",
        RegistrationConfirmed | RegistrationCancelled => "registrations",
        CommitmentUpdated => "commitments",
        PersonErased => "people",
    };
    format!("/v1/{collection}/{record}")
}
