//! The one row that numbers facts in the order of commits.

use sea_orm::entity::prelude::*;

use crate::Relation;

/// A row of `outbox_clock`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox_clock")]
pub struct Model {
    /// Always 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// The newest number.
    pub seq: i64,
}

impl ActiveModelBehavior for ActiveModel {}
