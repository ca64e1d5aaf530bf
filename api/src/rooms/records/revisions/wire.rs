//! What callers read.

use ::entity::ids::AccountId;
use ::entity::revision::{self, RevisionChange, RevisionThrough};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::super::{Record, path};
use super::words::{RevisionPiece, is_text, pieces};
use crate::http::json::step;

/// An edit of a record that is or was public.
#[derive(Serialize, ToSchema)]
pub struct RevisionOut {
    /// The version of the record that the edit made.
    version: i64,
    /// When.
    at: DateTime<Utc>,
    /// The account that made it, or that decided on the submission; `null` for an import.
    by: Option<AccountId>,
    /// How it came about.
    through: RevisionThrough,
    /// The revision that was put back, where that is what it did.
    restores: Option<i64>,
    /// The names of the members that it changed, also of those whose values are not kept: what is sealed, what the
    /// gallery does not show, and who is named.
    fields: Vec<String>,
    /// What it changed of what the gallery shows; empty if it was blanked.
    changes: Vec<RevisionChangeOut>,
    /// Whether what it changed is not kept any more, since it was withdrawn or blanked.
    blanked: bool,
    links: RevisionLinks,
}

/// What an edit changed at one place of a record.
#[derive(Serialize, ToSchema)]
struct RevisionChangeOut {
    /// Where: a JSON pointer into the record.
    #[schema(example = "#/translations/es/title")]
    pointer: String,
    /// What was there; `null` if nothing was.
    before: Option<Value>,
    /// What is there since; `null` if nothing is.
    after: Option<Value>,
    /// Of a text, what became of its pieces. Only where one revision is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    diff: Option<Vec<RevisionPiece>>,
}

/// Where a revision is, and its record.
#[derive(Serialize, ToSchema)]
struct RevisionLinks {
    /// The revision.
    #[serde(rename = "self")]
    this: String,
    /// The record.
    record: String,
}

/// A page of revisions.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described")]
pub struct RevisionPage {
    /// The revisions.
    items: Vec<RevisionOut>,
    /// Where the next page begins; `null` on the last one.
    next_cursor: Option<String>,
}

impl RevisionOut {
    /// A revision of a record of this kind, its texts told apart piece by piece if that is asked for.
    pub(super) fn of<R: Record>(row: revision::Model, told_apart: bool) -> Self {
        let revision::Model {
            record_id,
            version,
            at,
            account_id,
            through,
            restores,
            fields,
            changes,
            size: _,
        } = row;
        let record = path::<R>(record_id);
        let links = RevisionLinks { this: format!("{record}/revisions/{version}"), record };
        let blanked = changes.is_none();
        let changes = changes.unwrap_or_default().0.into_iter();
        let changes = changes.map(|change| RevisionChangeOut::of(change, told_apart)).collect();
        Self { version, at, by: account_id, through, restores, fields: fields.0, changes, blanked, links }
    }
}

impl RevisionChangeOut {
    fn of(change: RevisionChange, told_apart: bool) -> Self {
        let text = told_apart && is_text(&change);
        let RevisionChange { path, before, after } = change;
        let pointer = path.iter().fold("#".to_owned(), |pointer, name| step(&pointer, name));
        let diff = match (&before, &after) {
            (Some(Value::String(before)), Some(Value::String(after))) if text => Some(pieces(before, after)),
            (Some(Value::String(before)), None) if text => Some(pieces(before, "")),
            (None, Some(Value::String(after))) if text => Some(pieces("", after)),
            _ => None,
        };
        Self { pointer, before, after, diff }
    }
}
