//! What may become of a consent: it is narrowed at once, and what is wider is another consent.

use ::entity::consent::Model;
use ::entity::quote::AttributionLevel;
use chrono::{DateTime, TimeDelta, Utc};

use super::Stated;
use crate::problem::{Kind, Problem};

/// How long before its end whoever gave a consent is told.
pub(super) const NOTICE: TimeDelta = TimeDelta::days(30);

entity::text_enum! {
    /// How a consent stands.
    ConsentState {
        /// It holds.
        Active = "active",
        /// It is dated in the future.
        NotYet = "not_yet",
        /// Its time is over.
        Expired = "expired",
        /// It was given to other words than there are now.
        OtherText = "other_text",
        /// A narrower or newer one took its place.
        Replaced = "replaced",
        /// It was withdrawn.
        Withdrawn = "withdrawn",
    }
}

/// How a row of the ledger stands; `bound` is the hash of the words that there are now, for a quote.
pub(super) fn state(row: &Model, bound: Option<&[u8]>, now: DateTime<Utc>) -> ConsentState {
    if row.withdrawn_at.is_some() {
        return if row.replaced_by.is_some() { ConsentState::Replaced } else { ConsentState::Withdrawn };
    }
    if row.expires_at.is_some_and(|end| end <= now) {
        ConsentState::Expired
    } else if row.given_at.is_some_and(|given| given > now) {
        ConsentState::NotYet
    } else if bound.is_some_and(|hash| row.text_hash.as_deref() != Some(hash)) {
        ConsentState::OtherText
    } else {
        ConsentState::Active
    }
}

/// When the end of a consent is told; never, if it has none or begins as close to it.
pub(super) fn told_at(ends: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    ends.and_then(|end| end.checked_sub_signed(NOTICE)).filter(|at| *at > now)
}

/// What somebody makes of their consent. What is not said stays.
#[derive(Clone, Debug, Default)]
pub(super) struct Wish {
    /// How finely they may be named.
    pub(super) level: Option<AttributionLevel>,
    /// For which channels.
    pub(super) scope: Option<Vec<String>>,
    /// Until when it holds; none for without end.
    pub(super) expires_at: Option<Option<DateTime<Utc>>>,
}

/// The consent as it is wished, if that allows nothing that it does not allow now.
///
/// # Errors
/// 409 if it does.
pub(super) fn narrowed(before: &Stated, wish: &Wish) -> Result<Stated, Problem> {
    let mut after = before.clone();
    let mut wider = None;
    if let Some(level) = wish.level {
        // One without a level sets no bound.
        if before.level.is_some_and(|allowed| level < allowed) {
            wider = Some("level");
        }
        after.level = Some(level);
    }
    if let Some(scope) = &wish.scope {
        if scope.iter().any(|channel| !before.scope.contains(channel)) {
            wider = Some("scope");
        }
        after.scope = before.scope.iter().filter(|channel| scope.contains(channel)).cloned().collect();
    }
    if let Some(end) = wish.expires_at {
        let later = match (before.expires_at, end) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(before), Some(after)) => after > before,
        };
        if later {
            wider = Some("expires_at");
        }
        after.expires_at = end;
    }
    match wider {
        Some(member) => Err(Problem::of(Kind::ConsentNeeded).with_detail(format!(
            "`{member}` would allow more than this consent does: that takes a new one."
        ))),
        None => Ok(after),
    }
}

#[cfg(test)]
mod tests {
    use ::entity::consent::{ConsentMethod, ConsentPurpose};

    use super::*;

    fn stated() -> Stated {
        Stated {
            purpose: ConsentPurpose::PublishQuote,
            scope: vec!["gallery".into(), "feeds".into()],
            level: Some(AttributionLevel::Pseudonym),
            text_hash: Some(vec![7; 32]),
            text_version: None,
            language: None,
            method: ConsentMethod::Written,
            given_at: None,
            given_by: None,
            expires_at: Some(DateTime::UNIX_EPOCH),
        }
    }

    #[test]
    fn a_consent_becomes_narrower_and_never_wider() {
        let scope = |channels: &[&str]| Some(channels.iter().map(|c| (*c).to_owned()).collect());
        let day = TimeDelta::days(1);
        let begin = DateTime::UNIX_EPOCH;
        for (wish, passes) in [
            (Wish::default(), true),
            (Wish { level: Some(AttributionLevel::Anonymous), ..Wish::default() }, true),
            (Wish { level: Some(AttributionLevel::Pseudonym), ..Wish::default() }, true),
            (Wish { level: Some(AttributionLevel::Name), ..Wish::default() }, false),
            (Wish { scope: scope(&["feeds"]), ..Wish::default() }, true),
            (Wish { scope: scope(&["feeds", "press"]), ..Wish::default() }, false),
            (Wish { expires_at: Some(Some(begin - day)), ..Wish::default() }, true),
            (Wish { expires_at: Some(Some(begin + day)), ..Wish::default() }, false),
            (Wish { expires_at: Some(None), ..Wish::default() }, false),
        ] {
            assert_eq!(narrowed(&stated(), &wish).is_ok(), passes, "{wish:?}");
        }
        let endless = Stated { expires_at: None, level: None, ..stated() };
        let wish = Wish {
            level: Some(AttributionLevel::Name),
            expires_at: Some(Some(begin)),
            scope: scope(&["feeds"]),
        };
        let after = narrowed(&endless, &wish).unwrap();
        assert_eq!((after.level, after.expires_at), (Some(AttributionLevel::Name), Some(begin)));
        assert_eq!(after.scope, ["feeds"]);
    }

    #[test]
    fn the_end_is_told_a_month_before_unless_it_is_closer() {
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(told_at(None, now), None);
        assert_eq!(told_at(Some(now + TimeDelta::days(30)), now), None);
        assert_eq!(told_at(Some(now + TimeDelta::days(31)), now), Some(now + TimeDelta::days(1)));
        assert_eq!(told_at(Some(DateTime::<Utc>::MIN_UTC), now), None);
    }
}
