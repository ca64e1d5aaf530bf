//! What is sealed in a submission, in one form, and how it is edited.

use std::collections::BTreeMap;

use ::entity::submission::SubmissionKind;
use ::entity::submission_message::MessageFrom;
use chrono::{DateTime, Utc};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use url::Url;

use super::wire::{
    SubmissionInitiative, SubmissionInitiativePatch, SubmissionPlace, Submitter, SubmitterPatch,
};
use crate::http::json::{fault, step};
use crate::http::language::canonical_tag;
use crate::problem::{Fault, Problem};
use crate::reference;

/// The most translations.
const TRANSLATIONS: usize = 20;

/// A message, open.
pub(super) struct Message {
    pub(super) from: MessageFrom,
    pub(super) text: String,
    pub(super) at: DateTime<Utc>,
}

/// What a submission asks for.
pub(super) enum Asked {
    /// A new initiative.
    Initiative(Box<SubmissionInitiative>),
    /// To take over the one it is about.
    Claim,
    /// To change the one it is about.
    Change(Box<SubmissionInitiativePatch>),
}

impl Asked {
    /// The word for it.
    pub(super) const fn kind(&self) -> SubmissionKind {
        match self {
            Self::Initiative(_) => SubmissionKind::Initiative,
            Self::Claim => SubmissionKind::Claim,
            Self::Change(_) => SubmissionKind::Change,
        }
    }

    /// The new initiative, or the changes.
    pub(super) fn parts(
        asked: Option<Self>,
    ) -> (Option<SubmissionInitiative>, Option<SubmissionInitiativePatch>) {
        match asked {
            Some(Self::Initiative(initiative)) => (Some(*initiative), None),
            Some(Self::Change(changes)) => (None, Some(*changes)),
            Some(Self::Claim) | None => (None, None),
        }
    }
}

/// What is sealed, open. What was erased is not there.
pub(super) struct Content {
    pub(super) asked: Option<Asked>,
    /// Without the address, which is apart.
    pub(super) submitter: Option<Submitter>,
    pub(super) email: Option<String>,
    pub(super) messages: Vec<Message>,
}

/// Puts what asks to be on the map into its one form. `base` is where it stands in the body.
///
/// # Errors
/// 422 with everything that no schema can say.
pub(super) fn settle(
    mut initiative: SubmissionInitiative,
    base: &str,
) -> Result<SubmissionInitiative, Problem> {
    let mut faults = Vec::new();
    let mut refuse =
        |member: &str, code, detail| faults.push(fault(&format!("{base}{member}"), code, detail));
    for text in [&mut initiative.title, &mut initiative.summary] {
        *text = text.trim().to_owned();
    }
    if !initiative.title.chars().any(char::is_alphanumeric) {
        refuse("/title", "invalid_format", "must have a letter or a digit");
    }
    // No form lets one through that is empty; what is on the map may span countries.
    if !initiative.country.is_empty() && reference::country(&initiative.country).is_none() {
        refuse("/country", "unknown_country", "must be a country of ISO 3166-1");
    }
    if let Err(detail) = settle_place(&mut initiative) {
        refuse("/locality", "contradiction", detail);
    }
    if initiative.url.as_deref().is_some_and(|url| !is_link(url)) {
        refuse("/url", "invalid_format", "must be an address on the web, without user and password");
    }
    for (at, link) in initiative.links.iter().enumerate() {
        if !is_link(link) {
            refuse(
                &step("/links", &at.to_string()),
                "invalid_format",
                "must be an address on the web, without user and password",
            );
        }
    }
    settle_languages(&mut initiative, base, &mut faults);
    initiative.themes = in_order(std::mem::take(&mut initiative.themes));
    if faults.is_empty() { Ok(initiative) } else { Err(Problem::invalid_body(faults)) }
}

fn settle_languages(initiative: &mut SubmissionInitiative, base: &str, faults: &mut Vec<Fault>) {
    let mut tag = |member: &str, text: &str| {
        canonical_tag(text).unwrap_or_else(|| {
            faults.push(fault(
                &format!("{base}{member}"),
                "invalid_language",
                "must be a language tag of BCP 47",
            ));
            text.to_owned()
        })
    };
    initiative.language = tag("/language", &initiative.language);
    let languages = initiative.languages.iter().enumerate();
    let languages = languages.map(|(at, text)| tag(&step("/languages", &at.to_string()), text)).collect();
    initiative.languages = in_order(languages);
    let (mut translations, mut repeated) = (BTreeMap::new(), Vec::new());
    for (text, translation) in std::mem::take(&mut initiative.translations) {
        let member = step("/translations", &text);
        let tag = tag(&member, &text);
        if tag == initiative.language || translations.insert(tag, translation).is_some() {
            repeated.push(member);
        }
    }
    for member in repeated {
        let detail = "is the language of the original or of another translation";
        faults.push(fault(&format!("{base}{member}"), "repeated_language", detail));
    }
    if translations.len() > TRANSLATIONS {
        faults.push(fault(&format!("{base}/translations"), "too_many", "must have at most 20 members"));
    }
    initiative.translations = translations;
}

