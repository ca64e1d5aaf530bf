//! What may become of a quote: draft → approved → withdrawn.

use ::entity::quote::AttributionLevel;

use super::QuoteRecord;
use crate::access::Permit;
use crate::access::action::{ApproveQuotes, EditQuotes};
use crate::problem::Problem;
use crate::rooms::records::{approved, not_by_its_maker, only_a_draft, still_there, withdrawn};

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
pub(super) fn withdraw(mut quote: QuoteRecord, _: &Permit<EditQuotes>) -> Result<QuoteRecord, Problem> {
    quote.row.status = withdrawn(quote.row.status)?;
    quote.row.text = String::new();
    quote.row.language = "und".to_owned();
    quote.row.translations = Default::default();
    quote.row.level = AttributionLevel::Anonymous;
    (quote.row.label, quote.row.person_id) = (None, None);
    quote.themes = Vec::new();
    quote.consent = None;
    Ok(quote)
}

/// Lets an edit pass, unless it was withdrawn.
pub(super) fn change(
    before: &QuoteRecord,
    after: QuoteRecord,
    _: &Permit<EditQuotes>,
) -> Result<QuoteRecord, Problem> {
    still_there(before.row.status)?;
    Ok(after)
}

/// Lets a draft be removed.
pub(super) fn remove(quote: &QuoteRecord, _: &Permit<EditQuotes>) -> Result<(), Problem> {
    only_a_draft(quote.row.status)
}
