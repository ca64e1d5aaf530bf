//! What lines have in common.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use ::entity::ids::AccountId;
use ::entity::kinds::RecordKind;
use ::entity::values::{Texts, Translation, Translations};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::PartialSchema;
use utoipa::ToSchema;
use utoipa::openapi::{Object, ObjectBuilder, Type};
use uuid::Uuid;

use crate::http::json::{fault, step};
use crate::http::language::canonical_tag;
use crate::problem::Fault;
use crate::reference;

/// The first line of a bundle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BundleHeader)]
pub struct Header {
    /// Always `solidarity-bundle`.
    pub format: Format,
    /// Always 1.
    #[schema(minimum = 1, maximum = 1)]
    pub version: u8,
    /// Who speaks: ids are unique within it.
    #[schema(min_length = 1, max_length = 100, pattern = r"^\S+$")]
    pub source: String,
    /// The language of records that state none (BCP 47).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub language: Option<LanguageTag>,
    /// A remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 2000)]
    pub note: Option<String>,
}

/// The one format there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = BundleFormat)]
pub enum Format {
    /// This one.
    #[serde(rename = "solidarity-bundle")]
    SolidarityBundle,
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident($($rule:tt)*);)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        #[schema($($rule)*)]
        pub struct $name(pub String);
    )+};
}

texts! {
    /// A record's id in its source.
    RecordId(as = BundleId, min_length = 1, max_length = 200, pattern = r"^\S+$");
    /// ISO 3166-1 alpha-2.
    CountryCode(as = RecordCountry, pattern = "^[A-Z]{2}$");
    /// BCP 47.
    LanguageTag(as = RecordLanguage, min_length = 2, max_length = 35, pattern = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$");
    /// A few words or a sentence.
    Sentence(as = Sentence, max_length = 1000, pattern = r"\S");
    /// A link on the web.
    WebAddress(as = WebAddress, max_length = 2000, pattern = r"^https?://[^\s/]\S*$");
    /// A word in lower snake case.
    Word(as = Word, pattern = "^[a-z][a-z_]{0,39}$");
}

/// Texts as they are stored.
pub fn sentences(list: Vec<Sentence>) -> Texts {
    Texts(list.into_iter().map(|s| s.0).collect())
}

/// Texts as they are written.
pub fn to_sentences(texts: Texts) -> Vec<Sentence> {
    texts.0.into_iter().map(Sentence).collect()
}

/// What a record is made with of a line or a body: who is known by which id, and where faults are collected.
pub struct Incoming<'a> {
    /// The record's identifier here.
    pub id: Uuid,
    /// The record's version after this line.
    pub version: i64,
    /// The instant of the change.
    pub now: DateTime<Utc>,
    /// When the record was made.
    pub created_at: DateTime<Utc>,
    /// Who made it.
    pub created_by: Option<AccountId>,
    /// When the event was recorded as held, if it was before.
    pub held_at: Option<DateTime<Utc>>,
    /// The header's language.
    pub language: Option<&'a LanguageTag>,
    /// The records that may be named.
    pub known: &'a HashMap<String, (RecordKind, Uuid)>,
    /// What is wrong with the line.
    pub faults: Vec<Fault>,
}

#[cfg(test)]
impl Incoming<'static> {
    /// For tests: a new record that names no others.
    pub fn alone(id: Uuid) -> Self {
        static NONE: LazyLock<HashMap<String, (RecordKind, Uuid)>> = LazyLock::new(HashMap::new);
        let at = DateTime::UNIX_EPOCH;
        Self {
            id,
            version: 1,
            now: at,
            created_at: at,
            created_by: None,
            held_at: None,
            language: None,
            known: &NONE,
            faults: Vec::new(),
        }
    }
}

