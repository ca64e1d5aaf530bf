//! The gallery country by country.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use chrono::{DateTime, Utc};
use entity::gallery_document::DocumentKind;
use serde::Deserialize;
use utoipa::IntoParams;

use super::counts::{self, KindCounts};
use super::excerpt::Fields;
use super::json::Object;
use super::languages;
use super::pages::{self, Key};
use super::params::{Lang, ReadHeaders};
use super::plain::Label;
use super::shapes::{ExcerptCountry, GalleryCountry, GalleryCountryDetail, GalleryCountryPage, Unchanged};
use super::sql::{self, Sql};
use super::style::Style;
use crate::app::App;
use crate::db::PublicDb;
use crate::http::Query;
use crate::http::etag;
use crate::http::language::Wanted;
use crate::problem::Problem;
use crate::publishing::collection;
use crate::reference;

/// How many documents of each kind are on a country's page.
const SECTION: usize = 25;
/// How many of each kind are read at first: more are rarely light together.
const FIRST: usize = 8;

/// List the gallery's countries
///
/// Every country that has something in the gallery, by code, with its name, its one point on the map and how much it has.
/// All in one page.
#[utoipa::path(
    tag = "gallery",
    operation_id = "gallery.countries.list",
    params(Lang, ReadHeaders),
    responses((status = 200, description = "The countries; as text where `Accept` asks for it",
        content((GalleryCountryPage = "application/json"), (String = "text/plain"))), Unchanged, Problem)
)]
#[get("/v1/gallery/countries")]
pub(super) async fn list(
    app: Data<App>,
    req: HttpRequest,
    lang: Query<Lang>,
) -> Result<HttpResponse, Problem> {
    let style = Style::of(&app, &req, &languages::wanted(&req, lang.0.lang.as_ref())?, &Fields::default());
    let counts = counts::by_country(&app.gallery, None, app.clock.now()).await?;
    let countries = entries(&counts, style.language);
    let body = if style.is_text() {
        let mut lines = style.lines();
        lines.line(Label::Countries, &countries.len().to_string());
        lines.countries(&app, &countries);
        lines.finish().into_bytes()
    } else {
        Object::default().member("items", &countries)?.ready("next_cursor", "null").finish()
    };
    Ok(etag::answer(&req, style.ready(body, [style.language].into_iter())))
}

/// The countries that have something, with their names in a language.
pub(super) fn entries(counts: &BTreeMap<String, KindCounts>, language: &str) -> Vec<GalleryCountry> {
    let entry = |(code, &counts): (&String, &KindCounts)| {
        let country = reference::country(code)?;
        Some(GalleryCountry {
            code: &country.code,
            name: country.name(language),
            point: country.point,
            counts,
        })
    };
    counts.iter().filter_map(entry).collect()
}

/// Which country.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct CountryPath {
    /// The two-letter code (ISO 3166-1 alpha-2), in capitals.
    #[param(pattern = "^[A-Z]{2}$", example = "SS")]
    pub code: String,
}

