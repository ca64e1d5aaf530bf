//! The query string: strict decoding, and the extractor that hands its parameters to a handler.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpMessage as _, HttpRequest, dev::Payload, web::PathConfig};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::problem::{Fault, Kind, Problem};

/// The query parameters of a request, checked and read by [`super::contract::enforce`]: numbers are numbers,
/// and lists with commas are arrays.
pub(super) struct Parameters(pub Map<String, Value>);

/// Extractor: the query parameters as a `T`.
///
/// They have been checked against the OpenAPI document before, so `T` repeats no bounds. A list
/// (`?theme=a,b`) is a `Vec`, described with `#[param(style = Form, explode = false)]`. Members that `T` does not
/// have are left to others: a handler may take `Query<Paging>` and `Query<Filters>` side by side.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let extensions = req.extensions();
        ready(match extensions.get::<Parameters>() {
            Some(Parameters(parameters)) => read(parameters).map(Query),
            None => Err(Problem::internal(anyhow::anyhow!("this path is missing in the OpenAPI document"))),
        })
    }
}

/// What the schema allows a type may still refuse, such as a time zone that does not exist. Serde does not say
/// which member it was, so the one is named without which the rest can be read.
fn read<T: DeserializeOwned>(parameters: &Map<String, Value>) -> Result<T, Problem> {
    T::deserialize(parameters).map_err(|_| {
        let readable_without = |name: &&String| {
            let mut rest = parameters.clone();
            rest.remove(*name);
            T::deserialize(&rest).is_ok()
        };
        let detail = "is not a valid value";
        let fault = |name: &String| Fault::parameter(name.clone(), "invalid_format", detail);
        let faults = parameters.keys().find(readable_without).map(fault);
        Problem::of(Kind::InvalidParameter).with_faults(faults.into_iter().collect())
    })
}

/// Makes a malformed path segment, such as an id that is no UUID, the 404 that an unknown one is.
pub fn path_config() -> PathConfig {
    PathConfig::default().error_handler(|_, _| Problem::of(Kind::NotFound).into())
}

/// The names and values of a query string in their order, still encoded.
pub(super) fn pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    let pieces = query.split('&').filter(|piece| !piece.is_empty());
    pieces.map(|piece| piece.split_once('=').unwrap_or((piece, "")))
}

/// Decodes `+` and percent-encoding. `None` if an escape is cut short or the bytes are not UTF-8, which lenient
/// decoders pass on as something that was never sent.
pub(super) fn decode(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoding_is_strict() {
        assert_eq!(decode("a+b%20%C3%a9%2B").as_deref(), Some("a b é+"));
        for malformed in ["%", "%2", "%zz", "%+1", "%ff", "%C3"] {
            assert_eq!(decode(malformed), None, "{malformed}");
        }
    }

    #[test]
    fn a_query_is_split_into_pairs() {
        let split: Vec<_> = pairs("a=1&&b=x=y&c&=d").collect();
        assert_eq!(split, [("a", "1"), ("b", "x=y"), ("c", ""), ("", "d")]);
    }
}
