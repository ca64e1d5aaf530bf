//! A line that cannot be taken says its number, pointer and reason, and `atomic` then changes nothing.

use serde_json::json;

use crate::bundle::{Bundle, event, quote};
use crate::house::House;

#[tokio::test]
async fn every_fault_of_a_line_is_told_at_once_and_nothing_is_changed() {
    let house = House::open().await;
    let bundle = Bundle::of([
        event("good"),
        json!({"type": "event", "id": "bad", "kind": "party", "title": " ", "format": "online", "colour": "red",
            "when": {"precision": "day", "date": "yesterday"}, "place": {"country": "South Sudan"}, "capacity": -1}),
    ]);
    let imported = house.import(&bundle).await;
    assert_eq!(
        imported.faults(3),
        [
            ("#/capacity".into(), "out_of_range".into()),
            ("#/colour".into(), "unknown_field".into()),
            ("#/kind".into(), "not_one_of".into()),
            ("#/place/country".into(), "invalid_format".into()),
            ("#/title".into(), "invalid_format".into()),
            ("#/when/date".into(), "invalid_format".into()),
        ]
    );
    assert_eq!(imported.report["applied"], false);
    assert_eq!(imported.code, Some(1));
    assert!(house.items("/v1/gallery/events").await.is_empty());
    assert_eq!(house.export().await.lines().count(), 1, "only a header");
}

#[tokio::test]
async fn what_a_schema_cannot_say_is_told_as_well() {
    let house = House::open().await;
    let mut skipped = event("skipped");
    skipped["when"] = json!({"precision": "minute", "starts_local": "2026-03-29T02:30:00", "time_zone": "Europe/Berlin", "duration_minutes": 60});
    skipped["place"]["country"] = json!("XX");
    skipped["hosts"] = json!(["nobody"]);
    let mut leap = event("leap");
    leap["when"]["date"] = json!("2021-02-29");
    let imported = house.import(&Bundle::of([skipped, leap])).await;
    assert_eq!(imported.faults(3), [("#/when/date".into(), "invalid_time".into())]);
    assert_eq!(
        imported.faults(2),
        [
            ("#/hosts/0".into(), "unknown_reference".into()),
            ("#/place/country".into(), "unknown_country".into()),
            ("#/when/starts_local".into(), "invalid_time".into()),
        ]
    );
    let detail = imported.verdicts[0]["errors"].to_string();
    assert!(detail.contains("2026-03-29T01:30:00") && detail.contains("2026-03-29T03:30:00"), "{detail}");
}

#[tokio::test]
async fn a_reference_must_stand_above_and_be_of_the_right_type() {
    let house = House::open().await;
    let theme = json!({"type": "theme", "id": "t", "labels": {"en": "A theme"}});
    let mut early = quote("early", "later");
    early["themes"] = json!(["t", "t"]);
    let mut wrong = quote("wrong", "t");
    wrong["person"] = json!("later");
    let imported = house.import(&Bundle::of([theme, early, event("later"), wrong, event("later")])).await;
    assert_eq!(
        imported.faults(3),
        [("#/event".into(), "unknown_reference".into()), ("#/themes/1".into(), "repeated_value".into())]
    );
    assert_eq!(
        imported.faults(5),
        [("#/event".into(), "wrong_reference".into()), ("#/person".into(), "wrong_reference".into())]
    );
    assert_eq!(imported.faults(6), [("#/id".into(), "repeated_id".into())]);
}

#[tokio::test]
async fn bytes_that_are_no_bundle_get_a_verdict_for_each_line() {
    let house = House::open().await;
    let header = Bundle::of([]).text();
    let mut bytes = header.clone().into_bytes();
    bytes.extend_from_slice(b"{\"type\":\"event\",\"id\":\"\xff\"}\n");
    bytes.extend(vec![b'x'; 2 * 1024 * 1024]);
    bytes.extend_from_slice(b"\n\n{\"type\":\"event\",\"type\":\"quote\"}\n[1]\n{\"id\":\"x\"}\n{\"type\":\"song\",\"id\":\"x\"}\n");
    bytes.extend_from_slice(b"{\"type\":\"theme\",\"id\":\"a\\u0000b\",\"labels\":{\"en\":\"x\"}}\n");
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend_from_slice(b"{\"type\":\"event\",\"id\":\"cut");
    let imported = house.import_bytes(&bytes, &["--mode", "partial"]).await;
    let codes: Vec<(u64, Vec<String>)> = [2, 3, 5, 6, 7, 8, 9, 10, 11]
        .map(|line| (line, imported.faults(line).into_iter().map(|(_, code)| code).collect()))
        .to_vec();
    let code = |c: &str| vec![c.to_owned()];
    assert_eq!(
        codes,
        [
            (2, code("invalid_utf8")),
            (3, code("line_too_long")),
            (5, code("repeated_member")),
            (6, code("wrong_type")),
            (7, code("required")),
            (8, code("not_one_of")),
            (9, code("control_character")),
            (10, code("repeated_header")),
            (11, code("truncated_json")),
        ]
    );
    assert_eq!(imported.report["records"], 9);
}

#[tokio::test]
async fn a_stream_without_a_header_is_refused() {
    let house = House::open().await;
    for bytes in ["", "\n\n", "{}\n", "{\"type\":\"event\"}\n"] {
        let imported = house.import_bytes(bytes.as_bytes(), &[]).await;
        assert_eq!(imported.verdicts[0]["errors"][0]["code"], "header_expected", "{bytes:?}");
        assert_eq!(imported.code, Some(1));
    }
    let newer = r#"{"type":"bundle","format":"solidarity-bundle","version":2,"source":"x"}"#;
    let imported = house.import_bytes(newer.as_bytes(), &[]).await;
    assert_eq!(imported.faults(1), [("#/version".into(), "out_of_range".into())]);
}

#[tokio::test]
async fn partial_takes_what_it_can_and_a_dry_run_takes_nothing() {
    let house = House::open().await;
    let mut bad = event("bad");
    bad["format"] = json!("by_post");
    // The quote of the event that failed fails with it; the other one is taken.
    let bundle = Bundle::of([event("good"), bad, quote("of-bad", "bad"), quote("of-good", "good")]);
    let bytes = bundle.text().into_bytes();
    let imported = house.import_bytes(&bytes, &["--mode", "partial", "--dry-run"]).await;
    assert_eq!((imported.verdict("good"), &imported.report["applied"]), ("created", &json!(false)));
    assert!(house.items("/v1/gallery/events").await.is_empty());

    let imported = house.import_bytes(&bytes, &["--mode", "partial"]).await;
    assert_eq!((imported.verdict("good"), imported.verdict("of-good")), ("created", "created"));
    assert_eq!((imported.verdict("bad"), imported.verdict("of-bad")), ("failed", "failed"));
    assert_eq!(imported.faults(4), [("#/event".into(), "unknown_reference".into())]);
    assert_eq!(house.items("/v1/gallery/events").await.len(), 1);
    assert_eq!(house.items("/v1/gallery/quotes").await.len(), 1);
}
