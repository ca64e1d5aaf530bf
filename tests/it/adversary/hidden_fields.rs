//! A hidden edit leaves no trace outside: no byte, no ETag, no `updated_at`, no order, no length.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use super::unmoved;
use crate::events::dialogue;
use crate::house::House;
use crate::house::actors::Actor;
use crate::initiatives::initiative;
use crate::records::address;
use crate::registrations::{comer, desk};

/// What is public of each kind: an edit of it may be seen. Every other member must be among the edits below.
const PUBLIC: [(&str, &[&str]); 6] = [
    (
        "Event",
        &[
            "accessibility",
            "co_hosts",
            "delivery",
            "description",
            "format",
            "guide",
            // Whoever writes it approves it.
            "headcount",
            "hosts",
            "initiative",
            "kind",
            "language",
            "languages",
            "public_precision",
            "purposes",
            "questions",
            "recording",
            "registration",
            "risk",
            "summary",
            "themes",
            "title",
            "topics",
            "translations",
            "visibility",
            "when",
        ],
    ),
    (
        "Initiative",
        &[
            "confirmed",
            "country",
            "description",
            "language",
            "languages",
            "organisations",
            "public_precision",
            "summary",
            "themes",
            "title",
            "translations",
            "url",
        ],
    ),
    ("Quote", &["attribution", "event", "initiative", "language", "text", "themes", "translations"]),
    (
        "Outcome",
        &["addressed_to", "event", "followed_by", "kind", "language", "text", "themes", "translations"],
    ),
    (
        "Story",
        &[
            "country",
            "event",
            "initiative",
            "kind",
            "language",
            "summary",
            "themes",
            "title",
            "translations",
            "url",
        ],
    ),
    ("Organisation", &["kind", "name"]),
];

/// One campaign that has something public of every kind, and what stands behind it.
struct Campaign<'a> {
    moderator: Actor<'a>,
    person: Value,
    event: Value,
    initiative: Value,
    quote: Value,
    group: Value,
}

impl<'a> Campaign<'a> {
    async fn open(house: &'a House) -> Self {
        let (host, moderator) = (house.host().await, house.moderator().await);
        let admin = house.admin().await;
        let group = admin.makes("organisations", json!({"name": "Seeds Group", "kind": "ngo"})).await;
        let person = json!({"display_name": "Amina of the Nile", "role": "activist", "country": "SS"});
        let person = host.makes("people", person).await;
        let mut body = initiative();
        body["organisations"] = json!([group["id"]]);
        let initiative = admin.makes("initiatives", body).await;
        let initiative = moderator.does("publish", &initiative).await;
        let mut body = dialogue();
        (body["registration"], body["capacity"], body["hosts"]) =
            (json!("open"), json!(40), json!([person["id"], group["id"]]));
        let event = moderator.makes("events", body).await;
        let event = admin.does("schedule", &event).await;
        let said = json!({"event": event["id"], "text": "We keep the seeds of the Nile", "language": "en",
            "consent": {"purpose": "publish_quote", "scope": ["gallery", "feeds"], "method": "written"}});
        let quote = host.post("/v1/quotes", said.clone()).await;
        let quote = if quote.status == 201 { quote.json() } else { admin.makes("quotes", said).await };
        let quote = moderator.does("approve", &quote).await;
        for (collection, body) in [
            (
                "outcomes",
                json!({"event": event["id"], "kind": "need", "text": "Stores for seeds", "language": "en"}),
            ),
            (
                "stories",
                json!({"event": event["id"], "kind": "blog", "title": "Seeds", "url": "https://example.org/a", "language": "en"}),
            ),
        ] {
            let made = admin.makes(collection, body).await;
            moderator.does("approve", &made).await;
        }
        Self { moderator, person, event, initiative, quote, group }
    }
}

/// The members that an edit of a kind may have, as the document says.
async fn members(house: &House, kind: &str) -> BTreeSet<String> {
    let document = house.get("/openapi.json").await.json();
    let schema = document["components"]["schemas"][format!("{kind}Patch")]["properties"].clone();
    schema.as_object().expect(kind).keys().cloned().collect()
}

