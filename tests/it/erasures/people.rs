//! Who may, what goes, and what stays.

use std::time::Duration;

use serde_json::json;

use super::{NAME, WORDS, named, told};
use crate::bundle::{Bundle, event};
use crate::events::dialogue;
use crate::house::House;
use crate::records::address;
use crate::registrations::{comer, desk, scheduled};
use crate::series::weekly;
use crate::submissions::newcomer_with;

#[tokio::test]
async fn nothing_tells_of_somebody_who_is_erased() {
    let house = House::open().await;
    house.import(&told()).await.applied();
    let (admin, host, member) = (house.admin().await, house.host().await, house.member().await);
    let person = named(&admin, NAME).await;
    let contact = json!({"contact": {"email": "nyandeng@example.org"}});
    let person = admin.edits(&person, contact).await;
    let account = format!("/v1/accounts/{}", member.id);
    assert_eq!(admin.patch(&account, json!({"person": person["id"]})).await.status, 200);
    // Their seat is the last one; somebody waits for it.
    let meeting = scheduled(&host, json!({"capacity": 1})).await;
    let seat = member.post(&desk(&meeting), json!({"display_name": NAME, "role": "activist"})).await;
    assert_eq!((seat.status, &seat.json()["registration"]["status"]), (201, &json!("confirmed")));
    let waits = house.post(&desk(&meeting), comer("activist")).await.json();
    assert_eq!(waits["registration"]["status"], "waitlisted");
    assert_eq!(member.post("/v1/me/calendar-feed", json!({})).await.status, 201);
    let asks = newcomer_with(json!({"submitter": {"name": NAME, "email": "nyandeng@example.org"}}));
    assert_eq!(member.post("/v1/submissions", asks).await.status, 201);
    let mut series = weekly(&house);
    series["template"]["facilitators"] = json!([person["id"]]);
    series["template"]["co_hosts"] = json!([person["id"]]);
    let series = admin.makes("series", series).await;
    house.run_jobs().await;
    let mut helped = dialogue();
    helped["facilitators"] = json!([person["id"]]);
    let helped = admin.makes("events", helped).await;
    let gallery = house.items("/v1/gallery/events").await;
    let hosted = gallery.iter().find(|item| item["hosts"][0]["name"] == NAME).unwrap().clone();
    let since = house.get("/v1/gallery/changes").await.json()["next_cursor"].as_str().unwrap().to_owned();
    let said = house.items("/v1/gallery/quotes").await;
    let said = said.iter().find(|item| item["text"] == WORDS).unwrap()["id"].as_str().unwrap().to_owned();

    let stranger = house.member().await;
    for (actor, status) in [(&stranger, 404), (&host, 404), (&house.moderator().await, 403)] {
        assert_eq!(actor.delete(address(&person)).await.status, status);
    }
    assert_eq!(admin.delete(address(&person)).await.status, 204);

    assert_eq!(admin.get(address(&person)).await.status, 404);
    let public = house.get(&format!("/v1/gallery/events/{}", hosted["id"].as_str().unwrap())).await;
    assert_eq!((public.status, &public.json()["hosts"]), (200, &json!([])), "the event took place");
    assert_eq!(house.get(&format!("/v1/gallery/quotes/{said}")).await.status, 410);
    let changes = house.items(&format!("/v1/gallery/changes?cursor={since}")).await;
    let gone = changes.iter().find(|change| change["id"] == json!(said)).unwrap();
    assert_eq!((&gone["op"], gone.get("item")), (&json!("delete"), None));
    house.knows_nothing_of(&["nyandeng", "buried", "sister"]).await;
    let template = admin.get(address(&series)).await.json()["template"].clone();
    assert_eq!((&template["facilitators"], &template["co_hosts"]), (&json!(null), &json!(null)));
    assert_eq!(admin.get(address(&helped)).await.json()["facilitators"], json!([]));
    assert_eq!(admin.get(&account).await.json()["person"], json!(null));
    for left in [
        "SELECT count(*) AS n FROM registration WHERE account_id IS NOT NULL",
        "SELECT count(*) AS n FROM calendar_feed",
        "SELECT count(*) AS n FROM submission WHERE erased_at IS NULL OR submitted_by IS NOT NULL",
        "SELECT count(*) AS n FROM consent WHERE person_id IS NOT NULL OR sealed_given_by IS NOT NULL",
        "SELECT count(*) AS n FROM data_key k JOIN erasure e ON e.record_id = k.record_id",
        "SELECT count(*) AS n FROM series_occurrence o JOIN event e ON e.id = o.event_id WHERE e.version <> o.event_version",
    ] {
        assert_eq!(house.count(left).await, 0, "{left}");
    }
    let next = house
        .with_token(
            waits["manage_token"].as_str().unwrap(),
            reqwest::Method::GET,
            "/v1/registrations/mine",
            None,
        )
        .await;
    assert_eq!(next.json()["status"], "confirmed", "the seat is given on");
    house.run_jobs().await;
    assert_eq!(house.count("SELECT count(*) AS n FROM outbox_fact WHERE kind = 'person_erased'").await, 1);
    assert_eq!(house.count("SELECT count(*) AS n FROM outbox_fact WHERE kind = 'quote_withdrawn'").await, 1);
    house.solidarity(&["audit", "verify"]).await.done();
    let rebuilt = house.solidarity(&["publish", "rebuild"]).await.done();
    assert!(rebuilt.ends_with(": 0 documents written, 0 taken away\n"), "{rebuilt}");
    // The series goes on without them.
    assert_eq!(admin.get(address(&series)).await.json()["stalled_because"], json!(null));

    // Once is for good.
    assert_eq!(admin.delete(address(&person)).await.status, 204);
    assert_eq!(stranger.delete(address(&person)).await.status, 404);
    assert_eq!(house.count("SELECT count(*) AS n FROM outbox_fact WHERE kind = 'person_erased'").await, 1);
    let again = house.import(&told().with("p", "role", json!("ally"))).await;
    assert_eq!(
        (again.verdict("p"), again.verdict("q"), again.verdict("other")),
        ("gone", "gone", "unchanged")
    );
    let stated = told().with(
        "q",
        "consent",
        json!({"purpose": "publish_quote", "method": "online", "given_at": "2090-01-01T00:00:00Z"}),
    );
    assert_eq!(house.import(&stated).await.verdict("q"), "gone", "nor do their words come back");
    house.knows_nothing_of(&["nyandeng", "buried"]).await;
}

