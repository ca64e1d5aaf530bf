//! No two types share a name in the OpenAPI document, where the second would silently replace the first. The document
//! itself cannot tell, so this reads the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A source without comments and tests, line by line.
fn lines(source: &str) -> Vec<&str> {
    let source = source.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    source.lines().filter(|line| !line.trim_start().starts_with("//")).collect()
}

fn first_word(text: &str) -> Option<&str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().filter(|word| !word.is_empty())
}

/// The macros of a source that declare a schema: `text_enum!`.
fn macros(source: &str) -> BTreeSet<String> {
    let lines = lines(source);
    let declared = lines.iter().enumerate().filter_map(|(at, line)| {
        let name = first_word(line.strip_prefix("macro_rules! ")?)?;
        let mut body = lines[at..].iter().take_while(|line| **line != "}");
        body.any(|line| line.contains("ToSchema")).then(|| name.to_owned())
    });
    declared.collect()
}

/// The names of the schemas that a source declares, also by these macros.
fn declared(source: &str, macros: &BTreeSet<String>) -> Vec<String> {
    let lines: Vec<&str> = lines(source).into_iter().map(str::trim).collect();
    let mut names = Vec::new();
    let (mut derives, mut alias) = (false, None);
    for (at, line) in lines.iter().enumerate() {
        if line.starts_with("#[derive(") {
            let end = lines[at..].iter().position(|line| line.ends_with(")]")).unwrap_or_default();
            derives |= lines[at..=at + end].iter().any(|line| line.contains("ToSchema"));
        }
        if let Some((_, rest)) = line.split_once("as = ").filter(|_| line.starts_with("#[schema(")) {
            alias = first_word(rest).map(str::to_owned);
        }
        let item = ["pub ", "pub(super) ", "pub(crate) "].iter().find_map(|seen| line.strip_prefix(seen));
        let item = item.unwrap_or(line);
        if let Some(rest) = item.strip_prefix("struct ").or_else(|| item.strip_prefix("enum ")) {
            names.extend(
                first_word(rest).filter(|_| derives).map(|name| alias.take().unwrap_or(name.to_owned())),
            );
            (derives, alias) = (false, None);
        }
        // A macro: `text_enum! {` and on the next line the name, or `ids! {` and a list of names.
        if let Some((path, "(" | " {" | "{")) = line.split_once('!')
            && macros.contains(path.rsplit("::").next().unwrap_or_default())
        {
            let body = lines[at + 1..].iter().take_while(|line| **line != "}" && **line != ")");
            names.extend(body.enumerate().filter_map(|(place, line)| in_macro(place, line)));
        }
        // A name for a generic type: `type NamePatch = Edit<…>`, whose schema is called so.
        if let Some(rest) = item.strip_prefix("type ").filter(|rest| rest.contains("= Edit<")) {
            names.extend(first_word(rest).map(str::to_owned));
        }
        // Written by hand: `fn name() -> Cow<'static, str> { "Name".into() }`.
        if line.starts_with("impl") && line.contains("ToSchema for ") {
            let body = lines[at..].iter().take_while(|line| **line != "}");
            let name = body.skip_while(|line| !line.starts_with("fn name()")).nth(1);
            names.extend(name.and_then(|line| line.split('"').nth(1)).map(str::to_owned));
        }
    }
    names
}

/// What a line in the body of a macro declares: the first one a name, the others of a list `Name,` or `Name(as = Alias, …);`.
fn in_macro(place: usize, line: &str) -> Option<String> {
    let name = first_word(line)?;
    let rest = line.strip_prefix(name)?;
    let alias = rest.strip_prefix("(as = ").and_then(first_word);
    (place == 0 || alias.is_some() || rest == ",").then(|| alias.unwrap_or(name).to_owned())
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "tests") {
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
    let files: Vec<_> = files
        .into_iter()
        .map(|path| (fs::read_to_string(&path).unwrap(), path.display().to_string()))
        .collect();
    let macros = files.iter().flat_map(|(source, _)| macros(source)).collect();
    let mut by_name: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (source, path) in &files {
        for name in declared(source, &macros) {
            by_name.entry(name).or_default().push(path);
        }
    }
    let document = serde_json::to_value(api::app::openapi()).unwrap();
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        assert!(by_name.contains_key(name), "this guard does not see where the schema {name} is declared");
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
macro_rules! page {
        #[derive(ToSchema)]
        pub struct $name {
}
macro_rules! ids {
        pub struct $name {
}
crate::page!(
    /// Words.
    Four of Five
);
ids! {
    NoSchema
}
impl utoipa::ToSchema for X {
    fn name() -> Cow<'static, str> {
        \"Five\".into()
    }
}
impl ToSchema for Y {}
#[cfg(test)]
mod tests {
    #[derive(ToSchema)]
    struct Neither;
}";
    let macros = macros(source);
    assert_eq!(macros.iter().collect::<Vec<_>>(), ["page"]);
    assert_eq!(declared(source, &macros), ["One", "Two", "Three", "Four", "Five"]);
}
