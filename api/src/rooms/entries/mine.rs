//! What the contact of an entry does, with the link from a letter.

use ::entity::kinds::RecordKind;
use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};

use super::wire::MyEntry;
use super::{Held, Key, hold, store};
use crate::access::action::Anyone;
use crate::access::{Allowed, ManageToken};
use crate::app::App;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::Tx;
use crate::http::idempotency::{self, IdempotencyKey, Once, Reply};
use crate::http::json::{Body, Empty};
use crate::outbox::{self, Fact};
use crate::problem::Problem;
use crate::publishing::{self, RecordRef};
use crate::rooms::initiatives;

/// See the entry one is asked about
///
/// What everybody sees of it, with the token from the letter.
#[utoipa::path(
    tag = "entries",
    operation_id = "entries.mine.get",
    responses((status = 200, description = "The entry", body = MyEntry), Problem),
    security(("manage_token" = []))
)]
#[get("/v1/entries/mine")]
pub(super) async fn get(
    app: Data<App>,
    _who: Allowed<Anyone>,
    token: ManageToken,
) -> Result<HttpResponse, Problem> {
    let (reader, now, key) = (app.db.reader(), app.clock.now(), Key::of(&app.vault, &token)?);
    let (link, contact) = store::link(reader, &key.0, now).await?.ok_or(Problem::bad_token())?;
    let row = store::initiative(reader, contact.initiative_id).await?.ok_or(Problem::bad_token())?;
    let public = publishing::public_entry(reader, row.id, now).await?;
    Ok(HttpResponse::Ok().json(MyEntry::new(&row, public, Some(link.expires_at))))
}

/// Say that an entry is still so
///
/// The map says from now on that it was confirmed today. The token is used up with it.
#[utoipa::path(
    tag = "entries",
    operation_id = "entries.mine.confirm",
    params(IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The entry", body = MyEntry), Problem),
    security(("manage_token" = []))
)]
#[post("/v1/entries/mine/confirm")]
pub(super) async fn confirm(
    app: Data<App>,
    _who: Allowed<Anyone>,
    token: ManageToken,
    once: Once,
    _body: Body<Empty>,
) -> Result<HttpResponse, Problem> {
    let key = Key::of(&app.vault, &token)?;
    once.run(&app, key.caller(), async |tx| {
        let Held { row, contact } = hold(tx, &key).await?;
        initiatives::still_on_the_map(&row)?;
        store::use_up(tx, contact).await?;
        initiatives::confirm_unedited(tx, &row).await?;
        publishing::publish(tx, &[RecordRef::new(RecordKind::Initiative, row.id)]).await?;
        note(tx, Action::Confirm, row.id, "confirmed_on").await?;
        Ok(answer(tx, row.id).await?.about(row.id))
    })
    .await
}

/// Take an entry off the map
///
/// For good: it leaves the gallery at once, with what belongs to it, and nobody is asked about it any more.
#[utoipa::path(
    tag = "entries",
    operation_id = "entries.mine.retire",
    params(IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The entry", body = MyEntry), Problem),
    security(("manage_token" = []))
)]
#[post("/v1/entries/mine/retire")]
pub(super) async fn retire(
    app: Data<App>,
    _who: Allowed<Anyone>,
    token: ManageToken,
    once: Once,
    _body: Body<Empty>,
) -> Result<HttpResponse, Problem> {
    let key = Key::of(&app.vault, &token)?;
    once.run(&app, key.caller(), async |tx| {
        let Held { row, .. } = hold(tx, &key).await?;
        initiatives::still_on_the_map(&row)?;
        initiatives::retire(tx, &row).await?;
        // What was answered before holds what was public.
        idempotency::forget(tx, row.id.0).await?;
        publishing::changed(tx, &[RecordRef::new(RecordKind::Initiative, row.id)]).await?;
        outbox::tell(tx, Fact::InitiativeArchived { initiative_id: row.id.0 }).await?;
        note(tx, Action::Archive, row.id, "status").await?;
        answer(tx, row.id).await
    })
    .await
}

async fn note(
    tx: &Tx,
    action: Action,
    id: ::entity::ids::InitiativeId,
    field: &'static str,
) -> Result<(), Problem> {
    let entry = Entry::new(By::Token(audit::Token::Manage), action).on(Kind::Initiative, id);
    Ok(audit::note(tx, entry.fields([field])).await?)
}

/// The entry as it is now, its link used up.
async fn answer(tx: &Tx, id: ::entity::ids::InitiativeId) -> Result<Reply, Problem> {
    let row = store::initiative(tx, id).await?.ok_or(Problem::bad_token())?;
    let public = publishing::public_entry(tx, id, tx.now()).await?;
    Reply::ok(&MyEntry::new(&row, public, None))
}
