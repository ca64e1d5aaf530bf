//! One query parameter as the OpenAPI document describes it: how its text is read, checked and explained.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use anyhow::{Context as _, ensure};
use jsonschema::{PatternOptions, ValidationError, Validator, error::ValidationErrorKind as Broken};
use serde_json::{Number, Value};

use crate::problem::Fault;

/// More words than these are not enumerated in a refusal.
const MOST_CHOICES: usize = 50;

/// A query parameter with its schema.
pub(super) struct Parameter {
    pub name: String,
    pub required: bool,
    rules: Arc<Rules>,
}

/// A schema that is compiled when it is first asked: most of them never are in the life of a process.
pub(super) struct Rules {
    schema: Value,
    compiled: OnceLock<Option<Validator>>,
}

impl Rules {
    /// The compiled schema.
    ///
    /// # Errors
    /// If the schema is invalid; a test asks every one.
    fn validator(&self) -> anyhow::Result<&Validator> {
        let options = || jsonschema::options().should_validate_formats(true);
        let compile = || options().with_pattern_options(PatternOptions::regex()).build(&self.schema).ok();
        self.compiled.get_or_init(compile).as_ref().context("a parameter's schema is invalid")
    }
}

/// Schemas by their text: most operations have the same few parameters.
pub(super) type Known = HashMap<String, Arc<Rules>>;

impl Parameter {
    /// Reads a Parameter Object; `None` if it is not in the query.
    ///
    /// # Errors
    /// Fails if its schema is invalid, or if it is a list that is not separated by commas.
    pub fn of(document: &Value, parameter: &Value, known: &mut Known) -> anyhow::Result<Option<Self>> {
        let parameter = follow(document, parameter);
        if parameter["in"] != "query" {
            return Ok(None);
        }
        let name = parameter["name"].as_str().context("a parameter has no name")?.to_owned();
        let schema = resolved(document, &parameter["schema"]);
        let commas = parameter["style"] == "form" && parameter["explode"] == false;
        ensure!(schema["type"] != "array" || commas, "{name}: lists need style = Form, explode = false");
        let text = schema.to_string();
        let rules =
            known.entry(text).or_insert_with(|| Rules { schema, compiled: OnceLock::new() }.into()).clone();
        let required = parameter["required"] == true;
        Ok(Some(Self { name, required, rules }))
    }

    /// Compiles its schema.
    ///
    /// # Errors
    /// If it is invalid.
    #[cfg(test)]
    pub fn compile(&self) -> anyhow::Result<()> {
        self.rules.validator().map(drop)
    }

    /// The value that `text` stands for, or its faults.
    pub fn read(&self, text: &str) -> Result<Value, Vec<Fault>> {
        if text.chars().any(char::is_control) {
            return Err(vec![self.fault("invalid_character", "must not contain control characters")]);
        }
        let value = read(&self.rules.schema, text);
        let Ok(validator) = self.rules.validator() else {
            return Err(vec![self.fault("invalid_value", "cannot be judged: its description is invalid")]);
        };
        if validator.is_valid(&value) {
            return Ok(value);
        }
        let mut faults: Vec<Fault> = validator.iter_errors(&value).map(|err| self.explain(&err)).collect();
        faults.dedup();
        Err(faults)
    }

    /// A fault of this parameter.
    pub fn fault(&self, code: &'static str, detail: impl Into<Cow<'static, str>>) -> Fault {
        Fault::parameter(self.name.clone(), code, detail)
    }

    /// Says what the schema demands, without the value that did not comply.
    fn explain(&self, err: &ValidationError<'_>) -> Fault {
        let at = err.instance_path().as_str().strip_prefix('/');
        let rules =
            at.map_or(&self.rules.schema, |at| element(&self.rules.schema, at.parse().unwrap_or_default()));
        let (code, demand) = match err.kind() {
            Broken::Type { .. } => ("wrong_type", format!("be {}", type_name(rules))),
            Broken::Enum { .. } | Broken::Constant { .. } => {
                ("not_one_of", format!("be one of {}", choices(rules)))
            }
            Broken::Minimum { .. }
            | Broken::Maximum { .. }
            | Broken::ExclusiveMinimum { .. }
            | Broken::ExclusiveMaximum { .. } => ("out_of_range", format!("be {}", range(rules))),
            Broken::MinLength { .. } => ("too_short", format!("have {} characters", span(rules, "Length"))),
            Broken::MaxLength { .. } => ("too_long", format!("have {} characters", span(rules, "Length"))),
            Broken::MinItems { .. } => ("too_few", format!("have {} values", span(rules, "Items"))),
            Broken::MaxItems { .. } => ("too_many", format!("have {} values", span(rules, "Items"))),
            Broken::UniqueItems => ("repeated_value", "name no value twice".to_owned()),
            Broken::Format { format } => ("invalid_format", format!("be {}", format_name(format))),
            Broken::Pattern { pattern } => ("invalid_format", format!("match {pattern}")),
            _ => ("invalid_value", "fit its description in /openapi.json".to_owned()),
        };
        let subject = if at.is_some() { "each value must" } else { "must" };
        self.fault(code, format!("{subject} {demand}"))
    }
}

