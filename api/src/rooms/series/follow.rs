//! The events that were made of a series go along with it, as long as nobody edited them and they have not begun.

use ::entity::series_occurrence;
use chrono::NaiveDateTime;

use super::plan::{Plan, written};
use super::template::SeriesTemplateIn;
use crate::access::Allowed;
use crate::access::action::EditEvents;
use crate::app::App;
use crate::db::Tx;
use crate::moment::When;
use crate::problem::Problem;
use crate::rooms::events::{self, EventIn, Made};

/// The event that an occurrence became, if it is there.
pub(super) fn made(row: &series_occurrence::Model) -> Option<Made> {
    row.event_id.zip(row.event_version).map(|(id, version)| Made { id, version })
}

/// The body of the event of an occurrence: where it was moved to, or when the rule gives it.
pub(super) fn body(
    plan: &Plan,
    template: &SeriesTemplateIn,
    recurrence: NaiveDateTime,
    known: Option<&series_occurrence::Model>,
) -> Result<EventIn, Problem> {
    let moved = known.and_then(|row| row.starts_local.zip(row.duration_minutes));
    let (local, duration_minutes) = moved.unwrap_or((recurrence, plan.minutes));
    let (starts_local, time_zone) = (written(local), plan.zone.name().to_owned());
    let when = When::Minute { starts_local, time_zone, duration_minutes, utc_offset: None };
    EventIn::of_template(template, &when)
}

/// Writes the events of these occurrences anew, as the series says now. Gives the occurrences as they are known then.
///
/// # Errors
/// 409 if an edit of an event may not do that.
pub(super) async fn follow(
    tx: &Tx,
    app: &App,
    who: &Allowed<EditEvents>,
    plan: &Plan,
    template: &SeriesTemplateIn,
    rows: Vec<series_occurrence::Model>,
) -> Result<Vec<series_occurrence::Model>, Problem> {
    let mut followed = Vec::with_capacity(rows.len());
    for mut row in rows {
        if let Some(made) = made(&row) {
            let body = body(plan, template, row.recurrence, Some(&row))?;
            if let Some(version) = events::follow(tx, app, who, made, body).await? {
                row.event_version = Some(version);
            }
        }
        followed.push(row);
    }
    Ok(followed)
}
