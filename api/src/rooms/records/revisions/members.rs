//! What is kept of an edit: the names of the members that it changed and, of what is public, what they said.

use std::collections::BTreeSet;

use ::entity::kinds::{Precision, RecordKind, Risk};
use ::entity::revision::{RevisionChange, RevisionChanges};
use ::entity::values::Texts;
use serde::Deserialize as _;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::publishing::{effective_precision, storable};
use crate::reference::Point;

/// What a bundle says of a record and no edit changes.
const UNTOLD: [&str; 2] = ["id", "status"];

/// The members whose values are kept: those that the gallery shows. Whom it names is not among them, for how somebody is
/// named is theirs to change, and nothing may remember what it was.
const fn kept(kind: RecordKind) -> &'static [&'static str] {
    match kind {
        RecordKind::Theme => &["labels"],
        RecordKind::Organisation => &["name", "kind"],
        RecordKind::Person => &[],
        RecordKind::Initiative => &[
            "title",
            "summary",
            "description",
            "country",
            "place",
            "public_precision",
            "language",
            "languages",
            "themes",
            "organisations",
            "url",
            "translations",
        ],
        RecordKind::Event => &[
            "kind",
            "title",
            "summary",
            "description",
            "language",
            "languages",
            "format",
            "delivery",
            "when",
            "place",
            "public_precision",
            "initiative",
            "questions",
            "topics",
            "purposes",
            "accessibility",
            "themes",
            "registration",
            "recording",
            "translations",
        ],
        RecordKind::Outcome => {
            &["event", "kind", "text", "language", "addressed_to", "themes", "followed_by", "translations"]
        }
        RecordKind::Quote => &["event", "initiative", "text", "language", "themes", "translations"],
        RecordKind::Story => &[
            "kind",
            "title",
            "summary",
            "url",
            "country",
            "event",
            "initiative",
            "language",
            "themes",
            "translations",
        ],
    }
}

/// The names of the members that differ, and what was public of them before and after.
pub(super) fn difference(kind: RecordKind, before: &Value, after: &Value) -> (Texts, RevisionChanges) {
    let view = View::of(before).and(View::of(after));
    let (mut fields, mut changes) = (Vec::new(), Vec::new());
    for name in names(Some(before), Some(after)) {
        let (was, is) = (before.get(name), after.get(name));
        if was == is || UNTOLD.contains(&name) {
            continue;
        }
        fields.push(name.to_owned());
        if !kept(kind).contains(&name) || view.hides(kind, name) {
            continue;
        }
        let path = vec![name.to_owned()];
        match name {
            "place" => parts(&path, was, is, view.place(), &mut changes),
            // Of a member that is not there nothing is translated.
            "labels" | "translations" => parts(&path, was, is, names(was, is), &mut changes),
            _ => changes.push(RevisionChange { path, before: was.cloned(), after: is.cloned() }),
        }
    }
    (Texts(fields), RevisionChanges(changes))
}

/// Whether two of a record differ in what the gallery may show of them, or would if it showed more.
pub(super) fn shows_otherwise(kind: RecordKind, before: &Value, after: &Value) -> bool {
    // Of whom an event names its revisions keep nothing.
    let view = View::of(before).and(View::of(after));
    let names: &[&str] = if kind == RecordKind::Event { &["hosts", "co_hosts"] } else { &[] };
    kept(kind).iter().chain(names).any(|name| match *name {
        "public_precision" => false,
        "place" => Place::of(before, view) != Place::of(after, view),
        name => before.get(name) != after.get(name),
    })
}

/// What of a place may be told: its names, and point and house as finely as they are stored for the door.
#[derive(PartialEq)]
struct Place {
    names: [Option<Value>; 3],
    shown: (Option<Point>, Option<String>),
}

impl Place {
    fn of(said: &Value, view: View) -> Self {
        let member = |name: &str| said.get("place").and_then(|place| place.get(name));
        let point = member("point").and_then(|point| Point::deserialize(point).ok());
        let venue = member("venue").and_then(Value::as_str);
        Self {
            names: ["country", "region", "locality"].map(|name| member(name).cloned()),
            shown: storable(point, venue, view.precision, view.risk),
        }
    }
}

