//! A gallery of its own for a test: a fresh database with documents put in by hand, and the public routes over it.

use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::body::to_bytes;
use actix_web::dev::ServiceResponse;
use actix_web::middleware::from_fn;
use actix_web::web::Data;
use actix_web::{App as WebApp, test};
use chrono::{DateTime, Utc};
use entity::gallery_document::{self, DocumentKind};
use entity::kinds::Precision;
use entity::{gallery_count, gallery_language, gallery_theme, gallery_theme_label, gallery_translation};
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use sea_orm::{
    ActiveModelTrait as _, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, Set, Statement, Value,
};
use serde_json::json;
use uuid::Uuid;

use crate::access::Access;
use crate::access::password::Cost;
use crate::app::App;
use crate::clock::Clock;
use crate::db::{self, Target, Tx};
use crate::http::contract::{self, Contract};
use crate::http::idempotency::Replays;
use crate::http::routes::Routes;
use crate::http::{manners, path_config};
use crate::outbox::{Mail, Post};
use crate::publishing::feature::{Feature, MapDocument};
use crate::reference::Point;
use crate::text::fold;
use crate::vault::Vault;
use utoipa::openapi::OpenApi;

/// The time in all of these tests.
pub const NOW: &str = "2026-06-15T12:00:00Z";

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> DateTime<Utc> {
        NOW.parse().unwrap()
    }
}

pub use crate::db::testing::targets;

/// Migrates a database and puts documents into it.
pub async fn open(target: &Target, documents: &[Document]) -> App {
    db::migrate_up(target).await.unwrap();
    let clock: Arc<dyn Clock> = Arc::new(Stopped);
    let db = db::open(target, clock.clone()).await.unwrap();
    let gallery = db::open_public(target, None).await.unwrap();
    db.write(async |tx| {
        for (place, document) in documents.iter().enumerate() {
            document.insert(tx, i64::try_from(place).unwrap() + 1).await?;
        }
        count(tx).await
    })
    .await
    .unwrap();
    let key = "00".repeat(32).into();
    let vault = Arc::new(Vault::open(Path::new(""), Some(&key)).unwrap());
    let access = Access::new(vault.clone(), clock.clone(), Cost::LEAST, true, false).unwrap();
    let post = Post::new(&Mail::Off, None, Path::new(""), vault.clone()).unwrap();
    let (replays, stopping) = (Replays::default(), Arc::default());
    let proposals_last = chrono::TimeDelta::days(7);
    let (public_url, targets) = (None, crate::outbox::Targets::default());
    App { db, gallery, clock, vault, access, post, targets, replays, proposals_last, public_url, stopping }
}

async fn count(tx: &Tx) -> Result<(), DbErr> {
    let sql = "SELECT counted_country AS country, kind, count(*) AS documents FROM gallery_document \
               WHERE counted_country IS NOT NULL GROUP BY counted_country, kind";
    for row in tx.query_all_raw(Statement::from_string(tx.get_database_backend(), sql)).await? {
        let count = gallery_count::Model {
            country: row.try_get("", "country")?,
            kind: row.try_get("", "kind")?,
            documents: row.try_get("", "documents")?,
        };
        let count = count.into_active_model().reset_all();
        gallery_count::Entity::insert(count).exec_without_returning(tx).await?;
    }
    let theme = gallery_theme_label::ActiveModel {
        id: Set(THEME),
        labels: Set(serde_json::from_value(json!({"en": "Water", "es": "Agua"})).unwrap()),
    };
    gallery_theme_label::Entity::insert(theme).exec_without_returning(tx).await?;
    Ok(())
}

/// The one theme.
pub const THEME: Uuid = Uuid::from_u128(0x7000);

/// A document in a few words.
pub struct Document {
    /// The row.
    pub row: gallery_document::Model,
    /// Its title in Spanish.
    pub spanish: Option<&'static str>,
    /// Whether it carries [`THEME`].
    pub themed: bool,
}

