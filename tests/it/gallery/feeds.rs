//! `/v1/gallery/*.atom`, items as JSON-LD, and a country's card: what stands on others' sites.

use reqwest::Method;
use serde_json::{Value, json};

use crate::bundle::{Bundle, event, quote};
use crate::house::House;

/// Two quotes, of which one may not be in feeds; a story with a title that is markup; and where it was.
fn bundle() -> Bundle {
    let mut kept = quote("q-kept", "e");
    kept["consent"]["scope"] = json!(["gallery"]);
    let mut exact = event("e");
    exact["place"] = json!({"country": "SS", "locality": "Yei", "point": {"lat": 4.09512, "lon": 30.67834}});
    exact["public_precision"] = json!("locality");
    Bundle::of([
        exact,
        event("f"),
        quote("q-fed", "e"),
        kept,
        json!({"type": "story", "id": "s", "kind": "video", "title": "Seeds <script>\"&'", "url": "https://example.org/?a=1&b=2",
            "event": "e", "language": "fr", "status": "approved"}),
    ])
}

async fn house() -> House {
    let house = House::open().await;
    house.import(&bundle()).await.applied();
    house
}

/// The texts between these marks.
fn between<'a>(text: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    text.split(start).skip(1).map(|rest| rest.split(end).next().unwrap()).collect()
}

