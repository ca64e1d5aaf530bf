//! From a draft to the map and off it again.

use serde_json::json;

use super::initiative;
use crate::house::House;
use crate::records::address;

#[tokio::test]
async fn an_initiative_is_recorded_published_edited_and_archived() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let draft = host.makes("initiatives", initiative()).await;
    assert_eq!((&draft["status"], &draft["published"]), (&json!("draft"), &json!(false)));
    assert_eq!(draft["withheld_because"], json!(["not_published"]));
    assert_eq!(draft["links"].get("gallery"), None);
    assert_eq!(house.gallery(&draft).await.status, 404);

    let published = moderator.does("publish", &draft).await;
    assert_eq!((&published["published"], &published["version"]), (&json!(true), &json!(2)));
    assert_eq!(published["withheld_because"], json!([]));
    let item = house.get(published["links"]["gallery"].as_str().unwrap()).await.json();
    assert_eq!(item["title"], "Seeds of the Nile");
    assert_eq!(item["place"]["point"], json!({"lat": 4.05, "lon": 30.65}));

    let edited = moderator.edits(&draft, json!({"title": "Seeds of two Niles", "summary": null})).await;
    assert_eq!((&edited["summary"], &edited["version"]), (&json!(null), &json!(3)));
    let item = house.gallery(&draft).await.json();
    assert_eq!((&item["title"], &item["summary"]), (&json!("Seeds of two Niles"), &json!(null)));

    let archived = moderator.does("archive", &draft).await;
    assert_eq!((&archived["status"], &archived["published"]), (&json!("archived"), &json!(false)));
    assert_eq!(house.gallery(&draft).await.status, 410);
    let facts =
        "SELECT count(*) AS n FROM outbox_fact WHERE kind IN ('initiative_published', 'initiative_archived')";
    assert_eq!(house.count(facts).await, 2);
}

#[tokio::test]
async fn every_change_is_in_the_audit_log_with_the_names_of_its_members() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let draft = host.makes("initiatives", initiative()).await;
    host.edits(&draft, json!({"place": {"locality": "Morobo"}, "country": "SS"})).await;
    moderator.does("publish", &draft).await;
    for (action, fields) in [("create", "[]"), ("update", "[\"place\"]"), ("publish", "[\"status\"]")] {
        let entries = format!(
            "SELECT count(*) AS n FROM audit_entry WHERE record_kind = 'initiative' AND action = '{action}' \
             AND CAST(fields AS text) = '{fields}'"
        );
        assert_eq!(house.count(&entries).await, 1, "{action}");
    }
}

#[tokio::test]
async fn an_edit_merges_and_says_nothing_of_what_is_sealed() {
    let house = House::open().await;
    let host = house.host().await;
    let draft = host.makes("initiatives", initiative()).await;
    let place = json!({"region": "Central Equatoria", "locality": "Yei River County", "has_point": true});
    assert_eq!(draft["place"], place);
    let edited = host.edits(&draft, json!({"place": {"region": null}, "translations": {"fr": {"title": "Semences", "by": "machine"}}})).await;
    assert_eq!(edited["place"], json!({"region": null, "locality": "Yei River County", "has_point": true}));
    assert_eq!(edited["translations"].as_object().unwrap().len(), 2);
    let cleared = host.edits(&draft, json!({"place": {"point": null}, "translations": {"ar": null}})).await;
    assert_eq!((&cleared["place"]["has_point"], &cleared["version"]), (&json!(false), &json!(3)));
    assert_eq!(cleared["translations"].as_object().unwrap().keys().collect::<Vec<_>>(), ["fr"]);
    let same = host.edits(&draft, json!({"title": "Seeds of the Nile"})).await;
    assert_eq!(same["version"], 3, "an edit that changes nothing is no edit");
}

#[tokio::test]
async fn the_exact_point_is_in_no_answer_and_not_in_the_database() {
    let house = House::open().await;
    let host = house.host().await;
    let draft = host.makes("initiatives", initiative()).await;
    let answers = [
        draft.to_string(),
        host.get(address(&draft)).await.text().to_owned(),
        house.dump("initiative").await,
    ];
    for text in answers {
        assert!(!text.contains("4.09512") && !text.contains("30.67834"), "{text}");
    }
    let refused =
        host.patch(address(&draft), json!({"place": {"point": {"lat": 94.09512, "lon": 30.0}}})).await;
    assert_eq!(refused.status, 422);
    assert!(!refused.text().contains("94.09512"));
}

#[tokio::test]
async fn a_repeated_request_makes_one_initiative() {
    let house = House::open().await;
    let host = house.host().await;
    let send = async || {
        let request = house.request(reqwest::Method::POST, "/v1/initiatives").bearer_auth(&host.token);
        crate::house::answer(request.header("idempotency-key", "a-key").json(&initiative())).await
    };
    let (first, second) = (send().await, send().await);
    assert_eq!((first.status, second.status), (201, 201));
    assert_eq!(first.json(), second.json());
    assert_eq!(second.header("idempotent-replayed"), "true");
    assert_eq!(house.count("SELECT count(*) AS n FROM initiative").await, 1);
}

#[tokio::test]
async fn what_was_edited_here_an_import_leaves_alone_and_what_was_removed_does_not_come_back() {
    let house = House::open().await;
    let line = |id: &str, title: &str| json!({"type": "initiative", "id": id, "title": title, "country": "SS", "status": "draft"});
    let bundle = |title: &str| crate::bundle::Bundle::of([line("edited", title), line("removed", title)]);
    house.import(&bundle("First")).await.applied();
    let moderator = house.moderator().await;
    let listed = moderator.get("/v1/initiatives").await.json();
    let (edited, removed) = (&listed["items"][0], &listed["items"][1]);
    moderator.edits(edited, json!({"title": "Ours"})).await;
    assert_eq!(moderator.delete(address(removed)).await.status, 204);
    let again = house.import(&bundle("Second")).await;
    let mut verdicts = [again.verdict("edited"), again.verdict("removed")];
    verdicts.sort_unstable();
    assert_eq!(verdicts, ["conflict", "gone"]);
    assert_eq!(moderator.get(address(edited)).await.json()["title"], "Ours");
    assert_eq!(moderator.get(address(removed)).await.status, 404);
}
