//! What may be asked: the query parameters of the public side. Their bounds stand in the OpenAPI document, which is
//! enforced before a handler sees them; what they mean together is read in [`super::filters`].

use chrono::NaiveDate;
use entity::gallery_document::DocumentKind;
use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::ArrayItems;
use utoipa::openapi::{ArrayBuilder, ObjectBuilder, RefOr, Schema, Type};
use utoipa::{IntoParams, PartialSchema, ToSchema};
use uuid::Uuid;

use crate::publishing::documents::{EventItem, OutcomeItem, StoryItem};
use crate::reference::ZoneName;

/// A country's two-letter code.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(pattern = "^[A-Z]{2}$", example = "SS")]
pub struct CountryCode(pub String);

/// A language tag (BCP 47): language, script, region and one variant.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(
    max_length = 35,
    pattern = "^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))?$",
    example = "es"
)]
pub struct LanguageTag(pub String);

/// Longitude, latitude, longitude, latitude, in degrees.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Corners(pub Vec<f64>);

impl PartialSchema for Corners {
    fn schema() -> RefOr<Schema> {
        let degrees = |most: i32| {
            ObjectBuilder::new().schema_type(Type::Number).minimum(Some(-most)).maximum(Some(most)).build()
        };
        ArrayBuilder::new()
            .prefix_items([180, 90, 180, 90].map(degrees))
            .items(ArrayItems::False)
            .min_items(Some(4))
            .max_items(Some(4))
            .into()
    }
}

impl ToSchema for Corners {}

/// How a list is ordered. Whatever has no known time counts as oldest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(default = "-when")]
pub enum ListOrder {
    /// By time, newest first.
    #[default]
    #[serde(rename = "-when")]
    NewestFirst,
    /// By time, oldest first.
    #[serde(rename = "when")]
    OldestFirst,
    /// By last change, newest first.
    #[serde(rename = "-updated_at")]
    LastChangedFirst,
    /// By last change, oldest first.
    #[serde(rename = "updated_at")]
    FirstChangedFirst,
}

/// Which language is wanted.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Lang {
    /// The language of the answer, before `Accept-Language`; what is not available in it is in its original language.
    #[param(nullable = false, inline, example = "es")]
    pub lang: Option<LanguageTag>,
}

/// The headers that matter to every answer of the public side.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code, reason = "describes headers, which handlers read from the request")]
pub struct ReadHeaders {
    /// Languages by weight (RFC 9110 §12.5.4), where `lang` is not given.
    #[param(rename = "Accept-Language", nullable = false, required = false, example = "es-MX, es;q=0.9")]
    accept_language: String,
    /// The `ETag` of the answer that the caller has; 304 if it is still right.
    #[param(rename = "If-None-Match", nullable = false, required = false)]
    if_none_match: String,
}

/// Filters of every list, of search and of the map.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AboutFilters {
    /// Countries (ISO 3166-1 alpha-2), separated by commas: one of them.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 60)]
    pub country: Vec<CountryCode>,
    /// Ids of themes, separated by commas: one of them.
    #[serde(default)]
    #[param(style = Form, explode = false, required = false, min_items = 1, max_items = 20)]
    pub theme: Vec<Uuid>,
    /// Language tags, separated by commas: it can be read or is spoken in one of them.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 20)]
    pub language: Vec<LanguageTag>,
}

/// Where it is on the map.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BoxFilter {
    /// `minLon,minLat,maxLon,maxLat` in degrees (WGS 84): its public point lies in this box. A box whose `minLon`
    /// exceeds its `maxLon` crosses the antimeridian.
    #[param(nullable = false, inline, style = Form, explode = false)]
    pub bbox: Option<Corners>,
}

/// Words and order of a list.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListFilters {
    /// Words, of which the first ten count: all of them occur, each as the beginning of a word. Case and accents do not
    /// matter.
    #[param(
        nullable = false,
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]+$",
        example = "audit"
    )]
    pub q: Option<String>,
    /// The order. Whatever has no known time counts as oldest.
    #[serde(default)]
    #[param(inline)]
    pub sort: ListOrder,
}

/// Words alone, where the order is given.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WordsFilter {
    /// Words, of which the first ten count: all of them occur, each as the beginning of a word. Case and accents do not
    /// matter.
    #[param(
        nullable = false,
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]+$",
        example = "audit"
    )]
    pub q: Option<String>,
}

/// When it takes place.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PeriodFilters {
    /// A date: it takes place on that day or later, as far as is known. What has no known time is left out.
    #[param(nullable = false, example = "2026-01-01")]
    pub from: Option<NaiveDate>,
    /// A date: it takes place on that day or earlier, as far as is known. What has no known time is left out.
    #[param(nullable = false, example = "2026-12-31")]
    pub to: Option<NaiveDate>,
}

/// What it belongs to.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct InitiativeFilter {
    /// The id of the initiative that it belongs to.
    #[param(nullable = false)]
    pub initiative: Option<Uuid>,
}

/// What it came from.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventFilter {
    /// The id of the event that it came from.
    #[param(nullable = false)]
    pub event: Option<Uuid>,
}

/// Filters of events alone.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventsFilters {
    /// Kinds of events, separated by commas: one of them.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 20)]
    pub kind: Vec<EventKindWord>,
    /// `true`: only what is not over yet and not cancelled; `false`: only the others.
    #[param(nullable = false)]
    pub upcoming: Option<bool>,
}

/// Which wall times are wanted.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Zone {
    /// An IANA time zone: where the time is known to the minute, `when` also has `local`, the wall times there.
    #[param(nullable = false, example = "Africa/Juba")]
    pub tz: Option<ZoneName>,
}

/// Filter of outcomes alone.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OutcomesFilter {
    /// Kinds of outcomes, separated by commas: one of them.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 20)]
    pub kind: Vec<OutcomeKindWord>,
}

/// Filter of stories alone.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StoriesFilter {
    /// Kinds of stories, separated by commas: one of them.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 20)]
    pub kind: Vec<StoryKindWord>,
}

/// Which kinds of documents.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DocumentKinds {
    /// Kinds of documents, separated by commas: one of them.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 5)]
    pub kind: Vec<DocumentKind>,
}

/// Declares the word for a kind of record: checked by a schema that is that of the documents' `kind`.
macro_rules! kind_word {
    ($(#[$doc:meta])* $name:ident of $item:ty as $schema:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                member_of::<$item>($schema)
            }
        }

        impl ToSchema for $name {}
    };
}

kind_word!(
    /// A kind of event.
    EventKindWord of EventItem as "EventKind"
);
kind_word!(
    /// A kind of outcome.
    OutcomeKindWord of OutcomeItem as "OutcomeKind"
);
kind_word!(
    /// A kind of story.
    StoryKindWord of StoryItem as "StoryKind"
);

/// The schema of this name among those that `T` is made of.
fn member_of<T: ToSchema>(name: &str) -> RefOr<Schema> {
    let mut schemas = Vec::new();
    T::schemas(&mut schemas);
    let found = schemas.into_iter().find(|(known, _)| known == name).map(|(_, schema)| schema);
    found.unwrap_or_else(|| ObjectBuilder::new().schema_type(Type::String).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kinds_that_may_be_asked_for_are_those_that_documents_have() {
        for (schema, word) in [
            (EventKindWord::schema(), "jam_session"),
            (OutcomeKindWord::schema(), "barrier"),
            (StoryKindWord::schema(), "photo_essay"),
        ] {
            let schema = serde_json::to_value(schema).unwrap();
            assert!(schema["enum"].as_array().is_some_and(|words| words.contains(&word.into())), "{schema}");
        }
    }
}
