//! One page of a list, whatever its kind.

use actix_web::{HttpRequest, HttpResponse};
use anyhow::anyhow;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sea_orm::{DbErr, QueryResult};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::filters::Filters;
use super::params::ListOrder;
use super::sql::Sql;
use super::{json, languages, local_times};
use crate::app::App;
use crate::db::PublicDb;
use crate::http::etag::{self, Cache, Ready};
use crate::http::language::Wanted;
use crate::http::page::{Cursor, Paging, next_link};
use crate::problem::Problem;

/// What a list is asked for.
pub struct Question {
    /// Which documents.
    pub filters: Filters,
    /// In which order.
    pub order: ListOrder,
    /// How many and from where.
    pub paging: Paging,
    /// In which language.
    pub wanted: Wanted,
    /// With the wall times of which zone.
    pub zone: Option<Tz>,
}

/// A document's place in a list.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Key(pub DateTime<Utc>, pub Uuid);

/// A document of a list.
pub struct Row {
    /// Its place.
    pub key: Key,
    /// Grows by one when the document changes.
    pub version: i64,
    /// The language of its body.
    pub language: String,
    /// The document.
    pub body: String,
}

impl Row {
    /// Reads the columns of [`read`] by their places: looked up by name, they cost more than what they hold.
    fn read(row: &QueryResult) -> Result<Self, Problem> {
        Ok(Self {
            key: Key(row.try_get_by_index(2)?, row.try_get_by_index(0)?),
            version: row.try_get_by_index(1)?,
            language: row.try_get_by_index(3)?,
            body: row.try_get_by_index(4)?,
        })
    }
}

/// Answers with a page.
///
/// # Errors
/// 400 if the cursor belongs to another question; the database's.
pub async fn answer(app: &App, req: &HttpRequest, asked: Question) -> Result<HttpResponse, Problem> {
    let Question { filters, order, paging, wanted, zone } = asked;
    let binding = serde_json::to_string(&("list", &filters, order)).map_err(Problem::internal)?;
    let after: Option<Key> = paging.cursor.map(|text| Cursor::decode(&binding, &text)).transpose()?;
    let limit = usize::from(paging.limit.get());
    let (db, now) = (&app.gallery, app.clock.now());
    let page = match zone {
        Some(zone) => Page::with_local_times(
            read(db, &filters, order, after, limit + 1, &wanted, now).await?,
            limit,
            zone,
        ),
        None => joined(db, &filters, order, after, limit, &wanted, now).await?,
    };
    let next = page.next.map(|key| Cursor::encode(&binding, &key)).transpose()?;
    let mut ready = Ready::new(json::page(&[page.bodies], next.as_deref())?, etag::JSON, Cache::Gallery);
    ready.content_language = page.language;
    ready.link = next.map(|cursor| next_link(req.uri(), &cursor));
    Ok(etag::answer(req, ready))
}

/// A page: its documents with commas between them, and what is to be said about them together.
struct Page {
    bodies: String,
    /// The language that all of them share.
    language: Option<String>,
    /// The place of the last one, if others follow.
    next: Option<Key>,
}

impl Page {
    fn with_local_times(mut rows: Vec<Row>, limit: usize, zone: Tz) -> Self {
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|row| row.key);
        let language = languages::shared(rows.iter().map(|row| row.language.as_str()));
        let bodies: Vec<String> = rows.into_iter().map(|row| local_times::add(row.body, zone)).collect();
        Self { bodies: bodies.join(","), language, next }
    }
}

