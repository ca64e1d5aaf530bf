//! Less of it: `fields=`, and text without markup where `Accept` asks for it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::bundle::{Bundle, event, quote};
use crate::house::{Answer, House};

const EXCERPT: &str = "application/vnd.solidarity.excerpt+json";
const TEXT: [(&str, &str); 1] = [("accept", "text/plain")];

fn bundle() -> Bundle {
    let mut timed = event("e");
    timed["when"] = json!({"precision": "minute", "starts_local": "2021-06-12T18:00:00", "time_zone": "Africa/Juba", "duration_minutes": 90});
    timed["place"] = json!({"country": "SS", "locality": "Yei", "point": {"lat": 4.09512, "lon": 30.67834}});
    timed["public_precision"] = json!("locality");
    timed["description"] =
        json!("We met.\n\nNext page: https://example.org/elsewhere\nAddress: \u{202e}away");
    timed["translations"] = json!({"es": {"title": "Evento de muestra", "by": "human"}});
    let mut cancelled = event("f");
    cancelled["title"] = json!("قصة");
    cancelled["status"] = json!("cancelled");
    let mut said = quote("q", "e");
    said["attribution"] = json!({"level": "pseudonym", "label": "Blue Nile"});
    Bundle::of([timed, cancelled, said])
}

async fn house() -> House {
    let house = House::open().await;
    house.import(&bundle()).await.applied();
    house
}

fn members(item: &Value) -> BTreeSet<&str> {
    item.as_object().unwrap().keys().map(String::as_str).collect()
}

async fn address_of(house: &House, list: &str, text: &str) -> String {
    let items = house.items(&format!("/v1/gallery/{list}")).await;
    let item = items.iter().find(|item| item.to_string().contains(text)).expect(text);
    item["links"]["self"].as_str().unwrap().to_owned()
}

/// An answer that a reader may keep, whose 304 costs nothing, and that says in how many forms there is one.
async fn keeps(house: &House, path: &str, headers: &[(&str, &str)]) -> Answer {
    let answer = house.get_with(path, headers).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, "public, no-cache"), "{path}");
    let etag = answer.header("etag").to_owned();
    let again = house.get_with(path, &[headers, &[("if-none-match", &etag)]].concat()).await;
    assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, &*etag), "{path}");
    for vary in [answer.header("vary"), again.header("vary")] {
        assert!(vary.split(',').any(|name| name.trim().eq_ignore_ascii_case("accept")), "{path}: {vary}");
    }
    answer
}

#[tokio::test]
async fn a_reader_gets_the_members_it_names_and_no_others() {
    let house = house().await;
    let path = address_of(&house, "events", "Sample event e").await;
    let wanted = BTreeSet::from(["id", "title", "when"]);
    let list = keeps(&house, "/v1/gallery/events?fields=title,when&lang=es&tz=Asia/Kathmandu", &[]).await;
    assert_eq!(list.header("content-type"), EXCERPT);
    let list = list.json();
    for item in list["items"].as_array().unwrap() {
        assert_eq!(members(item), wanted);
    }
    let known = &list["items"].as_array().unwrap().iter().find(|item| item["title"] == "Evento de muestra");
    assert_eq!(known.unwrap()["when"]["local"]["starts_local"], "2021-06-12T21:45:00");

    let whole = house.get(&path).await;
    let item = keeps(&house, &format!("{path}?fields=when,title"), &[]).await;
    assert_eq!(item.header("content-type"), EXCERPT);
    assert_ne!(item.header("etag"), whole.header("etag"));
    let (item, whole) = (item.json(), whole.json());
    assert_eq!(members(&item), wanted);
    wanted.iter().for_each(|name| assert_eq!(item[name], whole[name], "{name}"));
    // What a kind does not have is left out.
    assert_eq!(
        members(&house.get(&format!("{path}?fields=attribution")).await.json()),
        BTreeSet::from(["id"])
    );

    let country = keeps(&house, "/v1/gallery/countries/SS?fields=text", &[]).await;
    assert_eq!(country.header("content-type"), EXCERPT);
    let country = country.json();
    assert_eq!(members(&country["quotes"][0]), BTreeSet::from(["id", "text"]));
    assert_eq!((country["events"].as_array().unwrap().len(), &country["counts"]["events"]), (2, &json!(2)));

    // The way to the next page asks for the same.
    let page = house.get("/v1/gallery/events?fields=title&limit=1").await;
    let next = page.header("link").trim_start_matches('<').split('>').next().unwrap().to_owned();
    let rest = house.get(&next).await.json();
    assert_eq!(members(&rest["items"][0]), BTreeSet::from(["id", "title"]));

    for (query, code) in [
        ("fields=venue", "not_one_of"),
        ("fields=", "too_few"),
        ("fields=id&fields=id", "repeated_parameter"),
    ] {
        for path in [&path, "/v1/gallery/events", "/v1/gallery/countries/SS"] {
            let refused = house.get(&format!("{path}?{query}")).await;
            let fault = refused.json()["errors"][0].clone();
            assert_eq!((refused.status, &fault["parameter"]), (400, &json!("fields")), "{path}?{query}");
            assert_eq!(fault["code"], code, "{path}?{query}");
        }
    }
    assert_eq!(house.get("/v1/gallery/search?q=sample&fields=title").await.status, 400);
}

