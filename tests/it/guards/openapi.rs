//! The OpenAPI document: what is checked in is what the program says and serves, and it leaves nothing out.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::house::{House, program};

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

fn document() -> Value {
    serde_json::to_value(api::app::openapi()).unwrap()
}

/// Every operation with its address: `GET /livez`.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    let operations = paths.flat_map(|(path, item)| {
        let members = item.as_object().unwrap().iter();
        members
            .filter(|(method, _)| METHODS.contains(&method.as_str()))
            .map(move |(method, operation)| (format!("{} {path}", method.to_uppercase()), operation))
    });
    operations.collect()
}

#[tokio::test]
async fn the_document_that_is_checked_in_is_what_the_program_says() {
    let said = program::run(&Default::default(), &["openapi"]).await.done();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi/openapi.json");
    let checked_in = std::fs::read_to_string(path).unwrap();
    assert!(said == checked_in, "write it anew: cargo run --bin solidarity -- openapi >openapi/openapi.json");
    assert!(said.ends_with("}\n"));
    assert_eq!(said, program::run(&Default::default(), &["openapi"]).await.done());
}

#[tokio::test]
async fn the_document_that_is_served_is_the_same() {
    let house = House::open().await;
    assert_eq!(house.get("/openapi.json").await.json(), document());
}

#[test]
fn every_operation_says_what_it_is_and_how_it_fails() {
    let document = document();
    let tags: BTreeSet<&str> =
        document["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    let (mut faults, mut ids) = (Vec::new(), BTreeSet::new());
    for (address, operation) in operations(&document) {
        let mut miss = |what: &str| faults.push(format!("{address}: {what}"));
        match operation["operationId"].as_str() {
            None => miss("no operationId"),
            Some(id) if !ids.insert(id) => miss("an operationId that another one has"),
            Some(_) => {}
        }
        if operation["summary"].as_str().is_none_or(str::is_empty) {
            miss("no summary: the first line of the handler's comment");
        }
        match operation["tags"].as_array().map(Vec::as_slice) {
            None | Some([]) => miss("no tags"),
            Some(used) if used.iter().any(|tag| !tags.contains(tag.as_str().unwrap())) => {
                miss("a tag that the document does not explain");
            }
            Some(_) => {}
        }
        let responses = operation["responses"].as_object().unwrap();
        let refers_to_problem = |response: &Value| {
            response["$ref"].as_str().is_some_and(|to| to.starts_with("#/components/responses/Problem"))
        };
        if !responses.iter().any(|(status, response)| status.starts_with('4') && refers_to_problem(response))
        {
            miss("no 4xx problem: add `Problem` to its responses");
        }
        for (status, response) in responses {
            if response["description"].as_str().is_none_or(str::is_empty) && response.get("$ref").is_none() {
                miss(&format!("no description of {status}"));
            }
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            if parameter["description"].as_str().is_none_or(str::is_empty) {
                miss(&format!("no description of the parameter {}", parameter["name"]));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn a_body_that_may_be_empty_may_be_left_out() {
    let document = document();
    let resolve = |schema: &'_ Value| match schema["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).cloned().unwrap(),
        None => schema.clone(),
    };
    let mut faults = Vec::new();
    for (address, operation) in operations(&document).into_iter().filter(|(a, _)| a.starts_with("POST ")) {
        let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema") else {
            continue;
        };
        let schema = resolve(schema);
        let may_be_empty = schema["type"] == "object" && schema.get("required").is_none();
        if may_be_empty == (operation["requestBody"]["required"] == true) {
            faults.push(address);
        }
    }
    assert!(
        faults.is_empty(),
        "`request_body(content = Option<T>)`, if and only if all is optional: {faults:?}"
    );
}

#[test]
fn everything_that_is_referred_to_is_there() {
    fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str));
                members.values().for_each(|member| references(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let document = document();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(!found.is_empty());
    for reference in found {
        let pointer = reference.strip_prefix('#').expect("a reference inside the document");
        assert!(document.pointer(pointer).is_some(), "{reference} is nowhere");
    }
}
