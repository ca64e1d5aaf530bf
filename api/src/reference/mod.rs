//! Reference data: countries, their time zones, and languages of the world, fixed at build time.
//!
//! The files beside this one are made by `scripts/reference-data`; where their content comes from stands there.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// A point on the globe (WGS 84).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// Latitude in degrees, north positive.
    #[schema(minimum = -90, maximum = 90, example = 4.05)]
    pub lat: f64,
    /// Longitude in degrees, east positive.
    #[schema(minimum = -180, maximum = 180, example = 30.65)]
    pub lon: f64,
}

/// The name of a time zone in the IANA database.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ZoneName(pub String);

impl PartialSchema for ZoneName {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("A time zone of the IANA database."))
            .enum_values(Some(chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name())))
            .into()
    }
}

impl ToSchema for ZoneName {
    fn name() -> Cow<'static, str> {
        "ZoneName".into()
    }
}

/// A country of ISO 3166-1.
#[derive(Debug, Deserialize)]
pub struct Country {
    /// The two-letter code.
    pub code: String,
    /// The three-letter code.
    pub alpha3: String,
    /// The three-digit code.
    pub numeric: String,
    names: BTreeMap<String, String>,
    /// The one point that stands for the country.
    pub point: Point,
}

/// A language of ISO 639.
#[derive(Debug, Deserialize)]
pub struct Language {
    /// The two-letter code, or the three-letter one where there is none.
    pub code: String,
    names: BTreeMap<String, String>,
    /// What its speakers call it, where known.
    pub endonym: String,
    /// `ltr` or `rtl`.
    pub direction: String,
}

static COUNTRIES: LazyLock<Vec<Country>> = LazyLock::new(|| read(include_str!("countries.json")));
static LANGUAGES: LazyLock<Vec<Language>> = LazyLock::new(|| read(include_str!("languages.json")));
/// Lines of a code, a comma, and names separated by spaces. A name that the program does not know is left out; a test looks
/// that there is none.
static ZONES: LazyLock<BTreeMap<&str, Vec<Tz>>> = LazyLock::new(|| {
    let lines = include_str!("zones.csv").lines().filter_map(|line| line.split_once(','));
    lines
        .map(|(code, names)| (code, names.split(' ').filter_map(|name| name.parse().ok()).collect()))
        .collect()
});

#[allow(clippy::expect_used, reason = "the files are part of the program; a test reads them")]
fn read<T: serde::de::DeserializeOwned>(json: &str) -> Vec<T> {
    serde_json::from_str(json).expect("reference data is well-formed")
}

/// All countries, by code.
pub fn countries() -> &'static [Country] {
    &COUNTRIES
}

/// All languages, by code.
pub fn languages() -> &'static [Language] {
    &LANGUAGES
}

/// The country of a two-letter code in capitals.
pub fn country(code: &str) -> Option<&'static Country> {
    COUNTRIES.binary_search_by(|c| c.code.as_str().cmp(code)).ok().map(|i| &COUNTRIES[i])
}

/// The time zones of a country, by its two-letter code in capitals; none where nobody lives.
pub fn zones(code: &str) -> &'static [Tz] {
    ZONES.get(code).map_or(&[], Vec::as_slice)
}

/// The text of a language, or of its base language, or English, or any.
pub fn in_language<'a>(texts: &'a BTreeMap<String, String>, language: &str) -> Option<(&'a str, &'a str)> {
    let base = language.split('-').next().unwrap_or(language);
    [language, base, "en"]
        .into_iter()
        .find_map(|tag| texts.get_key_value(tag))
        .or_else(|| texts.iter().next())
        .map(|(tag, text)| (tag.as_str(), text.as_str()))
}

impl Country {
    /// Its name in a language, else in English.
    pub fn name(&self, language: &str) -> &str {
        in_language(&self.names, language).map_or(&self.code, |(_, name)| name)
    }

    /// Its names in every language there is.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.values().map(String::as_str)
    }
}

impl Language {
    /// Its name in a language, else in English.
    pub fn name(&self, language: &str) -> &str {
        in_language(&self.names, language).map_or(&self.code, |(_, name)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_are_sorted_and_complete() {
        assert_eq!(countries().len(), 249);
        assert!(countries().is_sorted_by(|a, b| a.code < b.code));
        assert!(languages().is_sorted_by(|a, b| a.code < b.code));
        for country in countries() {
            assert!(country.point.lat.abs() <= 90.0 && country.point.lon.abs() <= 180.0, "{}", country.code);
            for language in ["en", "es", "fr", "ar", "pt"] {
                assert!(country.names.contains_key(language), "{} {language}", country.code);
            }
        }
    }

    #[test]
    fn every_country_has_its_zones_where_somebody_lives() {
        let without = countries().iter().filter(|country| zones(&country.code).is_empty());
        assert_eq!(without.map(|country| country.code.as_str()).collect::<Vec<_>>(), ["BV", "HM"]);
        let names = include_str!("zones.csv").lines().map(|line| line.split([',', ' ']).skip(1).count());
        assert_eq!(
            ZONES.values().map(Vec::len).sum::<usize>(),
            names.sum::<usize>(),
            "a zone is not known here"
        );
        assert!(ZONES.keys().all(|code| country(code).is_some()));
        assert_eq!(zones("SS"), [Tz::Africa__Juba]);
    }

    #[test]
    fn a_name_falls_back_to_the_base_language_and_then_to_english() {
        let mexico = country("MX").unwrap();
        assert_eq!(mexico.name("es-MX"), "México");
        assert_eq!(mexico.name("tl"), "Mexico");
        assert!(country("XX").is_none() && country("mx").is_none());
    }
}
