//! Documents on the map: features of GeoJSON (RFC 7946 §3.2), finished like the documents themselves.

use ::entity::gallery_document::DocumentKind;
use ::entity::kinds::Precision;
use sea_orm::DbErr;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::render::Rendered;
use crate::reference::Point;

/// Something on the map.
#[derive(Serialize)]
pub struct Feature<P> {
    r#type: MapFeatureType,
    id: String,
    geometry: MapPoint,
    properties: P,
}

/// The one word `Feature`.
#[derive(Serialize, ToSchema)]
pub enum MapFeatureType {
    /// A feature.
    Feature,
}

/// A point of GeoJSON.
#[derive(Serialize, ToSchema)]
pub struct MapPoint {
    /// Always `Point`.
    pub r#type: MapPointType,
    /// Longitude and latitude, in this order.
    #[schema(example = json!([30.65, 4.05]))]
    pub coordinates: [f64; 2],
}

/// The one word `Point`.
#[derive(Serialize, ToSchema)]
pub enum MapPointType {
    /// A point.
    Point,
}

/// One document.
#[derive(Serialize, ToSchema)]
pub struct MapDocument<'a> {
    /// Always false.
    #[schema(example = false)]
    pub cluster: bool,
    /// Its kind.
    pub kind: DocumentKind,
    /// What it is within its kind, such as `dialogue`; null where there are no such kinds.
    #[schema(required = true, example = "dialogue")]
    pub subkind: Option<&'a str>,
    /// Its title, or the beginning of its words.
    pub title: &'a str,
    /// Its country; null if there is none or it is hidden.
    #[schema(required = true, example = "SS")]
    pub country: Option<&'a str>,
    /// How fine its place is: `exact`, `locality`, `region` or `country`.
    #[schema(required = true, value_type = Option<String>, example = "locality")]
    pub precision: Precision,
}

impl<P: Serialize> Feature<P> {
    /// Something at a point.
    pub fn new(id: String, at: Point, properties: P) -> Self {
        let geometry = MapPoint { r#type: MapPointType::Point, coordinates: [at.lon, at.lat] };
        Self { r#type: MapFeatureType::Feature, id, geometry, properties }
    }
}

/// The finished feature of a document under one of its labels; blank if it has no public point. Features of documents sort as
/// texts in the order of their ids.
pub(super) fn of(kind: DocumentKind, id: Uuid, rendered: &Rendered, label: &str) -> Result<String, DbErr> {
    let Some(at) = rendered.place.point else { return Ok(String::new()) };
    let document = MapDocument {
        cluster: false,
        kind,
        subkind: rendered.subkind,
        title: label,
        country: rendered.country.as_deref(),
        precision: rendered.place.precision,
    };
    serde_json::to_string(&Feature::new(id.to_string(), at, document)).map_err(|e| DbErr::Json(e.to_string()))
}
