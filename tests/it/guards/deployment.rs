//! What the service is deployed with names only what the program knows, and gives nothing away.

mod container;
mod manual;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use api::config::flags::Given;
use api::config::{Config, settings};
use serde_json::Value;

/// Seconds that requests in flight have when the service stops.
const LAST_REQUESTS: u64 = 30;

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn compose() -> Value {
    serde_saphyr::from_str(&read("docker-compose.yml")).unwrap()
}

/// A list of texts, or nothing.
fn texts(value: &Value) -> Vec<&str> {
    value.as_array().map(|list| list.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
}

/// `45s` in seconds.
fn seconds(text: &str) -> u64 {
    text.strip_suffix('s')
        .and_then(|number| number.parse().ok())
        .unwrap_or_else(|| panic!("{text} is no time"))
}

/// What compose makes of `${NAME:-default}` where nobody says anything.
fn by_default(text: &str) -> String {
    match text.split_once("${") {
        None => text.to_owned(),
        Some((before, rest)) => {
            let (inside, after) = rest.split_once('}').expect("a closed variable");
            let (_, default) = inside.split_once(":-").expect("a variable with a default");
            format!("{before}{default}{}", by_default(after))
        }
    }
}

/// The settings of the unit: `Environment=NAME=value`.
fn unit_variables() -> BTreeMap<String, String> {
    let unit = read("deploy/solidarity.service");
    let lines = unit.lines().filter_map(|line| line.strip_prefix("Environment="));
    lines.filter_map(|line| line.split_once('=')).map(|(n, v)| (n.to_owned(), v.to_owned())).collect()
}

fn load(given: &Given, variables: &BTreeMap<String, String>) -> Config {
    Config::load(given, &|name| variables.get(name).map(Into::into)).unwrap().config
}

#[test]
fn every_variable_that_is_named_is_a_setting() {
    let known: Vec<&str> = settings::ALL.iter().filter_map(|setting| setting.variable).collect();
    for file in
        ["Dockerfile", "docker-compose.yml", "deploy/solidarity.service", "docs/deploy.md", "README.md"]
    {
        let text = read(file);
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        for word in words.filter(|word| word.starts_with("SOLIDARITY_") || word.starts_with("DATABASE_")) {
            assert!(known.contains(&word), "{file} names {word}, which is no setting");
        }
    }
}

#[test]
fn the_program_accepts_the_settings_of_the_unit() {
    let config = load(&Given::default(), &unit_variables());
    assert!(config.listen.ip().is_loopback(), "a proxy is in front");
    assert!(config.metrics_listen.unwrap().ip().is_loopback());
    assert_eq!(config.data_dir, Path::new("/var/lib/solidarity"));
}

#[test]
fn the_program_accepts_the_settings_of_the_containers() {
    let folder = tempfile::tempdir().unwrap();
    let secrets = folder.path().join("secrets");
    let make = || Command::new(path("deploy/make-secrets")).arg(&secrets).output().unwrap();
    assert!(make().status.success());
    let accounts = std::fs::read_to_string(secrets.join("accounts.sql")).unwrap();
    assert!(!make().status.success(), "it made new passwords though there were some");
    assert_eq!(std::fs::read_to_string(secrets.join("accounts.sql")).unwrap(), accounts);

    let mut variables = container::variables();
    let compose = compose();
    for (name, value) in compose["services"]["solidarity"]["environment"].as_object().unwrap() {
        variables.insert(name.clone(), by_default(value.as_str().unwrap()));
    }
    let file = Some(secrets.join("solidarity.toml"));
    let config = load(&Given { file, ..Given::default() }, &variables);
    assert_eq!(config.database.to_string(), "postgres://solidarity:***@database/solidarity");
    assert_eq!(
        config.database_public.unwrap().to_string(),
        "postgres://solidarity_public:***@database/solidarity"
    );
    let gateway = compose["networks"]["front"]["ipam"]["config"][0]["gateway"].as_str().unwrap();
    assert_eq!(variables["SOLIDARITY_TRUSTED_PROXIES"], gateway);
}

#[test]
fn the_unit_lets_requests_end_and_runs_as_nobody_special() {
    let unit = read("deploy/solidarity.service");
    let value = |name: &str| {
        let found = unit.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        found.unwrap_or_else(|| panic!("{name} is not set"))
    };
    assert!(seconds(value("TimeoutStopSec")) > LAST_REQUESTS);
    assert!(!["", "root", "0"].contains(&value("User")));
    assert_eq!(value("ExecStart"), "/usr/local/bin/solidarity serve");
    let data_dir = unit_variables()["SOLIDARITY_DATA_DIR"].clone();
    assert_eq!(data_dir, format!("/var/lib/{}", value("StateDirectory")));
    for (name, wanted) in [
        ("Restart", "on-failure"),
        ("NoNewPrivileges", "yes"),
        ("ProtectSystem", "strict"),
        ("CapabilityBoundingSet", ""),
        ("LimitCORE", "0"),
        ("UMask", "0077"),
    ] {
        assert_eq!(value(name), wanted, "{name}");
    }
}