async fn id_of(house: &House, list: &str, member: &str, text: &str) -> String {
    let items = house.items(&format!("/v1/gallery/{list}?limit=100")).await;
    let item = items.into_iter().find(|item| item[member] == text).expect(text);
    item["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_feed_has_what_may_be_in_feeds_and_says_what_has_gone() {
    let house = house().await;
    let stories = house.get("/v1/gallery/stories.atom").await;
    assert_eq!(
        (stories.status, stories.header("content-type")),
        (200, "application/atom+xml; charset=utf-8")
    );
    assert_eq!(stories.header("cache-control"), "public, no-cache");
    let text = stories.text();
    assert!(text.contains("<title>Seeds &lt;script&gt;&quot;&amp;&#39;</title>"), "{text}");
    assert!(text.contains("<link rel=\"alternate\" href=\"https://example.org/?a=1&amp;b=2\"/>"), "{text}");
    assert!(text.contains("<entry xml:lang=\"fr\">") && text.contains("term=\"SS\""), "{text}");
    let story = id_of(&house, "stories", "kind", "video").await;
    assert!(text.contains(&format!("<id>urn:uuid:{story}</id>")));
    let etag = stories.header("etag");
    assert_eq!(house.get_with("/v1/gallery/stories.atom", &[("if-none-match", etag)]).await.status, 304);

    // What may stand in the gallery alone is in no feed.
    let quotes = house.get("/v1/gallery/quotes.atom").await;
    assert!(
        quotes.text().contains("Sample words q-fed") && !quotes.text().contains("q-kept"),
        "{}",
        quotes.text()
    );
    assert_eq!(house.items("/v1/gallery/quotes").await.len(), 2);
    let fed = id_of(&house, "quotes", "text", "Sample words q-fed").await;

    // Page by page, each entry once; the same feed on each page.
    let (mut seen, mut ids) = (Vec::new(), Vec::new());
    let mut path = "/v1/gallery/events.atom?limit=1".to_owned();
    loop {
        let page = house.get(&path).await;
        assert_eq!(page.status, 200, "{}", page.text());
        let text = page.text();
        seen.extend(
            between(text, "<entry", "</entry>")
                .iter()
                .map(|entry| between(entry, "<id>", "</id>")[0].to_owned()),
        );
        ids.push(between(text, "<id>", "</id>")[0].to_owned());
        match between(text, "rel=\"next\" type=\"application/atom+xml\" href=\"", "\"").first() {
            Some(next) => path = next.replace("&amp;", "&"),
            None => break,
        }
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 2);
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    for path in
        ["stories.atom?country=KE", "quotes.atom?q=nothing", "initiatives.atom", "outcomes.atom?lang=es"]
    {
        let empty = house.get(&format!("/v1/gallery/{path}")).await;
        assert!(empty.status == 200 && !empty.text().contains("<entry"), "{path}: {}", empty.text());
    }
    assert_eq!(house.get("/v1/gallery/stories.atom?sort=when").await.status, 400);

    // Withdrawn, and no longer for feeds: gone from the answer that was kept, too, and without a word.
    let mut changed = bundle().with(
        "q-fed",
        "consent",
        json!({"purpose": "publish_quote", "method": "online", "scope": ["gallery"]}),
    );
    changed.line("s")["status"] = json!("withdrawn");
    house.import(&changed).await.applied();
    for (list, id) in [("stories", &story), ("quotes", &fed)] {
        let feed = house.get(&format!("/v1/gallery/{list}.atom")).await;
        assert!(feed.text().contains(&format!("<at:deleted-entry ref=\"urn:uuid:{id}\"")), "{}", feed.text());
        assert!(!feed.text().contains("<entry") && !feed.text().contains("Sample words"), "{}", feed.text());
        let filtered = house.get(&format!("/v1/gallery/{list}.atom?country=SS")).await;
        assert!(!filtered.text().contains("deleted-entry"), "{}", filtered.text());
    }
    assert!(!house.get("/v1/gallery/quotes.atom").await.text().contains("q-kept"));
}

#[tokio::test]
async fn one_feed_has_all_kinds_and_takes_the_filters_of_the_lists() {
    let house = house().await;
    let feed = async |query: &str| house.get(&format!("/v1/gallery/changes.atom{query}")).await;
    let all = feed("?lang=es").await;
    assert_eq!((all.status, all.header("content-type")), (200, "application/atom+xml; charset=utf-8"));
    assert!(all.text().contains("<title>Novedades</title>"), "{}", all.text());
    assert_eq!(between(all.text(), "<entry", "</entry>").len(), 4, "two events, a quote and a story");
    assert!(!all.text().contains("q-kept"));
    for (query, entries) in [
        ("?kind=event,story", 3),
        ("?country=SS", 4),
        ("?country=KE", 0),
        ("?kind=event&bbox=30,3,31,5", 1),
        ("?q=seeds", 1),
        ("?theme=00000000-0000-4000-8000-000000000000", 0),
    ] {
        let part = feed(query).await;
        assert_eq!(part.status, 200, "{query}: {}", part.text());
        assert_eq!(between(part.text(), "<entry", "</entry>").len(), entries, "{query}: {}", part.text());
    }
    let story = id_of(&house, "stories", "kind", "video").await;
    house.import(&bundle().with("s", "status", json!("withdrawn"))).await.applied();
    let gone = format!("<at:deleted-entry ref=\"urn:uuid:{story}\"");
    for (query, told) in [("", true), ("?kind=story", true), ("?kind=event", false), ("?country=SS", false)] {
        assert_eq!(feed(query).await.text().contains(&gone), told, "{query}");
    }
    assert_eq!(
        house
            .get_with("/v1/gallery/changes.atom?lang=es", &[("if-none-match", all.header("etag"))])
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn an_item_is_told_in_the_words_of_schema_org_where_that_is_asked_for() {
    let house = house().await;
    let linked = [("accept", "application/ld+json")];
    let event = format!("/v1/gallery/events/{}", id_of(&house, "events", "title", "Sample event e").await);
    for _ in 0..2 {
        let plain = house.get(&event).await;
        let answer = house.get_with(&event, &linked).await;
        assert_eq!(
            (plain.header("content-type"), answer.header("content-type")),
            ("application/json", "application/ld+json")
        );
        for vary in [plain.header("vary"), answer.header("vary")] {
            assert!(vary.split(',').any(|name| name.trim().eq_ignore_ascii_case("accept")), "{vary}");
        }
        assert_ne!(plain.header("etag"), answer.header("etag"));
        let read = answer.json();
        assert_eq!((&read["@context"], &read["@type"]), (&json!("https://schema.org"), &json!("Event")));
        assert_eq!(
            (&read["startDate"], &read["location"]["address"]["addressCountry"]),
            (&json!("2021-06-12"), &json!("SS"))
        );
        assert_eq!(
            read["location"]["geo"]["latitude"],
            plain.json()["place"]["point"]["lat"],
            "as coarse as ever"
        );
        assert_eq!(read["eventAttendanceMode"], "https://schema.org/OfflineEventAttendanceMode");
        let known = [("accept", "application/ld+json"), ("if-none-match", answer.header("etag"))];
        assert_eq!(house.get_with(&event, &known).await.status, 304);
        let other = [("accept", "application/json"), ("if-none-match", answer.header("etag"))];
        assert_eq!(house.get_with(&event, &other).await.status, 200);
    }
    let quote = format!("/v1/gallery/quotes/{}", id_of(&house, "quotes", "text", "Sample words q-fed").await);
    let read: Value = house.get_with(&quote, &linked).await.json();
    assert_eq!((&read["@type"], &read["text"]), (&json!("Quotation"), &json!("Sample words q-fed")));
    assert!(read.get("creator").is_none(), "nobody is named: {read}");
    house.import(&bundle().with("q-fed", "status", json!("withdrawn"))).await.applied();
    assert_eq!(house.get_with(&quote, &linked).await.status, 410);
    let story = format!("/v1/gallery/stories/{}", id_of(&house, "stories", "kind", "video").await);
    let read = house.get_with(&story, &linked).await.json();
    assert_eq!(
        (&read["@type"], &read["url"]),
        (&json!("VideoObject"), &json!("https://example.org/?a=1&b=2"))
    );
}

#[tokio::test]
async fn a_card_stands_in_a_frame_and_runs_nothing() {
    let house = house().await;
    let card = house.get("/v1/gallery/countries/SS/card?lang=es").await;
    assert_eq!((card.status, card.header("content-type")), (200, "text/html; charset=utf-8"));
    assert_eq!((card.header("content-language"), card.header("cache-control")), ("es", "public, no-cache"));
    let policy = card.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'") && policy.ends_with("frame-ancestors *"), "{policy}");
    assert!(!policy.contains("script") && !policy.contains("unsafe"), "{policy}");
    let text = card.text();
    assert!(text.contains("<h1>Sudán del Sur</h1>") && text.contains("Eventos: 2"), "{text}");
    assert!(text.contains("Sample words q-fed") && !text.contains("q-kept"), "{text}");
    assert!(!text.contains("<script") && text.contains("Seeds &lt;script&gt;"), "{text}");
    let again = house
        .get_with("/v1/gallery/countries/SS/card?lang=es", &[("if-none-match", card.header("etag"))])
        .await;
    assert_eq!((again.status, again.header("content-security-policy")), (304, policy));
    let other = house.get("/v1/gallery/countries/SS").await;
    assert!(other.header("content-security-policy").ends_with("frame-ancestors 'none'"), "this one alone");
    let arabic = house.get("/v1/gallery/countries/KE/card?lang=ar").await;
    assert!(
        arabic.text().contains("dir=\"rtl\"") && arabic.text().contains("لا يوجد شيء بعد."),
        "{}",
        arabic.text()
    );
    assert_eq!(house.get("/v1/gallery/countries/XX/card").await.status, 404);

    house.import(&bundle().with("q-fed", "status", json!("withdrawn"))).await.applied();
    assert!(!house.get("/v1/gallery/countries/SS/card?lang=es").await.text().contains("Sample words"));
    // Search engines keep copies, which would outlive that.
    let robots = house.send(Method::GET, "/robots.txt").await;
    assert_eq!((robots.status, robots.text()), (200, "User-agent: *\nDisallow: /\n"));
    assert_eq!(card.header("x-robots-tag"), "noindex, noarchive");
}