#[tokio::test]
async fn people_erase_themselves_and_nobody_else() {
    let house = House::open().await;
    let group =
        house.admin().await.makes("organisations", json!({"name": "Seed keepers", "kind": "ngo"})).await;
    let (host, person) = house.somebody("host", group["id"].as_str().unwrap()).await;
    let other = host.makes("people", json!({"display_name": "Blue Nile", "role": "ally"})).await;
    assert_eq!(host.delete(address(&other)).await.status, 403, "recording somebody is not being them");
    assert_eq!(host.delete(address(&person)).await.status, 204);
    assert_eq!(host.delete(address(&person)).await.status, 404, "whose it was nobody knows any more");
    assert_eq!(host.get("/v1/me").await.json()["person"], json!(null), "the account is still theirs");
    assert_eq!(house.send(reqwest::Method::DELETE, address(&other)).await.status, 401);
}

#[tokio::test]
async fn what_would_take_too_long_is_hidden_at_once_and_rendered_later() {
    let house = House::open().await;
    let events = (0..130).map(|n| {
        let mut hosted = event(&format!("e{n}"));
        hosted["hosts"] = json!(["p"]);
        hosted
    });
    let mut bundle = told();
    bundle.0.splice(2..2, events);
    house.import(&bundle).await.applied();
    let admin = house.admin().await;
    let person = named(&admin, NAME).await;
    assert_eq!(admin.delete(address(&person)).await.status, 204);
    house.knows_nothing_of(&["nyandeng"]).await;
    assert_eq!(house.items("/v1/gallery/events?limit=100").await.len(), 100);
    house.advance(Duration::from_secs(1));
    house.run_jobs().await;
    assert_eq!(house.items("/v1/gallery/events?limit=100").await.len(), 131);
    let counted = house.get("/v1/gallery").await.json();
    assert_eq!(counted["totals"]["events"], 131);
    house.knows_nothing_of(&["nyandeng"]).await;
}

#[tokio::test]
async fn a_crowd_of_ten_is_none() {
    let house = House::open().await;
    let people = (0..11).map(|n| {
        json!({"type": "person", "id": format!("p{n}"), "display_name": format!("Sample {n}"), "role": "activist", "country": "SS"})
    });
    let mut said = crate::bundle::quote("q", "e");
    said["person"] = json!("p0");
    said["attribution"] = json!({"level": "role_and_country"});
    house.import(&Bundle::of(people.chain([event("e"), said]))).await.applied();
    let label = async || house.items("/v1/gallery/quotes").await[0]["attribution"].clone();
    assert_eq!(label().await["level"], "role_and_country");
    let admin = house.admin().await;
    let person = named(&admin, "Sample 5").await;
    assert_eq!(admin.delete(address(&person)).await.status, 204);
    assert_eq!(label().await["level"], "anonymous");
}

