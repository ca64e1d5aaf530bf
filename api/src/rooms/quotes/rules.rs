//! What may become of a quote: draft → approved → withdrawn.

use ::entity::kinds::Moderation;
use ::entity::quote::AttributionLevel;

use super::QuoteRecord;
use crate::access::Permit;
use crate::access::action::{ApproveQuotes, EditQuotes};
use crate::problem::{Kind, Problem};
use crate::rooms::consents::Proof;
use crate::rooms::records::{
    Record as _, approved, lets_through, not_by_its_maker, only_a_draft, stays_with, still_there, withdrawn,
};

/// Approves it. Nobody approves what they made.
pub(super) fn approve(
    mut quote: QuoteRecord,
    permit: &Permit<ApproveQuotes>,
) -> Result<QuoteRecord, Problem> {
    not_by_its_maker(permit, quote.row.created_by)?;
    quote.row.status = approved(quote.row.status)?;
    Ok(quote)
}

/// Takes it back for good; nothing that was said is kept.
pub(super) fn withdraw(mut quote: QuoteRecord, _: &Proof<'_, EditQuotes>) -> Result<QuoteRecord, Problem> {
    quote.row.status = withdrawn(quote.row.status)?;
    Ok(silenced(quote))
}

/// A quote that says nothing any more.
pub(super) fn silenced(mut quote: QuoteRecord) -> QuoteRecord {
    quote.row.status = Moderation::Withdrawn;
    quote.row.text = String::new();
    quote.row.language = "und".to_owned();
    quote.row.translations = Default::default();
    quote.row.level = AttributionLevel::Anonymous;
    (quote.row.label, quote.row.person_id) = (None, None);
    quote.themes = Vec::new();
    quote.consent = None;
    quote
}

/// Lets an edit pass, unless it was withdrawn. What it belongs to is fixed once it is approved, and nobody is named otherwise
/// than they consented to, but more coarsely. Where nobody has consented yet, a moderator lets the other name through.
pub(super) fn change(
    before: &QuoteRecord,
    mut after: QuoteRecord,
    permit: &Permit<EditQuotes>,
) -> Result<QuoteRecord, Problem> {
    still_there(before.row.status)?;
    let of = |quote: &QuoteRecord| (quote.row.event_id, quote.row.initiative_id);
    stays_with(before.row.status, of(before), of(&after))?;
    let otherwise = names_otherwise(before, &after);
    if otherwise && before.consent.is_some() {
        return Err(Problem::of(Kind::ConsentNeeded).with_detail(
            "The consent was given to this `attribution`: another `label`, another `person` or a finer `level` needs a new one.",
        ));
    }
    if otherwise && !lets_through(permit, before.row.created_by) {
        after.take_back();
    }
    Ok(after)
}

/// The quote as a file says it, and whether it is a draft again because of its consent: what is stated anew somebody else
/// approves with the words. A consent that is stated no longer ends, and asks nobody.
///
/// # Errors
/// As of [`change`], but that a consent which is stated anew allows what it says.
pub(super) fn as_stated(
    before: &QuoteRecord,
    mut after: QuoteRecord,
    permit: &Permit<EditQuotes>,
) -> Result<(QuoteRecord, bool), Problem> {
    if after.consent.is_none() || after.consent == before.consent {
        let mut unconsented = before.clone();
        unconsented.consent = after.consent.clone();
        let mut after = change(&unconsented, after, permit)?;
        let taken_back = names_otherwise(before, &after) && after.take_back();
        return Ok((after, taken_back));
    }
    still_there(before.row.status)?;
    let of = |quote: &QuoteRecord| (quote.row.event_id, quote.row.initiative_id);
    stays_with(before.row.status, of(before), of(&after))?;
    let taken_back = after.take_back();
    Ok((after, taken_back))
}

/// Whether the speaker would be named more finely, or as somebody else. A person who is not told of may be noted.
fn names_otherwise(before: &QuoteRecord, after: &QuoteRecord) -> bool {
    let (was, is) = (&before.row, &after.row);
    let told = matches!(is.level, AttributionLevel::Name | AttributionLevel::RoleAndCountry);
    is.level < was.level
        || (is.label.is_some() && is.label != was.label)
        || (told && is.person_id.is_some() && is.person_id != was.person_id)
}

/// The quote with a new consent, and the names of the members that it changed. Whoever would be named more finely than was let
/// through, or as somebody else, is let through anew.
///
/// # Errors
/// 409 if it was withdrawn.
pub fn consented_anew(
    before: &QuoteRecord,
    mut after: QuoteRecord,
    proof: &Proof<'_, EditQuotes>,
) -> Result<(QuoteRecord, Vec<&'static str>), Problem> {
    still_there(before.row.status)?;
    let mut members = vec!["consent"];
    if (before.row.level, &before.row.label) != (after.row.level, &after.row.label) {
        members.push("attribution");
    }
    let shows_more = names_otherwise(before, &after) || named_at(&after) < named_at(before);
    if shows_more && !proof.lets_through(before.row.created_by) && after.take_back() {
        members.push("status");
    }
    Ok((after, members))
}

/// How finely the speaker is named, as far as quote and consent say.
pub fn named_at(quote: &QuoteRecord) -> AttributionLevel {
    let allowed = quote.consent.as_ref().and_then(|consent| consent.level);
    allowed.map_or(quote.row.level, |allowed| allowed.max(quote.row.level))
}

/// Lets a draft be removed.
pub(super) fn remove(quote: &QuoteRecord, _: &Permit<EditQuotes>) -> Result<(), Problem> {
    only_a_draft(quote.row.status)
}
