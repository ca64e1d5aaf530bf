//! What webhooks are sent, for the OpenAPI document.

use ::entity::webhook_endpoint::WebhookType;
use utoipa::openapi::path::{HttpMethod, Operation, OperationBuilder, PathItem};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::{ContentBuilder, Paths, PathsBuilder, Ref, ResponseBuilder};

use super::wire::VERIFICATION;

/// One entry for each type: `quote.withdrawn` and so on, and the challenge.
pub fn described() -> Paths {
    let told = WebhookType::ALL.iter().fold(PathsBuilder::new(), |paths, kind| {
        paths.path(kind.as_str(), post(kind.as_str(), "WebhookEvent", "It was taken: any 2xx", None))
    });
    let answered = "It was taken: 200 with the challenge";
    told.path(VERIFICATION, post(VERIFICATION, "WebhookVerification", answered, Some("WebhookChallenge")))
        .build()
}

fn post(name: &str, sent: &str, taken: &str, answer: Option<&str>) -> PathItem {
    let json = |schema: &str| ContentBuilder::new().schema(Some(Ref::from_schema_name(schema))).build();
    let body = RequestBodyBuilder::new()
        .description(Some(
            "Signed by `webhook-id`, `webhook-timestamp` and `webhook-signature` (Standard Webhooks 1.0)",
        ))
        .content("application/json", json(sent))
        .required(Some(utoipa::openapi::Required::True));
    let mut response = ResponseBuilder::new().description(taken);
    if let Some(answer) = answer {
        response = response.content("application/json", json(answer));
    }
    let operation: Operation = OperationBuilder::new()
        .tag("webhooks")
        .operation_id(Some(format!("told.{name}")))
        .summary(Some(format!("A webhook is told `{name}`")))
        .request_body(Some(body.build()))
        .response("200", response.build())
        .build();
    PathItem::new(HttpMethod::Post, operation)
}