/// Makes what stands at a place of a body what it was.
pub(super) fn put(body: &mut Map<String, Value>, path: &[String], was: Option<Value>) {
    match (path, was) {
        ([], _) => {}
        ([name], Some(value)) => drop(body.insert(name.clone(), value)),
        ([name], None) => drop(body.remove(name)),
        ([name, ..], None) if !body.contains_key(name) => {}
        ([name, rest @ ..], was) => {
            let inner = body.entry(name.clone()).or_insert_with(|| json!({}));
            if let Value::Object(inner) = inner {
                put(inner, rest, was);
            }
        }
    }
}

/// What differs in some members of an object; one that is not there has none.
fn parts<'a>(
    path: &[String],
    was: Option<&Value>,
    is: Option<&Value>,
    of: impl IntoIterator<Item = &'a str>,
    changes: &mut Vec<RevisionChange>,
) {
    for name in of {
        let (was, is) = (was.and_then(|was| was.get(name)), is.and_then(|is| is.get(name)));
        let path = [path, &[name.to_owned()]].concat();
        match (was, is) {
            _ if was == is => {}
            (Some(Value::Object(_)), Some(Value::Object(_))) => {
                parts(&path, was, is, names(was, is), changes);
            }
            _ => changes.push(RevisionChange { path, before: was.cloned(), after: is.cloned() }),
        }
    }
}

/// The names of the members of two objects.
fn names<'a>(one: Option<&'a Value>, other: Option<&'a Value>) -> BTreeSet<&'a str> {
    let objects = [one, other].into_iter().flatten().filter_map(Value::as_object);
    objects.flat_map(|members| members.keys().map(String::as_str)).collect()
}

/// How much the public may see of a record: what was not public is not kept.
#[derive(Clone, Copy)]
struct View {
    precision: Precision,
    risk: Risk,
}

impl View {
    /// Of a record that says this. Kinds that say nothing of it have no place and no danger.
    fn of(said: &Value) -> Self {
        let risk = read(said, "risk", Risk::Low, Risk::Severe);
        let chosen = read(said, "public_precision", Precision::Exact, Precision::Hidden);
        Self { precision: effective_precision(chosen, risk), risk }
    }

    /// No more than either.
    fn and(self, other: Self) -> Self {
        Self { precision: self.precision.max(other.precision), risk: self.risk.max(other.risk) }
    }

    fn hides(self, kind: RecordKind, name: &str) -> bool {
        match name {
            // Nothing of it is public.
            _ if self.risk == Risk::Severe => true,
            // Of risky events only the month is told, and a time zone would tell what is hidden.
            "when" => self.risk >= Risk::High || self.precision == Precision::Hidden,
            "country" => kind == RecordKind::Initiative && self.precision == Precision::Hidden,
            _ => false,
        }
    }

    /// The members of a place whose names may be shown.
    fn place(self) -> impl Iterator<Item = &'static str> {
        let finest = [
            ("locality", Precision::Locality),
            ("region", Precision::Region),
            ("country", Precision::Country),
        ];
        finest.into_iter().filter(move |(_, from)| self.precision <= *from).map(|(name, _)| name)
    }
}

/// A word that a record says, `absent` if it says none, `doubtful` if it is none.
fn read<T: DeserializeOwned>(said: &Value, name: &str, absent: T, doubtful: T) -> T {
    match said.get(name) {
        None => absent,
        Some(word) => T::deserialize(word).unwrap_or(doubtful),
    }
}

#[cfg(test)]
mod tests {
    use utoipa::PartialSchema as _;

    use super::*;
    use crate::rooms::bundle::{
        EventLine, InitiativeLine, OrganisationLine, OutcomeLine, PersonLine, QuoteLine, StoryLine, ThemeLine,
    };

