//! What a moderator let through is what stands in public.

use serde_json::{Value, json};

use crate::events::past;
use crate::house::House;
use crate::house::actors::Actor;
use crate::initiatives::initiative;
use crate::records::address;

/// An event of the past that is public, of its host.
async fn held(host: &Actor<'_>) -> Value {
    let event = host.makes("events", past()).await;
    host.does("schedule", &event).await
}

fn said(event: &Value) -> Value {
    json!({"event": event["id"], "text": "We keep the seeds", "language": "en",
        "attribution": {"level": "pseudonym", "label": "Blue Nile"},
        "consent": {"purpose": "publish_quote", "scope": ["gallery", "feeds"], "method": "written"}})
}

fn told(event: &Value) -> Value {
    json!({"event": event["id"], "kind": "blog", "title": "A story", "url": "https://example.org/a", "language": "en"})
}

fn found(event: &Value) -> Value {
    json!({"event": event["id"], "kind": "need", "text": "Stores are needed", "language": "en"})
}

/// The refusal of an edit.
async fn refused(actor: &Actor<'_>, record: &Value, patch: Value) -> (u16, String) {
    let answer = actor.patch(address(record), patch.clone()).await;
    assert!(answer.status >= 400, "{patch}: {}", answer.text());
    (answer.status, answer.code())
}

#[tokio::test]
async fn a_contribution_does_not_leave_the_event_that_withholds_it() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let mut risky = past();
    risky["risk"] = json!("high");
    let risky = host.makes("events", risky).await;
    moderator.does("schedule", &risky).await;
    let harmless = held(&host).await;
    let made = [
        ("quotes", said(&risky), json!(null)),
        ("stories", told(&risky), json!(null)),
        ("outcomes", found(&risky), harmless["id"].clone()),
    ];
    for (collection, body, elsewhere) in made {
        let record = host.makes(collection, body).await;
        let approved = moderator.does("approve", &record).await;
        assert_eq!(approved["withheld_because"][0], "event_withheld");
        for somebody in [&host, &moderator] {
            let conflict = refused(somebody, &record, json!({"event": elsewhere})).await;
            assert_eq!(conflict, (409, "conflict".to_owned()), "{collection}");
        }
        assert_eq!(house.gallery(&record).await.status, 404, "{collection}");
        // Taken back, it may belong to something else: a moderator reads it again.
        let member = if collection == "stories" { "title" } else { "text" };
        let taken_back = host.edits(&record, json!({member: "Other words"})).await;
        assert_eq!(taken_back["status"], "draft", "{collection}");
        host.edits(&record, json!({"event": harmless["id"]})).await;
        assert_eq!(house.gallery(&record).await.status, 404, "{collection}");
    }
    let draft = host.makes("initiatives", initiative()).await;
    let mut body = told(&harmless);
    body["initiative"] = draft["id"].clone();
    let story = host.makes("stories", body).await;
    assert_eq!(moderator.does("approve", &story).await["withheld_because"], json!(["initiative_withheld"]));
    assert_eq!(refused(&host, &story, json!({"initiative": null})).await.0, 409);
}

