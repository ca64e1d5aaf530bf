//! What is taken back is gone from every public address that there is: the OpenAPI document names them, so a new one is asked too.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Value, json};

use crate::brakes::{held, of_event};
use crate::events::past;
use crate::house::House;
use crate::house::actors::Actor;
use crate::initiatives::initiative;

/// Addresses that show no words of what is told here: numbers alone.
const WORDLESS: [&str; 1] = ["/v1/gallery/countries"];
/// What each record says, and nothing else does.
const WORDS: [(&str, &str); 5] = [
    ("events", "Sorghumevent"),
    ("initiatives", "Sorghuminitiative"),
    ("quotes", "Sorghumquote"),
    ("outcomes", "Sorghumoutcome"),
    ("stories", "Sorghumstory"),
];

/// Records by their collection, and the token of who said the quote.
struct Told {
    records: BTreeMap<&'static str, Value>,
    token: String,
}

impl Told {
    async fn new(house: &House, host: &Actor<'_>, moderator: &Actor<'_>) -> Self {
        let word = |collection: &str| WORDS.iter().find(|(known, _)| *known == collection).unwrap().1;
        let mut body = initiative();
        (body["title"], body["country"]) = (json!(word("initiatives")), json!("SS"));
        let made = host.makes("initiatives", body).await;
        let on_the_map = moderator.does("publish", &made).await;
        let mut body = past();
        // Calendars have the past year.
        body["when"]["date"] =
            json!((house.now() - chrono::Duration::days(40)).format("%Y-%m-%d").to_string());
        (body["title"], body["initiative"]) = (json!(word("events")), on_the_map["id"].clone());
        let event = host.makes("events", body).await;
        let event = host.does("schedule", &event).await;
        let mut records = BTreeMap::from([("events", event.clone()), ("initiatives", on_the_map)]);
        let mut token = String::new();
        for (collection, member, mut body) in [
            (
                "quotes",
                "text",
                json!({"consent": {"purpose": "publish_quote", "scope": ["gallery", "feeds"], "method": "written"}}),
            ),
            ("outcomes", "text", json!({"kind": "need"})),
            ("stories", "title", json!({"kind": "blog", "url": "https://example.org/a"})),
        ] {
            (body["event"], body["language"]) = (event["id"].clone(), json!("en"));
            body[member] = json!(word(collection));
            let told = json!({member: format!("{}, otra vez", word(collection)), "by": "human"});
            body["translations"] = json!({"es": told});
            let record = host.makes(collection, body).await;
            token += record["manage_token"].as_str().unwrap_or_default();
            records.insert(collection, moderator.does("approve", &record).await);
        }
        Self { records, token }
    }

    fn id(&self, collection: &str) -> &str {
        self.records[collection]["id"].as_str().unwrap()
    }

    /// Every address that public reads have, with the ways in which it may be asked, by its template.
    fn addresses(&self, document: &Value) -> Vec<(String, String)> {
        let mut all = Vec::new();
        for (template, calls) in document["paths"].as_object().unwrap() {
            if !template.starts_with("/v1/gallery") || calls.get("get").is_none() {
                continue;
            }
            let collection = template.split('/').nth(3).unwrap_or_default();
            let path = match template.contains("{id}") {
                true => template.replace("{id}", self.id(collection)),
                false => template.replace("{code}", "SS"),
            };
            assert!(!path.contains('{'), "who is asked for at {template}?");
            let mut asked = vec![path.clone()];
            let parameters = calls["get"]["parameters"].as_array().into_iter().flatten();
            for parameter in parameters {
                match parameter["name"].as_str().unwrap() {
                    "lang" => asked.push(format!("{path}?lang=es")),
                    "q" => asked.extend(WORDS.map(|(_, word)| format!("{path}?q={word}"))),
                    "country" => asked.push(format!("{path}?country=SS")),
                    "zoom" => asked.push(format!("{path}?zoom=14")),
                    "event" => asked.push(format!("{path}?event={}", self.id("events"))),
                    "initiative" => asked.push(format!("{path}?initiative={}", self.id("initiatives"))),
                    _ => {}
                }
            }
            all.extend(asked.into_iter().map(|path| (template.clone(), path)));
        }
        all
    }

