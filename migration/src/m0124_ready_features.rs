//! What a document is on the map is finished with the document, in each of its languages, and read as it is.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// See the file's own comment.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = "
            ALTER TABLE gallery_document ADD COLUMN feature text NOT NULL DEFAULT ''
                CHECK (withdrawn_at IS NULL OR feature = '');
            ALTER TABLE gallery_translation ADD COLUMN feature text NOT NULL DEFAULT '';
        ";
        crate::sql(manager, columns).await?;
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        let (own, translated) =
            (feature(postgres, "d.label"), feature(postgres, "gallery_translation.label"));
        let on_the_map = "d.lat IS NOT NULL AND d.withdrawn_at IS NULL";
        let fill = format!(
            "UPDATE gallery_translation SET feature = {translated} FROM gallery_document d \
                WHERE d.id = gallery_translation.document_id AND {on_the_map};
             UPDATE gallery_document AS d SET feature = {own} WHERE {on_the_map};"
        );
        crate::sql(manager, &fill).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = "ALTER TABLE gallery_translation DROP COLUMN feature; ALTER TABLE gallery_document DROP COLUMN feature;";
        crate::sql(manager, sql).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// The feature of the document `d` with a label, as the door writes it.
fn feature(postgres: bool, label: &str) -> String {
    let json = |value: &str| match postgres {
        true => format!("coalesce(to_json({value})::text, 'null')"),
        false => format!("json_quote({value})"),
    };
    let (id, precision) = match postgres {
        true => ("d.id::text".to_owned(), "d.body::json #>> '{place,precision}'"),
        false => {
            let part = |from, length| format!("substr(lower(hex(d.id)), {from}, {length})");
            let parts = [part(1, 8), part(9, 4), part(13, 4), part(17, 4), part(21, 12)];
            (parts.join(" || '-' || "), "json_extract(d.body, '$.place.precision')")
        }
    };
    format!(
        "'{{\"type\":\"Feature\",\"id\":\"' || {id} || '\",\"geometry\":{{\"type\":\"Point\",\"coordinates\":[' || {lon} || ',' || {lat} \
         || ']}},\"properties\":{{\"cluster\":false,\"kind\":\"' || d.kind || '\",\"subkind\":' || {subkind} || ',\"title\":' || {label} \
         || ',\"country\":' || {country} || ',\"precision\":' || {precision} || '}}}}'",
        lon = json("d.lon"),
        lat = json("d.lat"),
        subkind = json("d.subkind"),
        label = json(label),
        country = json("d.country"),
        precision = json(precision),
    )
}
