//! Every question is asked once on each engine, so that each is known to be SQL that both understand.

mod house;
pub(super) mod plans;

use entity::gallery_document::{DocumentKind, WithdrawnAs};
use serde_json::{Value, json};
use uuid::Uuid;

use self::house::{Document, House, NOW, THEME, document, open, targets};

fn documents() -> Vec<Document> {
    use DocumentKind::{Event, Initiative, Quote, Story};
    let juba = [4.85, 31.55];
    let withdrawn = |as_: WithdrawnAs| {
        move |row: &mut entity::gallery_document::Model| {
            row.withdrawn_at = NOW.parse().ok();
            row.withdrawn_as = Some(as_);
            (row.label, row.listed, row.lat, row.lon, row.country) = (String::new(), false, None, None, None);
            row.counted_country = None;
        }
    };
    let mut all = vec![
        document(1, Event, "Audit of grants", Some("SS"), juba),
        document(2, Event, "Spring meeting", Some("SS"), juba).with(|row| row.event_id = None),
        document(3, Event, "Fiji forum", Some("FJ"), [-17.5, -179.5]).with(|row| row.cancelled = true),
        document(250, Event, "Autumn meeting", Some("KE"), [-1.25, 36.85]),
        document(5, Initiative, "Water audits", Some("SS"), juba),
        document(6, Quote, "We ask for trust", Some("SS"), juba)
            .with(|row| row.event_id = Some(Uuid::from_u128(1))),
        document(7, Story, "A film", None, juba).with(|row| (row.lat, row.lon) = (None, None)),
        // Not to be seen: unlisted, over, gone, absent, and never in a feed.
        document(20, Event, "Unlisted audit", Some("SS"), juba).with(|row| {
            (row.listed, row.in_feeds, row.fed, row.counted_country) = (false, false, false, None);
        }),
        document(21, Event, "Expired audit", Some("SS"), juba)
            .with(|row| row.public_until = NOW.parse().ok()),
        document(22, Event, "", None, juba).with(withdrawn(WithdrawnAs::Gone)),
        document(23, Event, "", None, juba).with(withdrawn(WithdrawnAs::Absent)).with(|row| row.fed = false),
    ];
    all[0].spanish = Some("Auditoría");
    all[1].themed = true;
    all
}

fn id(number: u128) -> Value {
    json!(Uuid::from_u128(number))
}

fn ids(numbers: &[u128]) -> Vec<Value> {
    numbers.iter().copied().map(id).collect()
}

/// Asks the same on both engines.
async fn on_both(questions: impl AsyncFn(&House)) {
    let folder = tempfile::tempdir().unwrap();
    for target in targets(folder.path()).await {
        questions(&House::serve(open(&target, &documents()).await).await).await;
    }
}

#[actix_web::test]
async fn lists_filter_and_order() {
    on_both(async |house| {
        let events = async |query: &str| {
            let found = house.get(&format!("/v1/gallery/events?{query}")).await;
            assert_eq!(found.status, 200, "{query}: {}", found.body);
            found.each("items", "/id")
        };
        assert_eq!(events("").await, ids(&[250, 3, 2, 1]));
        assert_eq!(events("sort=when&country=SS,FJ").await, ids(&[1, 2, 3]));
        assert_eq!(events("sort=-updated_at&limit=1").await, ids(&[250]));
        assert_eq!(events("sort=updated_at&kind=dialogue").await, ids(&[1, 2, 3, 250]));
        assert_eq!(events(&format!("theme={THEME},{}&language=en,es", Uuid::nil())).await, ids(&[2]));
        assert_eq!(events("upcoming=true").await, ids(&[250]));
        assert_eq!(events("upcoming=false").await, ids(&[3, 2, 1]));
        assert_eq!(events("from=2026-01-03&to=2026-01-04").await, ids(&[3, 2]));
        assert_eq!(events("to=9999-12-31&from=0001-01-01").await.len(), 4);
        assert_eq!(events("bbox=170,-20,-170,0").await, ids(&[3]));
        assert_eq!(events("bbox=30,-5,40,5").await, ids(&[250, 2, 1]));
        assert_eq!(events("q=AUD%20grant").await, ids(&[1]));
        assert_eq!(events("q=!!").await, ids(&[]));
        assert_eq!(events(&format!("initiative={}", Uuid::nil())).await, ids(&[]));
        let quotes = house.get(&format!("/v1/gallery/quotes?event={}", Uuid::from_u128(1))).await;
        assert_eq!(quotes.each("items", "/id"), ids(&[6]));
        for (path, fault) in [
            ("events?bbox=0,5,1,4", "out_of_order"),
            ("events?tz=Africa/Yei", "not_one_of"),
            ("events?language=", "too_few"),
            ("events?bbox=0,100,1,100", "out_of_range"),
            ("events?country=ss", "invalid_format"),
            ("stories?upcoming=true", "unknown_parameter"),
            ("outcomes?kind=dialogue", "not_one_of"),
            ("events?lang=x", "invalid_format"),
            ("quotes?from=2026-01-02&to=2026-01-01", "out_of_order"),
            ("events?cursor=AAAAAAAAAAAAAAAA", "invalid_cursor"),
        ] {
            let refused = house.get(&format!("/v1/gallery/{path}")).await;
            assert_eq!((refused.status, &refused.body["errors"][0]["code"]), (400, &json!(fault)), "{path}");
        }
    })
    .await;
}