/// The object that a Reference Object points to, or the object itself.
fn follow<'a>(document: &'a Value, object: &'a Value) -> &'a Value {
    let target = object["$ref"].as_str().and_then(|reference| document.pointer(reference.strip_prefix('#')?));
    target.map_or(object, |target| follow(document, target))
}

/// A schema on its own: references are followed, and since a query holds no null, "this or null" is "this".
fn resolved(document: &Value, schema: &Value) -> Value {
    let mut schema = follow(document, schema).clone();
    for group in ["allOf", "anyOf", "oneOf"] {
        let Some(members) = schema[group].as_array() else { continue };
        let members: Vec<Value> = members.iter().map(|member| resolved(document, member)).collect();
        match members.iter().filter(|member| member["type"] != "null").collect::<Vec<_>>()[..] {
            [only] => return only.clone(),
            _ => schema[group] = members.into(),
        }
    }
    if let Some(types) = schema["type"].as_array()
        && let [only] = types.iter().filter(|name| *name != "null").collect::<Vec<_>>()[..]
    {
        schema["type"] = only.clone();
    }
    if schema["items"].is_object() {
        schema["items"] = resolved(document, &schema["items"]);
    }
    schema
}

/// The schema of the value at this place of a list.
fn element(schema: &Value, at: usize) -> &Value {
    schema["prefixItems"].get(at).unwrap_or(&schema["items"])
}

/// What stands between commas; an empty text is the empty list.
fn elements(schema: &Value, text: &str) -> Value {
    let elements = text.split(',').filter(|_| !text.is_empty()).enumerate();
    elements.map(|(at, text)| read(element(schema, at), text)).collect()
}

/// Reads a text as the type that the schema wants; what cannot be read stays a text, which the schema refuses.
fn read(schema: &Value, text: &str) -> Value {
    let number = || text.parse::<Number>().ok();
    let read = match schema["type"].as_str() {
        Some("array") => Some(elements(schema, text)),
        Some("boolean") => text.parse::<bool>().ok().map(Value::from),
        Some("number") => number().map(Value::from),
        Some("integer") => number().filter(|number| !number.is_f64()).map(Value::from),
        _ => None,
    };
    read.unwrap_or_else(|| text.into())
}

fn type_name(rules: &Value) -> &str {
    match rules["type"].as_str() {
        Some("integer") => "an integer",
        Some("number") => "a number",
        Some("boolean") => "`true` or `false`",
        other => other.unwrap_or("of another type"),
    }
}

fn format_name(format: &str) -> Cow<'static, str> {
    match format {
        "uuid" => "a UUID".into(),
        "date" => "a date such as 2027-03-14".into(),
        "date-time" => "an RFC 3339 instant such as 2027-03-14T15:00:00Z".into(),
        other => format!("of the format `{other}`").into(),
    }
}

fn choices(rules: &Value) -> String {
    let names = rules["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    if names.len() > MOST_CHOICES {
        return format!("the {} that /openapi.json lists", names.len());
    }
    names.join(", ")
}

/// "between 1 and 100", by the members `min…` and `max…` of the schema.
fn span(rules: &Value, of: &str) -> String {
    between(&rules[format!("min{of}")], &rules[format!("max{of}")], ["at least", "at most"])
}

fn range(rules: &Value) -> String {
    if rules["exclusiveMinimum"].is_null() && rules["exclusiveMaximum"].is_null() {
        span(rules, "imum")
    } else {
        between(&rules["exclusiveMinimum"], &rules["exclusiveMaximum"], ["more than", "less than"])
    }
}

