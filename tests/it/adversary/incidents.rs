//! The commands of `docs/incidents.md`, as somebody types them at night.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::brakes;
use crate::house::House;
use crate::house::database::Database;

const RUNBOOK: &str = include_str!("../../../docs/incidents.md");

/// The blocks of the runbook that are to be typed, by name, in their order.
fn blocks() -> Vec<(&'static str, &'static str)> {
    let fenced = RUNBOOK.split("```sh ").skip(1);
    let block = fenced.map(|text| {
        let (name, rest) = text.split_once('\n').unwrap();
        (name, rest.split("```").next().unwrap())
    });
    block.collect()
}

/// Types a block; what it said.
fn typed(block: &str, variables: &BTreeMap<String, String>) -> String {
    let prepare = blocks().into_iter().find(|(name, _)| *name == "prepare.sh").unwrap().1;
    let programs = Path::new(env!("CARGO_BIN_EXE_solidarity")).parent().unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let script = format!("set -euo pipefail\n{prepare}\n{block}");
    let done = Command::new("bash").args(["-c", &script]).envs(variables).env("PATH", path).output().unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    assert!(done.status.success(), "{block}\n{said}\n{}", String::from_utf8_lossy(&done.stderr));
    said
}

fn id(record: &Value) -> String {
    record["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_command_of_the_runbook_does_what_it_says() {
    let house = House::open().await;
    let (admin, host, moderator) = (house.admin().await, house.host().await, house.moderator().await);
    let event = brakes::held(&host).await;
    let [quote, ..] = brakes::of_event(&host, &moderator, &event).await;
    let person =
        json!({"display_name": "Amina", "role": "activist", "contact": {"email": "amina@example.org"}});
    let (person, other) = (host.makes("people", person.clone()).await, host.makes("people", person).await);
    let group = admin.makes("organisations", json!({"name": "A group", "kind": "ngo"})).await;
    let keys = format!("/v1/organisations/{}/keys", id(&group));
    let key = admin.post(&keys, json!({"name": "Desk", "scopes": ["events:read"]})).await.json();
    let elsewhere = tempfile::tempdir().unwrap();
    let database = Database::empty(elsewhere.path()).await;

    let file = |name: &str| elsewhere.path().join(name).to_str().unwrap().to_owned();
    let mut variables = house.variables(&[
        ("SOLIDARITY", &house.address),
        ("TOKEN", &admin.token),
        ("EVENT", &id(&event)),
        ("QUOTE", &id(&quote)),
        ("PERSON", &id(&person)),
        ("ACCOUNT", &host.id),
        ("ORGANISATION", &id(&group)),
        ("KEY", &id(&key)),
        ("NEWCOPY", &file("new.backup")),
        ("COPY", &file("new.backup")),
    ]);
    // What closes everything comes last: the others are to be seen to work. What is put back is so elsewhere.
    let last = ["restore.sh", "close-everything.sh"];
    let (closing, order): (Vec<_>, Vec<_>) = blocks().into_iter().partition(|(name, _)| last.contains(name));
    assert!(order.len() >= 9 && closing.len() == 2, "{order:?}");
    for (name, block) in order {
        if name == "archive.sh" {
            variables.insert("PERSON".into(), id(&other));
        }
        let said = typed(block, &variables);
        match name {
            // In a `severe` country nothing tells that it was ever there.
            "person-in-danger.sh" => {
                assert_eq!(
                    (house.gallery(&event).await.status, house.gallery(&quote).await.status),
                    (404, 404)
                );
            }
            "forget-somebody.sh" => {
                assert_eq!(admin.get(&format!("/v1/people/{}", id(&person))).await.status, 404);
            }
            "hide-it.sh" => assert!(said.contains("\"hidden\":true"), "{said}"),
            "stolen-account.sh" => assert_eq!(host.get("/v1/me").await.status, 401),
            "what-was-done.sh" => assert!(said.contains("\"action\":\"create\""), "{said}"),
            "leaked-copy.sh" => assert!(said.contains("destroyed: epoch 1"), "{said}"),
            "leaked-key.sh" => assert_eq!(house.with_key(&key).get("/v1/events").await.status, 401),
            "archive.sh" => assert!(said.contains("amina@example.org"), "{said}"),
            "prepare.sh" => {}
            other => panic!("nobody looks what {other} does"),
        }
    }
    for (name, block) in closing {
        if name == "restore.sh" {
            let mut variables = variables.clone();
            variables.insert("DATABASE_URL".into(), database.url().to_owned());
            typed(block, &variables);
        } else {
            assert_eq!(house.get("/v1/gallery").await.status, 200);
            typed(block, &variables);
            assert_eq!(house.get("/v1/gallery").await.json()["totals"]["outcomes"], 0);
        }
    }
}
