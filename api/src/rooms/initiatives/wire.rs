//! What callers send and read.

use std::collections::BTreeMap;

use ::entity::ids::{InitiativeId, OrganisationId, ThemeId};
use ::entity::initiative::{self, InitiativeStatus};
use ::entity::kinds::Precision;
use ::entity::values::Translation;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{Contact, InitiativeRecord};
use crate::publishing::WithheldReason;
use crate::rooms::bundle::{
    CountryCode, Incoming, InitiativeLine, InitiativePlace, LanguageTag, Names, RecordId, WebAddress,
    translations_schema,
};
use crate::rooms::records::{Edit, Links, Mergeable, Shown, Written};

/// An initiative as it is written.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct InitiativeIn {
    /// Title.
    #[schema(max_length = 200, pattern = r"\S", example = "Seeds of the Nile")]
    pub(super) title: String,
    /// One paragraph.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 1000)]
    summary: Option<String>,
    /// The long text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 20_000)]
    description: Option<String>,
    /// Its country; none for one that spans countries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    country: Option<CountryCode>,
    /// Where in the country. The point is sealed and not read back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    place: Option<InitiativePlace>,
    /// How finely the place may be shown. Once it is published, only coarser.
    #[serde(default = "country")]
    #[schema(default = "country")]
    public_precision: Precision,
    /// The language of the texts.
    #[schema(required = true, nullable = false, example = "en")]
    language: Option<LanguageTag>,
    /// Languages it works in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    languages: Vec<LanguageTag>,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Uuid>, max_items = 50)]
    themes: Vec<RecordId>,
    /// Who carries it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Uuid>, max_items = 100)]
    organisations: Vec<RecordId>,
    /// Its own site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    url: Option<WebAddress>,
    /// The texts in other languages.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(schema_with = translations_schema)]
    translations: BTreeMap<String, Translation>,
    /// Who is asked every year whether all of it is still so. It is sealed and not read back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    contact: Option<ContactIn>,
    /// Says that all of it is so today, which is public on the map.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[schema(default = false)]
    confirmed: bool,
}

/// Who is asked whether an initiative is still so.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = InitiativeContactIn)]
struct ContactIn {
    /// The e-mail address.
    #[schema(format = "email", min_length = 3, max_length = 254)]
    email: String,
    /// The language of the letters; the initiative's if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    language: Option<LanguageTag>,
}

fn country() -> Precision {
    Precision::Country
}

impl Mergeable for InitiativeIn {
    const SEALED: &'static [&'static [&'static str]] = &[&["place", "point"], &["contact"]];
}

impl Written for InitiativeIn {
    type Record = InitiativeRecord;

    fn of(record: InitiativeRecord) -> Self {
        let contact = record.contact.clone();
        let contact = contact
            .map(|Contact { email, language }| ContactIn { email, language: language.map(LanguageTag) });
        Self { contact, ..Self::of_line(InitiativeLine::of(record, &Names::here())) }
    }

    fn names(&self) -> Vec<&RecordId> {
        self.themes.iter().chain(&self.organisations).collect()
    }

    fn into_record(
        self,
        incoming: &mut Incoming<'_>,
        before: Option<&InitiativeRecord>,
    ) -> Option<InitiativeRecord> {
        let status = before.map_or(InitiativeStatus::Draft, |before| before.row.status);
        let today = incoming.now.date_naive();
        let confirmed_on = before.and_then(|before| before.row.confirmed_on);
        let (contact, confirmed) = (self.contact.clone(), self.confirmed);
        let mut initiative = self.into_line(incoming.name(), status).into_record(incoming);
        initiative.row.confirmed_on = if confirmed { Some(today) } else { confirmed_on };
        initiative.contact = contact.map(|ContactIn { email, language }| {
            let language = language.map(|tag| incoming.tag("/contact/language", &tag.0));
            Contact { email, language }
        });
        Some(initiative)
    }
}

impl InitiativeIn {
    /// What files say nothing of.
    pub(super) const NOT_IN_FILES: &'static [&'static str] = &["contact"];

    /// The body that says the same as a line of a bundle.
    pub(super) fn of_line(line: InitiativeLine) -> Self {
        let InitiativeLine {
            id: _,
            title,
            summary,
            description,
            country,
            place,
            public_precision,
            language,
            languages,
            themes,
            organisations,
            url,
            status: _,
            translations,
        } = line;
        Self {
            title,
            summary,
            description,
            country,
            place,
            public_precision,
            language,
            languages,
            themes,
            organisations,
            url,
            translations,
            contact: None,
            confirmed: false,
        }
    }