#[tokio::test]
async fn words_edited_after_approval_wait_for_a_moderator() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let event = held(&host).await;
    let made = [
        ("quotes", said(&event), "approve", json!({"themes": []}), json!({"text": "Other words"})),
        (
            "stories",
            told(&event),
            "approve",
            json!({}),
            json!({"title": "Other", "url": "https://example.org/b"}),
        ),
        ("outcomes", found(&event), "approve", json!({}), json!({"text": "Other words"})),
        (
            "initiatives",
            initiative(),
            "publish",
            json!({}),
            json!({"title": "Other", "url": "https://example.org/b"}),
        ),
    ];
    for (collection, body, verb, nothing, patch) in made {
        let record = host.makes(collection, body).await;
        let public = moderator.does(verb, &record).await;
        assert_eq!(public["published"], true, "{collection}");
        assert_eq!(host.edits(&record, nothing).await["published"], true, "nothing was edited");
        let edited = host.edits(&record, patch.clone()).await;
        assert_eq!(
            (&edited["status"], &edited["published"]),
            (&json!("draft"), &json!(false)),
            "{collection}"
        );
        let reason = if collection == "initiatives" { "not_published" } else { "not_approved" };
        assert_eq!(edited["withheld_because"][0], reason);
        assert_eq!(house.gallery(&record).await.status, 410, "{collection}");
        let list = house.get(&format!("/v1/gallery/{collection}")).await;
        assert!(!list.text().contains("Other"), "{}", list.text());
        assert_eq!(host.post(&format!("{}/{verb}", address(&record)), json!({})).await.status, 403);
        if collection != "quotes" {
            assert_eq!(moderator.does(verb, &record).await["published"], true, "{collection}");
            assert!(house.gallery(&record).await.text().contains("Other"), "{collection}");
        }
    }
}

#[tokio::test]
async fn a_revision_that_a_host_puts_back_waits_too() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let record = host.makes("initiatives", initiative()).await;
    moderator.does("publish", &record).await;
    assert_eq!(moderator.edits(&record, json!({"title": "Mended"})).await["published"], true);
    let request = house.request(reqwest::Method::POST, &format!("{}/revisions/3/restore", address(&record)));
    let request = request.bearer_auth(&host.token).header("if-match", "\"3\"").json(&json!({}));
    let back = crate::house::answer(request).await;
    assert_eq!((back.status, &back.json()["status"]), (200, &json!("draft")), "{}", back.text());
    assert_eq!(house.gallery(&record).await.status, 410);
}

#[tokio::test]
async fn of_staff_the_one_who_did_not_make_it_edits_what_is_public() {
    let house = House::open().await;
    let (maker, other) = (house.moderator().await, house.admin().await);
    let record = maker.makes("initiatives", initiative()).await;
    other.does("publish", &record).await;
    assert_eq!(other.edits(&record, json!({"title": "Theirs"})).await["published"], true);
    assert_eq!(maker.edits(&record, json!({"public_precision": "country"})).await["published"], true);
    assert_eq!(
        maker.edits(&record, json!({"place": {"point": {"lat": 4.2, "lon": 30.1}}})).await["published"],
        true
    );
    let own = maker.edits(&record, json!({"title": "Mine"})).await;
    assert_eq!((&own["status"], house.gallery(&record).await.status), (&json!("draft"), 410));
    assert_eq!(maker.post(&format!("{}/publish", address(&record)), json!({})).await.status, 403);
}

#[tokio::test]
async fn nobody_is_named_otherwise_than_they_consented_to() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let event = held(&host).await;
    let mut anonymous = said(&event);
    anonymous["attribution"] = json!({"level": "anonymous"});
    let nora = json!({"display_name": "Nora", "role": "activist"});
    let nora = moderator.makes("people", nora).await;
    let quote = host.makes("quotes", anonymous).await;
    assert_eq!(quote["consent"]["level"], "anonymous", "what was said when it was given");
    moderator.does("approve", &quote).await;
    for patch in [
        json!({"attribution": {"level": "pseudonym", "label": "Amina Deng, 12 Nile Street"}}),
        json!({"attribution": {"level": "anonymous", "label": "Amina Deng"}}),
        json!({"attribution": {"level": "name"}, "person": nora["id"]}),
        json!({"attribution": {"level": "role_and_country"}, "person": nora["id"]}),
    ] {
        assert_eq!(refused(&moderator, &quote, patch).await, (409, "consent_needed".to_owned()));
    }
    let item = house.gallery(&quote).await.json();
    assert_eq!(item["attribution"], json!({"level": "anonymous", "label": null}));

    let named = host.makes("quotes", said(&event)).await;
    moderator.does("approve", &named).await;
    let label = json!({"attribution": {"label": "Amina Deng"}});
    assert_eq!(refused(&host, &named, label.clone()).await.0, 409);
    assert_eq!(house.gallery(&named).await.json()["attribution"]["label"], "Blue Nile");
    let lowered = host.edits(&named, json!({"attribution": {"level": "anonymous", "label": null}})).await;
    assert_eq!((&lowered["status"], &lowered["published"]), (&json!("approved"), &json!(true)), "at once");
    assert_eq!(house.gallery(&named).await.json()["attribution"]["label"], json!(null));
    let raised = json!({"attribution": {"level": "pseudonym"}});
    assert_eq!(refused(&host, &named, raised).await.0, 409, "that needs a new consent");
    // Also while nobody has approved it yet.
    let draft = host.makes("quotes", said(&event)).await;
    assert_eq!(refused(&host, &draft, label).await.0, 409);
}

