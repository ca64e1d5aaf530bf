//! Lines of initiatives.

use std::collections::BTreeMap;

use ::entity::ids::InitiativeId;
use ::entity::initiative::{self, InitiativeStatus};
use ::entity::kinds::{Precision, RecordKind};
use ::entity::values::Translation;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::parts::{CountryCode, Incoming, LanguageTag, Names, RecordId, WebAddress, to_tags};
use crate::reference::Point;
use crate::rooms::initiatives::InitiativeRecord;

/// A continuing effort of one or more organisations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BundleInitiative)]
pub struct InitiativeLine {
    /// Its id in the source.
    pub id: RecordId,
    /// Title.
    #[schema(max_length = 200, pattern = r"\S")]
    pub title: String,
    /// One paragraph.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 1000)]
    pub summary: Option<String>,
    /// The long text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 20_000)]
    pub description: Option<String>,
    /// Its country; none for one that spans countries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub country: Option<CountryCode>,
    /// Where in the country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub place: Option<InitiativePlace>,
    /// How finely the place may be shown; the country if not said.
    #[serde(default = "country")]
    #[schema(default = "country")]
    pub public_precision: Precision,
    /// The language of the texts; the header's if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub language: Option<LanguageTag>,
    /// Languages it works in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub languages: Vec<LanguageTag>,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub themes: Vec<RecordId>,
    /// Who carries it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100)]
    pub organisations: Vec<RecordId>,
    /// Its own site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub url: Option<WebAddress>,
    /// Where it stands; published if not said.
    #[serde(default = "published")]
    #[schema(default = "published")]
    pub status: InitiativeStatus,
    /// The texts in other languages.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(schema_with = super::parts::translations_schema)]
    pub translations: BTreeMap<String, Translation>,
}

/// Where an initiative is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BundleInitiativePlace)]
pub struct InitiativePlace {
    /// The name of the province.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    pub region: Option<String>,
    /// The name of the town or county.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    pub locality: Option<String>,
    /// The exact point. It is sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub point: Option<Point>,
}

fn country() -> Precision {
    Precision::Country
}

fn published() -> InitiativeStatus {
    InitiativeStatus::Published
}

impl InitiativeLine {
    /// The record it stands for.
    pub fn into_record(self, incoming: &mut Incoming<'_>) -> InitiativeRecord {
        let language = incoming.own_language(self.language.as_ref());
        let place = self.place.unwrap_or_default();
        InitiativeRecord {
            point: place.point,
            organisations: incoming.many("/organisations", &self.organisations, RecordKind::Organisation),
            themes: incoming.many("/themes", &self.themes, RecordKind::Theme),
            contact: None,
            row: initiative::Model {
                id: InitiativeId(incoming.id),
                title: self.title,
                summary: self.summary,
                description: self.description,
                country: incoming.country("/country", self.country.as_ref()),
                region: place.region,
                locality: place.locality,
                sealed_place: None,
                public_lat: None,
                public_lon: None,
                public_precision: self.public_precision,
                languages: incoming.tags("/languages", &self.languages),
                url: self.url.map(|u| u.0),
                status: self.status,
                translations: incoming.translations(&language, self.translations),
                language,
                // What somebody confirmed they said to another service, or to nobody.
                confirmed_on: None,
                version: incoming.version,
                created_by: incoming.created_by,
                created_at: incoming.created_at,
                updated_at: incoming.now,
            },
        }
    }

    /// The line that stands for a record.
    pub fn of(record: InitiativeRecord, names: &Names<'_>) -> Self {
        let InitiativeRecord { row, point, organisations, themes, contact: _ } = record;
        let initiative::Model {
            id,
            title,
            summary,
            description,
            country,
            region,
            locality,
            sealed_place: _,
            public_lat: _,
            public_lon: _,
            public_precision,
            language,
            languages,
            url,
            status,
            translations,
            confirmed_on: _,
            created_by: _,
            version: _,
            created_at: _,
            updated_at: _,
        } = row;
        let place = InitiativePlace { region, locality, point };
        Self {
            id: names.of(id),
            title,
            summary,
            description,
            country: country.map(CountryCode),
            place: Some(place).filter(|p| *p != InitiativePlace::default()),
            public_precision,
            language: Some(LanguageTag(language)),
            languages: to_tags(languages),
            themes: names.all(themes),
            organisations: names.all(organisations),
            url: url.map(WebAddress),
            status,
            translations: translations.0,
        }
    }
}
