//! What callers send.

use std::collections::BTreeMap;

use ::entity::consent::{ConsentMethod, ConsentPurpose};
use ::entity::kinds::PersonRole;
use ::entity::registration::RegistrationStatus;
use ::entity::values::RegistrationQuestion;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::openapi::{Object, ObjectBuilder, RefOr, Schema, Type};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::rules;
use crate::http::patch::clearable;

/// Somebody who registers. All of it but role and language is sealed, and none of it public.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RegistrationIn {
    /// A name or pseudonym.
    #[schema(max_length = 200, pattern = r"\S", example = "Amina")]
    pub(super) display_name: String,
    /// What brings them.
    pub(super) role: PersonRole,
    /// Where news may be mailed, once the letter that asks for it is answered. Hosts do not see it.
    #[serde(default)]
    #[schema(
        nullable = false,
        format = "email",
        min_length = 3,
        max_length = 254,
        example = "amina@example.org"
    )]
    pub(super) email: Option<String>,
    /// The language of the letters (BCP 47); the event's if not said.
    #[serde(default)]
    #[schema(
        nullable = false,
        min_length = 2,
        max_length = 35,
        pattern = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$",
        example = "en"
    )]
    pub(super) language: Option<String>,
    /// The zone of their clock (IANA), in which letters tell the hour; the event's if not said. Sealed, like the name.
    #[serde(default)]
    #[schema(nullable = false, min_length = 1, max_length = 64, example = "Africa/Juba")]
    pub(super) time_zone: Option<String>,
    /// Whether they are reminded of the event, if there is an address.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub(super) reminders: bool,
    /// The code of an invitation, where registration is by invitation.
    #[serde(default)]
    #[schema(nullable = false, min_length = 1, max_length = 40, example = "7KX2-M9QD-4TBW-0ZNE")]
    pub(super) invitation: Option<String>,
    /// What they need to take part.
    #[serde(default)]
    #[schema(nullable = false, max_length = 2000, pattern = r"\S")]
    pub(super) access_needs: Option<String>,
    /// Answers to what the event asks (`registration_questions`), by the question's `id`.
    #[serde(default)]
    #[schema(schema_with = answers)]
    pub(super) answers: BTreeMap<String, String>,
    /// What they allow, each by itself. Nothing is assumed. With an API key each needs its proof, and `participate` is needed.
    #[serde(default)]
    #[schema(max_items = 6)]
    pub(super) consents: Vec<RegistrationConsentIn>,
}

/// One thing that somebody who registers allows. Its proof (`method`, `language`, `given_at` and `given_by`, with the
/// `text_version`) is what partners state who register others, and nobody else.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RegistrationConsentIn {
    /// What is allowed; not `publish_quote`, which is bound to words.
    pub(super) purpose: ConsentPurpose,
    /// The version of the wording that was shown.
    #[serde(default)]
    #[schema(nullable = false, min_length = 1, max_length = 100)]
    pub(super) text_version: Option<String>,
    /// How it was given: `online`, `written` or `oral_witnessed`.
    #[serde(default)]
    #[schema(nullable = false)]
    pub(super) method: Option<ConsentMethod>,
    /// The language in which the wording was shown (BCP 47).
    #[serde(default)]
    #[schema(
        nullable = false,
        min_length = 2,
        max_length = 35,
        pattern = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"
    )]
    pub(super) language: Option<String>,
    /// When it was given. Not in the future.
    #[serde(default)]
    #[schema(nullable = false)]
    pub(super) given_at: Option<DateTime<Utc>>,
    /// Who took it down, by a name or a function. It is sealed with the registration.
    #[serde(default)]
    #[schema(nullable = false, max_length = 200, pattern = r"\S", example = "Desk of the youth centre")]
    pub(super) given_by: Option<String>,
}

/// One thing that somebody who registers allows.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RegistrationConsent {
    /// What is allowed; not `publish_quote`, which is bound to words.
    pub(super) purpose: ConsentPurpose,
    /// The version of the wording that was shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 100)]
    pub(super) text_version: Option<String>,
}

