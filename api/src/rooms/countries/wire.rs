//! What callers send and read.

use ::entity::country_risk::Model;
use ::entity::kinds::Risk;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// How dangerous it is to be seen in a country.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CountryRiskIn {
    /// How dangerous it is.
    pub(super) risk: Risk,
    /// Why. It is kept sealed and not published.
    #[schema(min_length = 1, max_length = 1000, pattern = r"\S")]
    pub(super) reason: String,
}

/// How dangerous it is to be seen in a country.
#[derive(Serialize, ToSchema)]
pub(super) struct CountryRiskOut {
    /// The country (ISO 3166-1 alpha-2).
    country: String,
    /// How dangerous it is: low where nothing was said.
    risk: Risk,
    /// Why, in the words of whoever set it.
    reason: Option<String>,
    /// When it was set; `null` where nothing was said.
    set_at: Option<DateTime<Utc>>,
    /// Grows by one with every change.
    version: i64,
}

impl CountryRiskOut {
    pub(super) fn new(country: &str, row: Option<Model>, reason: Option<String>) -> Self {
        let Some(row) = row else {
            return Self { country: country.to_owned(), risk: Risk::Low, reason, set_at: None, version: 0 };
        };
        let Model { id: _, country, risk, sealed_reason: _, set_at, version } = row;
        Self { country, risk, reason, set_at: (version > 0).then_some(set_at), version }
    }
}

/// Which country.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct CountryRiskPath {
    /// The two-letter code (ISO 3166-1 alpha-2), in capitals.
    #[param(pattern = "^[A-Z]{2}$", example = "SS")]
    pub(super) code: String,
}
