//! The lists once more, as feeds that others subscribe to: what may be in feeds, the last changed first.
//!
//! An unfiltered feed also says what has gone. A filtered one does not: a tombstone has no country and no theme, and whoever asked
//! for some would learn of what may be elsewhere.

pub mod api;
mod atom;

use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use entity::gallery_document::DocumentKind;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use self::atom::Feed;
use super::filters::Filters;
use super::pages::{self, Key};
use super::params::ListOrder;
use super::reading::Document;
use super::sql::{self, Sql};
use super::{languages, params};
use crate::app::App;
use crate::http::etag::{self, Cache, Ready};
use crate::http::page::{Cursor, Paging, next_address};
use crate::problem::Problem;

/// What has gone, in one page at most.
const GONE: usize = 500;
/// Who publishes, where it is not known how this server is reached.
const NOBODY: &str = "Solidarity";

/// Answers with a page of a feed.
async fn answer(
    app: &App,
    req: &HttpRequest,
    filters: Filters,
    lang: &params::Lang,
    paging: Paging,
) -> Result<HttpResponse, Problem> {
    let wanted = languages::wanted(req, lang.lang.as_ref())?;
    let all = filters.are_nothing_but_kinds();
    let kinds = if filters.kinds.is_empty() { DocumentKind::ALL.to_vec() } else { filters.kinds.clone() };
    let filters = filters.for_feeds();
    let binding = serde_json::to_string(&("atom", &filters)).map_err(Problem::internal)?;
    let after: Option<Key> = paging.cursor.map(|text| Cursor::decode(&binding, &text)).transpose()?;
    let limit = usize::from(paging.limit.get());
    let order = ListOrder::LastChangedFirst;
    let mut rows =
        pages::read(&app.gallery, &filters, order, after, limit + 1, &wanted, app.clock.now()).await?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().filter(|_| more).map(|row| row.key);
    let next = last.map(|key| Cursor::encode(&binding, &key)).transpose()?;
    let gone = match all {
        true => gone(app, &kinds, after.map(|key| key.0), last.map(|key| key.0)).await?,
        false => Vec::new(),
    };

    let language = languages::for_names(&wanted);
    let whole = |path: String| app.address_of(&path).unwrap_or(path);
    let author = app.public_url.as_ref().and_then(|url| url.host_str()).unwrap_or(NOBODY);
    let address = req.uri().path_and_query().map_or(req.path(), |path| path.as_str());
    let feed = Feed {
        id: id(author, &binding),
        title: title(&kinds, language),
        language,
        author,
        this: whole(address.to_owned()),
        next: next.map(|cursor| whole(next_address(req.uri(), &cursor))),
        entries: rows.iter().map(|row| Document::read(&row.body)).collect::<Result<_, _>>()?,
        gone,
    };
    let mut ready = Ready::new(feed.write(app), etag::ATOM, Cache::Gallery);
    ready.content_language =
        languages::shared(rows.iter().map(|row| row.language.as_str()).chain([language]));
    Ok(etag::answer(req, ready))
}

/// What was in feeds and has gone since, from one change of a feed to another.
async fn gone(
    app: &App,
    kinds: &[DocumentKind],
    before: Option<DateTime<Utc>>,
    from: Option<DateTime<Utc>>,
) -> Result<Vec<(Uuid, DateTime<Utc>)>, Problem> {
    let mut sql = Sql::new(&app.gallery);
    sql.push("SELECT d.id, d.updated_at FROM gallery_document d WHERE ");
    // The condition of an index, word for word.
    sql.push("d.fed AND (d.withdrawn_at IS NOT NULL OR NOT d.in_feeds)");
    let kinds: Vec<String> = kinds.iter().map(|kind| format!("'{kind}'")).collect();
    sql.push(&format!(" AND d.kind IN ({}) AND ", kinds.join(", "))).unhidden();
    if let Some(before) = before {
        sql.push(" AND d.updated_at < ").bind(before);
    }
    if let Some(from) = from {
        sql.push(" AND d.updated_at >= ").bind(from);
    }
    sql.push(" ORDER BY d.updated_at DESC, d.id DESC LIMIT ").number(GONE);
    let read = |row: &sql::Row| Ok((row.get(0)?, row.get(1)?));
    sql.all(&app.gallery).await?.iter().map(read).collect()
}

/// The same for the same question to the same server.
fn id(author: &str, binding: &str) -> Uuid {
    let hash = Sha256::new().chain_update(author).chain_update([0]).chain_update(binding).finalize();
    uuid::Builder::from_custom_bytes(std::array::from_fn(|at| hash[at])).into_uuid()
}

/// What the feed is called.
fn title(kinds: &[DocumentKind], language: &str) -> &'static str {
    let [initiatives, events, quotes, outcomes, stories] = super::words_for::kinds(language);
    match kinds {
        [DocumentKind::Initiative] => initiatives,
        [DocumentKind::Event] => events,
        [DocumentKind::Quote] => quotes,
        [DocumentKind::Outcome] => outcomes,
        [DocumentKind::Story] => stories,
        _ => super::words_for::news(language),
    }
}
