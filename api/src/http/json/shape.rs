//! A type's published schema, compiled, and what it has to say about a value.

use jsonschema::error::ValidationErrorKind as Broken;
use jsonschema::{PatternOptions, ValidationError, Validator};
use serde_json::{Value, json};
use utoipa::{PartialSchema, ToSchema};

use super::{fault, step};
use crate::problem::Fault;

/// The most faults told at once.
const MOST: usize = 50;
/// The most characters of a text that is shown in one line: a name, a title, a label.
const LONGEST_LINE: u64 = 300;
/// The format of such a text, for the validator alone.
const LINE: &str = "line";

/// The compiled schema of a type.
pub struct Shape(Validator);

impl Shape {
    /// Compiles the schema that utoipa derives for `T`.
    ///
    /// # Errors
    /// If the schema contradicts itself; that is a mistake in the program.
    pub fn of<T: ToSchema + PartialSchema>() -> anyhow::Result<Self> {
        let mut parts = Vec::new();
        T::schemas(&mut parts);
        let mut document = serde_json::to_value(T::schema())?;
        let parts: serde_json::Map<String, Value> = parts
            .into_iter()
            .map(|(name, s)| Ok((name, serde_json::to_value(s)?)))
            .collect::<anyhow::Result<_>>()?;
        document["components"] = json!({ "schemas": parts });
        close_unions(&mut document);
        mark_lines(&mut document);
        let options = jsonschema::options().should_validate_formats(true).with_format(LINE, is_legible);
        let validator = options.with_pattern_options(PatternOptions::regex()).build(&document);
        Ok(Self(validator.map_err(|e| anyhow::anyhow!("{}: {e}", T::name()))?))
    }

    /// Every fault of a value, so far as there are not too many: first characters that no text may contain, then what the
    /// schema says. The values themselves are never repeated.
    pub fn faults(&self, value: &Value) -> Vec<Fault> {
        let mut faults = Vec::new();
        characters("", value, &mut faults);
        for error in self.0.iter_errors(value) {
            if faults.len() >= MOST {
                break;
            }
            explain("", &error, &mut faults);
        }
        faults.truncate(MOST);
        faults
    }
}

/// utoipa says of a closed struct that it has no other members, but not of a closed enum's variants.
fn close_unions(schema: &mut Value) {
    let variants = schema.get_mut("oneOf").and_then(Value::as_array_mut);
    let is_open = |v: &&mut Value| v["type"] == "object" && v.get("additionalProperties").is_none();
    for variant in variants.into_iter().flatten().filter(is_open) {
        variant["additionalProperties"] = false.into();
    }
    match schema {
        Value::Object(members) => members.values_mut().for_each(close_unions),
        Value::Array(items) => items.iter_mut().for_each(close_unions),
        _ => {}
    }
}

/// Marks names, titles, labels and every other short free text, so that none is forgotten.
fn mark_lines(schema: &mut Value) {
    let is_text = schema["type"] == "string" || schema["type"] == json!(["string", "null"]);
    let is_short = is_text && schema["maxLength"].as_u64().is_some_and(|most| most <= LONGEST_LINE);
    let is_free =
        schema.get("pattern").is_none_or(|pattern| pattern == r"\S") && schema.get("enum").is_none();
    if is_short && is_free && schema.get("format").is_none() {
        schema["format"] = LINE.into();
    }
    match schema {
        Value::Object(members) => members.values_mut().for_each(mark_lines),
        Value::Array(items) => items.iter_mut().for_each(mark_lines),
        _ => {}
    }
}

/// Whether a line is read as it is written: something of it is seen, and nothing has a reader see it in another order than a
/// moderator did.
fn is_legible(line: &str) -> bool {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !line.chars().any(turns) && (line.trim().is_empty() || line.chars().any(is_seen))
}

/// Whether a character leaves a trace: what Unicode says may be ignored (Default_Ignorable_Code_Point), and two blanks that are
/// letters or symbols by name, do not.
fn is_seen(c: char) -> bool {
    !(c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'))
}

/// Finds control characters other than line feed and tab (contract, "strict input").
fn characters(pointer: &str, value: &Value, faults: &mut Vec<Fault>) {
    if faults.len() >= MOST {
        return;
    }
    match value {
        Value::String(text) if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') => {
            faults.push(fault(pointer, "control_character", "must not contain control characters"));
        }
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                characters(&step(pointer, &i.to_string()), item, faults);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                characters(&step(pointer, name), member, faults);
            }
        }
        _ => {}
    }
}

