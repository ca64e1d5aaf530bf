//! Edits: a merge patch (RFC 7396) on the body that a record was written with.

use std::borrow::Cow;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, Deserializer, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::http::json::{Shape, fault};
use crate::problem::Problem;

/// A body that can be edited by a merge patch.
pub trait Mergeable: Clone + Serialize + DeserializeOwned + ToSchema + 'static {
    /// The members that are written whole: a patch replaces them and merges nothing into them.
    const WHOLE: &'static [&'static str] = &[];
    /// Where secrets stand that are written and not read back. A patch that writes one is a change, whatever it was: or whoever
    /// may not read it could try what it is.
    const SEALED: &'static [&'static [&'static str]] = &[];
}

/// Says that a body is a line of a bundle without some members, which only verbs change.
macro_rules! written_as {
    ($body:ident is $line:ident without { $($without:ident: $type:ty),+ } with { $($member:ident),+ $(,)? }) => {
        impl $body {
            /// The line that says the same.
            pub(super) fn into_line(self, $($without: $type),+) -> $line {
                let Self { $($member),+ } = self;
                $line { $($without,)+ $($member),+ }
            }

            /// The body that says the same.
            pub(super) fn of_line(line: $line) -> Self {
                let $line { $($without: _,)+ $($member),+ } = line;
                Self { $($member),+ }
            }
        }
    };
}
pub(in crate::rooms) use written_as;

/// A merge patch on a `T`: an absent member stays, `null` clears it, and what is inside an object is merged in the same way.
/// Or else what an earlier edit changed is put back, or all of it is what a file says.
#[derive(Clone, Debug)]
pub struct Edit<T> {
    wanted: Wanted,
    of: PhantomData<T>,
}

#[derive(Clone, Debug)]
enum Wanted {
    Patch(Map<String, Value>),
    Revision(i64),
    Whole { body: Map<String, Value>, kept: &'static [&'static str] },
}

impl<T> Edit<T> {
    /// The edit that writes one member anew.
    pub fn of(member: &str, value: Value) -> Self {
        Self { wanted: Wanted::Patch(Map::from_iter([(member.to_owned(), value)])), of: PhantomData }
    }

    /// The edit that puts back what the one that made this version changed.
    pub const fn putting_back(version: i64) -> Self {
        Self { wanted: Wanted::Revision(version), of: PhantomData }
    }

    /// Says that a record was written by what a file says of it, whatever that is.
    pub fn of_file() -> Self {
        Self { wanted: Wanted::Whole { body: Map::new(), kept: &[] }, of: PhantomData }
    }

    /// The revision that is put back, if it is one.
    pub(super) const fn revision(&self) -> Option<i64> {
        match &self.wanted {
            Wanted::Patch(_) | Wanted::Whole { .. } => None,
            Wanted::Revision(version) => Some(*version),
        }
    }

    /// Whether a file says all of it.
    pub(super) const fn is_whole(&self) -> bool {
        matches!(self.wanted, Wanted::Whole { .. })
    }
}

impl<T: Mergeable> Edit<T> {
    /// The edit that makes all of it what a file says, whose names were checked before; but the members `kept`, of which files
    /// say nothing, stay.
    ///
    /// # Errors
    /// 500 if it cannot be written as JSON.
    pub fn whole(body: &T, kept: &'static [&'static str]) -> Result<Self, Problem> {
        let body = serde_json::to_value(body).map_err(Problem::internal)?;
        let body = body.as_object().cloned().unwrap_or_default();
        Ok(Self { wanted: Wanted::Whole { body, kept }, of: PhantomData })
    }

    /// The members in which the patch, if it is one, writes a secret.
    fn writes_sealed(&self) -> impl Iterator<Item = &'static str> {
        let patch = match &self.wanted {
            Wanted::Patch(patch) | Wanted::Whole { body: patch, .. } => Some(patch),
            Wanted::Revision(_) => None,
        };
        let written = T::SEALED.iter().filter(move |path| patch.is_some_and(|patch| writes(patch, path)));
        written.filter_map(|path| path.first().copied())
    }

    /// Merges the patch, if it is one, into a body.
    fn merge_into(&self, body: &mut Map<String, Value>) {
        if let Wanted::Whole { body: whole, kept } = &self.wanted {
            body.retain(|name, _| kept.contains(&name.as_str()));
            body.extend(whole.clone());
        }
        let Wanted::Patch(patch) = &self.wanted else { return };
        for (name, change) in patch {
            match T::WHOLE.contains(&name.as_str()) {
                true => replace(body, name, change),
                false => merge(body, name, change),
            }
        }
    }
}

