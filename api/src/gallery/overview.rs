//! The whole gallery at a glance.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};

use super::counts::{self, KindCounts};
use super::excerpt::Fields;
use super::filters::Filters;
use super::json::Object;
use super::params::{Lang, ListOrder, ReadHeaders};
use super::plain::Label;
use super::shapes::{Overview, OverviewTotals, Unchanged};
use super::style::Style;
use super::{countries, languages, pages};
use crate::app::App;
use crate::http::Query;
use crate::http::etag;
use crate::problem::Problem;

/// How many of the latest documents are shown.
const LATEST: usize = 10;

/// The gallery at a glance
///
/// How much there is, in which countries, and what changed last.
#[utoipa::path(
    tag = "gallery",
    operation_id = "gallery.overview",
    params(Lang, ReadHeaders),
    responses((status = 200, description = "Totals, countries and latest documents; as text where `Accept` asks for it",
        content((Overview = "application/json"), (String = "text/plain"))), Unchanged, Problem)
)]
#[get("/v1/gallery")]
pub(super) async fn overview(
    app: Data<App>,
    req: HttpRequest,
    lang: Query<Lang>,
) -> Result<HttpResponse, Problem> {
    let (wanted, now) = (languages::wanted(&req, lang.0.lang.as_ref())?, app.clock.now());
    let style = Style::of(&app, &req, &wanted, &Fields::default()).brief();
    let counts = counts::by_country(&app.gallery, None, now).await?;
    let order = ListOrder::LastChangedFirst;
    let latest = pages::read(&app.gallery, &Filters::default(), order, None, LATEST, &wanted, now).await?;

    let mut documents = KindCounts::default();
    counts.values().for_each(|&country| documents += country);
    let countries = countries::entries(&counts, style.language);
    let languages = latest.iter().map(|row| row.language.as_str()).chain([style.language]);
    if style.is_text() {
        let mut lines = style.lines();
        lines.line(Label::Countries, &countries.len().to_string());
        lines.counts(documents);
        lines.countries(&app, &countries);
        for row in &latest {
            lines.block(&style.document(row.body.clone())?);
        }
        return Ok(etag::answer(&req, style.ready(lines.finish(), languages)));
    }
    let totals = OverviewTotals { countries: countries.len(), documents };
    let body = Object::default()
        .member("totals", &totals)?
        .member("countries", &countries)?
        .ready_list("latest", latest.iter().map(|row| &row.body));
    Ok(etag::answer(&req, style.ready(body.finish(), languages)))
}
