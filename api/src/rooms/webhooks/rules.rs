//! What may become of a webhook and of what it is told. Pure.

use ::entity::api_key::ApiScope;
use ::entity::watch::WatchFilter;
use ::entity::webhook_delivery::{Model as Delivery, WebhookDeliveryStatus};
use ::entity::webhook_endpoint::{
    Model, WebhookDisabledBecause as Because, WebhookStatus as Status, WebhookType, WebhookTypes,
};
use chrono::{DateTime, TimeDelta, Utc};

use crate::access::Permit;
use crate::access::action::ManageWebhooks;
use crate::problem::{Kind, Problem};

/// The pauses after an attempt that failed, those of Standard Webhooks: ten attempts in a little more than three days.
pub(super) const PAUSES: [TimeDelta; 9] = [
    TimeDelta::seconds(5),
    TimeDelta::minutes(5),
    TimeDelta::minutes(30),
    TimeDelta::hours(2),
    TimeDelta::hours(5),
    TimeDelta::hours(10),
    TimeDelta::hours(14),
    TimeDelta::hours(20),
    TimeDelta::hours(24),
];
/// Attempts to challenge an address of which nobody knows yet whose it is.
const CHALLENGES: usize = 4;
/// How long nothing may be delivered before a webhook is disabled.
pub(super) const FAILING: TimeDelta = TimeDelta::days(5);
/// How long what may not be shown now is kept back before it is looked at again.
const HELD: TimeDelta = TimeDelta::minutes(1);

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// The other side took it; a challenge was answered rightly.
    Delivered(u16),
    /// It did not: with this status, if there was one, for this reason.
    Failed(Option<u16>, &'static str),
    /// It says that it is gone (410).
    Gone,
    /// What it tells of is withdrawn.
    Dropped,
    /// The filter does not let it through: it is as if it had never been written.
    Passed,
    /// What it tells of may not be shown, for now.
    Held,
}

/// The scope without which a key may not ask to be told of this. What is public needs none.
pub(super) const fn scope(kind: WebhookType) -> Option<ApiScope> {
    use WebhookType::*;
    match kind {
        SubmissionReceived | SubmissionApproved | SubmissionRejected => Some(ApiScope::SubmissionsWrite),
        RegistrationConfirmed | RegistrationCancelled | PersonErased => Some(ApiScope::RegistrationsRead),
        CommitmentUpdated => Some(ApiScope::OutcomesRead),
        EventPublished | EventRescheduled | EventCancelled | EventHeld | EventWithdrawn
        | InitiativePublished | InitiativeArchived | OutcomePublished | OutcomeWithdrawn | QuotePublished
        | QuoteWithdrawn | StoryPublished | StoryWithdrawn => None,
    }
}

/// A filter that lets not everything through, or none.
pub(super) fn filter(filter: WatchFilter) -> Option<WatchFilter> {
    (filter != WatchFilter::default()).then_some(filter)
}

/// Each type once, in the order of the list.
pub(super) fn types(mut types: Vec<WebhookType>) -> WebhookTypes {
    types.sort_unstable();
    types.dedup();
    WebhookTypes(types)
}

/// Until when deliveries are signed with the secret before, too.
pub(super) fn overlap(row: &Model, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    row.previous_until.filter(|until| *until > now)
}

/// What can be done with a webhook, as the last segments of the addresses.
pub(super) const fn allowed(row: &Model) -> &'static [&'static str] {
    match row.state {
        Status::Pending => &["verify", "rotate-secret", "disable"],
        Status::Active => &["verify", "rotate-secret", "disable", "replay"],
        Status::Disabled => &["verify", "rotate-secret"],
    }
}

fn in_state(row: &Model, verb: &str) -> Result<(), Problem> {
    let allowed = allowed(row);
    if allowed.contains(&verb) { Ok(()) } else { Err(Problem::wrong_state(allowed)) }
}

/// Changes where a webhook is and what it is told of. Says which members differ. Another address is verified anew.
pub(super) fn edit(
    mut row: Model,
    _: &Permit<ManageWebhooks>,
    url: Option<String>,
    types: Option<WebhookTypes>,
    filter: Option<WatchFilter>,
) -> (Model, Vec<&'static str>) {
    let mut changed = Vec::new();
    if let Some(url) = url.filter(|url| *url != row.url) {
        row = pending(Model { url, verified_at: None, ..row });
        changed.push("url");
    }
    if let Some(kinds) = types.filter(|types| *types != row.kinds) {
        row.kinds = kinds;
        changed.push("types");
    }
    if filter != row.filter {
        row.filter = filter;
        changed.push("filter");
    }
    (row, changed)
}

