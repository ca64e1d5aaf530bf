//! A small app in its manners, asked over a real socket: also the example of how to compose one.

use std::{
    io,
    sync::{Arc, Mutex},
};

use actix_web::{
    App, HttpServer, get,
    http::StatusCode,
    middleware::{Compress, from_fn},
    test, web,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tracing_subscriber::fmt::format::FmtSpan;
use utoipa::{IntoParams, OpenApi, ToSchema, openapi};
use uuid::Uuid;

use super::{
    contract, docs, manners,
    page::Paging,
    path_config,
    query::Query,
    routes::{Order, Routes},
};
use crate::problem::{self, Problem};

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Theme {
    Water,
    Work,
}

#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Filters {
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, max_items = 2)]
    theme: Vec<Theme>,
    #[param(nullable = false, style = Form, explode = false, min_items = 4, max_items = 4)]
    bbox: Option<Vec<f64>>,
    #[param(nullable = false, max_length = 5)]
    q: Option<String>,
    #[param(nullable = false)]
    upcoming: Option<bool>,
    #[param(nullable = false, inline)]
    main_theme: Option<Theme>,
    #[param(nullable = false)]
    near: Option<Zone>,
}

/// Stricter than its schema, as a time zone is.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String")]
struct Zone(String);

impl TryFrom<String> for Zone {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.contains('/') { Ok(Self(text)) } else { Err("no such zone") }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct EventPath {
    event_id: Uuid,
}

#[utoipa::path(params(Filters, Paging), responses((status = 200, description = "Events"), Problem))]
#[get("/v1/events")]
async fn events(filters: Query<Filters>, paging: Query<Paging>) -> web::Json<Value> {
    web::Json(json!({"filters": filters.0, "limit": paging.0.limit.get(), "cursor": paging.0.cursor}))
}

#[utoipa::path(params(EventPath), responses((status = 200, description = "An event"), Problem))]
#[get("/v1/events/{event_id}")]
async fn event(path: web::Path<EventPath>) -> Result<web::Json<Uuid>, Problem> {
    if path.event_id.is_nil() { Err(Problem::gone()) } else { Ok(web::Json(path.event_id)) }
}

#[utoipa::path(responses((status = 200, description = "Never"), Problem))]
#[get("/v1/events/panic")]
async fn panics() -> &'static str {
    panic!("out of order")
}

#[utoipa::path(responses((status = 200, description = "Never"), Problem))]
#[get("/v1/events/misconfigured")]
async fn misconfigured(_: web::Data<Zone>) -> &'static str {
    "never"
}

/// Where the document starts. Schemas that only parameters refer to are not collected: name them here, or describe
/// the parameter with `inline`.
#[derive(OpenApi)]
#[openapi(info(title = "Example", version = "1"), components(schemas(Zone)))]
struct Api;

fn routes(routes: &mut Routes<'_>) {
    routes.configure(docs::routes).service(panics).service(misconfigured).service(events).service(event);
}

/// The document needs no server: it is written before the first worker starts.
fn document() -> (openapi::OpenApi, Order) {
    let mut document = Api::openapi();
    let order = Routes::outline(&mut openapi::OpenApi::default(), routes);
    Routes::describe(&mut document, routes);
    problem::describe(&mut document);
    (document, order)
}

/// Starts the app on a free port and returns its address.
async fn serve() -> String {
    let (described, order) = document();
    let contract = web::Data::new(contract::Contract::new(&described).unwrap());
    let document = web::Data::new(docs::Document::new(|| document().0));
    let new_id: manners::NewId = Arc::new(|| Uuid::from_u128(7));
    let server = HttpServer::new(move || {
        let app = App::new()
            .configure(|config| Routes::serve(config, &order, routes))
            .app_data(contract.clone())
            .app_data(document.clone())
            .app_data(path_config())
            .wrap(from_fn(contract::enforce))
            .wrap(Compress::default());
        manners::wrap(app, Arc::clone(&new_id))
    });
    let server = server.workers(1).bind(("127.0.0.1", 0)).unwrap();
    let address = format!("http://{}", server.addrs()[0]);
    actix_web::rt::spawn(server.run());
    address
}

async fn send(method: &str, path: &str) -> reqwest::Response {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let url = format!("{}{path}", serve().await);
    client.request(method.parse().unwrap(), url).send().await.unwrap()
}

async fn get_json(path: &str) -> Value {
    send("GET", path).await.json().await.unwrap()
}

