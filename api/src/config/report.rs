//! What holds, and why, without secrets.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::settings::{self, Shown};
use super::sources::{Found, Origin};
use super::{Config, Loaded};
use crate::db::Target;

/// The effective settings as a configuration file, each with where it was found.
pub fn toml(loaded: &Loaded) -> String {
    let mut text = String::new();
    for found in &loaded.found {
        let key = found.setting.key;
        let line = match value(found) {
            Some(value) => format!("{key} = {}  # {}", quoted(&value), found.origin),
            None => format!("# {key} {}", absent(found, &loaded.config)),
        };
        text += &line;
        text += "\n";
    }
    text
}

/// The effective settings as one object: by key, the value (none if absent or secret) and where it was found.
pub fn json(loaded: &Loaded) -> Value {
    let members = loaded.found.iter().map(|found| {
        let member = json!({"value": value(found), "origin": found.origin.to_string()});
        (found.setting.key.to_owned(), member)
    });
    Value::Object(members.collect::<Map<_, _>>())
}

/// What may be shown of a setting's value.
fn value(found: &Found) -> Option<Value> {
    let text = found.text.as_deref()?;
    match found.setting.shown {
        Shown::Whole if text == "true" || text == "false" => Some(Value::Bool(text == "true")),
        Shown::Whole => Some(text.into()),
        Shown::WithoutPassword => Target::parse(text).ok().map(|target| target.to_string().into()),
        Shown::UnlessAddress => (!text.contains("://")).then(|| text.into()),
        Shown::Never => None,
    }
}

fn absent(found: &Found, config: &Config) -> String {
    if matches!(found.setting.shown, Shown::Never | Shown::UnlessAddress) && found.origin != Origin::Default {
        return format!("is set and not shown  # {}", found.origin);
    }
    if found.setting.key == settings::MASTER_KEY.key {
        return format!("is not set: {} holds it", key_file(&config.data_dir));
    }
    "is not set".to_owned()
}

fn key_file(data_dir: &Path) -> String {
    data_dir.join("master.key").display().to_string()
}

/// A value in TOML. Its texts may be escaped as in JSON, except for one character that JSON lets pass.
fn quoted(value: &Value) -> String {
    value.to_string().replace('\u{7f}', "\\u007F")
}