    /// Which words are read where: of each collection, the templates of the addresses that tell its word.
    async fn read(&self, house: &House, document: &Value) -> BTreeMap<&'static str, BTreeSet<String>> {
        let mut found: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
        for (template, path) in self.addresses(document) {
            for accept in ["*/*", "application/ld+json"] {
                let answer = house.get_with(&path, &[("accept", accept)]).await;
                let unreadable = [400, 406, 422].contains(&answer.status);
                assert!(unreadable || [200, 404, 410].contains(&answer.status), "{path}: {}", answer.status);
                let text = String::from_utf8_lossy(&answer.body).replace("\r\n ", "").to_lowercase();
                let asked_for = path.to_lowercase();
                for (collection, word) in WORDS {
                    // Links of a page repeat what was asked for.
                    let word = word.to_lowercase();
                    let repeats = text.matches(&format!("q={word}")).count();
                    if text.matches(&word).count() > if asked_for.contains(&word) { repeats } else { 0 } {
                        found.entry(collection).or_default().insert(template.clone());
                    }
                }
            }
        }
        found
    }
}

#[tokio::test]
async fn what_is_taken_back_is_gone_from_every_public_address_and_from_every_count() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let document = house.get("/openapi.json").await.json();
    let told = Told::new(&house, &host, &moderator).await;
    let before = told.read(&house, &document).await;
    for (collection, _) in WORDS {
        assert!(before.contains_key(collection), "{collection} is nowhere: {before:?}");
    }
    let templates: BTreeSet<_> =
        told.addresses(&document).into_iter().map(|(template, _)| template).collect();
    let shown: BTreeSet<_> = before.values().flatten().cloned().collect();
    let silent: Vec<_> = templates.iter().filter(|template| !shown.contains(*template)).collect();
    assert_eq!(
        silent,
        WORDLESS.iter().collect::<Vec<_>>(),
        "nothing was read there, so nothing can be missed there"
    );
    let kept = house.gallery(&told.records["quotes"]).await.header("etag").to_owned();
    let stub = format!("/v1/gallery/events/{}.ics", told.id("events"));

    let withdraw = "/v1/consents/mine/withdraw";
    assert_eq!(house.with_token(&told.token, Method::POST, withdraw, Some(json!({}))).await.status, 200);
    let after = told.read(&house, &document).await;
    assert_eq!(after.get("quotes"), None, "words that somebody took back");
    assert_eq!(after.len(), 4);
    let quote = format!("/v1/gallery/quotes/{}", told.id("quotes"));
    let again = house.get_with(&quote, &[("if-none-match", &kept)]).await;
    assert_eq!(again.status, 410, "a copy is told so, too");
    host.does("withdraw", &told.records["outcomes"]).await;
    moderator.does("withdraw", &told.records["stories"]).await;
    let after = told.read(&house, &document).await;
    assert_eq!(after.keys().collect::<Vec<_>>(), [&"events", &"initiatives"]);
    host.does("lockdown", &told.records["events"]).await;
    moderator.does("archive", &told.records["initiatives"]).await;
    assert!(told.read(&house, &document).await.is_empty());

    let overview = house.get("/v1/gallery").await.json();
    assert!(overview["totals"].as_object().unwrap().values().all(|total| *total == 0), "{overview}");
    let country = house.get("/v1/gallery/countries/SS").await.json();
    assert!(country["counts"].as_object().unwrap().values().all(|count| *count == 0), "{country}");
    assert_eq!(house.get("/v1/gallery/countries").await.json()["items"], json!([]));
    let features = house.get("/v1/gallery/map?zoom=14").await.json()["features"].clone();
    assert_eq!(features, json!([]));
    let changes = house.items("/v1/gallery/changes?limit=100").await;
    let tombstones = changes.iter().filter(|change| change["op"] == "delete");
    let tombstones: BTreeSet<_> = tombstones.map(|change| change["id"].as_str().unwrap()).collect();
    let all: BTreeSet<_> = WORDS.iter().map(|(collection, _)| told.id(collection)).collect();
    assert!(tombstones == all && changes.len() == all.len(), "{changes:?}");
    let called_off = house.get(&stub).await;
    assert_eq!(called_off.status, 200, "{}", called_off.text());
    assert!(called_off.text().contains("STATUS:CANCELLED") && !called_off.text().contains("Sorghum"));
}