/// A listed document, five minutes younger than the one before it.
pub fn document(
    number: u32,
    kind: DocumentKind,
    title: &str,
    country: Option<&str>,
    at: [f64; 2],
) -> Document {
    let begin: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
    let from = begin + chrono::Duration::days(number.into());
    let row = gallery_document::Model {
        id: Uuid::from_u128(number.into()),
        kind,
        subkind: (kind == DocumentKind::Event).then(|| "dialogue".to_owned()),
        country: country.map(str::to_owned),
        lat: Some(at[0]),
        lon: Some(at[1]),
        occurs_from: Some(from),
        occurs_until: Some(from + chrono::Duration::hours(2)),
        sort_at: from,
        cancelled: false,
        event_id: None,
        initiative_id: None,
        language: "en".into(),
        label: title.into(),
        body: String::new(),
        feature: String::new(),
        digest: String::new(),
        listed: true,
        in_feeds: true,
        fed: true,
        version: 1,
        updated_at: begin + chrono::Duration::minutes(i64::from(number) * 5),
        seq: None,
        first_seq: None,
        withdrawn_at: None,
        withdrawn_as: None,
        public_until: None,
        counted_country: Some(country.unwrap_or(crate::publishing::NOWHERE).to_owned()),
        guard: country.map(|country| format!("{country}/low")).unwrap_or_default(),
    };
    Document { row, spanish: None, themed: false }
}

impl Document {
    /// With a change.
    pub fn with(mut self, change: impl FnOnce(&mut gallery_document::Model)) -> Self {
        change(&mut self.row);
        self
    }

