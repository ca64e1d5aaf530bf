//! The lists of the five kinds: thin handlers over [`super::pages`].

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use entity::gallery_document::DocumentKind;

use super::excerpt::Fields;
use super::filters::Filters;
use super::languages::wanted;
use super::local_times;
use super::pages::{self, Question};
use super::params::{
    AboutFilters, BoxFilter, EventFilter, EventsFilters, InitiativeFilter, Lang, ListFilters, OutcomesFilter,
    PeriodFilters, ReadHeaders, StoriesFilter, Zone,
};
use super::shapes::{EventPage, ExcerptPage, InitiativePage, OutcomePage, QuotePage, StoryPage, Unchanged};
use crate::app::App;
use crate::http::Query;
use crate::http::page::Paging;
use crate::problem::Problem;

/// List events
///
/// Public events, newest first. All filters have to fit; where one takes several values, one of them has to.
#[utoipa::path(
    tag = "gallery",
    operation_id = "gallery.events.list",
    params(
        AboutFilters, EventsFilters, InitiativeFilter, PeriodFilters, BoxFilter, ListFilters, Zone, Lang, Fields,
        Paging, ReadHeaders
    ),
    responses((status = 200, description = "A page of events; with `fields`, excerpts; as text where `Accept` asks for it",
        content((EventPage = "application/json"), (ExcerptPage = "application/vnd.solidarity.excerpt+json"),
            (String = "text/plain"))), Unchanged, Problem)
)]
#[get("/v1/gallery/events")]
#[allow(clippy::too_many_arguments, reason = "each is a group of query parameters")]
pub(super) async fn events(
    app: Data<App>,
    req: HttpRequest,
    (about, own, initiative): (Query<AboutFilters>, Query<EventsFilters>, Query<InitiativeFilter>),
    (period, bbox, list): (Query<PeriodFilters>, Query<BoxFilter>, Query<ListFilters>),
    zone: Query<Zone>,
    (lang, fields, paging): Reading,
) -> Result<HttpResponse, Problem> {
    let filters = Filters::of([DocumentKind::Event])
        .about(about.0)?
        .events(own.0)
        .of_initiative(initiative.0)
        .during(period.0)?
        .within(bbox.0)?
        .with_words(list.0.q.as_deref());
    let wanted = wanted(&req, lang.0.lang.as_ref())?;
    let zone = local_times::zone(zone.0)?;
    pages::answer(
        &app,
        &req,
        Question { filters, order: list.0.sort, paging: paging.0, wanted, zone, fields: fields.0 },
    )
    .await
}

/// List initiatives
///
/// Public initiatives. They go on and have no time of their own: by time they are in no particular order.
/// `sort=-updated_at` begins with what changed last.
#[utoipa::path(
    tag = "gallery",
    operation_id = "gallery.initiatives.list",
    params(AboutFilters, BoxFilter, ListFilters, Lang, Fields, Paging, ReadHeaders),
    responses((status = 200, description = "A page of initiatives; with `fields`, excerpts; as text where `Accept` asks for it",
        content((InitiativePage = "application/json"), (ExcerptPage = "application/vnd.solidarity.excerpt+json"),
            (String = "text/plain"))), Unchanged, Problem)
)]
#[get("/v1/gallery/initiatives")]
pub(super) async fn initiatives(
    app: Data<App>,
    req: HttpRequest,
    (about, bbox, list): (Query<AboutFilters>, Query<BoxFilter>, Query<ListFilters>),
    (lang, fields, paging): Reading,
) -> Result<HttpResponse, Problem> {
    let filters = Filters::of([DocumentKind::Initiative])
        .about(about.0)?
        .within(bbox.0)?
        .with_words(list.0.q.as_deref());
    let wanted = wanted(&req, lang.0.lang.as_ref())?;
    let question =
        Question { filters, order: list.0.sort, paging: paging.0, wanted, zone: None, fields: fields.0 };
    pages::answer(&app, &req, question).await
}

/// What quotes, outcomes and stories have in common.
type Belonging = (Query<InitiativeFilter>, Query<EventFilter>, Query<PeriodFilters>);
type Further = (Query<AboutFilters>, Query<BoxFilter>, Query<ListFilters>);
type Reading = (Query<Lang>, Query<Fields>, Query<Paging>);

