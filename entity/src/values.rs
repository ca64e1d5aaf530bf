//! Values that are stored as JSON in one column because nothing ever searches inside them.

use std::collections::BTreeMap;

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};
use utoipa::{PartialSchema, ToSchema};

use crate::kinds::PersonRole;

/// A list of short texts, in the order in which they were given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Texts(pub Vec<String>);

/// Text by language tag (BCP 47).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Labels(pub BTreeMap<String, String>);

/// Who made a translation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TranslatedBy {
    /// A person.
    Human,
    /// A program; readers are told.
    Machine,
}

/// A record's text in another language. A member that is absent is not translated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Translation {
    /// The title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    pub title: Option<String>,
    /// The summary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 1000, nullable = false)]
    pub summary: Option<String>,
    /// The description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 20_000, nullable = false)]
    pub description: Option<String>,
    /// The words of a quote or an outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 4000, nullable = false)]
    pub text: Option<String>,
    /// Who made the translation.
    #[schema(schema_with = TranslatedBy::schema)]
    pub by: TranslatedBy,
}

/// Translations by language tag (BCP 47).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Translations(pub BTreeMap<String, Translation>);

/// How many people came, by role. What the public sees of it is decided by the door.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, FromJsonQueryResult,
)]
#[serde(deny_unknown_fields)]
pub struct Headcount {
    /// Activists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 1_000_000, nullable = false)]
    pub activist: Option<u32>,
    /// Donors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 1_000_000, nullable = false)]
    pub donor: Option<u32>,
    /// Allies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 1_000_000, nullable = false)]
    pub ally: Option<u32>,
    /// Organisations that were represented.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 1_000_000, nullable = false)]
    pub organisations: Option<u32>,
}

/// How seats are shared between roles: a `min` keeps those seats for that role, a `max` bounds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeatShare {
    /// The role.
    pub role: PersonRole,
    /// Seats kept for the role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 1_000_000, nullable = false)]
    pub min: Option<u32>,
    /// The most seats the role may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 1_000_000, nullable = false)]
    pub max: Option<u32>,
}

/// The shares of an event's seats.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct Composition(pub Vec<SeatShare>);

/// Something a host asks everybody who registers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegistrationQuestion {
    /// What answers call it.
    #[schema(min_length = 1, max_length = 40, pattern = "^[a-z][a-z0-9_]*$", example = "meals")]
    pub id: String,
    /// The question.
    #[schema(max_length = 500, pattern = r"\S", example = "What do you eat?")]
    pub text: String,
    /// Whether it must be answered.
    #[serde(default)]
    #[schema(default = false)]
    pub required: bool,
}

/// What a host asks everybody who registers, in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct RegistrationQuestions(pub Vec<RegistrationQuestion>);

/// How long before an event people are reminded of it, in minutes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct ReminderOffsets(pub Vec<u16>);
