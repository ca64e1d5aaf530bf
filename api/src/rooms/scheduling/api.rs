//! Finding a time.

use actix_web::web::Data;
use actix_web::{HttpResponse, post, web};

use super::wire::{ParticipantIn, ScheduleIn, ScheduleOut};
use super::{clocks, fair};
use crate::access::Allowed;
use crate::access::action::SuggestTimes;
use crate::app::App;
use crate::http::idempotency::{IdempotencyKey, Once};
use crate::http::json::{Body, fault};
use crate::problem::Problem;
use crate::rooms::registrations;

/// Suggest fair times
///
/// For people on many clocks: three starts for each session, the fairest first, with what they mean on every clock. The
/// days are shared out among the sessions in order, and starts are every half hour. Each session counts on the first start of those before it, so that the
/// burden goes round. The same question has the same answer; nothing is stored, and no person is named or counted.
///
/// A country with several clocks counts with all of them, each with an equal part of its weight, since nobody said where in
/// it people live: name zones where that is known. Regions whose clocks agree throughout the days asked for are one.
#[utoipa::path(
    tag = "scheduling",
    operation_id = "scheduling.suggest",
    params(IdempotencyKey),
    request_body = ScheduleIn,
    responses((status = 200, description = "Times", body = ScheduleOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/scheduling/suggest")]
pub(super) async fn suggest(
    app: Data<App>,
    who: Allowed<SuggestTimes>,
    // It has no effect that a repetition could double.
    _once: Once,
    body: Body<ScheduleIn>,
) -> Result<HttpResponse, Problem> {
    let mut asked = body.into_inner();
    if let Some(event) = asked.registrants_of {
        let known = registrations::zones_for(&app, who.actor(), event.into()).await?;
        asked.participants.extend(known.zones.into_iter().map(|zone| ParticipantIn {
            country: None,
            time_zone: Some(zone.name().to_owned()),
            weight: 1,
        }));
    }
    if asked.participants.is_empty() {
        let detail =
            "must name somebody, or an event of which eleven people or more have said the same time zone";
        return Err(Problem::invalid_body(vec![fault("/participants", "too_few", detail)]));
    }
    let find = move || {
        let (question, countries) = clocks::settle(asked)?;
        let placed = fair::suggest(&question);
        Ok::<_, Problem>(ScheduleOut::of(&question, &placed, countries))
    };
    // A year for fifty zones takes a while: off the threads that answer.
    let found = web::block(find).await.map_err(Problem::internal)??;
    Ok(HttpResponse::Ok().json(found))
}
