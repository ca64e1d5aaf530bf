//! How a person can be reached, sealed under the person's own key; apart from the person, since few calls may read it.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::ids::PersonId;

/// A row of `person_contact`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "person_contact")]
pub struct Model {
    /// The person.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    /// E-mail address and telephone number.
    pub sealed: Vec<u8>,
    /// Keyed hash of the e-mail address, by which its reader gets a lost token anew.
    pub email_hash: Option<Vec<u8>>,
}

impl ActiveModelBehavior for ActiveModel {}