#[tokio::test]
async fn a_host_leaves_no_trace_of_words_only_with_a_moderator() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let record = host.makes("initiatives", initiative()).await;
    moderator.does("publish", &record).await;
    host.edits(&record, json!({"title": "Unread"})).await;
    let path = format!("{}/revisions/3", address(&record));
    assert_eq!(host.delete(&path).await.status, 403);
    assert_eq!(moderator.delete(&path).await.status, 204);
}

#[tokio::test]
async fn in_a_draft_too_a_host_does_not_undo_what_somebody_else_made_safer() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let mut body = past();
    body["risk"] = json!("moderate");
    let draft = host.makes("events", body).await;
    let own = host.edits(&draft, json!({"risk": "low", "public_precision": "exact"})).await;
    assert_eq!(
        (&own["risk"], &own["public_precision"]),
        (&json!("low"), &json!("exact")),
        "nobody else said so"
    );
    moderator.edits(&draft, json!({"risk": "severe", "public_precision": "hidden"})).await;
    moderator.edits(&draft, json!({"risk": "high"})).await;
    host.edits(&draft, json!({"risk": "severe"})).await;
    for patch in [json!({"risk": "low"}), json!({"public_precision": "exact"})] {
        assert_eq!(refused(&host, &draft, patch).await, (409, "conflict".to_owned()));
    }
    host.edits(&draft, json!({"title": "Another"})).await;
    assert_eq!(refused(&host, &draft, json!({"risk": "high"})).await.0, 409);
    moderator.edits(&draft, json!({"risk": "low"})).await;

    let place = host.makes("initiatives", initiative()).await;
    moderator.edits(&place, json!({"public_precision": "hidden"})).await;
    assert_eq!(refused(&host, &place, json!({"public_precision": "exact"})).await.0, 409);
    let theirs = moderator.edits(&place, json!({"public_precision": "country"})).await;
    assert_eq!(theirs["public_precision"], "country");
}

#[tokio::test]
async fn nobody_makes_an_event_their_own_by_moderating() {
    let house = House::open().await;
    let admin = house.admin().await;
    let group = admin.makes("organisations", json!({"name": "Sample group", "kind": "ngo"})).await;
    let other = admin.makes("organisations", json!({"name": "Other group", "kind": "ngo"})).await;
    let (moderator, person) = house.somebody("moderator", group["id"].as_str().unwrap()).await;
    let mut body = past();
    body["hosts"] = json!([other["id"]]);
    body["registration"] = json!("open");
    let host = house.host().await;
    let event = admin.makes("events", body).await;
    let venue = format!("{}/venue", address(&event));
    for patch in [json!({"co_hosts": [person["id"]]}), json!({"hosts": [other["id"], group["id"]]})] {
        assert_eq!(refused(&moderator, &event, patch).await, (403, "forbidden".to_owned()));
    }
    let joins = json!({"organisations": [group["id"], other["id"]]});
    assert_eq!(refused(&moderator, &person, joins.clone()).await, (403, "forbidden".to_owned()));
    assert_eq!(moderator.get(&venue).await.status, 404);
    let somebody = admin.makes("people", json!({"display_name": "Bo", "role": "ally"})).await;
    moderator.edits(&event, json!({"co_hosts": [somebody["id"]]})).await;
    assert_eq!(moderator.edits(&person, json!({"display_name": "River"})).await["display_name"], "River");

    // Nor by entering somebody: whoever has a seat is told where it is.
    let ahead = host.makes("events", crate::events::dialogue()).await;
    host.does("schedule", &ahead).await;
    let body = json!({"display_name": "Me", "role": "ally"});
    let entered = moderator.post(&format!("{}/registrations", address(&ahead)), body.clone()).await;
    assert_eq!(entered.code(), "registration_closed", "{}", entered.text());
    assert_eq!(host.post(&format!("{}/registrations", address(&ahead)), body).await.status, 201);

    assert_eq!(admin.edits(&person, joins).await["organisations"].as_array().unwrap().len(), 2);
    assert_eq!(moderator.get(&venue).await.status, 200, "an admin said so");
    let own = moderator.makes("events", past()).await;
    moderator.edits(&own, json!({"hosts": [person["id"]]})).await;
}

