//! A country as one file, for those who are without a line most of the time. Such a copy stays where it was carried to, so it has
//! what may be in feeds.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use entity::gallery_document::DocumentKind;
use serde::Serialize;

use super::countries::CountryPath;
use super::filters::Filters;
use super::params::{Lang, ListOrder, ReadHeaders};
use super::shapes::Unchanged;
use super::{languages, pages};
use crate::app::App;
use crate::http::Query;
use crate::http::etag::{self, Cache, Ready};
use crate::problem::Problem;
use crate::reference::{self, Point};

/// Documents of each kind in one file at most.
const MOST: usize = 1000;

/// The first line of a pack.
#[derive(Serialize)]
struct Head<'a> {
    r#type: &'static str,
    version: u8,
    country: &'a str,
    name: &'a str,
    point: Point,
    documents: usize,
    /// Whether all there is of the country is in it.
    complete: bool,
}

/// Get a country as one file
///
/// All that is public of a country and may be carried away as feeds may, to be read without a line: NDJSON, first a line of `type` `pack`
/// (`country`, `name`, `point`, `documents`, `complete`), then a document a line, as the lists have them, kind by kind, the newest first.
/// Of more than 1,000 documents of a kind the newest are in it, and `complete` is false. Ask again with `If-None-Match`, and put the newer file in place of
/// the older one: what was withdrawn is not in it.
#[utoipa::path(
    tag = "gallery",
    operation_id = "gallery.countries.pack",
    params(CountryPath, Lang, ReadHeaders),
    responses((status = 200, description = "The file", content_type = "application/x-ndjson", body = String), Unchanged, Problem)
)]
#[get("/v1/gallery/countries/{code}/pack")]
pub(super) async fn pack(
    app: Data<App>,
    req: HttpRequest,
    path: Path<CountryPath>,
    lang: Query<Lang>,
) -> Result<HttpResponse, Problem> {
    let country = reference::country(&path.code).ok_or_else(|| Problem::not_found("country"))?;
    let (wanted, now) = (languages::wanted(&req, lang.0.lang.as_ref())?, app.clock.now());
    let (mut rows, mut complete) = (Vec::new(), true);
    for &kind in DocumentKind::ALL {
        let filters = Filters::of([kind]).in_country(&country.code).for_feeds();
        let order = ListOrder::NewestFirst;
        let mut of_kind = pages::read(&app.gallery, &filters, order, None, MOST + 1, &wanted, now).await?;
        complete &= of_kind.len() <= MOST;
        of_kind.truncate(MOST);
        rows.extend(of_kind);
    }
    let names = languages::for_names(&wanted);
    let head = Head {
        r#type: "pack",
        version: 1,
        country: &country.code,
        name: country.name(names),
        point: country.point,
        documents: rows.len(),
        complete,
    };
    let mut file = serde_json::to_vec(&head).map_err(Problem::internal)?;
    file.reserve(rows.iter().map(|row| row.body.len() + 1).sum::<usize>() + 1);
    file.push(b'\n');
    for row in &rows {
        file.extend_from_slice(row.body.as_bytes());
        file.push(b'\n');
    }
    let mut ready = Ready::new(file, etag::NDJSON, Cache::Gallery);
    ready.content_language = languages::shared(rows.iter().map(|row| row.language.as_str()).chain([names]));
    Ok(etag::answer(&req, ready))
}
