//! What the header of an imported bundle said.

use sea_orm::entity::prelude::*;

use crate::Relation;

/// A row of `bundle_source`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "bundle_source")]
pub struct Model {
    /// The organisation whose source it is; the nil UUID for the campaign's own.
    #[sea_orm(primary_key, auto_increment = false)]
    pub namespace: Uuid,
    /// The source's name.
    #[sea_orm(primary_key, auto_increment = false)]
    pub source: String,
    /// The language of records that state none.
    pub language: Option<String>,
    /// A remark.
    pub note: Option<String>,
    /// When a header was last read.
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
