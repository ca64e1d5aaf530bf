//! Manners: all that every call has in common on the wire, and nothing that knows what the calls are about.
//!
//! A handler states what it takes and gives in its OpenAPI description, and this room keeps everybody to
//! it: [`contract`] refuses what the published document does not allow, before the handler sees it;
//! [`manners`] wraps everything else around the answer (request id, log span, HEAD, panics, security headers, the
//! one shape of every error), [`plain`] keeps to addresses without escapes, [`limits`] bound what a caller may take, [`cors`] lets pages of other origins read, and
//! [`meter`] counts. The other modules are what handlers are built from: [`query`], [`page`]s and
//! cursors, the [`routes`] that rooms register, strict [`json`] bodies, the way [`inside`], [`patch`]es with `If-Match`, [`etag`]s and ready answers, the reader's [`language`]. [`docs`] and [`problem_pages`] serve the
//! document and the explanations that it points to.

pub mod contract;
pub mod cors;
pub mod docs;
pub mod etag;
pub mod id;
pub mod idempotency;
pub mod inside;
pub mod json;
pub mod language;
pub mod limits;
pub mod manners;
pub mod meter;
pub mod page;
pub mod patch;
mod pattern;
pub mod plain;
pub mod problem_pages;
pub mod query;
pub mod request_id;
pub mod routes;

pub use query::{Query, path_config};
pub use request_id::to_the_end;

#[cfg(test)]
mod tests;