/// Status and code, having checked that it is a problem in its full shape.
async fn problem(method: &str, path: &str) -> (u16, String) {
    let answer = send(method, path).await;
    let header = |name| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), problem::MEDIA_TYPE);
    assert_eq!(header("cache-control"), "no-store");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
    assert_eq!(header("x-request-id"), Uuid::from_u128(7).to_string());
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["status"], status);
    assert_eq!(body["instance"], "urn:uuid:00000000-0000-0000-0000-000000000007");
    (status, body["code"].as_str().unwrap().to_owned())
}

#[actix_web::test]
async fn a_handler_gets_its_parameters_as_they_are_meant() {
    let answer =
        get_json("/v1/events?theme=water,work&bbox=-1.5,2,3,4&q=a%20b&upcoming=true&limit=3&main_theme=work");
    let filters = json!({"theme": ["water", "work"], "bbox": [-1.5, 2.0, 3.0, 4.0], "q": "a b", "upcoming": true,
        "main_theme": "work", "near": null});
    assert_eq!(answer.await, json!({"filters": filters, "limit": 3, "cursor": null}));
    assert_eq!(get_json("/v1/events").await["limit"], 25);
}

#[actix_web::test]
async fn all_faults_of_a_query_are_told_at_once_and_no_value_is_repeated() {
    let query = "limit=0&theme=water,secret&q=secrets&q=2&colour=secret&upcoming=secret&bbox=1,2&main_theme=x&cursor=!";
    let answer = send("GET", &format!("/v1/events?{query}")).await.text().await.unwrap();
    assert!(!answer.contains("secret"), "{answer}");
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let faults: Vec<_> = answer["errors"].as_array().unwrap().iter().collect();
    let told: Vec<_> = faults
        .iter()
        .map(|fault| ["parameter", "code", "detail"].map(|member| fault[member].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ["limit", "out_of_range", "must be between 1 and 100"],
            ["theme", "not_one_of", "each value must be one of `water`, `work`"],
            ["q", "too_long", "must have at most 5 characters"],
            ["q", "repeated_parameter", "must be given only once"],
            [
                "colour",
                "unknown_parameter",
                "must be one of: theme, bbox, q, upcoming, main_theme, near, limit, cursor"
            ],
            ["upcoming", "wrong_type", "must be `true` or `false`"],
            ["bbox", "too_few", "must have exactly 4 values"],
            ["main_theme", "not_one_of", "must be one of `water`, `work`"],
            ["cursor", "too_short", "must have between 12 and 512 characters"],
            ["cursor", "invalid_format", "must match ^[A-Za-z0-9_-]+$"],
        ]
    );
}

#[actix_web::test]
async fn characters_that_nothing_can_store_are_refused() {
    for (query, code) in [
        ("q=%00", "invalid_character"),
        ("q=%C2%85", "invalid_character"),
        ("q=%ff", "invalid_encoding"),
        ("q=%2", "invalid_encoding"),
        ("near=Nowhere", "invalid_format"),
    ] {
        let answer = get_json(&format!("/v1/events?{query}")).await;
        assert_eq!(answer["errors"][0]["code"], code, "{query}");
        assert_eq!(answer["errors"][0]["parameter"], query.split('=').next().unwrap());
    }
}

#[actix_web::test]
async fn every_error_is_a_problem() {
    let too_long = format!("/v1/events?q={}", "a".repeat(9000));
    for (method, path, status, code) in [
        ("GET", "/nowhere?x=%00", 404, "not_found"),
        ("GET", "/v1/events/", 404, "not_found"),
        ("GET", "/v1/events/7", 404, "not_found"),
        ("GET", "/v1/events/00000000-0000-0000-0000-000000000000", 410, "gone"),
        ("GET", "/v1/events/panic", 500, "internal"),
        ("GET", "/v1/events/misconfigured", 500, "internal"),
        ("GET", "/v1/events/00000000-0000-0000-0000-000000000001?x=1", 400, "invalid_parameter"),
        ("GET", &too_long, 414, "uri_too_long"),
        ("GET", "/problems/unheard_of", 404, "not_found"),
        ("GET", "/docs/unheard_of.js", 404, "not_found"),
        ("TRACE", "/v1/events", 405, "method_not_allowed"),
        ("POST", "/docs", 405, "method_not_allowed"),
        ("BREW", "/livez", 405, "method_not_allowed"),
    ] {
        assert_eq!(problem(method, path).await, (status, code.to_owned()), "{method} {path}");
    }
}

