//! What the tests of records of every kind have in common.

mod identifiers;
mod legible;

use serde_json::{Value, json};

use crate::house::actors::Actor;
use crate::house::{Answer, House};

impl Actor<'_> {
    /// Makes a record.
    pub async fn makes(&self, collection: &str, body: Value) -> Value {
        let path = format!("/v1/{collection}");
        let answer = self.post(&path, body).await;
        assert_eq!(answer.status, 201, "{path}: {}", answer.text());
        let record = answer.json();
        assert_eq!(answer.header("location"), format!("{path}/{}", record["id"].as_str().unwrap()));
        assert_eq!(answer.header("etag"), "\"1\"");
        record
    }

    /// Does something to a record that succeeds; the record.
    pub async fn does(&self, verb: &str, record: &Value) -> Value {
        let path = format!("{}/{verb}", address(record));
        let answer = self.post(&path, json!({})).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    /// Edits the newest version of a record, with success; the record.
    pub async fn edits(&self, record: &Value, patch: Value) -> Value {
        let answer = self.patch(address(record), patch).await;
        assert_eq!(answer.status, 200, "{}: {}", address(record), answer.text());
        answer.json()
    }
}

impl House {
    /// An account of this role whose person belongs to an organisation; the account and the person.
    pub async fn somebody(&self, role: &str, organisation: &str) -> (Actor<'_>, Value) {
        let admin = self.admin().await;
        let actor = self.actor(role).await;
        let person = json!({"display_name": "Amina", "role": "activist", "organisations": [organisation]});
        let person = admin.makes("people", person).await;
        let linked =
            admin.patch(&format!("/v1/accounts/{}", actor.id), json!({"person": person["id"]})).await;
        assert_eq!(linked.status, 200, "{}", linked.text());
        (actor, person)
    }

    /// How the gallery answers about a record.
    pub async fn gallery(&self, record: &Value) -> Answer {
        self.get(&address(record).replace("/v1/", "/v1/gallery/")).await
    }
}

/// The address of a record.
pub fn address(record: &Value) -> &str {
    record["links"]["self"].as_str().unwrap()
}

/// Faults as they are told, in the order of their places.
pub fn sorted(answer: &Answer) -> Vec<(String, String)> {
    assert_eq!(answer.status, 422, "{}", answer.text());
    let mut faults = answer.faults();
    faults.sort();
    faults
}