/// Get a country's page
///
/// The newest documents of each kind, at most 25 and as many as keep the page below 50 KB, and the addresses of the lists that have
/// all of them. A country that has nothing
/// yet has an empty page.
#[utoipa::path(
    tag = "gallery",
    operation_id = "gallery.countries.get",
    params(CountryPath, Lang, Fields, ReadHeaders),
    responses((status = 200, description = "The country's page; with `fields`, excerpts; as text where `Accept` asks for it",
        content((GalleryCountryDetail = "application/json"), (ExcerptCountry = "application/vnd.solidarity.excerpt+json"),
            (String = "text/plain"))), Unchanged, Problem)
)]
#[get("/v1/gallery/countries/{code}")]
pub(super) async fn page(
    app: Data<App>,
    req: HttpRequest,
    path: Path<CountryPath>,
    (lang, fields): (Query<Lang>, Query<Fields>),
) -> Result<HttpResponse, Problem> {
    let country = reference::country(&path.code).ok_or_else(|| Problem::not_found("country"))?;
    let (wanted, now) = (languages::wanted(&req, lang.0.lang.as_ref())?, app.clock.now());
    let style = Style::of(&app, &req, &wanted, &fields.0).brief();
    let counts = counts::by_country(&app.gallery, Some(&country.code), now).await?;
    let counts = counts.get(&country.code).copied().unwrap_or_default();
    let shown = async |each: usize| {
        let mut rows = newest(&app.gallery, &country.code, each, &wanted, now).await?;
        for row in &mut rows {
            row.body = style.document(std::mem::take(&mut row.body))?;
        }
        Ok::<_, Problem>(rows)
    };
    let mut rows = shown(FIRST).await?;
    if light(&rows) >= FIRST && DocumentKind::ALL.iter().any(|kind| of_kind(&rows, *kind).count() == FIRST) {
        rows = shown(SECTION).await?;
    }
    let each = light(&rows);
    let languages = rows.iter().map(|row| row.language.as_str()).chain([style.language]);
    if style.is_text() {
        let mut lines = style.lines();
        lines.country(&country.code, country.name(style.language));
        lines.counts(counts);
        if rows.is_empty() {
            lines.nothing_yet();
        }
        for &kind in DocumentKind::ALL {
            of_kind(&rows, kind).take(each).for_each(|row| lines.block(&row.body));
        }
        lines.lists(&app, &country.code, counts);
        return Ok(etag::answer(&req, style.ready(lines.finish(), languages)));
    }

    let mut links = BTreeMap::from([("self", format!("/v1/gallery/countries/{}", country.code))]);
    let mut body = Object::with_capacity(rows.iter().map(|row| row.body.len() + 1).sum::<usize>() + 1000)
        .member("code", &country.code)?
        .member("name", country.name(style.language))?
        .member("point", &country.point)?
        .member("counts", &counts)?;
    for &kind in DocumentKind::ALL {
        let section = collection(kind);
        body = body.ready_list(section, of_kind(&rows, kind).take(each).map(|row| &row.body));
        links.insert(section, format!("/v1/gallery/{section}?country={}", country.code));
    }
    Ok(etag::answer(&req, style.ready(body.member("links", &links)?.finish(), languages)))
}

/// How many of each kind are light together; one at least.
fn light(rows: &[Row]) -> usize {
    let bytes = |each: usize, kind: DocumentKind| {
        of_kind(rows, kind).take(each).map(|row| row.body.len()).sum::<usize>()
    };
    let all = |each: usize| DocumentKind::ALL.iter().map(|kind| bytes(each, *kind)).sum::<usize>();
    (1..=SECTION).rev().find(|each| all(*each) <= pages::LIGHT).unwrap_or(1)
}

fn of_kind(rows: &[Row], kind: DocumentKind) -> impl Iterator<Item = &Row> {
    rows.iter().filter(move |row| row.kind == kind)
}

struct Row {
    kind: DocumentKind,
    key: Key,
    language: String,
    body: String,
}

/// The newest of each kind, at most `each`: five ranges of one index, in one question.
async fn newest(
    db: &PublicDb,
    country: &str,
    each: usize,
    wanted: &Wanted,
    now: DateTime<Utc>,
) -> Result<Vec<Row>, Problem> {
    let mut sql = Sql::new(db);
    languages::select(&mut sql, wanted, "d.kind, d.sort_at, d.id", &["language", "body"], |sql| {
        for (place, kind) in DocumentKind::ALL.iter().enumerate() {
            sql.push(if place == 0 { "(" } else { " UNION ALL " });
            sql.push("SELECT * FROM (SELECT d.id, d.kind, d.sort_at, d.language, d.body FROM gallery_document d WHERE ");
            sql.push("d.country = ").bind(country).push(&format!(" AND d.kind = '{kind}' AND "));
            sql.listed(now).push(" ORDER BY d.sort_at DESC, d.id DESC LIMIT ").number(each);
            sql.push(&format!(") s{place}"));
        }
        sql.push(") d");
    });
    let read = |row: &sql::Row| {
        Ok::<_, Problem>(Row {
            kind: row.word(0)?,
            key: Key(row.get(1)?, row.get(2)?),
            language: row.get(3)?,
            body: row.get(4)?,
        })
    };
    let mut rows = sql.all(db).await?.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    rows.sort_unstable_by_key(|row| Reverse(row.key));
    Ok(rows)
}
