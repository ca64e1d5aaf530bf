//! What the answers look like, for their description: they are put together from finished documents and never built as
//! these types.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::gallery_document::DocumentKind;
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};
use uuid::Uuid;

use super::counts::KindCounts;
use crate::publishing::documents::{EventItem, InitiativeItem, OutcomeItem, QuoteItem, StoryItem};
use crate::publishing::feature::{MapDocument, MapFeatureType, MapPoint};
use crate::publishing::{GalleryItem, Risk};
use crate::reference::Point;

/// Unchanged since the answer whose `ETag` was sent as `If-None-Match`; without a body.
#[derive(IntoResponses)]
#[response(status = 304)]
pub struct Unchanged;

/// Declares `{items, next_cursor}` of a type of items.
macro_rules! page {
    ($(#[$doc:meta])* $name:ident of $item:ty) => {
        $(#[$doc])*
        #[derive(ToSchema)]
        pub struct $name {
            /// The items.
            pub items: Vec<$item>,
            /// The `cursor` of the next page; null on the last one.
            #[schema(required = true)]
            pub next_cursor: Option<String>,
        }
    };
}

page!(
    /// A page of events.
    EventPage of EventItem
);
page!(
    /// A page of initiatives.
    InitiativePage of InitiativeItem
);
page!(
    /// A page of quotes.
    QuotePage of QuoteItem
);
page!(
    /// A page of outcomes.
    OutcomePage of OutcomeItem
);
page!(
    /// A page of stories.
    StoryPage of StoryItem
);
page!(
    /// All countries that have something in the gallery.
    GalleryCountryPage of GalleryCountry
);
page!(
    /// A page of excerpts.
    ExcerptPage of ExcerptItem
);
page!(
    /// A page of search hits.
    SearchPage of SearchHit
);
page!(
    /// All countries of ISO 3166-1.
    CountryPage of CountryEntry
);
page!(
    /// All languages of ISO 639 that have a name here.
    LanguagePage of LanguageEntry
);
page!(
    /// All themes.
    ThemePage of ThemeEntry
);

/// The whole gallery at a glance.
#[derive(ToSchema)]
pub struct Overview {
    /// How much there is.
    pub totals: OverviewTotals,
    /// The countries that have something.
    pub countries: Vec<GalleryCountry>,
    /// The ten documents of any kind that changed last.
    pub latest: Vec<GalleryItem>,
}

/// How much there is in the gallery.
#[derive(Serialize, ToSchema)]
pub struct OverviewTotals {
    /// Countries that have something.
    #[schema(minimum = 0)]
    pub countries: usize,
    /// Documents by kind.
    #[serde(flatten)]
    pub documents: KindCounts,
}

/// A country and how much it has in the gallery.
#[derive(Serialize, ToSchema)]
pub struct GalleryCountry {
    /// The two-letter code.
    #[schema(example = "SS")]
    pub code: &'static str,
    /// Its name in the language asked for.
    #[schema(example = "South Sudan")]
    pub name: &'static str,
    /// The one point that stands for it.
    pub point: Point,
    /// Documents by kind.
    pub counts: KindCounts,
}

/// A country's page: the newest of each kind.
#[derive(ToSchema)]
pub struct GalleryCountryDetail {
    /// The two-letter code.
    #[schema(example = "SS")]
    pub code: String,
    /// Its name in the language asked for.
    #[schema(example = "South Sudan")]
    pub name: String,
    /// The one point that stands for it.
    pub point: Point,
    /// Documents by kind.
    pub counts: KindCounts,
    /// Initiatives.
    pub initiatives: Vec<InitiativeItem>,
    /// Events.
    pub events: Vec<EventItem>,
    /// Quotes.
    pub quotes: Vec<QuoteItem>,
    /// Outcomes.
    pub outcomes: Vec<OutcomeItem>,
    /// Stories.
    pub stories: Vec<StoryItem>,
    /// Addresses of this page and of the lists that have all of each kind.
    pub links: BTreeMap<String, String>,
}

/// A country's page with some members of its documents.
#[derive(ToSchema)]
pub struct ExcerptCountry {
    /// The two-letter code.
    #[schema(example = "SS")]
    pub code: String,
    /// Its name in the language asked for.
    #[schema(example = "South Sudan")]
    pub name: String,
    /// The one point that stands for it.
    pub point: Point,
    /// Documents by kind.
    pub counts: KindCounts,
    /// Initiatives.
    pub initiatives: Vec<ExcerptItem>,
    /// Events.
    pub events: Vec<ExcerptItem>,
    /// Quotes.
    pub quotes: Vec<ExcerptItem>,
    /// Outcomes.
    pub outcomes: Vec<ExcerptItem>,
    /// Stories.
    pub stories: Vec<ExcerptItem>,
    /// Addresses of this page and of the lists that have all of each kind.
    pub links: BTreeMap<String, String>,
}

/// A document that was found.
#[derive(ToSchema)]
pub struct SearchHit {
    /// Its kind.
    pub kind: DocumentKind,
    /// Its id.
    pub id: Uuid,
    /// Its title, or the beginning of its words, in the language of the item.
    pub title: String,
    /// A part of its text, if possible one that has a word that was searched for.
    pub snippet: String,
    /// The whole document.
    pub item: GalleryItem,
}

/// The members of a document that were asked for.
#[derive(Serialize, ToSchema)]
pub struct ExcerptItem {
    /// Its id, always.
    pub id: Uuid,
    /// What was asked for, as the whole document has it.
    #[serde(flatten)]
    pub members: BTreeMap<String, serde_json::Value>,
}

/// A document in the words of schema.org; further members depend on `@type`.
#[derive(Serialize, ToSchema)]
pub struct LinkedItem {
    /// Always `https://schema.org`.
    #[serde(rename = "@context")]
    #[schema(example = "https://schema.org")]
    pub context: String,
    /// What it is: `Event`, `Quotation`, `Project`, `CreativeWork` or a kind of that.
    #[serde(rename = "@type")]
    #[schema(example = "Event")]
    pub what: String,
    /// Its identifier, as a URN.
    #[serde(rename = "@id")]
    #[schema(example = "urn:uuid:0b6a7c1e-5d3f-4c2a-9e8b-7f6a5d4c3b2a")]
    pub id: String,
}

/// What changed, in order.
#[derive(ToSchema)]
pub struct ChangePage {
    /// The changes.
    pub items: Vec<Change>,
    /// Where to go on. Always there: on the last page it leads to what will change next.
    pub next_cursor: String,
}

/// That a document is there in this version, or is there no longer.
#[derive(ToSchema)]
pub struct Change {
    /// Its place in the order of changes. Numbers grow; there are gaps.
    #[schema(minimum = 1)]
    pub seq: i64,
    /// What to do with a copy.
    pub op: ChangeOp,
    /// The kind of the document.
    pub kind: DocumentKind,
    /// The id of the document.
    pub id: Uuid,
    /// Its version.
    #[schema(minimum = 1)]
    pub version: i64,
    /// When it changed.
    pub at: DateTime<Utc>,
    /// The document; left out with `delete`.
    #[schema(nullable = false)]
    pub item: Option<GalleryItem>,
}

/// What to do with a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeOp {
    /// Put `item` in its place.
    Upsert,
    /// Delete it.
    Delete,
}

/// A country.
#[derive(Serialize, ToSchema)]
pub struct CountryEntry {
    /// The two-letter code (ISO 3166-1 alpha-2).
    #[schema(example = "SS")]
    pub code: &'static str,
    /// The three-letter code.
    #[schema(example = "SSD")]
    pub alpha3: &'static str,
    /// The three-digit code.
    #[schema(example = "728")]
    pub numeric: &'static str,
    /// Its name in the language asked for.
    #[schema(example = "South Sudan")]
    pub name: &'static str,
    /// The one point that stands for it.
    pub point: Point,
    /// How dangerous it is to be seen there. Only staff is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub risk: Option<Risk>,
}

/// A language.
#[derive(Serialize, ToSchema)]
pub struct LanguageEntry {
    /// The two-letter code (ISO 639), or the three-letter one where there is none.
    #[schema(example = "sw")]
    pub code: &'static str,
    /// Its name in the language asked for.
    #[schema(example = "Swahili")]
    pub name: &'static str,
    /// What its speakers call it.
    #[schema(example = "Kiswahili")]
    pub endonym: &'static str,
    /// In which direction it is written: `ltr` or `rtl`.
    #[schema(example = "ltr")]
    pub direction: &'static str,
}

/// A theme.
#[derive(Serialize, ToSchema)]
pub struct ThemeEntry {
    /// Identifier.
    pub id: Uuid,
    /// Its label in the language asked for, else in another.
    #[schema(example = "Access to grants")]
    pub label: String,
    /// Its labels by language.
    pub labels: BTreeMap<String, String>,
}

/// A FeatureCollection of clusters and documents.
#[derive(ToSchema)]
pub struct MapFeatures {
    /// Always `FeatureCollection`.
    pub r#type: MapFeaturesType,
    /// The features.
    pub features: Vec<MapFeature>,
}

/// The one word `FeatureCollection`.
#[derive(Serialize, ToSchema)]
pub enum MapFeaturesType {
    /// A collection.
    FeatureCollection,
}

/// Something on the map.
#[derive(ToSchema)]
pub struct MapFeature {
    /// Always `Feature`.
    pub r#type: MapFeatureType,
    /// The document's id, or a name of the cluster.
    #[schema(example = "SS")]
    pub id: String,
    /// Where.
    pub geometry: MapPoint,
    /// What.
    pub properties: MapProperties,
}

/// What a feature is.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum MapProperties {
    /// Several documents.
    Cluster(MapCluster),
    /// One document.
    Document(MapDocument<'static>),
}

/// Several documents.
#[derive(Serialize, ToSchema)]
pub struct MapCluster {
    /// Always true.
    #[schema(example = true)]
    pub cluster: bool,
    /// The country, if the cluster is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "SS")]
    pub country: Option<&'static str>,
    /// The country's name in the language asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "South Sudan")]
    pub name: Option<&'static str>,
    /// How many documents.
    #[schema(minimum = 1)]
    pub count: i64,
    /// Documents by kind.
    pub counts: KindCounts,
}