#[actix_web::test]
async fn pages_follow_each_other() {
    on_both(async |house| {
        for (list, limit) in
            [("events?", 1), ("events?sort=updated_at&", 3), ("search?q=a&", 1), ("events?lang=es&", 2)]
        {
            let whole = house.get(&format!("/v1/gallery/{list}limit=100")).await;
            let list = format!("{list}limit={limit}");
            let mut path = format!("/v1/gallery/{list}");
            let mut seen = Vec::new();
            loop {
                let page = house.get(&path).await;
                seen.extend(page.each("items", "/id"));
                let Some(cursor) = page.body["next_cursor"].as_str() else { break };
                assert!(page.header("link").contains(cursor));
                path = format!("/v1/gallery/{list}&cursor={cursor}");
            }
            assert_eq!(seen, whole.each("items", "/id"), "{list}");
            assert!(seen.len() >= 3, "{list}");
        }
    })
    .await;
}

#[actix_web::test]
async fn documents_come_in_the_language_that_is_wanted() {
    on_both(async |house| {
        let path = format!("/v1/gallery/events/{}", Uuid::from_u128(1));
        let spanish = house.get_with(&path, &[("accept-language", "fr, es-MX;q=0.9, en;q=0.8")]).await;
        assert_eq!((spanish.header("content-language"), &spanish.body["title"]), ("es", &json!("Auditoría")));
        let english = house.get_with(&format!("{path}?lang=en"), &[("accept-language", "es")]).await;
        assert_eq!(
            (english.header("content-language"), english.header("vary")),
            ("en", "Accept, Accept-Language")
        );
        let again = house.get_with(&path, &[("if-none-match", english.header("etag"))]).await;
        assert_eq!((again.status, again.header("content-language")), (304, "en"));
        let other =
            house.get_with(&format!("{path}?lang=es"), &[("if-none-match", english.header("etag"))]).await;
        assert_eq!((other.status, other.header("content-language")), (200, "es"));
        let local = house.get(&format!("{path}?tz=Asia/Tokyo")).await;
        assert_eq!(local.body["when"]["local"]["starts_local"], "2026-01-02T09:00:00");
        let mixed = house.get("/v1/gallery/events?lang=es&country=SS&tz=UTC").await;
        assert_eq!(
            (mixed.each("items", "/title")[1].clone(), mixed.header("content-language")),
            (json!("Auditoría"), "")
        );
        assert_eq!(mixed.each("items", "/when/local/time_zone"), ["UTC", "UTC"]);
    })
    .await;
}

#[actix_web::test]
async fn what_is_not_public_says_no_more_than_it_may() {
    on_both(async |house| {
        let status = async |path: String| house.get(&format!("/v1/gallery/{path}")).await.status;
        for (number, expected) in [(20, 200), (21, 410), (22, 410), (23, 404), (99, 404), (5, 404)] {
            assert_eq!(status(format!("events/{}", Uuid::from_u128(number))).await, expected, "{number}");
        }
        assert_eq!(status("events/7".into()).await, 404);
        assert_eq!(status("countries/ss".into()).await, 404);
        assert_eq!(status("countries/ZZ".into()).await, 404);
        let feed = house.get("/v1/gallery/changes").await;
        let deleted: Vec<_> = feed
            .each("items", "/op")
            .iter()
            .zip(feed.each("items", "/id"))
            .filter(|(op, _)| *op == "delete")
            .map(|(_, id)| id)
            .collect();
        assert_eq!(deleted, ids(&[21, 22]));
        assert!(!feed.body.to_string().contains(&Uuid::from_u128(20).to_string()));
        let next = feed.body["next_cursor"].as_str().unwrap();
        let after = house.get(&format!("/v1/gallery/changes?cursor={next}&lang=es")).await;
        assert_eq!((after.each("items", "/id"), after.body["next_cursor"].as_str()), (ids(&[]), Some(next)));
    })
    .await;
}

