//! Counts of people. One function decides what is told, for every format alike.

use serde::Serialize;
use utoipa::ToSchema;

/// From so many people on a count may be told.
pub(super) const K: u32 = 11;

/// Whether so many people are enough to be told of, in whatever form: counted, or as a role, a country or a zone that they have
/// in common. Everything that tells of people together asks this, or [`headcount`], which does.
pub fn is_crowd(people: impl Into<u64>) -> bool {
    people.into() >= u64::from(K)
}

/// A count of people as the public may see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PublicCount {
    /// How many; null if that is not told.
    #[schema(required = true, minimum = 0)]
    pub value: Option<u32>,
    /// Whether there are too few to tell.
    pub suppressed: bool,
}

/// The headcount of one event, approved by its host: exact from 11 on, else suppressed. Nobody is nobody.
pub fn headcount(people: u32) -> PublicCount {
    match people == 0 || is_crowd(people) {
        true => PublicCount { value: Some(people), suppressed: false },
        false => PublicCount { value: None, suppressed: true },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_groups_are_not_counted_in_public() {
        assert_eq!(headcount(0).value, Some(0));
        for few in 1..=10 {
            assert_eq!(headcount(few), PublicCount { value: None, suppressed: true });
        }
        assert_eq!(headcount(11), PublicCount { value: Some(11), suppressed: false });
    }
}
