//! The service's own addresses: the OpenAPI document, a page to read and try it, and the sign of life.

use std::sync::{Arc, OnceLock};

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION},
    web::{self, Bytes, Data, Json},
};
use serde::Serialize;
use utoipa::{ToSchema, openapi::OpenApi};
use utoipa_swagger_ui::Config;

use super::{
    etag::{self, Cache, Ready},
    problem_pages,
    routes::Routes,
};
use crate::problem::{Kind, Problem};

/// What the explorer's page may load: its own files. It sets style attributes and has icons in its style sheet.
const EXPLORER_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// For programs that read all there is and keep it.
const ROBOTS: &str = "User-agent: *\nDisallow: /\n";

/// The OpenAPI document as it is served: written when somebody asks for it first, which most processes never see, and then
/// kept as bytes. Belongs in the app's data.
pub struct Document {
    describe: Box<dyn Fn() -> OpenApi + Send + Sync>,
    json: OnceLock<Ready>,
    explorer: Arc<Config<'static>>,
}

impl Document {
    /// The document that `describe` makes.
    pub fn new(describe: impl Fn() -> OpenApi + Send + Sync + 'static) -> Self {
        // The default validator would tell a third party who reads this.
        let explorer = Config::new(["/openapi.json"]).validator_url("none");
        Self { describe: Box::new(describe), json: OnceLock::new(), explorer: Arc::new(explorer) }
    }

    fn json(&self) -> Result<Ready, Problem> {
        if let Some(ready) = self.json.get() {
            return Ok(ready.clone());
        }
        let json = serde_json::to_vec(&(self.describe)()).map_err(Problem::internal)?;
        Ok(self.json.get_or_init(|| Ready::new(json, etag::JSON, Cache::Gallery)).clone())
    }
}

/// Registers all of this, and the pages that explain problems.
pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(openapi_json)
        .service(livez)
        .service(robots)
        .service(problem_pages::list)
        .service(problem_pages::page)
        .undescribed(|plain| {
            plain
                .service(web::resource("/docs").route(web::get().to(to_explorer)))
                .service(web::resource("/docs/{file:.*}").route(web::get().to(explorer)));
        });
}

/// This document
///
/// OpenAPI 3.1. It is enforced: what it does not allow is refused.
#[utoipa::path(
    tag = "service",
    operation_id = "service.openapi",
    responses((status = 200, description = "The OpenAPI document", body = serde_json::Value), Problem)
)]
#[get("/openapi.json")]
async fn openapi_json(req: HttpRequest, document: Data<Document>) -> Result<HttpResponse, Problem> {
    Ok(etag::answer(&req, document.json()?))
}

/// What search engines may keep
///
/// Nothing: their copies would outlive a withdrawal. Sites that show the gallery decide for themselves.
#[utoipa::path(
    tag = "service",
    operation_id = "service.robots",
    responses((status = 200, description = "The rules (RFC 9309)", body = String, content_type = "text/plain"), Problem)
)]
#[get("/robots.txt")]
async fn robots(req: HttpRequest) -> HttpResponse {
    etag::answer(&req, Ready::new(ROBOTS, "text/plain; charset=utf-8", Cache::Reference))
}

/// Whether the process is alive
///
/// Asks nothing of the database: a process that answers this need not be restarted.
#[utoipa::path(
    tag = "service",
    operation_id = "service.livez",
    responses((status = 200, description = "It is alive", body = Liveness), Problem)
)]
#[get("/livez")]
async fn livez() -> Json<Liveness> {
    Json(Liveness { status: LivenessStatus::Ok })
}

/// The sign of life.
#[derive(Serialize, ToSchema)]
struct Liveness {
    /// Always `ok`: a dead process answers nothing.
    status: LivenessStatus,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum LivenessStatus {
    Ok,
}

/// The explorer's files are named relative to its page, which therefore needs the slash.
async fn to_explorer() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((LOCATION, "/docs/")).finish()
}

async fn explorer(file: web::Path<String>, document: Data<Document>) -> Result<HttpResponse, Problem> {
    let found = utoipa_swagger_ui::serve(&file, Arc::clone(&document.explorer));
    let found = found.map_err(|err| Problem::internal(anyhow::anyhow!("{err}")))?;
    let file = found.ok_or(Problem::of(Kind::NotFound))?;
    let mut response = HttpResponse::Ok();
    response
        .insert_header((CONTENT_TYPE, file.content_type))
        .insert_header((CACHE_CONTROL, Cache::Reference.control()))
        .insert_header((CONTENT_SECURITY_POLICY, EXPLORER_POLICY));
    if file.gzpipped {
        response.insert_header((CONTENT_ENCODING, "gzip"));
    }
    Ok(response.body(Bytes::from(file.bytes.into_owned())))
}