/// The locality has one place, and a place that says nothing is none.
fn settle_place(initiative: &mut SubmissionInitiative) -> Result<(), &'static str> {
    let mut place = initiative.place.take().unwrap_or_default();
    if let Some(locality) = initiative.locality.take() {
        if place.locality.as_ref().is_some_and(|other| *other != locality) {
            return Err("must be the same as place.locality, or be left out");
        }
        place.locality = Some(locality);
    }
    initiative.place = Some(place).filter(|place| *place != SubmissionPlace::default());
    Ok(())
}

/// Checked for its form only: nothing is ever fetched.
fn is_link(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        url.host_str().is_some_and(|host| !host.is_empty())
            && url.username().is_empty()
            && url.password().is_none()
    })
}

/// Without those that are named twice.
fn in_order<T: PartialEq>(items: Vec<T>) -> Vec<T> {
    let mut once = Vec::with_capacity(items.len());
    for item in items {
        if !once.contains(&item) {
            once.push(item);
        }
    }
    once
}

/// What asks to be on the map, edited.
///
/// # Errors
/// Those of [`settle`].
pub(super) fn edit(
    initiative: &SubmissionInitiative,
    patch: &SubmissionInitiativePatch,
    base: &str,
) -> Result<SubmissionInitiative, Problem> {
    let mut patch = to_value(patch)?;
    // Stored, the locality is in the place.
    if let Some(locality) = patch.as_object_mut().and_then(|patch| patch.remove("locality")) {
        let place = &mut patch["place"];
        if !place.is_object() {
            *place = json!({});
        }
        place["locality"] = locality;
    }
    settle(merged(initiative, patch)?, base)
}

/// What is proposed, after more was: the members that are named anew replace those before.
///
/// # Errors
/// None that happen.
pub(super) fn join(
    before: &SubmissionInitiativePatch,
    more: &SubmissionInitiativePatch,
) -> Result<SubmissionInitiativePatch, Problem> {
    let (mut joined, more) = (to_value(before)?, to_value(more)?);
    if let (Value::Object(joined), Value::Object(more)) = (&mut joined, more) {
        joined.extend(more);
    }
    serde_json::from_value(joined).map_err(Problem::internal)
}

/// Who asks, edited. The address is in it.
///
/// # Errors
/// None that happen.
pub(super) fn edit_submitter(submitter: &Submitter, patch: &SubmitterPatch) -> Result<Submitter, Problem> {
    merged(submitter, to_value(patch)?)
}

fn merged<T: Serialize + DeserializeOwned>(target: &T, patch: Value) -> Result<T, Problem> {
    let mut target = to_value(target)?;
    merge(&mut target, patch);
    serde_json::from_value(target).map_err(Problem::internal)
}

fn to_value(value: &impl Serialize) -> Result<Value, Problem> {
    serde_json::to_value(value).map_err(Problem::internal)
}

/// RFC 7396 §2.
fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Some(target) = target.as_object_mut() else { return };
    for (name, value) in patch {
        match value {
            Value::Null => drop(target.remove(&name)),
            value => merge(target.entry(name).or_insert(Value::Null), value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn initiative(value: Value) -> SubmissionInitiative {
        let mut whole = json!({"title": " Seeds ", "summary": "x", "country": "ZM", "language": "EN"});
        merge(&mut whole, value);
        serde_json::from_value(whole).unwrap()
    }

    fn codes(value: Value) -> Vec<&'static str> {
        settle(initiative(value), "/initiative")
            .err()
            .map_or(Vec::new(), |problem| problem.faults().iter().map(|fault| fault.code).collect())
    }

    #[test]
    fn there_is_one_form() {
        let settled =
            settle(initiative(json!({"locality": "Mongu", "languages": ["fr", "FR"]})), "").ok().unwrap();
        assert_eq!(
            (&*settled.title, &*settled.language, settled.languages),
            ("Seeds", "en", vec!["fr".to_owned()])
        );
        assert_eq!((settled.locality, settled.place.unwrap().locality.as_deref()), (None, Some("Mongu")));
    }

    #[test]
    fn what_no_schema_says_is_refused() {
        assert!(codes(json!({})).is_empty());
        assert_eq!(codes(json!({"title": "\u{200b}"})), ["invalid_format"]);
        assert_eq!(codes(json!({"country": "ZZ"})), ["unknown_country"]);
        assert_eq!(codes(json!({"url": "https://user:secret@example.org"})), ["invalid_format"]);
        assert_eq!(codes(json!({"links": ["https://"]})), ["invalid_format"]);
        assert_eq!(codes(json!({"locality": "A", "place": {"locality": "B"}})), ["contradiction"]);
        assert_eq!(
            codes(json!({"translations": {"en": {"title": "x", "by": "human"}}})),
            ["repeated_language"]
        );
    }

    #[test]
    fn absent_keeps_and_null_clears() {
        let before = settle(
            initiative(json!({"place": {"region": "West", "locality": "Mongu"}, "url": "https://a.example"})),
            "",
        )
        .ok()
        .unwrap();
        let patch = |value: Value| serde_json::from_value::<SubmissionInitiativePatch>(value).unwrap();
        let after =
            edit(&before, &patch(json!({"locality": null, "url": null, "title": "Other"})), "").ok().unwrap();
        let place = after.place.unwrap();
        assert_eq!((place.region.as_deref(), place.locality), (Some("West"), None));
        assert_eq!((after.url, &*after.title, &*after.summary), (None, "Other", "x"));
        assert!(edit(&before, &patch(json!({"place": null})), "").ok().unwrap().place.is_none());
    }
}
