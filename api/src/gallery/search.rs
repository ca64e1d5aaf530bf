//! Finding documents of all kinds by words.

use std::borrow::Cow;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use chrono::{DateTime, Utc};
use entity::gallery_document::DocumentKind;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;
use uuid::Uuid;

use super::excerpt::Fields;
use super::filters::{Filters, Way};
use super::json::{self, Object};
use super::params::{AboutFilters, DocumentKinds, Lang, ReadHeaders};
use super::plain::Label;
use super::shapes::{SearchPage, Unchanged};
use super::sql::{self, Sql};
use super::style::Style;
use super::words::{self, Where};
use super::{languages, pages};
use crate::app::App;
use crate::db::PublicDb;
use crate::http::Query;
use crate::http::etag;
use crate::http::language::Wanted;
use crate::http::page::{Cursor, Paging, next_link};
use crate::problem::Problem;
use crate::text::{query_words, snippet};

/// What is searched for.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Words {
    /// Words, of which the first ten count: all of them occur, each as the beginning of a word. Case and accents do not
    /// matter.
    #[param(min_length = 1, max_length = 200, pattern = r"^[^\x00-\x1f\x7f-\x9f]+$", example = "audit")]
    q: String,
}

/// Search the gallery
///
/// Documents of all kinds that have all of the words: first those that have them in their title, then the others, in both
/// cases the newest first. A query without any word finds nothing.
#[utoipa::path(
    tag = "gallery",
    operation_id = "gallery.search",
    params(Words, DocumentKinds, AboutFilters, Lang, Paging, ReadHeaders),
    responses((status = 200, description = "A page of hits; as text where `Accept` asks for it",
        content((SearchPage = "application/json"), (String = "text/plain"))), Unchanged, Problem)
)]
#[get("/v1/gallery/search")]
pub(super) async fn search(
    app: Data<App>,
    req: HttpRequest,
    (asked, kinds, about): (Query<Words>, Query<DocumentKinds>, Query<AboutFilters>),
    (lang, paging): (Query<Lang>, Query<Paging>),
) -> Result<HttpResponse, Problem> {
    let filters = Filters::of(kinds.0.kind).about(about.0)?.with_words(Some(&asked.0.q));
    let wanted = languages::wanted(&req, lang.0.lang.as_ref())?;
    let binding = serde_json::to_string(&("search", &filters)).map_err(Problem::internal)?;
    let after: Option<Key> = paging.0.cursor.map(|text| Cursor::decode(&binding, &text)).transpose()?;
    let limit = usize::from(paging.0.limit.get());
    let mut hits = find(&app.gallery, &filters, after, limit + 1, &wanted, app.clock.now()).await?;
    let all = hits.len();
    hits.truncate(limit);
    let style = Style::of(&app, &req, &wanted, &Fields::default()).brief();
    hits.truncate(pages::light(&req, hits.iter().map(Hit::size)));
    let next =
        hits.last().filter(|_| hits.len() < all).map(|hit| Cursor::encode(&binding, &hit.key)).transpose()?;

    // In the order in which they were asked for: the snippet begins with the first that is found.
    let words = query_words(&asked.0.q);
    let body = if style.is_text() {
        let texts: Vec<String> = hits.iter().map(|hit| hit.tell(&style, &words)).collect::<Result<_, _>>()?;
        style.page(&texts, req.uri(), next.as_deref()).into_bytes()
    } else {
        let items: Vec<Vec<u8>> = hits.iter().map(|hit| hit.write(&words)).collect::<Result<_, _>>()?;
        json::page(&items, next.as_deref())?
    };
    let mut ready = style.ready(body, hits.iter().map(|hit| hit.language.as_str()));
    ready.link = next.map(|cursor| next_link(req.uri(), &cursor));
    Ok(etag::answer(&req, ready))
}

/// A hit's place: whether the words are in its title, then its time and id.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Key(bool, DateTime<Utc>, Uuid);

struct Hit {
    key: Key,
    kind: DocumentKind,
    language: String,
    label: String,
    body: String,
}

