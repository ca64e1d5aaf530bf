//! Answers kept for callers who have to ask again.

use sea_orm::entity::prelude::*;

use crate::Relation;

/// A row of `idempotent_answer`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotent_answer")]
pub struct Model {
    /// A keyed hash of credential, route and `Idempotency-Key`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// A keyed hash of the request's body.
    pub body_hash: Vec<u8>,
    /// The answer, sealed under a key made from the `Idempotency-Key`; none while the first request runs, or once what
    /// it tells of was withdrawn.
    pub sealed: Option<Vec<u8>>,
    /// The record that the answer tells of.
    pub about_id: Option<Uuid>,
    /// Until when it is kept.
    pub expires_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
