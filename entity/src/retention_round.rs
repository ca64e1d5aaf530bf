//! What became of one kind of things that are kept no longer than they serve people.

use sea_orm::entity::prelude::*;

use crate::Relation;

/// A row of `retention_round`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "retention_round")]
pub struct Model {
    /// The kind.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: String,
    /// When it was last looked for.
    pub ran_at: DateTimeUtc,
    /// When some of it was last erased.
    pub erased_at: Option<DateTimeUtc>,
    /// How much was erased then.
    pub erased: i64,
    /// How much was erased in all.
    pub total: i64,
}

impl ActiveModelBehavior for ActiveModel {}
