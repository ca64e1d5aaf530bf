//! What webhooks are told, and how it is signed.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::{PUBLIC, active, deliveries, house, partner, read, told};
use crate::events::{dialogue, past};
use crate::house::actors::Actor;
use crate::house::receiver::{Conduct, Delivery, Receiver};
use crate::records::address;

/// Leaves a delivery for `scripts/webhooks`, with the secrets that fit and those that do not.
fn leave(name: &str, delivery: &Delivery, fit: &[&Value], others: &[&Value]) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("webhooks");
    std::fs::create_dir_all(&folder).unwrap();
    let left = json!({"headers": delivery.headers, "body": delivery.body, "fit": fit, "others": others});
    std::fs::write(folder.join(format!("{name}.json")), left.to_string()).unwrap();
}

/// How many signatures a delivery has.
fn signatures(delivery: &Delivery) -> usize {
    delivery.headers["webhook-signature"].split(' ').filter(|one| one.starts_with("v1,")).count()
}

async fn quote(host: &Actor<'_>, event: &Value) -> Value {
    let quote = json!({"event": event["id"], "text": "We keep the seeds", "language": "en", "attribution": {"level": "anonymous"},
        "consent": {"purpose": "publish_quote", "scope": ["gallery", "feeds"], "method": "written"}});
    host.makes("quotes", quote).await
}

#[tokio::test]
async fn what_the_gallery_shows_is_told_and_nothing_else() {
    let house = house().await;
    let (admin, moderator, host) = (house.admin().await, house.moderator().await, house.host().await);
    let (partner, _) = partner(&house, &admin, "One", &[]).await;
    let receiver = Receiver::open(Conduct::Accept);
    let webhook = active(&house, &partner, &receiver, &PUBLIC).await;

    let draft = host.makes("events", dialogue()).await;
    let mut hidden = dialogue();
    hidden["visibility"] = json!("unlisted");
    let hidden = host.makes("events", hidden).await;
    host.does("schedule", &hidden).await;
    let mut secret = dialogue();
    secret["visibility"] = json!("private");
    let secret = host.makes("events", secret).await;
    host.does("schedule", &secret).await;
    house.run_jobs().await;
    assert!(receiver.told().is_empty(), "drafts, unlisted and private events are nobody's business");

    let event = host.does("schedule", &draft).await;
    house.run_jobs().await;
    let [delivery] = &receiver.all()[..] else { panic!("one delivery") };
    let body = delivery.json();
    assert_eq!(delivery.told(), told("event.published", &event));
    assert_eq!(body["data"]["version"], 1);
    let url = body["data"]["url"].as_str().unwrap();
    assert!(url.ends_with(&format!("/v1/gallery/events/{}", event["id"].as_str().unwrap())), "{url}");
    let members: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!((members.len(), body["data"].as_object().unwrap().len()), (3, 3), "{body}");
    assert_eq!(delivery.headers["content-type"], "application/json");
    assert_eq!(delivery.headers["webhook-timestamp"], house.now().timestamp().to_string());

    let later = json!({"when": {"precision": "minute", "starts_local": "2099-03-15T18:00:00", "time_zone": "Africa/Juba", "duration_minutes": 120}});
    let moved = host.post(&format!("{}/reschedule", address(&event)), later).await;
    assert_eq!(moved.status, 200, "{}", moved.text());
    host.edits(&event, json!({"title": "Dialogue on other seeds"})).await;
    house.run_jobs().await;
    let all = receiver.all();
    assert_eq!(all.iter().map(Delivery::told).collect::<Vec<_>>(), [told("event.rescheduled", &event)]);
    assert_eq!(all[0].json()["data"]["version"], 2);
    host.edits(&event, json!({"visibility": "unlisted"})).await;
    house.run_jobs().await;
    assert_eq!(receiver.told(), [told("event.withdrawn", &event)], "and that is all they learn of it");
    host.edits(&event, json!({"visibility": "public"})).await;
    let cancelled = host.post(&format!("{}/cancel", address(&event)), json!({"reason": "It rains"})).await;
    assert_eq!(cancelled.status, 200, "{}", cancelled.text());
    house.run_jobs().await;
    assert_eq!(receiver.told(), [told("event.published", &event), told("event.cancelled", &event)]);

    let held = host.makes("events", past()).await;
    let held = host.does("schedule", &held).await;
    let quote = quote(&host, &held).await;
    house.run_jobs().await;
    assert_eq!(receiver.told(), [told("event.published", &held)]);
    moderator.does("approve", &quote).await;
    host.does("complete", &held).await;
    house.run_jobs().await;
    assert_eq!(receiver.told(), [told("quote.published", &quote), told("event.held", &held)]);

    // What was withdrawn before it was delivered is not told as published any more.
    receiver.set(Conduct::Answer(500));
    let other = super::telling::quote(&host, &held).await;
    moderator.does("approve", &other).await;
    house.run_jobs().await;
    assert_eq!(receiver.told(), [told("quote.published", &other)]);
    receiver.set(Conduct::Accept);
    host.does("withdraw", &other).await;
    house.advance(Duration::from_secs(5));
    house.run_jobs().await;
    assert_eq!(receiver.told(), [told("quote.withdrawn", &other)]);
    let log = deliveries(&partner, &webhook, "status=dropped").await;
    assert_eq!(
        (log.len(), &log[0]["type"], &log[0]["reason"]),
        (1, &json!("quote.published"), &json!("withdrawn"))
    );

    // While everything is hidden nothing is shown, but what is withdrawn is told.
    let third = super::telling::quote(&host, &held).await;
    moderator.does("approve", &third).await;
    assert_eq!(admin.post("/v1/lockdown", json!({})).await.status, 200);
    host.does("withdraw", &quote).await;
    house.run_jobs().await;
    assert_eq!(receiver.told(), [told("quote.withdrawn", &quote)]);
    house.sql("DELETE FROM gallery_switch").await;
    house.advance(Duration::from_secs(60));
    house.run_jobs().await;
    assert_eq!(receiver.told(), [told("quote.published", &third)]);
    assert_eq!(read(&partner, &webhook).await["failing_since"], Value::Null);
}