/// List quotes
///
/// What people said and allowed to be published, the newest first. A quote has the time of the event where it was said.
#[utoipa::path(
    tag = "gallery",
    operation_id = "gallery.quotes.list",
    params(AboutFilters, InitiativeFilter, EventFilter, PeriodFilters, BoxFilter, ListFilters, Lang, Fields, Paging, ReadHeaders),
    responses((status = 200, description = "A page of quotes; with `fields`, excerpts; as text where `Accept` asks for it",
        content((QuotePage = "application/json"), (ExcerptPage = "application/vnd.solidarity.excerpt+json"),
            (String = "text/plain"))), Unchanged, Problem)
)]
#[get("/v1/gallery/quotes")]
pub(super) async fn quotes(
    app: Data<App>,
    req: HttpRequest,
    belonging: Belonging,
    further: Further,
    reading: Reading,
) -> Result<HttpResponse, Problem> {
    contributions(&app, &req, Filters::of([DocumentKind::Quote]), belonging, further, reading).await
}

/// List outcomes
///
/// What came of events: findings, barriers, needs, recommendations, decisions and lessons, the newest first. An outcome
/// has the time of its event.
#[utoipa::path(
    tag = "gallery",
    operation_id = "gallery.outcomes.list",
    params(
        AboutFilters, OutcomesFilter, InitiativeFilter, EventFilter, PeriodFilters, BoxFilter, ListFilters, Lang, Fields,
        Paging, ReadHeaders
    ),
    responses((status = 200, description = "A page of outcomes; with `fields`, excerpts; as text where `Accept` asks for it",
        content((OutcomePage = "application/json"), (ExcerptPage = "application/vnd.solidarity.excerpt+json"),
            (String = "text/plain"))), Unchanged, Problem)
)]
#[get("/v1/gallery/outcomes")]
pub(super) async fn outcomes(
    app: Data<App>,
    req: HttpRequest,
    own: Query<OutcomesFilter>,
    belonging: Belonging,
    further: Further,
    reading: Reading,
) -> Result<HttpResponse, Problem> {
    let filters = Filters::of([DocumentKind::Outcome]).outcomes(own.0);
    contributions(&app, &req, filters, belonging, further, reading).await
}

/// List stories
///
/// Links to videos, articles, documents, recordings and pictures, the newest first. A story has the time of the event
/// that it tells of.
#[utoipa::path(
    tag = "gallery",
    operation_id = "gallery.stories.list",
    params(
        AboutFilters, StoriesFilter, InitiativeFilter, EventFilter, PeriodFilters, BoxFilter, ListFilters, Lang, Fields,
        Paging, ReadHeaders
    ),
    responses((status = 200, description = "A page of stories; with `fields`, excerpts; as text where `Accept` asks for it",
        content((StoryPage = "application/json"), (ExcerptPage = "application/vnd.solidarity.excerpt+json"),
            (String = "text/plain"))), Unchanged, Problem)
)]
#[get("/v1/gallery/stories")]
pub(super) async fn stories(
    app: Data<App>,
    req: HttpRequest,
    own: Query<StoriesFilter>,
    belonging: Belonging,
    further: Further,
    reading: Reading,
) -> Result<HttpResponse, Problem> {
    let filters = Filters::of([DocumentKind::Story]).stories(own.0);
    contributions(&app, &req, filters, belonging, further, reading).await
}

async fn contributions(
    app: &App,
    req: &HttpRequest,
    filters: Filters,
    (initiative, event, period): Belonging,
    (about, bbox, list): Further,
    (lang, fields, paging): Reading,
) -> Result<HttpResponse, Problem> {
    let filters = filters
        .about(about.0)?
        .of_initiative(initiative.0)
        .of_event(event.0)
        .during(period.0)?
        .within(bbox.0)?
        .with_words(list.0.q.as_deref());
    let wanted = wanted(req, lang.0.lang.as_ref())?;
    let question =
        Question { filters, order: list.0.sort, paging: paging.0, wanted, zone: None, fields: fields.0 };
    pages::answer(app, req, question).await
}
