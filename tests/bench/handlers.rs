//! What the service is held against: the same bytes without any work, and handlers as one would write them by hand with
//! `sqlx`, each thread with a pool of its own. They stand in the real application, behind the same middleware.

use std::sync::{LazyLock, Mutex, PoisonError};

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use actix_web::web::{self, Bytes, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What the hand-written handlers read: the usual twelve columns.
pub const COLUMNS: &str =
    "id, kind, title, summary, description, country, locality, lat, lon, starts_at, ends_at, updated_at";
/// Documents of a list.
const PAGE: usize = 25;

/// An event of twelve columns.
#[derive(Serialize)]
struct Event {
    id: Uuid,
    kind: String,
    title: String,
    summary: Option<String>,
    description: Option<String>,
    country: Option<String>,
    locality: Option<String>,
    lat: Option<f64>,
    lon: Option<f64>,
    starts_at: DateTime<Utc>,
    ends_at: Option<DateTime<Utc>>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize)]
struct Page<T> {
    items: Vec<T>,
    next_cursor: Option<String>,
}

/// Query parameters of all of them.
#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    id: Uuid,
    #[serde(default)]
    country: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    bbox: String,
    #[serde(default)]
    bytes: usize,
}

type Answer = Result<HttpResponse, actix_web::Error>;

fn failed(error: sqlx::Error) -> actix_web::Error {
    actix_web::error::ErrorInternalServerError(error)
}

fn json(body: impl Into<Bytes>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/json"))
        .insert_header((CACHE_CONTROL, "public, no-cache"))
        .insert_header((VARY, "Accept-Language"))
        .body(body.into())
}

fn list(bodies: impl Iterator<Item = String>) -> HttpResponse {
    let mut page = String::with_capacity(64 * 1024);
    page.push_str("{\"items\":[");
    for (place, body) in bodies.enumerate() {
        if place > 0 {
            page.push(',');
        }
        page.push_str(&body);
    }
    page.push_str("],\"next_cursor\":null}");
    json(page)
}

/// The same bytes each time, as many as are asked for; 304 to whoever has them.
async fn constant(req: HttpRequest, asked: web::Query<Asked>) -> HttpResponse {
    static BYTES: LazyLock<Mutex<Vec<Bytes>>> = LazyLock::new(Mutex::default);
    const TAG: &str = "W/\"constant\"";
    if req.headers().get(IF_NONE_MATCH).is_some_and(|tag| tag == TAG) {
        return HttpResponse::NotModified()
            .insert_header((ETAG, TAG))
            .insert_header((CACHE_CONTROL, "public, no-cache"))
            .insert_header((VARY, "Accept-Language"))
            .finish();
    }
    let mut known = BYTES.lock().unwrap_or_else(PoisonError::into_inner);
    let body = known.iter().find(|body| body.len() == asked.bytes).cloned().unwrap_or_else(|| {
        let body = Bytes::from(vec![b'x'; asked.bytes]);
        known.push(body.clone());
        body
    });
    drop(known);
    let mut answer = json(body);
    answer.headers_mut().insert(ETAG, actix_web::http::header::HeaderValue::from_static(TAG));
    answer
}

/// What lists show, in the words of the indexes.
const LISTED: &str = "listed AND withdrawn_at IS NULL AND (public_until IS NULL OR public_until > $1)";