#[tokio::test]
async fn everything_is_told_as_text_to_whoever_asks_for_it() {
    let house = house().await;
    let event = address_of(&house, "events", "Sample event e").await;
    let said = address_of(&house, "quotes", "Sample words q").await;
    for (path, lines) in [
        (
            "/v1/gallery",
            &["Countries: 1", "Events: 2", "Country: South Sudan (SS)", "Quote: Sample words q"][..],
        ),
        ("/v1/gallery/countries", &["Country: South Sudan (SS)", "Address: /v1/gallery/countries/SS"]),
        ("/v1/gallery/countries/SS", &["Event: Sample event e", "Events: /v1/gallery/events?country=SS"]),
        ("/v1/gallery/quotes", &["Quote: Sample words q", "By: Blue Nile"]),
        ("/v1/gallery/search?q=met", &["Event: Sample event e", "Where: Yei, South Sudan"]),
        (&said, &["Quote: Sample words q", "Event: Sample event e"]),
    ] {
        let answer = keeps(&house, path, &TEXT).await;
        assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8", "{path}");
        assert_eq!(
            answer.header("content-language"),
            if path == "/v1/gallery/countries" { "en" } else { answer.header("content-language") }
        );
        let text = answer.text();
        lines
            .iter()
            .for_each(|line| assert!(text.lines().any(|known| known == *line), "{path}: {line}\n{text}"));
        assert!(!text.contains(['{', '<', '\u{202e}']) && !text.contains("30."), "{path}: {text}");
        // JSON as before, also for whoever names both alike.
        for accept in ["*/*", "application/json, text/plain, */*"] {
            let json = house.get_with(path, &[("accept", accept)]).await;
            assert_eq!(json.header("content-type"), "application/json", "{path} {accept}");
        }
    }

    // A text goes on in lines that are set in: none of them passes for one of ours.
    let alone = keeps(&house, &format!("{event}?tz=Asia/Kathmandu"), &TEXT).await;
    let wanted = "Text: We met.\n  Next page: https://example.org/elsewhere\n  Address: away\n";
    assert!(alone.text().contains(wanted), "{}", alone.text());
    let when = "When: 2021-06-12 18:00 Africa/Juba (90 min) = 2021-06-12 21:45 Asia/Kathmandu\n";
    assert!(alone.text().contains(when), "{}", alone.text());
    assert!(alone.text().ends_with(&format!("Address: {event}\n")), "{}", alone.text());
    let cancelled = house.get_with("/v1/gallery/events?limit=100&lang=es", &TEXT).await;
    assert!(
        cancelled.text().contains("Evento: \u{2068}قصة\u{2069}\nEstado: cancelado\n"),
        "{}",
        cancelled.text()
    );
    assert!(cancelled.text().contains("Evento: Evento de muestra\n"), "{}", cancelled.text());

    // With members that are named, these only; and the next page's address at the end.
    let page = house.get_with("/v1/gallery/events?fields=title&limit=1", &TEXT).await;
    assert!(page.text().starts_with("Event: ") && page.text().contains("\nid: "), "{}", page.text());
    let next = page.text().lines().last().unwrap().strip_prefix("Next page: ").unwrap().to_owned();
    let last = house.get_with(&next, &TEXT).await;
    assert!(last.text().starts_with("Event: ") && !last.text().contains("Next page"), "{}", last.text());
    let none = house.get_with("/v1/gallery/stories?lang=fr", &TEXT).await;
    assert_eq!(none.text(), "Il n’y a encore rien.\n");
    assert_eq!(house.get_with("/v1/gallery/events/1", &TEXT).await.code(), "not_found");

    // What is withdrawn is gone from the texts that were kept, too.
    let withdrawn = bundle().with("q", "status", json!("withdrawn"));
    house.import(&withdrawn).await.applied();
    assert_eq!(house.get_with(&said, &TEXT).await.status, 410);
    for path in
        ["/v1/gallery", "/v1/gallery/quotes", "/v1/gallery/countries/SS", "/v1/gallery/search?q=words"]
    {
        let left = house.get_with(path, &TEXT).await;
        assert!(!left.text().contains("Sample words"), "{path}: {}", left.text());
    }
}