    #[test]
    fn what_is_kept_are_members_of_records() {
        for &kind in RecordKind::ALL {
            let schema = match kind {
                RecordKind::Theme => ThemeLine::schema(),
                RecordKind::Organisation => OrganisationLine::schema(),
                RecordKind::Person => PersonLine::schema(),
                RecordKind::Initiative => InitiativeLine::schema(),
                RecordKind::Event => EventLine::schema(),
                RecordKind::Outcome => OutcomeLine::schema(),
                RecordKind::Quote => QuoteLine::schema(),
                RecordKind::Story => StoryLine::schema(),
            };
            let schema = serde_json::to_value(schema).unwrap();
            for name in kept(kind).iter().chain(&UNTOLD[..1]) {
                assert!(schema["properties"].get(name).is_some(), "{kind} has no {name}");
            }
        }
    }

    fn event() -> Value {
        json!({"id": "e", "status": "held", "title": "Seeds", "risk": "low", "public_precision": "locality",
            "when": {"precision": "year", "date": "2021"}, "hosts": ["amina"],
            "place": {"country": "SS", "region": "Central Equatoria", "locality": "Yei", "venue": "The hall"},
            "translations": {"es": {"title": "Semillas", "by": "human"}}})
    }

    /// The places that differ, and the fields, after a merge of these members into the event.
    fn differs(from: &Value, to: Value) -> (Vec<String>, Vec<String>) {
        let mut after = from.clone();
        for (name, value) in to.as_object().unwrap() {
            after[name] = value.clone();
        }
        let (fields, changes) = difference(RecordKind::Event, from, &after);
        (fields.0, changes.0.iter().map(|change| change.path.join("/")).collect())
    }

    #[test]
    fn what_is_not_public_is_named_and_not_kept() {
        let to = json!({"title": "Grain", "hosts": ["bo"], "capacity": 30, "status": "cancelled",
            "place": {"country": "SS", "locality": "Morobo", "venue": "The barn"}});
        let (fields, kept) = differs(&event(), to);
        assert_eq!(fields, ["capacity", "hosts", "place", "title"]);
        assert_eq!(kept, ["place/locality", "place/region", "title"]);
    }

    #[test]
    fn what_the_public_may_not_see_before_or_after_is_not_kept() {
        let moved =
            json!({"place": {"country": "KE", "locality": "Kitui"}, "when": {"precision": "unknown"}});
        for (member, value, kept) in [
            ("public_precision", "country", &["place/country", "public_precision", "when"][..]),
            ("public_precision", "hidden", &["public_precision"]),
            ("risk", "moderate", &["place/country", "place/locality", "place/region", "when"]),
            ("risk", "high", &["place/country", "place/region"]),
            ("risk", "severe", &[]),
            ("risk", "unheard of", &[]),
        ] {
            let mut to = moved.clone();
            to[member] = json!(value);
            let mut found = differs(&event(), to).1;
            found.sort();
            assert_eq!(found, kept, "{member}: {value}");
        }
    }

    #[test]
    fn translations_are_compared_text_by_text_and_put_back_alone() {
        let es = json!({"title": "Granos", "summary": "S", "by": "human"});
        let fr = json!({"title": "Graines", "by": "human"});
        let before = event();
        let mut after = event();
        after["translations"] = json!({"es": es, "fr": fr});
        let (_, changes) = difference(RecordKind::Event, &before, &after);
        let places: Vec<_> = changes.0.iter().map(|change| change.path.join("/")).collect();
        assert_eq!(places, ["translations/es/summary", "translations/es/title", "translations/fr"]);

        after["translations"]["ar"] = json!({"title": "بذور", "by": "machine"});
        let mut body = after.as_object().unwrap().clone();
        for change in changes.0 {
            put(&mut body, &change.path, change.before);
        }
        let left = body["translations"].as_object().unwrap();
        assert_eq!(left.keys().collect::<BTreeSet<_>>(), ["ar".to_owned(), "es".to_owned()].iter().collect());
        assert_eq!(left["es"], before["translations"]["es"]);
    }
}