fn explain(base: &str, error: &ValidationError<'_>, faults: &mut Vec<Fault>) {
    let pointer = format!("{base}{}", error.instance_path().as_str());
    let mut add = |pointer: &str, code, detail: String| faults.push(fault(pointer, code, detail));
    match error.kind() {
        Broken::AdditionalProperties { unexpected } | Broken::UnevaluatedProperties { unexpected } => {
            for name in unexpected.iter().take(MOST) {
                // A name is the caller's text too: it is told where it is, which is in the pointer.
                add(&step(&pointer, name), "unknown_field", "is not a member here".into());
            }
        }
        Broken::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            add(&step(&pointer, name), "required", "is required".into());
        }
        Broken::Type { kind } => {
            let name = match kind {
                jsonschema::error::TypeKind::Single(t) => t.to_string(),
                jsonschema::error::TypeKind::Multiple(_) => "of another type".into(),
            };
            add(&pointer, "wrong_type", format!("must be of the type {name}"));
        }
        Broken::Enum { options } => {
            let words: Vec<String> = options
                .as_array()
                .into_iter()
                .flatten()
                .map(|w| w.as_str().map_or(w.to_string(), str::to_owned))
                .collect();
            add(&pointer, "not_one_of", format!("must be one of {}", words.join(", ")));
        }
        Broken::Constant { expected_value } => {
            add(&pointer, "not_one_of", format!("must be {expected_value}"))
        }
        Broken::Minimum { limit } => add(&pointer, "out_of_range", format!("must be at least {limit}")),
        Broken::Maximum { limit } => add(&pointer, "out_of_range", format!("must be at most {limit}")),
        Broken::MinLength { limit } => {
            add(&pointer, "too_short", format!("must have at least {limit} characters"))
        }
        Broken::MaxLength { limit } => {
            add(&pointer, "too_long", format!("must have at most {limit} characters"))
        }
        Broken::MinItems { limit } => add(&pointer, "too_few", format!("must have at least {limit} items")),
        Broken::MaxItems { limit } => add(&pointer, "too_many", format!("must have at most {limit} items")),
        Broken::MinProperties { limit } => {
            add(&pointer, "too_few", format!("must have at least {limit} members"))
        }
        Broken::MaxProperties { limit } => {
            add(&pointer, "too_many", format!("must have at most {limit} members"))
        }
        Broken::UniqueItems => add(&pointer, "repeated_value", "must name no value twice".into()),
        Broken::Pattern { pattern } => add(&pointer, "invalid_format", format!("must match {pattern}")),
        Broken::Format { format } => {
            if format == LINE {
                let detail = "must have a character that is seen, and none that turns others round";
                return add(&pointer, "hidden_characters", detail.into());
            }
            add(&pointer, "invalid_format", format!("must be of the format {format}"))
        }
        Broken::OneOfNotValid { context } | Broken::AnyOf { context } => {
            // The branch that was meant is the one whose tag fits: the tag is a one-word enumeration at the first level.
            let depth = error.instance_path().as_str().matches('/').count() + 1;
            let tag_fails = |errors: &&Vec<ValidationError<'static>>| {
                errors.iter().any(|e| {
                    matches!(e.kind(), Broken::Enum { .. } | Broken::Constant { .. } | Broken::Type { .. })
                        && e.instance_path().as_str().matches('/').count() <= depth
                })
            };
            match context.iter().find(|errors| !tag_fails(errors)) {
                Some(errors) if !errors.is_empty() => errors.iter().for_each(|e| explain(base, e, faults)),
                _ => {
                    let words: Vec<String> = context.iter().flatten().filter_map(tag_words).collect();
                    let first = context.iter().flatten().find(|e| tag_words(e).is_some());
                    let pointer = first.map_or(pointer, |e| format!("{base}{}", e.instance_path().as_str()));
                    let detail = match words.is_empty() {
                        true => "has none of the forms it may have".to_owned(),
                        false => format!("must be one of {}", words.join(", ")),
                    };
                    faults.push(fault(&pointer, "not_one_of", detail));
                }
            }
        }
        _ => add(&pointer, "invalid_value", "does not fit its description".into()),
    }
}

/// The words a failed enumeration allows.
fn tag_words(error: &ValidationError<'static>) -> Option<String> {
    match error.kind() {
        Broken::Enum { options } => {
            let words = options.as_array()?.iter().filter_map(Value::as_str);
            Some(words.collect::<Vec<_>>().join(", "))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::moment::When;
    use crate::problem::Place;

    fn told(value: Value) -> Vec<(String, &'static str)> {
        let faults = Shape::of::<When>().unwrap().faults(&value);
        let mut told: Vec<_> = faults
            .into_iter()
            .map(|f| match f.at {
                Place::Pointer(p) => (p, f.code),
                other => panic!("{other:?}"),
            })
            .collect();
        told.sort();
        told
    }

    #[test]
    fn a_union_is_explained_by_the_branch_that_was_meant() {
        assert!(told(json!({"precision": "day", "date": "2021-06-12"})).is_empty());
        assert!(told(json!({"precision": "unknown"})).is_empty());
        assert_eq!(
            told(json!({"precision": "minute", "starts_local": "soon", "duration_minutes": 0, "where": 1})),
            [
                ("#/duration_minutes".into(), "out_of_range"),
                ("#/starts_local".into(), "invalid_format"),
                ("#/time_zone".into(), "required"),
                ("#/where".into(), "unknown_field"),
            ]
        );
        assert_eq!(told(json!({"precision": "never"})), [("#/precision".into(), "not_one_of")]);
        assert_eq!(
            told(json!({"precision": "unknown", "date": "2021"})),
            [("#/date".into(), "unknown_field")]
        );
    }

    #[test]
    fn a_line_is_read_as_it_is_written() {
        for legible in ["Amina", "أمينة", "दीपा", "👩‍🌾", "⠓", "?", " ", "", "Zoë\u{200d}"]
        {
            assert!(is_legible(legible), "{legible:?}");
        }
        for hidden in [
            "\u{200b}",
            " \u{ad} ",
            "\u{3164}",
            "\u{2800}\u{feff}",
            "\u{e0041}",
            "A\u{202e}nima",
            "A\u{2066}b\u{2069}",
        ] {
            assert!(!is_legible(hidden), "{hidden:?}");
        }
    }

    #[test]
    fn many_faults_are_not_all_told() {
        let members: serde_json::Map<String, Value> =
            (0..5000).map(|n| (n.to_string(), json!("\u{0}"))).collect();
        assert_eq!(told(members.into()).len(), MOST);
    }

    #[test]
    fn control_characters_are_found_wherever_they_are() {
        let faults = told(json!({"precision": "day", "date": "2021-06-12", "x": ["a\u{0}"]}));
        assert!(faults.contains(&("#/x/0".into(), "control_character")), "{faults:?}");
    }
}