/// The body after a patch, and the names of the members that it changed.
///
/// # Errors
/// 422 with every fault of the body as it would be then.
pub fn edited<T: Mergeable>(before: &T, edit: &Edit<T>) -> Result<(T, Vec<&'static str>), Problem> {
    let (after, mut changed) = edited_by(before, |body| edit.merge_into(body))?;
    for member in edit.writes_sealed() {
        if !changed.contains(&member) {
            changed.push(member);
        }
    }
    Ok((after, changed))
}

/// Whether a patch says something of what stands at a place.
fn writes(patch: &Map<String, Value>, path: &[&str]) -> bool {
    let Some((name, inner)) = path.split_first() else { return true };
    match patch.get(*name) {
        None => false,
        Some(Value::Object(patch)) => writes(patch, inner),
        Some(_) => true,
    }
}

/// The body after a change, and the names of the members that it changed.
///
/// # Errors
/// 422 with every fault of the body as it would be then.
pub(super) fn edited_by<T: Mergeable>(
    before: &T,
    change: impl FnOnce(&mut Map<String, Value>),
) -> Result<(T, Vec<&'static str>), Problem> {
    let before = serde_json::to_value(before).map_err(Problem::internal)?;
    let mut after = before.clone();
    if let Value::Object(members) = &mut after {
        change(members);
    }
    let changed = changes::<T>(&before, &after);
    let faults = Shape::of::<T>().map_err(Problem::internal)?.faults(&after);
    if !faults.is_empty() {
        return Err(Problem::invalid_body(faults));
    }
    let after = T::deserialize(after).map_err(|_| {
        Problem::invalid_body(vec![fault("", "invalid_value", "does not fit its description")])
    })?;
    Ok((after, changed))
}

/// The names of the members in which two bodies differ.
///
/// # Errors
/// 500 if they cannot be written as JSON.
pub(super) fn differing<T: Mergeable>(before: &T, after: &T) -> Result<Vec<&'static str>, Problem> {
    let [before, after] = [before, after].map(|body| serde_json::to_value(body).map_err(Problem::internal));
    Ok(changes::<T>(&before?, &after?))
}

fn changes<T: Mergeable>(before: &Value, after: &Value) -> Vec<&'static str> {
    members_of::<T>().iter().copied().filter(|name| before.get(name) != after.get(name)).collect()
}

fn merge(members: &mut Map<String, Value>, name: &str, change: &Value) {
    let Value::Object(changes) = change else { return replace(members, name, change) };
    let inner = members.entry(name).or_insert_with(|| json!({}));
    if !inner.is_object() {
        *inner = json!({});
    }
    if let Value::Object(inner) = inner {
        changes.iter().for_each(|(name, change)| merge(inner, name, change));
    }
}

fn replace(members: &mut Map<String, Value>, name: &str, change: &Value) {
    match change {
        Value::Null => drop(members.remove(name)),
        value => drop(members.insert(name.to_owned(), value.clone())),
    }
}

impl<'de, T> Deserialize<'de> for Edit<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self { wanted: Wanted::Patch(Map::deserialize(deserializer)?), of: PhantomData })
    }
}

/// The schema of the body, with every member optional and `null` wherever one may be left out.
impl<T: Mergeable> PartialSchema for Edit<T> {
    fn schema() -> RefOr<Schema> {
        let mut parts = Vec::new();
        T::schemas(&mut parts);
        let parts: Map<String, Value> = parts
            .into_iter()
            .filter_map(|(name, schema)| Some((name, serde_json::to_value(schema).ok()?)))
            .collect();
        let body = serde_json::to_value(T::schema()).unwrap_or_default();
        let patch = optional(body, &parts, T::WHOLE);
        serde_json::from_value(patch).unwrap_or_else(|_| T::schema())
    }
}

impl<T: Mergeable> ToSchema for Edit<T> {
    fn name() -> Cow<'static, str> {
        let name = T::name();
        format!("{}Patch", name.strip_suffix("In").unwrap_or(&name)).into()
    }

    fn schemas(parts: &mut Vec<(String, RefOr<Schema>)>) {
        T::schemas(parts);
    }
}

