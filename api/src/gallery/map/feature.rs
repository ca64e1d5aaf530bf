//! What is on the map: features of GeoJSON (RFC 7946 §3).

use entity::gallery_document::DocumentKind;
use sea_orm::DbErr;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::gallery::counts::KindCounts;
use crate::gallery::sql::Row;
use crate::reference::Point;

/// The columns of `d` that a document's feature is made of, next to its language and label. The precision is among the
/// first members of a document, before any free text. They come first of all.
pub const COLUMNS: &str =
    "d.id, d.kind, d.subkind, d.country, d.lat, d.lon, substr(d.body, 1, 200) AS beginning";
/// How many they are: the place of what comes next.
pub const WIDTH: usize = 7;

/// What was found, and the language that all of it shares.
pub struct Found {
    /// The features.
    pub features: Vec<MapFeature>,
    /// For `Content-Language`.
    pub language: Option<String>,
}

/// A FeatureCollection of clusters and documents.
#[derive(Serialize, ToSchema)]
pub struct MapFeatures {
    /// Always `FeatureCollection`.
    pub r#type: MapFeaturesType,
    /// The features.
    pub features: Vec<MapFeature>,
}

/// The one word `FeatureCollection`.
#[derive(Serialize, ToSchema)]
pub enum MapFeaturesType {
    /// A collection.
    FeatureCollection,
}

/// Something on the map.
#[derive(Serialize, ToSchema)]
pub struct MapFeature {
    /// Always `Feature`.
    pub r#type: MapFeatureType,
    /// The document's id, or a name of the cluster.
    #[schema(example = "SS")]
    pub id: String,
    /// Where.
    pub geometry: MapPoint,
    /// What.
    pub properties: MapProperties,
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

/// What a feature is.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum MapProperties {
    /// Several documents.
    Cluster(MapCluster),
    /// One document.
    Document(MapDocument),
}

/// Several documents.
#[derive(Serialize, ToSchema)]
pub struct MapCluster {
    /// Always true.
    #[schema(example = true)]
    pub cluster: bool,
    /// The country, if the cluster is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "SS")]
    pub country: Option<&'static str>,
    /// The country's name in the language asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "South Sudan")]
    pub name: Option<&'static str>,
    /// How many documents.
    #[schema(minimum = 1)]
    pub count: i64,
    /// Documents by kind.
    pub counts: KindCounts,
}

/// One document.
#[derive(Serialize, ToSchema)]
pub struct MapDocument {
    /// Always false.
    #[schema(example = false)]
    pub cluster: bool,
    /// Its kind.
    pub kind: DocumentKind,
    /// What it is within its kind, such as `dialogue`; null where there are no such kinds.
    #[schema(required = true, example = "dialogue")]
    pub subkind: Option<String>,
    /// Its title, or the beginning of its words.
    pub title: String,
    /// Its country; null if there is none or it is hidden.
    #[schema(required = true, example = "SS")]
    pub country: Option<String>,
    /// How fine its place is: `exact`, `locality`, `region` or `country`.
    #[schema(required = true, example = "locality")]
    pub precision: Option<String>,
}

impl MapFeature {
    /// A cluster at a point.
    pub fn cluster(id: String, at: Point, cluster: MapCluster) -> Self {
        Self::new(id, at, MapProperties::Cluster(cluster))
    }

    /// A document, from its label and a row with [`COLUMNS`].
    ///
    /// # Errors
    /// The database's.
    pub fn document(row: &Row, title: String) -> Result<Self, DbErr> {
        let beginning: &str = row.get(6)?;
        let document = MapDocument {
            cluster: false,
            kind: row.word(1)?,
            subkind: row.get(2)?,
            title,
            country: row.get(3)?,
            precision: precision(beginning).map(str::to_owned),
        };
        let id: Uuid = row.get(0)?;
        Ok(Self::new(id.to_string(), point(row)?, MapProperties::Document(document)))
    }

    fn new(id: String, at: Point, properties: MapProperties) -> Self {
        let geometry = MapPoint { r#type: MapPointType::Point, coordinates: [at.lon, at.lat] };
        Self { r#type: MapFeatureType::Feature, id, geometry, properties }
    }
}

/// The public point of a row with [`COLUMNS`].
///
/// # Errors
/// The database's.
pub fn point(row: &Row) -> Result<Point, DbErr> {
    Ok(Point { lat: row.get(4)?, lon: row.get(5)? })
}

/// The precision of the place, the first of that name in a document.
fn precision(beginning: &str) -> Option<&str> {
    let (_, rest) = beginning.split_once("\"precision\":\"")?;
    rest.split_once('"').map(|(precision, _)| precision)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_precision_is_read_from_the_beginning_of_a_document() {
        let beginning = r#"{"type":"event","kind":"dialogue","id":"0198","country":"SS","place":{"precision":"locality","name":"Y"#;
        assert_eq!(precision(beginning), Some("locality"));
        assert_eq!(precision("{}"), None);
    }
}
