//! The image and the services made from it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{LAST_REQUESTS, by_default, compose, path, read, seconds, texts};

/// The instructions of the Dockerfile, each with what follows it, lines put together; `FROM` begins a stage.
fn stages() -> Vec<Vec<(String, String)>> {
    let text = read("Dockerfile");
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let whole = lines.collect::<Vec<_>>().join("\n").replace("\\\n", " ");
    let mut stages = vec![Vec::new()];
    for line in whole.lines().filter(|line| !line.trim().is_empty()) {
        let (instruction, rest) = line.split_once(' ').unwrap();
        if instruction == "FROM" {
            stages.push(Vec::new());
        }
        stages.last_mut().unwrap().push((instruction.to_owned(), rest.trim().to_owned()));
    }
    stages
}

/// What an instruction says the last time it comes in a stage.
fn last<'a>(stage: &'a [(String, String)], instruction: &str) -> &'a str {
    let found = stage.iter().rev().find(|(name, _)| name == instruction);
    found.map(|(_, rest)| &**rest).unwrap_or_else(|| panic!("there is no {instruction}"))
}

/// The variables that the image sets.
pub(super) fn variables() -> BTreeMap<String, String> {
    let stages = stages();
    let words = last(stages.last().unwrap(), "ENV").split_whitespace();
    words.filter_map(|word| word.split_once('=')).map(|(n, v)| (n.to_owned(), v.to_owned())).collect()
}

/// A tag with a version in it, so that a build today and one in a year differ by fixes at most.
fn is_pinned(image: &str) -> bool {
    let (name, tag) = image.rsplit_once(':').unwrap_or((image, ""));
    tag.starts_with(|c: char| c.is_ascii_digit())
        || tag.starts_with('v') && tag[1..].starts_with(|c: char| c.is_ascii_digit())
        || name.starts_with("gcr.io/distroless/") && name.ends_with(|c: char| c.is_ascii_digit())
}

#[test]
fn the_image_holds_the_program_alone_and_is_not_root() {
    let stages = stages();
    assert_eq!(stages.len(), 3, "arguments, the build, the image");
    for (_, argument) in &stages[0] {
        let (_, image) = argument.split_once('=').unwrap();
        assert!(is_pinned(image), "{image} has no version");
    }
    assert!(stages.iter().flatten().all(|(instruction, _)| instruction != "ADD"));
    let image = &stages[2];
    let user = last(image, "USER").split(':').next().unwrap();
    assert!(user.parse::<u32>().is_ok_and(|number| number > 0), "{user} may be root");
    let copies: Vec<&str> =
        image.iter().filter(|(name, _)| name == "COPY").map(|(_, rest)| &**rest).collect();
    assert_eq!(copies.len(), 2, "the program and an empty folder: {copies:?}");
    let program = copies[0].rsplit(' ').next().unwrap();
    assert_eq!(last(image, "ENTRYPOINT"), format!("[\"{program}\"]"));
    assert!(last(image, "HEALTHCHECK").ends_with(&format!("CMD [\"{program}\", \"health\"]")));
    assert_eq!(last(image, "CMD"), "[\"serve\"]");
    assert_eq!(last(image, "VOLUME"), variables()["SOLIDARITY_DATA_DIR"]);
    assert_eq!(last(image, "EXPOSE"), "8080", "metrics are not for the world");
    assert!(variables()["SOLIDARITY_LISTEN"].ends_with(":8080"));
}

#[test]
fn the_image_is_built_from_every_crate_and_from_nothing_else() {
    let stages = stages();
    let build = &stages[1];
    let commands: Vec<&str> =
        build.iter().filter(|(name, _)| name == "RUN").map(|(_, rest)| &**rest).collect();
    for command in &commands {
        assert!(command.contains("cargo build --profile dist --locked --bin solidarity"), "{command}");
    }
    let ignored = read(".dockerignore");
    let passed: Vec<&str> = ignored.lines().filter_map(|line| line.strip_prefix('!')).collect();
    assert!(ignored.lines().any(|line| line == "*"), "what is not listed stays out");
    let copied: Vec<&str> = build
        .iter()
        .filter(|(name, _)| name == "COPY")
        .flat_map(|(_, rest)| rest.split(' ').collect::<Vec<_>>().split_last().unwrap().1.to_vec())
        .collect();
    assert_eq!(copied.iter().collect::<std::collections::BTreeSet<_>>(), passed.iter().collect());
    for name in &copied {
        assert!(path(name).exists(), "{name} is not there");
    }
    let manifest = read("Cargo.toml");
    let members = manifest.lines().find_map(|line| line.strip_prefix("members = ")).unwrap();
    for member in serde_json::from_str::<Vec<String>>(members).unwrap() {
        for part in ["Cargo.toml", "src"] {
            let part = format!("{member}/{part}");
            assert!(copied.contains(&&*part), "{part} is not copied");
        }
        for command in &commands {
            assert!(command.contains(&format!("{member}/src/lib.rs")), "{member} is not touched: {command}");
        }
    }
}

