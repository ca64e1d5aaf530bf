//! Facts about this database itself.

use sea_orm::entity::prelude::*;

use crate::Relation;

/// A row of `setting`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "setting")]
pub struct Model {
    /// Name.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// Value.
    pub value: String,
}

impl ActiveModelBehavior for ActiveModel {}