/// A page of `limit` documents as one row: most of what rows cost is to hand them over one by one.
async fn joined(
    db: &PublicDb,
    filters: &Filters,
    order: ListOrder,
    after: Option<Key>,
    limit: usize,
    wanted: &Wanted,
    now: DateTime<Utc>,
) -> Result<Page, Problem> {
    let in_order = In::of(order);
    let mut sql = Sql::new(db);
    let mine = format!("FILTER (WHERE n <= {limit})");
    let last = format!("FILTER (WHERE n = {limit})");
    let last_id = match sql.on_postgres() {
        true => format!("(array_agg(id) {last})[1]"),
        false => format!("max(id) {last}"),
    };
    sql.push(&format!(
        "SELECT string_agg(body, ',' ORDER BY n) {mine}, min(language) {mine}, max(language) {mine}, \
         count(*), {last_id}, max({}) {last} FROM (SELECT x.*, row_number() OVER ({}) AS n FROM (",
        in_order.column,
        in_order.by("x"),
    ));
    question(&mut sql, db, filters, &in_order, after, limit + 1, wanted, now).await?;
    sql.push(") x) y");
    let row = sql.one(db).await?.ok_or_else(|| Problem::internal(anyhow!("an aggregate without a row")))?;
    let (first, second): (Option<String>, Option<String>) =
        (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
    let found: i64 = row.try_get_by_index(3)?;
    let more = usize::try_from(found).is_ok_and(|found| found > limit);
    let next = more.then(|| Ok::<_, DbErr>(Key(row.try_get_by_index(5)?, row.try_get_by_index(4)?)));
    Ok(Page {
        bodies: row.try_get_by_index::<Option<String>>(0)?.unwrap_or_default(),
        language: first.filter(|first| Some(first) == second.as_ref()),
        next: next.transpose()?,
    })
}

/// An order, in the words of SQL.
struct In {
    column: &'static str,
    /// How what is further on compares with a place.
    ahead: &'static str,
    direction: &'static str,
}

impl In {
    fn of(order: ListOrder) -> Self {
        let (column, ahead, direction) = match order {
            ListOrder::NewestFirst => ("sort_at", "<", "DESC"),
            ListOrder::OldestFirst => ("sort_at", ">", "ASC"),
            ListOrder::LastChangedFirst => ("updated_at", "<", "DESC"),
            ListOrder::FirstChangedFirst => ("updated_at", ">", "ASC"),
        };
        Self { column, ahead, direction }
    }

    fn by(&self, table: &str) -> String {
        let Self { column, direction, .. } = self;
        format!("ORDER BY {table}.{column} {direction}, {table}.id {direction}")
    }
}

/// Documents in order, from a place on, at most `limit`.
///
/// # Errors
/// The database's.
pub async fn read(
    db: &PublicDb,
    filters: &Filters,
    order: ListOrder,
    after: Option<Key>,
    limit: usize,
    wanted: &Wanted,
    now: DateTime<Utc>,
) -> Result<Vec<Row>, Problem> {
    let mut sql = Sql::new(db);
    question(&mut sql, db, filters, &In::of(order), after, limit, wanted, now).await?;
    sql.all(db).await?.iter().map(Row::read).collect()
}

/// Asks for the columns of [`Row`], in order.
#[allow(clippy::too_many_arguments, reason = "what a list is asked for, and where it is written")]
async fn question(
    sql: &mut Sql,
    db: &PublicDb,
    filters: &Filters,
    order: &In,
    after: Option<Key>,
    limit: usize,
    wanted: &Wanted,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let In { column, ahead, direction } = order;
    let ways = filters.ways(db).await?;
    let walks = filters.walk_an_index() && ways.walk() && *column == "sort_at";
    let in_order = order.by("d");
    let columns = format!("d.id, d.version, d.{column}");
    languages::select(sql, wanted, &columns, &["language", "body"], |sql| {
        // The page first, its translations afterwards; and where rows have to be sorted first, without their bodies.
        sql.push(&format!("(SELECT d.id, d.{column}")).push(if walks {
            ", d.version, d.language, d.body"
        } else {
            ""
        });
        sql.push(" FROM ");
        filters.table(sql, *column == "sort_at" && *direction == "ASC");
        sql.push(" WHERE ");
        filters.condition(sql, now, ways);
        if let Some(Key(at, id)) = after {
            sql.push(&format!(" AND (d.{column}, d.id) {ahead} (")).bind(at).push(", ").bind(id).push(")");
        }
        sql.push(&format!(" {in_order} LIMIT ")).number(limit);
        sql.push(if walks { ") d" } else { ") p JOIN gallery_document d ON d.id = p.id" });
    });
    sql.push(" ").push(&in_order);
    Ok(())
}