impl Hit {
    /// Reads the columns of [`tier`].
    fn read(row: &sql::Row, in_title: bool) -> Result<Self, Problem> {
        Ok(Self {
            key: Key(in_title, row.get(2)?, row.get(0)?),
            kind: row.word(1)?,
            language: row.get(3)?,
            label: row.get(4)?,
            body: row.get(5)?,
        })
    }

    /// Bytes, about.
    fn size(&self) -> usize {
        self.body.len() + self.label.len() + 600
    }

    /// As text: the document in short, and what was found of it.
    fn tell(&self, style: &Style<'_>, words: &[String]) -> Result<String, Problem> {
        let mut lines = style.lines();
        lines.line(Label::Found, &self.snippet(words)?);
        Ok(style.document(self.body.clone())? + &lines.finish())
    }

    fn snippet(&self, words: &[String]) -> Result<String, Problem> {
        let own: OwnText<'_> = serde_json::from_str(&self.body).map_err(Problem::internal)?;
        Ok(snippet(&own.text(&self.label), words))
    }

    fn write(&self, words: &[String]) -> Result<Vec<u8>, Problem> {
        let hit = Object::with_capacity(self.size())
            .member("kind", &self.kind)?
            .member("id", &self.key.2)?
            .member("title", &self.label)?
            .member("snippet", &self.snippet(words)?)?
            .ready("item", &self.body);
        Ok(hit.finish())
    }
}

/// What a document says in its own words.
#[derive(Deserialize)]
struct OwnText<'a> {
    #[serde(borrow, default)]
    text: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    summary: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    description: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    questions: Vec<Cow<'a, str>>,
}

impl OwnText<'_> {
    fn text(&self, label: &str) -> String {
        let texts = [&self.text, &self.summary, &self.description].into_iter().flatten();
        let texts: Vec<&str> = texts.chain(&self.questions).map(AsRef::as_ref).collect();
        if texts.is_empty() { label.to_owned() } else { texts.join(" ") }
    }
}

/// Hits in order, from a place on, at most `limit`: those with all words in the title, and if they do not fill the page,
/// the others.
async fn find(
    db: &PublicDb,
    filters: &Filters,
    after: Option<Key>,
    limit: usize,
    wanted: &Wanted,
    now: DateTime<Utc>,
) -> Result<Vec<Hit>, Problem> {
    if filters.words().is_empty() {
        return Ok(Vec::new());
    }
    let mut hits = Vec::new();
    for in_title in [true, false] {
        let after = match after {
            Some(Key(place, ..)) if in_title && !place => continue,
            Some(Key(place, at, id)) if place == in_title => Some((at, id)),
            _ => None,
        };
        let wanting = limit - hits.len();
        if wanting > 0 {
            let rows = tier(db, filters, in_title, after, wanting, wanted, now).await?;
            hits.extend(rows.iter().map(|row| Hit::read(row, in_title)).collect::<Result<Vec<_>, _>>()?);
        }
    }
    Ok(hits)
}

async fn tier(
    db: &PublicDb,
    filters: &Filters,
    in_title: bool,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: usize,
    wanted: &Wanted,
    now: DateTime<Utc>,
) -> Result<Vec<sql::Row>, Problem> {
    let mut sql = Sql::new(db);
    let picked = ["language", "label", "body"];
    languages::select(&mut sql, wanted, "d.id, d.kind, d.sort_at", &picked, |sql| {
        // Sorted without their bodies, which are fetched for this page only.
        sql.push("(SELECT d.id FROM gallery_document d WHERE ");
        filters.condition_but_words(sql, now, Way::Gather);
        sql.push(" AND ");
        words::condition(sql, filters.words(), if in_title { Where::InTitle } else { Where::BesideTitle });
        if let Some((at, id)) = after {
            sql.push(" AND (d.sort_at, d.id) < (").bind(at).push(", ").bind(id).push(")");
        }
        sql.push(" ORDER BY d.sort_at DESC, d.id DESC LIMIT ").number(limit);
        sql.push(") p JOIN gallery_document d ON d.id = p.id");
    });
    sql.push(" ORDER BY d.sort_at DESC, d.id DESC");
    Ok(sql.all(db).await?)
}
