//! Somebody asked for the links to what is theirs. Whether anything is, is looked up later, by the worker: so the call that asks
//! does the same work either way. The row stays for a while, so that nobody's mailbox is flooded.

use sea_orm::entity::prelude::*;

use crate::Relation;

/// A row of `manage_link_request`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "manage_link_request")]
pub struct Model {
    /// Keyed hash of the normalised e-mail address.
    #[sea_orm(primary_key, auto_increment = false)]
    pub email_hash: Vec<u8>,
    /// The address, sealed under a key of its own; none once it was looked up.
    pub sealed_email: Option<Vec<u8>>,
    /// When it was asked.
    pub requested_at: DateTimeUtc,
    /// When it was looked up.
    pub written_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
