//! Nothing is sent to a mailbox that has not said yes, and whoever asks learns nothing.

use std::time::Duration;

use api::config::settings::{FORM_LIMITS, REQUIRE_TOTP};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use super::{AMINA, CONFIRM, DAY, MINE, arrived, confirmed, mine, open, published, token, wish};
use crate::house::mailbox::{Mailbox, Manner};
use crate::house::{House, mistyped};
use crate::records::sorted;

/// The keys with which records are sealed.
const KEYS: &str = "SELECT count(*) AS n FROM data_key";

#[tokio::test]
async fn a_mailbox_is_asked_first_and_forgotten_if_it_does_not_answer() {
    let mailbox = Mailbox::open(Manner::Accept);
    let house = open(&mailbox.address()).await;
    let host = house.host().await;
    let keys = house.count(KEYS).await;
    let body = wish(
        "Amina@Example.org",
        json!({"countries": ["SS", "KE", "SS"], "bbox": [24.0, 3.0, 36.0, 13.0], "language": "es-MX"}),
    );
    let asked = house.post("/v1/watches", body).await;
    assert_eq!((asked.status, asked.text()), (202, "{}"), "no token: whoever asks may be somebody else");
    let dump = house.dump("watch").await.to_lowercase();
    assert!(!dump.contains("amina@") && !dump.contains("countries"), "address and wish are sealed");
    house.run_jobs().await;
    let [letter] = &arrived(&mailbox)[..] else { panic!("one letter") };
    assert_eq!((letter.header("to"), letter.header("subject")), ("Amina@Example.org", "Confirme, por favor"));
    let token = token(letter);
    let read = mine(&house, &token, Method::GET, MINE, None).await;
    let watch = read.json();
    assert_eq!((&watch["status"], &watch["confirmed_at"]), (&json!("unconfirmed"), &Value::Null));
    assert_eq!((&watch["countries"], &watch["kinds"]), (&json!(["KE", "SS"]), &json!([])));
    assert!(!read.text().to_lowercase().contains("example.org"), "whoever finds the token learns no address");

    published(&host, "Dialogue on seeds", "SS").await;
    for _ in 0..2 {
        house.advance(Duration::from_secs(DAY - 60));
        house.run_jobs().await;
    }
    assert!(arrived(&mailbox).is_empty(), "nobody has said that this is wanted");
    assert_eq!(house.count("SELECT count(*) AS n FROM watch").await, 1);
    house.advance(Duration::from_secs(120));
    for (method, path) in [(Method::GET, MINE), (Method::POST, CONFIRM), (Method::DELETE, MINE)] {
        assert_eq!(mine(&house, &token, method, path, None).await.status, 401, "its time is over: {path}");
    }
    house.run_jobs().await;
    assert_eq!(house.count("SELECT count(*) AS n FROM watch").await, 0);
    assert_eq!(house.count(KEYS).await, keys + 1, "the event has one; none of the watch is left");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn saying_yes_twice_or_at_once_is_saying_it_once_and_other_tokens_open_nothing() {
    let mailbox = Mailbox::open(Manner::Accept);
    let house = open(&mailbox.address()).await;
    assert_eq!(house.post("/v1/watches", wish(AMINA, json!({}))).await.status, 202);
    house.run_jobs().await;
    let token = token(&arrived(&mailbox)[0]);
    let said = join_all((0..6).map(|_| mine(&house, &token, Method::POST, CONFIRM, Some(json!({}))))).await;
    assert!(said.iter().all(|answer| answer.status == 200 && answer.text() == said[0].text()));
    assert_eq!((&said[0].json()["status"], said[0].header("etag")), (&json!("active"), "\"2\""));
    house.advance(Duration::from_secs(3 * DAY));
    house.run_jobs().await;
    let again = mine(&house, &token, Method::POST, CONFIRM, None).await;
    assert_eq!((again.status, again.text()), (200, said[0].text()), "it stays");

    let other = crate::submissions::newcomer_with(json!({}));
    let tracking =
        house.post("/v1/submissions", other).await.json()["tracking_token"].as_str().unwrap().to_owned();
    let typo = mistyped(&token, 20);
    for wrong in ["", "sol_mt_", &tracking, &typo] {
        for (method, path) in [(Method::GET, MINE), (Method::DELETE, MINE), (Method::POST, CONFIRM)] {
            assert_eq!(mine(&house, wrong, method, path, None).await.status, 401, "{path}");
        }
    }
    let edit = |etag: &'static str, body: Value| {
        crate::house::answer(
            house.request(Method::PATCH, MINE).bearer_auth(&token).header("if-match", etag).json(&body),
        )
    };
    assert_eq!(edit("\"1\"", json!({"every": "week"})).await.status, 412);
    let edited = edit("\"2\"", json!({"every": "week", "countries": ["SS"], "kinds": ["event"]})).await;
    assert_eq!((edited.status, &edited.json()["countries"]), (200, &json!(["SS"])), "{}", edited.text());
    let cleared = edit("\"3\"", json!({"countries": null})).await.json();
    assert_eq!(
        (&cleared["countries"], &cleared["kinds"], &cleared["every"]),
        (&json!([]), &json!(["event"]), &json!("week"))
    );
    for (body, fault) in [
        (json!({"countries": ["XX"]}), ("#/countries/0", "unknown_reference")),
        (json!({"bbox": [0, 2, 1, 1]}), ("#/bbox", "out_of_order")),
        (json!({"email": "other@example.org"}), ("#/email", "unknown_field")),
    ] {
        let refused = edit("*", body).await;
        assert_eq!(sorted(&refused), [(fault.0.to_owned(), fault.1.to_owned())]);
    }
}

