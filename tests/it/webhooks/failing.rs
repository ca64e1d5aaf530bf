//! Those who do not take what they are told, and telling it again.

use std::time::Duration;

use serde_json::{Value, json};

use super::{active, deliveries, house, house_with, partner, read, told};
use crate::events::dialogue;
use crate::house::actors::Actor;
use crate::house::receiver::{Conduct, Receiver};
use crate::records::address;

async fn published(host: &Actor<'_>) -> Value {
    let event = host.makes("events", dialogue()).await;
    host.does("schedule", &event).await
}

#[tokio::test]
async fn one_that_hangs_does_not_delay_others_and_no_redirect_is_followed() {
    let house = house_with("30").await;
    let (admin, host) = (house.admin().await, house.host().await);
    let (partner, _) = partner(&house, &admin, "One", &[]).await;
    let [hanging, healthy, elsewhere, moved] = [(); 4].map(|()| Receiver::open(Conduct::Accept));
    let slow = active(&house, &partner, &hanging, &["event.published"]).await;
    active(&house, &partner, &healthy, &["event.published"]).await;
    let gone = active(&house, &partner, &moved, &["event.published"]).await;
    hanging.set(Conduct::Hang);
    moved.set(Conduct::Redirect(elsewhere.url()));
    let event = published(&host).await;
    // It answers once the other one has been told, which never happens if that waits for it.
    let ((), ()) = tokio::join!(house.run_jobs(), async {
        hanging.next().await;
        healthy.next().await;
        hanging.set(Conduct::Accept);
    });
    let log = &deliveries(&partner, &slow, "type=event.published").await[0];
    assert_eq!(
        (&log["status"], &log["attempts"], &log["http_status"]),
        (&json!("delivered"), &json!(1), &json!(204))
    );
    let now = read(&partner, &gone).await;
    assert_eq!((&now["failed_because"], &now["status"]), (&json!("redirect"), &json!("active")));
    let log = &deliveries(&partner, &gone, "type=event.published").await[0];
    assert_eq!(
        (&log["status"], &log["reason"], &log["http_status"]),
        (&json!("waiting"), &json!("redirect"), &json!(307))
    );
    assert!(log["next_attempt_at"].is_string() && log["record"] == event["id"]);
    assert!(elsewhere.all().is_empty());

    let first = moved.all();
    moved.set(Conduct::Accept);
    house.run_jobs().await;
    assert!(moved.all().is_empty(), "not yet");
    house.advance(Duration::from_secs(5));
    house.run_jobs().await;
    assert_eq!(moved.all()[0].id(), first[0].id(), "it is the same message");
    assert!(hanging.all().is_empty() && healthy.all().is_empty(), "nobody is told twice");
    let now = read(&partner, &gone).await;
    assert!(now["failing_since"].is_null() && now["delivered_at"].is_string());
}

#[tokio::test]
async fn what_always_fails_is_given_up_and_who_is_gone_is_asked_no_more() {
    let house = house().await;
    let (admin, host) = (house.admin().await, house.host().await);
    let (partner, group) = partner(&house, &admin, "One", &[]).await;
    house.somebody("host", group["id"].as_str().unwrap()).await;
    let (failing, gone) = (Receiver::open(Conduct::Accept), Receiver::open(Conduct::Accept));
    let first = active(&house, &partner, &failing, &["event.published"]).await;
    let second = active(&house, &partner, &gone, &["event.published"]).await;
    failing.set(Conduct::Answer(503));
    gone.set(Conduct::Answer(410));
    let event = published(&host).await;
    house.run_jobs().await;
    let now = read(&partner, &second).await;
    assert_eq!((&now["status"], &now["disabled_because"]), (&json!("disabled"), &json!("gone")));
    let letters = house.filed_letters();
    assert!(letters.len() >= 2, "admins, and those of the organisation: {}", letters.len());
    assert!(letters.iter().all(|letter| !letter.text.contains("127.0.0.1")));
    let mut attempts = 1;
    for hours in [1, 1, 1, 3, 6, 11, 15, 21, 25] {
        house.advance(Duration::from_secs(hours * 3600));
        house.run_jobs().await;
        attempts += 1;
    }
    assert_eq!((failing.all().len(), gone.all().len()), (attempts, 1));
    let [log] = &deliveries(&partner, &first, "status=failed").await[..] else { panic!("one delivery") };
    assert_eq!(
        (&log["attempts"], &log["reason"], &log["http_status"]),
        (&json!(10), &json!("refused"), &json!(503))
    );
    house.advance(Duration::from_secs(100 * 3600));
    house.run_jobs().await;
    assert_eq!(failing.all().len(), 0);
    assert_eq!(read(&partner, &first).await["status"], "active", "whoever is told nothing fails no more");
    let missed = published(&house.host().await).await;
    house.run_jobs().await;
    let now = read(&partner, &first).await;
    assert_eq!((&now["status"], &now["disabled_because"]), (&json!("disabled"), &json!("failing")));
    assert_eq!(failing.all().len(), 1);

    // It works again, and is told what it missed.
    for receiver in [&failing, &gone] {
        receiver.set(Conduct::Accept);
    }
    let redeliver = format!("{}/deliveries/{}/redeliver", address(&first), log["id"].as_str().unwrap());
    assert_eq!(partner.post(&redeliver, json!({})).await.status, 409, "verify it first");
    for webhook in [&first, &second] {
        assert_eq!(partner.does("verify", webhook).await["status"], "pending");
    }
    house.run_jobs().await;
    let again = partner.post(&redeliver, json!({})).await;
    assert_eq!((again.status, &again.json()["status"]), (200, &json!("waiting")));
    house.run_jobs().await;
    let repeated = failing.all().into_iter().find(|delivery| json!(delivery.id()) == log["id"]).unwrap();
    assert_eq!(repeated.told(), told("event.published", &event));
    failing.all();
    assert!(gone.told().is_empty(), "what it was told while it was gone it has refused");
    let replay = json!({"since": "2021-01-01T00:00:00Z"});
    let asked = partner.post(&format!("{}/replay", address(&second)), replay.clone()).await;
    assert_eq!((asked.status, &asked.json()["replaying"]), (200, &json!(true)), "{}", asked.text());
    house.run_jobs().await;
    assert_eq!(gone.told(), [told("event.published", &event), told("event.published", &missed)]);
    assert_eq!(read(&partner, &second).await["replaying"], false);
    house.advance(Duration::from_secs(1));
    let now = json!({"since": house.now()});
    assert_eq!(partner.post(&format!("{}/replay", address(&second)), now).await.json()["replaying"], false);

    // What it was told is forgotten after a while.
    house.advance(Duration::from_secs(31 * 24 * 3600));
    house.run_jobs().await;
    assert!(deliveries(&partner, &second, "").await.is_empty());
}
