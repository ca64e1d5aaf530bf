//! What callers send.

use std::collections::BTreeMap;

use ::entity::ids::ThemeId;
use ::entity::kinds::Precision;
use ::entity::organisation::OrganisationKind;
use ::entity::submission::RejectionReason;
use ::entity::values::Translation;
use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::{Object, ObjectBuilder, OneOfBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

use crate::http::patch::clearable;
use crate::reference::Point;

/// What asks to be on the map. It becomes public when a moderator approves it, the links and the exact point excepted.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SubmissionInitiative {
    /// Title.
    #[schema(max_length = 200, pattern = r"\S", example = "Seeds for the valley")]
    pub(super) title: String,
    /// One paragraph.
    #[schema(max_length = 1000, pattern = r"\S")]
    pub(super) summary: String,
    /// The long text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 20_000)]
    pub(super) description: Option<String>,
    /// Its country (ISO 3166-1 alpha-2).
    #[schema(pattern = "^[A-Z]{2}$", example = "ZM")]
    pub(super) country: String,
    /// The name of the town or county; the same as `place.locality`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    pub(super) locality: Option<String>,
    /// Where in the country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) place: Option<SubmissionPlace>,
    /// How finely the place may be shown; the country if not said.
    #[serde(default = "country")]
    #[schema(default = "country")]
    pub(super) public_precision: Precision,
    /// The language of the texts (BCP 47), and of the letters to the submitter.
    #[schema(
        min_length = 2,
        max_length = 35,
        pattern = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$",
        example = "en"
    )]
    pub(super) language: String,
    /// Languages it works in (BCP 47).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(schema_with = tags)]
    pub(super) languages: Vec<String>,
    /// What it is about: see `/v1/themes`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Uuid>, max_items = 50)]
    pub(super) themes: Vec<ThemeId>,
    /// Its own site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        nullable = false,
        max_length = 2000,
        pattern = r"^https?://[^\s/]\S*$",
        example = "https://seeds.example.org"
    )]
    pub(super) url: Option<String>,
    /// Further links that help to review it. They are never fetched by the service and never public.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(schema_with = links)]
    pub(super) links: Vec<String>,
    /// The texts in other languages.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(schema_with = translations)]
    pub(super) translations: BTreeMap<String, Translation>,
}

/// Where an initiative is.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SubmissionPlace {
    /// The name of the province.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    pub(super) region: Option<String>,
    /// The name of the town or county.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    pub(super) locality: Option<String>,
    /// The exact point. It is sealed; what the public may see of it says `public_precision`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) point: Option<Point>,
}

/// Who asks. All of it is sealed and none of it public, except that the organisation stands beside what is approved.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Submitter {
    /// A name or pseudonym.
    #[schema(max_length = 200, pattern = r"\S", example = "Amina")]
    pub(super) name: String,
    /// What they do in the initiative.
    #[schema(max_length = 200, pattern = r"\S", example = "coordinator")]
    pub(super) role: String,
    /// Where news of the submission may be mailed. Reviewers do not see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        nullable = false,
        format = "email",
        min_length = 3,
        max_length = 254,
        example = "amina@example.org"
    )]
    pub(super) email: Option<String>,
    /// The name of the organisation that carries the initiative. On approval it is made; where there is one of this name already, the reviewer says whether it is that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200, pattern = r"\S", example = "Seed Keepers")]
    pub(super) organisation: Option<String>,
    /// What that organisation is; a grassroots group if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) organisation_kind: Option<OrganisationKind>,
}

/// A request to be on the map, or to take over what is there.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SubmissionIn {
    /// What asks to be on the map. Either this or `claim`.
    #[serde(default)]
    #[schema(nullable = false)]
    pub(super) initiative: Option<SubmissionInitiative>,
    /// What is there already and is asked to be taken over, by the submitter's organisation.
    #[serde(default)]
    #[schema(nullable = false)]
    pub(super) claim: Option<SubmissionClaimIn>,
    /// Who asks.
    pub(super) submitter: Submitter,
    /// Anything else that reviewers should know.
    #[serde(default)]
    #[schema(nullable = false, max_length = 4000, pattern = r"\S")]
    pub(super) message: Option<String>,
}

/// An entry that is asked to be taken over.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SubmissionClaimIn {
    /// A public initiative.
    pub(super) initiative: Uuid,
    /// The language of the letters (BCP 47); the initiative's if not said.
    #[serde(default)]
    #[schema(
        nullable = false,
        min_length = 2,
        max_length = 35,
        pattern = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$",
        example = "en"
    )]
    pub(super) language: Option<String>,
}

/// What the contact of an entry would have changed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EntryChangesIn {
    /// Members that should be otherwise; what is absent stays.
    pub(super) changes: SubmissionInitiativePatch,
    /// Anything else that reviewers should know.
    #[serde(default)]
    #[schema(nullable = false, max_length = 4000, pattern = r"\S")]
    pub(super) message: Option<String>,
}

