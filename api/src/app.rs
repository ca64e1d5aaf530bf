//! What every handler is handed, the routes, and the OpenAPI document collected from them.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use ::entity::account::Role;
use ::entity::webhook_delivery::WebhookDeliveryStatus;
use ::entity::webhook_endpoint::{WebhookStatus, WebhookType};
use actix_service::IntoServiceFactory as _;
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Service as _, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{self, Data};
use actix_web::{App as WebApp, Error, HttpRequest};
use chrono::TimeDelta;
use futures_util::TryFutureExt as _;
use url::Url;
use utoipa::OpenApi;
use utoipa::openapi::Server;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use uuid::Uuid;

use crate::access::{self, Access, SignedIn};
use crate::clock::Clock;
use crate::db::{Db, PublicDb};
use crate::gallery::cache::{self, Cache};
use crate::http::contract::{self, Contract};
use crate::http::docs::Document;
use crate::http::idempotency::Replays;
use crate::http::inside::Inside;
use crate::http::limits::capacity::Work;
use crate::http::limits::forms::Insider;
use crate::http::limits::{self, Limits};
use crate::http::routes::{Order, Routes, operations_mut};
use crate::http::{self, cors, json, manners, plain};
use crate::outbox::{Post, Targets};
use crate::problem;
use crate::reference::ZoneName;
use crate::rooms::webhooks::{self, WebhookEvent, WebhookVerification};
use crate::vault::Vault;

/// What handlers work with.
pub struct App {
    /// The private way to the database.
    pub db: Db,
    /// The public way: gallery tables, read only.
    pub gallery: PublicDb,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The master key.
    pub vault: Arc<Vault>,
    /// Who may come in.
    pub access: Access,
    /// Who takes letters.
    pub post: Post,
    /// Where webhooks may be.
    pub targets: Targets,
    /// Who waits for whose answer.
    pub replays: Replays,
    /// How long what one person proposed waits for a second one.
    pub proposals_last: TimeDelta,
    /// How clients reach this server, where that is known.
    pub public_url: Option<Url>,
    /// Whether the service is on its way out: it finishes what it does and wants no more.
    pub stopping: Arc<AtomicBool>,
}

impl App {
    /// The whole address of a path of this server, where it is known how clients reach it.
    pub fn address_of(&self, path: &str) -> Option<String> {
        self.public_url.as_ref().map(|url| format!("{}{path}", url.as_str().trim_end_matches('/')))
    }
}

/// What the OpenAPI document says about the service as a whole.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Solidarity",
        description = "The server that grassroots solidarity campaigns run on: dialogues and Jam Sessions, \
            what came of them, and the Global Gallery that shows it, country by country. No path has an escape in it: an \
            address with a percent sign before the query is 404.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    servers((url = "/", description = "This server")),
    // What no route brings; and what parameters refer to, which the contract needs to know without the rest.
    components(schemas(ZoneName, WebhookDeliveryStatus, WebhookEvent, WebhookStatus, WebhookType, WebhookVerification)),
    tags(
        (name = "sessions", description = "Signing in, staying signed in, signing out."),
        (name = "accounts", description = "One's own account, and those of the campaign's staff, hosts and members."),
        (name = "themes", description = "Topics in several languages; the public list is under `reference`."),
        (name = "guides", description = "Dialogue guides: the same questions in many countries and languages."),
        (name = "organisations", description = "Groups, NGOs, donors, universities, media and public bodies."),
        (name = "keys", description = "API keys, with which organisations' own systems ask."),
        (name = "webhooks", description = "Organisations' own systems are told that something happened (Standard Webhooks 1.0)."),
        (name = "people", description = "Activists, donors and allies, under the name or pseudonym they chose."),
        (name = "initiatives", description = "Records of continuing efforts; what stands on the map."),
        (name = "events", description = "Dialogues, Jam Sessions and everything else with a time and people."),
        (name = "scheduling", description = "Finding times that are fair to people on many clocks."),
        (name = "series", description = "Rules that make events recur in local wall time."),
        (name = "registrations", description = "Seats at events: people register, wait, come; hosts decide and check in."),
        (name = "outcomes", description = "Findings, barriers, needs, recommendations, decisions and lessons of events."),
        (name = "quotes", description = "Words somebody said, bound to the consent they gave."),
        (name = "consents", description = "Who allowed what: read, narrowed and withdrawn by whoever gave it, continued by those who record it."),
        (name = "stories", description = "Links to videos, blogs, documents and recordings."),
        (name = "imports", description = "Files of records, taken in line by line, with a verdict on each."),
        (name = "exports", description = "Records without personal data, as a bundle, a table or features on a map."),
        (name = "lockdown", description = "Taking the whole gallery down at once."),
        (name = "countries", description = "How dangerous it is to be seen in a country."),
        (name = "proposals", description = "What shows more of somebody: one person proposes it, another approves it."),
        (name = "reports", description = "Something in the gallery is about somebody, endangers them or is wrong."),
        (name = "manage-links", description = "New links for whoever lost theirs."),
        (name = "watches", description = "Letters about what is new of a country, a theme or a part of the map."),
        (name = "changes", description = "What changed, in order, for those who keep a copy of what they may see."),
        (name = "audit-log", description = "Who did what to which record."),
        (name = "submissions", description = "Newcomers ask to be on the map, follow what becomes of it, and are reviewed."),
        (name = "entries", description = "Contacts are asked every year whether what stands on the map is still so, and answer."),
        (name = "batch", description = "Queues of calls that were written offline."),
        (name = "gallery", description = "The public side: finished documents, read without credentials."),
        (name = "reference", description = "Countries, languages and themes."),
        (name = "service", description = "The service itself: its health, this document, and what its problems mean."),
    )
)]
struct Base;

