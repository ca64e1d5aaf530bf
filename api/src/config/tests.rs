use std::collections::BTreeMap;
use std::ffi::OsString;

use super::*;

const SECRET: &str = "hunter2hunter2";

fn load(flags: &Given, variables: &[(&str, &str)]) -> Result<Loaded, Faults> {
    let variables: BTreeMap<_, _> =
        variables.iter().map(|(name, value)| (*name, OsString::from(value))).collect();
    Config::load(flags, &|name| variables.get(name).cloned())
}

fn file(text: &str) -> (tempfile::TempDir, Given) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("solidarity.toml");
    std::fs::write(&path, text).unwrap();
    (folder, Given { file: Some(path), ..Given::default() })
}

#[test]
fn nothing_said_gives_the_defaults_of_the_table() {
    let loaded = load(&Given::default(), &[]).unwrap();
    let keys: Vec<_> = loaded.found.iter().map(|found| found.setting.key).collect();
    assert_eq!(keys, settings::ALL.map(|setting| setting.key), "every setting of the table is read");
    assert!(loaded.found.iter().all(|found| found.origin == sources::Origin::Default));
    assert_eq!(loaded.config.database.to_string(), "sqlite://data/solidarity.db");
    assert!(loaded.config.worker && loaded.config.master_key.is_none());
}

#[test]
fn a_flag_wins_over_a_variable_over_the_file_over_the_default() {
    let (_folder, given) =
        file("worker = false\nlisten = \"127.0.0.1:1\"\ndata_dir = \"file\"\nlog = \"warn\"\n");
    let given = given.with(&settings::LISTEN, "127.0.0.1:3");
    let variables =
        [("SOLIDARITY_LISTEN", "127.0.0.1:2"), ("SOLIDARITY_DATA_DIR", "variable"), ("SOLIDARITY_LOG", "")];
    let loaded = load(&given, &variables).unwrap();
    assert_eq!(loaded.config.listen.port(), 3);
    assert_eq!(loaded.config.data_dir, Path::new("variable"));
    assert_eq!(loaded.config.database.to_string(), "sqlite://variable/solidarity.db");
    assert_eq!(loaded.config.log, "warn", "an empty variable says nothing");
    assert!(!loaded.config.worker);
    assert_eq!(loaded.named(&settings::LISTEN), "listen (flag --listen)");
    assert!(loaded.named(&settings::LOG).ends_with("solidarity.toml, line 4)"));
}

#[test]
fn all_faults_are_told_at_once_with_their_place_and_without_values() {
    let (_folder, given) =
        file(&format!("colour = \"blue\"\nlisten = 8080\npublic_url = \"ftp://{SECRET}@x\"\n"));
    let given = given.with(&settings::LOG_FORMAT, SECRET);
    let variables =
        [("DATABASE_URL", SECRET), ("SOLIDARITY_MASTER_KEY", SECRET), ("DATABASE_PUBLIC_URL", "sqlite://x")];
    let told = load(&given, &variables).unwrap_err();
    assert!(!told.only_flags());
    let told: Vec<String> = told.0.iter().map(ToString::to_string).collect();
    let all = told.join("\n");
    assert!(!all.contains(SECRET), "{all}");
    for (place, wrong) in [
        ("colour (", "solidarity.toml, line 1) is no setting"),
        ("listen (", "solidarity.toml, line 2) must be a text"),
        ("public_url (", "solidarity.toml, line 3) must be an address"),
        ("log_format (", "flag --log-format) must be text or json"),
        ("database (", "variable DATABASE_URL) must begin with"),
        ("database_public_url (", "variable DATABASE_PUBLIC_URL) has a meaning only"),
        ("master_key (", "variable SOLIDARITY_MASTER_KEY) must be 64"),
    ] {
        assert!(
            told.iter().any(|fault| fault.starts_with(place) && fault.contains(wrong)),
            "{place} {wrong}\n{all}"
        );
    }
    assert_eq!(told.len(), 7, "{all}");
}

#[test]
fn a_file_that_is_missing_or_no_toml_is_told() {
    let missing = Given { file: Some("nowhere/solidarity.toml".into()), ..Given::default() };
    let told = load(&missing, &[]).unwrap_err().to_string();
    assert!(told.starts_with("nowhere/solidarity.toml (flag --config) cannot be read"), "{told}");
    let (_folder, given) = file(&format!("log = \"info\"\nmaster_key = {SECRET}\n"));
    let told = load(&given, &[]).unwrap_err().to_string();
    assert!(told.contains("line 2) is not TOML") && !told.contains(SECRET), "{told}");
}

#[test]
fn what_is_shown_can_be_read_again_and_holds_no_secret() {
    let address = format!("postgres://me:{SECRET}@db.example/solidarity?password={SECRET}&sslmode=require");
    let key = "ab".repeat(32);
    let variables =
        [("DATABASE_URL", &*address), ("SOLIDARITY_MASTER_KEY", &*key), ("DATABASE_PUBLIC_URL", &*address)];
    let loaded = load(&Given::default(), &variables).unwrap();
    let shown = report::toml(&loaded);
    let as_json = report::json(&loaded);
    for text in [&shown, &as_json.to_string()] {
        assert!(!text.contains(SECRET) && !text.contains(&key), "{text}");
        assert!(text.contains("me:***@db.example/solidarity?password=***&sslmode=require"), "{text}");
    }
    assert_eq!(as_json["listen"], serde_json::json!({"value": "127.0.0.1:8080", "origin": "default"}));
    let (_folder, given) = file(&shown);
    assert_eq!(load(&given, &[]).unwrap().config.listen, loaded.config.listen);
}

#[test]
fn every_name_is_used_once() {
    let flags = settings::ALL.iter().filter_map(|setting| setting.flag.as_ref().map(settings::Flag::name));
    let variables = settings::ALL.iter().filter_map(|setting| setting.variable);
    let mut names: Vec<_> = settings::ALL.iter().map(|setting| setting.key).collect();
    names.extend(variables);
    names.extend(flags.filter(|flag| flag.contains('-')));
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}
