//! When somebody is asked, and asked again. Pure.

use chrono::{DateTime, TimeDelta, Utc};

/// How long a link works.
pub const LINK: TimeDelta = TimeDelta::days(90);
/// The pause before each reminder.
const PAUSE: TimeDelta = TimeDelta::days(30);
/// The first letter and two reminders.
const LETTERS: i32 = 3;

/// When the next letter is written, after so many; never after the last: who does not answer is left in peace.
pub fn after(letters: i32, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    (letters < LETTERS).then(|| now + PAUSE)
}

/// When whoever proposed changes is asked again, unless these were approved, which confirms.
pub fn after_a_proposal(now: DateTime<Utc>) -> DateTime<Utc> {
    now + PAUSE + PAUSE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_reminders_follow_and_then_silence() {
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(
            [1, 2, 3].map(|letters| after(letters, now)),
            [Some(now + PAUSE), Some(now + PAUSE), None]
        );
    }
}