#[actix_web::test]
async fn other_methods_learn_which_are_allowed() {
    let refused = send("DELETE", "/v1/events").await;
    assert_eq!(
        (refused.status().as_u16(), &refused.headers()["allow"]),
        (405, &"GET, HEAD, OPTIONS".parse().unwrap())
    );
    let asked = send("OPTIONS", "/v1/events").await;
    assert_eq!(
        (asked.status().as_u16(), &asked.headers()["allow"]),
        (204, &"GET, HEAD, OPTIONS".parse().unwrap())
    );
}

#[actix_web::test]
async fn head_is_get_without_the_body() {
    for path in ["/livez", "/v1/events?limit=0", "/docs/", "/openapi.json"] {
        let (get, head) = (send("GET", path).await, send("HEAD", path).await);
        assert_eq!(head.status(), get.status());
        assert_eq!(head.headers()["content-length"], get.headers()["content-length"]);
        assert!(head.bytes().await.unwrap().is_empty() && !get.bytes().await.unwrap().is_empty());
    }
}

#[actix_web::test]
async fn the_document_is_served_with_an_etag_and_is_what_is_enforced() {
    let answer = send("GET", "/openapi.json").await;
    let etag = answer.headers()["etag"].clone();
    let document: Value = answer.json().await.unwrap();
    let theme = &document["paths"]["/v1/events"]["get"]["parameters"][0];
    assert_eq!((&theme["style"], &theme["explode"]), (&json!("form"), &json!(false)));
    assert_eq!((&theme["required"], &theme["schema"]["type"]), (&json!(false), &json!("array")));
    let responses = &document["paths"]["/livez"]["get"]["responses"];
    assert_eq!(responses["404"]["$ref"], "#/components/responses/Problem404");
    assert_eq!(document["components"]["schemas"]["ProblemCode"]["enum"][0], "bad_request");

    let client = reqwest::Client::new();
    let url = format!("{}/openapi.json", serve().await);
    let again = client.get(url).header("if-none-match", etag).send().await.unwrap();
    assert_eq!(again.status().as_u16(), StatusCode::NOT_MODIFIED.as_u16());
}

#[actix_web::test]
async fn people_find_the_explorer_and_a_page_for_every_problem() {
    let moved = send("GET", "/docs").await;
    assert_eq!((moved.status().as_u16(), &moved.headers()["location"]), (308, &"/docs/".parse().unwrap()));
    let explorer = send("GET", "/docs/").await;
    assert!(explorer.headers()["content-security-policy"].to_str().unwrap().contains("script-src 'self'"));
    for kind in problem::Kind::ALL {
        let page = send("GET", &format!("/problems/{}", kind.row().code)).await;
        assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
        assert!(page.text().await.unwrap().contains(kind.row().title));
    }
    assert!(send("GET", "/problems").await.text().await.unwrap().contains("/problems/gone"));
}

#[actix_web::test]
async fn an_encoding_that_we_do_not_have_is_a_problem_too() {
    let request =
        reqwest::Client::new().get(format!("{}/livez", serve().await)).header("accept-encoding", "*;q=0");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 406);
    assert_eq!(answer.json::<Value>().await.unwrap()["code"], "not_acceptable");
}

/// Collects what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(line)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[actix_web::test]
async fn the_log_knows_the_route_and_the_cause_but_no_path_and_no_query() {
    let (log, id) = (Log::default(), Uuid::from_u128(8));
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_span_events(FmtSpan::CLOSE)
        .with_writer(move || writer.clone())
        .finish();
    // For all threads: a span that another one meets first would else be switched off for this one too.
    tracing::subscriber::set_global_default(subscriber).unwrap();

    #[get("/v1/events/{event_id}")]
    async fn broken() -> Result<String, Problem> {
        Err(Problem::internal(anyhow::anyhow!("expected a date, got \"secret\"")))
    }
    let contract = web::Data::new(contract::Contract::new(&document().0).unwrap());
    let app = App::new().service(broken).app_data(contract);
    let app = test::init_service(manners::wrap(app, Arc::new(move || id))).await;
    let request =
        test::TestRequest::get().uri("/v1/events/secret?q=secret").insert_header(("user-agent", "secret"));
    assert_eq!(test::call_service(&app, request.to_request()).await.status(), 500);

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let log: String = log.lines().filter(|line| line.contains(&id.to_string())).collect();
    let span = format!("request{{request_id={id} method=GET route=\"/v1/events/{{event_id}}\" status=500}}");
    assert!(log.contains(&span), "{log}");
    assert!(log.contains("expected a date, got …") && !log.contains("secret"), "{log}");
}