#[tokio::test]
async fn a_name_that_is_taken_back_is_in_no_document_and_nothing_else_of_these_changes() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let person = host.makes("people", json!({"display_name": "Sorghumname", "role": "activist"})).await;
    let ledger = format!("/v1/people/{}/consents", person["id"].as_str().unwrap());
    let named = host.post(&ledger, json!({"purpose": "publish_name", "method": "written"})).await.json();
    let event = held(&host).await;
    let event = moderator.edits(&event, json!({"hosts": [person["id"]]})).await;
    let [quote, ..] = of_event(&host, &moderator, &event).await;
    let names = async || {
        let seen = house.public_side().await;
        let telling = seen.into_iter().filter(|(_, (_, _, text))| text.contains("Sorghumname"));
        telling.map(|(path, _)| path).collect::<Vec<_>>()
    };
    assert!(names().await.len() > 3);
    let token = named["manage_token"].as_str().unwrap();
    let withdraw = "/v1/consents/mine/withdraw";
    assert_eq!(house.with_token(token, Method::POST, withdraw, Some(json!({}))).await.status, 200);
    assert_eq!(names().await, Vec::<String>::new());
    assert_eq!(house.gallery(&event).await.json()["hosts"], json!([]));
    assert_eq!(house.gallery(&quote).await.status, 200, "what was said stays, it was allowed by itself");
}

#[tokio::test]
async fn nothing_public_ties_two_quotes_to_one_speaker_who_is_not_named() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let event = held(&host).await;
    let mut people = Vec::new();
    for name in ["Amina", "Bo"] {
        let body = json!({"display_name": name, "role": "activist", "country": "SS"});
        people.push(host.makes("people", body).await["id"].as_str().unwrap().to_owned());
    }
    for level in ["role_and_country", "anonymous"] {
        for (n, speaker) in [(0, 0), (1, 0), (2, 1)] {
            let said = json!({"event": event["id"], "person": people[speaker], "language": "en", "text": format!("Words {n}"),
                "attribution": {"level": level},
                "consent": {"purpose": "publish_quote", "scope": ["gallery", "feeds"], "method": "written"}});
            let quote = host.makes("quotes", said).await;
            moderator.does("approve", &quote).await;
        }
    }
    let quotes = house.items("/v1/gallery/quotes").await;
    let alike = quotes.into_iter().map(|mut quote| {
        for of_its_own in ["id", "text", "links", "updated_at"] {
            assert!(quote.as_object_mut().unwrap().remove(of_its_own).is_some(), "{of_its_own}");
        }
        quote.to_string()
    });
    let alike: BTreeSet<_> = alike.collect();
    assert_eq!(alike.len(), 1, "{alike:?}");
    for (path, (_, headers, text)) in house.public_side().await {
        for person in &people {
            assert!(!text.contains(person) && !format!("{headers:?}").contains(person), "{path}");
        }
    }
    let body = json!({"display_name": "Another", "role": "donor", "country": "KE"});
    let (before, admin) = (house.public_side().await, house.admin().await);
    assert_eq!(admin.patch(&format!("/v1/people/{}", people[0]), body).await.status, 200);
    super::unmoved(&before, &house.public_side().await, "who said several things is somebody else now");
}
