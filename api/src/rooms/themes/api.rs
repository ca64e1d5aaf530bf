//! What is done with themes.

use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, delete, get, patch, post};
use uuid::Uuid;

use super::Theme;
use super::wire::{ThemeIn, ThemeOut, ThemePatch, ThemePath};
use crate::access::Allowed;
use crate::access::action::{EditThemes, ReadThemes};
use crate::app::App;
use crate::audit::Action;
use crate::db::Tx;
use crate::http::idempotency::{IdempotencyKey, Once};
use crate::http::json::Body;
use crate::http::patch::{EditHeaders, IfMatch, Patch};
use crate::ids;
use crate::outbox::Post;
use crate::problem::Problem;
use crate::rooms::records::{self, Shown};

/// Add a theme
///
/// It is public at once: `GET /v1/themes` lists all.
#[utoipa::path(
    tag = "themes",
    operation_id = "themes.create",
    params(IdempotencyKey),
    request_body = ThemeIn,
    responses((status = 201, description = "The theme", body = ThemeOut,
        headers(("Location" = String, description = "The theme's address"))), Problem),
    security(("bearer" = []))
)]
#[post("/v1/themes")]
pub(super) async fn create(
    app: Data<App>,
    who: Allowed<EditThemes>,
    body: Body<ThemeIn>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    let permit = who.anew();
    once.run(&app, who.caller()?, async |tx| {
        let theme = records::read(tx, &who, &permit, ids::v7(tx.now()), (*body).clone()).await?;
        let shown = records::keep(tx, &app.vault, &permit, Action::Create, vec![], theme).await?;
        records::created::<_, ThemeOut>(shown)
    })
    .await
}

/// Read a theme
#[utoipa::path(
    tag = "themes",
    operation_id = "themes.get",
    params(ThemePath),
    responses((status = 200, description = "The theme", body = ThemeOut), Problem),
    security(("bearer" = []))
)]
#[get("/v1/themes/{theme_id}")]
pub(super) async fn get(
    app: Data<App>,
    who: Allowed<ReadThemes>,
    path: Path<ThemePath>,
) -> Result<HttpResponse, Problem> {
    records::get::<Theme, ThemeOut>(&app, &who, path.theme_id).await
}

/// Edit a theme
///
/// Documents that show it change at once.
#[utoipa::path(
    tag = "themes",
    operation_id = "themes.patch",
    params(ThemePath, EditHeaders),
    request_body(content((ThemePatch = "application/merge-patch+json"), (ThemePatch = "application/json"))),
    responses((status = 200, description = "The theme", body = ThemeOut), Problem),
    security(("bearer" = []))
)]
#[patch("/v1/themes/{theme_id}")]
pub(super) async fn change(
    app: Data<App>,
    who: Allowed<EditThemes>,
    path: Path<ThemePath>,
    if_match: IfMatch,
    body: Patch<ThemePatch>,
) -> Result<HttpResponse, Problem> {
    let shown =
        app.db.write(async |tx| edited(tx, &app.post, &who, path.theme_id, &if_match, &body).await).await?;
    records::answer::<_, ThemeOut>(shown)
}

/// Makes an edit: a patch, or what an earlier edit changed is put back.
pub(super) async fn edited(
    tx: &Tx,
    post: &Post,
    who: &Allowed<EditThemes>,
    id: Uuid,
    if_match: &IfMatch,
    edit: &ThemePatch,
) -> Result<Shown<Theme>, Problem> {
    let found = records::find_for_change::<Theme>(tx, post.vault(), who.actor(), id).await?;
    let permit = who.over(&found)?;
    if_match.check(found.record.version)?;
    let (edited, changed) = records::edit(tx, who, &permit, &found.record, edit).await?;
    records::keep_edit(tx, post.vault(), &permit, edit, &found.record, changed, edited).await
}

/// Remove a theme
///
/// Only one that no record carries.
#[utoipa::path(
    tag = "themes",
    operation_id = "themes.delete",
    params(ThemePath),
    responses((status = 204, description = "It is gone"), Problem),
    security(("bearer" = []))
)]
#[delete("/v1/themes/{theme_id}")]
pub(super) async fn remove(
    app: Data<App>,
    who: Allowed<EditThemes>,
    path: Path<ThemePath>,
) -> Result<HttpResponse, Problem> {
    app.db
        .write(async |tx| {
            let found = records::find_for_change::<Theme>(tx, &app.vault, who.actor(), path.theme_id).await?;
            let permit = who.over(&found)?;
            records::remove(tx, &permit, &found.record).await
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
