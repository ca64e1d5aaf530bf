//! JSON from strangers: read strictly, then held against the published schema, all faults at once.
//!
//! [`strict()`] refuses what parsers silently mend: a key given twice, control characters. [`Shape`] is a type's schema as
//! utoipa derives it from the type, so what the documentation says is what is enforced. [`Body`] is the extractor that does
//! both for a handler.

mod body;
mod shape;
mod strict;

pub(in crate::http) use body::read_as;
pub use body::{Body, Empty, Media, describe_bodies};
pub use shape::Shape;
pub use strict::{Syntax, strict};

use crate::problem::Fault;

/// A fault at a place in a JSON value: RFC 6901 pointer in URI fragment form, `#` for the whole.
pub fn fault(pointer: &str, code: &'static str, detail: impl Into<std::borrow::Cow<'static, str>>) -> Fault {
    Fault::pointer(pointer, code, detail)
}

/// One more step of a JSON pointer, escaped (RFC 6901 §3).
pub fn step(pointer: &str, member: &str) -> String {
    format!("{pointer}/{}", member.replace('~', "~0").replace('/', "~1"))
}
