//! What somebody does with their token, and what hosts record.

use reqwest::Method;
use serde_json::{Value, json};

use super::{MINE, ledger, public};
use crate::house::{House, answer};
use crate::records::address;

fn of(mine: &Value) -> (&Value, &Value, &Value) {
    (&mine["state"], &mine["level"], &mine["scope"])
}

#[tokio::test]
async fn whoever_said_it_sees_what_they_allowed_and_narrows_it_at_once() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let (quote, token) = public(&host, &moderator, "We keep the seeds").await;
    let mine = house.mine(&token).await;
    assert_eq!((mine.status, mine.header("cache-control")), (200, "no-store"));
    let seen = mine.json();
    assert_eq!(of(&seen), (&json!("active"), &json!("pseudonym"), &json!(["gallery", "feeds"])));
    assert_eq!((&seen["purpose"], &seen["text_version"]), (&json!("publish_quote"), &json!("2")));
    assert_eq!((&seen["quote"]["text"], &seen["withdrawal"]), (&json!("We keep the seeds"), &json!(null)));
    assert_eq!(house.get(seen["quote"]["links"]["gallery"].as_str().unwrap()).await.status, 200);
    assert!(seen.to_string().find("person_id").is_none());

    let blind = house.request(Method::PATCH, MINE).bearer_auth(&token).json(&json!({"level": "anonymous"}));
    assert_eq!(answer(blind).await.status, 428);
    for wider in [json!({"level": "name"}), json!({"scope": ["gallery", "feeds", "press"]})] {
        let refused = house.narrowed(&token, wider).await;
        assert_eq!((refused.status, &*refused.code()), (409, "consent_needed"), "{}", refused.text());
    }
    assert_eq!(house.narrowed(&token, json!({"scope": []})).await.status, 422);
    assert_eq!(house.narrowed(&token, json!({"label": "Amina"})).await.status, 422);
    let same = house.narrowed(&token, json!({"level": "pseudonym"})).await;
    assert_eq!(same.header("etag"), mine.header("etag"), "that was so before");

    let lowered = house.narrowed(&token, json!({"level": "anonymous"})).await;
    assert_eq!(lowered.status, 200, "{}", lowered.text());
    let item = house.gallery(&quote).await.json();
    assert_eq!(item["attribution"], json!({"level": "anonymous", "label": null}));
    assert!(!house.dump("quote").await.contains("Blue Nile"), "nor is the pseudonym kept");
    let lowered = lowered.json();
    let earlier = &lowered["earlier"][0];
    assert_eq!((&earlier["state"], &earlier["replaced_by"]), (&json!("replaced"), &lowered["id"]));
    let stale =
        house.request(Method::PATCH, MINE).bearer_auth(&token).header("if-match", mine.header("etag"));
    assert_eq!(answer(stale.json(&json!({"scope": ["gallery"]}))).await.status, 412);

    // Out of the feed, but not out of the gallery; then out of both.
    let in_feed = async || {
        let told = house.items("/v1/gallery/changes").await;
        told.iter().find(|c| c["id"] == quote["id"]).unwrap()["op"].clone()
    };
    assert_eq!(in_feed().await, "upsert");
    assert_eq!(house.narrowed(&token, json!({"scope": ["gallery"]})).await.status, 200);
    assert_eq!((in_feed().await, house.gallery(&quote).await.status), (json!("delete"), 200));
    let soon = house.now() + std::time::Duration::from_secs(60);
    assert_eq!(house.narrowed(&token, json!({"expires_at": soon})).await.status, 200);
    assert_eq!(house.narrowed(&token, json!({"expires_at": null})).await.code(), "consent_needed");
    house.advance(std::time::Duration::from_secs(61));
    assert_eq!(house.gallery(&quote).await.status, 410, "before any job");
    assert_eq!(house.mine(&token).await.json()["state"], "expired");

    // The host sees the ledger whole, others nothing.
    let rows = host.get(&ledger(&quote)).await.json();
    let states: Vec<_> = rows["items"].as_array().unwrap().iter().map(|row| row["state"].clone()).collect();
    assert_eq!((states.len(), states.iter().filter(|state| **state == "replaced").count()), (4, 3));
    let first = host.get(&format!("{}?limit=3", ledger(&quote))).await.json();
    let next = format!("{}?limit=3&cursor={}", ledger(&quote), first["next_cursor"].as_str().unwrap());
    assert_eq!(host.get(&next).await.json()["items"].as_array().unwrap().len(), 1);
    assert_eq!(house.host().await.get(&ledger(&quote)).await.status, 404);
    let noted = "SELECT count(*) AS n FROM audit_entry WHERE actor = 'token' AND token = 'manage' AND record_kind = 'consent'";
    assert_eq!(house.count(noted).await, 3);
    house.run_jobs().await;
}

