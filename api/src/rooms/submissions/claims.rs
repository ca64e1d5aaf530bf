//! Claims: an organisation asks to take over an entry on the map.

use ::entity::ids::{InitiativeId, OrganisationId};
use ::entity::submission;

use super::amend;
use super::store::About;
use super::wire::{SubmissionClaimIn, Submitter};
use crate::access::Permit;
use crate::access::action::ReviewSubmissions;
use crate::app::App;
use crate::audit::Action;
use crate::db::Tx;
use crate::http::json::fault;
use crate::http::language::canonical_tag;
use crate::outbox::{Language, Letter, Message, mail};
use crate::problem::Problem;
use crate::publishing;
use crate::rooms::initiatives::Contact;
use crate::rooms::records::{self, Author, revise};

/// What a claim is about. Only what is public can be claimed: what is not answers like what is not there.
///
/// # Errors
/// 422 with every fault.
pub(super) async fn about(
    tx: &Tx,
    claim: &SubmissionClaimIn,
    submitter: &Submitter,
) -> Result<About, Problem> {
    let id = InitiativeId(claim.initiative);
    let found = publishing::public_entry(tx, id, tx.now()).await?;
    let said = claim.language.as_deref().map(canonical_tag);
    let mut faults = Vec::new();
    if found.is_none() {
        let detail = "must be an initiative that is on the map";
        faults.push(fault("/claim/initiative", "unknown_reference", detail));
    }
    if said == Some(None) {
        faults.push(fault("/claim/language", "invalid_language", "must be a language tag of BCP 47"));
    }
    if submitter.organisation.is_none() {
        faults.push(fault("/submitter/organisation", "required", "is required: who will carry it"));
    }
    match found {
        Some(public) if faults.is_empty() => {
            Ok(About { id, country: public.country, language: said.flatten().unwrap_or(public.language) })
        }
        _ => Err(Problem::invalid_body(faults)),
    }
}

/// Hands the initiative over: the organisation joins those that carry it, and whoever claimed it is asked about it from now on
/// in place of whoever was, who is told.
///
/// # Errors
/// 409 if it is not on the map any more.
pub(super) async fn hand_over(
    tx: &Tx,
    app: &App,
    row: &submission::Model,
    permit: &Permit<ReviewSubmissions>,
    carrier: OrganisationId,
    email: Option<String>,
) -> Result<InitiativeId, Problem> {
    let before = amend::on_the_map(tx, app, row).await?;
    let (id, mut record) = (before.row.id, before.clone());
    if !record.organisations.contains(&carrier) {
        record.organisations.push(carrier);
    }
    record.row.confirmed_on = Some(tx.now().date_naive());
    let now = email.map(|email| Contact { email, language: Some(row.language.clone()) });
    if let Some(former) = std::mem::replace(&mut record.contact, now)
        && record.contact.as_ref().is_none_or(|now| now.email != former.email)
    {
        let language = Language::of(former.language.as_deref().unwrap_or(&record.row.language));
        let letter = Letter { to: former.email, language, message: Message::ListingHandedOver };
        mail(tx, &app.post, letter).await?;
    }
    revise(tx, Author::of_submission(permit.by().account()), &before, &record).await?;
    let members = vec!["organisations", "contact", "confirmed_on"];
    records::keep(tx, &app.vault, permit, Action::Update, members, record).await?;
    Ok(id)
}
