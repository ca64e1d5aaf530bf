//! Edits: merge patches (RFC 7396) that say which version of a record they were made on (`If-Match`, RFC 9110 §13.1.1).

use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_TYPE, ETAG, IF_MATCH};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::etag;
use super::json::{self, Body, Media};
use crate::problem::{Fault, Kind, Problem};

/// A merge patch: a member that is absent keeps its value, `null` clears it. Read like [`Body`].
///
/// Give a member that can be cleared the type `Option<Option<_>>` with `#[serde(default, deserialize_with = "clearable")]`,
/// one that cannot `Option<_>` with `#[schema(nullable = false)]`.
#[derive(Clone, Debug)]
pub struct Patch<T>(Body<T>);

impl<T> Patch<T> {
    /// What was sent.
    pub fn into_inner(self) -> T {
        self.0.into_inner()
    }
}

impl<T> Deref for Patch<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: ToSchema + DeserializeOwned + 'static> FromRequest for Patch<T> {
    type Error = Problem;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = json::read_as(Media::MergePatch, req, payload);
        Box::pin(async move { body.await.map(Self) })
    }
}

/// Reads a member that `null` clears: absent is `None`, `null` is `Some(None)`.
///
/// # Errors
/// The member's own.
pub fn clearable<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// The version that an edit was made on, from `If-Match`. 428 without it, 400 if it is no entity tag.
#[derive(Clone, Debug)]
pub struct IfMatch(Vec<String>);

impl IfMatch {
    /// The edit was made on this version.
    pub fn of(version: i64) -> Self {
        Self(vec![etag::of_version(version)])
    }

    /// Lets the edit pass if the record still has the version it was made on.
    ///
    /// # Errors
    /// 412 otherwise. Tags are compared strongly: a weak one fits nothing.
    pub fn check(&self, version: i64) -> Result<(), Problem> {
        let current = etag::of_version(version);
        match self.0.iter().any(|tag| tag == "*" || *tag == current) {
            true => Ok(()),
            false => Err(Problem::of(Kind::PreconditionFailed)),
        }
    }
}

/// The version that was read before a decision, from `If-Match`, if one was named. 400 if it is no entity tag. It is asked
/// after everything else that may refuse (RFC 9110 §13.2.1).
#[derive(Clone, Debug)]
pub struct AsRead(Option<IfMatch>);

impl AsRead {
    /// No version was named.
    pub const fn none() -> Self {
        Self(None)
    }

    /// Lets a decision pass, unless another version was named.
    ///
    /// # Errors
    /// 412 if the record is not what was read.
    pub fn check(&self, version: i64) -> Result<(), Problem> {
        self.0.as_ref().map_or(Ok(()), |read| read.check(version))
    }

    /// Lets a decision pass that publishes: it is made on what was read, or not at all.
    ///
    /// # Errors
    /// 428 if no version was named, 412 if the record is not what was read.
    pub fn demand(&self, version: i64) -> Result<(), Problem> {
        self.0.as_ref().ok_or(Problem::of(Kind::PreconditionRequired))?.check(version)
    }
}

impl FromRequest for AsRead {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let read = IfMatch::from_request(req, payload).into_inner();
        ready(match read {
            Ok(read) => Ok(Self(Some(read))),
            Err(problem) if problem.kind() == Kind::PreconditionRequired => Ok(Self(None)),
            Err(problem) => Err(problem),
        })
    }
}

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let fields: Vec<_> = req.headers().get_all(IF_MATCH).collect();
        if fields.is_empty() {
            return ready(Err(Problem::of(Kind::PreconditionRequired)));
        }
        // Our tags contain no commas.
        let texts = fields.iter().map(|field| field.to_str().unwrap_or_default());
        let tags: Vec<_> =
            texts.flat_map(|field| field.split(',')).map(|tag| tag.trim().to_owned()).collect();
        let well_formed = |tag: &String| {
            let opaque = tag.strip_prefix("W/").unwrap_or(tag);
            tag == "*" || (opaque.len() >= 2 && opaque.starts_with('"') && opaque.ends_with('"'))
        };
        ready(match tags.iter().all(well_formed) {
            true => Ok(Self(tags)),
            false => {
                let fault =
                    Fault::header("If-Match", "invalid_format", "must be an entity tag, such as \"3\"");
                Err(Problem::of(Kind::BadRequest).with_faults(vec![fault]))
            }
        })
    }
}

