//! The entities are what the migrations make, on either engine.

use std::collections::BTreeMap;

use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, IdenStatic, Iterable, Statement,
};

use crate::house::database::Database;

/// A table's columns, each with whether it may be null.
type Columns = BTreeMap<String, bool>;

fn described<E: EntityTrait>() -> (String, Columns) {
    let columns = E::Column::iter().map(|column| (column.as_str().to_owned(), column.def().is_null()));
    (E::default().table_name().to_owned(), columns.collect())
}

macro_rules! described {
    ($($table:ident),+ $(,)?) => { [$(described::<entity::$table::Entity>()),+] };
}

/// Tables that no entity describes: the engine's own, the list of steps, and the index of words, whose shape differs
/// between engines.
fn is_known_without_entity(table: &str) -> bool {
    table.starts_with("sqlite_") || table == "seaql_migrations" || table.starts_with("gallery_search")
}

async fn tables(db: &DatabaseConnection) -> BTreeMap<String, Columns> {
    let sql = match db.get_database_backend() {
        DbBackend::Postgres => {
            "SELECT table_name::text AS place, column_name::text AS name, is_nullable = 'YES' AS nullable \
             FROM information_schema.columns WHERE table_schema = current_schema()"
        }
        _ => {
            "SELECT t.name AS place, c.name AS name, c.\"notnull\" = 0 AS nullable \
             FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table'"
        }
    };
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    let mut tables: BTreeMap<String, Columns> = BTreeMap::new();
    for row in rows {
        let (table, name): (String, String) =
            (row.try_get("", "place").unwrap(), row.try_get("", "name").unwrap());
        tables.entry(table).or_default().insert(name, row.try_get("", "nullable").unwrap());
    }
    tables.retain(|table, _| !is_known_without_entity(table));
    tables
}

#[tokio::test]
async fn the_entities_are_the_tables() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::migrated(folder.path()).await;
    let db = database.connect().await;
    let described: BTreeMap<String, Columns> = described!(
        account,
        allowance_use,
        api_key,
        audit_entry,
        audit_link,
        audit_pending,
        bulk_export,
        bulk_import,
        bulk_import_chunk,
        bulk_import_told,
        bulk_mapping,
        bundle_source,
        calendar_feed,
        change_entry,
        change_mark,
        change_reader,
        consent,
        consent_token,
        country_risk,
        data_key,
        erasure,
        event,
        event_helper,
        event_host,
        feed_reader,
        gallery_clock,
        gallery_count,
        gallery_document,
        gallery_language,
        gallery_switch,
        gallery_theme,
        gallery_theme_label,
        gallery_translation,
        guide,
        guide_version,
        hidden_record,
        idempotent_answer,
        initiative,
        initiative_contact,
        initiative_link,
        initiative_organisation,
        manage_link_request,
        one_time_link,
        organisation,
        origin,
        outcome,
        outcome_follow_up,
        partner_record,
        password_reset_request,
        outbox_clock,
        outbox_fact,
        outbox_job,
        outbox_letter,
        person,
        person_contact,
        person_organisation,
        proposal,
        publication_due,
        quote,
        recovery_code,
        series,
        series_host,
        series_occurrence,
        retention_round,
        report,
        revision,
        registration,
        registration_consent,
        registration_desk,
        registration_invitation,
        registration_reminder,
        registration_reveal,
        second_factor_removal,
        session,
        setting,
        signing_key,
        story,
        submission,
        submission_message,
        submission_sign,
        theme,
        theme_link,
        watch,
        webhook_delivery,
        webhook_endpoint,
        withdrawal,
        withdrawal_acknowledgement,
        withdrawal_reader,
    )
    .into_iter()
    .collect();
    let tables = tables(&db).await;
    db.close().await.unwrap();
    assert_eq!(described.keys().collect::<Vec<_>>(), tables.keys().collect::<Vec<_>>());
    for (table, columns) in &described {
        assert_eq!(columns, &tables[table], "{table}: column, and whether it may be null");
    }
}
