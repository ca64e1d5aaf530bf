//! What Solidarity keeps: one file per table.
//!
//! Each file holds the table's `Model`, the enums of its columns and nothing else. Models never serialise: what leaves
//! the house has a wire type of its own, so a new column must be answered, shown or hidden.
//!
//! The tables whose names begin with `gallery_` are the public side. They are written by the door (`publishing`) only
//! and are all that public endpoints may read; every other table is private.

use sea_orm::{EnumIter, RelationDef, RelationTrait};

pub mod account;
pub mod allowance_use;
pub mod api_key;
pub mod audit_entry;
pub mod audit_link;
pub mod audit_pending;
pub mod bulk_export;
pub mod bulk_import;
pub mod bulk_import_chunk;
pub mod bulk_import_told;
pub mod bulk_mapping;
pub mod bundle_source;
pub mod calendar_feed;
pub mod change_entry;
pub mod change_mark;
pub mod change_reader;
pub mod consent;
pub mod consent_token;
pub mod country_risk;
pub mod data_key;
pub mod erasure;
pub mod event;
pub mod event_helper;
pub mod event_host;
pub mod feed_reader;
pub mod gallery_clock;
pub mod gallery_count;
pub mod gallery_document;
pub mod gallery_language;
pub mod gallery_switch;
pub mod gallery_theme;
pub mod gallery_theme_label;
pub mod gallery_translation;
pub mod guide;
pub mod guide_version;
pub mod hidden_record;
pub mod idempotent_answer;
pub mod ids;
pub mod initiative;
pub mod initiative_contact;
pub mod initiative_link;
pub mod initiative_organisation;
pub mod kinds;
pub mod manage_link_request;
pub mod one_time_link;
pub mod organisation;
pub mod origin;
pub mod outbox_clock;
pub mod outbox_fact;
pub mod outbox_job;
pub mod outbox_letter;
pub mod outcome;
pub mod outcome_follow_up;
pub mod partner_record;
pub mod password_reset_request;
pub mod person;
pub mod person_contact;
pub mod person_organisation;
pub mod proposal;
pub mod publication_due;
pub mod quote;
pub mod recovery_code;
pub mod registration;
pub mod registration_consent;
pub mod registration_desk;
pub mod registration_invitation;
pub mod registration_reminder;
pub mod registration_reveal;
pub mod report;
pub mod retention_round;
pub mod revision;
pub mod second_factor_removal;
pub mod series;
pub mod series_host;
pub mod series_occurrence;
pub mod session;
pub mod setting;
pub mod signing_key;
pub mod story;
pub mod submission;
pub mod submission_message;
pub mod submission_sign;
pub mod theme;
pub mod theme_link;
pub mod values;
pub mod watch;
pub mod webhook_delivery;
pub mod webhook_endpoint;
pub mod withdrawal;
pub mod withdrawal_acknowledgement;
pub mod withdrawal_reader;

/// Entities know of no relations: what joins two tables is a statement of the room that asks. `sea_orm::model` would write an empty one for each,
/// and with it loaders and builders that nobody calls, which took as long to compile as all the rest.
#[derive(Clone, Copy, Debug, EnumIter)]
pub enum Relation {}

impl RelationTrait for Relation {
    fn def(&self) -> RelationDef {
        match *self {}
    }
}
