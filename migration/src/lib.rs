//! The schema of Solidarity, step by step, on SQLite and PostgreSQL.
//!
//! A step is plain SQL that both engines read. Where they name a type differently the text says `{uuid}`, `{time}`,
//! `{date}`, `{json}`, `{bytes}`, `{number}` or `{double}`, and `sql` fills in the engine's word. Every step runs in a transaction and
//! can be taken back; the tests go down and up again on both engines and compare the result with the entities.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

mod m0001_people_and_organisations;
mod m0002_initiatives_and_events;
mod m0003_outcomes_quotes_stories;
mod m0004_consents_and_keys;
mod m0005_bundles;
mod m0006_gallery;
mod m0007_gallery_search;
mod m0008_gallery_reader;
mod m0009_accounts;
mod m0010_upcoming_events;
mod m0020_audit;
mod m0021_outbox;
mod m0022_idempotency;
mod m0030_submissions;
mod m0040_creators;
mod m0041_contacts;
mod m0050_revisions;
mod m0051_confirmations;
mod m0052_submission_kinds;
mod m0060_registrations;
mod m0063_event_parts;
mod m0064_series;
mod m0065_guides;
mod m0066_reminders;
mod m0067_calendar_feeds;
mod m0068_invitation_codes;
mod m0070_second_factor_removals;
mod m0075_plain_places;
mod m0076_consent_ledger;
mod m0077_withdrawals;
mod m0080_api_keys;
mod m0081_partner_records;
mod m0082_consent_proofs;
mod m0084_brakes;
mod m0085_proposals;
mod m0086_reports;
mod m0087_lost_links;
mod m0088_erasures;
mod m0089_key_epochs;
mod m0090_retention;
mod m0091_webhooks;
mod m0095_imports;
mod m0096_exports;
mod m0097_mappings;
mod m0099_changes;
mod m0104_closed_accounts;
mod m0105_allowance_uses;
mod m0106_tombstones;
mod m0107_sealed_words;
mod m0115_watches;
mod m0116_webhook_filters;
mod m0120_feed_readers;
mod m0123_ready_bodies;
mod m0124_ready_features;

/// All steps, in order.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_people_and_organisations::Migration),
            Box::new(m0002_initiatives_and_events::Migration),
            Box::new(m0003_outcomes_quotes_stories::Migration),
            Box::new(m0004_consents_and_keys::Migration),
            Box::new(m0005_bundles::Migration),
            Box::new(m0006_gallery::Migration),
            Box::new(m0007_gallery_search::Migration),
            Box::new(m0008_gallery_reader::Migration),
            Box::new(m0009_accounts::Migration),
            Box::new(m0010_upcoming_events::Migration),
            Box::new(m0020_audit::Migration),
            Box::new(m0021_outbox::Migration),
            Box::new(m0022_idempotency::Migration),
            Box::new(m0030_submissions::Migration),
            Box::new(m0040_creators::Migration),
            Box::new(m0041_contacts::Migration),
            Box::new(m0050_revisions::Migration),
            Box::new(m0051_confirmations::Migration),
            Box::new(m0052_submission_kinds::Migration),
            Box::new(m0060_registrations::Migration),
            Box::new(m0063_event_parts::Migration),
            Box::new(m0064_series::Migration),
            Box::new(m0065_guides::Migration),
            Box::new(m0066_reminders::Migration),
            Box::new(m0067_calendar_feeds::Migration),
            Box::new(m0068_invitation_codes::Migration),
            Box::new(m0070_second_factor_removals::Migration),
            Box::new(m0075_plain_places::Migration),
            Box::new(m0076_consent_ledger::Migration),
            Box::new(m0077_withdrawals::Migration),
            Box::new(m0080_api_keys::Migration),
            Box::new(m0081_partner_records::Migration),
            Box::new(m0082_consent_proofs::Migration),
            Box::new(m0084_brakes::Migration),
            Box::new(m0085_proposals::Migration),
            Box::new(m0086_reports::Migration),
            Box::new(m0087_lost_links::Migration),
            Box::new(m0088_erasures::Migration),
            Box::new(m0089_key_epochs::Migration),
            Box::new(m0090_retention::Migration),
            Box::new(m0091_webhooks::Migration),
            Box::new(m0095_imports::Migration),
            Box::new(m0096_exports::Migration),
            Box::new(m0097_mappings::Migration),
            Box::new(m0099_changes::Migration),
            Box::new(m0104_closed_accounts::Migration),
            Box::new(m0105_allowance_uses::Migration),
            Box::new(m0106_tombstones::Migration),
            Box::new(m0107_sealed_words::Migration),
            Box::new(m0115_watches::Migration),
            Box::new(m0116_webhook_filters::Migration),
            Box::new(m0120_feed_readers::Migration),
            Box::new(m0123_ready_bodies::Migration),
            Box::new(m0124_ready_features::Migration),
        ]
    }
}

/// Runs statements separated by semicolons, with each engine's own type names.
pub(crate) async fn sql(manager: &SchemaManager<'_>, statements: &str) -> Result<(), DbErr> {
    let postgres = manager.get_database_backend() == DbBackend::Postgres;
    let mut text = statements.to_owned();
    for (word, on_postgres, on_sqlite) in [
        ("{uuid}", "uuid", "uuid_text"),
        ("{time}", "timestamp with time zone", "timestamp_with_timezone_text"),
        ("{local}", "timestamp", "datetime_text"),
        ("{date}", "date", "date_text"),
        ("{json}", "jsonb", "jsonb_text"),
        ("{bytes}", "bytea", "blob"),
        ("{number}", "bigint", "bigint"),
        ("{double}", "double precision", "double"),
    ] {
        text = text.replace(word, if postgres { on_postgres } else { on_sqlite });
    }
    for statement in text.split(';').map(str::trim).filter(|s| !s.is_empty()) {
        manager.get_connection().execute_unprepared(statement).await?;
    }
    Ok(())
}

/// Declares a step by its SQL up and down.
#[macro_export]
macro_rules! step {
    ($up:expr, $down:expr $(,)?) => {
        /// See the file's own comment.
        #[derive(sea_orm_migration::prelude::DeriveMigrationName)]
        pub struct Migration;

        #[async_trait::async_trait]
        impl sea_orm_migration::prelude::MigrationTrait for Migration {
            async fn up(
                &self,
                manager: &sea_orm_migration::prelude::SchemaManager,
            ) -> Result<(), sea_orm_migration::prelude::DbErr> {
                $crate::sql(manager, $up).await
            }

            async fn down(
                &self,
                manager: &sea_orm_migration::prelude::SchemaManager,
            ) -> Result<(), sea_orm_migration::prelude::DbErr> {
                $crate::sql(manager, $down).await
            }

            fn use_transaction(&self) -> Option<bool> {
                Some(true)
            }
        }
    };
}