/// Registers every route there is.
fn routes(routes: &mut Routes<'_>) {
    crate::http::docs::routes(routes);
    crate::rooms::routes(routes);
    crate::gallery::routes(routes);
}

/// The OpenAPI document. It needs no database.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = Base::openapi();
    Routes::describe(&mut document, routes);
    problem::describe(&mut document);
    json::describe_bodies(&mut document);
    describe_security(&mut document);
    document.webhooks = Some(webhooks::described());
    document
}

/// What of the document every process needs: the operations and their parameters; and the order in which the routes stand.
pub(crate) fn outline() -> (utoipa::openapi::OpenApi, Order) {
    let mut document = Base::openapi();
    let order = Routes::outline(&mut document, routes);
    (document, order)
}

/// The document of the service at an address, if it has one that others know.
fn openapi_at(address: Option<&str>) -> utoipa::openapi::OpenApi {
    let mut document = openapi();
    if let Some(address) = address {
        let mut server = Server::new(address);
        server.description = Some("This server".to_owned());
        document.servers = Some(vec![server]);
    }
    document
}

/// Says of every call whether it needs credentials: those that name none need none.
fn describe_security(document: &mut utoipa::openapi::OpenApi) {
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("An access token: `POST /v1/sessions` signs in. It holds for ten minutes."))
        .build();
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    let manage = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("A manage token (`sol_mt_…`): it is told once and opens one record."))
        .build();
    components.add_security_scheme("manage_token", SecurityScheme::Http(manage));
    let api_key = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some(
            "An API key of an organisation (`sol_live_…`): it is told once, and acts for that organisation alone. The scopes that a \
             call needs are listed with it.",
        ))
        .build();
    components.add_security_scheme(API_KEY, SecurityScheme::Http(api_key));
    let in_header = ApiKeyValue::with_description("X-API-Key", "The same API key, in a header of its own.");
    components.add_security_scheme(API_KEY_HEADER, SecurityScheme::ApiKey(ApiKey::Header(in_header)));
    document.security = Some(Vec::new());
    for operation in operations_mut(document) {
        let security = operation.security.get_or_insert_default();
        let with_key = security.iter().filter_map(scopes_with_key);
        let in_header: Vec<_> =
            with_key.map(|scopes| SecurityRequirement::new(API_KEY_HEADER, scopes)).collect();
        security.extend(in_header);
    }
}

/// What a request takes of the service. The service's own addresses must answer without the database, and some answers are
/// part of the program.
pub fn work_of(method: &Method, path: &str) -> Work {
    match path {
        "/v1/countries" | "/v1/languages" => Work::Little,
        "/v1/sessions" if *method == Method::POST => Work::Password,
        "/v1/batch" => Work::Batch,
        _ if is_upload(method, path) => Work::Upload,
        _ if path.starts_with("/v1/") => Work::Database,
        _ => Work::Little,
    }
}

/// Whether the body of a request is read in portions by whoever answers it.
pub fn is_upload(method: &Method, path: &str) -> bool {
    *method == Method::POST && path == "/v1/imports"
}

/// The scopes that an API key needs by one of the requirements of a call, if it is about API keys.
fn scopes_with_key(requirement: &SecurityRequirement) -> Option<Vec<String>> {
    let said = serde_json::to_value(requirement).ok()?;
    let scopes = said.get(API_KEY)?.as_array()?;
    Some(scopes.iter().filter_map(|scope| scope.as_str().map(str::to_owned)).collect())
}

