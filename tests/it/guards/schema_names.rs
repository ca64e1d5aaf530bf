//! No two types share a name in the OpenAPI document, where the second would silently replace the first. The document
//! itself cannot tell, so this reads the sources.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The names of the schemas that a source declares.
fn declared(source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let lines: Vec<&str> = source.lines().map(str::trim).filter(|line| !line.starts_with("//")).collect();
    let mut names = Vec::new();
    let (mut derives, mut alias) = (false, None);
    for (at, line) in lines.iter().enumerate() {
        let within = || lines[at..].iter().take_while(|line| !line.starts_with(")]")).copied();
        if line.starts_with("#[derive(") {
            let one_line = line.ends_with(")]");
            let text = if one_line { (*line).to_owned() } else { within().collect::<String>() };
            derives |= text.contains("ToSchema");
        }
        if line.starts_with("#[schema(")
            && let Some((_, rest)) = line.split_once("as = ")
        {
            alias = rest.split([',', ')']).next().map(|name| name.trim().to_owned());
        }
        let item = line.strip_prefix("pub ").unwrap_or(line);
        let item = item
            .split_once(") ")
            .filter(|(start, _)| *start == "pub(super" || *start == "pub(crate")
            .map_or(item, |(_, rest)| rest);
        if let Some(rest) = item.strip_prefix("struct ").or_else(|| item.strip_prefix("enum ")) {
            let name = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
            if derives && !name.is_empty() {
                names.push(alias.take().unwrap_or_else(|| name.to_owned()));
            }
            (derives, alias) = (false, None);
        }
        // The macro of the entities' enums derives it: `text_enum! { Name {`.
        if line.ends_with("text_enum! {") {
            let name = lines[at + 1..].iter().find_map(|line| line.strip_suffix(" {"));
            names.extend(name.filter(|name| name.chars().all(char::is_alphanumeric)).map(str::to_owned));
        }
        // The macro of the gallery's pages: `EventPage of EventItem`.
        names.extend(
            line.split_once(" of ")
                .map(|(name, _)| name)
                .filter(|n| n.ends_with("Page") && n.chars().all(char::is_alphanumeric))
                .map(str::to_owned),
        );
        // Written by hand: `fn name() -> Cow<'static, str> { "Name".into() }`.
        if line.contains("ToSchema for ") && line.starts_with("impl") {
            let body = lines[at..].iter().skip_while(|line| !line.starts_with("fn name()")).nth(1);
            names.extend(body.and_then(|line| line.split('"').nth(1)).map(str::to_owned));
        }
    }
    names
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && path.file_name().is_some_and(|name| name != "tests.rs")
        {
            found.push(path);
        }
    }
}

#[test]
fn no_two_schemas_have_one_name() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    sources(&home.join("src"), &mut files);
    sources(&home.join("../entity/src"), &mut files);
    let mut by_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in files {
        for name in declared(&fs::read_to_string(&file).unwrap()) {
            by_name.entry(name).or_default().push(file.display().to_string());
        }
    }
    let document = serde_json::to_value(api::app::openapi()).unwrap();
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        assert!(
            by_name.contains_key(name) || name.contains('_'),
            "this guard does not see where the schema {name} is declared"
        );
    }
    by_name.retain(|_, files| files.len() > 1);
    assert!(
        by_name.is_empty(),
        "two schemas have one name; rename one or say `#[schema(as = …)]`: {by_name:#?}"
    );
}

#[test]
fn the_guard_sees_every_way_to_declare_one() {
    let source = "
#[derive(Serialize, ToSchema)]
#[serde(rename_all = \"snake_case\")]
pub struct One<T> {}
#[derive(
    Clone, utoipa::ToSchema,
)]
pub(super) enum Two {}
#[derive(ToSchema)]
#[schema(as = Three, example = 1)]
struct Inner;
// #[derive(ToSchema)]
#[derive(Debug)]
struct Not;
crate::text_enum! {
    /// Words.
    Four {
SixPage of Six
impl utoipa::ToSchema for X {
    fn name() -> Cow<'static, str> {
        \"Five\".into()
    }
}
#[cfg(test)]
mod tests {
    #[derive(ToSchema)]
    struct Neither;
}";
    assert_eq!(declared(source), ["One", "Two", "Three", "Four", "SixPage", "Five"]);
}