fn between(least: &Value, most: &Value, [from, to]: [&str; 2]) -> String {
    match (least, most) {
        (Value::Null, most) => format!("{to} {most}"),
        (least, Value::Null) => format!("{from} {least}"),
        (least, most) if least == most => format!("exactly {least}"),
        (least, most) if from == "at least" => format!("between {least} and {most}"),
        (least, most) => format!("{from} {least} and {to} {most}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parameter(schema: Value) -> anyhow::Result<Parameter> {
        let kind = json!({"type": "string", "enum": ["live", "talk"]});
        let shared = json!({"in": "query", "name": "x", "style": "form", "explode": false, "schema": schema});
        let document = json!({"components": {"schemas": {"Kind": kind}, "parameters": {"X": shared}}});
        let compiled =
            Parameter::of(&document, &json!({"$ref": "#/components/parameters/X"}), &mut Known::new());
        compiled.map(Option::unwrap)
    }

    fn refusal(schema: Value, text: &str) -> (&'static str, String) {
        let fault = parameter(schema).unwrap().read(text).unwrap_err().remove(0);
        (fault.code, fault.detail.into_owned())
    }

    #[test]
    fn references_and_nullable_types_are_seen_through() {
        for schema in [
            json!({"$ref": "#/components/schemas/Kind"}),
            json!({"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Kind"}]}),
            json!({"type": ["array", "null"], "items": {"$ref": "#/components/schemas/Kind"}}),
        ] {
            assert!(parameter(schema.clone()).unwrap().read("talk").is_ok());
            let (code, detail) = refusal(schema, "walk");
            assert_eq!(code, "not_one_of");
            assert!(detail.ends_with("must be one of `live`, `talk`"), "{detail}");
        }
    }

    #[test]
    fn numbers_are_read_as_json_writes_them() {
        let integer = parameter(json!({"type": "integer"})).unwrap();
        assert_eq!(integer.read("-7").unwrap(), json!(-7));
        for text in ["", "7.0", "1e3", " 7", "+7", "07", "seven"] {
            assert_eq!(integer.read(text).unwrap_err()[0].detail, "must be an integer", "{text}");
        }
        assert_eq!(parameter(json!({"type": "number"})).unwrap().read("1.5e1").unwrap(), json!(15.0));
    }

    #[test]
    fn a_refusal_states_the_bounds() {
        let degrees = json!({"type": "number", "minimum": -90, "maximum": 90});
        assert_eq!(refusal(degrees, "91"), ("out_of_range", "must be between -90 and 90".into()));
        let open = json!({"type": "number", "exclusiveMinimum": 0});
        assert_eq!(refusal(open, "0"), ("out_of_range", "must be more than 0".into()));
        let id = json!({"type": "string", "format": "uuid"});
        assert_eq!(refusal(id, "7"), ("invalid_format", "must be a UUID".into()));
        let list = json!({"type": "array", "items": {"type": "integer"}, "maxItems": 2});
        assert_eq!(refusal(list.clone(), "1,2,3"), ("too_many", "must have at most 2 values".into()));
        assert_eq!(refusal(list, "1,x"), ("wrong_type", "each value must be an integer".into()));
        let names: Vec<String> = (0..300).map(|number| format!("zone{number}")).collect();
        let zone = json!({"type": "string", "enum": names});
        let detail = "must be one of the 300 that /openapi.json lists";
        assert_eq!(refusal(zone, "x"), ("not_one_of", detail.into()));
    }

    #[test]
    fn the_values_of_a_list_may_each_have_a_schema_of_their_own() {
        let degrees = |most: i32| json!({"type": "number", "minimum": -most, "maximum": most});
        let corner = json!({"type": "array", "prefixItems": [degrees(180), degrees(90)], "items": false,
            "minItems": 2, "maxItems": 2});
        assert_eq!(parameter(corner.clone()).unwrap().read("170,-9.5").unwrap(), json!([170, -9.5]));
        let range = "each value must be between -90 and 90".into();
        assert_eq!(refusal(corner.clone(), "170,100"), ("out_of_range", range));
        assert_eq!(refusal(corner, ""), ("too_few", "must have exactly 2 values".into()));
    }

    #[test]
    fn a_schema_that_does_not_compile_lets_nothing_through() {
        for broken in
            [json!({"$ref": "#/components/schemas/Absent"}), json!({"type": "string", "pattern": "("})]
        {
            let parameter = parameter(broken).unwrap();
            assert!(parameter.compile().is_err());
            assert_eq!(parameter.read("x").unwrap_err()[0].code, "invalid_value");
        }
    }
}
