//! Edits by an import, and by a decision on a submission.

use serde_json::{Value, json};

use super::{changes, restored, revisions};
use crate::bundle::{Bundle, event, quote};
use crate::house::House;

#[tokio::test]
async fn an_import_is_an_author() {
    let house = House::open().await;
    let moderator = house.moderator().await;
    let group = json!({"type": "organisation", "id": "g", "name": "Sample group", "kind": "ngo"});
    let mut hosted = event("e");
    hosted["hosts"] = json!(["g"]);
    let bundle =
        Bundle::of([group, hosted, event("draft"), quote("q", "e")]).with("draft", "status", json!("draft"));
    house.import(&bundle).await.applied();
    let exported = house.export().await;
    let listed = moderator.get("/v1/events?status=held").await.json();
    let record = &listed["items"][0];
    assert!(revisions(&moderator, record).await.is_empty());

    let place = json!({"country": "SS", "locality": "Yei", "venue": "The hidden hall"});
    let changed = bundle
        .clone()
        .with("e", "title", json!("From the source"))
        .with("e", "place", place)
        .with("draft", "title", json!("Words of a draft"))
        .with("g", "name", json!("Another name"));
    let imported = house.import(&changed).await.applied();
    assert_eq!((imported.verdict("e"), imported.verdict("q")), ("updated", "unchanged"));
    let listed = revisions(&moderator, record).await;
    let [edit] = &listed[..] else { panic!("{listed:?}") };
    assert_eq!((&edit["by"], &edit["through"]), (&Value::Null, &json!("import")));
    assert_eq!(edit["fields"], json!(["place", "title"]), "by name, though venue and town are not public");
    let (was, is) = (json!("Sample event e"), json!("From the source"));
    assert_eq!(changes(edit), [("#/title", &was, &is)]);
    assert_eq!(
        house.count("SELECT count(*) AS n FROM revision").await,
        2,
        "the event's and the organisation's"
    );
    assert!(!house.dump("revision").await.contains("hidden hall"));

    let again = house.import(&changed).await.applied();
    assert_eq!(again.report["unchanged"], 4);
    assert_eq!(revisions(&moderator, record).await.len(), 1);
    assert_eq!(restored(&house, &moderator, record, 2).await["title"], "Sample event e");
    let later = changed.with("e", "summary", json!("Later"));
    assert_eq!(house.import(&later).await.applied().verdict("e"), "conflict", "it was edited here since");
    assert_eq!(house.import(&bundle).await.verdict("draft"), "updated");
    assert!(exported.contains("Sample event e") && !house.export().await.contains("revision"));
}

#[tokio::test]
async fn a_submission_that_is_merged_is_a_revision_of_whoever_decided() {
    let house = House::open().await;
    let moderator = house.moderator().await;
    let body = |summary: &str| {
        json!({"initiative": {"title": "Semillas del valle", "summary": summary, "country": "MX", "language": "es"},
            "submitter": {"name": "Itzel", "role": "coordinator", "organisation": "Guardianes de Semillas"}})
    };
    let mut ids = Vec::new();
    for summary in ["Familias que guardan semillas.", "Now in three villages."] {
        ids.push(
            house.post("/v1/submissions", body(summary)).await.json()["id"].as_str().unwrap().to_owned(),
        );
    }
    let approve = async |id: &str, how: Value| {
        let answer = moderator.post(&format!("/v1/submissions/{id}/approve"), how).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    };
    approve(&ids[0], json!({})).await;
    let listed = moderator.get("/v1/initiatives").await.json();
    let record = &listed["items"][0];
    assert!(revisions(&moderator, record).await.is_empty());
    approve(&ids[1], json!({"merge_into": record["id"], "changes": {"title": "Semillas de tres valles"}}))
        .await;
    let listed = revisions(&moderator, record).await;
    assert_eq!((&listed[0]["by"], &listed[0]["through"]), (&json!(moderator.id), &json!("submission")));
    assert_eq!(listed[0]["fields"], json!(["summary", "title"]));
    let back = restored(&house, &moderator, record, 2).await;
    assert_eq!(back["title"], "Semillas del valle");
    assert!(house.gallery(record).await.text().contains("Familias que guardan semillas."));
}
