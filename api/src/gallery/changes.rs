//! What changed, in order, for those who keep a copy: with the documents, and with tombstones for what has gone.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::json::{self, Object};
use super::params::{Lang, ReadHeaders};
use super::shapes::{Change, ChangeOp, ChangePage, Unchanged};
use super::sql::{self, Sql};
use super::{languages, pages};
use crate::app::App;
use crate::db::PublicDb;
use crate::http::Query;
use crate::http::etag::{self, Cache, Ready};
use crate::http::language::Wanted;
use crate::http::page::{Cursor, Paging, next_link};
use crate::problem::{Kind, Problem};
use crate::{access, publishing};

/// What cursors are bound to.
const BINDING: &str = "changes";

/// Where a reader stands: behind a number, and up to which one tombstones were told no longer when it began.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Place(i64, i64);

impl Place {
    /// Whether the reader has missed no tombstone, and its numbers are those of this database.
    fn leads_on(self, seq: i64, floor: i64) -> bool {
        let Self(after, began) = self;
        after <= seq && after.max(began) >= floor
    }
}

/// Follow the changes
///
/// Every public document in the order of its last change: `upsert` with the document, `delete` for what is public no
/// longer. Without a cursor it begins at the beginning. `next_cursor` is always there: keep it and ask again later. It is told for
/// 400 days that something is public no longer; an older cursor is 410: begin anew without one, and delete what is not named then.
/// It needs no credentials. An organisation that sends an API key is noted as a reader, and asked to confirm where a quote that it was
/// handed is withdrawn (`GET /v1/withdrawals`).
#[utoipa::path(
    tag = "gallery",
    operation_id = "gallery.changes",
    params(Lang, Paging, ReadHeaders),
    responses((status = 200, description = "A page of changes", body = ChangePage), Unchanged, Problem),
    security((), ("api_key" = []))
)]
#[get("/v1/gallery/changes")]
pub(super) async fn changes(
    app: Data<App>,
    req: HttpRequest,
    lang: Query<Lang>,
    paging: Query<Paging>,
) -> Result<HttpResponse, Problem> {
    let wanted = languages::wanted(&req, lang.0.lang.as_ref())?;
    let from: Option<Place> = paging.0.cursor.map(|text| Cursor::decode(BINDING, &text)).transpose()?;
    let after = from.map_or(0, |Place(after, _)| after);
    let limit = usize::from(paging.0.limit.get());
    let mut rows = read(&app.gallery, after, limit + 1, &wanted, app.clock.now()).await?;
    // The rows bring it along. Without any it is asked after them: what is forgotten between the two questions is not missed.
    let (seq, floor) = match rows.first() {
        Some(row) => row.clock,
        None => clock(&app.gallery).await?,
    };
    // Whoever begins has nothing yet that would have to go.
    let Place(_, began) = from.unwrap_or(Place(0, floor));
    if !Place(after, began).leads_on(seq, floor) {
        return Err(Problem::of(Kind::CursorTooOld));
    }
    let all = rows.len();
    rows.truncate(limit);
    let size = |row: &Row| 200 + row.item.as_ref().map_or(0, |(_, body)| body.len());
    rows.truncate(pages::light(&req, rows.iter().map(size)));
    let more = rows.len() < all;
    let last = rows.last().map_or(after, |row| row.change.seq);
    let next = Cursor::encode(BINDING, &Place(last, began))?;
    if let Some(partner) = access::partner(&req) {
        publishing::has_read(&app.db, partner.organisation, last).await?;
    }

    let items: Vec<Vec<u8>> = rows.iter().map(Row::write).collect::<Result<_, _>>()?;
    let mut ready = Ready::new(json::page(&items, Some(&next))?, etag::JSON, Cache::Gallery);
    ready.content_language =
        languages::shared(rows.iter().filter_map(|row| Some(row.item.as_ref()?.0.as_str())));
    ready.link = more.then(|| next_link(req.uri(), &next));
    Ok(etag::answer(&req, ready))
}

/// The last number given, and the highest of a tombstone that is told no longer.
async fn clock(db: &PublicDb) -> Result<(i64, i64), Problem> {
    let mut sql = Sql::new(db);
    sql.push("SELECT c.seq, c.floor FROM gallery_clock c");
    let row = sql.one(db).await?;
    let row = row.ok_or_else(|| Problem::internal(anyhow::anyhow!("gallery_clock is empty")))?;
    Ok((row.get(0)?, row.get(1)?))
}

struct Row {
    /// What [`clock`] tells, at the moment when the page was read.
    clock: (i64, i64),
    change: Change,
    /// Language and document, unless it has gone.
    item: Option<(String, String)>,
}

impl Row {
    /// Reads the columns of [`read`].
    fn read(row: &sql::Row) -> Result<Self, Problem> {
        let shown: bool = row.get(5)?;
        let item = if shown { Some((row.get(8)?, row.get(9)?)) } else { None };
        let change = Change {
            seq: row.get(0)?,
            op: if shown { ChangeOp::Upsert } else { ChangeOp::Delete },
            kind: row.word(1)?,
            id: row.get(2)?,
            version: row.get(3)?,
            at: row.get(4)?,
            item: None,
        };
        let clock = (row.get(6)?, row.get(7)?);
        Ok(Self { clock, change, item })
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
    let columns = "d.seq, d.kind, d.id, d.version, d.updated_at, d.shown, \
        (SELECT c.seq FROM gallery_clock c) AS last, (SELECT c.floor FROM gallery_clock c) AS floor";
    languages::select(&mut sql, wanted, columns, &["language", "body"], |sql| {
        sql.push(
            "(SELECT d.seq, d.kind, d.id, d.version, d.updated_at, d.language, d.body, (d.in_feeds AND ",
        );
        // Switches are asked about below.
        sql.lasting(now).push(") AS shown FROM gallery_document d WHERE d.fed AND d.seq > ").bind(after);
        // What a switch hides gets another number before it is shown again: nobody misses it.
        sql.push(" AND ").unhidden();
        sql.push(" ORDER BY d.seq LIMIT ").number(limit).push(") d");
    });
    let mut rows = sql.all(db).await?.iter().map(Row::read).collect::<Result<Vec<_>, _>>()?;
    // What a database joins has no order of itself, and to sort it there it would copy the bodies.
    rows.sort_unstable_by_key(|row| row.change.seq);
    Ok(rows)
}
