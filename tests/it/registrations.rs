//! `/v1/events/{id}/registrations` and `/v1/registrations`: people take seats, wait, come; hosts decide.

mod address;
mod calendar;
mod door;
mod hosts;
mod interleavings;
mod invitations;
mod kills;
mod mine;
mod open;
mod races;
mod reminders;
mod retention;
mod seats;
mod secrecy;

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::events::dialogue;
use crate::house::actors::Actor;
use crate::house::{Answer, House, answer};

/// An hour.
pub const HOUR: Duration = Duration::from_secs(3600);

/// A dialogue that anybody may register for, scheduled, with other members merged in.
pub async fn scheduled(host: &Actor<'_>, members: Value) -> Value {
    let mut body = dialogue();
    body["registration"] = json!("open");
    for (name, value) in members.as_object().unwrap() {
        body[name] = value.clone();
    }
    let event = host.makes("events", body).await;
    host.does("schedule", &event).await
}

/// An event that begins in so many hours.
pub async fn in_hours(house: &House, host: &Actor<'_>, hours: i64, capacity: u32) -> Value {
    let start = house.now() + chrono::TimeDelta::hours(hours);
    let when = json!({"precision": "minute", "starts_local": start.format("%Y-%m-%dT%H:%M:00").to_string(),
        "time_zone": "UTC", "duration_minutes": 120});
    scheduled(host, json!({"when": when, "capacity": capacity})).await
}

/// Where people register for it.
pub fn desk(event: &Value) -> String {
    format!("/v1/events/{}/registrations", event["id"].as_str().unwrap())
}

/// Somebody who registers without a contact.
pub fn comer(role: &str) -> Value {
    json!({"display_name": "Amina", "role": role})
}

/// A registration, and the token that follows it.
struct Registered<'a> {
    house: &'a House,
    id: String,
    token: String,
}

/// Registers somebody, with success.
async fn register<'a>(house: &'a House, event: &Value, body: Value) -> (Registered<'a>, Value) {
    let answer = house.post(&desk(event), body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!((answer.header("location"), answer.header("etag")), ("/v1/registrations/mine", "\"1\""));
    received(house, &answer)
}

fn received<'a>(house: &'a House, answer: &Answer) -> (Registered<'a>, Value) {
    let json = answer.json();
    let token = json["manage_token"].as_str().unwrap().to_owned();
    let id = json["registration"]["id"].as_str().unwrap().to_owned();
    (Registered { house, id, token }, json["registration"].clone())
}

impl Registered<'_> {
    /// The address that hosts use.
    fn at(&self, verb: &str) -> String {
        let slash = if verb.is_empty() { "" } else { "/" };
        format!("/v1/registrations/{}{slash}{verb}", self.id)
    }

    async fn read(&self) -> Value {
        let answer = self.house.with_token(&self.token, Method::GET, "/v1/registrations/mine", None).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    async fn status(&self) -> String {
        self.read().await["status"].as_str().unwrap().to_owned()
    }

    async fn post(&self, verb: &str) -> Answer {
        let path = format!("/v1/registrations/mine/{verb}");
        self.house.with_token(&self.token, Method::POST, &path, Some(json!({}))).await
    }

    async fn patch(&self, version: i64, body: Value) -> Answer {
        let request = self.house.request(Method::PATCH, "/v1/registrations/mine").bearer_auth(&self.token);
        let request = request.header("if-match", format!("\"{version}\""));
        answer(request.header("content-type", "application/merge-patch+json").body(body.to_string())).await
    }
}

impl House {
    /// The newest link that was mailed to this address: its token.
    async fn mailed_token(&self, to: &str) -> Option<String> {
        self.run_jobs().await;
        let letters = self.filed_letters().into_iter().filter(|letter| letter.header("to") == to);
        let mut links = letters.filter_map(|letter| {
            let link = letter.text.lines().find_map(|line| line.split_once('#'))?.1.to_owned();
            Some(link)
        });
        links.next_back()
    }
}
