//! The extractor for JSON bodies.

use std::any::{TypeId, type_name};
use std::collections::HashMap;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Schema, SchemaType, Type};
use utoipa::openapi::{OpenApi, RefOr};

use super::{Shape, fault, strict};
use crate::http::routes::operations_mut;
use crate::problem::{Kind, Problem};

/// A JSON body that was read strictly and fits the published schema of `T`.
///
/// 415 for another `Content-Type`, 400 for what is no JSON, 422 with every fault and its JSON pointer for what is not a
/// `T`; values are never repeated. No body is `{}`. (413 is answered before, by [`crate::http::limits::body`].)
///
/// Put it after `Allowed` in a handler's parameters: extractors are asked in order, and a stranger should read 401, not
/// what is wrong with the body.
#[derive(Clone, Debug)]
pub struct Body<T>(T);

impl<T> Body<T> {
    /// What was sent.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Body<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// An object without members: the body of a call that needs none (`{}`, or no body at all), and of an answer that says
/// nothing.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Empty {}

/// The types of bodies that a call reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// `application/json`.
    Json,
    /// `application/merge-patch+json` (RFC 7396) too.
    MergePatch,
}

impl Media {
    /// Whether it reads a body of this `Content-Type`. The one charset of JSON (RFC 8259 §8.1) may be named.
    fn reads(self, content_type: &str) -> bool {
        let mut parts = content_type.split(';').map(str::trim);
        let essence = parts.next().unwrap_or_default();
        let known = essence.eq_ignore_ascii_case("application/json")
            || (self == Self::MergePatch && essence.eq_ignore_ascii_case("application/merge-patch+json"));
        let charset = |part: &str| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            name.eq_ignore_ascii_case("charset") && value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        };
        known && parts.filter(|part| !part.is_empty()).all(charset)
    }
}

/// Says of bodies that may be left out (`request_body = Option<T>`) what they are if they are not: a `T`, and never JSON's `null`.
pub fn describe_bodies(document: &mut OpenApi) {
    fn is_null(schema: &RefOr<Schema>) -> bool {
        matches!(schema, RefOr::T(Schema::Object(object)) if object.schema_type == SchemaType::Type(Type::Null))
    }
    let bodies = operations_mut(document).filter_map(|operation| match &mut operation.request_body {
        Some(RefOr::T(body)) => Some(body),
        _ => None,
    });
    for content in bodies.flat_map(|body| body.content.values_mut()) {
        let RefOr::T(content) = content else { continue };
        let Some(RefOr::T(Schema::OneOf(choice))) = &mut content.schema else { continue };
        choice.items.retain(|schema| !is_null(schema));
        if choice.items.len() == 1 {
            content.schema = choice.items.pop();
        }
    }
}

type Extracting<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

impl<T: ToSchema + DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = Extracting<Self>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        read_as(Media::Json, req, payload)
    }
}

/// What an extractor of a JSON body does.
pub(in crate::http) fn read_as<T: ToSchema + DeserializeOwned + 'static>(
    media: Media,
    req: &HttpRequest,
    payload: &mut Payload,
) -> Extracting<Body<T>> {
    let stated = req.headers().get(CONTENT_TYPE);
    let fits = stated.map(|stated| stated.to_str().is_ok_and(|stated| media.reads(stated)));
    let bytes = Bytes::from_request(req, payload);
    Box::pin(async move {
        // The body has been read by `limits::body`, within its bounds.
        let bytes = bytes.await.map_err(|_| Problem::of(Kind::BadRequest))?;
        match fits {
            Some(true) => {}
            None if bytes.is_empty() => {}
            _ => return Err(Problem::of(Kind::UnsupportedMediaType)),
        }
        parse(&bytes).map(Body)
    })
}

fn parse<T: ToSchema + DeserializeOwned + 'static>(bytes: &[u8]) -> Result<T, Problem> {
    let bytes = if bytes.is_empty() { b"{}" } else { bytes };
    let value = strict(bytes).map_err(|syntax| {
        let faults = vec![fault("", syntax.code(), syntax.to_string())];
        Problem::of(Kind::InvalidJson).with_faults(faults)
    })?;
    let faults = shape_of::<T>()?.faults(&value);
    if !faults.is_empty() {
        return Err(Problem::invalid_body(faults));
    }
    // What a schema cannot say a type may still refuse; serde does not tell where without repeating values.
    T::deserialize(value)
        .map_err(|_| Problem::invalid_body(vec![fault("", "invalid_value", "does not fit its description")]))
}

/// Each type's schema, compiled once.
fn shape_of<T: ToSchema + 'static>() -> Result<Arc<Shape>, Problem> {
    static SHAPES: LazyLock<RwLock<HashMap<TypeId, Arc<Shape>>>> = LazyLock::new(RwLock::default);
    let known = SHAPES.read().unwrap_or_else(PoisonError::into_inner).get(&TypeId::of::<T>()).cloned();
    if let Some(shape) = known {
        return Ok(shape);
    }
    let shape = Shape::of::<T>().map_err(|error| Problem::internal(error.context(type_name::<T>())))?;
    let mut shapes = SHAPES.write().unwrap_or_else(PoisonError::into_inner);
    Ok(shapes.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(shape)).clone())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;
    use crate::problem::Place;

    #[derive(Debug, Deserialize, ToSchema)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only what is refused matters")]
    struct Form {
        #[schema(min_length = 3)]
        name: String,
        #[schema(minimum = 1)]
        seats: u8,
    }

    async fn sent(content_type: &str, body: &'static str) -> Result<Form, Problem> {
        let mut request = TestRequest::post().set_payload(body);
        if !content_type.is_empty() {
            request = request.insert_header((CONTENT_TYPE, content_type));
        }
        let (request, mut payload) = request.to_http_parts();
        Body::<Form>::from_request(&request, &mut payload).await.map(Body::into_inner)
    }

    #[actix_web::test]
    async fn a_body_is_read_only_as_what_it_says_it_is() {
        let body = r#"{"name": "Amina", "seats": 3.0}"#;
        for told in ["application/json", "Application/JSON; charset=UTF-8"] {
            assert_eq!(sent(told, body).await.unwrap().seats, 3, "{told}");
        }
        for told in ["", "text/plain", "application/json; charset=latin1", "application/merge-patch+json"] {
            assert_eq!(sent(told, body).await.unwrap_err().kind(), Kind::UnsupportedMediaType, "{told}");
        }
    }

    #[actix_web::test]
    async fn every_fault_is_told_with_its_place_and_without_its_value() {
        let refused = sent("application/json", r#"{"name": "Bo", "seats": 0, "x": 1}"#).await.unwrap_err();
        assert_eq!(refused.kind(), Kind::InvalidBody);
        let mut places: Vec<_> = refused.faults().iter().map(|fault| fault.at.clone()).collect();
        places.sort_by_key(|place| format!("{place:?}"));
        let wanted = ["#/name", "#/seats", "#/x"].map(|pointer| Place::Pointer(pointer.to_owned()));
        assert_eq!(places, wanted);
        assert!(!format!("{:?}", refused.faults()).contains("Bo"));
        let refused = sent("application/json", r#"{"name": "a", "name": "b"}"#).await.unwrap_err();
        assert_eq!((refused.kind(), refused.faults()[0].code), (Kind::InvalidJson, "repeated_member"));
        assert_eq!(sent("", "").await.unwrap_err().faults().len(), 2, "no body is an empty object");
    }
}
