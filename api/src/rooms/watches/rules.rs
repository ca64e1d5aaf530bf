//! What may become of a watch. Pure.

use ::entity::watch::{Model, WatchEvery};
use chrono::{DateTime, TimeDelta, Utc};

/// How long a watch waits to be confirmed.
pub(super) const TO_CONFIRM: TimeDelta = TimeDelta::hours(48);
/// Letters that a mailbox gets which answers none of them, in that time.
pub(super) const LETTERS: u64 = 3;
/// Watches of one address.
pub(super) const MOST: u64 = 20;
/// How often a letter is begun at most. With the pauses of other letters that is a little more than half a day.
pub(super) const ATTEMPTS: i32 = 10;
/// How long somebody has for one attempt before somebody else begins.
pub(super) const LEASE: TimeDelta = TimeDelta::minutes(3);

/// How long it is from one look at what is new to the next.
pub(super) const fn period(every: WatchEvery) -> TimeDelta {
    match every {
        WatchEvery::Day => TimeDelta::days(1),
        WatchEvery::Week => TimeDelta::days(7),
    }
}

/// Whether nobody confirmed it in time.
pub(super) fn is_over(row: &Model, now: DateTime<Utc>) -> bool {
    row.confirmed_at.is_none() && row.created_at + TO_CONFIRM <= now
}

/// A watch that somebody with the mailbox confirmed: what is known after this fact is news.
pub(super) fn confirmed(row: Model, last: i64, now: DateTime<Utc>) -> Model {
    let due_at = Some(now + period(row.every));
    Model { confirmed_at: Some(now), due_at, seen: last, ..row }
}

/// A watch with letters as often as this.
pub(super) fn every(row: Model, every: WatchEvery, now: DateTime<Utc>) -> Model {
    // What is about to be sent is not put off, and nobody has letters sooner by asking again and again.
    let latest = now + period(every);
    let due_at = row.due_at.map(|due| if row.letter_id.is_some() { due } else { due.min(latest) });
    Model { every, due_at, ..row }
}

/// A watch that is taken for an attempt at the letter that is due, which tells up to this fact.
pub(super) fn begun(row: Model, letter: (uuid::Uuid, i64), now: DateTime<Utc>) -> Model {
    let (id, until) = row.letter_id.zip(row.letter_until).unwrap_or(letter);
    let (letter_id, letter_until) = (Some(id), Some(until));
    Model { letter_id, letter_until, attempts: row.attempts + 1, due_at: Some(now + LEASE), ..row }
}

/// A watch whose letter was sent, given up, or had nothing to say: the next one tells what is new since then.
pub(super) fn told(row: Model, now: DateTime<Utc>) -> Model {
    let (seen, due_at) = (row.letter_until.unwrap_or(row.seen), Some(now + period(row.every)));
    Model { seen, due_at, attempts: 0, letter_id: None, letter_until: None, ..row }
}

/// A watch whose letter is tried again after a pause.
pub(super) fn later(row: Model, pause: TimeDelta, now: DateTime<Utc>) -> Model {
    Model { due_at: Some(now + pause), ..row }
}

/// A watch whose letter may not be sent now, for no fault of its own: that was no attempt.
pub(super) fn held(row: Model, now: DateTime<Utc>) -> Model {
    Model { attempts: row.attempts - 1, due_at: Some(now + TimeDelta::minutes(1)), ..row }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn watch() -> Model {
        let at = DateTime::UNIX_EPOCH;
        Model {
            id: Uuid::nil().into(),
            account_id: None,
            token_hash: None,
            email_hash: Some(vec![1]),
            sealed: Vec::new(),
            language: "en".to_owned(),
            every: WatchEvery::Week,
            confirmed_at: None,
            due_at: None,
            attempts: 0,
            seen: 0,
            letter_id: None,
            letter_until: None,
            version: 1,
            created_at: at,
            updated_at: at,
        }
    }

    #[test]
    fn a_letter_tells_the_same_at_every_attempt_and_the_next_one_goes_on_behind_it() {
        let at = |hours| DateTime::UNIX_EPOCH + TimeDelta::hours(hours);
        let row = confirmed(watch(), 5, at(1));
        assert_eq!((row.seen, row.due_at), (5, Some(at(1 + 7 * 24))));
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let row = begun(begun(row, (one, 8), at(200)), (other, 9), at(201));
        assert_eq!((row.letter_id, row.letter_until, row.attempts), (Some(one), Some(8), 2));
        let row = told(row, at(202));
        assert_eq!((row.seen, row.letter_id, row.attempts), (8, None, 0));
        assert_eq!(every(row.clone(), WatchEvery::Day, at(203)).due_at, Some(at(203 + 24)));
        let (end, last) = (row.due_at, at(201 + 7 * 24));
        assert_eq!(every(row, WatchEvery::Day, last).due_at, end, "what is about to come is not put off");
    }

    #[test]
    fn what_nobody_confirms_is_over_after_two_days() {
        let at = |hours| DateTime::UNIX_EPOCH + TimeDelta::hours(hours);
        assert!(!is_over(&watch(), at(47)) && is_over(&watch(), at(48)));
        assert!(!is_over(&confirmed(watch(), 0, at(1)), at(48)));
    }
}
