//! The report.

use actix_web::get;
use actix_web::web::{Data, Json};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{RULES, store};
use crate::access::Allowed;
use crate::access::action::ReadRetention;
use crate::app::App;
use crate::problem::Problem;

/// What is kept, for how long, and what was erased.
#[derive(Serialize, ToSchema)]
pub(super) struct RetentionReport {
    /// One entry for each kind.
    items: Vec<RetentionOut>,
}

/// One kind of things that are kept for a while.
#[derive(Serialize, ToSchema)]
struct RetentionOut {
    /// Its word.
    kind: &'static str,
    /// What of it goes.
    what: &'static str,
    /// How long it is kept (ISO 8601 duration).
    #[schema(example = "P90D")]
    kept_for: &'static str,
    /// Since when.
    since: &'static str,
    /// When it was last looked for.
    #[schema(required = true)]
    last_run_at: Option<DateTime<Utc>>,
    /// When some of it was last erased.
    #[schema(required = true)]
    last_erased_at: Option<DateTime<Utc>>,
    /// How much was erased then.
    last_erased: i64,
    /// How much was erased in all.
    total_erased: i64,
}

/// Read what is kept for how long, and what was erased
#[utoipa::path(
    tag = "audit-log",
    operation_id = "retention.report",
    responses((status = 200, description = "The report", body = RetentionReport), Problem),
    security(("bearer" = []))
)]
#[get("/v1/retention")]
pub(super) async fn report(
    app: Data<App>,
    _who: Allowed<ReadRetention>,
) -> Result<Json<RetentionReport>, Problem> {
    let mut rounds = store::all(&app.db).await?;
    let items = RULES.iter().map(|rule| {
        let round = rounds.remove(rule.kind);
        RetentionOut {
            kind: rule.kind,
            what: rule.what,
            kept_for: rule.kept,
            since: rule.since,
            last_run_at: round.as_ref().map(|round| round.ran_at),
            last_erased_at: round.as_ref().and_then(|round| round.erased_at),
            last_erased: round.as_ref().map_or(0, |round| round.erased),
            total_erased: round.as_ref().map_or(0, |round| round.total),
        }
    });
    Ok(Json(RetentionReport { items: items.collect() }))
}