macro_rules! engine {
    ($name:ident, $pool:ty, $row:ty, $found:expr) => {
        mod $name {
            use super::*;
            use sqlx::Row as _;

            pub type Pool = $pool;

            fn event(row: &$row) -> Event {
                Event {
                    id: row.get(0),
                    kind: row.get(1),
                    title: row.get(2),
                    summary: row.get(3),
                    description: row.get(4),
                    country: row.get(5),
                    locality: row.get(6),
                    lat: row.get(7),
                    lon: row.get(8),
                    starts_at: row.get(9),
                    ends_at: row.get(10),
                    updated_at: row.get(11),
                }
            }

            async fn bodies(pool: &Pool, sql: &'static str, asked: &[&str]) -> Answer {
                let mut query = sqlx::query(sql).bind(Utc::now());
                for value in asked {
                    query = query.bind(value.to_string());
                }
                let rows = query.fetch_all(pool).await.map_err(failed)?;
                Ok(list(rows.iter().map(|row| row.get::<String, _>(0))))
            }

            /// A text that is the same for the life of the program.
            macro_rules! text {
                ($text:expr) => {{
                    static TEXT: LazyLock<String> = LazyLock::new(|| $text);
                    TEXT.as_str()
                }};
            }

            async fn rows_list(pool: Data<Pool>) -> Answer {
                let sql = text!(format!(
                    "SELECT {COLUMNS} FROM bench_event ORDER BY starts_at DESC, id DESC LIMIT {PAGE}"
                ));
                let rows = sqlx::query(sql).fetch_all(&**pool).await.map_err(failed)?;
                let page = Page { items: rows.iter().map(event).collect(), next_cursor: None };
                Ok(json(serde_json::to_vec(&page)?))
            }

            async fn rows_item(pool: Data<Pool>, asked: web::Query<Asked>) -> Answer {
                let sql = text!(format!("SELECT {COLUMNS} FROM bench_event WHERE id = $1"));
                let row = sqlx::query(sql).bind(asked.id).fetch_one(&**pool).await.map_err(failed)?;
                Ok(json(serde_json::to_vec(&event(&row))?))
            }

            async fn ready_list(pool: Data<Pool>) -> Answer {
                let sql = text!(format!(
                    "SELECT body FROM gallery_document WHERE kind = 'event' AND {LISTED} \
                     ORDER BY sort_at DESC, id DESC LIMIT {PAGE}"
                ));
                bodies(&pool, sql, &[]).await
            }

            async fn ready_item(pool: Data<Pool>, asked: web::Query<Asked>) -> Answer {
                let sql = "SELECT body FROM gallery_document WHERE id = $1";
                let row = sqlx::query(sql).bind(asked.id).fetch_one(&**pool).await.map_err(failed)?;
                Ok(json(row.get::<String, _>(0)))
            }

            async fn ready_country(pool: Data<Pool>, asked: web::Query<Asked>) -> Answer {
                let sql = text!({
                    let section = |kind: &str| {
                        format!(
                            "SELECT * FROM (SELECT body FROM gallery_document WHERE kind = '{kind}' AND country = $2 \
                             AND {LISTED} ORDER BY sort_at DESC, id DESC LIMIT {PAGE}) {kind}"
                        )
                    };
                    ["initiative", "event", "quote", "outcome", "story"].map(section).join(" UNION ALL ")
                });
                bodies(&pool, sql, &[&asked.country]).await
            }

            async fn ready_changes(pool: Data<Pool>) -> Answer {
                let sql = text!(format!(
                    "SELECT seq, kind, id, version, updated_at, body FROM gallery_document \
                     WHERE fed AND seq > 0 ORDER BY seq LIMIT {PAGE}"
                ));
                let rows = sqlx::query(sql).fetch_all(&**pool).await.map_err(failed)?;
                let change = |row: $row| {
                    let (seq, kind, id) = (row.get::<i64, _>(0), row.get::<String, _>(1), row.get::<Uuid, _>(2));
                    let (version, at) = (row.get::<i64, _>(3), row.get::<DateTime<Utc>, _>(4));
                    let body: String = row.get(5);
                    format!(
                        r#"{{"seq":{seq},"kind":"{kind}","id":"{id}","version":{version},"at":"{at:?}","item":{body}}}"#
                    )
                };
                Ok(list(rows.into_iter().map(change)))
            }

            async fn ready_map(pool: Data<Pool>, asked: web::Query<Asked>) -> Answer {
                let sql = text!(format!(
                    "SELECT kind, lat, lon, id, country, label FROM gallery_document WHERE {LISTED} \
                     AND lat >= $2 AND lat <= $3 AND lon >= $4 AND lon <= $5 LIMIT 501"
                ));
                let edge: Vec<f64> = asked.bbox.split(',').filter_map(|edge| edge.parse().ok()).collect();
                let [west, south, east, north] = edge[..] else { return Ok(HttpResponse::BadRequest().finish()) };
                let query = sqlx::query(sql).bind(Utc::now()).bind(south).bind(north).bind(west).bind(east);
                let rows = query.fetch_all(&**pool).await.map_err(failed)?;
                let feature = |row: $row| {
                    let (lat, lon) = (row.get::<f64, _>(1), row.get::<f64, _>(2));
                    let properties = serde_json::json!({
                        "kind": row.get::<String, _>(0), "country": row.get::<Option<String>, _>(4),
                        "title": row.get::<String, _>(5),
                    });
                    format!(
                        r#"{{"type":"Feature","id":"{}","geometry":{{"type":"Point","coordinates":[{lon},{lat}]}},"properties":{properties}}}"#,
                        row.get::<Uuid, _>(3)
                    )
                };
                Ok(list(rows.into_iter().map(feature)))
            }

            async fn ready_search(pool: Data<Pool>, asked: web::Query<Asked>) -> Answer {
                let sql = text!(format!(
                    "SELECT body FROM gallery_document WHERE {LISTED} AND id IN ({}) \
                     ORDER BY sort_at DESC, id DESC LIMIT {PAGE}",
                    $found
                ));
                let words = if cfg_postgres() { format!("{}:*", asked.q) } else { format!("\"{}\"*", asked.q) };
                bodies(&pool, sql, &[&words]).await
            }

            fn cfg_postgres() -> bool {
                stringify!($name) == "postgres"
            }

            pub fn routes(config: &mut ServiceConfig) {
                let get = web::get;
                config
                    .route("/v1/bench/rows/list", get().to(rows_list))
                    .route("/v1/bench/rows/item", get().to(rows_item))
                    .route("/v1/bench/ready/list", get().to(ready_list))
                    .route("/v1/bench/ready/item", get().to(ready_item))
                    .route("/v1/bench/ready/country", get().to(ready_country))
                    .route("/v1/bench/ready/changes", get().to(ready_changes))
                    .route("/v1/bench/ready/map", get().to(ready_map))
                    .route("/v1/bench/ready/search", get().to(ready_search));
            }
        }
    };
}

engine!(
    postgres,
    sqlx::PgPool,
    sqlx::postgres::PgRow,
    "SELECT document_id FROM gallery_search WHERE words @@ to_tsquery('simple', $2)"
);
engine!(
    sqlite,
    sqlx::SqlitePool,
    sqlx::sqlite::SqliteRow,
    "SELECT r.document_id FROM gallery_search JOIN gallery_search_row r ON r.number = gallery_search.rowid \
     WHERE gallery_search MATCH $2"
);

/// Adds them all; called once for each thread, which thereby gets a pool of its own.
pub fn routes(config: &mut ServiceConfig, database: &str, connections: u32) {
    config.route("/v1/bench/constant", web::get().to(constant));
    if database.starts_with("postgres") {
        let options =
            sqlx::postgres::PgPoolOptions::new().max_connections(connections).test_before_acquire(false);
        if let Ok(pool) = options.connect_lazy(database) {
            config.app_data(Data::new(pool)).configure(postgres::routes);
        }
    } else {
        let options =
            sqlx::sqlite::SqlitePoolOptions::new().max_connections(connections).test_before_acquire(false);
        if let Ok(pool) = options.connect_lazy(database) {
            config.app_data(Data::new(pool)).configure(sqlite::routes);
        }
    }
}
