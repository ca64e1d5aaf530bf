//! What the members of public documents are called.

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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;
    use utoipa::PartialSchema as _;

    use super::*;
    use crate::publishing::documents::{
        EventItem, GalleryCommon, InitiativeItem, OutcomeItem, QuoteItem, StoryItem,
    };

    #[test]
    fn these_are_the_members_that_documents_have() {
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
}
