//! Reading the log, and asking whether it is what it was.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use uuid::Uuid;

use super::wire::{AuditEntryOut, AuditFilters, AuditPage, AuditVerdictOut};
use crate::access::Allowed;
use crate::access::action::{Reach, ReadAuditLog, VerifyAuditLog};
use crate::app::App;
use crate::audit::{self, After, Filter};
use crate::http::Query;
use crate::http::page::{self, Cursor, Paging};
use crate::problem::Problem;

/// Read the audit log
///
/// Newest first. Admins read all of it, moderators what they did themselves. An entry says who did what to which record, and
/// the names of the fields; it never says a value.
#[utoipa::path(
    tag = "audit-log",
    operation_id = "audit_log.list",
    params(AuditFilters, Paging),
    responses((status = 200, description = "A page of entries", body = AuditPage), Problem),
    security(("bearer" = []))
)]
#[get("/v1/audit-log")]
pub(super) async fn list(
    app: Data<App>,
    req: HttpRequest,
    who: Allowed<ReadAuditLog>,
    filters: Query<AuditFilters>,
    paging: Query<Paging>,
) -> Result<HttpResponse, Problem> {
    let Paging { limit, cursor } = paging.0;
    let binding = format!("audit-log {:?}", filters.0);
    let after = cursor.map(|cursor| Cursor::decode::<After>(&binding, &cursor)).transpose()?;
    let mut filter = Filter::from(filters.0);
    if who.reach() != Reach::All {
        let own = Uuid::from(who.account()?);
        if filter.actor.is_some_and(|asked| asked != own) {
            return page::answer(&req, &binding, limit, Vec::<Uuid>::new(), |id| *id, |id| id);
        }
        filter.actor = Some(own);
    }
    let rows = audit::list(&app.db, &filter, after, u64::from(limit.get()) + 1).await?;
    page::answer(&req, &binding, limit, rows, |row| (row.at, row.id), AuditEntryOut::from)
}

/// Ask whether the audit log is what it was
///
/// Walks the chain of hashes over the whole log and names the first entry that was changed or removed. Entries of the last
/// seconds are not in the chain yet and are counted apart. A log of many years takes longer than a call may (503): then
/// `solidarity audit verify` does the same.
#[utoipa::path(
    tag = "audit-log",
    operation_id = "audit_log.verify",
    responses((status = 200, description = "What was found", body = AuditVerdictOut), Problem),
    security(("bearer" = []))
)]
#[get("/v1/audit-log/verify")]
pub(super) async fn verify(app: Data<App>, _who: Allowed<VerifyAuditLog>) -> Result<HttpResponse, Problem> {
    let verdict = audit::verify(&app.db).await?;
    Ok(HttpResponse::Ok().json(AuditVerdictOut::from(verdict)))
}