/// What may be on the map already.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SubmissionDuplicatesIn {
    /// What would ask to be on the map.
    pub(super) initiative: SubmissionInitiative,
}

/// What the submitter changes. A member that is absent stays as it is, `null` takes it away.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SubmissionPatch {
    /// In what asks to be on the map, or in what is proposed to be changed there: members named here replace those before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) initiative: Option<SubmissionInitiativePatch>,
    /// In who asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) submitter: Option<SubmitterPatch>,
}

/// Changes to what asks to be on the map: a merge patch (RFC 7396).
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SubmissionInitiativePatch {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200, pattern = r"\S")]
    title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 1000, pattern = r"\S")]
    summary: Option<String>,
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 20_000)]
    description: Option<Option<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = "^[A-Z]{2}$")]
    country: Option<String>,
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200)]
    locality: Option<Option<String>>,
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<SubmissionPlacePatch>)]
    place: Option<Option<SubmissionPlacePatch>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    public_precision: Option<Precision>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        nullable = false,
        min_length = 2,
        max_length = 35,
        pattern = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"
    )]
    language: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = tags)]
    languages: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<Uuid>, required = false, max_items = 50)]
    themes: Option<Vec<ThemeId>>,
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 2000, pattern = r"^https?://[^\s/]\S*$")]
    url: Option<Option<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = links)]
    links: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = translations_patch)]
    translations: Option<BTreeMap<String, Option<Translation>>>,
}

/// Changes to where it is.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SubmissionPlacePatch {
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200)]
    region: Option<Option<String>>,
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200)]
    locality: Option<Option<String>>,
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Point>)]
    point: Option<Option<Point>>,
}

/// Changes to who asks.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SubmitterPatch {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200, pattern = r"\S")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200, pattern = r"\S")]
    role: Option<String>,
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "email", min_length = 3, max_length = 254)]
    email: Option<Option<String>>,
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 200, pattern = r"\S")]
    organisation: Option<Option<String>>,
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<OrganisationKind>)]
    organisation_kind: Option<Option<OrganisationKind>>,
}

/// A message.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SubmissionMessageIn {
    /// What to say.
    #[schema(max_length = 4000, pattern = r"\S")]
    pub(super) text: String,
}

/// What the submitter is asked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RequestChangesIn {
    /// What to change or to answer.
    #[schema(max_length = 4000, pattern = r"\S")]
    pub(super) message: String,
}

/// How it is approved.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ApproveIn {
    /// What is changed before it becomes public; not of a claim.
    #[serde(default)]
    #[schema(nullable = false)]
    pub(super) changes: Option<SubmissionInitiativePatch>,
    /// The initiative that it belongs to: what is submitted replaces what is there, and what is not said stays. Of what asks
    /// for a new initiative only.
    #[serde(default)]
    #[schema(nullable = false)]
    pub(super) merge_into: Option<Uuid>,
    /// The organisation that carries it, in place of the submitter's; `null` for none.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<String>, max_length = 200, pattern = r"\S")]
    pub(super) organisation: Option<Option<String>>,
    /// The organisation that carries it, in place of the submitter's, where it is there already.
    #[serde(default)]
    #[schema(nullable = false)]
    pub(super) organisation_id: Option<Uuid>,
}

/// Why it is turned down. Both reach the submitter.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RejectIn {
    /// In a word.
    pub(super) reason_code: RejectionReason,
    /// In sentences.
    #[schema(max_length = 4000, pattern = r"\S")]
    pub(super) message: String,
}

/// What it is a double of.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MarkDuplicateIn {
    /// An initiative, or another submission.
    pub(super) of: Uuid,
}

fn country() -> Precision {
    Precision::Country
}

fn text(most: usize, pattern: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).max_length(Some(most)).pattern(Some(pattern))
}

fn list(of: ObjectBuilder, most: usize) -> utoipa::openapi::Array {
    utoipa::openapi::ArrayBuilder::new().items(of).max_items(Some(most)).build()
}

fn tags() -> utoipa::openapi::Array {
    list(text(35, TAG), 50)
}

fn links() -> utoipa::openapi::Array {
    list(text(2000, r"^https?://[^\s/]\S*$"), 10)
}

const TAG: &str = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$";

fn by_language() -> ObjectBuilder {
    let tag = ObjectBuilder::new().schema_type(Type::String).pattern(Some(TAG));
    ObjectBuilder::new().schema_type(Type::Object).max_properties(Some(20)).property_names(Some(tag))
}

fn translations() -> Object {
    by_language().additional_properties(Some(Translation::schema())).build()
}

fn translations_patch() -> Object {
    let none = ObjectBuilder::new().schema_type(SchemaType::Type(Type::Null));
    let one = OneOfBuilder::new().item(none).item(Translation::schema());
    by_language().additional_properties(Some(RefOr::T(Schema::OneOf(one.build())))).build()
}
