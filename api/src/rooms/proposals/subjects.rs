//! What a proposal is about, as it is now, and doing what it says.

use ::entity::proposal::{Guarded, Model, ProposalSubject};
use uuid::Uuid;

use super::wire::ProposalIn;
use crate::access::action::{Propose, Reach};
use crate::access::{Actor, Allowed};
use crate::app::App;
use crate::db::Tx;
use crate::http::json::fault;
use crate::problem::{Kind, Problem};
use crate::reference;
use crate::rooms::events::{self, EventRecord};
use crate::rooms::initiatives::{self, InitiativeRecord};
use crate::rooms::{countries, lockdown, records};

/// What would change: as it is, and as it would be.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Subject {
    pub(super) subject: ProposalSubject,
    pub(super) record_id: Option<Uuid>,
    pub(super) country: Option<String>,
    /// Its version now.
    pub(super) version: i64,
    /// Of the members that would change.
    pub(super) before: Guarded,
    pub(super) after: Guarded,
}

/// Finds what is to change, kept from changing until the transaction ends.
///
/// # Errors
/// 404 if there is none that they may see, 403 if it is not theirs to propose about, 409 if it needs nobody else, 422 if the
/// proposal does not fit its subject.
pub(super) async fn find(
    tx: &Tx,
    app: &App,
    who: &Allowed<Propose>,
    asked: &ProposalIn,
) -> Result<Subject, Problem> {
    let after = asked.after();
    match asked.subject {
        ProposalSubject::Event => {
            let id = asked.id_of()?;
            let found = records::find_for_change::<EventRecord>(tx, &app.vault, who.actor(), id).await?;
            let permit = who.over(&found)?;
            let (version, before) = events::guarded(&found.record, &after, &permit)?;
            Ok(Subject::of(asked, Some(id), version, before))
        }
        ProposalSubject::Initiative => {
            let id = asked.id_of()?;
            let found = records::find_for_change::<InitiativeRecord>(tx, &app.vault, who.actor(), id).await?;
            let permit = who.over(&found)?;
            fits(after.risk.is_none() && after.locked_down.is_none())?;
            let (version, before) = initiatives::guarded(&found.record, &permit)?;
            Ok(Subject::of(asked, Some(id), version, before))
        }
        ProposalSubject::Country => {
            of_the_campaign(who)?;
            fits(after.public_precision.is_none() && after.locked_down.is_none())?;
            let country = asked.country.as_ref().and_then(|code| reference::country(&code.0));
            let missing = || Problem::invalid_body(vec![fault("/country", "required", "must be a country")]);
            let now = countries::risk_now(tx, &country.ok_or_else(missing)?.code).await?;
            let before = Guarded { risk: Some(now.risk), ..Guarded::default() };
            Ok(Subject::of(asked, None, now.version, before))
        }
        ProposalSubject::Campaign => {
            of_the_campaign(who)?;
            fits(after.risk.is_none() && after.public_precision.is_none())?;
            let lockdown = lockdown::number(tx).await?;
            let before = Guarded { locked_down: Some(lockdown.is_some()), ..Guarded::default() };
            Ok(Subject::of(asked, None, lockdown.unwrap_or_default(), before))
        }
    }
}

impl Subject {
    fn of(asked: &ProposalIn, record_id: Option<Uuid>, version: i64, now: Guarded) -> Self {
        let after = asked.after();
        // Of the members that it is not about it remembers nothing.
        let before = Guarded {
            risk: now.risk.filter(|_| after.risk.is_some()),
            public_precision: now.public_precision.filter(|_| after.public_precision.is_some()),
            locked_down: now.locked_down.filter(|_| after.locked_down.is_some()),
        };
        let country = asked.country.as_ref().map(|code| code.0.clone());
        let country = country.filter(|_| asked.subject == ProposalSubject::Country);
        Self { subject: asked.subject, record_id, country, version, before, after }
    }
}

fn fits(it_does: bool) -> Result<(), Problem> {
    let detail = "names what this subject does not have";
    match it_does {
        true => Ok(()),
        false => Err(Problem::invalid_body(vec![fault("/changes", "not_for_subject", detail)])),
    }
}

/// What concerns everybody is not for hosts to propose.
fn of_the_campaign(who: &Allowed<Propose>) -> Result<(), Problem> {
    match who.reach() {
        Reach::All => Ok(()),
        Reach::Own | Reach::None => Err(Problem::of(Kind::Forbidden)),
    }
}

/// Does what was proposed and is approved, through the room whose it is.
///
/// # Errors
/// 409 if what it is about has changed since, 403 for whoever made it.
pub(super) async fn carry_out(tx: &Tx, app: &App, by: &Actor, row: &Model) -> Result<(), Problem> {
    let lost = || Problem::internal(anyhow::anyhow!("a proposal about nothing"));
    let version = row.record_version;
    match row.subject {
        ProposalSubject::Event => {
            events::decided(tx, app, by, row.record_id.ok_or_else(lost)?, version, &row.after).await
        }
        ProposalSubject::Initiative => {
            initiatives::decided(tx, app, by, row.record_id.ok_or_else(lost)?, version, &row.after).await
        }
        ProposalSubject::Country => {
            let (country, risk) = row.country.as_deref().zip(row.after.risk).ok_or_else(lost)?;
            countries::decided(tx, app, by, country, version, risk).await
        }
        ProposalSubject::Campaign => lockdown::end(tx, by, version).await,
    }
}
