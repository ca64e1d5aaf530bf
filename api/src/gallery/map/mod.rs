//! The gallery on a map, as GeoJSON (RFC 7946): a cluster per country from far, a grid of clusters from nearer, documents
//! from near. Only public points are ever touched, so no zoom shows more than the documents themselves.

mod far;
mod feature;
mod grid;
mod near;
mod zoom;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use serde::Deserialize;
use utoipa::IntoParams;

use self::zoom::{Level, Zoom};
use super::filters::Filters;
use super::json::Object;
use super::languages;
use super::params::{AboutFilters, BoxFilter, DocumentKinds, Lang, ReadHeaders};
use super::shapes::{MapFeatures, MapFeaturesType, Unchanged};
use crate::app::App;
use crate::http::Query;
use crate::http::etag::{self, Cache, Ready};
use crate::problem::Problem;

/// `Content-Type` of GeoJSON (RFC 7946 §12).
const GEO_JSON: &str = "application/geo+json";

/// How near the map is, and what is searched on it.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct MapQuestion {
    /// The zoom of a web map, where 0 shows the world in one tile; without it, that which fits the box.
    #[param(nullable = false, inline)]
    zoom: Option<Zoom>,
    /// Words, of which the first ten count: all of them occur, each as the beginning of a word.
    #[param(
        nullable = false,
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]+$",
        example = "audit"
    )]
    q: Option<String>,
}

/// Get the map
///
/// Up to zoom 4 one cluster per country, at the country's own point. From 5 to 8 a grid: where a cell has several
/// documents, a cluster at the public point of one of them, else the document. From 9 on documents, as long as they are at
/// most 500. Documents without a public point are not on the map.
#[utoipa::path(
    tag = "gallery",
    operation_id = "gallery.map",
    params(BoxFilter, MapQuestion, DocumentKinds, AboutFilters, Lang, ReadHeaders),
    responses(
        (status = 200, description = "Clusters and documents", content_type = "application/geo+json", body = MapFeatures),
        Unchanged,
        Problem
    )
)]
#[get("/v1/gallery/map")]
pub(super) async fn map(
    app: Data<App>,
    req: HttpRequest,
    (bbox, asked, kinds): (Query<BoxFilter>, Query<MapQuestion>, Query<DocumentKinds>),
    (about, lang): (Query<AboutFilters>, Query<Lang>),
) -> Result<HttpResponse, Problem> {
    let filters = Filters::of(kinds.0.kind).about(about.0)?.within(bbox.0)?.with_words(asked.0.q.as_deref());
    let (wanted, now) = (languages::wanted(&req, lang.0.lang.as_ref())?, app.clock.now());
    let zoom = asked.0.zoom.unwrap_or_else(|| Zoom::fitting(filters.bbox()));
    let db = &app.gallery;
    let found = match zoom.level() {
        Level::Far => far::clusters(db, &filters, languages::for_names(&wanted), now).await?,
        Level::Middle => grid::cells(db, &filters, zoom, &wanted, now).await?,
        Level::Near => match near::documents(db, &filters, &wanted, now).await? {
            Some(found) => found,
            None => grid::cells(db, &filters, zoom, &wanted, now).await?,
        },
    };
    let bytes = found.features.iter().map(|feature| feature.len() + 1).sum::<usize>() + 100;
    let collection = Object::with_capacity(bytes)
        .member("type", &MapFeaturesType::FeatureCollection)?
        .ready_list("features", &found.features);
    let mut ready = Ready::new(collection.finish(), GEO_JSON, Cache::Gallery);
    ready.content_language = found.language;
    Ok(etag::answer(&req, ready))
}