/// Has a webhook challenged. One that works goes on meanwhile; one that was disabled is told something once it has answered.
pub(super) fn verify(row: Model, _: &Permit<ManageWebhooks>) -> Model {
    match row.state {
        Status::Active | Status::Pending => row,
        Status::Disabled => pending(row),
    }
}

fn pending(row: Model) -> Model {
    Model { state: Status::Pending, disabled_because: None, failing_since: None, failed_because: None, ..row }
}

/// Has a webhook told nothing any more.
///
/// # Errors
/// 409 if it is not.
pub(super) fn disable(row: Model, _: &Permit<ManageWebhooks>) -> Result<Model, Problem> {
    in_state(&row, "disable")?;
    Ok(disabled(row, Because::Asked))
}

fn disabled(row: Model, because: Because) -> Model {
    let (state, disabled_because) = (Status::Disabled, Some(because));
    Model { state, disabled_because, replay_after: None, replay_until: None, ..row }
}

/// Gives a webhook a new secret; for a while deliveries are signed with the one before, too.
///
/// # Errors
/// 409 while they are already: another overlap would cut off whoever has the first of three.
pub(super) fn rotate(
    mut row: Model,
    _: &Permit<ManageWebhooks>,
    sealed: Vec<u8>,
    overlap_hours: u16,
    now: DateTime<Utc>,
) -> Result<Model, Problem> {
    if overlap_hours > 0 && overlap(&row, now).is_some() {
        let detail = "Deliveries are still signed with the secret before the last one. Rotate with `overlap_hours` 0, which leaves the \
                      new one alone.";
        return Err(Problem::of(Kind::Conflict).with_detail(detail));
    }
    let before = std::mem::replace(&mut row.sealed_secret, sealed);
    let lasts = (overlap_hours > 0).then(|| now + TimeDelta::hours(overlap_hours.into()));
    Ok(Model { sealed_previous: lasts.map(|_| before), previous_until: lasts, ..row })
}

/// Has a webhook told again what happened after this fact, up to that one.
///
/// # Errors
/// 409 unless it is active.
pub(super) fn replay(
    row: Model,
    _: &Permit<ManageWebhooks>,
    after: i64,
    until: i64,
) -> Result<Model, Problem> {
    in_state(&row, "replay")?;
    // What is still to be told again stays so.
    let before = row.replay_after.zip(row.replay_until);
    let asked = (after < until).then_some((after, until));
    let both = before.into_iter().chain(asked).reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)));
    Ok(replayed(row, both))
}

/// A webhook that is still to be told these again, or none.
pub(super) fn replayed(row: Model, rest: Option<(i64, i64)>) -> Model {
    let (replay_after, replay_until) = rest.unzip();
    Model { replay_after, replay_until, ..row }
}

/// What can be done with a delivery.
pub(super) fn allowed_of_delivery(row: &Delivery) -> &'static [&'static str] {
    match (row.state, row.kind) {
        (WebhookDeliveryStatus::Waiting, _) | (_, None) => &[],
        _ => &["redeliver"],
    }
}

/// Has something delivered once more.
///
/// # Errors
/// 409 while it waits, if it is a challenge, and unless the webhook is active.
pub(super) fn redeliver(
    row: Delivery,
    webhook: &Model,
    _: &Permit<ManageWebhooks>,
    now: DateTime<Utc>,
) -> Result<Delivery, Problem> {
    let allowed = allowed_of_delivery(&row);
    if allowed.is_empty() {
        return Err(Problem::wrong_state(allowed));
    }
    if webhook.state != Status::Active {
        return Err(Problem::of(Kind::Conflict).with_detail("The webhook is not active: verify it first."));
    }
    Ok(Delivery { state: WebhookDeliveryStatus::Waiting, attempts: 0, due_at: now, ended_at: None, ..row })
}

