//! Making events of occurrences that come near.

use std::collections::BTreeMap;

use ::entity::account::AccountState;
use ::entity::api_key::ApiScope;
use ::entity::ids::SessionId;
use ::entity::series::{self, EventsBecome, StallReason};
use ::entity::series_occurrence;
use chrono::{DateTime, Duration, NaiveDateTime, TimeDelta, Utc};
use sea_orm::DbErr;
use uuid::Uuid;

use super::plan::Plan;
use super::store::{self, Series};
use super::{follow, plan::Slot};
use crate::access::{Actor, Partner, Scopes, SignedIn};
use crate::db::{Db, Tx};
use crate::problem::{Kind, Problem};
use crate::rooms::{events, keys, records};
use crate::vault::Vault;

/// How long before it begins an occurrence becomes an event.
const AHEAD: TimeDelta = TimeDelta::days(90);
/// How far it is looked for the next one: a rule that gives none so long is taken to have come to its end.
const FAR: TimeDelta = TimeDelta::days(3653);
/// Events made in one transaction.
const PORTION: usize = 10;
/// Transactions of one round.
const PORTIONS: usize = 50;
/// When a series of which nothing could be made is tried again.
const AGAIN: TimeDelta = TimeDelta::hours(6);

/// Why nothing came of an attempt.
enum Failure {
    /// The attempt failed and is made again.
    Problem(Problem),
    /// There can be no events of this series as it is.
    Stalled(Uuid, StallReason),
}

impl From<DbErr> for Failure {
    fn from(error: DbErr) -> Self {
        Self::Problem(error.into())
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Problem(Problem::internal(error))
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

/// Makes events of the occurrences of the next ninety days, a bounded number in a round. Gives their number.
///
/// # Errors
/// The database's; what was made before stays made.
pub async fn make_due(db: &Db, vault: &Vault) -> Result<usize, Problem> {
    let mut all = 0;
    for _ in 0..PORTIONS {
        match db.write(async |tx| portion(tx, vault).await).await {
            Ok(Some(made)) => all += made,
            Ok(None) => break,
            Err(Failure::Problem(problem)) => return Err(problem),
            Err(Failure::Stalled(id, why)) => db.write(async |tx| stall(tx, vault, id, why).await).await?,
        }
    }
    Ok(all)
}

/// Some events of one series; nothing if no series is due.
async fn portion(tx: &Tx, vault: &Vault) -> Result<Option<usize>, Failure> {
    let Some(series) = store::due(tx, vault).await? else { return Ok(None) };
    let (plan, now) = (series.plan()?, tx.now());
    let known = store::all_known(tx, series.row.id).await?;
    let known = known.into_iter().map(|row| (row.recurrence, row)).collect();
    let to_come = to_come(&plan, &known, now);
    let near: Vec<_> = to_come.iter().take_while(|(start, _)| *start <= now + AHEAD).collect();
    let mut made = Vec::new();
    for (_, recurrence) in near.iter().take(PORTION) {
        made.push(make(tx, vault, &series, &plan, *recurrence, known.get(recurrence)).await?);
    }
    let count = made.len();
    store::keep(tx, made).await?;
    let next = to_come.get(count).map(|(start, _)| (*start - AHEAD).max(now));
    store::set_look(tx, series::Model { look_at: next, stalled_because: None, ..series.row }).await?;
    Ok(Some(count))
}

/// The occurrences that have not become events and have not begun, up to the first that is not near, by their instants.
fn to_come(
    plan: &Plan,
    known: &BTreeMap<NaiveDateTime, series_occurrence::Model>,
    now: DateTime<Utc>,
) -> Vec<(DateTime<Utc>, NaiveDateTime)> {
    let is_open = |row: &series_occurrence::Model| row.made_at.is_none() && !row.is_cancelled;
    let moved = known.values().filter(|row| is_open(row) && row.starts_local.is_some());
    let mut open: Vec<_> = moved
        .filter_map(|row| Some((plan.instants(row.starts_local?, plan.minutes).0, row.recurrence)))
        .collect();
    let (first, near) = (plan.behind(now) - Duration::days(4), plan.behind(now + AHEAD));
    let by_rule = plan
        .slots(plan.behind(now + FAR))
        .filter(|slot| {
            slot.recurrence >= first && slot.takes_place() && !known.contains_key(&slot.recurrence)
        })
        .map(|slot: Slot| (plan.instants(slot.recurrence, plan.minutes).0, slot.recurrence));
    for slot in by_rule {
        let is_far = slot.1 > near;
        open.push(slot);
        if is_far {
            break;
        }
    }
    open.retain(|(start, _)| *start > now);
    open.sort_unstable();
    open
}

async fn make(
    tx: &Tx,
    vault: &Vault,
    series: &Series,
    plan: &Plan,
    recurrence: NaiveDateTime,
    known: Option<&series_occurrence::Model>,
) -> Result<series_occurrence::Model, Failure> {
    let stalled = |why| Failure::Stalled(series.row.id.0, why);
    let by = maker(tx, series).await?.ok_or_else(|| stalled(StallReason::NotAllowed))?;
    let body = follow::body(plan, &series.template, recurrence, known)?;
    let scheduled = series.row.events_become == EventsBecome::Scheduled;
    let made =
        events::make(tx, vault, &by, body, scheduled).await.map_err(|problem| match problem.kind() {
            Kind::Forbidden => stalled(StallReason::NotAllowed),
            Kind::InvalidBody => stalled(StallReason::InvalidTemplate),
            _ => Failure::Problem(problem),
        })?;
    Ok(series_occurrence::Model {
        series_id: series.row.id,
        recurrence,
        event_id: Some(made.id),
        event_version: Some(made.version),
        made_at: Some(tx.now()),
        starts_local: known.and_then(|row| row.starts_local),
        duration_minutes: known.and_then(|row| row.duration_minutes),
        is_cancelled: false,
    })
}

/// Whoever made the series, as what they may do today. They are in no session. An organisation whose key made it may as long as it
/// is not suspended and a key of it works that is good for events, for keys are replaced.
async fn maker(tx: &Tx, series: &Series) -> Result<Option<Actor>, DbErr> {
    let Some(account) = series.row.created_by else {
        let Some(maker) = records::maker(tx, series.row.id.0).await? else { return Ok(None) };
        let (organisation, needed) = (maker.organisation_id, ApiScope::EventsWrite);
        let may = keys::active(tx, organisation).await? == Some(true)
            && keys::has_scope(tx, organisation, needed).await?;
        let scopes = Scopes::from_iter([needed]);
        return Ok(may.then_some(Actor::Partner(Partner { key: maker.key_id, organisation, scopes })));
    };
    let account = store::account(tx, account).await?.filter(|row| row.state == AccountState::Active);
    let session = SessionId(Uuid::nil());
    Ok(account.map(|row| Actor::Account(SignedIn { account: row.id, session, role: row.role })))
}

/// Says of a series why nothing comes of it.
async fn stall(tx: &Tx, vault: &Vault, id: Uuid, why: StallReason) -> Result<(), Problem> {
    store::lock(tx, id).await?;
    if let Some(series) = store::load(tx, vault, &[id]).await?.remove(&id) {
        tracing::warn!(series = %id, why = why.as_str(), "no events can be made of a series");
        let (look_at, stalled_because) = (Some(tx.now() + AGAIN), Some(why));
        store::set_look(tx, series::Model { look_at, stalled_because, ..series.row }).await?;
    }
    Ok(())
}
