//! What callers send and read.

use ::entity::ids::{OrganisationId, PersonId};
use ::entity::kinds::PersonRole;
use ::entity::person;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{Contact, PersonRecord};
use crate::rooms::bundle::{CountryCode, Incoming, Names, PersonLine, RecordId};
use crate::rooms::records::{Edit, Links, Mergeable, Shown, Written};

/// A person as they are written.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonIn {
    /// The name or pseudonym they chose.
    #[schema(max_length = 200, pattern = r"\S", example = "Amina")]
    display_name: String,
    /// What brings them.
    role: PersonRole,
    /// Their country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    country: Option<CountryCode>,
    /// The organisations they belong to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Uuid>, max_items = 100)]
    organisations: Vec<RecordId>,
    /// How they can be reached. It is sealed and not read back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    contact: Option<ContactIn>,
}

/// How somebody can be reached.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PersonContactIn)]
struct ContactIn {
    /// The e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "email", min_length = 3, max_length = 254)]
    email: Option<String>,
    /// The telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = r"^\+?[0-9][0-9 ().-]{3,38}$")]
    phone: Option<String>,
}

impl Mergeable for PersonIn {
    const SEALED: &'static [&'static [&'static str]] = &[&["contact"]];
}

impl Written for PersonIn {
    type Record = PersonRecord;

    fn of(record: PersonRecord) -> Self {
        let Contact { email, phone } = record.contact.clone().unwrap_or_default();
        let line = PersonLine::of(record, &Names::here());
        let PersonLine { id: _, display_name, role, country, organisations, consents: _ } = line;
        let contact = Some(ContactIn { email, phone }).filter(|c| c.email.is_some() || c.phone.is_some());
        Self { display_name, role, country, organisations, contact }
    }

    fn names(&self) -> Vec<&RecordId> {
        self.organisations.iter().collect()
    }

    /// Consents are given elsewhere and stay as they are.
    fn into_record(self, incoming: &mut Incoming<'_>, before: Option<&PersonRecord>) -> Option<PersonRecord> {
        let Self { display_name, role, country, organisations, contact } = self;
        let (id, consents) = (incoming.name(), Vec::new());
        let line = PersonLine { id, display_name, role, country, organisations, consents };
        let mut person = line.into_record(incoming);
        person.consents = before.map(|before| before.consents.clone()).unwrap_or_default();
        person.contact = contact.map(|ContactIn { email, phone }| Contact { email, phone });
        Some(person)
    }
}

/// An edit of a person: what is left out stays, `null` clears.
pub(super) type PersonPatch = Edit<PersonIn>;

/// A person, without any contact.
#[derive(Serialize, ToSchema)]
pub(super) struct PersonOut {
    /// Identifier.
    id: PersonId,
    /// The name or pseudonym they chose.
    display_name: String,
    /// What brings them.
    role: PersonRole,
    /// Their country (ISO 3166-1 alpha-2).
    country: Option<String>,
    /// The organisations they belong to.
    organisations: Vec<OrganisationId>,
    /// Which ways to reach them are known.
    has_contact: PersonHasContact,
    /// Grows by one with every edit; the `ETag` is made of it.
    version: i64,
    /// When the record was made.
    created_at: DateTime<Utc>,
    /// When it was last edited.
    updated_at: DateTime<Utc>,
    links: Links,
}

/// Which ways to reach somebody are known.
#[derive(Serialize, ToSchema)]
struct PersonHasContact {
    /// An e-mail address.
    email: bool,
    /// A telephone number.
    phone: bool,
}

impl From<Shown<PersonRecord>> for PersonOut {
    fn from(shown: Shown<PersonRecord>) -> Self {
        let links = Links::of(&shown);
        let PersonRecord { row, organisations, consents: _, contact } = shown.record;
        let person::Model { id, display_name, role, country, created_by: _, version, created_at, updated_at } =
            row;
        let contact = contact.unwrap_or_default();
        let has_contact = PersonHasContact { email: contact.email.is_some(), phone: contact.phone.is_some() };
        Self {
            id,
            display_name,
            role,
            country,
            organisations,
            has_contact,
            version,
            created_at,
            updated_at,
            links,
        }
    }
}

/// A page of people.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described")]
pub(super) struct PersonPage {
    /// The people.
    items: Vec<PersonOut>,
    /// Where the next page begins; `null` on the last one.
    next_cursor: Option<String>,
}

/// Which person.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct PersonPath {
    /// The person.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = Uuid)]
    pub person_id: Uuid,
}

/// Which people are listed.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PersonFilter {
    /// What brings them, separated by commas: one of them.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 3)]
    pub(super) role: Vec<PersonRole>,
    /// Countries (ISO 3166-1 alpha-2), separated by commas: one of them.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 60)]
    pub(super) country: Vec<CountryCode>,
    /// Those of whom a consent in force ends before this instant, or has ended by itself.
    #[param(nullable = false, example = "2027-03-14T00:00:00Z")]
    pub(super) consent_expires_before: Option<DateTime<Utc>>,
}