/// What somebody changes about their registration. A member that is absent stays as it is, `null` takes it away.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RegistrationPatch {
    /// A name or pseudonym.
    #[serde(default)]
    #[schema(nullable = false, max_length = 200, pattern = r"\S")]
    pub(super) display_name: Option<String>,
    /// The language of the letters (BCP 47).
    #[serde(default)]
    #[schema(
        nullable = false,
        min_length = 2,
        max_length = 35,
        pattern = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"
    )]
    pub(super) language: Option<String>,
    /// The zone of their clock (IANA), in which letters tell the hour; the event's if not said. Sealed, like the name.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 64, example = "Africa/Juba")]
    pub(super) time_zone: Option<Option<String>>,
    /// Whether they are reminded of the event.
    #[serde(default)]
    #[schema(nullable = false)]
    pub(super) reminders: Option<bool>,
    /// What they need to take part.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<String>, max_length = 2000, pattern = r"\S")]
    pub(super) access_needs: Option<Option<String>>,
    /// The answers, written whole.
    #[serde(default)]
    #[schema(schema_with = answers)]
    pub(super) answers: Option<BTreeMap<String, String>>,
    /// What they allow, written whole: what is not named any more is withdrawn.
    #[serde(default)]
    #[schema(nullable = false, max_items = 6)]
    pub(super) consents: Option<Vec<RegistrationConsent>>,
}

/// Why a contact is looked at.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RegistrationContactIn {
    /// In a sentence. Whoever may see the registration sees it, with who looked and when.
    #[schema(max_length = 500, pattern = r"\S", example = "The venue has changed at the last minute.")]
    pub(super) reason: String,
}

/// What was told at the door.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RegistrationCodeIn {
    /// `check_in_code` of the registration.
    #[schema(min_length = 1, max_length = 20, example = "7KX2M9QD")]
    pub(super) code: String,
}

/// How registration for an event goes.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RegistrationSettingsIn {
    /// Whether a seat that becomes free is offered for 24 hours to whoever is next and can be written to, instead of given.
    pub(super) offers: bool,
    /// What everybody who registers is asked. The questions are public.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub(super) questions: Vec<RegistrationQuestion>,
    /// When people who have a seat and an address are reminded: minutes before the event begins. A week, a day and two hours
    /// before if not said; nobody is if it is empty.
    #[serde(default = "reminders")]
    #[schema(default = json!([10080, 1440, 120]), max_items = 5)]
    pub(super) reminders: Vec<ReminderMinutes>,
}

/// How long before an event, in minutes: a quarter of an hour to four weeks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(minimum = 15, maximum = 40_320, example = 1440)]
pub(super) struct ReminderMinutes(pub(super) u16);

fn reminders() -> Vec<ReminderMinutes> {
    rules::REMINDERS.map(ReminderMinutes).to_vec()
}

const fn yes() -> bool {
    true
}

/// Which registration.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct RegistrationPath {
    /// The registration.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = Uuid)]
    pub(super) registration_id: Uuid,
}

/// The event.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct RegistrationsPath {
    /// The event.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = Uuid)]
    pub(super) event_id: Uuid,
}

/// Which registrations are listed.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct RegistrationFilter {
    /// States, separated by commas: one of them.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 10)]
    pub(super) status: Vec<RegistrationStatus>,
    /// What brings them, separated by commas: one of them.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 3)]
    pub(super) role: Vec<PersonRole>,
}

fn answers() -> Object {
    let id = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[a-z][a-z0-9_]*$"));
    let text = ObjectBuilder::new().schema_type(Type::String).max_length(Some(2000));
    let object = ObjectBuilder::new().schema_type(Type::Object).max_properties(Some(20));
    object
        .property_names(Some(id.max_length(Some(40))))
        .additional_properties(Some(RefOr::T(Schema::Object(text.build()))))
        .build()
}
