//! Every crate that goes into the server or builds it may be given away under our terms.
//!
//! Asks cargo for the graph of this machine's platform, so a crate used on another platform only is judged there.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;
use spdx::{Expression, ParseMode};

/// All of these allow a server under "MIT OR Apache-2.0"; copyleft that reaches beyond its own files does not.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    // Lists of certificate authorities: data, to be passed on with its notice.
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    // MIT without even the notice.
    "MIT-0",
    // Copyleft file by file: who changes a file of theirs publishes that file, and our own files stay ours.
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// May a crate with this licence expression be used? The refusal says why not.
fn judge(expression: Option<&str>) -> Result<(), String> {
    let text = expression.ok_or("names no licence")?;
    // Lax, because old crates write "MIT/Apache-2.0".
    let expression = Expression::parse_mode(text, ParseMode::LAX)
        .map_err(|error| format!("«{text}» is no licence expression: {}", error.reason))?;
    match expression.evaluate(|wanted| ALLOWED.contains(&wanted.to_string().as_str())) {
        true => Ok(()),
        false => Err(format!("«{text}» cannot be met by the allowed licences")),
    }
}

/// The ids of the packages that the workspace's own ones need at run time or to be built, themselves included.
fn needed(metadata: &Value) -> BTreeSet<&str> {
    let nodes: BTreeMap<&str, &Value> =
        list(&metadata["resolve"]["nodes"]).map(|node| (text(&node["id"]), node)).collect();
    let mut found = BTreeSet::new();
    let mut open: Vec<&str> = list(&metadata["workspace_members"]).map(text).collect();
    while let Some(id) = open.pop() {
        if found.insert(id) {
            let deps = list(&nodes[id]["deps"]);
            let used = deps.filter(|dep| list(&dep["dep_kinds"]).any(|kind| kind["kind"] != "dev"));
            open.extend(used.map(|dep| text(&dep["pkg"])));
        }
    }
    found
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[test]
fn every_crate_we_ship_has_an_allowed_licence() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // Only this platform: the crates of others need not have been fetched, and we stay off the network.
    let options = ["--format-version", "1", "--locked", "--offline", "--filter-platform", "host-tuple"];
    let output = Command::new(cargo).arg("metadata").args(options).output().expect("cargo starts");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");

    let needed = needed(&metadata);
    assert!(needed.len() > 100, "only {} crates found: is the graph read rightly?", needed.len());
    let refused: Vec<String> = list(&metadata["packages"])
        .filter(|package| needed.contains(text(&package["id"])))
        .filter_map(|package| {
            let why = judge(package["license"].as_str()).err()?;
            Some(format!("{} {}: {why}", text(&package["name"]), text(&package["version"])))
        })
        .collect();
    assert!(
        refused.is_empty(),
        "Not to be shipped:\n  {}\nUse another crate, or read the licence and add it to ALLOWED with the reason.",
        refused.join("\n  ")
    );
}

#[test]
fn a_choice_needs_one_allowed_licence_and_a_sum_needs_all() {
    for good in [
        "MIT",
        "MIT/Apache-2.0",
        "Apache-2.0 / MIT",
        "GPL-3.0-or-later OR MIT",
        "Apache-2.0 WITH LLVM-exception",
        "(MIT OR Apache-2.0) AND Unicode-3.0",
        "ISC AND (AGPL-3.0-only OR ISC)",
    ] {
        assert_eq!(judge(Some(good)), Ok(()), "{good}");
    }
    for bad in [
        "GPL-3.0-or-later",
        "GPL-3.0",
        "AGPL-3.0-only",
        "LGPL-2.1-or-later",
        "MIT AND GPL-2.0-only",
        "(MIT OR Apache-2.0) AND (GPL-2.0-only OR LGPL-3.0-only)",
        "GPL-2.0-only WITH Classpath-exception-2.0",
        "MIT WITH LLVM-exception",
        "Apache-2.0+",
        "LicenseRef-ours",
        "no such licence",
        "",
    ] {
        assert!(judge(Some(bad)).is_err(), "{bad}");
    }
    assert!(judge(None).is_err());
}

#[test]
fn what_only_tests_use_is_not_judged_and_what_builds_use_is() {
    let metadata = serde_json::json!({
        "workspace_members": ["own"],
        "resolve": { "nodes": [
            { "id": "own", "deps": [
                { "pkg": "runs", "dep_kinds": [{ "kind": null }] },
                { "pkg": "builds", "dep_kinds": [{ "kind": "build" }] },
                { "pkg": "tests", "dep_kinds": [{ "kind": "dev" }] },
                { "pkg": "both", "dep_kinds": [{ "kind": "dev" }, { "kind": null }] },
            ]},
            { "id": "runs", "deps": [{ "pkg": "deeper", "dep_kinds": [{ "kind": null }] }] },
            { "id": "builds", "deps": [] },
            { "id": "both", "deps": [] },
            { "id": "tests", "deps": [{ "pkg": "deeper test", "dep_kinds": [{ "kind": null }] }] },
            { "id": "deeper", "deps": [] },
        ]},
    });
    assert_eq!(needed(&metadata), BTreeSet::from(["own", "runs", "builds", "both", "deeper"]));
}
