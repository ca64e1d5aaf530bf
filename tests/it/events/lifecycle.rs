//! From a draft to what was held or cancelled.

use serde_json::json;

use super::{dialogue, past};
use crate::house::House;
use crate::records::address;

#[tokio::test]
async fn an_event_is_recorded_scheduled_moved_and_cancelled() {
    let house = House::open().await;
    let host = house.host().await;
    let draft = host.makes("events", dialogue()).await;
    assert_eq!((&draft["status"], &draft["withheld_because"]), (&json!("draft"), &json!(["not_scheduled"])));
    assert_eq!(draft["starts_at"], "2099-03-14T16:00:00Z");
    let scheduled = host.does("schedule", &draft).await;
    assert_eq!((&scheduled["status"], &scheduled["published"]), (&json!("scheduled"), &json!(true)));
    let item = house.gallery(&draft).await.json();
    assert_eq!(item["place"]["point"], json!({"lat": 4.05, "lon": 30.65}));

    let when = json!({"precision": "minute", "starts_local": "2099-03-15T18:00:00", "time_zone": "Africa/Juba", "duration_minutes": 60});
    let moved = host.edits(&draft, json!({"when": when})).await;
    assert_eq!(
        (&moved["starts_at"], &moved["when"]["time_zone"]),
        (&json!("2099-03-15T16:00:00Z"), &json!("Africa/Juba"))
    );
    assert!(house.gallery(&draft).await.text().contains("2099-03-15T16:00:00Z"));
    let whole = host.patch(address(&draft), json!({"when": {"duration_minutes": 90}})).await;
    assert_eq!(whole.status, 422, "`when` is written whole");

    let path = format!("{}/cancel", address(&draft));
    let cancelled = host.post(&path, json!({"reason": "The road is closed"})).await.json();
    assert_eq!(
        (&cancelled["status"], &cancelled["cancel_reason"]),
        (&json!("cancelled"), &json!("The road is closed"))
    );
    assert!(!house.gallery(&draft).await.text().contains("road"));
    for kind in ["event_published", "event_rescheduled", "event_cancelled"] {
        let told = format!("SELECT count(*) AS n FROM outbox_fact WHERE kind = '{kind}'");
        assert_eq!(house.count(&told).await, 1, "{kind}");
    }
    assert_eq!(host.patch(address(&draft), json!({"title": "X"})).await.status, 409);
}

#[tokio::test]
async fn an_event_is_held_with_a_headcount_once_it_has_begun() {
    let house = House::open().await;
    let host = house.host().await;
    let future = host.makes("events", dialogue()).await;
    host.does("schedule", &future).await;
    let early = host.post(&format!("{}/complete", address(&future)), json!({})).await;
    assert_eq!((early.status, early.code().as_str()), (409, "conflict"));

    let draft = host.makes("events", past()).await;
    let refused = host.post(&format!("{}/complete", address(&draft)), json!({})).await;
    assert_eq!((refused.status, &refused.json()["allowed"][0]), (409, &json!("submit")));
    host.does("schedule", &draft).await;
    let count = json!({"headcount": {"activist": 41, "donor": 3}});
    let held = host.post(&format!("{}/complete", address(&draft)), count).await.json();
    assert_eq!((&held["status"], &held["headcount"]["activist"]), (&json!("held"), &json!(41)));
    let item = house.gallery(&draft).await.json();
    assert_eq!(item["status"], "held");
    let again = host.edits(&draft, json!({"recording": "https://example.org/video"})).await;
    assert_eq!((&again["held_at"], &again["headcount"]), (&held["held_at"], &held["headcount"]));
}

