//! The documents of outcomes, quotes and stories. They are no finer than their country: where in it something was said is
//! told by the event alone.

use ::entity::gallery_document::DocumentKind;
use ::entity::ids::{EventId, InitiativeId};
use ::entity::kinds::{PersonRole, Precision};
use ::entity::quote::AttributionLevel;
use ::entity::values::Translations;
use ::entity::{outcome, quote, story};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::event::public_moment;
use super::{Draft, Rendered, event_label, event_precision, initiative_label, initiative_of_event};
use crate::moment::Moment;
use crate::publishing::counts;
use crate::publishing::documents::{
    Attribution, GalleryItem, OutcomeItem, OutcomeType, QuoteItem, QuoteType, StoryItem, StoryType,
};
use crate::publishing::facts::Facts;
use crate::publishing::place::{KnownPlace, public_place};
use crate::publishing::rules;
use crate::reference;

pub(super) fn outcome(outcome: &outcome::Model, facts: &Facts, now: DateTime<Utc>) -> Option<Rendered> {
    let context = Context::of(Some(outcome.event_id), None, None, facts);
    let follow_ups = facts.follow_ups.get(&outcome.id).map_or(&[][..], Vec::as_slice);
    let draft = context.draft(DocumentKind::Outcome, outcome.id.0, &outcome.language, &outcome.translations);
    let draft = Draft { subkind: Some(outcome.kind.as_str()), ..draft };
    draft.finish(facts, |texts, common| {
        let text = texts.text(&outcome.text);
        let item = OutcomeItem {
            r#type: OutcomeType::Outcome,
            kind: outcome.kind,
            common,
            text: text.clone(),
            addressed_to: outcome.addressed_to.0.clone(),
            followed_by: follow_ups
                .iter()
                // An event that hides its place would be placed by the outcome it follows, and places none in its turn.
                .filter(|id| {
                    !context.hidden && {
                        let event = facts.events.get(id);
                        event.is_some_and(|e| {
                            rules::event(e, facts, now).listed && event_precision(e) != Precision::Hidden
                        })
                    }
                })
                .filter_map(|&id| event_label(Some(id), texts.language, facts, now))
                .collect(),
            event: event_label(context.event, texts.language, facts, now),
            initiative: initiative_label(context.initiative, texts.language, facts),
        };
        (text, None, GalleryItem::Outcome(Box::new(item)))
    })
}

pub(super) fn quote(quote: &quote::Model, facts: &Facts, now: DateTime<Utc>) -> Option<Rendered> {
    let context = Context::of(quote.event_id, quote.initiative_id, None, facts);
    let draft = context.draft(DocumentKind::Quote, quote.id.0, &quote.language, &quote.translations);
    draft.finish(facts, |texts, common| {
        let text = texts.text(&quote.text);
        let item = QuoteItem {
            r#type: QuoteType::Quote,
            kind: QuoteType::Quote,
            common,
            text: text.clone(),
            attribution: attribution(quote, context.hidden, texts.language, facts, now),
            event: event_label(context.event, texts.language, facts, now),
            initiative: initiative_label(context.initiative, texts.language, facts),
        };
        (text, None, GalleryItem::Quote(Box::new(item)))
    })
}

pub(super) fn story(story: &story::Model, facts: &Facts, now: DateTime<Utc>) -> Option<Rendered> {
    let context = Context::of(story.event_id, story.initiative_id, story.country.as_deref(), facts);
    let draft = context.draft(DocumentKind::Story, story.id.0, &story.language, &story.translations);
    let draft = Draft { subkind: Some(story.kind.as_str()), ..draft };
    draft.finish(facts, |texts, common| {
        let title = texts.title(&story.title);
        let item = StoryItem {
            r#type: StoryType::Story,
            kind: story.kind,
            common,
            title: title.clone(),
            summary: texts.summary(story.summary.as_deref()),
            url: story.url.clone(),
            event: event_label(context.event, texts.language, facts, now),
            initiative: initiative_label(context.initiative, texts.language, facts),
        };
        (title.clone(), Some(title), GalleryItem::Story(Box::new(item)))
    })
}

/// What a contribution takes from the event and the initiative it belongs to.
struct Context<'a> {
    event: Option<EventId>,
    initiative: Option<InitiativeId>,
    country: Option<&'a str>,
    moment: Moment,
    /// Whether the event hides its place.
    hidden: bool,
}

