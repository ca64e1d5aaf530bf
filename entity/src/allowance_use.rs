//! What a process gave away of an allowance that all processes have in common. It lives for minutes.

use sea_orm::entity::prelude::*;

use crate::Relation;

/// A row of `allowance_use`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "allowance_use")]
pub struct Model {
    /// Which process; a new one at each start.
    #[sea_orm(primary_key, auto_increment = false)]
    pub process_id: Uuid,
    /// Which allowance.
    #[sea_orm(primary_key, auto_increment = false)]
    pub pool: String,
    /// Whose: a keyed hash, in the place of a number.
    #[sea_orm(primary_key, auto_increment = false)]
    pub bucket: i64,
    /// How much, since the process last forgot this bucket.
    pub total: i64,
    /// When it last gave any away.
    pub used_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
