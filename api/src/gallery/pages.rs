//! One page of a list, whatever its kind.

use std::cmp::Reverse;

use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::excerpt::Fields;
use super::filters::Filters;
use super::params::ListOrder;
use super::sql::{self, Sql};
use super::style::Style;
use super::{json, languages};
use crate::app::App;
use crate::db::PublicDb;
use crate::http::etag;
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
    /// With which members.
    pub fields: Fields,
}

/// A document's place in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
    /// Reads the columns of [`read`].
    fn read(row: &sql::Row) -> Result<Self, Problem> {
        Ok(Self {
            key: Key(row.get(2)?, row.get(0)?),
            version: row.get(1)?,
            language: row.get(3)?,
            body: row.get(4)?,
        })
    }
}

/// Bytes of the documents on a page whose length nobody asked for: with all around them it stays below 50 KB, for those on weak
/// lines.
pub const LIGHT: usize = 48_000;

/// How many of these come on a page where nobody asked for a number: as many as are light together, and one at least.
pub fn light(req: &HttpRequest, sizes: impl ExactSizeIterator<Item = usize>) -> usize {
    if req.query_string().split('&').any(|pair| pair.starts_with("limit=")) {
        return sizes.len();
    }
    let mut total = 0;
    let fits = |(place, size): &(usize, usize)| {
        total += size;
        *place == 0 || total <= LIGHT
    };
    sizes.enumerate().take_while(fits).count()
}

/// Answers with a page.
///
/// # Errors
/// 400 if the cursor belongs to another question; the database's.
pub async fn answer(app: &App, req: &HttpRequest, asked: Question) -> Result<HttpResponse, Problem> {
    let Question { filters, order, paging, wanted, zone, fields } = asked;
    let style = Style::of(app, req, &wanted, &fields).at(zone).brief();
    let binding = serde_json::to_string(&("list", &filters, order)).map_err(Problem::internal)?;
    let after: Option<Key> = paging.cursor.map(|text| Cursor::decode(&binding, &text)).transpose()?;
    let limit = usize::from(paging.limit.get());
    let mut rows = read(&app.gallery, &filters, order, after, limit + 1, &wanted, app.clock.now()).await?;
    let all = rows.len();
    rows.truncate(limit);
    let bodies = rows.iter_mut().map(|row| style.document(std::mem::take(&mut row.body)));
    let mut bodies = bodies.collect::<Result<Vec<_>, _>>()?;
    bodies.truncate(light(req, bodies.iter().map(String::len)));
    rows.truncate(bodies.len());
    let last = rows.last().filter(|_| rows.len() < all);
    let next = last.map(|row| Cursor::encode(&binding, &row.key)).transpose()?;
    let body = match style.is_text() {
        true => style.page(&bodies, req.uri(), next.as_deref()).into_bytes(),
        false => json::page(&bodies, next.as_deref())?,
    };
    let mut ready = style.ready(body, rows.iter().map(|row| row.language.as_str()));
    ready.link = next.map(|cursor| next_link(req.uri(), &cursor));
    Ok(etag::answer(req, ready))
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
    let (column, ahead, direction) = match order {
        ListOrder::NewestFirst => ("sort_at", "<", "DESC"),
        ListOrder::OldestFirst => ("sort_at", ">", "ASC"),
        ListOrder::LastChangedFirst => ("updated_at", "<", "DESC"),
        ListOrder::FirstChangedFirst => ("updated_at", ">", "ASC"),
    };
    let ways = filters.ways(db).await?;
    let walks = filters.walk_an_index() && ways.walk() && column == "sort_at";
    let mut sql = Sql::new(db);
    let columns = format!("d.id, d.version, d.{column}");
    languages::select(&mut sql, wanted, &columns, &["language", "body"], |sql| {
        // The page first, its translations afterwards; and where rows have to be sorted first, without their bodies.
        sql.push(&format!("(SELECT d.id, d.{column}")).push(if walks {
            ", d.version, d.language, d.body"
        } else {
            ""
        });
        sql.push(" FROM ");
        filters.table(sql, order == ListOrder::OldestFirst);
        sql.push(" WHERE ");
        filters.condition(sql, now, ways);
        if let Some(Key(at, id)) = after {
            sql.push(&format!(" AND (d.{column}, d.id) {ahead} (")).bind(at).push(", ").bind(id).push(")");
        }
        sql.push(&format!(" ORDER BY d.{column} {direction}, d.id {direction} LIMIT ")).number(limit);
        sql.push(if walks { ") d" } else { ") p JOIN gallery_document d ON d.id = p.id" });
    });
    let mut rows = sql.all(db).await?.iter().map(Row::read).collect::<Result<Vec<_>, _>>()?;
    // What a database joins has no order of itself, and to sort it there it would copy the bodies.
    match direction {
        "DESC" => rows.sort_unstable_by_key(|row| Reverse(row.key)),
        _ => rows.sort_unstable_by_key(|row| row.key),
    }
    Ok(rows)
}