impl<'a> Context<'a> {
    fn of(
        event_id: Option<EventId>,
        initiative_id: Option<InitiativeId>,
        own_country: Option<&'a str>,
        facts: &'a Facts,
    ) -> Self {
        let event = event_id.and_then(|id| facts.events.get(&id));
        let hidden = event.is_some_and(|e| event_precision(e) == Precision::Hidden);
        let of_event = event.and_then(|e| initiative_of_event(e, facts));
        // An event that hides its place hides it in everything that belongs to it.
        let initiative = if event.is_some() && hidden { of_event } else { initiative_id.or(of_event) };
        let initiative = initiative.filter(|id| rules::initiative(*id, facts).withheld.is_empty());
        let of_initiative = initiative
            .and_then(|id| facts.initiatives.get(&id))
            .filter(|i| i.public_precision != Precision::Hidden)
            .and_then(|i| i.country.as_deref());
        let country = own_country.or(event.and_then(|e| e.country.as_deref())).or(of_initiative);
        let placed = (country.is_some() || event.is_some()) && !hidden;
        Self {
            event: event.map(|e| e.id),
            // One that hides its place is not named where that is told, or where an event tells it.
            initiative: initiative.filter(|id| {
                let initiative = facts.initiatives.get(id);
                !placed || initiative.is_some_and(|i| i.public_precision != Precision::Hidden)
            }),
            country: country.filter(|_| !hidden),
            moment: event.map_or(Moment::Unknown, public_moment),
            hidden,
        }
    }

    fn draft(
        &self,
        kind: DocumentKind,
        id: Uuid,
        language: &'a str,
        translations: &'a Translations,
    ) -> Draft<'a> {
        let country = self.country;
        let known = KnownPlace { country, ..Default::default() };
        let precision = if country.is_some() { Precision::Country } else { Precision::Hidden };
        Draft {
            kind,
            subkind: None,
            id,
            country,
            place: Box::new(move |language| public_place(&known, precision, language)),
            moment: self.moment,
            cancelled: false,
            language,
            spoken: &[],
            translations,
            event_id: self.event.map(|e| e.0),
            initiative_id: self.initiative.map(|i| i.0),
        }
    }
}

/// Names the speaker as finely as quote, consent and crowd allow; where one of them is missing, not at all.
fn attribution(
    quote: &quote::Model,
    hidden: bool,
    language: &str,
    facts: &Facts,
    now: DateTime<Utc>,
) -> Attribution {
    let anonymous = Attribution { level: AttributionLevel::Anonymous, label: None };
    let Ok(consent) = rules::quote_consent(quote, facts, now) else { return anonymous };
    let person = quote.person_id.and_then(|id| facts.people.get(&id));
    let level = rules::level(quote, consent);
    let label = match level {
        AttributionLevel::Name => {
            person.filter(|p| rules::name_consent(p.id, facts, now).is_some()).map(|p| p.display_name.clone())
        }
        AttributionLevel::Pseudonym => quote.label.clone(),
        // Where the place is hidden the speaker's country would tell it.
        AttributionLevel::RoleAndCountry => person.filter(|_| !hidden).and_then(|p| {
            let country = p.country.as_deref()?;
            let crowd = facts.crowds.get(&(p.role, country.to_owned())).copied().unwrap_or_default();
            let name = reference::country(country)?.name(language);
            counts::is_crowd(crowd).then(|| format!("{}, {name}", role_word(p.role, language)))
        }),
        AttributionLevel::Anonymous => None,
    };
    match label {
        Some(label) => Attribution { level, label: Some(label) },
        None => anonymous,
    }
}

/// What a role is called.
fn role_word(role: PersonRole, language: &str) -> &'static str {
    let base = language.split('-').next().unwrap_or(language);
    match (role, base) {
        (PersonRole::Activist, "es") => "activista",
        (PersonRole::Activist, "fr") => "activiste",
        (PersonRole::Activist, "pt") => "ativista",
        (PersonRole::Activist, "ar") => "ناشط",
        (PersonRole::Activist, _) => "activist",
        (PersonRole::Donor, "es") => "donante",
        (PersonRole::Donor, "fr") => "donateur",
        (PersonRole::Donor, "pt") => "doador",
        (PersonRole::Donor, "ar") => "مانح",
        (PersonRole::Donor, _) => "donor",
        (PersonRole::Ally, "es") => "persona aliada",
        (PersonRole::Ally, "fr") => "allié",
        (PersonRole::Ally, "pt") => "pessoa aliada",
        (PersonRole::Ally, "ar") => "حليف",
        (PersonRole::Ally, _) => "ally",
    }
}
