//! A key that signs access tokens (Ed25519). The newest signs; older ones verify until their last token has expired.

use sea_orm::entity::prelude::*;

use crate::Relation;

/// A row of `signing_key`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "signing_key")]
pub struct Model {
    /// The `kid` of its tokens.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The pair of keys (PKCS #8), sealed.
    pub sealed: Vec<u8>,
    /// When it was made.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
