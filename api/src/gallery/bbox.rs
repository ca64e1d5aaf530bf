//! A box on the map (RFC 7946 §5).

use serde::Serialize;

use super::sql::Sql;
use crate::problem::Problem;
use crate::reference::Point;

/// A box of degrees. Where its west lies east of its east, it crosses the antimeridian (§5.2).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct BoundingBox {
    west: f64,
    south: f64,
    east: f64,
    north: f64,
}

impl BoundingBox {
    /// Reads `minLon,minLat,maxLon,maxLat`.
    ///
    /// # Errors
    /// 400 if it is no box.
    pub fn read(degrees: &[f64]) -> Result<Self, Problem> {
        let refuse = |code, detail: &'static str| Err(Problem::invalid_parameter("bbox", code, detail));
        let &[west, south, east, north] = degrees else {
            return refuse("invalid_format", "must be minLon,minLat,maxLon,maxLat");
        };
        if !degrees.iter().all(|degree| (-180.0..=180.0).contains(degree)) {
            return refuse("out_of_range", "longitudes must be between -180 and 180");
        }
        if south < -90.0 || north > 90.0 || south > 90.0 || north < -90.0 {
            return refuse("out_of_range", "latitudes must be between -90 and 90");
        }
        if south > north {
            return refuse("out_of_order", "the second value, minLat, must not exceed the fourth, maxLat");
        }
        Ok(Self { west, south, east, north })
    }

    /// Whether it reaches over the antimeridian.
    fn crosses(&self) -> bool {
        self.west > self.east
    }

    /// Degrees from west to east.
    pub fn width(&self) -> f64 {
        if self.crosses() { self.east - self.west + 360.0 } else { self.east - self.west }
    }

    /// Degrees from south to north.
    pub fn height(&self) -> f64 {
        self.north - self.south
    }

    /// Whether it is no larger than a large country, so that the points in it are few.
    pub fn is_small(&self) -> bool {
        self.width() * self.height() <= 400.0
    }

    /// Whether a point lies in it or on its edge.
    pub fn contains(&self, point: Point) -> bool {
        let (after, before) = (point.lon >= self.west, point.lon <= self.east);
        let within = if self.crosses() { after || before } else { after && before };
        within && (self.south..=self.north).contains(&point.lat)
    }

    /// Goes on with the condition that the public point of `d` lies in it.
    pub fn condition(&self, sql: &mut Sql) {
        let or = if self.crosses() { " OR " } else { " AND " };
        sql.push("d.lat >= ").bind(self.south).push(" AND d.lat <= ").bind(self.north);
        sql.push(" AND (d.lon >= ").bind(self.west).push(or).push("d.lon <= ").bind(self.east).push(")");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(degrees: &[f64]) -> &'static str {
        BoundingBox::read(degrees).unwrap_err().faults()[0].code
    }

    #[test]
    fn a_box_has_its_south_below_its_north_and_lies_on_the_globe() {
        assert_eq!(code(&[0.0, 10.0, 5.0, 9.0]), "out_of_order");
        assert_eq!(code(&[0.0, -91.0, 5.0, 9.0]), "out_of_range");
        assert_eq!(code(&[0.0, 0.0, 5.0, 120.0]), "out_of_range");
        assert_eq!(code(&[-181.0, 0.0, 5.0, 9.0]), "out_of_range");
        assert_eq!(code(&[0.0, 0.0, 5.0]), "invalid_format");
        assert!(BoundingBox::read(&[-180.0, -90.0, 180.0, 90.0]).is_ok());
    }

    #[test]
    fn a_box_may_cross_the_antimeridian() {
        let fiji = BoundingBox::read(&[177.0, -20.0, -178.0, -15.0]).unwrap();
        assert_eq!((fiji.width(), fiji.height()), (5.0, 5.0));
        let at = |lat, lon| fiji.contains(Point { lat, lon });
        assert!(at(-17.0, 178.0) && at(-17.0, -179.0) && at(-20.0, 180.0) && at(-15.0, -178.0));
        assert!(!at(-17.0, 0.0) && !at(-17.0, 176.9) && !at(-14.0, 178.0));
    }
}
