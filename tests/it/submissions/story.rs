//! From the first form to the map, and to a no with its reason.

use api::config::settings::{MAIL, PUBLIC_URL, RATE_LIMITS, REQUIRE_TOTP};
use serde_json::{Value, json};

use super::{newcomer, newcomer_with, submit};
use crate::house::House;

#[tokio::test]
async fn a_newcomer_is_asked_for_a_change_answers_and_is_on_the_map() {
    let house = House::open().await;
    let (amina, bo) = (house.moderator().await, house.moderator().await);
    let submission = submit(&house, newcomer()).await;

    let mine = submission.read().await;
    assert_eq!(
        (&mine["status"], &mine["gallery"], &mine["reason"]),
        (&json!("received"), &Value::Null, &Value::Null)
    );
    assert_eq!(mine["initiative"]["place"]["locality"], "Oaxaca de Juárez");
    assert_eq!(mine["submitter"]["email"], "itzel@example.org");
    assert_eq!(mine["messages"][0]["text"], "We heard of the map at a Jam Session.");
    assert_eq!(mine["allowed"], json!(["edit", "messages", "withdraw"]));

    let queue = amina.get("/v1/submissions?status=received&country=MX&claimed=false").await;
    assert_eq!(queue.json()["items"][0]["id"], submission.id, "{}", queue.text());
    assert_eq!(queue.json()["items"][0]["title"], "Semillas del valle");
    let claimed = amina.post(&submission.at("claim"), json!({})).await;
    assert_eq!((claimed.status, &claimed.json()["status"]), (200, &json!("in_review")), "{}", claimed.text());
    assert_eq!(claimed.json()["claim"]["by"], amina.id);
    let read = amina.get(&submission.at("")).await.json();
    assert_eq!(
        (&read["submitter"]["name"], &read["submitter"]["has_email"]),
        (&json!("Itzel"), &json!(true))
    );
    assert!(!read.to_string().contains("itzel@"), "reviewers do not see the address");

    let asked = amina.post(&submission.at("request-changes"), json!({"message": "Who takes part?"})).await;
    assert_eq!(
        (asked.status, &asked.json()["status"]),
        (200, &json!("changes_requested")),
        "{}",
        asked.text()
    );
    let mine = submission.read().await;
    assert_eq!(
        (&mine["messages"][1]["from"], &mine["messages"][1]["text"]),
        (&json!("reviewer"), &json!("Who takes part?"))
    );

    let stale = submission.patch(1, json!({"initiative": {"summary": "x"}})).await;
    assert_eq!(stale.status, 412);
    let version = mine["version"].as_i64().unwrap();
    let edited = submission
        .patch(version, json!({"initiative": {"summary": "Cuarenta familias guardan semillas."}}))
        .await;
    assert_eq!((edited.status, &edited.json()["status"]), (200, &json!("in_review")), "{}", edited.text());
    assert_eq!(edited.json()["initiative"]["title"], "Semillas del valle", "what is absent stays");

    let approved =
        bo.post(&submission.at("approve"), json!({"changes": {"title": "Semillas del Valle"}})).await;
    assert_eq!(
        (approved.status, &approved.json()["status"]),
        (200, &json!("approved")),
        "{}",
        approved.text()
    );
    let mine = submission.read().await;
    let gallery = mine["gallery"].as_str().unwrap();
    let item = house.get(gallery).await;
    assert_eq!(item.status, 200, "{}", item.text());
    let item = item.json();
    assert_eq!((&item["title"], &item["country"]), (&json!("Semillas del Valle"), &json!("MX")));
    assert_eq!(item["summary"], "Cuarenta familias guardan semillas.");
    assert_eq!(item["organisations"][0]["name"], "Guardianes de Semillas");
    assert_eq!(item["place"]["precision"], "country", "unless the submitter says otherwise");
    assert!(!item.to_string().contains("Itzel"));
    let id = item["id"].as_str().unwrap();
    for path in [
        "/v1/gallery/map?zoom=12&bbox=-180,-90,180,90",
        "/v1/gallery/changes",
        "/v1/gallery/search?q=semillas",
    ] {
        let answer = house.get(path).await;
        assert!(answer.status == 200 && answer.text().contains(id), "{path}: {}", answer.text());
    }
    house.run_jobs().await;
    assert!(house.solidarity(&["audit", "verify"]).await.done().len() > 1);
}

