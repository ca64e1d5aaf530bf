//! The last number given in the feed of changes. Its single row is what serialises commits on the public side.

use sea_orm::entity::prelude::*;

use crate::Relation;

/// A row of `gallery_clock`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "gallery_clock")]
pub struct Model {
    /// Always 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// The last number given.
    pub seq: i64,
    /// Grows by one whenever a switch is turned.
    pub switched: i64,
    /// The highest number of a tombstone that is told no longer: who has not read on beyond it begins anew.
    pub floor: i64,
}

impl ActiveModelBehavior for ActiveModel {}
