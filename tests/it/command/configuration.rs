//! `solidarity config check`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::house::program;

fn variables(given: &[(&str, &str)]) -> BTreeMap<String, String> {
    given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn what_holds_is_shown_without_passwords_and_keys() {
    let key = "5e".repeat(32);
    let variables = variables(&[
        ("DATABASE_URL", "postgres://campaign:hunter2@db.example/solidarity"),
        ("SOLIDARITY_MASTER_KEY", &key),
    ]);
    let shown = program::run(&variables, &["config", "check", "--listen", "[::1]:80"]).await.done();
    for line in [
        "database = \"postgres://campaign:***@db.example/solidarity\"  # variable DATABASE_URL",
        "listen = \"[::1]:80\"  # flag --listen",
        "log = \"info\"  # default",
        "# master_key is set and not shown  # variable SOLIDARITY_MASTER_KEY",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line}\n{shown}");
    }
    let as_json = program::run(&variables, &["config", "check", "--json"]).await.done();
    for text in [&shown, &as_json] {
        assert!(!text.contains("hunter2") && !text.contains(&key), "{text}");
    }
    let as_json: Value = serde_json::from_str(&as_json).unwrap();
    assert_eq!(as_json["database"]["origin"], "variable DATABASE_URL");
    assert_eq!(as_json["worker"]["value"], true);
}

#[tokio::test]
async fn every_wrong_setting_is_named_at_once_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("solidarity.toml");
    std::fs::write(&file, "# how we run it\ncolour = \"blue\"\nworker = \"perhaps\"\n").unwrap();
    let variables = variables(&[("DATABASE_URL", "mysql://root:hunter2@db"), ("SOLIDARITY_LISTEN", "8080")]);
    let arguments = ["config", "check", "--config", file.to_str().unwrap(), "--json"];
    let outcome = program::run(&variables, &arguments).await;
    assert_eq!(outcome.code, Some(1));
    assert!(!outcome.stderr.contains("hunter2"), "{}", outcome.stderr);
    let file = file.display();
    for fault in [
        "error: listen (variable SOLIDARITY_LISTEN) must be an address and a port",
        "error: database (variable DATABASE_URL) must begin with sqlite:// or postgres://",
        &format!("error: colour ({file}, line 2) is no setting"),
        &format!("error: worker ({file}, line 3) must be true or false"),
    ] {
        assert!(outcome.stderr.lines().any(|line| line.starts_with(fault)), "{fault}\n{}", outcome.stderr);
    }
    let faults: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(faults["faults"].as_array().unwrap().len(), 4);
    let outcome = program::run(&variables, &["publish", "rebuild"]).await;
    assert_eq!((outcome.code, &*outcome.stdout), (Some(1), ""));
}
