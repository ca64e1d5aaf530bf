//! Places, as coarse as they must be.
//!
//! Coarsening is deterministic, never random: noise averages out. The result is computed once, stored, and is all that
//! any filter, box, order, feed or count for the public ever works on.

use entity::kinds::{Precision, Risk};
use serde::Serialize;
use utoipa::ToSchema;

use crate::reference::{self, Point};

/// What is known of a place.
#[derive(Clone, Copy, Debug, Default)]
pub struct KnownPlace<'a> {
    /// ISO 3166-1 alpha-2.
    pub country: Option<&'a str>,
    /// The name of the province.
    pub region: Option<&'a str>,
    /// The name of the town or county.
    pub locality: Option<&'a str>,
    /// The name of the house.
    pub venue: Option<&'a str>,
    /// The point, no finer than it may be stored for the door.
    pub point: Option<Point>,
}

/// A place as the public may see it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PublicPlace {
    /// How fine it is: of the point if the record has one, else of the name.
    pub precision: Precision,
    /// What it is called; null if that is hidden or there is none.
    #[schema(required = true, example = "Yei River County")]
    pub name: Option<String>,
    /// Where it is, with no more decimals than the precision allows; the country's reference point where the record has
    /// no point; null if hidden.
    #[schema(required = true)]
    pub point: Option<Point>,
}

/// The coarsest of what the host chose and what the risk allows.
pub fn effective_precision(chosen: Precision, risk: Risk) -> Precision {
    let cap = match risk {
        Risk::Low => Precision::Exact,
        Risk::Moderate => Precision::Locality,
        Risk::High => Precision::Region,
        Risk::Severe => Precision::Country,
    };
    chosen.max(cap)
}

/// What of an exact place may be stored for the door: the point as coarse as host and risk want it, and the venue's name
/// where even that is public. The door never sees more.
pub fn storable(
    point: Option<Point>,
    venue: Option<&str>,
    chosen: Precision,
    risk: Risk,
) -> (Option<Point>, Option<String>) {
    let precision = effective_precision(chosen, risk);
    let venue = venue.filter(|_| precision == Precision::Exact).map(str::to_owned);
    (point.and_then(|p| coarsen(p, precision)), venue)
}

/// What the public sees of a place, named in a language.
pub fn public_place(known: &KnownPlace<'_>, precision: Precision, language: &str) -> PublicPlace {
    if precision == Precision::Hidden {
        return PublicPlace { precision, name: None, point: None };
    }
    let country = known.country.and_then(reference::country);
    let names = [
        (Precision::Exact, known.venue),
        (Precision::Locality, known.locality),
        (Precision::Region, known.region),
        (Precision::Country, country.map(|c| c.name(language))),
    ];
    let named =
        names.into_iter().find_map(|(p, name)| (p >= precision).then_some(()).and(name).map(|n| (p, n)));
    let own_point = known.point.and_then(|p| coarsen(p, precision));
    PublicPlace {
        precision: if own_point.is_some() { precision } else { named.map_or(Precision::Country, |(p, _)| p) },
        name: named.map(|(_, name)| name.to_owned()),
        point: own_point.or(country.map(|c| c.point)),
    }
}

/// The centre of the cell a point lies in: 0.1 degrees for a locality, 1 degree for a region. At `exact` five decimals,
/// about a metre, are kept. Coarser than a region no point of the record's own is shown.
fn coarsen(point: Point, precision: Precision) -> Option<Point> {
    let per_degree = match precision {
        Precision::Exact => {
            let five = |x: f64| (x * 1e5).round() / 1e5;
            return Some(Point { lat: five(point.lat), lon: five(point.lon) });
        }
        Precision::Locality => 10.0,
        Precision::Region => 1.0,
        Precision::Country | Precision::Hidden => return None,
    };
    // The poles and the antimeridian belong to the last cell before them.
    let centre = |x: f64, most: f64| {
        let cell = (x * per_degree).floor().min(most * per_degree - 1.0);
        ((cell + 0.5) / per_degree * 100.0).round() / 100.0
    };
    Some(Point { lat: centre(point.lat, 90.0), lon: centre(point.lon, 180.0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const YEI: Point = Point { lat: 4.095, lon: 30.678 };

    fn yei() -> KnownPlace<'static> {
        KnownPlace {
            country: Some("SS"),
            locality: Some("Yei River County"),
            venue: Some("The hall"),
            point: Some(YEI),
            ..Default::default()
        }
    }

    #[test]
    fn a_locality_is_the_centre_of_its_cell_and_its_name() {
        let place = public_place(&yei(), Precision::Locality, "en");
        assert_eq!(place.point, Some(Point { lat: 4.05, lon: 30.65 }));
        assert_eq!((place.precision, place.name.as_deref()), (Precision::Locality, Some("Yei River County")));
    }

    #[test]
    fn a_region_without_a_name_is_named_by_its_country() {
        let place = public_place(&yei(), Precision::Region, "es");
        assert_eq!(place.point, Some(Point { lat: 4.5, lon: 30.5 }));
        assert_eq!((place.precision, place.name.as_deref()), (Precision::Region, Some("Sudán del Sur")));
    }

    #[test]
    fn without_a_point_the_country_stands_and_the_precision_is_that_of_the_name() {
        let known = KnownPlace { point: None, ..yei() };
        let country = reference::country("SS").unwrap().point;
        let place = public_place(&known, Precision::Exact, "en");
        assert_eq!((place.precision, place.point), (Precision::Exact, Some(country)));
        let place = public_place(&known, Precision::Country, "en");
        assert_eq!((place.precision, place.name.as_deref()), (Precision::Country, Some("South Sudan")));
    }

    #[test]
    fn hidden_has_neither_name_nor_point() {
        assert_eq!(
            public_place(&yei(), Precision::Hidden, "en"),
            PublicPlace { precision: Precision::Hidden, name: None, point: None }
        );
    }

    #[test]
    fn neighbours_in_a_cell_are_told_apart_by_nobody() {
        for (lat, lon) in [(-0.01, -0.01), (-0.09, -0.099), (-0.0999, -0.05)] {
            let p = coarsen(Point { lat, lon }, Precision::Locality);
            assert_eq!(p, Some(Point { lat: -0.05, lon: -0.05 }));
        }
        assert_eq!(
            coarsen(Point { lat: 90.0, lon: 180.0 }, Precision::Region),
            Some(Point { lat: 89.5, lon: 179.5 })
        );
        assert_eq!(
            coarsen(Point { lat: -90.0, lon: -180.0 }, Precision::Locality),
            Some(Point { lat: -89.95, lon: -179.95 })
        );
    }

    #[test]
    fn risk_never_makes_a_place_finer() {
        for &chosen in Precision::ALL {
            for &risk in Risk::ALL {
                assert!(effective_precision(chosen, risk) >= chosen);
            }
        }
        assert_eq!(effective_precision(Precision::Exact, Risk::High), Precision::Region);
    }
}