#[tokio::test]
async fn one_that_is_turned_down_reads_why_and_is_nowhere() {
    let house = House::open().await;
    let amina = house.moderator().await;
    let submission = submit(&house, newcomer()).await;
    let without = amina.post(&submission.at("reject"), json!({"reason_code": "unsafe"})).await;
    assert_eq!(without.faults(), [("#/message".into(), "required".into())]);
    let body = json!({"reason_code": "unsafe", "message": "A public point would endanger you."});
    let rejected = amina.post(&submission.at("reject"), body).await;
    assert_eq!(
        (rejected.status, &rejected.json()["status"]),
        (200, &json!("rejected")),
        "{}",
        rejected.text()
    );
    let mine = submission.read().await;
    assert_eq!(mine["reason"], json!({"code": "unsafe", "message": "A public point would endanger you."}));
    assert_eq!((&mine["gallery"], &mine["allowed"]), (&Value::Null, &json!([])));
    assert_eq!(house.get("/v1/gallery/initiatives").await.json()["items"], json!([]));
    assert_eq!(house.count("SELECT count(*) AS n FROM initiative").await, 0);
    assert_eq!(house.count("SELECT count(*) AS n FROM organisation").await, 0);
}

#[tokio::test]
async fn what_is_there_already_is_edited_instead_of_doubled() {
    let house = House::open().await;
    let amina = house.moderator().await;
    let first = submit(&house, newcomer()).await;
    assert_eq!(amina.post(&first.at("approve"), json!({})).await.status, 200);
    let gallery = first.read().await["gallery"].as_str().unwrap().to_owned();
    let id = gallery.rsplit('/').next().unwrap();

    let body = newcomer_with(json!({
        "initiative": {"summary": "Now in three villages.", "url": null, "languages": ["zap"]},
        "submitter": {"organisation": "GUARDIANES DE SEMILLAS"}
    }));
    let second = submit(&house, body).await;
    let nowhere = amina.post(&second.at("approve"), json!({"merge_into": second.id})).await;
    assert_eq!(nowhere.faults(), [("#/merge_into".into(), "unknown_reference".into())]);
    let merged = amina.post(&second.at("approve"), json!({"merge_into": id})).await;
    assert_eq!(merged.status, 200, "{}", merged.text());
    let item = house.get(&gallery).await.json();
    assert_eq!(
        (&item["summary"], &item["url"]),
        (&json!("Now in three villages."), &json!("https://semillas.example/"))
    );
    assert_eq!(second.read().await["gallery"], gallery);
    for table in ["initiative", "organisation", "initiative_organisation"] {
        assert_eq!(house.count(&format!("SELECT count(*) AS n FROM {table}")).await, 1, "{table}");
    }

    let third = submit(&house, newcomer()).await;
    assert_eq!(amina.post(&third.at("mark-duplicate"), json!({"of": id})).await.status, 200);
    let mine = third.read().await;
    assert_eq!((&mine["status"], &mine["gallery"]), (&json!("duplicate"), &json!(gallery)));
}

#[tokio::test]
async fn each_step_is_mailed_in_the_newcomers_language_and_says_nothing_of_it() {
    let settings = [
        (&RATE_LIMITS, "off"),
        (&REQUIRE_TOTP, "false"),
        (&MAIL, "file"),
        (&PUBLIC_URL, "https://map.example"),
    ];
    let house = House::open_with(&settings).await;
    let amina = house.moderator().await;
    let submission = submit(&house, newcomer()).await;
    let before = house.filed_letters().len();
    house.run_jobs().await;
    let letters = house.filed_letters();
    let received = letters.iter().find(|letter| letter.text.contains(&submission.token)).unwrap();
    assert!(
        received.text.contains(&format!("https://map.example/submission#{}", submission.token)),
        "{}",
        received.text
    );
    let question = json!({"message": "Who takes part?"});
    assert_eq!(amina.post(&submission.at("request-changes"), question).await.status, 200);
    assert_eq!(amina.post(&submission.at("messages"), json!({"text": "No hurry."})).await.status, 200);
    assert_eq!(amina.post(&submission.at("approve"), json!({})).await.status, 200);
    house.run_jobs().await;
    let letters = house.filed_letters();
    assert_eq!(letters.len() - before, 4);
    for letter in &letters {
        let whole = format!("{:?}{}", letter.headers, letter.text);
        for word in ["Semillas", "Itzel", "Who takes part", "No hurry"] {
            assert!(!whole.contains(word), "{whole}");
        }
    }
}