/// A delivery after an attempt that took so many milliseconds.
pub(super) fn attempted(row: Delivery, ended: Ended, took_ms: i32, now: DateTime<Utc>) -> Delivery {
    let (status, reason) = match ended {
        Ended::Held | Ended::Passed => return Delivery { due_at: now + HELD, ..row },
        Ended::Dropped => {
            let (state, reason) = (WebhookDeliveryStatus::Dropped, Some("withdrawn".to_owned()));
            return Delivery { state, reason, ended_at: Some(now), ..row };
        }
        Ended::Delivered(status) => (Some(status), None),
        Ended::Failed(status, reason) => (status, Some(reason)),
        Ended::Gone => (Some(410), Some("gone")),
    };
    let (attempts, is_challenge) = (row.attempts + 1, row.kind.is_none());
    let row = Delivery {
        attempts,
        tried_at: Some(now),
        took_ms: Some(took_ms),
        status: status.map(i32::from),
        reason: reason.map(str::to_owned),
        ..row
    };
    let most = if is_challenge { CHALLENGES } else { PAUSES.len() + 1 };
    let made = usize::try_from(attempts).unwrap_or(most);
    let pause = PAUSES.get(made.saturating_sub(1)).filter(|_| made < most);
    match (ended, pause) {
        (Ended::Delivered(_), _) => {
            Delivery { state: WebhookDeliveryStatus::Delivered, ended_at: Some(now), ..row }
        }
        (Ended::Failed(..), Some(pause)) => Delivery { due_at: now + *pause, ..row },
        _ => Delivery { state: WebhookDeliveryStatus::Failed, ended_at: Some(now), ..row },
    }
}

/// A webhook after an attempt, and whether its state is another one.
pub(super) fn tried(row: Model, ended: Ended, is_challenge: bool, now: DateTime<Utc>) -> (Model, bool) {
    let before = row.state;
    let row = match ended {
        Ended::Dropped | Ended::Held | Ended::Passed => row,
        Ended::Delivered(_) => {
            let row = Model { failing_since: None, failed_because: None, ..row };
            match (is_challenge, row.state) {
                (true, Status::Pending) => Model { state: Status::Active, verified_at: Some(now), ..row },
                (true, _) => Model { verified_at: Some(now), ..row },
                (false, _) => Model { delivered_at: Some(now), ..row },
            }
        }
        Ended::Gone | Ended::Failed(..) => {
            let reason = if let Ended::Failed(_, reason) = ended { reason } else { "gone" };
            let since = row.failing_since.unwrap_or(now);
            let row = Model { failing_since: Some(since), failed_because: Some(reason.to_owned()), ..row };
            match (row.state, ended) {
                (Status::Disabled, _) => row,
                (_, Ended::Gone) => disabled(row, Because::Gone),
                (Status::Active, _) if since + FAILING <= now => disabled(row, Because::Failing),
                _ => row,
            }
        }
    };
    let is_another = row.state != before;
    (row, is_another)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(kind: Option<WebhookType>) -> Delivery {
        let at = DateTime::UNIX_EPOCH;
        Delivery {
            endpoint_id: uuid::Uuid::nil().into(),
            message_id: uuid::Uuid::nil(),
            kind,
            record_id: uuid::Uuid::nil(),
            record_version: 1,
            happened_at: at,
            fact_seq: 1,
            state: WebhookDeliveryStatus::Waiting,
            attempts: 0,
            due_at: at,
            tried_at: None,
            took_ms: None,
            status: None,
            reason: None,
            created_at: at,
            ended_at: None,
        }
    }

    /// When a delivery that always fails is attempted.
    fn attempts(kind: Option<WebhookType>) -> Vec<TimeDelta> {
        let (mut row, mut at) = (delivery(kind), Vec::new());
        while row.state == WebhookDeliveryStatus::Waiting {
            at.push(row.due_at - DateTime::UNIX_EPOCH);
            let now = row.due_at;
            row = attempted(row, Ended::Failed(Some(500), "refused"), 1, now);
        }
        assert_eq!(row.state, WebhookDeliveryStatus::Failed);
        at
    }

    #[test]
    fn what_fails_is_attempted_ten_times_in_three_days_and_a_challenge_four_times() {
        let at = attempts(Some(WebhookType::QuotePublished));
        assert_eq!(at[..4], [0, 5, 305, 2105].map(TimeDelta::seconds));
        assert_eq!((at.len(), at[9].num_hours()), (10, 75));
        assert_eq!(attempts(None).len(), 4);
    }

    #[test]
    fn what_is_held_back_is_no_attempt() {
        let row =
            attempted(delivery(Some(WebhookType::QuotePublished)), Ended::Held, 0, DateTime::UNIX_EPOCH);
        assert_eq!((row.attempts, row.state), (0, WebhookDeliveryStatus::Waiting));
        assert!(row.due_at > DateTime::UNIX_EPOCH);
    }
}