#[tokio::test]
async fn everything_that_is_held_about_somebody_is_told_to_them_and_noted() {
    let house = House::open().await;
    house.import(&told()).await.applied();
    let (admin, host, member) = (house.admin().await, house.host().await, house.member().await);
    let person = named(&admin, NAME).await;
    admin
        .edits(&person, json!({"contact": {"email": "nyandeng@example.org", "phone": "+211 912 345 678"}}))
        .await;
    let account = format!("/v1/accounts/{}", member.id);
    assert_eq!(admin.patch(&account, json!({"person": person["id"]})).await.status, 200);
    let meeting = scheduled(&host, json!({})).await;
    let body = json!({"display_name": NAME, "role": "activist", "access_needs": "A ramp"});
    assert_eq!(member.post(&desk(&meeting), body).await.status, 201);
    let mut series = weekly(&house);
    series["template"]["note_takers"] = json!([person["id"]]);
    admin.makes("series", series).await;
    let archive = format!("{}/archive", address(&person));
    for (actor, status) in [(&house.member().await, 404), (&host, 404), (&house.moderator().await, 403)] {
        assert_eq!(actor.get(&archive).await.status, status);
    }
    let told = member.get(&archive).await;
    assert_eq!((told.status, told.header("cache-control")), (200, "no-store"));
    let told = told.json();
    assert_eq!(
        (&told["email"], &told["phone"]),
        (&json!("nyandeng@example.org"), &json!("+211 912 345 678"))
    );
    assert_eq!(
        (&told["consents"][0]["purpose"], &told["consents"][0]["given_by"]),
        (&json!("publish_name"), &json!("Nyandeng's sister"))
    );
    assert_eq!(
        (&told["events"][0]["part"], &told["series"][0]["title"]),
        (&json!("host"), &json!("Weekly circle"))
    );
    assert_eq!((&told["quotes"][0]["text"], &told["sources"][0]["id"]), (&json!(WORDS), &json!("p")));
    assert_eq!(told["quotes"][0]["consents"][0]["purpose"], "publish_quote");
    assert_eq!(
        (&told["accounts"][0]["email"], &told["registrations"][0]["access_needs"]),
        (&json!(member.email), &json!("A ramp"))
    );
    let again = admin.get(&archive).await.json();
    let reads =
        |entry: &&serde_json::Value| entry["action"] == "read" && entry["fields"] == json!(["archive"]);
    assert_eq!(again["log"].as_array().unwrap().iter().filter(reads).count(), 1);
}

#[tokio::test]
async fn the_report_says_what_is_kept_for_how_long_and_what_was_erased() {
    let house = House::open().await;
    let (admin, host) = (house.admin().await, house.host().await);
    let meeting = scheduled(&host, json!({})).await;
    let seat = house.post(&desk(&meeting), comer("activist")).await.json();
    let token = seat["manage_token"].as_str().unwrap();
    let cancel =
        house.with_token(token, reqwest::Method::POST, "/v1/registrations/mine/cancel", Some(json!({})));
    assert_eq!(cancel.await.status, 200);
    assert_eq!(house.moderator().await.get("/v1/retention").await.status, 403);
    let of = async |kind: &str| {
        let report = house.sign_in(&admin.id, &admin.email).await.get("/v1/retention").await.json();
        report["items"].as_array().unwrap().iter().find(|item| item["kind"] == kind).unwrap().clone()
    };
    assert_eq!(of("registrations").await["last_run_at"], json!(null));
    house.run_jobs().await;
    house.advance(Duration::from_secs(91 * 24 * 3600));
    house.run_jobs().await;
    house.run_jobs().await;
    let told = of("registrations").await;
    assert_eq!(
        (&told["kept_for"], &told["last_erased"], &told["total_erased"]),
        (&json!("P90D"), &json!(1), &json!(1))
    );
    assert!(told["last_run_at"].is_string() && told["last_erased_at"].is_string());
    assert!(of("sessions").await["total_erased"].as_i64() >= Some(1));
}

#[tokio::test]
async fn whatever_refers_to_people_is_known_to_erasing() {
    let house = House::open().await;
    let references = match house.is_postgres() {
        true => {
            "SELECT c.conrelid::regclass::text || '.' || a.attname AS place FROM pg_constraint c \
             JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] \
             WHERE c.contype = 'f' AND c.confrelid = 'person'::regclass ORDER BY 1"
        }
        false => {
            "SELECT t.name || '.' || f.\"from\" AS place FROM sqlite_master t, pragma_foreign_key_list(t.name) f \
             WHERE t.type = 'table' AND f.\"table\" = 'person' ORDER BY 1"
        }
    };
    let rows = house.rows(references).await;
    let places: Vec<String> = rows.iter().map(|row| row.try_get("", "place").unwrap()).collect();
    let known = [
        "account",
        "consent",
        "consent_token",
        "event_helper",
        "event_host",
        "person_contact",
        "person_organisation",
        "quote",
        "series_host",
    ];
    assert_eq!(
        places,
        known.map(|table| format!("{table}.person_id")),
        "rooms/erasures/person.rs and archive.rs deal with all"
    );
}

#[tokio::test]
async fn who_is_erased_while_an_import_runs_is_not_written_anew() {
    let house = House::open().await;
    let person = json!({"type": "person", "id": "p", "display_name": NAME, "role": "activist"});
    let bundle = Bundle::of([person]);
    house.import(&bundle).await.applied();
    let changed = bundle.with("p", "country", json!("SS"));
    // As an erasure does that commits a moment later.
    let erased = "UPDATE origin SET gone = TRUE; DELETE FROM person";
    let imported = match house.is_postgres() {
        true => {
            let slowly = format!("BEGIN; {erased}; SELECT pg_sleep(1); COMMIT");
            tokio::join!(house.sql(&slowly), house.import(&changed)).1
        }
        false => {
            house.sql(erased).await;
            house.import(&changed).await
        }
    };
    assert_eq!(imported.verdict("p"), "gone");
    assert_eq!(house.count("SELECT count(*) AS n FROM person").await, 0);
}
