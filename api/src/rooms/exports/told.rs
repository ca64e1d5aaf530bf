//! What an export tells of a record: a closed list, so that whatever a record is given later is in none until somebody decides.

use std::collections::{BTreeMap, HashMap};

use ::entity::kinds::{Precision, RecordKind, Risk};
use ::entity::values::Headcount;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::publishing::{PublicCount, PublicDocument, effective_precision, headcount};
use crate::rooms::events::{EventRecord, HostId};
use crate::rooms::initiatives::InitiativeRecord;
use crate::rooms::records::Record;

/// What an export tells of a record.
pub(super) struct Told {
    /// The record.
    pub(super) id: Uuid,
    /// Its members, as a line of a bundle has them.
    pub(super) members: Map<String, Value>,
    /// How many came, as the public may see it.
    pub(super) headcount: [Option<PublicCount>; 4],
    /// What is public of it.
    pub(super) public: Option<PublicDocument>,
}

/// What is told of records of a kind, in their order.
const fn members(kind: RecordKind) -> &'static [&'static str] {
    match kind {
        RecordKind::Initiative => &[
            "id",
            "title",
            "summary",
            "description",
            "country",
            "place",
            "public_precision",
            "language",
            "languages",
            "themes",
            "organisations",
            "url",
            "status",
            "translations",
        ],
        RecordKind::Event => &[
            "id",
            "kind",
            "title",
            "summary",
            "description",
            "language",
            "languages",
            "format",
            "delivery",
            "when",
            "place",
            "public_precision",
            "hosts",
            "co_hosts",
            "initiative",
            "guide",
            "questions",
            "topics",
            "purposes",
            "accessibility",
            "themes",
            "capacity",
            "composition",
            "registration",
            "registration_closes_at",
            "waitlist",
            "visibility",
            "risk",
            "status",
            "recording",
            "translations",
        ],
        RecordKind::Outcome => &[
            "id",
            "event",
            "kind",
            "text",
            "language",
            "addressed_to",
            "themes",
            "followed_by",
            "status",
            "translations",
        ],
        RecordKind::Quote => {
            &["id", "event", "initiative", "text", "language", "themes", "status", "translations"]
        }
        RecordKind::Story => &[
            "id",
            "kind",
            "title",
            "summary",
            "url",
            "country",
            "event",
            "initiative",
            "language",
            "themes",
            "status",
            "translations",
        ],
        RecordKind::Theme | RecordKind::Organisation | RecordKind::Person => &[],
    }
}

impl Told {
    /// Of a record that says this.
    pub(super) fn of<R: Record>(record: &R, public: Option<PublicDocument>) -> serde_json::Result<Self> {
        let mut said = record.clone().said()?;
        let mut told = Map::new();
        told.insert("type".to_owned(), json!(R::KIND.as_str()));
        for name in members(R::KIND) {
            if let Some(value) = said.get_mut(*name) {
                told.insert((*name).to_owned(), value.take());
            }
        }
        Ok(Self { id: record.id(), members: told, headcount: [None; 4], public })
    }

    /// Of an initiative.
    pub(super) fn of_initiative(
        record: &InitiativeRecord,
        risks: &BTreeMap<String, Risk>,
        public: Option<PublicDocument>,
    ) -> serde_json::Result<Self> {
        let mut told = Self::of(record, public)?;
        let risk = risk(record.row.country.as_deref(), Risk::Low, risks);
        told.coarsen(effective_precision(record.row.public_precision, risk));
        Ok(told)
    }

    /// Of an event: of those who host it, the organisations.
    pub(super) fn of_event(
        record: &EventRecord,
        risks: &BTreeMap<String, Risk>,
        public: Option<PublicDocument>,
    ) -> serde_json::Result<Self> {
        let mut record = record.clone();
        record.hosts.retain(|(_, host)| matches!(host, HostId::Organisation(_)));
        let mut told = Self::of(&record, public)?;
        let risk = risk(record.row.country.as_deref(), record.row.risk, risks);
        told.coarsen(effective_precision(record.row.public_precision, risk));
        if let Some(Headcount { activist, donor, ally, organisations }) =
            record.row.headcount.filter(|_| record.row.headcount_approved)
        {
            told.headcount = [activist, donor, ally, organisations].map(|people| people.map(headcount));
        }
        Ok(told)
    }

    /// Leaves of the place what may be told this finely: never a point or a house.
    fn coarsen(&mut self, precision: Precision) {
        let finest = [
            ("locality", Precision::Locality),
            ("region", Precision::Region),
            ("country", Precision::Country),
        ];
        let may = |name: &str| finest.iter().any(|(part, fine)| *part == name && precision <= *fine);
        if !may("country") {
            self.members.remove("country");
        }
        if let Some(Value::Object(place)) = self.members.get_mut("place") {
            place.retain(|name, _| may(name));
        }
    }
}

/// How dangerous it is: as dangerous as its country at least.
fn risk(country: Option<&str>, own: Risk, risks: &BTreeMap<String, Risk>) -> Risk {
    country.and_then(|country| risks.get(country)).map_or(own, |risk| own.max(*risk))
}

/// What is told of records, of those that are public with their documents.
pub(super) fn public_of(public: &mut HashMap<Uuid, PublicDocument>, id: Uuid) -> Option<PublicDocument> {
    public.remove(&id)
}
