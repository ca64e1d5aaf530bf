//! The feeds, of all there is and of the five kinds: thin handlers over [`super::answer`].

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use entity::gallery_document::DocumentKind;

use super::answer;
use crate::app::App;
use crate::gallery::filters::Filters;
use crate::gallery::params::{
    AboutFilters, BoxFilter, DocumentKinds, EventFilter, EventsFilters, InitiativeFilter, Lang,
    OutcomesFilter, PeriodFilters, ReadHeaders, StoriesFilter, WordsFilter,
};
use crate::gallery::shapes::Unchanged;
use crate::http::Query;
use crate::http::page::Paging;
use crate::problem::Problem;

/// What all have in common.
type Further = (Query<AboutFilters>, Query<BoxFilter>, Query<WordsFilter>);
type Reading = (Query<Lang>, Query<Paging>);
/// What quotes, outcomes and stories have in common.
type Belonging = (Query<InitiativeFilter>, Query<EventFilter>, Query<PeriodFilters>);

fn further(filters: Filters, (about, bbox, words): Further) -> Result<Filters, Problem> {
    Ok(filters.about(about.0)?.within(bbox.0)?.with_words(words.0.q.as_deref()))
}

fn belonging(filters: Filters, (initiative, event, period): Belonging) -> Result<Filters, Problem> {
    filters.of_initiative(initiative.0).of_event(event.0).during(period.0)
}

/// Subscribe to what is new
///
/// An Atom feed (RFC 4287) of all that is public, of whatever kind, the last changed first; `next` leads to earlier entries. With no other
/// filter than `kind` it also says what has gone (RFC 6721): take it away.
#[utoipa::path(
    tag = "gallery",
    operation_id = "gallery.changes.feed",
    params(DocumentKinds, AboutFilters, BoxFilter, WordsFilter, Lang, Paging, ReadHeaders),
    responses((status = 200, description = "A page of the feed", body = String, content_type = "application/atom+xml"), Unchanged, Problem)
)]
#[get("/v1/gallery/changes.atom")]
pub async fn changes(
    app: Data<App>,
    req: HttpRequest,
    kinds: Query<DocumentKinds>,
    asked: Further,
    (lang, paging): Reading,
) -> Result<HttpResponse, Problem> {
    answer(&app, &req, further(Filters::of(kinds.0.kind), asked)?, &lang.0, paging.0).await
}

/// Subscribe to initiatives
///
/// An Atom feed (RFC 4287) of public initiatives, the last changed first; `next` leads to earlier ones. Without filters it
/// also says what has gone (RFC 6721).
#[utoipa::path(
    tag = "gallery",
    operation_id = "gallery.initiatives.feed",
    params(AboutFilters, BoxFilter, WordsFilter, Lang, Paging, ReadHeaders),
    responses((status = 200, description = "A page of the feed", body = String, content_type = "application/atom+xml"), Unchanged, Problem)
)]
#[get("/v1/gallery/initiatives.atom")]
pub async fn initiatives(
    app: Data<App>,
    req: HttpRequest,
    asked: Further,
    (lang, paging): Reading,
) -> Result<HttpResponse, Problem> {
    let filters = Filters::of([DocumentKind::Initiative]);
    answer(&app, &req, further(filters, asked)?, &lang.0, paging.0).await
}

