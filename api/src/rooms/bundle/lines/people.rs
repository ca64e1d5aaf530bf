//! Lines of themes, organisations and people, and the consents that people and quotes have.

use std::collections::BTreeMap;

use ::entity::consent::{ConsentMethod, ConsentPurpose};
use ::entity::ids::{OrganisationId, PersonId, ThemeId};
use ::entity::kinds::{PersonRole, RecordKind};
use ::entity::organisation::OrganisationKind;
use ::entity::quote::AttributionLevel;
use ::entity::values::Labels;
use ::entity::{organisation, person, theme};
use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::parts::{CountryCode, Incoming, LanguageTag, Names, RecordId, WebAddress};
use crate::http::json::step;
use crate::rooms::consents::Stated;
use crate::rooms::people::PersonRecord;

/// A theme.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BundleTheme)]
pub struct ThemeLine {
    /// Its id in the source.
    pub id: RecordId,
    /// Its label by language.
    #[schema(schema_with = super::parts::labels_schema)]
    pub labels: BTreeMap<String, String>,
}

impl ThemeLine {
    /// The record it stands for.
    pub fn into_record(self, incoming: &mut Incoming<'_>) -> theme::Model {
        let mut labels = BTreeMap::new();
        for (tag, label) in self.labels {
            let pointer = step("/labels", &tag);
            labels.insert(incoming.tag(&pointer, &tag), label);
        }
        theme::Model {
            id: ThemeId(incoming.id),
            labels: Labels(labels),
            version: incoming.version,
            created_by: incoming.created_by,
            created_at: incoming.created_at,
            updated_at: incoming.now,
        }
    }

    /// The line that stands for a record.
    pub fn of(record: theme::Model, names: &Names<'_>) -> Self {
        let theme::Model { id, labels, created_by: _, version: _, created_at: _, updated_at: _ } = record;
        Self { id: names.of(id), labels: labels.0 }
    }
}

/// An organisation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BundleOrganisation)]
pub struct OrganisationLine {
    /// Its id in the source.
    pub id: RecordId,
    /// Its name.
    #[schema(max_length = 200, pattern = r"\S")]
    pub name: String,
    /// What it is.
    pub kind: OrganisationKind,
    /// Whether it is legally constituted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub formal: Option<bool>,
    /// Its country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub country: Option<CountryCode>,
    /// Its own site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub url: Option<WebAddress>,
}

impl OrganisationLine {
    /// The record it stands for.
    pub fn into_record(self, incoming: &mut Incoming<'_>) -> organisation::Model {
        organisation::Model {
            id: OrganisationId(incoming.id),
            name: self.name,
            kind: self.kind,
            formal: self.formal,
            country: incoming.country("/country", self.country.as_ref()),
            url: self.url.map(|u| u.0),
            suspended_at: None,
            version: incoming.version,
            created_by: incoming.created_by,
            created_at: incoming.created_at,
            updated_at: incoming.now,
        }
    }

    /// The line that stands for a record.
    pub fn of(record: organisation::Model, names: &Names<'_>) -> Self {
        let organisation::Model {
            id,
            name,
            kind,
            formal,
            country,
            url,
            suspended_at: _,
            created_by: _,
            version: _,
            created_at: _,
            updated_at: _,
        } = record;
        Self {
            id: names.of(id),
            name,
            kind,
            formal,
            country: country.map(CountryCode),
            url: url.map(WebAddress),
        }
    }
}

/// A person. Contacts are never in a bundle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BundlePerson)]
pub struct PersonLine {
    /// The id in the source.
    pub id: RecordId,
    /// The name or pseudonym they chose.
    #[schema(max_length = 200, pattern = r"\S")]
    pub display_name: String,
    /// What brings them.
    pub role: PersonRole,
    /// Their country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub country: Option<CountryCode>,
    /// The organisations they belong to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100)]
    pub organisations: Vec<RecordId>,
    /// What they allowed. Nothing else is assumed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub consents: Vec<ConsentLine>,
}

