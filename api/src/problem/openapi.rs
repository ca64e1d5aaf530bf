//! Problems in the OpenAPI document: described once, referred to by every operation.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use utoipa::{
    IntoResponses, PartialSchema, ToSchema,
    openapi::{Content, OpenApi, Ref, RefOr, Response, ResponseBuilder},
};

use super::{Body, Fault, Kind, MEDIA_TYPE, Place, Problem};

/// Every operation may answer with every problem: `responses((status = 200, …), Problem)`.
///
/// The responses themselves are put into the document by [`describe`].
impl IntoResponses for Problem {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        // Every operation asks, at every start.
        static ALL: LazyLock<BTreeMap<String, RefOr<Response>>> = LazyLock::new(|| {
            let refer = |kind: &Kind| Ref::from_response_name(component(kind)).into();
            Kind::ALL.iter().map(|kind| (kind.row().status.as_str().to_owned(), refer(kind))).collect()
        });
        ALL.clone()
    }
}

fn component(kind: &Kind) -> String {
    format!("Problem{}", kind.row().status.as_str())
}

/// Adds the schemas and responses that [`Problem`]'s `IntoResponses` refers to.
pub fn describe(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    let schemas = [
        (Body::name(), Body::schema()),
        (Kind::name(), Kind::schema()),
        (Fault::name(), Fault::schema()),
        (Place::name(), Place::schema()),
    ];
    components.schemas.extend(schemas.map(|(name, schema)| (name.into_owned(), schema)));
    for kinds in Kind::ALL.chunk_by(|one, other| one.row().status == other.row().status) {
        let meanings: Vec<_> =
            kinds.iter().map(|kind| format!("`{}`: {}", kind.row().code, kind.row().meaning)).collect();
        let response = ResponseBuilder::new()
            .description(meanings.join(" "))
            .content(MEDIA_TYPE, Content::new(Some(Ref::from_schema_name(Body::name()))))
            .build();
        components.responses.insert(component(&kinds[0]), response.into());
    }
}