/// Subscribe to news of events
///
/// An Atom feed (RFC 4287) of public events, the last changed first; `next` leads to earlier ones. Without filters it also says
/// what has gone (RFC 6721). For calendars there is `events.ics`.
#[utoipa::path(
    tag = "gallery",
    operation_id = "gallery.events.feed",
    params(
        AboutFilters, EventsFilters, InitiativeFilter, PeriodFilters, BoxFilter, WordsFilter, Lang, Paging, ReadHeaders
    ),
    responses((status = 200, description = "A page of the feed", body = String, content_type = "application/atom+xml"), Unchanged, Problem)
)]
#[get("/v1/gallery/events.atom")]
pub async fn events(
    app: Data<App>,
    req: HttpRequest,
    (own, initiative, period): (Query<EventsFilters>, Query<InitiativeFilter>, Query<PeriodFilters>),
    asked: Further,
    (lang, paging): Reading,
) -> Result<HttpResponse, Problem> {
    let filters =
        Filters::of([DocumentKind::Event]).events(own.0).of_initiative(initiative.0).during(period.0)?;
    answer(&app, &req, further(filters, asked)?, &lang.0, paging.0).await
}

/// Subscribe to quotes
///
/// An Atom feed (RFC 4287) of what people said and allowed to be published in feeds, the last changed first; `next` leads to earlier
/// ones. Without filters it also says what has gone (RFC 6721): take it away.
#[utoipa::path(
    tag = "gallery",
    operation_id = "gallery.quotes.feed",
    params(AboutFilters, InitiativeFilter, EventFilter, PeriodFilters, BoxFilter, WordsFilter, Lang, Paging, ReadHeaders),
    responses((status = 200, description = "A page of the feed", body = String, content_type = "application/atom+xml"), Unchanged, Problem)
)]
#[get("/v1/gallery/quotes.atom")]
pub async fn quotes(
    app: Data<App>,
    req: HttpRequest,
    of: Belonging,
    asked: Further,
    (lang, paging): Reading,
) -> Result<HttpResponse, Problem> {
    let filters = belonging(Filters::of([DocumentKind::Quote]), of)?;
    answer(&app, &req, further(filters, asked)?, &lang.0, paging.0).await
}

/// Subscribe to outcomes
///
/// An Atom feed (RFC 4287) of what came of events, the last changed first; `next` leads to earlier ones. Without filters it also
/// says what has gone (RFC 6721).
#[utoipa::path(
    tag = "gallery",
    operation_id = "gallery.outcomes.feed",
    params(
        AboutFilters, OutcomesFilter, InitiativeFilter, EventFilter, PeriodFilters, BoxFilter, WordsFilter, Lang, Paging,
        ReadHeaders
    ),
    responses((status = 200, description = "A page of the feed", body = String, content_type = "application/atom+xml"), Unchanged, Problem)
)]
#[get("/v1/gallery/outcomes.atom")]
pub async fn outcomes(
    app: Data<App>,
    req: HttpRequest,
    own: Query<OutcomesFilter>,
    of: Belonging,
    asked: Further,
    (lang, paging): Reading,
) -> Result<HttpResponse, Problem> {
    let filters = belonging(Filters::of([DocumentKind::Outcome]).outcomes(own.0), of)?;
    answer(&app, &req, further(filters, asked)?, &lang.0, paging.0).await
}

/// Subscribe to stories
///
/// An Atom feed (RFC 4287) of links to videos, articles, documents, recordings and pictures, the last changed first; `next` leads to
/// earlier ones. Without filters it also says what has gone (RFC 6721).
#[utoipa::path(
    tag = "gallery",
    operation_id = "gallery.stories.feed",
    params(
        AboutFilters, StoriesFilter, InitiativeFilter, EventFilter, PeriodFilters, BoxFilter, WordsFilter, Lang, Paging,
        ReadHeaders
    ),
    responses((status = 200, description = "A page of the feed", body = String, content_type = "application/atom+xml"), Unchanged, Problem)
)]
#[get("/v1/gallery/stories.atom")]
pub async fn stories(
    app: Data<App>,
    req: HttpRequest,
    own: Query<StoriesFilter>,
    of: Belonging,
    asked: Further,
    (lang, paging): Reading,
) -> Result<HttpResponse, Problem> {
    let filters = belonging(Filters::of([DocumentKind::Story]).stories(own.0), of)?;
    answer(&app, &req, further(filters, asked)?, &lang.0, paging.0).await
}