#[tokio::test]
async fn nobody_outside_notices_an_edit_of_anything_private() {
    let house = House::open().await;
    let all = Campaign::open(&house).await;
    let mut tried: Vec<(&str, BTreeSet<String>)> =
        PUBLIC.iter().map(|(kind, _)| (*kind, BTreeSet::new())).collect();
    let before = house.public_side().await;
    assert!(before.len() >= 45, "{:?}", before.keys());
    let people = json!([all.person["id"]]);
    let edits = [
        ("Event", &all.event, json!({"place": {"venue": "Another hall"}})),
        // Elsewhere in the cell that is shown.
        ("Event", &all.event, json!({"place": {"point": {"lat": 4.0001, "lon": 30.6999}}})),
        ("Event", &all.event, json!({"place": {"venue": null}, "online": {"instructions": "Knock once"}})),
        (
            "Event",
            &all.event,
            json!({"place": {"venue": "The hall", "point": {"lat": 4.0999, "lon": 30.6001}}}),
        ),
        ("Event", &all.event, json!({"online": {"join_url": "https://meet.example.org/another"}})),
        ("Event", &all.event, json!({"online": null})),
        ("Event", &all.event, json!({"facilitators": people})),
        ("Event", &all.event, json!({"interpreters": people})),
        ("Event", &all.event, json!({"note_takers": people})),
        ("Event", &all.event, json!({"capacity": 60})),
        ("Event", &all.event, json!({"composition": [{"role": "activist", "min": 3}]})),
        ("Event", &all.event, json!({"waitlist": "role_balanced"})),
        ("Event", &all.event, json!({"registration_closes_at": "2099-03-10T10:00:00Z"})),
        ("Initiative", &all.initiative, json!({"contact": {"email": "amina@example.org"}})),
        ("Initiative", &all.initiative, json!({"place": {"point": {"lat": 4.0001, "lon": 30.6999}}})),
        ("Quote", &all.quote, json!({"person": all.person["id"]})),
        ("Organisation", &all.group, json!({"formal": true})),
        ("Organisation", &all.group, json!({"country": "SS"})),
        ("Organisation", &all.group, json!({"url": "https://seeds.example.org"})),
    ];
    let mut last = String::new();
    for (kind, record, patch) in edits {
        house.advance(std::time::Duration::from_secs(1));
        let record = all.moderator.edits(record, patch.clone()).await;
        let version = format!("{}{}", address(&record), record["version"]);
        assert_ne!(version, last, "{patch} changed nothing at all");
        last = version;
        house.run_jobs().await;
        unmoved(&before, &house.public_side().await, &patch.to_string());
        let (_, tried) = tried.iter_mut().find(|(known, _)| *known == kind).unwrap();
        tried.extend(patch.as_object().unwrap().keys().cloned());
    }
    for (kind, public) in PUBLIC {
        let (_, tried) = tried.iter().find(|(known, _)| *known == kind).unwrap();
        let known: BTreeSet<String> =
            public.iter().map(|name| (*name).to_owned()).chain(tried.clone()).collect();
        let other: Vec<_> = members(&house, kind).await.difference(&known).cloned().collect();
        // An event's place has public and private parts; so has an initiative's.
        assert!(other.is_empty(), "is {other:?} of {kind} public, or does an edit of it leave no trace?");
    }
}

#[tokio::test]
async fn nobody_outside_notices_what_people_do() {
    let house = House::open().await;
    let all = Campaign::open(&house).await;
    let before = house.public_side().await;
    let still = async |what: &str| {
        house.run_jobs().await;
        unmoved(&before, &house.public_side().await, what);
    };
    let made = async |path: &str, body: Value| {
        let answer = all.moderator.post(path, body).await;
        assert!(answer.status < 300, "{path}: {}", answer.text());
        answer.json()
    };
    all.moderator.edits(&all.person, json!({"display_name": "Somebody else", "role": "ally"})).await;
    all.moderator
        .edits(&all.person, json!({"contact": {"email": "amina@example.org"}, "country": "KE"}))
        .await;
    still("a host without a consent to be named").await;
    let allows = json!({"purpose": "record_session", "method": "written"});
    made(&format!("{}/consents", address(&all.person)), allows).await;
    let anew = json!({"method": "written", "scope": ["gallery", "feeds", "press"], "given_by": "Bo"});
    let request = house.request(Method::POST, &format!("{}/consents", address(&all.quote)));
    let request = request.bearer_auth(&all.moderator.token).header("if-match", "*").json(&anew);
    assert_eq!(crate::house::answer(request).await.status, 201);
    still("a consent that allows nothing else in public").await;

    let seat = house.post(&desk(&all.event), comer("activist")).await.json();
    let asks = json!({"reminders": [60], "offers": false});
    let settings = format!("/v1/events/{}/registration-settings", all.event["id"].as_str().unwrap());
    assert_eq!(all.moderator.send(Method::PUT, &settings, Some(asks)).await.status, 200);
    still("somebody who registers, and how").await;
    let token = seat["manage_token"].as_str().unwrap();
    let cancelled =
        house.with_token(token, Method::POST, "/v1/registrations/mine/cancel", Some(json!({}))).await;
    assert_eq!(cancelled.status, 200, "{}", cancelled.text());
    still("somebody who does not come").await;

    let private = all.moderator.makes("events", crate::events::past()).await;
    all.moderator.edits(&private, json!({"visibility": "private"})).await;
    let second = house.admin().await;
    second.does("schedule", &private).await;
    let mut risky = crate::events::past();
    risky["risk"] = json!("severe");
    let risky = all.moderator.makes("events", risky).await;
    second.does("schedule", &risky).await;
    let mut unlisted = crate::events::past();
    unlisted["visibility"] = json!("unlisted");
    let unlisted = all.moderator.makes("events", unlisted).await;
    let unlisted = second.does("schedule", &unlisted).await;
    assert_eq!(house.gallery(&unlisted).await.status, 200);
    for record in [&private, &risky, &unlisted] {
        second.edits(record, json!({"title": "Seeds of another Nile"})).await;
        let said = json!({"event": record["id"], "text": "Seeds of the Nile", "language": "en",
            "consent": {"purpose": "publish_quote", "scope": ["gallery", "feeds"], "method": "written"}});
        let said = all.moderator.makes("quotes", said).await;
        second.does("approve", &said).await;
    }
    still("events that are private, severe or unlisted, and what was said there").await;
    let draft = all.moderator.makes("initiatives", initiative()).await;
    all.moderator.edits(&draft, json!({"title": "Seeds of a draft"})).await;
    let report =
        json!({"kind": "event", "id": all.event["id"], "reason": "danger", "text": "They look for her"});
    assert_eq!(house.post("/v1/reports", report).await.status, 202);
    let submitted = crate::submissions::newcomer_with(json!({"initiative": {"title": "Seeds of the Nile"}}));
    assert_eq!(house.post("/v1/submissions", submitted).await.status, 201);
    all.moderator.makes("themes", json!({"labels": {"en": "Seeds"}})).await;
    let finer = json!({"subject": "event", "id": all.event["id"], "changes": {"public_precision": "exact"}, "reason": "Why not"});
    made("/v1/proposals", finer).await;
    still("drafts, reports, newcomers and proposals").await;
}