/// Makes the members of an object's schema optional, and those of the objects in it.
fn optional(mut schema: Value, parts: &Map<String, Value>, whole: &[&str]) -> Value {
    let required: Vec<String> = match schema.as_object_mut().and_then(|members| members.remove("required")) {
        Some(Value::Array(names)) => {
            names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()
        }
        _ => Vec::new(),
    };
    if let Some(Value::Object(members)) = schema.get_mut("properties") {
        for (name, member) in members.iter_mut() {
            if let Some(inner) = object(member, parts).filter(|_| !whole.contains(&name.as_str())) {
                *member = optional(inner, parts, &[]);
            }
            if let Some(members) = member.as_object_mut() {
                members.remove("default");
            }
            if !required.contains(name) {
                *member = or_null(member.take());
            }
        }
    }
    if let Some(values @ Value::Object(_)) = schema.get_mut("additionalProperties") {
        *values = or_null(values.take());
    }
    schema
}

/// The schema of an object, with what it refers to in place.
fn object(schema: &Value, parts: &Map<String, Value>) -> Option<Value> {
    let referred =
        schema.get("$ref").or_else(|| schema.get("oneOf")?.get(0)?.get("$ref")).and_then(Value::as_str);
    let schema = match referred {
        Some(path) => parts.get(path.rsplit('/').next()?)?,
        None => schema,
    };
    (schema["type"] == "object").then(|| schema.clone())
}

fn or_null(schema: Value) -> Value {
    match schema {
        Value::Object(mut members) => {
            let description = members.remove("description");
            let mut wrapped = json!({"oneOf": [{"type": "null"}, members]});
            if let Some(description) = description {
                wrapped["description"] = description;
            }
            wrapped
        }
        other => other,
    }
}

/// The names of a body's members, as its type has them.
fn members_of<T: DeserializeOwned>() -> &'static [&'static str] {
    struct Names<'a>(&'a mut &'static [&'static str]);

    impl<'de> Deserializer<'de> for Names<'_> {
        type Error = serde::de::value::Error;

        fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
            Err(serde::de::Error::custom("only asked for its members"))
        }

        fn deserialize_struct<V: Visitor<'de>>(
            self,
            _: &'static str,
            members: &'static [&'static str],
            visitor: V,
        ) -> Result<V::Value, Self::Error> {
            *self.0 = members;
            self.deserialize_any(visitor)
        }

        serde::forward_to_deserialize_any! {
            bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
            newtype_struct seq tuple tuple_struct map enum identifier ignored_any
        }
    }

    let mut members: &'static [&'static str] = &[];
    let _ = T::deserialize(Names(&mut members));
    members
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    #[serde(deny_unknown_fields)]
    struct FormIn {
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, min_length = 2)]
        place: Option<PlaceOfForm>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        seats: Option<u8>,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    #[serde(deny_unknown_fields)]
    struct PlaceOfForm {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        region: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        town: Option<String>,
    }

    impl Mergeable for FormIn {}

    fn form() -> FormIn {
        let place = PlaceOfForm { region: Some("Central".into()), town: Some("Yei".into()) };
        FormIn { name: "Amina".into(), place: Some(place), seats: Some(5) }
    }

    fn after(patch: Value) -> Result<(FormIn, Vec<&'static str>), Problem> {
        let edit: Edit<FormIn> = serde_json::from_value(patch).unwrap();
        edited(&form(), &edit)
    }

    #[test]
    fn an_edit_merges_and_names_what_it_changed() {
        assert_eq!(after(json!({})).unwrap(), (form(), vec![]));
        let (form, changed) =
            after(json!({"place": {"town": null}, "seats": null, "name": "Amina"})).unwrap();
        let place = PlaceOfForm { region: Some("Central".into()), town: None };
        assert_eq!(form, FormIn { name: "Amina".into(), place: Some(place), seats: None });
        assert_eq!(changed, ["place", "seats"]);
    }

    #[test]
    fn an_edit_that_leaves_no_valid_body_is_refused() {
        assert_eq!(after(json!({"name": null})).unwrap_err().faults()[0].code, "required");
        assert_eq!(after(json!({"seats": "many"})).unwrap_err().faults()[0].code, "wrong_type");
    }

    #[test]
    fn the_schema_of_an_edit_knows_the_members_and_where_null_may_stand() {
        let shape = Shape::of::<Edit<FormIn>>().unwrap();
        let codes = |value: Value| shape.faults(&value).iter().map(|fault| fault.code).collect::<Vec<_>>();
        assert!(codes(json!({})).is_empty());
        assert!(codes(json!({"place": {"town": null}, "seats": null})).is_empty());
        assert!(codes(json!({"place": null})).is_empty());
        assert_eq!(codes(json!({"name": null})), ["wrong_type"]);
        assert_eq!(codes(json!({"seat": null})), ["unknown_field"]);
        assert_eq!(codes(json!({"place": {"village": null}})).len(), 1);
        assert_eq!(Edit::<FormIn>::name(), "FormPatch");
    }
}
