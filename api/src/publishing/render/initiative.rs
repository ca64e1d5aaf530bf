//! An initiative's document.

use ::entity::gallery_document::DocumentKind;
use ::entity::initiative;
use ::entity::kinds::{Precision, Risk};

use super::{Draft, Rendered};
use crate::moment::Moment;
use crate::publishing::documents::{GalleryItem, InitiativeItem, InitiativeType, OrganisationLabel};
use crate::publishing::facts::Facts;
use crate::publishing::place::{KnownPlace, public_place};
use crate::reference::Point;

pub(super) fn render(initiative: &initiative::Model, facts: &Facts) -> Option<Rendered> {
    let precision = initiative.public_precision;
    let known = KnownPlace {
        country: initiative.country.as_deref(),
        region: initiative.region.as_deref(),
        locality: initiative.locality.as_deref(),
        venue: None,
        point: initiative.public_lat.zip(initiative.public_lon).map(|(lat, lon)| Point { lat, lon }),
    };
    // From high risk on nobody is named.
    let may_be_named = facts.risk_in(initiative.country.as_deref()) < Risk::High;
    let carriers = facts.carriers.get(&initiative.id).filter(|_| may_be_named);
    let organisations: Vec<OrganisationLabel> = carriers
        .into_iter()
        .flatten()
        .filter_map(|id| facts.organisations.get(id))
        .map(|o| OrganisationLabel { id: o.id.0, name: o.name.clone(), kind: o.kind })
        .collect();
    let draft = Draft {
        kind: DocumentKind::Initiative,
        subkind: None,
        id: initiative.id.0,
        country: known.country.filter(|_| precision != Precision::Hidden),
        place: Box::new(move |language| public_place(&known, precision, language)),
        moment: Moment::Unknown,
        cancelled: false,
        language: &initiative.language,
        spoken: &initiative.languages.0,
        translations: &initiative.translations,
        event_id: None,
        initiative_id: Some(initiative.id.0),
    };
    draft.finish(facts, |texts, common| {
        let title = texts.title(&initiative.title);
        let item = InitiativeItem {
            r#type: InitiativeType::Initiative,
            kind: InitiativeType::Initiative,
            common,
            title: title.clone(),
            summary: texts.summary(initiative.summary.as_deref()),
            description: texts.description(initiative.description.as_deref()),
            languages: initiative.languages.0.clone(),
            url: initiative.url.clone(),
            organisations: organisations.clone(),
            confirmed_on: initiative.confirmed_on,
        };
        (title.clone(), Some(title), GalleryItem::Initiative(Box::new(item)))
    })
}