#[tokio::test]
async fn whether_a_secret_was_guessed_is_not_told() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let event = host.makes("events", past()).await;
    let draft = host.makes("initiatives", initiative()).await;
    let contact = json!({"contact": {"email": "amina@example.org"}});
    let mut person = json!({"display_name": "Amina", "role": "activist"});
    person["contact"] = contact["contact"].clone();
    let person = moderator.makes("people", person).await;
    for (record, right) in [
        (&person, contact),
        (&event, json!({"place": {"venue": "The hidden hall"}})),
        (&event, json!({"place": {"point": {"lat": 4.09512, "lon": 30.67834}}})),
        (&event, json!({"online": {"join_url": "https://meet.example.org/secret-room"}})),
        (&draft, json!({"place": {"point": {"lat": 4.09512, "lon": 30.67834}}})),
    ] {
        let before = moderator.get(address(record)).await.json()["version"].as_i64().unwrap();
        assert_eq!(moderator.edits(record, right.clone()).await["version"], before + 1, "{right}");
    }
    let before = moderator.get(address(&event)).await.json()["version"].clone();
    let same = json!({"title": event["title"], "place": {"locality": event["place"]["locality"]}});
    assert_eq!(moderator.edits(&event, same).await["version"], before, "no secret is in it");
}

#[tokio::test]
async fn what_was_said_at_an_event_is_not_for_others_who_carry_the_same_initiative() {
    let house = House::open().await;
    let admin = house.admin().await;
    let mut groups = Vec::new();
    for name in ["Group A", "Group B"] {
        groups.push(admin.makes("organisations", json!({"name": name, "kind": "ngo"})).await["id"].clone());
    }
    let (a, _) = house.somebody("host", groups[0].as_str().unwrap()).await;
    let (b, _) = house.somebody("host", groups[1].as_str().unwrap()).await;
    let mut body = initiative();
    body["organisations"] = json!(groups);
    let initiative = admin.makes("initiatives", body).await;
    let mut closed = past();
    (closed["visibility"], closed["risk"]) = (json!("private"), json!("high"));
    let closed = a.makes("events", closed).await;
    for (collection, mut body) in [("quotes", said(&closed)), ("stories", told(&closed))] {
        body["initiative"] = initiative["id"].clone();
        let record = a.makes(collection, body.clone()).await;
        let path = address(&record);
        assert_eq!(b.get(path).await.status, 404, "{collection}");
        assert_eq!(b.get(&format!("/v1/{collection}")).await.json()["items"], json!([]));
        assert_eq!(b.patch_version(path, "*", json!({"themes": []})).await.status, 404);
        assert_eq!(b.post(&format!("{path}/withdraw"), json!({})).await.status, 404);
        assert_eq!(b.delete(path).await.status, 404);
        body.as_object_mut().unwrap().remove("event");
        let shared = a.makes(collection, body).await;
        assert_eq!(b.get(address(&shared)).await.status, 200, "it belongs to the initiative alone");
    }
}
