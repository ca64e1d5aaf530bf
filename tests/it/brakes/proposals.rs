//! `/v1/proposals`: what shows more of somebody takes two.

use std::time::Duration;

use api::config::settings::{PROPOSAL_DAYS, RATE_LIMITS, REQUIRE_TOTP};
use serde_json::{Value, json};

use super::{held, of, proposes};
use crate::events::past;
use crate::house::House;
use crate::house::actors::Actor;
use crate::initiatives::initiative;
use crate::records::address;

async fn verb(who: &Actor<'_>, verb: &str, proposal: &Value) -> (u16, String) {
    let answer = who.post(&format!("{}/{verb}", address(proposal)), json!({})).await;
    (answer.status, answer.code())
}

#[tokio::test]
async fn a_lower_risk_and_a_finer_place_are_proposed_by_one_and_approved_by_another() {
    let house = House::open().await;
    let (host, admin) = (house.host().await, house.admin().await);
    let event = held(&host).await;
    host.edits(&event, json!({"risk": "moderate"})).await;
    let coarser = house.moderator().await.edits(&event, json!({"public_precision": "country"})).await;
    let refused = house.moderator().await.patch(address(&event), json!({"risk": "low"})).await;
    assert_eq!(refused.status, 409);
    assert!(refused.json()["detail"].as_str().unwrap().contains("/v1/proposals"), "{}", refused.text());

    let body = of(&event, json!({"risk": "low", "public_precision": "locality"}));
    assert_eq!(house.host().await.post("/v1/proposals", body.clone()).await.status, 404);
    assert_eq!(house.member().await.post("/v1/proposals", body.clone()).await.status, 403);
    let proposal = proposes(&host, body.clone()).await;
    assert_eq!((&proposal["status"], &proposal["record_version"]), (&json!("open"), &coarser["version"]));
    assert_eq!(
        proposal["changes"],
        json!([{"member": "risk", "from": "moderate", "to": "low"},
            {"member": "public_precision", "from": "country", "to": "locality"}])
    );
    assert_eq!(house.gallery(&event).await.json()["place"]["precision"], "country", "nothing has changed");
    assert_eq!(verb(&host, "approve", &proposal).await.0, 403);
    assert_eq!(admin.does("approve", &proposal).await["decided_by"], json!(admin.id));
    let now = host.get(address(&event)).await.json();
    assert_eq!((&now["risk"], &now["public_precision"]), (&json!("low"), &json!("locality")));
    assert_eq!(house.gallery(&event).await.json()["place"]["precision"], "locality");
    assert_eq!(verb(&admin, "approve", &proposal).await, (409, "wrong_state".to_owned()));
    assert_eq!(verb(&host, "withdraw", &proposal).await, (409, "wrong_state".to_owned()));

    // An initiative's place too; nobody approves what they made or proposed.
    let made = host.makes("initiatives", initiative()).await;
    house.moderator().await.does("publish", &made).await;
    host.edits(&made, json!({"public_precision": "country"})).await;
    let finer = json!({"subject": "initiative", "id": made["id"], "changes": {"public_precision": "region"}, "reason": "Asked for"});
    let own = proposes(&admin, finer.clone()).await;
    assert_eq!(verb(&admin, "approve", &own).await.0, 403);
    let theirs = proposes(&host, finer).await;
    admin.does("approve", &theirs).await;
    assert_eq!(house.gallery(&made).await.json()["place"]["precision"], "region");
    assert_eq!(verb(&house.admin().await, "approve", &own).await.0, 409, "it is another version by now");

    let ours = admin.makes("events", past()).await;
    let ours = admin.does("schedule", &ours).await;
    let risky = admin.edits(&ours, json!({"risk": "moderate"})).await;
    let proposal = proposes(&house.moderator().await, of(&risky, json!({"risk": "low"}))).await;
    assert_eq!(verb(&admin, "approve", &proposal).await.0, 403, "they made it");
    assert_eq!(verb(&house.admin().await, "approve", &proposal).await.0, 200);

    // Another account is not another person.
    let twin = house.admin().await;
    let person = admin.makes("people", json!({"display_name": "Amina", "role": "ally"})).await;
    for id in [&admin.id, &twin.id] {
        let linked = admin.patch(&format!("/v1/accounts/{id}"), json!({"person": person["id"]})).await;
        assert_eq!(linked.status, 200, "{}", linked.text());
    }
    host.edits(&event, json!({"risk": "moderate"})).await;
    let proposal = proposes(&admin, of(&event, json!({"risk": "low"}))).await;
    assert_eq!(verb(&twin, "approve", &proposal).await.0, 403);
    assert_eq!(verb(&house.admin().await, "approve", &proposal).await.0, 200);
    admin.edits(&ours, json!({"risk": "moderate"})).await;
    let proposal = proposes(&house.moderator().await, of(&ours, json!({"risk": "low"}))).await;
    assert_eq!(verb(&twin, "approve", &proposal).await.0, 403);
    let theirs = json!({"event": ours["id"], "kind": "need", "text": "Stores", "language": "en"});
    let outcome = admin.makes("outcomes", theirs).await;
    let mut risky = past();
    risky["risk"] = json!("moderate");
    let risky = admin.makes("events", risky).await;
    for (record, verb) in [(&outcome, "approve"), (&risky, "schedule")] {
        let path = format!("{}/{verb}", address(record));
        assert_eq!(twin.post(&path, json!({})).await.status, 403, "{path}");
        assert_eq!(house.moderator().await.post(&path, json!({})).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn what_has_changed_since_or_waits_too_long_is_not_done() {
    let days = [(&RATE_LIMITS, "off"), (&REQUIRE_TOTP, "false"), (&PROPOSAL_DAYS, "2")];
    let house = House::open_with(&days).await;
    let (host, admin) = (house.host().await, house.admin().await);
    let event = held(&host).await;
    host.edits(&event, json!({"risk": "high"})).await;
    let proposal = proposes(&host, of(&event, json!({"risk": "low"}))).await;
    house.moderator().await.edits(&event, json!({"title": "Another"})).await;
    assert_eq!(verb(&admin, "approve", &proposal).await, (409, "conflict".to_owned()));
    assert_eq!(admin.does("reject", &proposal).await["status"], "rejected");
    assert_eq!(host.get(address(&event)).await.json()["risk"], "high");

    let proposal = proposes(&host, of(&event, json!({"risk": "low"}))).await;
    assert_eq!(verb(&house.moderator().await, "withdraw", &proposal).await.0, 403);
    assert_eq!(host.does("withdraw", &proposal).await["status"], "withdrawn");
    let late = proposes(&host, of(&event, json!({"risk": "low"}))).await;
    house.advance(Duration::from_secs(2 * 86_400));
    let (host, admin) =
        (house.sign_in(&host.id, &host.email).await, house.sign_in(&admin.id, &admin.email).await);
    assert_eq!(verb(&admin, "approve", &late).await, (409, "wrong_state".to_owned()));
    let ids = async |who: &Actor<'_>, status: &str| {
        let list = who.get(&format!("/v1/proposals?status={status}")).await.json();
        list["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&admin, "expired").await, [late["id"].clone()]);
    house.run_jobs().await;
    assert_eq!((ids(&host, "expired").await, ids(&host, "open").await), (vec![late["id"].clone()], vec![]));
    assert!(
        ids(&house.host().await, "expired,rejected,withdrawn").await.is_empty(),
        "others' are not theirs"
    );
    assert_eq!(house.host().await.get(address(&late)).await.status, 404);
    assert_eq!(host.get(address(&late)).await.json()["reason"], "It is calm again");
    assert!(!house.dump("proposal").await.contains("calm again"), "reasons are sealed");
}

#[tokio::test]
async fn only_what_needs_a_second_person_is_proposed() {
    let house = House::open().await;
    let (host, moderator) = (house.host().await, house.moderator().await);
    let draft = host.makes("events", past()).await;
    assert_eq!(
        host.post("/v1/proposals", of(&draft, json!({"risk": "low"}))).await.status,
        409,
        "a draft is edited"
    );
    let event = held(&host).await;
    let pointers = async |body: Value| {
        let answer = moderator.post("/v1/proposals", body).await;
        assert_eq!(answer.status, 422, "{}", answer.text());
        answer.faults().into_iter().map(|(pointer, _)| pointer).collect::<Vec<_>>()
    };
    assert_eq!(pointers(of(&event, json!({}))).await, ["#/changes"]);
    assert_eq!(pointers(of(&event, json!({"risk": "low"}))).await, ["#/changes/risk"]);
    assert_eq!(
        pointers(of(&event, json!({"public_precision": "region"}))).await,
        ["#/changes/public_precision"]
    );
    assert_eq!(pointers(of(&event, json!({"locked_down": false}))).await, ["#/changes/locked_down"]);
    let of_country = |changes: Value| json!({"subject": "country", "changes": changes, "reason": "Calm"});
    assert_eq!(pointers(of_country(json!({"risk": "low"}))).await, ["#/country"]);
    assert_eq!(pointers(of_country(json!({"locked_down": false}))).await, ["#/changes"]);
    assert_eq!(
        pointers(json!({"subject": "event", "changes": {"risk": "low"}, "reason": "Calm"})).await,
        ["#/id"]
    );
}

#[tokio::test]
async fn of_two_approvals_at_once_one_succeeds() {
    let house = House::open().await;
    let host = house.host().await;
    let event = held(&host).await;
    host.edits(&event, json!({"risk": "moderate"})).await;
    let proposal = proposes(&host, of(&event, json!({"risk": "low"}))).await;
    let (one, other) = (house.admin().await, house.admin().await);
    let both = tokio::join!(verb(&one, "approve", &proposal), verb(&other, "approve", &proposal));
    let mut statuses = [both.0.0, both.1.0];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let version = host.get(address(&event)).await.json()["version"].clone();
    assert_eq!(version, json!(proposal["record_version"].as_i64().unwrap() + 1), "it was done once");
}
