//! Whether a kept answer still holds.
//!
//! Every round of changes that is noticed has a number. An answer remembers the round after which it was *begun*, and holds
//! as long as nothing it was made from has changed in a later one: so an answer that was read before a change and finished
//! after it is never given.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use entity::gallery_document::DocumentKind;
use uuid::Uuid;

use crate::db::Published;
use crate::publishing::collection;

/// More changed documents than these are not told apart: then every answer is made anew.
const MOST_DOCUMENTS: usize = 4096;
/// The root of everything that is kept.
const ROOT: &str = "/v1/gallery";

/// What an answer was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Touches {
    /// One document.
    Document(Uuid),
    /// Documents of a kind.
    Kind(DocumentKind),
    /// Documents of all kinds.
    Everything,
}

impl Touches {
    /// What stands at an address; none if it is not of the gallery.
    pub(super) fn of(path: &str) -> Option<Self> {
        let rest = path.strip_prefix(ROOT)?;
        // A calendar file or a feed is made from what stands at the same address without its ending.
        let rest = rest.strip_suffix(".ics").or(rest.strip_suffix(".atom")).unwrap_or(rest);
        if rest.is_empty() {
            return Some(Self::Everything);
        }
        let (section, id) = rest.strip_prefix('/').map(|rest| rest.split_once('/').unwrap_or((rest, "")))?;
        let Some(kind) = DocumentKind::ALL.iter().find(|kind| collection(**kind) == section) else {
            return Some(Self::Everything);
        };
        match id {
            "" => Some(Self::Kind(*kind)),
            id => Some(id.parse().map_or(Self::Everything, Self::Document)),
        }
    }
}

/// A round of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(u64);

/// What changed when, as far as this process knows.
pub struct Freshness {
    /// What this process has published, and how much of it has been noticed.
    published: Published,
    noticed: AtomicU64,
    /// How old the last look may be.
    patience: Duration,
    known: RwLock<Known>,
}

#[derive(Default)]
struct Known {
    round: u64,
    everything: u64,
    kinds: HashMap<DocumentKind, u64>,
    documents: HashMap<Uuid, u64>,
    /// When the last look that succeeded was begun.
    looked: Option<Instant>,
    /// When the next document ceases to be shown by itself.
    next_end: Option<DateTime<Utc>>,
}

/// What a look found.
pub(super) enum Changed {
    /// These documents.
    Documents(Vec<(Uuid, DocumentKind)>),
    /// More than can be told.
    Everything,
}

impl Freshness {
    /// Nothing is known yet. `published` tells what this process itself publishes; `patience` is how long the database may
    /// be silent before nothing kept is trusted any more.
    pub fn new(published: Published, patience: Duration) -> Self {
        Self { published, noticed: AtomicU64::new(0), patience, known: RwLock::default() }
    }

