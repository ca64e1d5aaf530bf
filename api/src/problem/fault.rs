//! One fault of the input, and where it is.

use std::borrow::Cow;

use serde::Serialize;
use utoipa::ToSchema;

/// One fault of the input. A problem lists all of them at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProblemFault)]
pub struct Fault {
    /// Where the fault is.
    #[serde(flatten)]
    pub at: Place,
    /// Stable machine-readable name of the fault, such as `out_of_range`.
    pub code: &'static str,
    /// What is expected instead. Never contains the value that was sent.
    #[schema(example = "must be between 1 and 100")]
    pub detail: Cow<'static, str>,
}

/// Where in the request a fault is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ProblemPlace)]
pub enum Place {
    /// A JSON pointer (RFC 6901) as URI fragment into the body.
    Pointer(String),
    /// The name of a query parameter.
    Parameter(String),
    /// The name of a request header.
    Header(String),
}

impl Fault {
    /// A fault of the query parameter `name`.
    pub fn parameter(
        name: impl Into<String>,
        code: &'static str,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { at: Place::Parameter(name.into()), code, detail: detail.into() }
    }

    /// A fault of the request header `name`.
    pub fn header(name: impl Into<String>, code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { at: Place::Header(name.into()), code, detail: detail.into() }
    }

    /// A fault of the body at an RFC 6901 pointer, such as `/when/date`; the empty one is the whole body.
    pub fn pointer(pointer: &str, code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { at: Place::Pointer(format!("#{pointer}")), code, detail: detail.into() }
    }
}