impl Incoming<'_> {
    /// The record's identifier, as one that a source has.
    pub fn name(&self) -> RecordId {
        RecordId(self.id.to_string())
    }

    /// Notes a fault.
    pub fn refuse(
        &mut self,
        pointer: &str,
        code: &'static str,
        detail: impl Into<std::borrow::Cow<'static, str>>,
    ) {
        self.faults.push(fault(pointer, code, detail));
    }

    /// The record that is named, of one of these kinds.
    pub fn find(
        &mut self,
        pointer: &str,
        name: &RecordId,
        kinds: &[RecordKind],
    ) -> Option<(RecordKind, Uuid)> {
        let found = self.known.get(&name.0).copied();
        if let Some((kind, id)) = found
            && kinds.contains(&kind)
        {
            return Some((kind, id));
        }
        let wanted: Vec<&str> = kinds.iter().map(|k| k.as_str()).collect();
        let wanted = wanted.join(" or ");
        match found {
            None => self.refuse(
                pointer,
                "unknown_reference",
                format!("must be the id of a record of the type {wanted} that is there already"),
            ),
            Some(_) => {
                self.refuse(pointer, "wrong_reference", format!("must name a record of the type {wanted}"))
            }
        }
        None
    }

    /// One record that is named, or nothing.
    pub fn one<I: From<Uuid>>(
        &mut self,
        pointer: &str,
        name: Option<&RecordId>,
        kind: RecordKind,
    ) -> Option<I> {
        self.find(pointer, name?, &[kind]).map(|(_, id)| id.into())
    }

    /// The records that are named, none twice.
    pub fn many<I: From<Uuid>>(&mut self, pointer: &str, names: &[RecordId], kind: RecordKind) -> Vec<I> {
        let mut seen = BTreeSet::new();
        let mut ids = Vec::with_capacity(names.len());
        for (i, name) in names.iter().enumerate() {
            let pointer = step(pointer, &i.to_string());
            if !seen.insert(name) {
                self.refuse(&pointer, "repeated_value", "is named twice");
            }
            ids.extend(self.find(&pointer, name, &[kind]).map(|(_, id)| I::from(id)));
        }
        ids
    }

    /// A country that exists.
    pub fn country(&mut self, pointer: &str, code: Option<&CountryCode>) -> Option<String> {
        let code = &code?.0;
        if reference::country(code).is_none() {
            self.refuse(pointer, "unknown_country", "must be a country of ISO 3166-1");
        }
        Some(code.clone())
    }

    /// The language of a record's texts: its own or the header's.
    pub fn own_language(&mut self, own: Option<&LanguageTag>) -> String {
        match own.or(self.language) {
            Some(tag) => self.tag("/language", &tag.0),
            None => {
                self.refuse("/language", "required", "is required where the header names no language");
                String::new()
            }
        }
    }

    /// A language in canonical form.
    pub fn tag(&mut self, pointer: &str, tag: &str) -> String {
        canonical_tag(tag).unwrap_or_else(|| {
            self.refuse(pointer, "invalid_language", "must be a language tag of BCP 47");
            String::new()
        })
    }

    /// Languages in canonical form.
    pub fn tags(&mut self, pointer: &str, tags: &[LanguageTag]) -> Texts {
        Texts(tags.iter().enumerate().map(|(i, t)| self.tag(&step(pointer, &i.to_string()), &t.0)).collect())
    }

    /// Translations, each in another language than the original and than each other.
    pub fn translations(
        &mut self,
        original: &str,
        translations: BTreeMap<String, Translation>,
    ) -> Translations {
        let mut canonical = BTreeMap::new();
        for (tag, translation) in translations {
            let pointer = step("/translations", &tag);
            let tag = self.tag(&pointer, &tag);
            if tag == original || canonical.insert(tag, translation).is_some() {
                self.refuse(
                    &pointer,
                    "repeated_language",
                    "is the language of the original or of another translation",
                );
            }
        }
        Translations(canonical)
    }
}

/// By which ids records are known in the source that is written.
pub struct Names<'a>(pub &'a HashMap<Uuid, String>);

impl Names<'static> {
    /// By their identifiers here.
    pub fn here() -> Self {
        static NONE: LazyLock<HashMap<Uuid, String>> = LazyLock::new(HashMap::new);
        Self(&NONE)
    }
}

impl Names<'_> {
    /// The id of a record.
    pub fn of(&self, id: impl Into<Uuid>) -> RecordId {
        let id = id.into();
        RecordId(self.0.get(&id).cloned().unwrap_or_else(|| id.to_string()))
    }

    /// The ids of records.
    pub fn all<I: Into<Uuid>>(&self, ids: impl IntoIterator<Item = I>) -> Vec<RecordId> {
        ids.into_iter().map(|id| self.of(id)).collect()
    }
}

/// Languages as they are written.
pub fn to_tags(texts: Texts) -> Vec<LanguageTag> {
    texts.0.into_iter().map(LanguageTag).collect()
}

/// Translations by language: utoipa cannot say of a map how its names look and how many there may be.
pub fn translations_schema() -> Object {
    by_language(50).additional_properties(Some(Translation::schema())).build()
}

/// At least one label by language.
pub fn labels_schema() -> Object {
    let label = ObjectBuilder::new().schema_type(Type::String).max_length(Some(200)).pattern(Some(r"\S"));
    by_language(100).min_properties(Some(1)).additional_properties(Some(label)).build()
}

fn by_language(most: usize) -> ObjectBuilder {
    let tag =
        ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"));
    ObjectBuilder::new().schema_type(Type::Object).max_properties(Some(most)).property_names(Some(tag))
}
