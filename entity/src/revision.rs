//! An edit of a record that is or was public: who, when, which members, and what was public of them before and after.

use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::Relation;
use crate::ids::AccountId;
use crate::values::Texts;

crate::text_enum! {
    /// How an edit came about.
    RevisionThrough {
        /// Somebody edited the record.
        Edit = "edit",
        /// Somebody put back what it was before an earlier edit.
        Restore = "restore",
        /// A bundle was imported.
        Import = "import",
        /// A submission was merged into the record.
        Submission = "submission",
    }
}

/// What was public at one place of a record, before and after an edit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RevisionChange {
    /// The names of the members that lead there, from outside in.
    pub path: Vec<String>,
    /// What was there; none if nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Json>,
    /// What is there since; none if nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Json>,
}

/// All that an edit changed in public.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct RevisionChanges(pub Vec<RevisionChange>);

/// A row of `revision`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "revision")]
pub struct Model {
    /// The record.
    #[sea_orm(primary_key, auto_increment = false)]
    pub record_id: Uuid,
    /// The version of the record that the edit made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i64,
    /// When.
    pub at: DateTimeUtc,
    /// Who; none if it was an import.
    pub account_id: Option<AccountId>,
    /// How it came about.
    pub through: RevisionThrough,
    /// The revision that was put back.
    pub restores: Option<i64>,
    /// The names of the members that it changed, also of those whose values are not kept.
    #[sea_orm(column_type = "JsonBinary")]
    pub fields: Texts,
    /// What it changed in public; none once that was blanked.
    #[sea_orm(column_type = "JsonBinary")]
    pub changes: Option<RevisionChanges>,
    /// How long the changes are as JSON, in bytes.
    pub size: i64,
}

impl ActiveModelBehavior for ActiveModel {}
