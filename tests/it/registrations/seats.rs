//! Who sits, who waits, who is next, and the word that the public reads.

use serde_json::{Value, json};

use super::{Registered, comer, register, scheduled};
use crate::house::House;
use crate::records::address;

/// Of five seats three are kept for activists, and donors have one at most.
fn few_seats() -> Value {
    json!({"capacity": 5, "composition": [{"role": "activist", "min": 3}, {"role": "donor", "max": 1}]})
}

async fn seated<'a>(house: &'a House, event: &Value, roles: &[&str]) -> Vec<(Registered<'a>, String)> {
    let mut people = Vec::new();
    for role in roles {
        let (registered, answer) = register(house, event, comer(role)).await;
        people.push((registered, answer["status"].as_str().unwrap().to_owned()));
    }
    people
}

#[tokio::test]
async fn the_composition_holds_and_the_earliest_that_fits_is_next() {
    let house = House::open().await;
    let host = house.host().await;
    let event = scheduled(&host, few_seats()).await;
    let roles = ["donor", "donor", "ally", "ally", "activist", "activist", "activist", "activist"];
    let people = seated(&house, &event, &roles).await;
    let statuses: Vec<&str> = people.iter().map(|(_, status)| &**status).collect();
    let (sits, waits) = ("confirmed", "waitlisted");
    assert_eq!(statuses, [sits, waits, sits, waits, sits, sits, sits, waits]);
    // An activist goes: of those who wait only an activist fits, though two came before.
    assert_eq!(people[4].0.post("cancel").await.json()["status"], "cancelled");
    let [second_donor, second_ally, fourth_activist] = [1, 3, 7].map(|at: usize| &people[at].0);
    assert_eq!((second_donor.status().await, second_ally.status().await), (waits.into(), waits.into()));
    assert_eq!(fourth_activist.status().await, sits);
    // The donor goes: the other one is the earliest.
    people[0].0.post("cancel").await;
    assert_eq!((second_donor.status().await, second_ally.status().await), (sits.into(), waits.into()));
    let again = people[0].0.post("cancel").await;
    assert_eq!((again.status, &*again.code()), (409, "wrong_state"));
    let told = "SELECT count(*) AS n FROM outbox_fact WHERE kind = 'registration_";
    assert_eq!(house.count(&format!("{told}confirmed'")).await, 7);
    assert_eq!(house.count(&format!("{told}cancelled'")).await, 2);
}

#[tokio::test]
async fn a_balanced_waiting_list_asks_the_role_that_is_furthest_from_its_share() {
    let house = House::open().await;
    let host = house.host().await;
    let shares = json!([{"role": "activist", "min": 2}, {"role": "donor", "max": 2}]);
    let event =
        scheduled(&host, json!({"capacity": 4, "composition": shares, "waitlist": "role_balanced"})).await;
    let roles = ["activist", "activist", "activist", "ally", "activist", "donor"];
    let people = seated(&house, &event, &roles).await;
    people[2].0.post("cancel").await;
    assert_eq!(people[4].0.status().await, "waitlisted", "activists have what is kept for them");
    assert_eq!(people[5].0.status().await, "confirmed", "donors have nothing");
}

#[tokio::test]
async fn seats_that_are_taken_are_not_taken_away_by_an_edit() {
    let house = House::open().await;
    let host = house.host().await;
    let event = scheduled(&host, json!({"capacity": 3})).await;
    let people = seated(&house, &event, &["ally", "ally", "donor", "ally", "donor"]).await;
    let edit = async |patch: Value| host.patch(address(&event), patch).await;
    for refused in [
        json!({"capacity": 2}),
        json!({"composition": [{"role": "ally", "max": 1}]}),
        json!({"composition": [{"role": "activist", "min": 1}]}),
    ] {
        let answer = edit(refused).await;
        assert_eq!((answer.status, &*answer.code()), (409, "conflict"), "{}", answer.text());
    }
    assert_eq!(edit(json!({"title": "Another title"})).await.status, 200, "other edits pass");
    assert_eq!(edit(json!({"capacity": 4, "composition": [{"role": "ally", "max": 2}]})).await.status, 200);
    assert_eq!(people[3].0.status().await, "waitlisted", "there are two allies");
    assert_eq!(people[4].0.status().await, "confirmed", "whoever fits now has a seat at once");
    assert_eq!(edit(json!({"capacity": null, "composition": []})).await.status, 200);
    assert_eq!(people[3].0.status().await, "confirmed");
}

#[tokio::test]
async fn the_public_reads_a_word_and_no_number() {
    let house = House::open().await;
    let host = house.host().await;
    let event = scheduled(&host, json!({"capacity": 5})).await;
    let word = async || house.gallery(&event).await.json()["seats"].as_str().unwrap().to_owned();
    let version = async || house.gallery(&event).await.header("etag").to_owned();
    assert_eq!(word().await, "open");
    let before = version().await;
    let mut people = seated(&house, &event, &["ally", "ally", "ally"]).await;
    assert_eq!((word().await, version().await), ("open".into(), before), "nobody sees who comes");
    people.extend(seated(&house, &event, &["ally"]).await);
    assert_eq!(word().await, "few");
    people.extend(seated(&house, &event, &["ally", "ally"]).await);
    assert_eq!(word().await, "waitlist");
    people[0].0.post("cancel").await;
    assert_eq!(word().await, "waitlist", "the seat went to whoever waited");
    for (registered, _) in &people[1..3] {
        registered.post("cancel").await;
    }
    assert_eq!(word().await, "few", "it stays for a while");
    people[3].0.post("cancel").await;
    assert_eq!(word().await, "open");
    let text = house.gallery(&event).await.text().to_owned();
    assert!(!text.contains("capacity") && !text.contains("composition"), "{text}");
    host.does("cancel", &event).await;
    assert_eq!(word().await, "closed");
}

#[tokio::test]
async fn the_word_is_closed_when_registration_ends() {
    let house = House::open().await;
    let host = house.host().await;
    let ends = house.now() + std::time::Duration::from_secs(3600);
    let event = scheduled(&host, json!({"registration_closes_at": ends})).await;
    assert_eq!(house.gallery(&event).await.json()["seats"], "open");
    house.advance(std::time::Duration::from_secs(3601));
    house.run_jobs().await;
    assert_eq!(house.gallery(&event).await.json()["seats"], "closed");
    assert_eq!(house.post(&super::desk(&event), comer("ally")).await.code(), "registration_closed");
}

#[tokio::test]
async fn more_seats_are_not_kept_for_roles_than_there_are() {
    let house = House::open().await;
    let host = house.host().await;
    let shares = json!([{"role": "activist", "min": 3}, {"role": "ally", "min": 3}]);
    let mut body = crate::events::dialogue();
    (body["capacity"], body["composition"]) = (json!(5), shares.clone());
    let refused = host.post("/v1/events", body.clone()).await;
    assert_eq!(refused.faults(), [("#/composition".to_owned(), "impossible".to_owned())]);
    body["capacity"] = json!(6);
    let event = host.makes("events", body).await;
    let refused = host.patch(address(&event), json!({"capacity": 5})).await;
    assert_eq!(refused.faults(), [("#/composition".to_owned(), "impossible".to_owned())]);
    assert_eq!(
        host.edits(&event, json!({"capacity": null})).await["composition"],
        shares,
        "without an end they fit"
    );
}