#[tokio::test]
async fn what_shows_more_is_a_new_consent_and_passes_a_moderator() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let (quote, token) = public(&host, &moderator, "We keep the seeds").await;
    let blind = house.with_token(&token, Method::POST, MINE, Some(json!({}))).await;
    assert_eq!(blind.status, 428);
    assert_eq!(house.narrowed(&token, json!({"level": "anonymous"})).await.status, 200);
    for (body, pointer, code) in [
        (json!({"level": "pseudonym"}), "#/label", "required"),
        (json!({"label": "Amina"}), "#/label", "not_applicable"),
        (json!({"level": "pseudonym", "label": "a\u{7}b"}), "#/label", "control_character"),
        (json!({"method": "written"}), "#/method", "unknown_field"),
    ] {
        let refused = house.renewed(&token, MINE, body).await;
        assert_eq!(refused.faults(), [(pointer.to_owned(), code.to_owned())], "{}", refused.text());
    }
    // A family, Arabic, combining marks and a character outside the first plane, as they are.
    let label = "👩‍👧 نيل e\u{301} 𝔅lue";
    let raised = house.renewed(&token, MINE, json!({"level": "pseudonym", "label": label})).await;
    assert_eq!((raised.status, raised.header("location")), (201, MINE), "{}", raised.text());
    let mine = raised.json();
    assert_eq!((&mine["state"], &mine["method"]), (&json!("active"), &json!("online")));
    assert_eq!((&mine["quote"]["published"], &mine["quote"]["status"]), (&json!(false), &json!("draft")));
    assert_eq!(mine["earlier"].as_array().unwrap().len(), 2);
    assert_eq!(house.gallery(&quote).await.status, 410);
    assert_eq!(moderator.does("approve", &quote).await["published"], true);
    assert_eq!(house.gallery(&quote).await.json()["attribution"]["label"], label);

    // A host records what was said anew; it is let through again too. A moderator who does lets it through.
    let named = json!({"method": "written", "attribution": {"level": "pseudonym", "label": "White Nile"}});
    let blind = host.post(&ledger(&quote), named.clone()).await;
    assert_eq!((blind.status, &*blind.code()), (428, "precondition_required"));
    let recorded = house.renewed(&host.token, &ledger(&quote), named.clone()).await;
    assert_eq!((recorded.status, &recorded.json()["withheld_because"]), (201, &json!(["not_approved"])));
    assert_ne!(super::token(&recorded.json()), token);
    assert_eq!(
        house.mine(&token).await.json()["id"],
        recorded.json()["id"],
        "the first token goes on working"
    );
    moderator.does("approve", &quote).await;
    let again = json!({"method": "written", "attribution": {"level": "pseudonym", "label": "Red Nile"}});
    let recorded = house.renewed(&moderator.token, &ledger(&quote), again).await.json();
    assert_eq!(recorded["withheld_because"], json!([]));
    assert_eq!(house.gallery(&quote).await.json()["attribution"]["label"], "Red Nile");
    let wrong = json!({"method": "written", "purpose": "contact"});
    let wrong = house.renewed(&host.token, &ledger(&quote), wrong).await;
    assert_eq!(wrong.faults(), [("#/purpose".to_owned(), "wrong_purpose".to_owned())]);
    assert_eq!(house.renewed(&house.host().await.token, &ledger(&quote), named).await.status, 404);
}

#[tokio::test]
async fn edited_and_translated_words_are_public_again_once_they_are_consented_to() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let (quote, token) = public(&host, &moderator, "We keep the seeds").await;
    let read = host.get(address(&quote)).await;
    moderator.edits(&quote, json!({"text": "We keep all seeds"})).await;
    let mine = house.mine(&token).await.json();
    assert_eq!((&mine["state"], &mine["quote"]["text"]), (&json!("other_text"), &json!("We keep all seeds")));
    let other = house.request(Method::POST, &ledger(&quote)).bearer_auth(&host.token);
    let other = other.header("if-match", read.header("etag")).json(&json!({"method": "written"}));
    assert_eq!(answer(other).await.status, 412, "nobody consents to words they have not read");
    assert_eq!(house.gallery(&quote).await.status, 410);
    assert_eq!(house.renewed(&token, MINE, json!({})).await.status, 201);
    assert_eq!(house.gallery(&quote).await.json()["text"], "We keep all seeds");

    let spanish = json!({"translations": {"es": {"text": "Guardamos todas las semillas", "by": "machine"}}});
    assert_eq!(moderator.edits(&quote, spanish).await["withheld_because"], json!(["consent_other_text"]));
    let recorded = house.renewed(&host.token, &ledger(&quote), json!({"method": "oral_witnessed"})).await;
    assert_eq!(
        (recorded.status, &recorded.json()["withheld_because"]),
        (201, &json!([])),
        "{}",
        recorded.text()
    );
    let path = format!("/v1/gallery/quotes/{}?lang=es", quote["id"].as_str().unwrap());
    let item = house.get(&path).await.json();
    assert_eq!(
        (&item["text"], &item["text_language"]),
        (&json!("Guardamos todas las semillas"), &json!("es"))
    );
    assert_eq!(item["translations"]["es"]["by"], "machine", "readers are told");

    // Who says nothing of it is named no more finely than before, whatever the quote would have.
    let mut shy = super::said(&super::held(&host).await, "Words of somebody shy");
    shy["consent"]["level"] = json!("anonymous");
    let shy = host.makes("quotes", shy).await;
    moderator.does("approve", &shy).await;
    assert_eq!(house.renewed(&super::token(&shy), MINE, json!({})).await.json()["level"], "anonymous");
    let recorded = house.renewed(&host.token, &ledger(&shy), json!({"method": "written"})).await.json();
    assert_eq!((&recorded["level"], &recorded["withheld_because"]), (&json!("anonymous"), &json!([])));
    assert_eq!(house.gallery(&shy).await.json()["attribution"]["label"], json!(null));

    // What is in force now is what was said last; the words before it need another one.
    moderator.edits(&quote, json!({"text": "We keep the seeds", "translations": {"es": null}})).await;
    assert_eq!(house.gallery(&quote).await.status, 410);
    let unconsented = "SELECT count(*) AS n FROM gallery_document d WHERE d.kind = 'quote' AND d.withdrawn_at IS NULL \
        AND NOT EXISTS (SELECT 1 FROM consent c WHERE c.quote_id = d.id AND c.withdrawn_at IS NULL)";
    assert_eq!(house.count(unconsented).await, 0);

    let active = "SELECT count(*) AS n FROM consent WHERE withdrawn_at IS NULL";
    assert_eq!(house.count(active).await, 2, "one of each quote");
}
