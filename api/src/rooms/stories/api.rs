//! What is done with stories.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post};
use uuid::Uuid;

use super::wire::{StoryFilter, StoryIn, StoryOut, StoryPage, StoryPatch, StoryPath};
use super::{StoryRecord, rules, store};
use crate::access::Allowed;
use crate::access::action::{ApproveStories, EditStories, ReadStories};
use crate::app::App;
use crate::audit::Action;
use crate::db::Tx;
use crate::http::Query;
use crate::http::idempotency::{IdempotencyKey, Once};
use crate::http::json::{Body, Empty};
use crate::http::page::Paging;
use crate::http::patch::{AsRead, DecisionHeaders, EditHeaders, IfMatch, Patch, PublishingHeaders};
use crate::ids;
use crate::outbox::{self, Fact, Post};
use crate::problem::Problem;
use crate::rooms::records::{self, Shown};

/// Record a story
///
/// A link to a video, blog, document or recording. It is a draft, which somebody else approves.
#[utoipa::path(
    tag = "stories",
    operation_id = "stories.create",
    params(IdempotencyKey),
    request_body = StoryIn,
    responses((status = 201, description = "The story", body = StoryOut,
        headers(("Location" = String, description = "The story's address"))), Problem),
    security(("bearer" = []), ("api_key" = ["outcomes:write"]))
)]
#[post("/v1/stories")]
pub(super) async fn create(
    app: Data<App>,
    who: Allowed<EditStories>,
    body: Body<StoryIn>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    let permit = who.anew();
    once.run(&app, who.caller()?, async |tx| {
        let story = records::read(tx, &who, &permit, ids::v4(), (*body).clone()).await?;
        let shown = records::keep(tx, &app.vault, &permit, Action::Create, vec![], story).await?;
        records::created::<_, StoryOut>(shown)
    })
    .await
}

/// List stories
///
/// Newest first. Hosts see their own: those they recorded, those of their events, and those of their initiatives
/// that name no event.
#[utoipa::path(
    tag = "stories",
    operation_id = "stories.list",
    params(Paging, StoryFilter),
    responses((status = 200, description = "A page of stories", body = StoryPage), Problem),
    security(("bearer" = []), ("api_key" = ["outcomes:read"]))
)]
#[get("/v1/stories")]
pub(super) async fn list(
    app: Data<App>,
    req: HttpRequest,
    who: Allowed<ReadStories>,
    paging: Query<Paging>,
    filter: Query<StoryFilter>,
) -> Result<HttpResponse, Problem> {
    let fits = store::fitting(&filter.0);
    records::list::<StoryRecord, StoryOut>(&app, &req, &who, paging.0, &filter.0, fits).await
}

/// Read a story
#[utoipa::path(
    tag = "stories",
    operation_id = "stories.get",
    params(StoryPath),
    responses((status = 200, description = "The story", body = StoryOut), Problem),
    security(("bearer" = []), ("api_key" = ["outcomes:read"]))
)]
#[get("/v1/stories/{story_id}")]
pub(super) async fn get(
    app: Data<App>,
    who: Allowed<ReadStories>,
    path: Path<StoryPath>,
) -> Result<HttpResponse, Problem> {
    records::get::<StoryRecord, StoryOut>(&app, &who, path.story_id).await
}

/// Edit a story
///
/// Of an approved one, what is public is what a moderator let through: edited by anybody but a moderator who did not make it, it
/// is a draft again and leaves the gallery until it is approved anew. `event` and `initiative` are fixed then (409).
#[utoipa::path(
    tag = "stories",
    operation_id = "stories.patch",
    params(StoryPath, EditHeaders),
    request_body(content((StoryPatch = "application/merge-patch+json"), (StoryPatch = "application/json"))),
    responses((status = 200, description = "The story", body = StoryOut), Problem),
    security(("bearer" = []), ("api_key" = ["outcomes:write"]))
)]
#[patch("/v1/stories/{story_id}")]
pub(super) async fn change(
    app: Data<App>,
    who: Allowed<EditStories>,
    path: Path<StoryPath>,
    if_match: IfMatch,
    body: Patch<StoryPatch>,
) -> Result<HttpResponse, Problem> {
    let shown =
        app.db.write(async |tx| edited(tx, &app.post, &who, path.story_id, &if_match, &body).await).await?;
    records::answer::<_, StoryOut>(shown)
}

