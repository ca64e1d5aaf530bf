//! Parts of what callers send and read.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Record, Shown};
use crate::publishing::document_kind;

/// Where a record is, and what the public sees of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RecordLinks)]
pub struct Links {
    /// The record.
    #[serde(rename = "self")]
    #[schema(example = "/v1/initiatives/01920000-0000-7000-8000-000000000000")]
    this: String,
    /// Its public document, while there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    gallery: Option<String>,
}

impl Links {
    /// Of what never has a public document: its address.
    pub fn to(address: String) -> Self {
        Self { this: address, gallery: None }
    }

    /// Of a record.
    pub fn of<R: Record>(shown: &Shown<R>) -> Self {
        let (id, collection) = (shown.record.id(), R::COLLECTION);
        let public = document_kind(R::KIND).is_some() && shown.withheld_because.is_empty();
        Self { this: path::<R>(id), gallery: public.then(|| format!("/v1/gallery/{collection}/{id}")) }
    }
}

/// The address of a record.
pub fn path<R: Record>(id: Uuid) -> String {
    format!("/v1/{}/{id}", R::COLLECTION)
}