#[actix_web::test]
async fn everything_is_counted() {
    on_both(async |house| {
        let whole = house.get("/v1/gallery?lang=es").await;
        assert_eq!(
            whole.body["totals"],
            json!({"countries": 3, "initiatives": 1, "events": 4, "quotes": 1, "outcomes": 0, "stories": 1})
        );
        assert_eq!(whole.each("countries", "/name"), ["Fiyi", "Kenia", "Sudán del Sur"]);
        assert_eq!(whole.each("latest", "/id"), ids(&[250, 7, 6, 5, 3, 2, 1]));
        let list = house.get("/v1/gallery/countries").await;
        assert_eq!(list.each("items", "/counts/events"), [1, 1, 2]);
        let page = house.get("/v1/gallery/countries/SS?lang=es").await;
        assert_eq!((page.each("events", "/id"), page.each("quotes", "/id")), (ids(&[2, 1]), ids(&[6])));
        assert_eq!(
            (&page.body["counts"]["events"], &page.body["links"]["events"]),
            (&json!(2), &json!("/v1/gallery/events?country=SS"))
        );
        assert_eq!(page.each("events", "/title")[1], "Auditoría");
        let empty = house.get("/v1/gallery/countries/PT").await;
        assert_eq!((empty.status, empty.each("stories", "/id")), (200, vec![]));
    })
    .await;
}

#[actix_web::test]
async fn search_puts_titles_first() {
    on_both(async |house| {
        let found = house.get("/v1/gallery/search?q=water&lang=en").await;
        assert_eq!(found.each("items", "/id"), ids(&[5, 2]));
        assert_eq!(
            (found.each("items", "/kind"), found.each("items", "/title")),
            (vec![json!("initiative"), json!("event")], vec![json!("Water audits"), json!("Spring meeting")])
        );
        assert_eq!(found.each("items", "/snippet")[0], "About the Water audits.");
        let events = house
            .get(&format!("/v1/gallery/search?q=audit&kind=event,story&country=SS&language=en&theme={THEME}"))
            .await;
        assert_eq!(events.each("items", "/id"), ids(&[]));
        assert_eq!(house.get("/v1/gallery/search?q=audit").await.each("items", "/id"), ids(&[5, 1]));
        assert_eq!(house.get("/v1/gallery/search").await.status, 400);
    })
    .await;
}

#[actix_web::test]
async fn the_map_has_three_levels() {
    on_both(async |house| {
    let far = house.get("/v1/gallery/map").await;
    assert_eq!(far.header("content-type"), "application/geo+json");
    assert_eq!((far.each("features", "/id"), far.each("features", "/properties/count")), (vec![json!("FJ"), json!("KE"), json!("SS")], vec![json!(1), json!(1), json!(4)]));
    let searched = house.get("/v1/gallery/map?q=audit&kind=event,initiative&bbox=20,-10,40,20&zoom=3").await;
    assert_eq!(searched.each("features", "/properties/counts/events"), [1]);
    let kinds = house.get("/v1/gallery/map?kind=quote&country=SS,KE").await;
    assert_eq!(kinds.each("features", "/properties/count"), [1]);
    let middle = house.get("/v1/gallery/map?zoom=6&lang=es").await;
    assert_eq!(middle.each("features", "/properties/cluster"), [false, false, true]);
    assert_eq!(middle.each("features", "/geometry/coordinates")[2], json!([31.55, 4.85]));
    assert_eq!(middle.each("features", "/properties/counts")[2], json!({"initiatives": 1, "events": 2, "quotes": 1, "outcomes": 0, "stories": 0}));
    let near = house.get("/v1/gallery/map?zoom=9&bbox=36,-2,37,0").await;
    assert_eq!(near.each("features", "/properties"), [json!({"cluster": false, "kind": "event", "subkind": "dialogue", "title": "Autumn meeting", "country": "KE", "precision": "locality"})]);
    assert_eq!(house.get("/v1/gallery/map?zoom=23").await.status, 400);
    })
    .await;
}

#[actix_web::test]
async fn reference_data_and_readiness() {
    on_both(async |house| {
        let countries = house.get("/v1/countries?lang=fr").await;
        assert_eq!(
            (countries.body["items"].as_array().unwrap().len(), countries.header("content-language")),
            (249, "fr")
        );
        assert_eq!(countries.header("cache-control"), "public, max-age=3600");
        let again = house
            .get_with(
                "/v1/countries",
                &[("accept-language", "fr"), ("if-none-match", countries.header("etag"))],
            )
            .await;
        assert_eq!(again.status, 304);
        assert_eq!(house.get("/v1/languages").await.body["items"][0]["name"], "Afar");
        let themes = house.get("/v1/themes?lang=es").await;
        assert_eq!(
            themes.body["items"],
            json!([{"id": THEME, "label": "Agua", "labels": {"en": "Water", "es": "Agua"}}])
        );
        assert_eq!(house.get("/readyz").await.body, json!({"status": "ok"}));
    })
    .await;
}
