//! Bundles: all records of a campaign as one stream of JSON lines (NDJSON), in and out.
//!
//! The first line is the header; each further line is one whole record. Records name each other by the bundle's own ids
//! and only those above them (or from an earlier import of the same source), so a file is read and written as a stream.
//! `(source, id)` makes a second import an update, never a double. One file per type under `lines` says how a line becomes a
//! record and a record becomes a line; [`import()`] and [`export()`] do the rest.

mod export;
mod import;
mod lines;
mod origins;

pub use export::{Exported, export};
pub use import::{
    CalendarReading, Guest, LineVerdict, Mode, Numbered, Options, Reading, Report, Sent, TableColumn,
    TableConstant, TableReading, Unreadable, Verdict, import,
};
pub use lines::{
    AttributionLine, ConsentLine, ConsentScope, CountryCode, Delivery, EventGuide, EventLine, EventPlace,
    Incoming, InitiativeLine, InitiativePlace, LanguageTag, Names, Online, OrganisationLine, OutcomeLine,
    PersonLine, QuoteLine, RecordId, Sentence, StoryLine, ThemeLine, WebAddress, Word, gallery_and_feeds,
    labels_schema, translations_schema,
};

use sea_orm::DbErr;
use uuid::Uuid;

use crate::db::Tx;

/// The namespace of the campaign's own sources; organisations have their identifier.
pub const CAMPAIGN: Uuid = Uuid::nil();

/// The source an export names where its records come from several or were made here.
pub const OWN_SOURCE: &str = "solidarity";

/// Notes that a record has this version without having been edited, so that the next import may still change it.
///
/// # Errors
/// The database's.
pub async fn not_edited(tx: &Tx, record: Uuid, version: i64) -> Result<(), DbErr> {
    origins::keep_up(tx, record, version).await
}

/// Notes that a record of an organisation was let through as it was sent: the organisation may go on to change it.
///
/// # Errors
/// The database's.
pub async fn let_through(tx: &Tx, record: Uuid, version: i64) -> Result<(), DbErr> {
    origins::let_through(tx, record, version).await
}

/// Forgets that a record was imported: its source may bring it once more.
///
/// # Errors
/// The database's.
pub async fn never_came(tx: &Tx, record: Uuid) -> Result<(), DbErr> {
    origins::forget(tx, record).await
}

/// Notes that events are a version further without having been edited.
///
/// # Errors
/// The database's.
pub async fn events_not_edited(tx: &Tx, events: &[Uuid]) -> Result<(), DbErr> {
    origins::keep_up_events(tx, events).await
}

/// Notes that a record was removed here: no import brings it back, and none names it.
///
/// # Errors
/// The database's.
pub async fn never_again(tx: &Tx, record: Uuid) -> Result<(), DbErr> {
    origins::give_up(tx, record).await
}
