//! A second import of the same source: update, unchanged, conflict, gone.

use serde_json::json;

use crate::bundle::{Bundle, event, quote};
use crate::house::House;

#[tokio::test]
async fn a_second_import_of_the_same_file_changes_nothing_at_all() {
    let house = House::with_samples().await;
    let before = (house.items("/v1/gallery/changes").await, house.export().await);
    let imported = house.import(&Bundle::samples()).await.applied();
    assert_eq!(imported.report["unchanged"], imported.report["records"]);
    assert_eq!(before, (house.items("/v1/gallery/changes").await, house.export().await));
}

#[tokio::test]
async fn white_space_and_the_order_of_members_do_not_count() {
    let house = House::open().await;
    house.import(&Bundle::of([event("e")])).await.applied();
    let header = Bundle::of([]).text();
    let reordered = r#"{ "status":"held", "visibility":"public", "place":{"country":"SS"}, "when":{"date":"2021-06-12","precision":"day"},
        "format":"in_person","title":"Sample event e","kind":"dialogue","id":"e","type":"event" }"#
        .replace('\n', " ");
    let imported = house.import_bytes(format!("{header}{reordered}").as_bytes(), &[]).await;
    assert_eq!(imported.verdict("e"), "unchanged");
}

#[tokio::test]
async fn a_changed_line_is_the_whole_record_and_records_not_in_the_file_stay() {
    let house = House::open().await;
    let mut first = event("e");
    first["summary"] = json!("Sample summary");
    first["topics"] = json!(["seeds"]);
    house.import(&Bundle::of([first, event("other")])).await.applied();
    let id = house.items("/v1/gallery/events").await.iter().find(|e| e["title"] == "Sample event e").unwrap()
        ["id"]
        .clone();

    let imported = house.import(&Bundle::of([event("e")])).await.applied();
    assert_eq!(imported.verdict("e"), "updated");
    let item = house.get(&format!("/v1/gallery/events/{}", id.as_str().unwrap())).await.json();
    assert_eq!((&item["summary"], &item["topics"]), (&json!(null), &json!([])));
    assert_eq!(house.items("/v1/gallery/events").await.len(), 2);
}

#[tokio::test]
async fn an_id_keeps_its_type() {
    let house = House::open().await;
    house.import(&Bundle::of([event("e")])).await.applied();
    let theme = json!({"type": "theme", "id": "e", "labels": {"en": "A theme"}});
    let imported = house.import(&Bundle::of([theme])).await;
    assert_eq!(imported.faults(2), [("#/type".into(), "other_type".into())]);
}

#[tokio::test]
async fn what_was_edited_here_since_is_left_alone() {
    let house = House::open().await;
    house.import(&Bundle::of([event("e"), event("f")])).await.applied();
    // No call edits an event yet; this is what one would leave behind.
    house
        .sql("UPDATE event SET title = 'Edited here', version = version + 1 WHERE title = 'Sample event e'")
        .await;
    let changed = Bundle::of([event("e"), event("f")]).with("e", "summary", json!("From the source")).with(
        "f",
        "summary",
        json!("From the source"),
    );
    let imported = house.import(&changed).await.applied();
    assert_eq!((imported.verdict("e"), imported.verdict("f")), ("conflict", "updated"));
    assert!(house.export().await.contains("Edited here"));
    let imported = house.import(&Bundle::of([event("e")])).await;
    assert_eq!(imported.verdict("e"), "unchanged", "the line says what it said when it was taken");
}

#[tokio::test]
async fn what_was_withdrawn_stays_withdrawn_and_keeps_no_text() {
    let house = House::open().await;
    let bundle = Bundle::of([event("e"), quote("q", "e")]);
    house.import(&bundle).await.applied();
    let stub = json!({"type": "quote", "id": "q", "status": "withdrawn"});
    assert_eq!(house.import(&Bundle::of([stub.clone()])).await.verdict("q"), "updated");
    assert!(!house.export().await.contains("Sample words"));
    assert!(house.items("/v1/gallery/quotes").await.is_empty());

    let imported = house.import(&bundle).await.applied();
    assert_eq!(imported.verdict("q"), "gone");
    assert_eq!(house.import(&Bundle::of([stub])).await.verdict("q"), "unchanged", "it is as the line says");
    assert!(house.items("/v1/gallery/quotes").await.is_empty());
    assert!(!house.export().await.contains("Sample words"));
}

