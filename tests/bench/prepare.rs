//! What the hand-written handlers need in the database, and what to ask for.

use api::start::House;
use sea_orm::{ConnectionTrait, DbErr, Statement};
use serde_json::{Value, json};
use uuid::Uuid;

use super::handlers::COLUMNS;

/// Makes the table of twelve columns with its indexes, and says what to ask for: an event, a country with many documents,
/// and a box with about a hundred.
///
/// # Errors
/// The database's.
pub async fn prepare(house: &House) -> Result<Value, DbErr> {
    house.db.write(async |tx| {
        tx.execute_unprepared("DROP TABLE IF EXISTS bench_event").await?;
        for sql in [
            "CREATE TABLE bench_event AS SELECT e.id, e.kind, e.title, e.summary, e.description, e.country, e.locality, \
             d.lat, d.lon, d.sort_at AS starts_at, d.occurs_until AS ends_at, d.updated_at \
             FROM event e JOIN gallery_document d ON d.id = e.id WHERE d.listed AND d.withdrawn_at IS NULL",
            "CREATE UNIQUE INDEX bench_event_by_id ON bench_event (id)",
            "CREATE INDEX bench_event_by_time ON bench_event (starts_at, id)",
        ] {
            tx.execute_unprepared(sql).await?;
        }
        Ok::<_, DbErr>(())
    })
    .await?;
    let reader = house.db.reader();
    let ask = async |sql: &str| {
        let row = reader.query_one_raw(Statement::from_string(reader.get_database_backend(), sql)).await?;
        row.ok_or_else(|| DbErr::RecordNotFound("a document".into()))
    };
    // What one would run on a database that has grown this much at once.
    house.db.write(async |tx| tx.execute_unprepared("ANALYZE").await).await?;
    let item =
        ask(&format!("SELECT {COLUMNS} FROM bench_event ORDER BY starts_at, id LIMIT 1 OFFSET 500")).await?;
    let country =
        ask("SELECT country FROM gallery_count WHERE kind = 'event' ORDER BY documents DESC LIMIT 1").await?;
    let place =
        ask("SELECT lat, lon, abs(count(*) - 100) AS off FROM gallery_document WHERE lat IS NOT NULL \
                     GROUP BY lat, lon ORDER BY 3, 1, 2 LIMIT 1")
        .await?;
    let (lat, lon): (f64, f64) = (place.try_get("", "lat")?, place.try_get("", "lon")?);
    let bbox = [lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01].map(|edge| format!("{edge:.4}")).join(",");
    Ok(json!({
        "item": item.try_get::<Uuid>("", "id")?, "country": country.try_get::<String>("", "country")?, "bbox": bbox,
    }))
}
