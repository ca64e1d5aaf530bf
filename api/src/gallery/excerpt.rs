//! Parts of documents, for those on weak lines who know what they want.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::IntoParams;

use crate::problem::Problem;

entity::text_enum! {
    /// A member of documents. What a kind does not have is left out.
    GalleryField {
        /// What every document has.
        Id = "id",
        /// Its type.
        Type = "type",
        /// Its kind within its type.
        Kind = "kind",
        /// Its country.
        Country = "country",
        /// Where.
        Place = "place",
        /// When.
        When = "when",
        /// The language of the original.
        Language = "language",
        /// The language of this answer.
        TextLanguage = "text_language",
        /// The texts in other languages.
        Translations = "translations",
        /// What it is about.
        Themes = "themes",
        /// When it last changed.
        UpdatedAt = "updated_at",
        /// Addresses.
        Links = "links",
        /// Title.
        Title = "title",
        /// One paragraph.
        Summary = "summary",
        /// The long text.
        Description = "description",
        /// The words of a quote or an outcome.
        Text = "text",
        /// Languages it works in, or is spoken at it.
        Languages = "languages",
        /// Where it is elsewhere.
        Url = "url",
        /// Who carries an initiative.
        Organisations = "organisations",
        /// When an initiative was last confirmed.
        ConfirmedOn = "confirmed_on",
        /// Where an event stands.
        Status = "status",
        /// How people meet.
        Format = "format",
        /// Live or not.
        Delivery = "delivery",
        /// Who answers for an event.
        Hosts = "hosts",
        /// Who helps.
        CoHosts = "co_hosts",
        /// The initiative it belongs to.
        Initiative = "initiative",
        /// The event it came from.
        Event = "event",
        /// Guiding questions.
        Questions = "questions",
        /// What an event is about.
        Topics = "topics",
        /// What a Jam Session is for.
        Purposes = "purposes",
        /// What is provided.
        Accessibility = "accessibility",
        /// Who may register.
        Registration = "registration",
        /// Whether there are seats.
        Seats = "seats",
        /// What is asked.
        RegistrationQuestions = "registration_questions",
        /// How many came.
        Headcount = "headcount",
        /// A recording.
        Recording = "recording",
        /// Who said it.
        Attribution = "attribution",
        /// Whom an outcome asks.
        AddressedTo = "addressed_to",
        /// Later events that took it up.
        FollowedBy = "followed_by",
    }
}

/// Which members are wanted.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Fields {
    /// Members of the documents, separated by commas: only these, and `id`. What a kind does not have is left out. As JSON such an
    /// answer is of another media type, since it lacks what documents have; JSON-LD is always whole.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 40)]
    pub fields: Vec<GalleryField>,
}

impl Fields {
    /// The members that are wanted; none where that is all of them.
    pub fn excerpt(&self) -> Option<Excerpt> {
        let members = self.fields.iter().map(|field| field.as_str());
        (!self.fields.is_empty()).then(|| Excerpt(members.chain(["id"]).collect()))
    }
}

/// Members that are wanted.
pub struct Excerpt(BTreeSet<&'static str>);

impl Excerpt {
    /// What is needed to choose from a list of texts.
    pub fn brief() -> Self {
        Self(BRIEF.into_iter().map(GalleryField::as_str).collect())
    }

    /// Whether a member is wanted.
    pub fn has(&self, member: &str) -> bool {
        self.0.contains(member)
    }

    /// What is wanted of a document.
    ///
    /// # Errors
    /// 500 if it is none.
    pub fn of(&self, body: &str) -> Result<String, Problem> {
        let mut members: Map<String, Value> = serde_json::from_str(body).map_err(Problem::internal)?;
        members.retain(|name, _| self.has(name));
        serde_json::to_string(&members).map_err(Problem::internal)
    }
}

/// The members of [`Excerpt::brief`].
const BRIEF: [GalleryField; 10] = [
    GalleryField::Id,
    GalleryField::Title,
    GalleryField::Text,
    GalleryField::Attribution,
    GalleryField::Status,
    GalleryField::When,
    GalleryField::Place,
    GalleryField::Country,
    GalleryField::Seats,
    GalleryField::Links,
];

#[cfg(test)]
mod tests {
    use utoipa::PartialSchema as _;

    use super::*;
    use crate::publishing::documents::{
        EventItem, GalleryCommon, InitiativeItem, OutcomeItem, QuoteItem, StoryItem,
    };

    #[test]
    fn every_member_of_a_document_may_be_asked_for() {
        fn members(schema: &Value, into: &mut BTreeSet<String>) {
            into.extend(schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()));
            schema["allOf"].as_array().into_iter().flatten().for_each(|part| members(part, into));
        }
        let mut all = BTreeSet::new();
        for schema in [
            GalleryCommon::schema(),
            EventItem::schema(),
            InitiativeItem::schema(),
            OutcomeItem::schema(),
            QuoteItem::schema(),
            StoryItem::schema(),
        ] {
            members(&serde_json::to_value(schema).unwrap(), &mut all);
        }
        let known: BTreeSet<String> = GalleryField::ALL.iter().map(|field| field.to_string()).collect();
        assert_eq!(known, all);
    }

    #[test]
    fn what_was_not_asked_for_is_left_out() {
        let asked = Fields { fields: vec![GalleryField::Title] };
        let short = asked.excerpt().unwrap().of(r#"{"title":"A","id":1,"text":"x"}"#).unwrap();
        assert_eq!(
            serde_json::from_str::<Value>(&short).unwrap(),
            serde_json::json!({"id": 1, "title": "A"})
        );
        assert!(Fields::default().excerpt().is_none());
    }
}
