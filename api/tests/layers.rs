//! Keeps the house in its layers: reads every source file as text and refuses what it may not import.

#[path = "layers/house.rs"]
mod house;
#[path = "layers/mentions.rs"]
mod mentions;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::{fmt, fs};

use house::{FORBIDDEN, Files, GALLERY_TABLES, LAYERS, LONGEST_FILE, OPEN};

/// One refusal.
struct Breach {
    file: String,
    line: usize,
    what: String,
    rule: String,
    way_out: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Breach { file, line, what, rule, way_out } = self;
        write!(f, "api/src/{file}:{line} {what}\n    rule: {rule}\n    way out: {way_out}")
    }
}

/// `["rooms", "events", "store"]` of `rooms/events/store.rs`.
fn module_of(file: &str) -> Vec<String> {
    let path = file.trim_end_matches(".rs").trim_end_matches("/mod");
    path.split('/').map(str::to_owned).collect()
}

/// All refusals of one file; `modules` are those of the whole house.
fn check(file: &str, source: &str, modules: &BTreeSet<Vec<String>>) -> Vec<Breach> {
    let module = module_of(file);
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut breaches = Vec::new();
    let mut refuse = |line, what, (rule, way_out)| {
        breaches.push(Breach { file: file.to_owned(), line, what, rule, way_out });
    };
    let lines = source.lines().count();
    if lines > LONGEST_FILE {
        let why = (format!("a file has at most {LONGEST_FILE} lines"), "split it by what it does".into());
        refuse(lines, format!("is the last of {lines} lines"), why);
    }
    for mention in mentions::mentions(source) {
        let path = mention.resolve(&module, &names);
        match judge(&module, &path, modules) {
            // The name is not followed further: one import, one refusal.
            Some(why) => refuse(mention.line, format!("names {}", path.join("::")), why),
            None => {
                if let Some(name) = mention.name {
                    names.insert(name, path);
                }
            }
        }
    }
    breaches
}

/// The rule that `path`, named in `module`, breaks, and the way out.
fn judge(module: &[String], path: &[String], modules: &BTreeSet<Vec<String>>) -> Option<(String, String)> {
    for (files, targets, way_out) in FORBIDDEN {
        let (held, who) = match files {
            Files::Called(name) => (module.iter().any(|part| part == name), format!("{name}.rs")),
            Files::Below(top) => (module[0] == *top, (*top).to_owned()),
        };
        if let Some(target) = targets.iter().find(|target| held && starts_with(path, target)) {
            return Some((format!("{who} knows no {target}"), (*way_out).to_owned()));
        }
    }
    if module[0] == "gallery" && path[0] == "entity" && !starts_with(path, GALLERY_TABLES) {
        let way_out = "a renderer in crate::publishing puts into the document what the public may see";
        return Some((format!("gallery knows of the tables only {GALLERY_TABLES}"), way_out.into()));
    }
    let [first, top, rest @ ..] = path else { return None };
    if first != "crate" {
        return None;
    }
    let (Some(own), Some(other)) = (layer(&module[0]), layer(top)) else {
        let stray = if layer(top).is_none() { top } else { &module[0] };
        let way_out = "name things by the module they live in; give a new module its place in LAYERS";
        return Some((format!("every top-level module has a layer, {stray} has none"), way_out.into()));
    };
    if other < own && !OPEN.iter().any(|open| starts_with(path, open)) {
        let (own, other) = (LAYERS[own].0, LAYERS[other].0);
        let way_out = "move what both need down, or hand it in as an argument from above";
        return Some((format!("imports go down only, {other} is above {own}"), way_out.into()));
    }
    match (module, rest) {
        ([rooms, own, ..], [room, inner @ ..]) if rooms == "rooms" && top == "rooms" && room != own => {
            let hidden = match inner {
                _ if room == "*" => true,
                [name, deeper @ ..] => {
                    let lower = name.starts_with(|c: char| c.is_lowercase());
                    let is_module = modules.contains(&[rooms.clone(), room.clone(), name.clone()][..]);
                    name == "*" || is_module || (lower && !deeper.is_empty())
                }
                [] => false,
            };
            let way_out = "call a function of its mod.rs that takes &Tx, or write the one that is missing";
            hidden.then(|| ("a room meets another only through its mod.rs".into(), way_out.into()))
        }
        _ => None,
    }
}

/// The layer of a top-level module; a smaller number is higher.
fn layer(top: &str) -> Option<usize> {
    LAYERS.iter().position(|(_, tops)| tops.contains(&top))
}

/// Does the path begin with this one, in which `gallery_*` stands for any name that begins so?
fn starts_with(path: &[String], beginning: &str) -> bool {
    let mut parts = path.iter();
    beginning.split("::").all(|wanted| match (parts.next(), wanted.strip_suffix('*')) {
        (Some(part), Some(stem)) => part.starts_with(stem),
        (Some(part), None) => part == wanted,
        (None, _) => false,
    })
}