/// The header of an edit, for the OpenAPI document.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code, reason = "only described; read by IfMatch")]
pub struct EditHeaders {
    /// The `ETag` of the record as it was read: the edit is made on that version or not at all.
    #[param(rename = "If-Match", pattern = r#"^(\*|(W/)?"[!#-+.-~-]*")$"#, example = "\"3\"")]
    if_match: String,
}

/// The header of a decision that publishes what somebody else made, for the OpenAPI document.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code, reason = "only described; read by AsRead")]
pub struct PublishingHeaders {
    /// The `ETag` of the record as it was read: what is published is what was read, or nothing is (412). 428 without it.
    #[param(rename = "If-Match", pattern = r#"^(\*|(W/)?"[!#-+.-~-]*")$"#, example = "\"3\"")]
    if_match: String,
}

/// The header of a decision that may be made without it, for the OpenAPI document.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code, reason = "only described; read by AsRead")]
pub struct DecisionHeaders {
    /// The `ETag` of the record as it was read: with it, the decision is made on that version or not at all (412).
    #[param(
        rename = "If-Match",
        required = false,
        nullable = false,
        pattern = r#"^(\*|(W/)?"[!#-+.-~-]*")$"#,
        example = "\"3\""
    )]
    if_match: Option<String>,
}

/// A record as an answer: its JSON, and its version as a strong `ETag`.
///
/// # Errors
/// 500 if it cannot be written as JSON.
pub fn record(version: i64, body: &impl Serialize) -> Result<HttpResponse, Problem> {
    let body = serde_json::to_vec(body).map_err(Problem::internal)?;
    let mut answer = HttpResponse::Ok();
    answer.insert_header((CONTENT_TYPE, etag::JSON)).insert_header((ETAG, etag::of_version(version)));
    Ok(answer.body(body))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    async fn asked(fields: &[&str]) -> Result<IfMatch, Problem> {
        let request =
            fields.iter().fold(TestRequest::patch(), |r, field| r.append_header((IF_MATCH, *field)));
        IfMatch::extract(&request.to_http_request()).await
    }

    #[actix_web::test]
    async fn an_edit_names_the_version_it_was_made_on() {
        assert_eq!(asked(&[]).await.unwrap_err().kind(), Kind::PreconditionRequired);
        assert_eq!(asked(&["3"]).await.unwrap_err().kind(), Kind::BadRequest);
        assert_eq!(asked(&[""]).await.unwrap_err().kind(), Kind::BadRequest);
        for fits in [&["\"3\""][..], &["*"], &["\"1\", \"3\""], &["\"1\"", "\"3\""]] {
            assert!(asked(fits).await.unwrap().check(3).is_ok(), "{fits:?}");
        }
        for stale in ["\"2\"", "W/\"3\"", "\"\""] {
            let refused = asked(&[stale]).await.unwrap().check(3).unwrap_err();
            assert_eq!(refused.kind(), Kind::PreconditionFailed, "{stale}");
        }
    }

    #[test]
    fn absent_keeps_and_null_clears() {
        #[derive(Deserialize)]
        struct Edit {
            #[serde(default, deserialize_with = "clearable")]
            language: Option<Option<String>>,
        }
        let read = |text| serde_json::from_str::<Edit>(text).unwrap().language;
        assert_eq!(read("{}"), None);
        assert_eq!(read(r#"{"language": null}"#), Some(None));
        assert_eq!(read(r#"{"language": "sw"}"#), Some(Some("sw".into())));
    }
}
