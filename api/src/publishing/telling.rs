//! What those outside are told of who follow the public side: what a reader of the feed would see change, and nothing else.

use ::entity::event::EventStatus;
use ::entity::gallery_document::{DocumentKind, Model};
use serde_json::Value;

use super::record_kind;
use crate::outbox::{DocumentChange, Fact};

/// What there is to tell of a document that was like this before and is like that now.
pub(super) fn fact(before: Option<&Model>, after: &Model) -> Option<Fact> {
    let change = match (before.is_some_and(is_fed), is_fed(after)) {
        (false, false) => return None,
        (false, true) => DocumentChange::Published,
        (true, false) => DocumentChange::Withdrawn,
        (true, true) => happened(before?, after)?,
    };
    let (record, document_id, version) = (record_kind(after.kind), after.id, after.version);
    Some(Fact::DocumentChanged { record, document_id, change, version })
}

/// Whether the feed shows it.
fn is_fed(row: &Model) -> bool {
    row.withdrawn_at.is_none() && row.listed && row.in_feeds
}

/// What happened to an event that was public before and still is.
fn happened(before: &Model, after: &Model) -> Option<DocumentChange> {
    if after.kind != DocumentKind::Event {
        return None;
    }
    if after.cancelled != before.cancelled {
        return Some(if after.cancelled { DocumentChange::Cancelled } else { DocumentChange::Published });
    }
    let (before, after) = (shown(before)?, shown(after)?);
    let held = EventStatus::Held.as_str();
    match (before["status"] == held, after["status"] == held) {
        (false, true) => Some(DocumentChange::Held),
        _ if before["when"] != after["when"] => Some(DocumentChange::Rescheduled),
        _ => None,
    }
}

fn shown(row: &Model) -> Option<Value> {
    serde_json::from_str(&row.body).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(status: &str, when: &str) -> Model {
        let body = format!(r#"{{"status": "{status}", "when": "{when}"}}"#);
        let at = chrono::DateTime::UNIX_EPOCH;
        Model {
            id: uuid::Uuid::nil(),
            kind: DocumentKind::Event,
            subkind: None,
            country: None,
            lat: None,
            lon: None,
            occurs_from: None,
            occurs_until: None,
            sort_at: at,
            cancelled: status == "cancelled",
            event_id: None,
            initiative_id: None,
            language: "en".to_owned(),
            label: String::new(),
            body,
            feature: String::new(),
            digest: String::new(),
            listed: true,
            in_feeds: true,
            fed: true,
            version: 2,
            updated_at: at,
            seq: None,
            first_seq: None,
            withdrawn_at: None,
            withdrawn_as: None,
            public_until: None,
            counted_country: None,
            guard: String::new(),
        }
    }

    #[test]
    fn what_is_told_is_what_a_reader_of_the_feed_sees() {
        let told = |before: Option<&Model>, after: &Model| {
            fact(before, after).map(|fact| match fact {
                Fact::DocumentChanged { change, .. } => change,
                _ => panic!("{fact:?}"),
            })
        };
        let planned = event("scheduled", "soon");
        let unlisted = Model { listed: false, ..planned.clone() };
        let gone = Model { withdrawn_at: Some(planned.updated_at), ..planned.clone() };
        assert_eq!(told(None, &planned), Some(DocumentChange::Published));
        assert_eq!(told(Some(&gone), &planned), Some(DocumentChange::Published));
        assert_eq!(told(Some(&unlisted), &planned), Some(DocumentChange::Published));
        assert_eq!(told(Some(&planned), &unlisted), Some(DocumentChange::Withdrawn));
        assert_eq!(told(Some(&planned), &gone), Some(DocumentChange::Withdrawn));
        for (before, after) in
            [(None, &unlisted), (Some(&unlisted), &gone), (Some(&gone), &gone), (None, &gone)]
        {
            assert_eq!(told(before, after), None, "it was never told of");
        }
        assert_eq!(told(Some(&planned), &planned), None, "another title");
        assert_eq!(told(Some(&planned), &event("scheduled", "later")), Some(DocumentChange::Rescheduled));
        assert_eq!(told(Some(&planned), &event("cancelled", "soon")), Some(DocumentChange::Cancelled));
        assert_eq!(told(Some(&planned), &event("held", "then")), Some(DocumentChange::Held));
    }
}
