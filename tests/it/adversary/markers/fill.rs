//! Bodies whose every free text is a word that is nowhere else.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// A word that was planted: which member of which call took it.
#[derive(Clone, Debug)]
pub struct Mark {
    pub at: String,
    pub word: String,
}

/// The OpenAPI document, and the words that were planted after it.
pub struct Planter {
    document: Value,
    pub marks: Vec<Mark>,
}

/// What kind of free text a schema asks for, if it does.
enum Free {
    Text,
    Email,
    Password,
    Address,
    Phone,
}

impl Planter {
    pub fn new(document: Value) -> Self {
        Self { document, marks: Vec::new() }
    }

    /// The body of a call as the document has it.
    fn body(&self, method: &str, template: &str) -> Option<&Value> {
        let operation = &self.document["paths"][template][method.to_lowercase()];
        let content = &operation["requestBody"]["content"];
        content.get("application/json").map(|body| &body["schema"])
    }

    /// The calls that take a free text, such as `POST /v1/people`.
    pub fn operations(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (template, calls) in self.document["paths"].as_object().unwrap() {
            for method in ["post", "put", "patch"] {
                if calls.get(method).is_some()
                    && self.body(method, template).is_some_and(|schema| self.asks(schema, 0))
                {
                    found.push(format!("{} {template}", method.to_uppercase()));
                }
            }
        }
        found
    }

    /// The schema behind references and `null`.
    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        if let Some(name) = schema["$ref"].as_str() {
            let name = name.rsplit('/').next().unwrap();
            return self.resolved(&self.document["components"]["schemas"][name]);
        }
        let choices = ["oneOf", "anyOf"].iter().find_map(|of| schema[*of].as_array());
        let other = |choice: &&Value| choice["type"] != "null";
        match choices.map(|choices| choices.iter().filter(other).collect::<Vec<_>>()).as_deref() {
            Some([one]) => self.resolved(one),
            _ => schema,
        }
    }

    fn asks(&self, schema: &Value, depth: usize) -> bool {
        let schema = self.resolved(schema);
        let properties = schema["properties"].as_object().into_iter().flat_map(Map::values);
        let mut inner = properties.chain(schema.get("items")).chain(schema.get("additionalProperties"));
        free(schema).is_some() || (depth < 6 && inner.any(|inner| self.asks(inner, depth + 1)))
    }

    /// A body for a call: what is given, and a word of its own in every free text that is not. What is given as `null` is left
    /// out.
    pub fn filled(&mut self, method: &str, template: &str, given: &Value) -> Value {
        let schema = self.body(method, template).unwrap_or(&Value::Null).clone();
        self.fill(&schema, Some(given), &format!("{method} {template} "), 0).unwrap_or_else(|| json!({}))
    }

    fn fill(&mut self, schema: &Value, given: Option<&Value>, at: &str, depth: usize) -> Option<Value> {
        let schema = self.resolved(schema).clone();
        if let Some(kind) = free(&schema).filter(|_| given.is_none()) {
            return Some(self.plant(&kind, at));
        }
        if let Some(properties) = schema["properties"].as_object() {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let alone = required
                .iter()
                .all(|name| free(self.resolved(&properties[name.as_str().unwrap()])).is_some());
            if given.is_some_and(|given| !given.is_object()) || (given.is_none() && (!alone || depth > 4)) {
                return given.filter(|given| !given.is_null()).cloned();
            }
            let mut filled = given.and_then(Value::as_object).cloned().unwrap_or_default();
            for (name, member) in properties {
                let given = filled.remove(name);
                if given.as_ref().is_some_and(Value::is_null) {
                    continue;
                }
                if let Some(value) = self.fill(member, given.as_ref(), &format!("{at}/{name}"), depth + 1) {
                    filled.insert(name.clone(), value);
                }
            }
            filled.retain(|_, value| !value.is_null());
            return (given.is_some() || !filled.is_empty()).then_some(Value::Object(filled));
        }
        if let (Some(of_each), Some(given)) =
            (schema["additionalProperties"].as_object(), given.and_then(Value::as_object))
        {
            let of_each = Value::Object(of_each.clone());
            let mut filled = BTreeMap::new();
            for (name, value) in given {
                // Free texts of a map are planted where `null` stands for them.
                let value = Some(value).filter(|value| !value.is_null());
                filled.insert(name.clone(), self.fill(&of_each, value, &format!("{at}/*"), depth + 1));
            }
            return Some(json!(filled));
        }
        match (&schema["items"], given) {
            (items @ Value::Object(_), None) if free(self.resolved(items)).is_some() => {
                Some(json!([self.fill(items, None, &format!("{at}[]"), depth + 1)]))
            }
            (items @ Value::Object(_), Some(Value::Array(given))) => {
                let mut filled = Vec::new();
                for value in given {
                    filled.extend(self.fill(items, Some(value), &format!("{at}[]"), depth + 1));
                }
                Some(json!(filled))
            }
            _ => given.cloned(),
        }
    }

    fn plant(&mut self, kind: &Free, at: &str) -> Value {
        let number = self.marks.len() + 1;
        let word = match kind {
            Free::Phone => format!("1555{number:06}"),
            _ => format!("zq{number}x"),
        };
        self.marks.push(Mark { at: at.to_owned(), word: word.clone() });
        json!(match kind {
            Free::Text => word,
            Free::Email => format!("{word}@example.org"),
            Free::Password => format!("{word} marigold tractor fog"),
            Free::Address => format!("https://{word}.example.org/a"),
            Free::Phone => format!("+{word}"),
        })
    }
}

fn free(schema: &Value) -> Option<Free> {
    let is_string = schema["type"] == "string" || schema["type"] == json!(["string", "null"]);
    if !is_string || schema.get("enum").is_some() {
        return None;
    }
    match (schema["format"].as_str(), schema["pattern"].as_str()) {
        (Some("email"), _) => Some(Free::Email),
        (Some("password"), _) => Some(Free::Password),
        (None, None | Some(r"\S")) => Some(Free::Text),
        (None, Some(pattern)) if pattern.starts_with("^https?://") => Some(Free::Address),
        (None, Some(pattern)) if pattern.starts_with(r"^\+?[0-9]") => Some(Free::Phone),
        _ => None,
    }
}