    /// The round after which an answer begun now is made; none if nothing kept may be given now, because the database has
    /// been silent, this process has just published, or a document has ceased to be shown.
    pub(super) fn moment(&self, now: DateTime<Utc>) -> Option<Moment> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let in_touch = known.looked.is_some_and(|looked| looked.elapsed() <= self.patience);
        let ended = known.next_end.is_some_and(|end| end <= now);
        let behind = self.published.count() != self.noticed.load(Ordering::Acquire);
        (in_touch && !ended && !behind).then_some(Moment(known.round))
    }

    /// Whether nothing has changed since that an answer was made from.
    pub(super) fn holds(&self, touches: Touches, since: Moment) -> bool {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let changed = match touches {
            Touches::Document(id) => known.documents.get(&id).copied(),
            Touches::Kind(kind) => known.kinds.get(&kind).copied(),
            Touches::Everything => known.kinds.values().max().copied(),
        };
        known.everything <= since.0 && changed.is_none_or(|round| round <= since.0)
    }

    /// Takes note of a look that was begun at `begun`, when this process had published `published` times.
    pub(super) fn note(
        &self,
        begun: Instant,
        published: u64,
        changed: Changed,
        next_end: Option<DateTime<Utc>>,
    ) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let round = known.round + 1;
        match changed {
            Changed::Documents(documents) if known.documents.len() + documents.len() <= MOST_DOCUMENTS => {
                if !documents.is_empty() {
                    known.round = round;
                }
                for (id, kind) in documents {
                    known.documents.insert(id, round);
                    known.kinds.insert(kind, round);
                }
            }
            Changed::Documents(_) | Changed::Everything => {
                (known.round, known.everything) = (round, round);
                known.documents.clear();
            }
        }
        known.looked = Some(begun);
        known.next_end = next_end;
        self.noticed.store(published, Ordering::Release);
    }

    pub(super) fn published(&self) -> &Published {
        &self.published
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn looked(freshness: &Freshness, changed: Changed) {
        freshness.note(Instant::now(), freshness.published.count(), changed, None);
    }

    #[test]
    fn addresses_tell_what_they_are_made_from() {
        let id = Uuid::from_u128(7);
        assert_eq!(Touches::of("/v1/gallery"), Some(Touches::Everything));
        assert_eq!(Touches::of("/v1/gallery/quotes"), Some(Touches::Kind(DocumentKind::Quote)));
        assert_eq!(Touches::of(&format!("/v1/gallery/stories/{id}")), Some(Touches::Document(id)));
        assert_eq!(Touches::of("/v1/gallery/events.ics"), Some(Touches::Kind(DocumentKind::Event)));
        assert_eq!(Touches::of(&format!("/v1/gallery/events/{id}.ics")), Some(Touches::Document(id)));
        for path in ["/v1/gallery/countries/KE", "/v1/gallery/map", "/v1/gallery/quotes/none"] {
            assert_eq!(Touches::of(path), Some(Touches::Everything), "{path}");
        }
        for path in ["/v1/themes", "/v1/galleryx", "/", "/readyz"] {
            assert_eq!(Touches::of(path), None, "{path}");
        }
    }

    #[test]
    fn an_answer_holds_until_something_changes_that_it_was_made_from() {
        let freshness = Freshness::new(Published::default(), Duration::from_secs(60));
        assert_eq!(freshness.moment(NOW), None, "nothing is known before the first look");
        looked(&freshness, Changed::Everything);
        let begun = freshness.moment(NOW).unwrap();
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        looked(&freshness, Changed::Documents(vec![(one, DocumentKind::Event)]));
        assert!(!freshness.holds(Touches::Document(one), begun));
        assert!(!freshness.holds(Touches::Kind(DocumentKind::Event), begun));
        assert!(!freshness.holds(Touches::Everything, begun));
        assert!(freshness.holds(Touches::Document(other), begun));
        assert!(freshness.holds(Touches::Kind(DocumentKind::Quote), begun));
        let later = freshness.moment(NOW).unwrap();
        assert!(freshness.holds(Touches::Everything, later));
        looked(&freshness, Changed::Documents(vec![]));
        assert_eq!(freshness.moment(NOW), Some(later), "nothing happened");
        let many = (0..=MOST_DOCUMENTS as u128).map(|n| (Uuid::from_u128(n), DocumentKind::Story));
        looked(&freshness, Changed::Documents(many.collect()));
        assert!(!freshness.holds(Touches::Document(other), later));
    }

    #[test]
    fn nothing_kept_is_given_by_a_process_that_cannot_know() {
        let published = Published::default();
        let freshness = Freshness::new(published.clone(), Duration::from_millis(500));
        looked(&freshness, Changed::Everything);
        assert!(freshness.moment(NOW).is_some());
        published.once_more();
        assert_eq!(freshness.moment(NOW), None, "it has published itself and not looked since");
        looked(&freshness, Changed::Everything);
        assert!(freshness.moment(NOW).is_some());
        let end = NOW + chrono::TimeDelta::seconds(1);
        freshness.note(Instant::now(), published.count(), Changed::Everything, Some(end));
        assert!(freshness.moment(NOW).is_some());
        assert_eq!(freshness.moment(end), None, "something has ceased to be shown");
        let long_ago = Instant::now().checked_sub(Duration::from_secs(1)).unwrap();
        freshness.note(long_ago, published.count(), Changed::Everything, None);
        assert_eq!(freshness.moment(NOW), None, "the database has been silent");
    }
}
