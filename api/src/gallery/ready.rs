//! Whether the service can do its work.

use std::sync::atomic::Ordering;
use std::time::Duration;

use actix_web::get;
use actix_web::web::{Data, Json};
use serde::Serialize;
use utoipa::ToSchema;

use super::sql::Sql;
use crate::app::App;
use crate::problem::Problem;

/// How long the database may take.
const PATIENCE: Duration = Duration::from_secs(1);
/// Seconds after which to ask again.
const AGAIN: u32 = 2;

/// Whether the service can answer
///
/// 200 if the database answers within a second; 503 if it does not, or if this process is on its way out: send requests to
/// another process until it is 200 again.
#[utoipa::path(
    tag = "service",
    operation_id = "service.readyz",
    responses((status = 200, description = "It can", body = Readiness), Problem)
)]
#[get("/readyz")]
pub(super) async fn readyz(app: Data<App>) -> Result<Json<Readiness>, Problem> {
    if app.stopping.load(Ordering::Relaxed) {
        return Err(Problem::unavailable(AGAIN, anyhow::anyhow!("asked to stop")));
    }
    let mut sql = Sql::new(&app.gallery);
    sql.push("SELECT seq FROM gallery_clock");
    match tokio::time::timeout(PATIENCE, sql.one(&app.gallery)).await {
        Ok(Ok(Some(_))) => Ok(Json(Readiness { status: ReadinessStatus::Ok })),
        Ok(Ok(None)) => Err(Problem::unavailable(AGAIN, anyhow::anyhow!("gallery_clock is empty"))),
        Ok(Err(error)) => Err(Problem::unavailable(AGAIN, error)),
        Err(late) => Err(Problem::unavailable(AGAIN, late)),
    }
}

/// That the service can answer.
#[derive(Serialize, ToSchema)]
pub(super) struct Readiness {
    /// Always `ok`: otherwise the answer is a problem.
    status: ReadinessStatus,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ReadinessStatus {
    Ok,
}