#[tokio::test]
async fn no_mailbox_is_flooded_and_the_answer_is_the_same_for_all() {
    let mailbox = Mailbox::open(Manner::Accept);
    let house = open(&mailbox.address()).await;
    for _ in 0..6 {
        for email in [AMINA, "AMINA@example.org"] {
            let asked = house.post("/v1/watches", wish(email, json!({}))).await;
            assert_eq!((asked.status, asked.text()), (202, "{}"));
        }
    }
    house.run_jobs().await;
    let letters = arrived(&mailbox);
    assert_eq!(letters.len(), 3, "three, however often somebody asks");
    assert_eq!(house.count("SELECT count(*) AS n FROM watch").await, 3, "of the rest nothing is kept");
    let other = confirmed(&house, &mailbox, "other@example.org", json!({})).await;
    assert_eq!(mine(&house, &other, Method::GET, MINE, None).await.status, 200, "others are not held up");
    // Whoever says yes may have another one.
    assert_eq!(mine(&house, &token(&letters[0]), Method::POST, CONFIRM, None).await.status, 200);
    house.post("/v1/watches", wish(AMINA, json!({}))).await;
    house.run_jobs().await;
    assert_eq!(arrived(&mailbox).len(), 1);

    let strict = House::open_with(&[(&FORM_LIMITS, "1/h, 1/h"), (&REQUIRE_TOTP, "false")]).await;
    let off = strict.post("/v1/watches", wish(AMINA, json!({}))).await;
    assert_eq!((off.status, &*off.code()), (409, "conflict"), "no letters are sent there");
    assert!(off.json()["detail"].as_str().unwrap().contains("No letters are sent"));
    assert_eq!(strict.post("/v1/watches", wish(AMINA, json!({}))).await.status, 429);
    let wrong = house.post("/v1/watches", wish("no address", json!({"countries": ["SSD"]}))).await;
    assert_eq!(wrong.status, 422);
    assert!(!wrong.text().contains("no address") && !wrong.text().contains("SSD"));
    assert_eq!(sorted(&house.post("/v1/watches", json!({"every": "day", "language": "en"})).await).len(), 1);
}

#[tokio::test]
async fn lost_links_are_mailed_anew_and_accounts_have_watches_of_their_own() {
    let mailbox = Mailbox::open(Manner::Accept);
    let house = open(&mailbox.address()).await;
    let former = confirmed(&house, &mailbox, AMINA, json!({})).await;
    house.post("/v1/watches", wish(AMINA, json!({}))).await;
    house.run_jobs().await;
    arrived(&mailbox);
    assert_eq!(house.post("/v1/manage-links", json!({"email": AMINA})).await.status, 202);
    house.run_jobs().await;
    let [letter] = &arrived(&mailbox)[..] else { panic!("one letter") };
    assert_eq!(letter.text.matches("/watch#").count(), 1, "what is not confirmed has its own letter");
    assert_eq!(mine(&house, &former, Method::GET, MINE, None).await.status, 401);
    assert_eq!(mine(&house, &token(letter), Method::GET, MINE, None).await.status, 200);

    let (member, stranger, admin) = (house.member().await, house.member().await, house.admin().await);
    let made =
        member.post("/v1/watches", json!({"every": "week", "language": "fr", "kinds": ["story"]})).await;
    assert_eq!((made.status, made.header("location")), (201, MINE), "{}", made.text());
    let made = made.json();
    assert_eq!(made["watch"]["status"], "active", "it is their own address");
    let own = made["manage_token"].as_str().unwrap();
    assert_eq!(mine(&house, own, Method::GET, MINE, None).await.json()["id"], made["watch"]["id"]);
    let listed = member.get("/v1/me/watches").await.json();
    assert_eq!(listed["items"], json!([made["watch"]]));
    assert_eq!(stranger.get("/v1/me/watches").await.json()["items"], json!([]));
    let path = format!("/v1/me/watches/{}", made["watch"]["id"].as_str().unwrap());
    for other in [&stranger, &admin] {
        assert_eq!(other.delete(&path).await.status, 404);
    }
    let log = admin.get("/v1/audit-log?limit=100").await;
    assert!(
        !log.text().contains("watch") && !log.text().contains(made["watch"]["id"].as_str().unwrap()),
        "no log tells"
    );
    assert_eq!(member.delete(&path).await.status, 204);
    assert_eq!(mine(&house, own, Method::GET, MINE, None).await.status, 401);
    // Whoever closes their account is forgotten with all they watch.
    for _ in 0..2 {
        member.post("/v1/watches", json!({"every": "day", "language": "en"})).await;
    }
    confirmed(&house, &mailbox, &member.email, json!({})).await;
    let farewell = json!({"password": crate::house::actors::PASSWORD});
    assert_eq!(member.post("/v1/me/erase", farewell).await.status, 204);
    assert_eq!(
        house.count("SELECT count(*) AS n FROM watch WHERE confirmed_at IS NOT NULL").await,
        1,
        "Amina's"
    );
}
