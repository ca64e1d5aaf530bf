//! Giving a consent anew: a row of its own, bound to the words as they are at this moment.

use std::collections::HashMap;

use ::entity::consent::{self, ConsentPurpose};
use ::entity::ids::ConsentId;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::tokens::Proof;
use super::{Of, Stated, Subject, store};
use crate::access::action::{EditQuotes, RecordConsents};
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::Tx;
use crate::http::json::fault;
use crate::problem::Problem;
use crate::publishing::{WithheldReason, text_hash};
use crate::rooms::bundle::{AttributionLine, ConsentLine, Incoming};
use crate::rooms::people::PersonRecord;
use crate::rooms::quotes::{self, QuoteRecord};
use crate::rooms::records;
use crate::vault::Vault;

/// What came of it.
pub(super) struct Given {
    /// The new consent.
    pub(super) id: ConsentId,
    /// The version of its quote or person.
    pub(super) version: i64,
    /// Why the quote is not public; empty if it is.
    pub(super) withheld_because: Vec<WithheldReason>,
}

/// Adds a consent to the words of a quote as they are now, and with it how the speaker may be named.
///
/// # Errors
/// 409 if the quote was withdrawn, 422 with every fault of the line.
pub(super) async fn to_quote(
    tx: &Tx,
    vault: &Vault,
    proof: &Proof<'_, EditQuotes>,
    before: &QuoteRecord,
    line: ConsentLine,
    attribution: Option<AttributionLine>,
) -> Result<Given, Problem> {
    if line.purpose != ConsentPurpose::PublishQuote {
        return Err(Problem::invalid_body(vec![fault("/purpose", "wrong_purpose", "must be publish_quote")]));
    }
    let mut after = before.clone();
    // Who is not said to be named more finely is not.
    let level = attribution.as_ref().map_or_else(|| quotes::named_at(before), |new| new.level);
    if let Some(AttributionLine { level, label }) = attribution {
        (after.row.level, after.row.label) = (level, label);
    }
    let bound = text_hash(&after.row.text, &after.row.translations);
    let mut stated = stated(line, Some(bound), tx.now())?;
    stated.level.get_or_insert(level);
    after.consent = Some(stated.clone());
    let (after, members) = quotes::consented_anew(before, after, proof)?;
    let id = store::replace(tx, vault, Subject::Quote(before.row.id), stated).await?;
    note(tx, proof.by(), Action::Create, id, vec![]).await?;
    let shown = records::keep_as(tx, vault, proof.by(), Action::Update, members, after).await?;
    let version = shown.record.row.version;
    Ok(Given { id, version, withheld_because: shown.withheld_because })
}

/// Adds a consent to what a person has allowed.
///
/// # Errors
/// 422 with every fault of the line.
pub(super) async fn to_person(
    tx: &Tx,
    vault: &Vault,
    proof: &Proof<'_, RecordConsents>,
    person: PersonRecord,
    line: ConsentLine,
) -> Result<Given, Problem> {
    if line.purpose == ConsentPurpose::PublishQuote {
        let detail = "belongs to a quote, not to a person";
        return Err(Problem::invalid_body(vec![fault("/purpose", "wrong_purpose", detail)]));
    }
    let stated = stated(line, None, tx.now())?;
    let id = store::replace(tx, vault, Subject::Person(person.row.id), stated).await?;
    note(tx, proof.by(), Action::Create, id, vec![]).await?;
    let version = keep_person(tx, vault, proof.by(), person).await?;
    Ok(Given { id, version, withheld_because: Vec::new() })
}

/// Writes a person whose ledger has changed a version further, so that no import takes the ledger for its own; and renders all
/// that names them. Gives the version.
pub(super) async fn keep_person(
    tx: &Tx,
    vault: &Vault,
    by: By,
    mut person: PersonRecord,
) -> Result<i64, Problem> {
    let id = person.row.id.0;
    person.consents = store::stated_of(tx, vault, Of::People(&[id])).await?.remove(&id).unwrap_or_default();
    let shown = records::keep_as(tx, vault, by, Action::Update, vec!["consents"], person).await?;
    Ok(shown.record.row.version)
}

/// Ends what is in force of a person's consents for the purpose of this one, and takes away what it let be shown.
///
/// # Errors
/// The database's.
pub(super) async fn end(
    tx: &Tx,
    vault: &Vault,
    by: By,
    person: PersonRecord,
    row: &consent::Model,
) -> Result<(), Problem> {
    store::end(tx, person.row.id, row.purpose).await?;
    note(tx, by, Action::Withdraw, row.id, vec![]).await?;
    keep_person(tx, vault, by, person).await.map(drop)
}

/// Notes in the audit log what was done to a consent.
pub(super) async fn note(
    tx: &Tx,
    by: By,
    action: Action,
    id: ConsentId,
    fields: Vec<&'static str>,
) -> Result<(), Problem> {
    Ok(audit::note(tx, Entry::new(by, action).on(Kind::Consent, id).fields(fields)).await?)
}

/// What a line states. One that does not say when is given now.
fn stated(line: ConsentLine, bound: Option<[u8; 32]>, now: DateTime<Utc>) -> Result<Stated, Problem> {
    let known = HashMap::new();
    let mut incoming = Incoming {
        id: Uuid::nil(),
        version: 0,
        now,
        created_at: now,
        created_by: None,
        held_at: None,
        language: None,
        known: &known,
        faults: Vec::new(),
    };
    let mut stated = line.into_stated("", &mut incoming, bound);
    stated.given_at.get_or_insert(now);
    match incoming.faults.is_empty() {
        true => Ok(stated),
        false => Err(Problem::invalid_body(incoming.faults)),
    }
}
