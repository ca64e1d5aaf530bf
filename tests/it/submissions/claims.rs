//! An organisation asks to take over an entry on the map.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{newcomer, newcomer_with, submit};
use crate::entries::{a_year_later, entry, entry_with, letters, pass, with_mail};
use crate::house::House;
use crate::initiatives::initiative;
use crate::records::sorted;

/// What an organisation sends that claims an entry.
fn claim(id: &str) -> Value {
    json!({
        "claim": {"initiative": id, "language": "fr"},
        "submitter": {
            "name": "Bo", "role": "board member", "email": "bo@example.org", "organisation": "Amis des Semences"
        },
        "message": "The family that began it has handed it on to us."
    })
}

#[tokio::test]
async fn a_claim_that_is_approved_hands_the_entry_over() {
    let (mailbox, house) = with_mail().await;
    let moderator = house.moderator().await;
    let id = entry(&house, &mailbox, "itzel@example.org").await;
    let old = a_year_later(&house, &mailbox).await;
    let moderator = house.again(&moderator).await;
    let submission = submit(&house, claim(&id)).await;
    house.run_jobs().await;
    letters(&mailbox);

    let mine = submission.read().await;
    assert_eq!((&mine["kind"], &mine["about"]), (&json!("claim"), &json!(id)));
    assert_eq!((&mine["initiative"], &mine["changes"]), (&Value::Null, &Value::Null));
    let queue = moderator.get("/v1/submissions?kind=claim,change").await.json();
    assert_eq!(queue["items"][0]["id"], submission.id);
    assert_eq!(queue["items"][0]["title"], "Semillas del valle");
    assert_eq!(queue["items"][0]["country"], "MX");
    assert_eq!(moderator.get("/v1/submissions?kind=claim&status=approved").await.json()["items"], json!([]));
    let read = moderator.get(&submission.at("")).await.json();
    assert_eq!(
        (&read["submitter"]["organisation"], &read["claim"]),
        (&json!("Amis des Semences"), &Value::Null)
    );
    assert!(!read.to_string().contains("bo@") && !read.to_string().contains("itzel@"));

    let approved = moderator.post(&submission.at("approve"), json!({})).await;
    assert_eq!(
        (approved.status, &approved.json()["initiative_id"]),
        (200, &json!(id)),
        "{}",
        approved.text()
    );
    let public = house.public(&id).await.json();
    let names: Vec<_> = public["organisations"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["Guardianes de Semillas", "Amis des Semences"]);
    assert_eq!(public["confirmed_on"], house.today());
    assert_eq!(submission.read().await["gallery"], format!("/v1/gallery/initiatives/{id}"));
    assert_eq!(house.entry(&old).await.status, 401, "the former contact's link has ended");

    house.run_jobs().await;
    let mut told: Vec<_> = letters(&mailbox).into_iter().map(|letter| (letter.to, letter.subject)).collect();
    told.sort();
    let wanted =
        [("bo@example.org", "Du nouveau pour vous"), ("itzel@example.org", "Un cambio que debe conocer")];
    assert_eq!(told, wanted.map(|(to, subject)| (to.to_owned(), subject.to_owned())));
    for (action, kind) in [("approve", "submission"), ("create", "organisation"), ("update", "initiative")] {
        let noted = format!(
            "SELECT count(*) AS n FROM audit_entry WHERE action = '{action}' AND record_kind = '{kind}' AND actor = 'account'"
        );
        assert!(house.count(&noted).await >= 1, "{action} {kind}");
    }
    pass(&house, 366).await;
    let asked = letters(&mailbox);
    assert_eq!(
        (asked.len(), &*asked[0].to, &*asked[0].subject),
        (1, "bo@example.org", "Est-ce toujours le cas ?")
    );
    assert_eq!(house.entry(&asked[0].token).await.json()["id"], id);
}