#[tokio::test]
async fn a_name_that_was_withdrawn_here_is_not_brought_back_by_a_file() {
    let house = House::open().await;
    let person = json!({"type": "person", "id": "p", "display_name": "Sample Name", "role": "activist",
        "consents": [{"purpose": "publish_name", "method": "online", "given_at": "2020-01-01T00:00:00Z"}]});
    let mut hosted = event("e");
    hosted["hosts"] = json!(["p"]);
    let bundle = Bundle::of([person, hosted]);
    house.import(&bundle).await.applied();
    assert_eq!(house.items("/v1/gallery/events").await[0]["hosts"][0]["name"], "Sample Name");

    // No call withdraws a name yet; this is what one would leave behind.
    house.sql("UPDATE consent SET withdrawn_at = '2022-02-02T00:00:00+00:00', withdrawn_by = 'here'").await;
    house.solidarity(&["publish", "rebuild"]).await.done();
    assert_eq!(house.items("/v1/gallery/events").await[0]["hosts"], json!([]));
    let changed = bundle.clone().with("p", "country", json!("SS"));
    assert_eq!(house.import(&changed).await.applied().verdict("p"), "updated");
    assert_eq!(house.items("/v1/gallery/events").await[0]["hosts"], json!([]));

    let later = json!([{"purpose": "publish_name", "method": "online", "given_at": "2023-01-01T00:00:00Z"}]);
    house.import(&changed.with("p", "consents", later)).await.applied();
    assert_eq!(house.items("/v1/gallery/events").await[0]["hosts"][0]["name"], "Sample Name");
}

#[tokio::test]
async fn an_import_takes_no_seat_away_and_what_it_adds_is_given_to_those_who_wait() {
    let house = House::open().await;
    let mut line = event("e");
    line["when"] = json!({"precision": "minute", "starts_local": "2099-03-14T18:00:00", "time_zone": "Africa/Juba",
        "duration_minutes": 60});
    (line["status"], line["registration"], line["capacity"]) = (json!("scheduled"), json!("open"), json!(2));
    house.import(&Bundle::of([line.clone()])).await.applied();
    let known = house.items("/v1/gallery/events").await;
    let path = format!("/v1/events/{}/registrations", known[0]["id"].as_str().unwrap());
    for _ in 0..3 {
        assert_eq!(house.post(&path, json!({"display_name": "Amina", "role": "ally"})).await.status, 201);
    }
    let seated = "SELECT count(*) AS n FROM registration WHERE status = 'confirmed'";
    let mut less = line.clone();
    less["capacity"] = json!(1);
    let refused = house.import(&Bundle::of([less])).await;
    assert_eq!(refused.faults(2), [("#/capacity".into(), "seats_taken".into())]);
    let mut roles = line.clone();
    roles["composition"] = json!([{"role": "ally", "max": 1}]);
    assert_eq!(
        house.import(&Bundle::of([roles])).await.faults(2),
        [("#/capacity".into(), "seats_taken".into())]
    );
    let mut other = line.clone();
    other["title"] = json!("Another title");
    assert_eq!(house.import(&Bundle::of([other])).await.applied().verdict("e"), "updated");
    assert_eq!(house.count(seated).await, 2);
    line["capacity"] = json!(3);
    assert_eq!(house.import(&Bundle::of([line])).await.applied().verdict("e"), "updated");
    house.advance(std::time::Duration::from_secs(60));
    house.run_jobs().await;
    assert_eq!(house.count(seated).await, 3);
}