    fn body(&self, title: &str, language: &str) -> String {
        let row = &self.row;
        let place =
            format!(r#"{{"precision":"locality","point":{{"lat":{:?},"lon":{:?}}}}}"#, row.lat, row.lon);
        let when = format!(
            r#"{{"precision":"minute","starts_at":"{}","ends_at":"{}"}}"#,
            row.occurs_from.unwrap_or_default().to_rfc3339(),
            row.occurs_until.unwrap_or_default().to_rfc3339()
        );
        let place = place.replace("Some(", "").replace(')', "").replace("None", "null");
        format!(
            r#"{{"type":"{}","id":"{}","place":{place},"when":{when},"text_language":"{language}","title":"{title}","summary":"About the {title}."}}"#,
            row.kind, row.id
        )
    }

    fn feature(&self, title: &str) -> String {
        let row = &self.row;
        let (Some(lat), Some(lon)) = (row.lat, row.lon) else { return String::new() };
        let document = MapDocument {
            cluster: false,
            kind: row.kind,
            subkind: row.subkind.as_deref(),
            title,
            country: row.country.as_deref(),
            precision: Precision::Locality,
        };
        serde_json::to_string(&Feature::new(row.id.to_string(), Point { lat, lon }, document)).unwrap()
    }

    async fn insert(&self, tx: &Tx, seq: i64) -> Result<(), DbErr> {
        let mut row = self.row.clone();
        let (id, withdrawn) = (row.id, row.withdrawn_at.is_some());
        row.seq = Some(seq);
        tx.execute_unprepared(&format!("UPDATE gallery_clock SET seq = {seq} WHERE seq < {seq}")).await?;
        if !withdrawn {
            (row.body, row.feature) = (self.body(&row.label, "en"), self.feature(&row.label));
        }
        gallery_document::Entity::insert(row.into_active_model().reset_all())
            .exec_without_returning(tx)
            .await?;
        if withdrawn {
            return Ok(());
        }
        let language = gallery_language::ActiveModel { document_id: Set(id), language: Set("en".into()) };
        gallery_language::Entity::insert(language).exec_without_returning(tx).await?;
        if let Some(title) = self.spanish {
            let (label, language) = (title.to_owned(), "es".to_owned());
            let (body, feature) = (self.body(title, "es"), self.feature(title));
            let row = gallery_translation::Model { document_id: id, language, label, body, feature };
            let row = row.into_active_model().reset_all();
            gallery_translation::Entity::insert(row).exec_without_returning(tx).await?;
        }
        if self.themed {
            let theme = gallery_theme::ActiveModel { document_id: Set(id), theme_id: Set(THEME) };
            gallery_theme::Entity::insert(theme).exec_without_returning(tx).await?;
        }
        let title = fold(&self.row.label);
        let words = fold(&format!("{} {}", self.row.label, if self.themed { "water" } else { "" }));
        self.index(tx, title, words).await
    }

    async fn index(&self, tx: &Tx, title: String, words: String) -> Result<(), DbErr> {
        let backend = tx.get_database_backend();
        let run = async |sql: &str, values: Vec<Value>| {
            tx.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await.map(drop)
        };
        let id = self.row.id;
        if backend == sea_orm::DbBackend::Postgres {
            let words_of =
                "setweight(to_tsvector('simple', $2), 'A') || setweight(to_tsvector('simple', $3), 'B')";
            let sql = format!("INSERT INTO gallery_search (document_id, words) VALUES ($1, {words_of})");
            return run(&sql, vec![id.into(), title.into(), words.into()]).await;
        }
        let number = i64::from(id.as_fields().3[7]);
        run(
            "INSERT INTO gallery_search_row (number, document_id) VALUES ($1, $2)",
            vec![number.into(), id.into()],
        )
        .await?;
        let sql = "INSERT INTO gallery_search (rowid, title, words) VALUES ($1, $2, $3)";
        run(sql, vec![number.into(), title.into(), words.into()]).await
    }
}

/// The public routes over a gallery.
pub struct House(Box<dyn Fn(test::TestRequest) -> LocalBoxFuture<'static, ServiceResponse>>);

impl House {
    /// Serves a gallery.
    pub async fn serve(app: App) -> Self {
        let order = Routes::outline(&mut OpenApi::default(), super::super::routes);
        let web = WebApp::new()
            .configure(|config| Routes::serve(config, &order, super::super::routes))
            .app_data(Data::new(app))
            .app_data(Data::new(Contract::new(&crate::app::outline().0).unwrap()))
            .app_data(path_config())
            .wrap(from_fn(contract::enforce));
        let service = test::init_service(manners::wrap(web, Arc::new(crate::ids::v4))).await;
        let service = Rc::new(service);
        Self(Box::new(move |request| {
            let service = Rc::clone(&service);
            async move { test::call_service(&*service, request.to_request()).await }.boxed_local()
        }))
    }

    /// Asks.
    pub async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    /// Asks with headers.
    pub async fn get_with(&self, path: &str, headers: &[(&'static str, &str)]) -> Answer {
        let request = test::TestRequest::get().uri(path);
        let answer =
            (self.0)(headers.iter().fold(request, |request, &header| request.insert_header(header))).await;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let bytes = to_bytes(answer.into_body()).await.unwrap_or_else(|_| panic!("no body"));
        let body = if bytes.is_empty() { json!(null) } else { json_or_text(&bytes) };
        Answer { status, headers, body }
    }
}

fn json_or_text(bytes: &[u8]) -> serde_json::Value {
    serde_json::from_slice(bytes).unwrap_or_else(|_| json!(String::from_utf8_lossy(bytes)))
}

/// Status, a header by name, and the body as JSON, or as a text if it is none.
pub struct Answer {
    /// The status.
    pub status: u16,
    headers: actix_web::http::header::HeaderMap,
    /// The body.
    pub body: serde_json::Value,
}

impl Answer {
    /// A header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The member of each item.
    pub fn each(&self, list: &str, pointer: &str) -> Vec<serde_json::Value> {
        let items = self.body[list].as_array().unwrap_or_else(|| panic!("{}", self.body));
        items.iter().map(|item| item.pointer(pointer).cloned().unwrap_or_default()).collect()
    }
}
