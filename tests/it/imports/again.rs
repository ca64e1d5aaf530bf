//! Files that come again, after somebody let through, edited or withdrew what they brought.

use serde_json::json;

use super::{event, file, import, partner, record, verdicts, words};
use crate::house::House;
use crate::records::address;

#[tokio::test]
async fn what_was_let_through_and_comes_otherwise_is_let_through_anew() {
    let house = House::open().await;
    let (admin, moderator) = (house.admin().await, house.moderator().await);
    let (_, desk) = partner(&house, &admin).await;
    let private = |title: &str| {
        let mut private = event("e");
        (private["visibility"], private["title"]) = (json!("private"), json!(title));
        private
    };
    let outcome = |text: &str| json!({"type": "outcome", "id": "o", "event": "e", "kind": "need", "text": text, "status": "approved"});
    let story = |title: &str| json!({"type": "story", "id": "s", "kind": "blog", "title": title, "url": "https://example.org/b"});
    let quote = |text: &str| {
        json!({"type": "quote", "id": "q", "text": text,
        "consent": {"purpose": "publish_quote", "method": "written"}})
    };
    let person = |name: &str| {
        json!({"type": "person", "id": "p", "display_name": name, "role": "ally",
        "consents": [{"purpose": "publish_name", "method": "written"}]})
    };
    let first =
        file([private("Seeds"), outcome("Water"), story("Seeds"), quote("We keep seeds"), person("Amina")]);
    let brought = verdicts(&desk, &import(&house, &desk, "", first.clone()).await, "").await;
    let of = async |collection, id| record(&desk, collection, &brought, id).await;
    moderator.does("schedule", &of("events", "e").await).await;
    for (collection, id) in [("outcomes", "o"), ("stories", "s"), ("quotes", "q")] {
        moderator.does("approve", &of(collection, id).await).await;
    }
    assert_eq!(house.gallery(&of("quotes", "q").await).await.status, 200);
    // As it was sent it is still what was let through.
    let same = import(&house, &desk, "", first).await;
    assert_eq!(same["verdicts"]["unchanged"], 5, "{same}");

    let mut shown = private("Seed");
    shown["visibility"] = json!("public");
    let mut nameless = person("Amina");
    nameless["consents"] = json!([]);
    let changed = file([shown, outcome("Rain"), story("Grain"), quote("We sell seeds"), person("Ada")]);
    let changed = verdicts(&desk, &import(&house, &desk, "?mode=partial", changed).await, "").await;
    let expected = [
        "2 failed #/visibility shows_more",
        "3 updated",
        "4 updated",
        "5 updated",
        "6 failed # not_editable",
    ];
    assert_eq!(words(&changed), expected);
    for (collection, id) in [("outcomes", "o"), ("stories", "s"), ("quotes", "q")] {
        let record = of(collection, id).await;
        assert_eq!(
            (record["status"].as_str(), house.gallery(&record).await.status == 200),
            (Some("draft"), false),
            "{record}"
        );
    }
    let moved = import(&house, &desk, "?mode=partial", file([private("Seed"), nameless])).await;
    assert_eq!(moved["verdicts"]["updated"], 2, "{moved}");
    assert_eq!(of("events", "e").await["status"], "scheduled");
    assert_eq!(
        house
            .count("SELECT count(*) AS n FROM consent WHERE withdrawn_at IS NULL AND person_id IS NOT NULL")
            .await,
        0
    );

    // What somebody edited here stays, and what is withdrawn is gone for good.
    moderator.edits(&of("stories", "s").await, json!({"title": "Our seeds"})).await;
    let last = [story("Corn"), json!({"type": "quote", "id": "q", "status": "withdrawn"})];
    let last = verdicts(&desk, &import(&house, &desk, "?mode=partial", file(last)).await, "").await;
    assert_eq!(words(&last), ["2 conflict", "3 updated"]);
    assert_eq!(of("quotes", "q").await["status"], "withdrawn");
    assert_eq!(of("stories", "s").await["title"], "Our seeds");
    let back = import(&house, &desk, "?mode=partial", file([quote("We keep seeds")])).await;
    assert_eq!(back["verdicts"]["gone"], 1, "{back}");
    // Whoever sends everything each night learns what was withdrawn by a call, too.
    admin.does("withdraw", &of("outcomes", "o").await).await;
    let again = import(&house, &desk, "?mode=partial", file([private("Seed"), outcome("Rain")])).await;
    assert_eq!(again["verdicts"]["gone"], 1, "{again}");
    assert!(!house.dump("revision").await.contains("We keep seeds"));
    assert_eq!(desk.get(address(&of("quotes", "q").await)).await.json()["text"], "");
}
