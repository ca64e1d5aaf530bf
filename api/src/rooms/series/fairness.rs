//! How a series has burdened the clocks of those who come.

use ::entity::event::{self, EventStatus};
use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::wire::SeriesPath;
use super::{policy, store};
use crate::access::Allowed;
use crate::access::action::ReadEvents;
use crate::app::App;
use crate::http::Query;
use crate::problem::Problem;
use crate::reference::ZoneName;
use crate::rooms::registrations::{self, CrowdZones};
use crate::rooms::scheduling::{self, Session, ZoneBurden};

/// For whom it is asked.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FairnessFilter {
    /// Time zones (IANA), separated by commas. If not said, those of the people who have seats, as far as they said and at
    /// least eleven of them at one event have the same one.
    #[serde(default)]
    #[param(style = Form, explode = false, required = false, min_items = 1, max_items = 50)]
    time_zone: Vec<ZoneName>,
}

/// How fair a series has been.
#[derive(Serialize, ToSchema)]
pub(super) struct SeriesFairness {
    /// How many sessions are judged: events that were held, or will be.
    #[schema(minimum = 0)]
    sessions: usize,
    /// What each zone bears, by name.
    zones: Vec<SeriesZoneShare>,
    /// How even that is, 0 to 1: one less the difference between the greatest and the smallest mean burden of a zone. At 1 all
    /// bear the same, at 0 one is always up in the deepest night and another never leaves its preferred hours.
    #[schema(minimum = 0, maximum = 1, example = 0.93)]
    fairness: f64,
    /// Whether people of further zones have seats, who are too few to be told of.
    others: bool,
}

/// What a zone bears of a series.
#[derive(Serialize, ToSchema)]
pub(super) struct SeriesZoneShare {
    /// The zone.
    #[schema(example = "Africa/Juba")]
    time_zone: &'static str,
    /// How many sessions are not wholly between 7 and 22 o'clock there.
    #[schema(minimum = 0)]
    outside: usize,
    /// The same as a part of all sessions, 0 to 1.
    #[schema(minimum = 0, maximum = 1)]
    outside_share: f64,
    /// All burdens together: of each session 0 in the preferred hours, 1 deep in the night.
    #[schema(minimum = 0)]
    burden: f64,
}

/// Read how fair a series has been
///
/// To the clocks of those who come: how often each zone meets at night, what it has borne, and how evenly. It judges events
/// that were made of the series, and of those that it goes on with, and not cancelled. Zones of few people are not told.
#[utoipa::path(
    tag = "series",
    operation_id = "series.fairness",
    params(SeriesPath, FairnessFilter),
    responses((status = 200, description = "How fair it has been", body = SeriesFairness), Problem),
    security(("bearer" = []), ("api_key" = ["events:read"]))
)]
#[get("/v1/series/{series_id}/fairness")]
pub(super) async fn fairness(
    app: Data<App>,
    who: Allowed<ReadEvents>,
    path: Path<SeriesPath>,
    asked: Query<FairnessFilter>,
) -> Result<HttpResponse, Problem> {
    let named = asked.0.time_zone.iter().map(|name| name.0.parse::<Tz>());
    let named: Vec<Tz> = named.collect::<Result<_, _>>().map_err(|_| {
        let detail = "must be time zones of the IANA database, such as `Africa/Juba`";
        Problem::invalid_parameter("time_zone", "unknown_time_zone", detail)
    })?;
    let snapshot = app.db.snapshot().await?;
    let found = policy::find(&snapshot, &app.vault, who.actor(), path.series_id).await?;
    let _permit = who.over(&found)?;
    let mut known = Vec::new();
    for series in store::with_those_before(&snapshot, &found.series.row).await? {
        known.extend(store::all_known(&snapshot, series).await?);
    }
    let events = store::events_of(&snapshot, &known).await?;
    let judged: Vec<&event::Model> = events.values().filter(|event| takes_place(event)).collect();
    let crowds = match named.is_empty() {
        false => CrowdZones { zones: unique(named), others: false },
        true => {
            let ids: Vec<_> = judged.iter().map(|event| event.id).collect();
            registrations::zones_of(&snapshot, &app.vault, &ids).await?
        }
    };
    snapshot.rollback().await?;
    let sessions: Vec<Session> = judged.iter().filter_map(|event| session(event)).collect();
    Ok(HttpResponse::Ok().json(SeriesFairness::of(&sessions, &crowds)))
}

fn takes_place(event: &event::Model) -> bool {
    matches!(event.status, EventStatus::Scheduled | EventStatus::Held)
}

fn session(event: &event::Model) -> Option<Session> {
    Some(Session { starts_at: event.starts_at?, minutes: event.duration_minutes? })
}

fn unique(mut zones: Vec<Tz>) -> Vec<Tz> {
    zones.sort_by_key(|zone| zone.name());
    zones.dedup();
    zones
}

impl SeriesFairness {
    fn of(sessions: &[Session], crowds: &CrowdZones) -> Self {
        let fair = scheduling::fairness(sessions, &crowds.zones);
        let number = sessions.len();
        let share = |zone: &ZoneBurden| SeriesZoneShare {
            time_zone: zone.zone.name(),
            outside: zone.outside,
            outside_share: zone.outside as f64 / number.max(1) as f64,
            burden: zone.total as f64 / 1000.0,
        };
        Self {
            sessions: number,
            zones: fair.zones.iter().map(share).collect(),
            fairness: fair.index as f64 / 1000.0,
            others: crowds.others,
        }
    }
}
