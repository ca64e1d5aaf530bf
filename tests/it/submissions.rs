//! `/v1/submissions`: newcomers ask to be on the map, and are reviewed.

mod claims;
mod duplicates;
mod limits;
mod mine;
mod open;
mod races;
mod retention;
mod review;
mod secrecy;
mod story;
mod whose;

use reqwest::Method;
use serde_json::{Value, json};

use crate::house::{Answer, House, answer};

/// What a newcomer sends.
pub fn newcomer() -> Value {
    json!({
        "initiative": {
            "title": "Semillas del valle",
            "summary": "Familias que guardan y cambian semillas.",
            "country": "MX",
            "language": "es",
            "url": "https://semillas.example/",
            "locality": "Oaxaca de Juárez",
            "translations": {"en": {"title": "Seeds of the valley", "by": "human"}}
        },
        "submitter": {
            "name": "Itzel", "role": "coordinator", "email": "itzel@example.org", "organisation": "Guardianes de Semillas"
        },
        "message": "We heard of the map at a Jam Session."
    })
}

/// The same with other members, merged in as RFC 7396 does.
pub fn newcomer_with(patch: Value) -> Value {
    fn merge(target: &mut Value, patch: Value) {
        let Value::Object(patch) = patch else {
            *target = patch;
            return;
        };
        for (name, value) in patch {
            match value {
                Value::Null => drop(target.as_object_mut().unwrap().remove(&name)),
                value => merge(&mut target[&name], value),
            }
        }
    }
    let mut body = newcomer();
    merge(&mut body, patch);
    body
}

/// A submission, and the token that follows it.
pub struct Submitted<'a> {
    house: &'a House,
    pub id: String,
    pub token: String,
}

pub async fn submit(house: &House, body: Value) -> Submitted<'_> {
    let answer = house.post("/v1/submissions", body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let json = answer.json();
    let member = |name: &str| json[name].as_str().unwrap().to_owned();
    Submitted { house, id: member("id"), token: member("tracking_token") }
}

impl Submitted<'_> {
    /// The address that reviewers use.
    pub fn at(&self, verb: &str) -> String {
        let slash = if verb.is_empty() { "" } else { "/" };
        format!("/v1/submissions/{}{slash}{verb}", self.id)
    }

    pub async fn read(&self) -> Value {
        let answer = self.house.with_token(&self.token, Method::GET, "/v1/submissions/mine", None).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    pub async fn post(&self, verb: &str, body: Value) -> Answer {
        let path = format!("/v1/submissions/mine/{verb}");
        self.house.with_token(&self.token, Method::POST, &path, Some(body)).await
    }

    pub async fn patch(&self, version: i64, body: Value) -> Answer {
        let request = self.house.request(Method::PATCH, "/v1/submissions/mine").bearer_auth(&self.token);
        let request = request.header("if-match", format!("\"{version}\""));
        answer(request.header("content-type", "application/merge-patch+json").body(body.to_string())).await
    }
}