/// Every source file below `folder`, by its path from there.
fn sources(folder: &Path) -> BTreeMap<String, String> {
    fn walk(root: &Path, folder: &Path, found: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                // A folder of tests puts together what it tests, from whatever height.
                if !path.ends_with("tests") {
                    walk(root, &path, found);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name =
                    path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
                found.insert(name, fs::read_to_string(&path).expect("a readable source"));
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(folder, folder, &mut found);
    found
}

#[test]
fn every_import_goes_down_and_no_file_is_too_long() {
    let sources = sources(Path::new("src")); // Cargo runs tests in the package's folder.
    assert!(sources.contains_key("main.rs"), "found only {:?}", sources.keys());
    let modules = sources.keys().map(|file| module_of(file)).collect();
    let breaches: Vec<String> = sources
        .iter()
        .flat_map(|(file, source)| check(file, source, &modules))
        .map(|breach| breach.to_string())
        .collect();
    assert!(breaches.is_empty(), "\n\n{}\n", breaches.join("\n\n"));
}

// --- The guard itself: each rule refuses, and only what it should.

/// The lines and rules that a made-up file breaks.
fn breaks(file: &str, source: &str) -> Vec<String> {
    let house =
        ["rooms/events/mod.rs", "rooms/events/store.rs", "rooms/people/rules.rs", "publishing/mod.rs"];
    let modules = house.into_iter().map(module_of).collect();
    check(file, source, &modules).iter().map(|breach| format!("{} {}", breach.line, breach.rule)).collect()
}

#[track_caller]
fn refuses(file: &str, source: &str, rule: &str) {
    assert_eq!(breaks(file, source), [format!("1 {rule}")], "{file}: {source}");
}

#[track_caller]
fn allows(file: &str, source: &str) {
    assert_eq!(breaks(file, source), [""; 0], "{file}: {source}");
}

#[test]
fn imports_go_down_only() {
    for (file, source, rule) in [
        ("rooms/events/api.rs", "use crate::start::start;", "start is above sides"),
        ("publishing/mod.rs", "use crate::rooms::events;", "sides is above door"),
        ("publishing/render.rs", "fn f() { crate::gallery::items::g() }", "sides is above door"),
        ("outbox/worker.rs", "use crate::publishing::publish;", "door is above ground"),
        ("db/mod.rs", "use super::publishing;", "door is above ground"),
        ("http/page.rs", "use super::super::rooms::events::EventOut;", "sides is above ground"),
        ("app.rs", "use crate::{db::Db, start::start};", "start is above app"),
        ("start.rs", "use crate::command::serve;", "command is above start"),
        ("command/serve.rs", "use crate::main::x;", "main is above command"),
        ("db/tx.rs", "mod tests { use super::super::super::rooms; }", "sides is above ground"),
        ("text.rs", "impl From<crate::rooms::events::Event> for X {}", "sides is above ground"),
    ] {
        refuses(file, source, &format!("imports go down only, {rule}"));
    }
    allows("main.rs", "fn main() { api::command::run() }");
    allows("command/serve.rs", "use crate::{app, config::Config, rooms::accounts, start};");
    allows(
        "rooms/events/api.rs",
        "use crate::{access::Allowed, db::Db, outbox, problem::Problem, publishing};",
    );
    allows("access/allowed.rs", "use crate::{http::etag, problem::Problem};");
    allows("db/tx.rs", "mod tests { use super::*; use super::super::Db; }");
    allows("gallery/items.rs", "use crate::db::Db; use super::changes;");
}

#[test]
fn everybody_may_name_the_app_but_not_its_routes() {
    allows("rooms/events/api.rs", "use crate::app::App;");
    allows("access/allowed.rs", "use crate::app::App;");
    refuses(
        "rooms/events/api.rs",
        "use crate::app::{App, routes};",
        "imports go down only, app is above sides",
    );
}

#[test]
fn a_module_without_a_layer_is_refused() {
    let rule = "every top-level module has a layer, helpers has none";
    refuses("rooms/events/api.rs", "use crate::helpers::x;", rule);
    refuses("helpers.rs", "use crate::db::Db;", rule);
    refuses("main.rs", "use api::helpers::x;", rule);
}

#[test]
fn the_two_sides_do_not_know_each_other() {
    refuses("rooms/events/mod.rs", "use crate::gallery::items;", "rooms knows no crate::gallery");
    refuses("gallery/items.rs", "use crate::rooms::events;", "gallery knows no crate::rooms");
    refuses(
        "rooms/events/store.rs",
        "use entity::gallery_items as items;",
        "rooms knows no entity::gallery_*",
    );
    refuses(
        "rooms/events/store.rs",
        "fn f() { ::entity::gallery_items::g() }",
        "rooms knows no entity::gallery_*",
    );
    let tables = "gallery knows of the tables only entity::gallery_*";
    refuses("gallery/items.rs", "use entity::{gallery_items, event};", tables);
    refuses("gallery/items.rs", "use entity::*;", tables);
    allows("gallery/items.rs", "use entity::{gallery_items, gallery_themes::Entity as Theme};");
    allows("rooms/events/store.rs", "use entity::event::{self, Entity as Event};");
    allows("publishing/render.rs", "use entity::{event, gallery_items};");
}

#[test]
fn rules_know_no_database_no_web_and_no_clock() {
    for (source, target) in [
        ("use sea_orm::Set;", "sea_orm"),
        ("fn f(db: &sea_orm::DatabaseConnection) {}", "sea_orm"),
        ("use actix_web::web::Json;", "actix_web"),
        ("use crate::db::Tx;", "crate::db"),
        ("use crate::app::App;", "crate::app"),
        ("use crate::clock::Clock;", "crate::clock"),
        ("use chrono::Utc; fn f() { Utc::now(); }", "chrono::Utc::now"),
        ("use chrono::Utc as Zone; fn f() { Zone::now(); }", "chrono::Utc::now"),
        ("fn f() { chrono::Utc::now(); }", "chrono::Utc::now"),
        ("use std::time::{Duration, SystemTime};", "std::time::SystemTime"),
    ] {
        refuses("rooms/events/rules.rs", source, &format!("rules.rs knows no {target}"));
        refuses("rooms/events/rules/seats.rs", source, &format!("rules.rs knows no {target}"));
    }
    allows(
        "rooms/events/rules.rs",
        "use chrono::{DateTime, Utc}; use crate::{access::Permit, problem::Problem};",
    );
    allows("rooms/events/policy.rs", "use sea_orm::Set; use crate::clock::Clock;");
}

#[test]
fn stores_know_no_web() {
    refuses("rooms/events/store.rs", "use actix_web::HttpRequest;", "store.rs knows no actix_web");
    refuses("rooms/events/store.rs", "use crate::http::page::Page;", "store.rs knows no crate::http");
    allows("rooms/events/store.rs", "use sea_orm::EntityTrait; use crate::db::Tx;");
    allows("rooms/events/api.rs", "use actix_web::web::Json; use crate::http::page::Page; use super::store;");
}

#[test]
fn a_room_meets_another_only_through_its_mod() {
    for source in [
        "use crate::rooms::events::store;",
        "use crate::rooms::events::store::find;",
        "use crate::rooms::events; fn f() { events::store::find(); }",
        "fn f() { crate::rooms::people::rules::g(); }",
        "use super::super::events::{self}; fn f() { events::store::find(); }",
        "use crate::rooms::events::inner::find;",
        "use crate::rooms::events::*;",
        "use crate::rooms::*;",
    ] {
        for file in ["rooms/quotes/api.rs", "rooms/bundle/api.rs"] {
            refuses(file, source, "a room meets another only through its mod.rs");
        }
    }
    allows("rooms/people/api.rs", "use crate::rooms::events; fn f() { events::cancel(); }");
    allows("rooms/people/api.rs", "use crate::rooms::events::{Event, cancel}; fn f() { Event::new(); }");
    allows(
        "rooms/events/api.rs",
        "use super::store; use crate::rooms::events::store::find; use super::store::*;",
    );
    allows("rooms/events/mod.rs", "mod api; mod store; fn f() { api::routes(); store::find(); }");
    allows("rooms/mod.rs", "mod events; fn f() { events::routes(); }");
}

#[test]
fn a_long_file_is_refused() {
    allows("db/mod.rs", &"\n".repeat(LONGEST_FILE));
    assert_eq!(breaks("db/mod.rs", &"\n".repeat(LONGEST_FILE + 1)), ["401 a file has at most 400 lines"]);
}

#[test]
fn comments_and_literals_are_no_imports() {
    for source in [
        "// crate::rooms::events",
        "/// [`crate::rooms::events`]",
        "/* /* */ crate::rooms::events */",
        r##"const A: &str = "\" crate::rooms::events";"##,
        r###"const A: &str = r#"" crate::rooms::events"#;"###,
        r##"const A: (char, &[u8]) = ('"', b"crate::rooms::events");"##,
        "fn f() -> impl Fn() + use<'static> {}",
    ] {
        allows("db/mod.rs", source);
    }
    for source in [
        "/*\n*/ const A: &str = \"\n\"; const B: &[char] = &['\\'', '\\\"'];\n// '\nuse crate::rooms;",
        "\n\n\n\nfn f<'a>() -> impl Fn() + use<'a> { g::<'a>(crate::rooms::f()) }",
    ] {
        assert_eq!(
            breaks("db/mod.rs", source),
            ["5 imports go down only, sides is above ground"],
            "{source}"
        );
    }
}

#[test]
fn a_refusal_names_file_line_rule_and_way_out() {
    let source = "use crate::{\n    db::Db,\n    http::page,\n};";
    let breaches = check("rooms/events/store.rs", source, &BTreeSet::new());
    let text: Vec<String> = breaches.iter().map(Breach::to_string).collect();
    let wanted = "api/src/rooms/events/store.rs:3 names crate::http::page\n    rule: store.rs knows no crate::http\n    \
                  way out: a store only asks the database: let api.rs translate from and to HTTP";
    assert_eq!(text, [wanted]);
}
