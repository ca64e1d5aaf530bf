//! What somebody signed in does about the watches of their account.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get};

use super::wire::{MyWatches, WatchOut, WatchPath};
use super::{mine, store};
use crate::access::Allowed;
use crate::access::action::OwnAccount;
use crate::app::App;
use crate::http::to_the_end;
use crate::problem::Problem;

/// List one's own watches
///
/// Those that were made with the account; those of an address open with their tokens alone.
#[utoipa::path(
    tag = "watches",
    operation_id = "me.watches.list",
    responses((status = 200, description = "One's own watches", body = MyWatches), Problem),
    security(("bearer" = []))
)]
#[get("/v1/me/watches")]
pub(super) async fn list(app: Data<App>, who: Allowed<OwnAccount>) -> Result<Json<MyWatches>, Problem> {
    let reader = app.db.reader();
    let mut items = Vec::new();
    for row in store::of_account(reader, who.account()?).await? {
        let content = store::content(reader, &app.vault, &row).await?;
        items.push(WatchOut::new(&row, content));
    }
    Ok(Json(MyWatches { items }))
}

/// End a watch of one's own
///
/// At once and for good.
#[utoipa::path(
    tag = "watches",
    operation_id = "me.watches.delete",
    params(WatchPath),
    responses((status = 204, description = "There are no more letters"), Problem),
    security(("bearer" = []))
)]
#[delete("/v1/me/watches/{watch_id}")]
pub(super) async fn remove(
    app: Data<App>,
    who: Allowed<OwnAccount>,
    path: Path<WatchPath>,
) -> Result<HttpResponse, Problem> {
    let account = who.account()?;
    to_the_end(async move {
        let effect = async |tx: &crate::db::Tx| {
            let row = store::for_change(tx, path.watch_id.into()).await?;
            let own = row.filter(|row| row.account_id == Some(account));
            mine::end(tx, &own.ok_or(Problem::not_found("watch"))?).await
        };
        app.db.write(effect).await?;
        Ok(HttpResponse::NoContent().finish())
    })
    .await
}
