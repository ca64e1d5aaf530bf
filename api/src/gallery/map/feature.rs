//! What is on the map: features of GeoJSON (RFC 7946 §3). Those of documents come finished from the door.

use crate::gallery::shapes::MapCluster;
use crate::problem::Problem;
use crate::publishing::feature::Feature;
use crate::reference::Point;

/// What was found, and the language that all of it shares.
pub struct Found {
    /// The features, as JSON.
    pub features: Vec<String>,
    /// For `Content-Language`.
    pub language: Option<String>,
}

/// The feature of a cluster at a point.
///
/// # Errors
/// 500 if it cannot be written.
pub fn cluster(id: String, at: Point, cluster: MapCluster) -> Result<String, Problem> {
    serde_json::to_string(&Feature::new(id, at, cluster)).map_err(Problem::internal)
}
