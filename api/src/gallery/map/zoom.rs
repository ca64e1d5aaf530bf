//! How near a map is, and what that means.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::gallery::bbox::BoundingBox;

/// The zoom of a web map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(minimum = 0, maximum = 22)]
pub struct Zoom(u8);

/// What is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Countries.
    Far,
    /// A grid.
    Middle,
    /// Documents.
    Near,
}

/// The nearest zoom.
const NEAREST: u8 = 22;
/// Cells that a box may be wide or high: more would be no clusters any more.
const MOST_CELLS: f64 = 64.0;

impl Zoom {
    /// The zoom at which a box fills about one tile; without a box, that of the world.
    pub fn fitting(bbox: Option<BoundingBox>) -> Self {
        let width = bbox.map_or(360.0, |bbox| bbox.width());
        let fits = (1..=NEAREST).take_while(|&zoom| degrees(zoom) >= width).last();
        Self(fits.unwrap_or_default())
    }

    /// What is shown at this zoom.
    pub fn level(self) -> Level {
        match self.0 {
            0..=4 => Level::Far,
            5..=8 => Level::Middle,
            _ => Level::Near,
        }
    }

    /// Into how many cells, as a power of two, the 360 degrees of the grid are cut: eight to a tile, but no more than 64
    /// over the whole box. Cells do not move with the box, so clusters stay while a map is dragged.
    pub fn cut(self, bbox: Option<BoundingBox>) -> u8 {
        let extent = bbox.map_or(360.0, |bbox| bbox.width().max(bbox.height()));
        (1..=self.0 + 3).take_while(|&cut| extent / degrees(cut) <= MOST_CELLS).last().unwrap_or(1)
    }
}

/// The degrees of one tile at a zoom, or of one cell of a grid.
pub fn degrees(zoom: u8) -> f64 {
    360.0 / 2_f64.powi(zoom.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(width: f64) -> Option<BoundingBox> {
        BoundingBox::read(&[0.0, 0.0, width, 1.0]).ok()
    }

    #[test]
    fn the_zoom_fits_the_box() {
        assert_eq!(Zoom::fitting(None), Zoom(0));
        assert_eq!(Zoom::fitting(of(180.0)), Zoom(1));
        assert_eq!(Zoom::fitting(of(100.0)), Zoom(1));
        assert_eq!(Zoom::fitting(of(90.0)), Zoom(2));
        assert_eq!(Zoom::fitting(of(0.0)), Zoom(22));
        assert_eq!(Zoom::fitting(BoundingBox::read(&[-180.0, -90.0, 180.0, 90.0]).ok()), Zoom(0));
    }

    #[test]
    fn levels_follow_the_zoom() {
        assert_eq!(
            [0, 4, 5, 8, 9, 22].map(|zoom| Zoom(zoom).level()),
            [Level::Far, Level::Far, Level::Middle, Level::Middle, Level::Near, Level::Near]
        );
    }

    #[test]
    fn a_grid_has_eight_cells_to_a_tile_and_never_too_many() {
        assert_eq!(Zoom(5).cut(of(11.0)), 8);
        assert_eq!(Zoom(22).cut(BoundingBox::read(&[0.0, 0.0, 0.0001, 0.0001]).ok()), 25);
        assert_eq!(Zoom(8).cut(None), 6);
        assert_eq!(Zoom(22).cut(of(180.0)), 7);
    }
}