/// Makes an edit: a patch, or what an earlier edit changed is put back.
pub(super) async fn edited(
    tx: &Tx,
    post: &Post,
    who: &Allowed<EditStories>,
    id: Uuid,
    if_match: &IfMatch,
    edit: &StoryPatch,
) -> Result<Shown<StoryRecord>, Problem> {
    let found = records::find_for_change::<StoryRecord>(tx, post.vault(), who.actor(), id).await?;
    let permit = who.over(&found)?;
    if_match.check(found.record.row.version)?;
    let (edited, changed) = records::edit(tx, who, &permit, &found.record, edit).await?;
    let edited = rules::change(&found.record, edited, &permit)?;
    records::keep_edit(tx, post.vault(), &permit, edit, &found.record, changed, edited).await
}

/// Approve a story
///
/// It is public as far as its event and initiative are. Nobody approves what they made themselves.
#[utoipa::path(
    tag = "stories",
    operation_id = "stories.approve",
    params(StoryPath, PublishingHeaders, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The story", body = StoryOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/stories/{story_id}/approve")]
pub(super) async fn approve(
    app: Data<App>,
    who: Allowed<ApproveStories>,
    path: Path<StoryPath>,
    read: AsRead,
    _body: Body<Empty>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    once.run(&app, who.caller()?, async |tx| {
        let found =
            records::find_for_change::<StoryRecord>(tx, &app.vault, who.actor(), path.story_id).await?;
        let permit = who.over(&found)?;
        let story = rules::approve(found.record, &permit)?;
        read.demand(story.row.version)?;
        let shown = records::keep(tx, &app.vault, &permit, Action::Approve, vec!["status"], story).await?;
        if shown.withheld_because.is_empty() {
            outbox::tell(tx, Fact::StoryPublished { story_id: path.story_id }).await?;
        }
        records::done::<_, StoryOut>(shown)
    })
    .await
}

/// Withdraw a story
///
/// For good: title and link are removed here and from the gallery.
#[utoipa::path(
    tag = "stories",
    operation_id = "stories.withdraw",
    params(StoryPath, DecisionHeaders, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The story", body = StoryOut), Problem),
    security(("bearer" = []), ("api_key" = ["outcomes:write"]))
)]
#[post("/v1/stories/{story_id}/withdraw")]
pub(super) async fn withdraw(
    app: Data<App>,
    who: Allowed<EditStories>,
    path: Path<StoryPath>,
    read: AsRead,
    _body: Body<Empty>,
    once: Once,
) -> Result<HttpResponse, Problem> {
    once.run(&app, who.caller()?, async |tx| {
        let found =
            records::find_for_change::<StoryRecord>(tx, &app.vault, who.actor(), path.story_id).await?;
        let permit = who.over(&found)?;
        let story = rules::withdraw(found.record, &permit)?;
        read.check(story.row.version)?;
        let shown = records::keep(tx, &app.vault, &permit, Action::Withdraw, vec!["status"], story).await?;
        outbox::tell(tx, Fact::StoryWithdrawn { story_id: path.story_id }).await?;
        records::done::<_, StoryOut>(shown)
    })
    .await
}

/// Remove a story
///
/// A draft. What was approved is withdrawn instead.
#[utoipa::path(
    tag = "stories",
    operation_id = "stories.delete",
    params(StoryPath),
    responses((status = 204, description = "It is gone"), Problem),
    security(("bearer" = []), ("api_key" = ["outcomes:write"]))
)]
#[delete("/v1/stories/{story_id}")]
pub(super) async fn remove(
    app: Data<App>,
    who: Allowed<EditStories>,
    path: Path<StoryPath>,
) -> Result<HttpResponse, Problem> {
    app.db
        .write(async |tx| {
            let found =
                records::find_for_change::<StoryRecord>(tx, &app.vault, who.actor(), path.story_id).await?;
            let permit = who.over(&found)?;
            rules::remove(&found.record, &permit)?;
            records::remove(tx, &permit, &found.record).await
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