/// What the document calls API keys in `Authorization`, and in a header of their own.
const API_KEY: &str = "api_key";
const API_KEY_HEADER: &str = "api_key_header";

/// The forms that everybody may send, and that cost others work.
pub const FORMS: [&str; 6] = ["submission", "duplicates", "registration", "report", "manage_links", "watch"];

/// Which of [`FORMS`] it is, if it is one.
pub fn form_of(method: &Method, path: &str) -> Option<&'static str> {
    let registers = || {
        let event = path.strip_prefix("/v1/events/")?.strip_suffix("/registrations")?;
        (!event.contains('/')).then_some("registration")
    };
    match path {
        _ if *method != Method::POST => None,
        "/v1/submissions" => Some("submission"),
        "/v1/submissions/duplicates" => Some("duplicates"),
        "/v1/reports" => Some("report"),
        "/v1/manage-links" => Some("manage_links"),
        "/v1/watches" => Some("watch"),
        _ => registers(),
    }
}

/// Who is signed in. Hosts and staff enter others, who stand in front of them, and so do partners.
pub fn insider_of(req: &HttpRequest) -> Option<Insider> {
    if let Some(key) = key_of(req) {
        return Some(Insider { account: key, trusted: true });
    }
    let SignedIn { account, role, .. } = access::signed_in(req)?;
    Some(Insider { account: account.0, trusted: role != Role::Member })
}

/// The API key with which somebody asks.
pub fn key_of(req: &HttpRequest) -> Option<Uuid> {
    access::partner(req).map(|partner| partner.key.0)
}

/// What is made once and shared by the threads that answer requests.
#[derive(Clone)]
pub struct Shared {
    app: Data<App>,
    limits: Data<Limits>,
    cache: Option<Data<Cache>>,
    contract: Data<Contract>,
    document: Data<Document>,
    order: Arc<Order>,
}

impl Shared {
    /// Puts it together.
    ///
    /// # Errors
    /// If the OpenAPI document contradicts itself.
    pub fn new(app: App, limits: Data<Limits>, cache: Option<Data<Cache>>) -> anyhow::Result<Self> {
        let (document, order) = outline();
        let address = app.public_url.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned());
        Ok(Self {
            app: Data::new(app),
            limits,
            cache,
            contract: Data::new(Contract::new(&document)?),
            document: Data::new(Document::new(move || openapi_at(address.as_deref()))),
            order: Arc::new(order),
        })
    }

    /// The application as one thread serves it, with what `further` adds to it behind the same middleware.
    pub fn web_app(
        &self,
        further: &dyn Fn(&mut web::ServiceConfig),
    ) -> WebApp<
        impl ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<impl MessageBody + use<>>,
            Error = Error,
            InitError = (),
        > + use<>,
    > {
        let app = WebApp::new().configure(|config| Routes::serve(config, &self.order, routes));
        let app = match &self.cache {
            Some(cache) => app.app_data(cache.clone()),
            None => app,
        };
        let app = app
            .configure(|services| further(services))
            .app_data(self.app.clone())
            .app_data(self.limits.clone())
            .app_data(self.contract.clone())
            .app_data(self.document.clone())
            .app_data(inside(self.clone()))
            .app_data(http::path_config())
            // What reaches an extractor was read by `limits::body`, within its bounds, which are not the library's.
            .app_data(web::PayloadConfig::new(usize::MAX))
            .wrap(from_fn(limits::forms::enforce))
            .wrap(from_fn(limits::keys::enforce))
            .wrap(from_fn(access::authenticate))
            .wrap(from_fn(limits::capacity::enforce))
            .wrap(from_fn(contract::enforce))
            .wrap(Compress::default())
            .wrap(from_fn(cache::serve))
            .wrap(from_fn(limits::body::enforce))
            .wrap(from_fn(access::refuse_in_address))
            .wrap(from_fn(limits::rate::enforce))
            .wrap(from_fn(cors::allow))
            .wrap(from_fn(plain::enforce));
        manners::wrap(app, Arc::new(crate::ids::v4))
    }
}

/// The service once more, for who asks it from inside.
fn inside(shared: Shared) -> Inside {
    Inside::new(move || {
        let app = shared.web_app(&|_| ()).into_factory();
        async move {
            let service = app.new_service(AppConfig::default()).await.ok()?;
            Some(move |request| service.call(request).map_ok(ServiceResponse::map_into_boxed_body))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_of_every_parameter_compiles() {
        Contract::new(&outline().0).unwrap().compile().unwrap();
    }
}
