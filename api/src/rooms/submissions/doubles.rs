//! Likely doubles, as callers read them.

use ::entity::ids::OrganisationId;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What is likely there already.
#[derive(Serialize, ToSchema)]
pub(super) struct SubmissionDuplicates {
    /// The likeliest first.
    #[schema(max_items = 20)]
    pub(super) items: Vec<SubmissionDuplicate>,
}

/// What is likely there already, as reviewers see it.
#[derive(Serialize, ToSchema)]
pub(super) struct SubmissionDoubles {
    /// The likeliest first.
    #[schema(max_items = 20)]
    pub(super) items: Vec<SubmissionDuplicate>,
    /// The organisation that has the name of the submitter's, whatever its case; `null` if none has. That somebody knows its
    /// name does not say that they speak for it.
    #[schema(required = true, value_type = Option<Uuid>)]
    pub(super) organisation: Option<OrganisationId>,
}

/// Something that may be the same.
#[derive(Serialize, ToSchema)]
pub(super) struct SubmissionDuplicate {
    /// What it is.
    pub(super) kind: DuplicateKind,
    /// Its identifier.
    pub(super) id: Uuid,
    /// Its title.
    pub(super) title: String,
    /// Its country (ISO 3166-1 alpha-2).
    #[schema(required = true)]
    pub(super) country: Option<String>,
    /// Where it can be read.
    #[schema(format = "uri-reference")]
    pub(super) url: String,
    /// How alike they are.
    #[schema(minimum = 0, maximum = 1, example = 0.82)]
    pub(super) score: f64,
    /// In what.
    #[schema(min_items = 1, max_items = 3)]
    pub(super) reasons: Vec<DuplicateReason>,
}

/// What a double is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum DuplicateKind {
    /// A public initiative.
    Initiative,
    /// Another open submission.
    Submission,
}

/// In what two are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum DuplicateReason {
    /// Their titles have most words in common, whatever their order and accents.
    SimilarTitle,
    /// They have the same site.
    SameSite,
    /// They are in the same town or county.
    SamePlace,
}
