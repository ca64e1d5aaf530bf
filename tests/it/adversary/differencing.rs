//! Whoever subtracts what was shown from what is shown finds no cell of one to ten people.

use serde_json::{Value, json};

use super::unmoved;
use crate::bundle::{Bundle, event, quote};
use crate::events::past;
use crate::house::House;
use crate::house::actors::Actor;
use crate::records::address;
use crate::registrations::{comer, desk, scheduled};

const ROLES: [&str; 4] = ["activist", "donor", "ally", "organisations"];

async fn held(host: &Actor<'_>, headcount: &Value) -> Value {
    let event = host.makes("events", past()).await;
    host.does("schedule", &event).await;
    let done = host.post(&format!("{}/complete", address(&event)), json!({"headcount": headcount})).await;
    assert_eq!(done.status, 200, "{}", done.text());
    done.json()
}

#[tokio::test]
async fn one_to_ten_who_came_are_one_and_the_same_to_everybody() {
    let house = House::open().await;
    let host = house.host().await;
    let event = held(&host, &json!({"activist": 40, "donor": 5, "ally": 0, "organisations": 12})).await;
    let other = held(&host, &json!({"activist": 20})).await;
    for role in ROLES {
        let set = async |people: u32| {
            host.edits(&event, json!({"headcount": {(role): people}})).await;
            house.public_side().await
        };
        let one = set(1).await;
        for people in 2..=10 {
            unmoved(&one, &set(people).await, &format!("{people} of {role} came"));
        }
        for shown in [0, 11] {
            set(shown).await;
            let told = house.gallery(&event).await.json()["headcount"][role].clone();
            assert_eq!(told, json!({"value": shown, "suppressed": false}));
        }
        set(7).await;
    }
    // No sum stands beside the cells, from which the missing one could be had.
    let texts = house.public_side().await;
    let people: Vec<_> =
        texts.iter().filter(|(_, answer)| answer.2.contains("headcount")).map(|(path, _)| path).collect();
    for path in people {
        let of_events =
            ["/v1/gallery/events", "/v1/gallery/changes"].iter().any(|known| path.starts_with(known));
        let overview =
            path.starts_with("/v1/gallery?") || *path == "/v1/gallery" || path.contains("/countries/");
        assert!(of_events || overview || path.contains("/search"), "{path} counts people");
    }
    let item = house.gallery(&event).await.json();
    for role in ROLES {
        assert_eq!(item["headcount"][role], json!({"value": null, "suppressed": true}));
    }
    assert_eq!(item["headcount"].as_object().unwrap().len(), ROLES.len(), "nor is there a total");
    assert_eq!(house.gallery(&other).await.json()["headcount"]["activist"]["value"], 20);
}

/// Seats are words, and of what happens between two words nothing is seen.
#[tokio::test]
async fn who_comes_and_goes_is_not_counted_by_watching_the_seats() {
    let house = House::open().await;
    let host = house.host().await;
    let event = scheduled(&host, json!({"capacity": 20})).await;
    let (mut words, mut tokens) = (Vec::new(), Vec::new());
    let mut seen = house.public_side().await;
    for _ in 0..20 {
        let seat = house.post(&desk(&event), comer("ally")).await;
        assert_eq!(seat.status, 201, "{}", seat.text());
        tokens.push(seat.json()["manage_token"].as_str().unwrap().to_owned());
        let word = house.gallery(&event).await.json()["seats"].clone();
        let now = house.public_side().await;
        if words.last() == Some(&word) {
            unmoved(&seen, &now, "somebody who comes");
        }
        words.push(word);
        seen = now;
    }
    let others = words.iter().filter(|word| **word != "open").count();
    assert!((2..=6).contains(&others), "{words:?}");
    words.dedup();
    assert_eq!(words, ["open", "few", "waitlist"]);
    // Whoever comes and goes again and again, to read the word each time, reads the same.
    let cancel = async |token: &str| {
        let path = "/v1/registrations/mine/cancel";
        assert_eq!(house.with_token(token, reqwest::Method::POST, path, Some(json!({}))).await.status, 200);
    };
    let mut after = Vec::new();
    for token in &tokens {
        cancel(token).await;
        after.push(house.gallery(&event).await.json()["seats"].clone());
    }
    let mut turns = after.clone();
    turns.dedup();
    assert_eq!(turns, ["few", "open"], "{after:?}");
    assert!(after.iter().filter(|word| **word == "few").count() >= 3, "the way back is longer: {after:?}");
}

#[tokio::test]
async fn a_crowd_of_one_to_ten_is_no_crowd_however_it_changes() {
    let house = House::open().await;
    let admin = house.admin().await;
    let mut line = quote("q", "e");
    (line["attribution"], line["person"]) = (json!({"level": "role_and_country"}), json!("p"));
    let speaker =
        json!({"type": "person", "id": "p", "display_name": "Sample p", "role": "activist", "country": "SS"});
    house.import(&Bundle::of([speaker, event("e"), line])).await.applied();
    let alone = house.public_side().await;
    let mut people = Vec::new();
    for n in 2..=10 {
        let another = json!({"display_name": format!("Person {n}"), "role": "activist", "country": "SS"});
        people.push(admin.makes("people", another).await);
        unmoved(&alone, &house.public_side().await, &format!("{n} activists of a country"));
    }
    let eleventh =
        admin.makes("people", json!({"display_name": "Last", "role": "activist", "country": "SS"})).await;
    let told = house.items("/v1/gallery/quotes").await[0]["attribution"].clone();
    assert_eq!(told, json!({"level": "role_and_country", "label": "activist, South Sudan"}));
    assert_eq!(admin.delete(address(&eleventh)).await.status, 204);
    let few = house.public_side().await;
    assert_eq!(house.items("/v1/gallery/quotes").await[0]["attribution"]["level"], "anonymous");
    for person in &people {
        assert_eq!(admin.delete(address(person)).await.status, 204);
        unmoved(&few, &house.public_side().await, "somebody of the few who goes");
    }
}