#[tokio::test]
async fn a_claim_that_is_turned_down_changes_nothing_and_says_why() {
    let (mailbox, house) = with_mail().await;
    let moderator = house.moderator().await;
    let id = entry(&house, &mailbox, "itzel@example.org").await;
    let before = house.public(&id).await.json();
    let submission = submit(&house, claim(&id)).await;
    let why = json!({"reason_code": "unverifiable", "message": "Nobody there knows you."});
    assert_eq!(moderator.post(&submission.at("reject"), why).await.status, 200);
    let mine = submission.read().await;
    assert_eq!(mine["reason"], json!({"code": "unverifiable", "message": "Nobody there knows you."}));
    assert_eq!((house.public(&id).await.json(), &mine["gallery"]), (before, &Value::Null));
    house.run_jobs().await;
    assert!(letters(&mailbox).iter().all(|letter| letter.to == "bo@example.org"));
    pass(&house, 366).await;
    assert_eq!(letters(&mailbox)[0].to, "itzel@example.org", "who is asked stays");
    assert_eq!(house.count("SELECT count(*) AS n FROM organisation").await, 1);
}

#[tokio::test]
async fn what_is_not_public_answers_like_what_is_not_there() {
    let (mailbox, house) = with_mail().await;
    let moderator = house.moderator().await;
    let draft = moderator.makes("initiatives", initiative()).await;
    let retired = entry(&house, &mailbox, "itzel@example.org").await;
    assert_eq!(moderator.post(&format!("/v1/initiatives/{retired}/archive"), json!({})).await.status, 200);
    let mut answers = Vec::new();
    for id in ["01890a5d-ac96-774b-bcce-b302099a8057", draft["id"].as_str().unwrap(), &retired] {
        let refused = house.post("/v1/submissions", claim(id)).await;
        assert_eq!(refused.faults(), [("#/claim/initiative".into(), "unknown_reference".into())]);
        let mut body = refused.json();
        body["instance"].take();
        answers.push((refused.status, body));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(house.count("SELECT count(*) AS n FROM submission WHERE kind = 'claim'").await, 0);
}

#[tokio::test]
async fn a_form_is_one_or_the_other_and_whole() {
    let (mailbox, house) = with_mail().await;
    let id = entry(&house, &mailbox, "itzel@example.org").await;
    let mut both = newcomer();
    both["claim"] = json!({"initiative": id});
    let faults = sorted(&house.post("/v1/submissions", both).await);
    assert_eq!(faults, [("#/claim".into(), "contradiction".into())]);
    let neither = json!({"submitter": {"name": "Bo", "role": "board member"}});
    let faults = sorted(&house.post("/v1/submissions", neither).await);
    assert_eq!(faults, [("#/initiative".into(), "required".into())]);
    let mut bare = claim("01890a5d-ac96-774b-bcce-b302099a8057");
    bare["submitter"].as_object_mut().unwrap().remove("organisation");
    bare["claim"]["language"] = json!("x-y");
    let refused = house.post("/v1/submissions", bare).await;
    let pointers: Vec<_> = sorted(&refused).into_iter().map(|(pointer, _)| pointer).collect();
    assert!(pointers.contains(&"#/claim/language".into()), "{pointers:?}");

    let submission = submit(&house, claim(&id)).await;
    let refused = submission.patch(1, json!({"initiative": {"title": "Mine"}})).await;
    assert_eq!(refused.faults(), [("#/initiative".into(), "not_applicable".into())]);
    let edited = submission.patch(1, json!({"submitter": {"organisation": "Semences"}})).await;
    assert_eq!((edited.status, &edited.json()["submitter"]["organisation"]), (200, &json!("Semences")));
    let moderator = house.moderator().await;
    let body =
        json!({"changes": {"title": "x"}, "merge_into": id, "organisation": "A", "organisation_id": id});
    let mut faults = moderator.post(&submission.at("approve"), body).await.faults();
    faults.sort();
    let wanted = [
        ("#/changes", "not_applicable"),
        ("#/merge_into", "not_applicable"),
        ("#/organisation_id", "contradiction"),
    ];
    assert_eq!(faults, wanted.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
    let nobody = moderator.post(&submission.at("approve"), json!({"organisation": null})).await;
    assert_eq!(nobody.faults(), [("#/organisation".into(), "required".into())]);
    let unknown = moderator.post(&submission.at("approve"), json!({"organisation_id": id})).await;
    assert_eq!(unknown.faults(), [("#/organisation_id".into(), "unknown_reference".into())]);
}

#[tokio::test]
async fn a_moderator_may_name_an_organisation_that_is_there() {
    let (mailbox, house) = with_mail().await;
    let moderator = house.moderator().await;
    let id = entry_with(&house, &mailbox, json!({"submitter": {"email": null}})).await;
    let body = json!({"name": "Amis des Semences (Oaxaca)", "kind": "ngo"});
    let organisation = moderator.makes("organisations", body).await;
    let submission = submit(&house, claim(&id)).await;
    let approved =
        moderator.post(&submission.at("approve"), json!({"organisation_id": organisation["id"]})).await;
    assert_eq!(approved.status, 200, "{}", approved.text());
    let public = house.public(&id).await.json();
    assert_eq!(public["organisations"][1]["id"], organisation["id"]);
    assert_eq!(house.count("SELECT count(*) AS n FROM organisation").await, 2);
    house.run_jobs().await;
    assert!(letters(&mailbox).iter().all(|letter| letter.to == "bo@example.org"), "there was nobody to tell");
}

#[tokio::test]
async fn of_two_moderators_one_decides_and_what_left_the_map_is_not_handed_over() {
    let house = House::open().await;
    let (amina, bo) = (house.moderator().await, house.moderator().await);
    let first = submit(&house, newcomer()).await;
    let approved = amina.post(&first.at("approve"), json!({})).await.json();
    let id = approved["initiative_id"].as_str().unwrap();
    let submission = submit(&house, claim(id)).await;
    let decisions = join_all((0..8).map(|n| {
        let (actor, path) = (if n % 2 == 0 { &amina } else { &bo }, submission.at("approve"));
        async move { actor.post(&path, json!({})).await.status }
    }))
    .await;
    assert_eq!(decisions.iter().filter(|status| **status == 200).count(), 1, "{decisions:?}");
    assert_eq!(decisions.iter().filter(|status| **status == 409).count(), 7, "{decisions:?}");
    assert_eq!(house.count("SELECT count(*) AS n FROM initiative_organisation").await, 2);
    assert_eq!(house.count("SELECT count(*) AS n FROM initiative_contact").await, 1);

    let late = submit(&house, claim(id)).await;
    let claims = [submit(&house, claim(id)).await, submit(&house, claim(id)).await];
    let both = join_all(claims.iter().zip([&amina, &bo]).map(|(claim, actor)| {
        let path = claim.at("approve");
        async move { actor.post(&path, json!({})).await.status }
    }))
    .await;
    assert_eq!(both, [200, 200], "two claims of one entry are decided one after the other");
    assert_eq!(house.count("SELECT count(*) AS n FROM initiative_contact").await, 1);
    assert_eq!(amina.post(&format!("/v1/initiatives/{id}/archive"), json!({})).await.status, 200);
    let refused = amina.post(&late.at("approve"), json!({})).await;
    assert_eq!((refused.status, &*refused.code()), (409, "wrong_state"));
    assert_eq!(late.read().await["status"], "received");
}

#[tokio::test]
async fn who_claims_for_themselves_does_not_decide() {
    let house = House::open().await;
    let (amina, bo) = (house.moderator().await, house.moderator().await);
    let first = submit(&house, newcomer_with(json!({"submitter": {"email": null}}))).await;
    let approved = amina.post(&first.at("approve"), json!({})).await.json();
    let sent = bo.post("/v1/submissions", claim(approved["initiative_id"].as_str().unwrap())).await.json();
    let path = format!("/v1/submissions/{}/approve", sent["id"].as_str().unwrap());
    assert_eq!(bo.post(&path, json!({})).await.status, 403);
    assert_eq!(amina.post(&path, json!({})).await.status, 200);
}

#[tokio::test]
async fn what_a_claim_told_of_people_is_erased_like_everything_submitted() {
    let (mailbox, house) = with_mail().await;
    let moderator = house.moderator().await;
    let id = entry(&house, &mailbox, "itzel@example.org").await;
    let submission = submit(&house, claim(&id)).await;
    assert_eq!(moderator.post(&submission.at("approve"), json!({})).await.status, 200);
    pass(&house, 91).await;
    let moderator = house.again(&moderator).await;
    let read = moderator.get(&submission.at("")).await.json();
    assert_eq!(
        (&read["submitter"], &read["messages"], &read["about"]),
        (&Value::Null, &json!([]), &json!(id))
    );
    let kept =
        "SELECT count(*) AS n FROM submission WHERE sealed_email IS NOT NULL OR sealed_submitter IS NOT NULL";
    assert_eq!(house.count(kept).await, 0);
}