#[tokio::test]
async fn what_is_sealed_is_in_no_answer_and_survives_edits() {
    let house = House::open().await;
    let host = house.host().await;
    let draft = host.makes("events", dialogue()).await;
    let edited =
        host.edits(&draft, json!({"place": {"locality": "Morobo"}, "online": {"platform": "zoom"}})).await;
    assert_eq!((&edited["place"]["has_venue"], &edited["place"]["has_point"]), (&json!(true), &json!(true)));
    assert_eq!(
        (&edited["online"]["has_join_url"], &edited["online"]["platform"]),
        (&json!(true), &json!("zoom"))
    );
    let exported = house.export().await;
    assert!(exported.contains("secret-room") && exported.contains("The hidden hall"), "it is still there");
    let texts = [draft.to_string(), edited.to_string(), host.get("/v1/events").await.text().to_owned()];
    for text in texts.into_iter().chain([house.dump("event").await, house.dump("audit_entry").await]) {
        for secret in ["hidden hall", "secret-room", "Knock twice", "4.09512"] {
            assert!(!text.contains(secret), "{secret}");
        }
    }
}

#[tokio::test]
async fn what_was_never_scheduled_does_not_become_public_by_being_called_off() {
    let house = House::open().await;
    let host = house.host().await;
    let draft = host.makes("events", dialogue()).await;
    let mut risky = dialogue();
    risky["risk"] = json!("high");
    let waiting = host.makes("events", risky).await;
    host.does("submit", &waiting).await;
    for event in [draft, waiting] {
        let cancelled = host.post(&format!("{}/cancel", address(&event)), json!({})).await.json();
        assert_eq!((&cancelled["status"], &cancelled["published"]), (&json!("cancelled"), &json!(false)));
        assert_eq!(house.gallery(&event).await.status, 404);
    }
    let listed = house.get("/v1/gallery/events").await.json();
    assert_eq!(listed["items"], json!([]));
}

#[tokio::test]
async fn a_place_stands_in_the_clear_only_of_what_may_be_shown() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let mut body = dialogue();
    (body["public_precision"], body["visibility"]) = (json!("exact"), json!("private"));
    let clear = "SELECT count(*) AS n FROM event WHERE public_venue IS NOT NULL OR public_lat IS NOT NULL";
    let event = host.makes("events", body.clone()).await;
    host.does("schedule", &event).await;
    body["visibility"] = json!("public");
    let draft = host.makes("events", body).await;
    host.does("submit", &draft).await;
    assert_eq!(house.count(clear).await, 0);
    assert!(!house.dump("event").await.contains("The hidden hall"));
    moderator.does("schedule", &draft).await;
    assert_eq!(house.count(clear).await, 1);
    assert_eq!(house.gallery(&draft).await.json()["place"]["name"], "The hidden hall");
    host.edits(&draft, json!({"visibility": "private"})).await;
    assert_eq!(house.count(clear).await, 0);

    let mut initiative = crate::initiatives::initiative();
    initiative["public_precision"] = json!("exact");
    let initiative = host.makes("initiatives", initiative).await;
    let clear = "SELECT count(*) AS n FROM initiative WHERE public_lat IS NOT NULL";
    assert_eq!(house.count(clear).await, 0);
    moderator.does("publish", &initiative).await;
    assert_eq!(house.count(clear).await, 1);
    assert_eq!(house.gallery(&initiative).await.json()["place"]["precision"], "exact");
    moderator.does("archive", &initiative).await;
    assert_eq!(house.count(clear).await, 0);
}

#[tokio::test]
async fn what_is_known_to_the_day_or_month_and_lies_ahead_was_not_held() {
    let house = House::open().await;
    let host = house.host().await;
    for (precision, date, status) in
        [("day", "2098-03-14", 409), ("month", "2098-03", 409), ("year", "2098", 409), ("year", "2021", 200)]
    {
        let mut body = dialogue();
        body["when"] = json!({"precision": precision, "date": date});
        let event = host.makes("events", body).await;
        host.does("schedule", &event).await;
        let held = host.post(&format!("{}/complete", address(&event)), json!({})).await;
        assert_eq!(held.status, status, "{date}: {}", held.text());
    }
}
