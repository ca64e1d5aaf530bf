//! Webhooks that are told of some public documents alone, and of all that is withdrawn.

use std::time::Duration;

use serde_json::{Value, json};

use super::{PUBLIC, deliveries, house, partner, read, told};
use crate::events::dialogue;
use crate::house::House;
use crate::house::actors::Actor;
use crate::house::receiver::{Conduct, Receiver};
use crate::records::{address, sorted};

async fn published(host: &Actor<'_>, further: Value) -> Value {
    let mut body = dialogue();
    body.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
    let event = host.makes("events", body).await;
    host.does("schedule", &event).await
}

fn place(country: &str) -> Value {
    json!({"country": country, "venue": "The hidden hall", "point": {"lat": 4.09512, "lon": 30.67834}})
}

async fn filtered(house: &House, partner: &Actor<'_>, receiver: &Receiver, filter: Value) -> Value {
    let body = json!({"url": receiver.url(), "types": PUBLIC, "filter": filter});
    let webhook = partner.makes("webhooks", body).await;
    house.run_jobs().await;
    assert_eq!(receiver.all().len(), 1, "the challenge");
    webhook
}

#[tokio::test]
async fn a_filter_is_held_against_what_is_public_and_what_is_withdrawn_is_told_to_all() {
    let house = house().await;
    let (admin, moderator, host) = (house.admin().await, house.moderator().await, house.host().await);
    let (partner, _) = partner(&house, &admin, "One", &[]).await;
    let theme = moderator.makes("themes", json!({"labels": {"en": "Seeds"}})).await;
    let [sudan, exact, seeds, stories] = [(); 4].map(|()| Receiver::open(Conduct::Accept));
    let first = filtered(&house, &partner, &sudan, json!({"countries": ["SS"]})).await;
    assert_eq!(first["filter"], json!({"countries": ["SS"], "themes": [], "bbox": null, "kinds": []}));
    // The venue lies in this box; what is public is the middle of a cell beside it.
    filtered(&house, &partner, &exact, json!({"bbox": [30.678, 4.095, 30.679, 4.096]})).await;
    filtered(&house, &partner, &seeds, json!({"themes": [theme["id"]]})).await;
    filtered(&house, &partner, &stories, json!({"kinds": ["story", "quote"]})).await;

    let there = published(&host, json!({"place": place("SS")})).await;
    let elsewhere = published(&host, json!({"place": place("KE"), "themes": [theme["id"]]})).await;
    house.run_jobs().await;
    assert_eq!(sudan.told(), [told("event.published", &there)]);
    assert_eq!(seeds.told(), [told("event.published", &elsewhere)]);
    assert!(exact.told().is_empty() && stories.told().is_empty(), "nobody finds the venue by halving boxes");

    // Another filter: it is told of what fits now, and that what it knew is gone.
    let changed = partner.edits(&first, json!({"filter": {"countries": ["KE"]}})).await;
    assert_eq!(changed["filter"]["countries"], json!(["KE"]));
    let later = json!({"when": {"precision": "minute", "starts_local": "2099-03-15T18:00:00", "time_zone": "Africa/Juba", "duration_minutes": 120}});
    for event in [&there, &elsewhere] {
        assert_eq!(host.post(&format!("{}/reschedule", address(event)), later.clone()).await.status, 200);
    }
    house.run_jobs().await;
    assert_eq!(sudan.told(), [told("event.rescheduled", &elsewhere)]);
    seeds.told();
    host.edits(&there, json!({"visibility": "unlisted"})).await;
    house.run_jobs().await;
    for receiver in [&sudan, &exact, &seeds, &stories] {
        assert_eq!(receiver.told(), [told("event.withdrawn", &there)], "it has no country any more");
    }
    assert_eq!(partner.edits(&changed, json!({"filter": null})).await["filter"], Value::Null);
    for (filter, pointer, code) in [
        (json!({"countries": ["XX"]}), "#/filter/countries/0", "unknown_reference"),
        (json!({"bbox": [0, 2, 1, 1]}), "#/filter/bbox", "out_of_order"),
        (json!({"venue": "x"}), "#/filter/venue", "unknown_field"),
    ] {
        let refused = partner.patch(address(&changed), json!({"filter": filter})).await;
        assert_eq!(sorted(&refused), [(pointer.to_owned(), code.to_owned())]);
    }
}

#[tokio::test]
async fn what_is_hidden_tells_by_no_filter_what_it_is_about() {
    let house = house().await;
    let (admin, host) = (house.admin().await, house.host().await);
    let (partner, _) = partner(&house, &admin, "One", &[]).await;
    let [here, other] = [(); 2].map(|()| Receiver::open(Conduct::Accept));
    let fits = filtered(&house, &partner, &here, json!({"countries": ["SS"]})).await;
    let not = filtered(&house, &partner, &other, json!({"countries": ["KE"]})).await;
    assert_eq!(admin.post("/v1/lockdown", json!({})).await.status, 200);
    let event = published(&host, json!({"place": place("SS")})).await;
    house.run_jobs().await;
    for webhook in [&fits, &not] {
        let [waiting] = &deliveries(&partner, webhook, "status=waiting").await[..] else { panic!("one") };
        assert_eq!(waiting["record"], event["id"], "both logs say the same");
    }
    assert!(here.told().is_empty() && other.told().is_empty());
    house.sql("DELETE FROM gallery_switch").await;
    house.advance(Duration::from_secs(60));
    house.run_jobs().await;
    assert_eq!((here.told(), other.told()), (vec![told("event.published", &event)], vec![]));
    assert!(
        deliveries(&partner, &not, "type=event.published").await.is_empty(),
        "as if it had never been written"
    );
    assert_eq!(read(&partner, &not).await["failing_since"], Value::Null);
}