    fn into_line(self, id: RecordId, status: InitiativeStatus) -> InitiativeLine {
        let Self {
            title,
            summary,
            description,
            country,
            place,
            public_precision,
            language,
            languages,
            themes,
            organisations,
            url,
            translations,
            contact: _,
            confirmed: _,
        } = self;
        InitiativeLine {
            id,
            title,
            summary,
            description,
            country,
            place,
            public_precision,
            language,
            languages,
            themes,
            organisations,
            url,
            status,
            translations,
        }
    }
}

/// An edit of an initiative: what is left out stays, `null` clears.
pub(super) type InitiativePatch = Edit<InitiativeIn>;

/// An initiative.
#[derive(Serialize, ToSchema)]
pub(super) struct InitiativeOut {
    /// Identifier.
    id: InitiativeId,
    /// Title.
    title: String,
    /// One paragraph.
    summary: Option<String>,
    /// The long text.
    description: Option<String>,
    /// Its country (ISO 3166-1 alpha-2).
    country: Option<String>,
    /// Where in the country.
    place: InitiativePlaceOut,
    /// How finely the place may be shown.
    public_precision: Precision,
    /// The language of the texts (BCP 47).
    language: String,
    /// Languages it works in.
    languages: Vec<String>,
    /// What it is about.
    themes: Vec<ThemeId>,
    /// Who carries it.
    organisations: Vec<OrganisationId>,
    /// Its own site.
    url: Option<String>,
    /// The texts in other languages.
    translations: BTreeMap<String, Translation>,
    /// Whether somebody is asked every year whether all of it is still so. Who that is is told to nobody.
    has_contact: bool,
    /// When somebody last said that it is (UTC); `null` if nobody has here.
    confirmed_on: Option<NaiveDate>,
    /// Where it stands.
    status: InitiativeStatus,
    /// Whether it is in the gallery.
    published: bool,
    /// Why it is not.
    withheld_because: Vec<WithheldReason>,
    /// Grows by one with every edit; the `ETag` is made of it.
    version: i64,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When it was last edited.
    updated_at: DateTime<Utc>,
    links: Links,
}

/// Where an initiative is, without its point.
#[derive(Serialize, ToSchema)]
struct InitiativePlaceOut {
    /// The name of the province.
    region: Option<String>,
    /// The name of the town or county.
    locality: Option<String>,
    /// Whether the exact point is known. It is sealed.
    has_point: bool,
}

impl From<Shown<InitiativeRecord>> for InitiativeOut {
    fn from(shown: Shown<InitiativeRecord>) -> Self {
        let links = Links::of(&shown);
        let Shown { record, withheld_because } = shown;
        let InitiativeRecord { row, point, organisations, themes, contact } = record;
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
            confirmed_on,
            created_by: _,
            version,
            created_at,
            updated_at,
        } = row;
        Self {
            id,
            title,
            summary,
            description,
            country,
            place: InitiativePlaceOut { region, locality, has_point: point.is_some() },
            public_precision,
            language,
            languages: languages.0,
            themes,
            organisations,
            url,
            translations: translations.0,
            has_contact: contact.is_some(),
            confirmed_on,
            status,
            published: withheld_because.is_empty(),
            withheld_because,
            version,
            created_at,
            updated_at,
            links,
        }
    }
}

/// A page of initiatives.
#[derive(ToSchema)]
#[schema(as = InitiativeRecordPage)]
#[allow(dead_code, reason = "only described")]
pub(super) struct InitiativePage {
    /// The initiatives.
    items: Vec<InitiativeOut>,
    /// Where the next page begins; `null` on the last one.
    next_cursor: Option<String>,
}

/// Which initiative.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct InitiativePath {
    /// The initiative.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = Uuid)]
    pub(super) initiative_id: Uuid,
}

/// Which initiatives are listed.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct InitiativeFilter {
    /// States, separated by commas: one of them.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 3)]
    pub(super) status: Vec<InitiativeStatus>,
    /// Countries (ISO 3166-1 alpha-2), separated by commas: one of them.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 60)]
    pub(super) country: Vec<CountryCode>,
    /// Ids of organisations, separated by commas: carried by one of them.
    #[serde(default)]
    #[param(style = Form, explode = false, required = false, min_items = 1, max_items = 20)]
    pub(super) organisation: Vec<Uuid>,
    /// Ids of themes, separated by commas: about one of them.
    #[serde(default)]
    #[param(style = Form, explode = false, required = false, min_items = 1, max_items = 20)]
    pub(super) theme: Vec<Uuid>,
}
