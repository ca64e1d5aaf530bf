//! What a reader is told, and which cursors lead on.

use ::entity::change_entry::{ChangeKind, Model};
use ::entity::change_reader;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Where a reader stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// When the numbers began.
    epoch: Uuid,
    /// The kinds that were told, one bit each.
    kinds: u32,
    /// The last number that was read.
    pub(super) after: i64,
    /// The deletions that were told no longer when the reader began.
    floor: i64,
}

impl Place {
    /// The beginning.
    pub(super) fn first(reader: &change_reader::Model, kinds: &[ChangeKind]) -> Self {
        Self { epoch: reader.epoch, kinds: bits(kinds), after: 0, floor: reader.floor }
    }

    /// The same, further on.
    pub(super) const fn behind(self, seq: i64) -> Self {
        Self { after: seq, ..self }
    }

    /// Whether nothing was missed by a reader who stands here: of the same numbers and the same kinds, and told of every deletion
    /// since it began.
    pub(super) fn leads_on(&self, reader: &change_reader::Model, kinds: &[ChangeKind]) -> bool {
        self.epoch == reader.epoch
            && self.kinds == bits(kinds)
            && self.after <= reader.seq
            && self.after.max(self.floor) >= reader.floor
    }
}

fn bits(kinds: &[ChangeKind]) -> u32 {
    kinds.iter().fold(0, |set, kind| set | 1 << *kind as u32)
}

/// What there is to tell of a record that a reader sees in this version, or does not see: a version, and whether it is gone.
pub(super) fn news(told: Option<&Model>, seen: Option<i64>) -> Option<(i64, bool)> {
    match (told, seen) {
        (Some(told), Some(version)) if !told.gone && told.version == version => None,
        (_, Some(version)) => Some((version, false)),
        (Some(told), None) if !told.gone => Some((told.version, true)),
        (_, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn told(version: i64, gone: bool) -> Model {
        let (reader, record_id, at) = (Uuid::nil(), Uuid::nil(), DateTime::UNIX_EPOCH);
        Model { reader, record_id, kind: ChangeKind::Event, version, seq: 1, at, gone }
    }

    fn reader(epoch: u128, seq: i64, floor: i64) -> change_reader::Model {
        let (epoch, read_at) = (Uuid::from_u128(epoch), DateTime::UNIX_EPOCH);
        change_reader::Model {
            reader: Uuid::nil(),
            epoch,
            seq,
            floor,
            filling: None,
            filled_to: None,
            read_at,
        }
    }

    #[test]
    fn a_reader_is_told_what_it_does_not_know() {
        assert_eq!(news(None, Some(1)), Some((1, false)));
        assert_eq!(news(Some(&told(1, false)), Some(1)), None);
        assert_eq!(news(Some(&told(1, false)), Some(3)), Some((3, false)));
        assert_eq!(news(Some(&told(3, false)), None), Some((3, true)));
        assert_eq!(news(Some(&told(3, true)), None), None);
        assert_eq!(news(Some(&told(3, true)), Some(3)), Some((3, false)), "it came back");
        assert_eq!(news(None, None), None, "what was never seen is not named");
    }

    #[test]
    fn a_cursor_leads_on_as_long_as_nothing_was_missed() {
        let kinds = [ChangeKind::Event, ChangeKind::Quote];
        let first = Place::first(&reader(1, 9, 5), &kinds);
        assert!(first.leads_on(&reader(1, 9, 5), &kinds), "what is told no longer was gone when it began");
        assert!(
            !first.leads_on(&reader(1, 9, 6), &kinds) && first.behind(6).leads_on(&reader(1, 9, 6), &kinds)
        );
        assert!(!first.leads_on(&reader(2, 9, 5), &kinds), "other numbers");
        assert!(!first.leads_on(&reader(1, 9, 5), &kinds[..1]), "other kinds");
        assert!(!first.behind(10).leads_on(&reader(1, 9, 5), &kinds), "a number that was never given");
    }
}