#[tokio::test]
async fn deliveries_are_signed_with_the_secret_and_for_a_while_with_the_one_before() {
    let house = house().await;
    let admin = house.admin().await;
    let (partner, _) = partner(&house, &admin, "One", &[]).await;
    let receiver = Receiver::open(Conduct::Accept);
    let made = partner.makes("webhooks", json!({"url": receiver.url(), "types": PUBLIC})).await;
    house.run_jobs().await;
    let elsewhere = Receiver::open(Conduct::Answer(500));
    let other = partner.makes("webhooks", json!({"url": elsewhere.url(), "types": PUBLIC})).await;
    let (first, stranger) = (&made["secret"], &other["secret"]);
    leave("challenge", &receiver.all()[0], &[first], &[stranger]);
    let publish = async || {
        let host = house.host().await;
        let event = host.makes("events", dialogue()).await;
        host.does("schedule", &event).await;
        house.run_jobs().await;
        let mut all = receiver.all();
        assert_eq!(all.len(), 1);
        all.remove(0)
    };
    let delivery = publish().await;
    assert_eq!(signatures(&delivery), 1);
    leave("delivery", &delivery, &[first], &[stranger]);

    let at = format!("{}/rotate-secret", address(&made));
    let rotated = partner.post(&at, json!({"overlap_hours": 2})).await;
    assert_eq!(rotated.status, 200, "{}", rotated.text());
    let rotated = rotated.json();
    assert!(rotated["overlap_until"].is_string());
    let delivery = publish().await;
    assert_eq!(signatures(&delivery), 2);
    leave("overlap", &delivery, &[first, &rotated["secret"]], &[stranger]);
    assert_eq!(partner.post(&at, json!({})).await.status, 409, "three would be too many");
    house.advance(Duration::from_secs(7200));
    let delivery = publish().await;
    assert_eq!(signatures(&delivery), 1);
    leave("after", &delivery, &[&rotated["secret"]], &[first, stranger]);
    let last = partner.post(&at, json!({"overlap_hours": 0})).await.json();
    leave("last", &publish().await, &[&last["secret"]], &[first, &rotated["secret"]]);
}

#[tokio::test]
async fn what_is_not_public_is_told_to_those_whose_record_it_is() {
    let house = house().await;
    let (admin, host) = (house.admin().await, house.host().await);
    let scopes =
        ["registrations:read", "registrations:write", "submissions:write", "events:write", "events:read"];
    let types = [
        "registration.confirmed",
        "registration.cancelled",
        "submission.received",
        "submission.approved",
        "person.erased",
    ];
    let (one, group) = partner(&house, &admin, "One", &scopes).await;
    let (two, _) = partner(&house, &admin, "Two", &scopes).await;
    let (first, second) = (Receiver::open(Conduct::Accept), Receiver::open(Conduct::Accept));
    active(&house, &one, &first, &types).await;
    active(&house, &two, &second, &types).await;

    let mut body = dialogue();
    body["registration"] = json!("open");
    body["co_hosts"] = json!([group["id"]]);
    let event = admin.makes("events", body).await;
    admin.does("schedule", &event).await;
    let desk = format!("{}/registrations", address(&event));
    let comer = json!({"display_name": "Amina", "role": "activist"});
    let registered = house.post(&desk, comer.clone()).await.json();
    let token = registered["manage_token"].as_str().unwrap();
    let cancel = "/v1/registrations/mine/cancel";
    assert_eq!(house.with_token(token, reqwest::Method::POST, cancel, Some(json!({}))).await.status, 200);
    let own = {
        let mut body = dialogue();
        body["registration"] = json!("open");
        host.makes("events", body).await
    };
    host.does("schedule", &own).await;
    assert_eq!(house.post(&format!("{}/registrations", address(&own)), comer).await.status, 201);
    house.run_jobs().await;
    let registration = &registered["registration"];
    assert_eq!(
        first.told(),
        [told("registration.confirmed", registration), told("registration.cancelled", registration)]
    );

    let submission = json!({"initiative": {"title": "Seeds", "summary": "Of many kinds.", "country": "SS", "language": "en"},
        "submitter": {"name": "Amina", "role": "activist"}});
    let submission = one.post("/v1/submissions", submission).await;
    assert_eq!(submission.status, 201, "{}", submission.text());
    let person = one.makes("people", json!({"display_name": "Deng", "role": "ally"})).await;
    house.run_jobs().await;
    assert_eq!(first.told(), [told("submission.received", &submission.json())]);
    assert_eq!(admin.delete(address(&person)).await.status, 204);
    house.run_jobs().await;
    assert_eq!(first.told(), [told("person.erased", &person)]);
    assert!(second.told().is_empty(), "of others' records nothing is told");

    // A suspended organisation's webhooks rest.
    let suspended = admin.post(&format!("{}/suspend", address(&group)), json!({})).await;
    assert_eq!(suspended.status, 200, "{}", suspended.text());
    let again = house.post(&desk, json!({"display_name": "Amina", "role": "activist"})).await;
    assert_eq!(again.status, 201);
    house.run_jobs().await;
    assert!(first.told().is_empty());
}
