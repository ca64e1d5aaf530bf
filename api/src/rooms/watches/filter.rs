//! Which documents are watched: what callers say of it, and what follows for letters and webhooks alike.

use ::entity::watch::{WatchFilter, WatchedCountry, WatchedKind};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::json::fault;
use crate::http::patch::clearable;
use crate::problem::{Fault, Problem};
use crate::reference;

/// An edit of a filter: what is left out stays, `null` lets everything through.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WatchFilterPatch {
    /// Countries.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(max_items = 60, value_type = Option<Vec<WatchedCountry>>)]
    pub countries: Option<Option<Vec<WatchedCountry>>>,
    /// Themes.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(max_items = 20, value_type = Option<Vec<Uuid>>)]
    pub themes: Option<Option<Vec<Uuid>>>,
    /// `[minLon, minLat, maxLon, maxLat]` in degrees (WGS 84).
    #[serde(default, deserialize_with = "clearable")]
    #[schema(min_items = 4, max_items = 4, value_type = Option<Vec<f64>>)]
    pub bbox: Option<Option<Vec<f64>>>,
    /// Kinds of documents.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(max_items = 5, value_type = Option<Vec<WatchedKind>>)]
    pub kinds: Option<Option<Vec<WatchedKind>>>,
}

impl WatchFilterPatch {
    /// The filter after the edit.
    pub fn applied_to(self, filter: WatchFilter) -> WatchFilter {
        let Self { countries, themes, bbox, kinds } = self;
        WatchFilter {
            countries: countries.map_or(filter.countries, Option::unwrap_or_default),
            themes: themes.map_or(filter.themes, Option::unwrap_or_default),
            bbox: bbox.unwrap_or(filter.bbox),
            kinds: kinds.map_or(filter.kinds, Option::unwrap_or_default),
        }
    }
}

/// A filter each of whose values stands in it once, in order. `at` points to it in the body.
///
/// # Errors
/// 422 for a country that is none, and for what is no box.
pub fn checked(mut filter: WatchFilter, at: &str) -> Result<WatchFilter, Problem> {
    let mut faults = Vec::new();
    for (place, country) in filter.countries.iter().enumerate() {
        if reference::country(&country.0).is_none() {
            let pointer = format!("{at}/countries/{place}");
            faults.push(fault(&pointer, "unknown_reference", "is no country of ISO 3166-1"));
        }
    }
    faults.extend(filter.bbox.as_ref().and_then(|bbox| of_box(bbox, &format!("{at}/bbox"))));
    if !faults.is_empty() {
        return Err(Problem::invalid_body(faults));
    }
    filter.countries.sort_unstable();
    filter.countries.dedup();
    filter.themes.sort_unstable();
    filter.themes.dedup();
    filter.kinds.sort_unstable();
    filter.kinds.dedup();
    Ok(filter)
}

fn of_box(bbox: &[f64], at: &str) -> Option<Fault> {
    let &[west, south, east, north] = bbox else {
        return Some(fault(at, "invalid_format", "has four values"));
    };
    let is_on_the_globe = [west, east].iter().all(|degree| (-180.0..=180.0).contains(degree))
        && [south, north].iter().all(|degree| (-90.0..=90.0).contains(degree));
    if !is_on_the_globe {
        return Some(fault(at, "out_of_range", "has longitudes up to 180 degrees and latitudes up to 90"));
    }
    (south > north)
        .then(|| fault(at, "out_of_order", "has its second value, minLat, below its fourth, maxLat"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(countries: &[&str], bbox: &[f64]) -> Option<&'static str> {
        let countries = countries.iter().map(|code| WatchedCountry((*code).to_owned())).collect();
        let bbox = (!bbox.is_empty()).then(|| bbox.to_vec());
        let refused = checked(WatchFilter { countries, bbox, ..WatchFilter::default() }, "").err()?;
        Some(refused.faults()[0].code)
    }

    #[test]
    fn countries_are_known_and_boxes_lie_on_the_globe() {
        assert_eq!(code(&["SS", "KE"], &[177.0, -20.0, -178.0, -15.0]), None);
        assert_eq!(code(&["XX"], &[]), Some("unknown_reference"));
        assert_eq!(code(&[], &[0.0, 0.0, 181.0, 1.0]), Some("out_of_range"));
        assert_eq!(code(&[], &[0.0, 0.0, 1.0, 91.0]), Some("out_of_range"));
        assert_eq!(code(&[], &[0.0, 2.0, 1.0, 1.0]), Some("out_of_order"));
    }

    #[test]
    fn an_edit_keeps_what_it_does_not_name_and_clears_what_is_null() {
        let country = |code: &str| WatchedCountry(code.to_owned());
        let filter = WatchFilter {
            countries: vec![country("SS")],
            kinds: vec![WatchedKind::Event],
            ..WatchFilter::default()
        };
        let edit = WatchFilterPatch { countries: Some(None), ..WatchFilterPatch::default() };
        let edited = edit.applied_to(filter);
        assert_eq!((edited.countries, edited.kinds), (vec![], vec![WatchedKind::Event]));
    }
}
