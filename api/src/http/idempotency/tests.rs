use std::sync::Arc;
use std::time::Duration;

use actix_http::Request;
use actix_web::body::to_bytes;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::header::HeaderMap;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, init_service};
use actix_web::web::{Data, Path};
use actix_web::{App as WebApp, Error, post};
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::*;
use crate::access::Access;
use crate::access::password::Cost;
use crate::db::open_public;
use crate::db::testing::{Ground, on_each};
use crate::http::limits::capacity::Work;
use crate::http::limits::client::Proxies;
use crate::http::limits::{Limits, body};
use crate::ids;
use crate::outbox::{self, Fact, Mail, Post};

const KEY: &str = "0b5c3c0e-6d0f-4a51-9f0b-3f1e2d7c9a84";
const FACTS: &str = "SELECT count(*) FROM outbox_fact";

/// Where effects wait until a test lets them go on.
struct Gate(Semaphore);

#[post("/things/{name}")]
async fn make(
    app: Data<App>,
    gate: Data<Gate>,
    once: Once,
    req: HttpRequest,
    name: Path<String>,
) -> Result<HttpResponse, Problem> {
    let header = req.headers().get("x-caller").and_then(|caller| caller.to_str().ok()?.parse().ok());
    let caller = header.map_or(Caller::Nobody, |number| Caller::Holder(Uuid::from_u128(number)));
    let name = &*name;
    once.run(&app, caller, async |tx| {
        let account_id = ids::v4();
        outbox::tell(tx, Fact::AccountInvited { account_id }).await?;
        match name.as_str() {
            "slow" => gate.0.acquire().await.map_err(Problem::internal)?.forget(),
            "refused" => return Err(Problem::not_found("thing")),
            _ => {}
        }
        let body = json!({"id": account_id, "token": "a secret told once"});
        Ok(Reply::created(format!("/things/{account_id}"), &body)?.etag("\"1\"").about(account_id))
    })
    .await
}

/// One process on the database.
async fn process(
    ground: &Ground,
    gate: &Data<Gate>,
) -> impl Service<Request, Response = ServiceResponse, Error = Error> + use<> {
    let app = App {
        db: ground.db.clone(),
        gallery: open_public(&ground.target, None).await.unwrap(),
        clock: ground.clock.clone(),
        vault: ground.vault.clone(),
        access: Access::new(ground.vault.clone(), ground.clock.clone(), Cost::LEAST, true, false).unwrap(),
        post: Post::new(&Mail::Off, None, &ground.folder, ground.vault.clone()).unwrap(),
        replays: Replays::default(),
        proposals_last: chrono::TimeDelta::days(7),
        public_url: None,
        stopping: Arc::default(),
        targets: crate::outbox::Targets::default(),
    };
    let app = WebApp::new()
        .app_data(Data::new(app))
        .app_data(gate.clone())
        .app_data(Data::new(Limits::new(None, Proxies::default(), |_, _| Work::Database)))
        .service(make)
        .wrap(from_fn(body::enforce));
    init_service(app).await
}

fn gate() -> Data<Gate> {
    Data::new(Gate(Semaphore::new(0)))
}

fn request(path: &str, key: &str, caller: u128, body: &str) -> Request {
    let mut request = TestRequest::post().uri(path).set_payload(body.to_owned());
    request = request.insert_header(("content-length", body.len()));
    if !key.is_empty() {
        request = request.insert_header((IDEMPOTENCY_KEY, key));
    }
    if caller > 0 {
        request = request.insert_header(("x-caller", caller.to_string()));
    }
    request.to_request()
}

/// Status, headers and body of an answer.
struct Answer(u16, HeaderMap, Value);

impl Answer {
    fn replayed(&self) -> bool {
        self.1.get(IDEMPOTENT_REPLAYED).is_some_and(|value| value == "true")
    }
}

async fn send(
    process: &impl Service<Request, Response = ServiceResponse, Error = Error>,
    request: Request,
) -> Answer {
    let response = match process.call(request).await {
        Ok(response) => response.into_parts().1,
        Err(error) => HttpResponse::from_error(error),
    };
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = to_bytes(response.into_body()).await.unwrap_or_default();
    Answer(status, headers, serde_json::from_slice(&bytes).unwrap_or_default())
}

