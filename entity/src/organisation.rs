//! A group, NGO, donor, university, medium or public body.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::{AccountId, OrganisationId};

crate::text_enum! {
    /// What an organisation is.
    OrganisationKind {
        /// Activists who organise themselves.
        GrassrootsGroup = "grassroots_group",
        /// An organisation that supports grassroots groups.
        EnablingOrganisation = "enabling_organisation",
        /// A non-governmental organisation.
        Ngo = "ngo",
        /// An organisation that funds.
        Donor = "donor",
        /// A university or school.
        University = "university",
        /// A newspaper, station or publisher.
        Medium = "medium",
        /// A ministry, municipality or agency.
        PublicBody = "public_body",
        /// A company.
        Business = "business",
    }
}

/// A row of `organisation`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "organisation")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrganisationId,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: OrganisationKind,
    /// Whether it is legally constituted, where known.
    pub formal: Option<bool>,
    /// Its country (ISO 3166-1 alpha-2).
    pub country: Option<String>,
    /// Its own site.
    pub url: Option<String>,
    /// Since when its API keys are refused, if they are.
    pub suspended_at: Option<DateTimeUtc>,
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