#[test]
fn every_service_is_kept_alive_and_kept_small() {
    let compose = compose();
    for (name, service) in compose["services"].as_object().unwrap() {
        let image = by_default(service["image"].as_str().unwrap());
        assert!(service.get("build").is_some() || is_pinned(&image), "{name}: {image} has no version");
        assert_eq!(service["restart"], "unless-stopped", "{name}");
        assert_eq!(service["healthcheck"]["test"][0], "CMD", "{name}: without a shell");
        assert_eq!(service["read_only"], true, "{name}");
        assert_eq!(texts(&service["cap_drop"]), ["ALL"], "{name}");
        assert_eq!(texts(&service["security_opt"]), ["no-new-privileges:true"], "{name}");
        assert!(service["privileged"].is_null() && service["cap_add"].is_null(), "{name}");
        assert!(service["mem_limit"].is_string() && service["pids_limit"].is_u64(), "{name}");
        assert!(service["logging"]["options"]["max-size"].is_string(), "{name}: its log grows for ever");
        assert!(service.get("build").is_some() || service["user"].is_string(), "{name} may be root");
        for (variable, value) in service["environment"].as_object().into_iter().flatten() {
            let secret = ["PASSWORD", "KEY", "TOKEN"].iter().any(|word| variable.contains(word));
            assert!(!secret || variable.ends_with("_FILE"), "{name} has {variable} in the open");
            assert!(!value.as_str().unwrap().contains("://"), "{name}: {variable} may hold a password");
        }
    }
}

#[test]
fn nothing_is_published_beyond_this_machine() {
    let compose = compose();
    for (name, service) in compose["services"].as_object().unwrap() {
        for port in service["ports"].as_array().into_iter().flatten() {
            let port = by_default(port.as_str().unwrap());
            assert!(port.starts_with("127.0.0.1:") && !port.ends_with(":9090"), "{name} publishes {port}");
        }
        assert!(service["network_mode"].is_null(), "{name}");
    }
    assert!(compose["services"]["database"]["ports"].is_null());
    assert_eq!(texts(&compose["services"]["database"]["networks"]), ["back"]);
    assert_eq!(compose["networks"]["back"]["internal"], true);
}

#[test]
fn the_services_fit_together() {
    let compose = compose();
    let service = &compose["services"]["solidarity"];
    assert_eq!(service["depends_on"]["database"]["condition"], "service_healthy");
    assert!(seconds(service["stop_grace_period"].as_str().unwrap()) > LAST_REQUESTS);
    let (_, folder) = service["volumes"][0].as_str().unwrap().split_once(':').unwrap();
    assert_eq!(folder, variables()["SOLIDARITY_DATA_DIR"]);
    let command = texts(&service["command"]);
    let arguments = ["solidarity"].into_iter().chain(command);
    api::command::cli().try_get_matches_from(arguments).unwrap();
    for (name, service) in compose["services"].as_object().unwrap() {
        for volume in texts(&service["volumes"]) {
            let volume = volume.split(':').next().unwrap();
            assert!(compose["volumes"].get(volume).is_some(), "{name}: there is no volume {volume}");
        }
        for secret in service["secrets"].as_array().into_iter().flatten() {
            let secret = secret.as_str().or(secret["source"].as_str()).unwrap();
            assert!(compose["secrets"][secret]["file"].is_string(), "{name}: there is no secret {secret}");
        }
        for network in texts(&service["networks"]) {
            assert!(matches!(compose["networks"].get(network), Some(Value::Object(_))), "{name}: {network}");
        }
    }
}
