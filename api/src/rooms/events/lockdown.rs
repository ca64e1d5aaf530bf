//! The lockdown of an event: one call, and nothing of it is public or told to those who registered. It ends with a second
//! person (`proposals`).

use ::entity::ids::EventId;
use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, post};

use super::out::EventOut;
use super::wire::EventPath;
use super::{EventRecord, rules, store};
use crate::access::Allowed;
use crate::access::action::LockEventsDown;
use crate::app::App;
use crate::audit::Action;
use crate::http::idempotency::{IdempotencyKey, Once};
use crate::http::json::{Body, Empty};
use crate::problem::Problem;
use crate::rooms::records::{self, Record as _};

/// Lock an event down
///
/// At once it and everything that belongs to it leave the public side, and no document names it. Calendars that have it are told
/// that it does not take place, and nothing else. Nobody registers any more, nobody is reminded, and the place and the way to
/// join are told to nobody. It waits for nothing and asks nobody; to end it takes a second person (`POST /v1/proposals`).
#[utoipa::path(
    tag = "events",
    operation_id = "events.lockdown",
    params(EventPath, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The event", body = EventOut), Problem),
    security(("bearer" = []), ("api_key" = ["events:write"]))
)]
#[post("/v1/events/{event_id}/lockdown")]
pub(super) async fn lock_down(
    app: Data<App>,
    who: Allowed<LockEventsDown>,
    path: Path<EventPath>,
    _body: Body<Empty>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    once.run(&app, who.caller()?, async |tx| {
        let found =
            records::find_for_change::<EventRecord>(tx, &app.vault, who.actor(), path.event_id).await?;
        let permit = who.over(&found)?;
        let event = rules::lock_down(found.record, &permit, tx.now())?;
        store::set_locked_down(tx, EventId(event.id()), event.row.locked_down_at).await?;
        let members = vec!["locked_down_at"];
        let shown = records::keep(tx, &app.vault, &permit, Action::LockDown, members, event).await?;
        records::done::<_, EventOut>(shown)
    })
    .await
}
