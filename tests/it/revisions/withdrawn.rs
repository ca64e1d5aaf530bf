//! What is withdrawn or removed is nowhere, not in revisions either.

use serde_json::{Value, json};

use super::{published, restore, revisions};
use crate::bundle::{Bundle, event, quote};
use crate::events::past;
use crate::house::House;
use crate::records::address;

/// Whether these words are anywhere in the database.
async fn kept(house: &House, words: &str) -> bool {
    let tables = ["revision", "quote", "outcome", "story", "initiative", "theme", "gallery_document"];
    for table in tables.into_iter().chain(["gallery_translation", "gallery_theme_label", "audit_entry"]) {
        if house.dump(table).await.contains(words) {
            return true;
        }
    }
    false
}

#[tokio::test]
async fn with_a_contribution_its_former_words_are_gone() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let of_event = host.makes("events", past()).await;
    host.does("schedule", &of_event).await;
    let event = &of_event["id"];
    let consent = json!({"purpose": "publish_quote", "scope": ["gallery", "feeds"], "method": "written"});
    let made = [
        (
            "quotes",
            json!({"event": event, "text": "Words at first", "language": "en", "consent": consent}),
            "text",
        ),
        (
            "outcomes",
            json!({"event": event, "kind": "need", "text": "Words at first", "language": "en"}),
            "text",
        ),
        (
            "stories",
            json!({"event": event, "kind": "blog", "title": "Words at first", "url": "https://example.org/a", "language": "en"}),
            "title",
        ),
    ];
    for (collection, body, member) in made {
        let record = host.makes(collection, body).await;
        moderator.does("approve", &record).await;
        host.edits(&record, json!({member: "Words in between"})).await;
        host.edits(&record, json!({member: "Words at last"})).await;
        assert_eq!(revisions(&host, &record).await.len(), 2);
        assert!(kept(&house, "Words in between").await);
        host.does("withdraw", &record).await;
        for words in ["Words at first", "Words in between", "Words at last"] {
            assert!(!kept(&house, words).await, "{collection}: {words}");
        }
        let blank = revisions(&host, &record).await;
        let told: Vec<_> = blank.iter().map(|r| (&r["blanked"], &r["fields"], &r["changes"])).collect();
        let wanted = (&json!(true), &json!([member]), &json!([]));
        assert_eq!(told, [wanted, wanted], "that there were edits stays");
        let gone = restore(&house, &host, &record, 3).await;
        assert_eq!((gone.status, gone.code().as_str()), (410, "gone"));
    }
}

#[tokio::test]
async fn with_a_consent_that_a_file_takes_back_a_quotes_former_words_are_gone() {
    let house = House::open().await;
    let moderator = house.moderator().await;
    let bundle = Bundle::of([event("e"), quote("q", "e"), quote("stub", "e")]);
    house.import(&bundle).await.applied();
    let listed = moderator.get("/v1/quotes").await.json();
    let of = |words: &str| {
        listed["items"].as_array().unwrap().iter().find(|q| q["text"] == words).unwrap().clone()
    };
    let (record, stub) = (of("Sample words q"), of("Sample words stub"));
    let attributed = json!({"level": "pseudonym", "label": "Blue Nile"});
    house.import(&bundle.clone().with("q", "attribution", attributed)).await.applied();
    assert_eq!(revisions(&moderator, &record).await[0]["blanked"], false, "the consent is the same");

    let silent = bundle.with("q", "text", json!("Other words")).without("q", "consent");
    let silent = silent.with("stub", "status", json!("withdrawn"));
    let imported = house.import(&silent).await.applied();
    assert_eq!((imported.verdict("q"), imported.verdict("stub")), ("updated", "updated"));
    assert!(!kept(&house, "Sample words q").await && !kept(&house, "Sample words stub").await);
    let told: Vec<Value> = revisions(&moderator, &record).await;
    assert!(told.len() == 2 && told.iter().all(|r| r["blanked"] == true), "{told:?}");
    assert!(revisions(&moderator, &stub).await.is_empty(), "what withdraws is no edit");
}

#[tokio::test]
async fn with_a_record_its_revisions_are_removed() {
    let house = House::open().await;
    let moderator = house.moderator().await;
    let theme = moderator.makes("themes", json!({"labels": {"en": "Words at first"}})).await;
    moderator.edits(&theme, json!({"labels": {"en": "Words at last"}})).await;
    assert!(kept(&house, "Words at first").await);
    assert_eq!(moderator.delete(address(&theme)).await.status, 204);
    assert!(!kept(&house, "Words at first").await && !kept(&house, "Words at last").await);
    assert_eq!(house.count("SELECT count(*) AS n FROM revision").await, 0);
    assert_eq!(moderator.get(&format!("{}/revisions", address(&theme))).await.status, 404);
}

#[tokio::test]
async fn words_that_must_not_be_kept_are_blanked_by_a_moderator_who_did_not_write_them() {
    let house = House::open().await;
    let (moderator, record) = published(&house).await;
    moderator.edits(&record, json!({"title": "Seeds of Amina"})).await;
    moderator.edits(&record, json!({"title": "Seeds"})).await;
    let other = house.moderator().await;
    for version in [3, 4] {
        let path = format!("{}/revisions/{version}", address(&record));
        let own = moderator.delete(&path).await;
        assert_eq!((own.status, &*own.code()), (403, "forbidden"), "{}", own.text());
        assert_eq!(other.delete(&path).await.status, 204);
        assert_eq!(other.delete(&path).await.status, 204, "it is blank already");
        assert_eq!(moderator.get(&path).await.json()["blanked"], true);
    }
    assert!(!kept(&house, "Seeds of Amina").await);
    assert_eq!(revisions(&moderator, &record).await.len(), 2);
    assert_eq!(restore(&house, &moderator, &record, 4).await.status, 410);
    let entries = "SELECT count(*) AS n FROM audit_entry WHERE action = 'blank_revision' AND record_kind = 'initiative'";
    assert_eq!(house.count(entries).await, 4);
}
