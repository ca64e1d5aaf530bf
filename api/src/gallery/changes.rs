//! What changed, in order, for those who keep a copy: with the documents, and with tombstones for what has gone.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use chrono::{DateTime, Utc};
use sea_orm::QueryResult;
use uuid::Uuid;

use super::json::{self, Object};
use super::languages;
use super::params::{Lang, ReadHeaders};
use super::shapes::{Change, ChangeOp, ChangePage, Unchanged};
use super::sql::Sql;
use crate::app::App;
use crate::db::PublicDb;
use crate::http::Query;
use crate::http::etag::{self, Cache, Ready};
use crate::http::language::Wanted;
use crate::http::page::{Cursor, Paging, next_link};
use crate::problem::Problem;

/// What cursors are bound to.
const BINDING: &str = "changes";

/// Follow the changes
///
/// Every public document in the order of its last change: `upsert` with the document, `delete` for what is public no
/// longer. Without a cursor it begins at the beginning. `next_cursor` is always there: keep it and ask again later.
#[utoipa::path(
    tag = "gallery",
    operation_id = "gallery.changes",
    params(Lang, Paging, ReadHeaders),
    responses((status = 200, description = "A page of changes", body = ChangePage), Unchanged, Problem)
)]
#[get("/v1/gallery/changes")]
pub(super) async fn changes(
    app: Data<App>,
    req: HttpRequest,
    lang: Query<Lang>,
    paging: Query<Paging>,
) -> Result<HttpResponse, Problem> {
    let wanted = languages::wanted(&req, lang.0.lang.as_ref())?;
    let after: Option<i64> = paging.0.cursor.map(|text| Cursor::decode(BINDING, &text)).transpose()?;
    let limit = usize::from(paging.0.limit.get());
    let mut rows = read(&app.gallery, after.unwrap_or_default(), limit + 1, &wanted, app.clock.now()).await?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().map_or(after.unwrap_or_default(), |row| row.change.seq);
    let next = Cursor::encode(BINDING, &last)?;

    let items: Vec<Vec<u8>> = rows.iter().map(Row::write).collect::<Result<_, _>>()?;
    let mut ready = Ready::new(json::page(&items, Some(&next))?, etag::JSON, Cache::Gallery);
    ready.content_language =
        languages::shared(rows.iter().filter_map(|row| Some(row.item.as_ref()?.0.as_str())));
    ready.link = more.then(|| next_link(req.uri(), &next));
    Ok(etag::answer(&req, ready))
}

struct Row {
    change: Change,
    /// Language and document, unless it has gone.
    item: Option<(String, String)>,
}

impl Row {
    fn read(row: &QueryResult) -> Result<Self, Problem> {
        let shown: bool = row.try_get("", "shown")?;
        let item = if shown { Some((row.try_get("", "language")?, row.try_get("", "body")?)) } else { None };
        let change = Change {
            seq: row.try_get("", "seq")?,
            op: if shown { ChangeOp::Upsert } else { ChangeOp::Delete },
            kind: row.try_get("", "kind")?,
            id: row.try_get::<Uuid>("", "id")?,
            version: row.try_get("", "version")?,
            at: row.try_get("", "updated_at")?,
            item: None,
        };
        Ok(Self { change, item })
    }

    fn write(&self) -> Result<Vec<u8>, Problem> {
        let Change { seq, op, kind, id, version, at, item: _ } = &self.change;
        let room = self.item.as_ref().map_or(0, |(_, body)| body.len());
        let change = Object::with_capacity(room + 200)
            .member("seq", seq)?
            .member("op", op)?
            .member("kind", kind)?
            .member("id", id)?
            .member("version", version)?
            .member("at", at)?;
        Ok(match &self.item {
            Some((_, body)) => change.ready("item", body),
            None => change,
        }
        .finish())
    }
}

/// Changes after a place, at most `limit`. What was never in the feed is not named in it: all that is listed and in feeds
/// is `fed` too.
async fn read(
    db: &PublicDb,
    after: i64,
    limit: usize,
    wanted: &Wanted,
    now: DateTime<Utc>,
) -> Result<Vec<Row>, Problem> {
    let mut sql = Sql::new(db);
    let columns = "d.seq, d.kind, d.id, d.version, d.updated_at, d.shown";
    languages::select(&mut sql, wanted, columns, &["language", "body"], |sql| {
        sql.push(
            "(SELECT d.seq, d.kind, d.id, d.version, d.updated_at, d.language, d.body, (d.in_feeds AND ",
        );
        sql.listed(now).push(") AS shown FROM gallery_document d WHERE d.fed AND d.seq > ").bind(after);
        // What a switch hides gets another number before it is shown again: nobody misses it.
        sql.push(" AND ").unhidden();
        sql.push(" ORDER BY d.seq LIMIT ").number(limit).push(") d");
    });
    sql.push(" ORDER BY d.seq");
    sql.all(db).await?.iter().map(Row::read).collect()
}