impl PersonLine {
    /// The record it stands for.
    pub fn into_record(self, incoming: &mut Incoming<'_>) -> PersonRecord {
        let mut consents = Vec::with_capacity(self.consents.len());
        for (i, line) in self.consents.into_iter().enumerate() {
            let pointer = format!("/consents/{i}");
            if line.purpose == ConsentPurpose::PublishQuote {
                incoming.refuse(
                    &step(&pointer, "purpose"),
                    "wrong_purpose",
                    "belongs to a quote, not to a person",
                );
            }
            let stated = line.into_stated(&pointer, incoming, None);
            if consents.contains(&stated) {
                incoming.refuse(&pointer, "repeated_value", "is stated twice");
            }
            consents.push(stated);
        }
        PersonRecord {
            contact: None,
            organisations: incoming.many("/organisations", &self.organisations, RecordKind::Organisation),
            consents,
            row: person::Model {
                id: PersonId(incoming.id),
                display_name: self.display_name,
                role: self.role,
                country: incoming.country("/country", self.country.as_ref()),
                version: incoming.version,
                created_by: incoming.created_by,
                created_at: incoming.created_at,
                updated_at: incoming.now,
            },
        }
    }

    /// The line that stands for a record.
    pub fn of(record: PersonRecord, names: &Names<'_>) -> Self {
        let person::Model {
            id,
            display_name,
            role,
            country,
            created_by: _,
            version: _,
            created_at: _,
            updated_at: _,
        } = record.row;
        let mut consents: Vec<ConsentLine> = record.consents.into_iter().map(ConsentLine::of).collect();
        // The ledger has no order of its own.
        consents.sort_by_cached_key(|c| (c.purpose, serde_json::to_string(c).unwrap_or_default()));
        Self {
            id: names.of(id),
            display_name,
            role,
            country: country.map(CountryCode),
            organisations: names.all(record.organisations),
            consents,
        }
    }
}

/// The channels a consent may cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsentScope {
    /// The gallery itself.
    Gallery,
    /// Feeds of changes.
    Feeds,
    /// Partner organisations.
    Partners,
    /// The press.
    Press,
}

impl ConsentScope {
    const ALL: [(Self, &str); 4] = [
        (Self::Gallery, "gallery"),
        (Self::Feeds, "feeds"),
        (Self::Partners, "partners"),
        (Self::Press, "press"),
    ];

    /// Its word.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(s, _)| *s == self).map_or("", |(_, word)| word)
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, w)| *w == word).map(|(s, _)| *s)
    }
}

/// A consent: who allowed what, for which channels, until when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BundleConsent)]
pub struct ConsentLine {
    /// What is allowed.
    pub purpose: ConsentPurpose,
    /// How it was given.
    pub method: ConsentMethod,
    /// For which channels; `gallery` and `feeds` if not said.
    #[serde(default = "gallery_and_feeds")]
    #[schema(max_items = 4, default = json!(["gallery", "feeds"]))]
    pub scope: Vec<ConsentScope>,
    /// The finest attribution allowed, for a quote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub level: Option<AttributionLevel>,
    /// The version of the wording that was shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 50)]
    pub text_version: Option<String>,
    /// The language in which it was shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub language: Option<LanguageTag>,
    /// When it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub given_at: Option<DateTime<Utc>>,
    /// Who took it down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    pub given_by: Option<String>,
    /// Until when it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub expires_at: Option<DateTime<Utc>>,
}

/// The channels of a consent that names none.
pub fn gallery_and_feeds() -> Vec<ConsentScope> {
    vec![ConsentScope::Gallery, ConsentScope::Feeds]
}

impl ConsentLine {
    /// What it states; `text_hash` is of the quote it is bound to.
    pub fn into_stated(
        self,
        pointer: &str,
        incoming: &mut Incoming<'_>,
        text_hash: Option<[u8; 32]>,
    ) -> Stated {
        let language = self.language.map(|t| incoming.tag(&step(pointer, "language"), &t.0));
        let mut scope: Vec<String> = ConsentScope::ALL
            .iter()
            .filter(|(s, _)| self.scope.contains(s))
            .map(|(s, _)| s.word().to_owned())
            .collect();
        scope.dedup();
        Stated {
            purpose: self.purpose,
            scope,
            level: self.level,
            text_hash: text_hash.map(|hash| hash.to_vec()),
            text_version: self.text_version,
            language,
            method: self.method,
            given_at: self.given_at.map(|t| t.trunc_subsecs(6)),
            given_by: self.given_by,
            expires_at: self.expires_at.map(|t| t.trunc_subsecs(6)),
        }
    }

    /// The member that stands for a consent.
    pub fn of(stated: Stated) -> Self {
        let Stated {
            purpose,
            scope,
            level,
            text_hash: _,
            text_version,
            language,
            method,
            given_at,
            given_by,
            expires_at,
        } = stated;
        Self {
            purpose,
            method,
            scope: scope.iter().filter_map(|s| ConsentScope::of(s)).collect(),
            level,
            text_version,
            language: language.map(LanguageTag),
            given_at,
            given_by,
            expires_at,
        }
    }
}