#[actix_web::test]
async fn a_repetition_gets_the_same_answer_and_has_no_effect() {
    on_each(async |ground| {
        let process = process(ground, &gate()).await;
        let first = send(&process, request("/things/a", KEY, 0, r#"{"a":1,"b":2}"#)).await;
        assert_eq!((first.0, first.replayed()), (201, false));
        let again = send(&process, request("/things/a", KEY, 0, r#"{ "b": 2, "a": 1.0 }"#)).await;
        assert_eq!((again.0, again.replayed()), (201, true));
        assert_eq!(again.2, first.2);
        for name in ["location", "etag", "content-type"] {
            assert!(first.1.contains_key(name), "{name}");
            assert_eq!(again.1.get(name), first.1.get(name), "{name}");
        }
        assert_eq!(ground.count(FACTS).await, 1);
        let other = send(&process, request("/things/a", KEY, 0, r#"{"a":2}"#)).await;
        assert_eq!(other.0, 422);
        assert_eq!(ground.count(FACTS).await, 1);
        let without = send(&process, request("/things/a", "", 0, r#"{"a":1,"b":2}"#)).await;
        assert_eq!((without.0, without.replayed()), (201, false));
        assert_eq!(ground.count(FACTS).await, 2);
    })
    .await;
}

#[actix_web::test]
async fn of_twenty_twins_in_two_processes_one_has_an_effect_and_all_get_its_answer() {
    on_each(async |ground| {
        let gate = gate();
        let processes = [process(ground, &gate).await, process(ground, &gate).await];
        let twins = (0..20).map(|number| send(&processes[number % 2], request("/things/a", KEY, 7, "{}")));
        let answers = join_all(twins).await;
        assert_eq!(ground.count(FACTS).await, 1);
        assert_eq!(answers.iter().filter(|answer| !answer.replayed()).count(), 1);
        for answer in &answers {
            assert_eq!((answer.0, &answer.2), (201, &answers[0].2));
        }
    })
    .await;
}

#[actix_web::test]
async fn a_twin_that_waits_too_long_is_told_so_and_gets_the_answer_later() {
    on_each(async |ground| {
        let gate = gate();
        let (here, there) = (process(ground, &gate).await, process(ground, &gate).await);
        let slow = || request("/things/slow", KEY, 7, "");
        let first = send(&here, slow());
        let twins = async {
            // The first is running: its gate is shut.
            tokio::time::sleep(Duration::from_millis(50)).await;
            let twin = send(&here, slow()).await;
            assert_eq!(twin.0, 409);
            if ground.db.backend() == sea_orm::DbBackend::Postgres {
                assert_eq!(send(&there, slow()).await.0, 409);
            }
            gate.0.add_permits(1);
        };
        let (first, ()) = tokio::join!(first, twins);
        assert_eq!((first.0, first.replayed()), (201, false));
        for process in [&here, &there] {
            let later = send(process, slow()).await;
            assert_eq!((later.0, later.replayed(), &later.2), (201, true, &first.2));
        }
        assert_eq!(ground.count(FACTS).await, 1);
    })
    .await;
}

#[actix_web::test]
async fn what_fails_or_is_cut_off_stores_nothing() {
    on_each(async |ground| {
        let gate = gate();
        let process = process(ground, &gate).await;
        for _ in 0..2 {
            let refused = send(&process, request("/things/refused", KEY, 7, "{}")).await;
            assert_eq!((refused.0, refused.replayed()), (404, false));
        }
        let cut_off = tokio::time::timeout(
            Duration::from_millis(100),
            send(&process, request("/things/slow", KEY, 7, "{}")),
        );
        assert!(cut_off.await.is_err());
        assert_eq!(ground.count("SELECT count(*) FROM idempotent_answer").await, 0);
        assert_eq!(ground.count(FACTS).await, 0);
        gate.0.add_permits(1);
        let again = send(&process, request("/things/slow", KEY, 7, "{}")).await;
        assert_eq!((again.0, again.replayed()), (201, false));
    })
    .await;
}

#[actix_web::test]
async fn a_key_belongs_to_one_caller_and_one_address() {
    on_each(async |ground| {
        let process = process(ground, &gate()).await;
        let first = send(&process, request("/things/a", KEY, 7, "{}")).await;
        for (path, caller) in [("/things/a", 8), ("/things/a", 0), ("/things/b", 7)] {
            let other = send(&process, request(path, KEY, caller, "{}")).await;
            assert_eq!((other.0, other.replayed()), (201, false), "{path} {caller}");
            assert_ne!(other.2, first.2);
        }
        assert_eq!(ground.count(FACTS).await, 4);
    })
    .await;
}

#[actix_web::test]
async fn a_key_that_could_be_guessed_needs_credentials() {
    on_each(async |ground| {
        let process = process(ground, &gate()).await;
        assert_eq!(send(&process, request("/things/a", "1", 7, "{}")).await.0, 201);
        assert!(send(&process, request("/things/a", "1", 7, "{}")).await.replayed());
        for key in ["1", "registration-2027-03", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"] {
            assert_eq!(send(&process, request("/things/a", key, 0, "{}")).await.0, 400, "{key}");
        }
        for key in ["a b", "é", &"a".repeat(256)] {
            assert_eq!(send(&process, request("/things/a", key, 7, "{}")).await.0, 400, "{key}");
        }
        let twice = TestRequest::post().uri("/things/a");
        let twice = twice.append_header((IDEMPOTENCY_KEY, KEY)).append_header((IDEMPOTENCY_KEY, KEY));
        assert_eq!(send(&process, twice.to_request()).await.0, 400);
        assert_eq!(ground.count(FACTS).await, 1);
    })
    .await;
}

#[actix_web::test]
async fn an_answer_is_kept_for_a_day_and_cannot_be_read_from_the_database() {
    on_each(async |ground| {
        let process = process(ground, &gate()).await;
        let first = send(&process, request("/things/a", KEY, 0, "{}")).await;
        for told in ["a secret told once", KEY, first.2["id"].as_str().unwrap()] {
            let hexadecimal: String = told.bytes().map(|byte| format!("{byte:02x}")).collect();
            let as_text = match ground.db.backend() {
                sea_orm::DbBackend::Postgres => "encode(sealed, 'hex')",
                _ => "lower(hex(sealed))",
            };
            let found =
                format!("SELECT count(*) FROM idempotent_answer WHERE {as_text} LIKE '%{hexadecimal}%'");
            assert_eq!(ground.count(&found).await, 0, "{told}");
        }
        ground.clock.advance(Duration::from_secs(24 * 3600 - 1));
        tidy_up(&ground.db).await.unwrap();
        assert!(send(&process, request("/things/a", KEY, 0, "{}")).await.replayed());
        ground.clock.advance(Duration::from_secs(1));
        let late = send(&process, request("/things/a", KEY, 0, "{}")).await;
        assert!(!late.replayed(), "the worker has not been there, and still it is over");
        ground.clock.advance(Duration::from_secs(24 * 3600));
        tidy_up(&ground.db).await.unwrap();
        assert_eq!(ground.count("SELECT count(*) FROM idempotent_answer").await, 0);
    })
    .await;
}

#[actix_web::test]
async fn what_was_withdrawn_is_not_told_again_and_not_done_again() {
    on_each(async |ground| {
        let process = process(ground, &gate()).await;
        let first = send(&process, request("/things/a", KEY, 0, "{}")).await;
        let record: Uuid = first.2["id"].as_str().unwrap().parse().unwrap();
        ground.db.write(async |tx| forget(tx, record).await).await.unwrap();
        assert_eq!(send(&process, request("/things/a", KEY, 0, "{}")).await.0, 410);
        assert_eq!(ground.count(FACTS).await, 1);
    })
    .await;
}

#[actix_web::test]
async fn nobody_who_has_gone_is_remembered() {
    let replays = Replays::default();
    let id = ids::v4();
    let turn = replays.turn(id).await.unwrap();
    assert_eq!(replays.turn(id).await.err().unwrap().kind(), Kind::InProgress);
    drop(turn);
    drop(replays.turn(id).await.unwrap());
    assert!(replays.is_empty());
}
