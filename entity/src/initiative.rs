//! A continuing effort of one or more organisations; what stands on the map.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::{AccountId, InitiativeId};
use crate::kinds::Precision;
use crate::values::{Texts, Translations};

crate::text_enum! {
    /// Where an initiative stands.
    InitiativeStatus {
        /// Not yet approved.
        Draft = "draft",
        /// Approved for the map.
        Published = "published",
        /// Ended; off the map.
        Archived = "archived",
    }
}

/// A row of `initiative`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "initiative")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InitiativeId,
    /// Title.
    pub title: String,
    /// One paragraph.
    pub summary: Option<String>,
    /// The long text.
    pub description: Option<String>,
    /// Its country (ISO 3166-1 alpha-2); none for one that spans countries.
    pub country: Option<String>,
    /// The name of the province.
    pub region: Option<String>,
    /// The name of the town or county.
    pub locality: Option<String>,
    /// The exact point, sealed under the record's own key.
    pub sealed_place: Option<Vec<u8>>,
    /// The latitude the public may see at this precision, in degrees; computed once, when the place is saved.
    pub public_lat: Option<f64>,
    /// The longitude that belongs to it.
    pub public_lon: Option<f64>,
    /// How finely the place may be shown.
    pub public_precision: Precision,
    /// The language of the original text (BCP 47).
    pub language: String,
    /// Languages it works in.
    #[sea_orm(column_type = "JsonBinary")]
    pub languages: Texts,
    /// Its own site.
    pub url: Option<String>,
    /// Where it stands.
    pub status: InitiativeStatus,
    /// The texts in other languages.
    #[sea_orm(column_type = "JsonBinary")]
    pub translations: Translations,
    /// When somebody last said that all of it is so (UTC); none if nobody has here.
    pub confirmed_on: Option<Date>,
    /// The account that made the record; none if it was imported.
    pub created_by: Option<AccountId>,
    /// Grows by one with every edit.
    pub version: i64,
    /// When the record was made.
    pub created_at: DateTimeUtc,
    /// When the record was last edited.
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
