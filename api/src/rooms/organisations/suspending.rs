//! Refusing all API keys of an organisation at once, and taking them again.

use ::entity::erasure::ErasureKind;
use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, post};

use super::wire::{OrganisationOut, OrganisationPath};
use super::{Organisation, store};
use crate::access::Allowed;
use crate::access::action::ManageKeys;
use crate::app::App;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::Gone;
use crate::http::idempotency::{IdempotencyKey, Once};
use crate::http::json::{Body, Empty};
use crate::http::patch::{AsRead, DecisionHeaders};
use crate::problem::Problem;
use crate::rooms::records::{self, Record as _};

/// Suspend an organisation
///
/// Its API keys are refused: at once here, within five seconds in every other process. What it made stays.
#[utoipa::path(
    tag = "organisations",
    operation_id = "organisations.suspend",
    params(OrganisationPath, DecisionHeaders, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The organisation", body = OrganisationOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/organisations/{organisation_id}/suspend")]
pub(super) async fn suspend(
    app: Data<App>,
    who: Allowed<ManageKeys>,
    path: Path<OrganisationPath>,
    read: AsRead,
    once: Once,
    _body: Body<Empty>,
) -> Result<HttpResponse, Problem> {
    change(&app, &who, &path, &read, once, true).await
}

/// Put a suspended organisation to use again
#[utoipa::path(
    tag = "organisations",
    operation_id = "organisations.restore",
    params(OrganisationPath, DecisionHeaders, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The organisation", body = OrganisationOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/organisations/{organisation_id}/restore")]
pub(super) async fn restore(
    app: Data<App>,
    who: Allowed<ManageKeys>,
    path: Path<OrganisationPath>,
    read: AsRead,
    once: Once,
    _body: Body<Empty>,
) -> Result<HttpResponse, Problem> {
    change(&app, &who, &path, &read, once, false).await
}

async fn change(
    app: &App,
    who: &Allowed<ManageKeys>,
    path: &OrganisationPath,
    read: &AsRead,
    once: Once,
    suspends: bool,
) -> Result<HttpResponse, Problem> {
    let answer = once
        .run(app, who.caller()?, async |tx| {
            let found =
                records::find_for_change::<Organisation>(tx, &app.vault, who.actor(), path.organisation_id)
                    .await?;
            let permit = who.over(&found)?;
            let row = found.record;
            if row.suspended_at.is_some() == suspends {
                return Err(Problem::wrong_state(if suspends { &["restore"] } else { &["suspend"] }));
            }
            read.check(row.version)?;
            store::suspend(tx, &row, suspends.then(|| tx.now())).await?;
            let kind = if suspends { ErasureKind::Suspended } else { ErasureKind::Reinstated };
            tx.for_good(Gone { kind, id: row.id.0 });
            let action = if suspends { Action::Suspend } else { Action::Restore };
            audit::note(tx, Entry::new(By::from(permit.by()), action).on(Kind::Organisation, row.id)).await?;
            let row = Organisation::load(tx, &app.vault, &[row.id.0]).await?.remove(&row.id.0);
            let shown = records::shown(tx, tx.now(), row.into_iter().collect()).await?;
            let shown = shown.into_iter().next().ok_or(Problem::not_found("organisation"))?;
            records::done::<_, OrganisationOut>(shown)
        })
        .await;
    app.access.api_keys.forget_organisation(path.organisation_id.into());
    answer
}
