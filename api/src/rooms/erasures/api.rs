//! What is done for good.

use ::entity::ids::{AccountId, PersonId};
use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, delete};
use sea_orm::ConnectionTrait;

use super::{erase_person, store};
use crate::access::action::{Action, Anyone, ErasePeople, Reach, ReadPeople};
use crate::access::{Allowed, ManageToken, Owner, Row};
use crate::app::App;
use crate::audit::{self, By};
use crate::db::Tx;
use crate::http::to_the_end;
use crate::problem::{Kind, Problem};
use crate::rooms::consents::{self, Subject};
use crate::rooms::people::{PersonPath, PersonRecord};
use crate::rooms::{accounts, records};

/// A person, and the accounts that they are.
pub(super) struct Somebody(pub(super) Vec<AccountId>);

impl Row for Somebody {
    const NOUN: &'static str = "person";

    fn belongs_to(&self, owner: Owner) -> bool {
        matches!(owner, Owner::Account(account) if self.0.contains(&account))
    }
}

/// Erase a person
///
/// For good, and at once: name, contact, consents, everything that they said, their seats at events, and every mention of
/// them; what is public of it is gone with the answer. Numbers of people stay, and identifiers in the audit log. No import and
/// no copy of the database brings them back. Admins, and whoever is that person. Doing it again does nothing.
#[utoipa::path(
    tag = "people",
    operation_id = "people.erase",
    params(PersonPath),
    responses((status = 204, description = "Nothing tells of them any more"), Problem),
    security(("bearer" = []))
)]
#[delete("/v1/people/{person_id}")]
pub(super) async fn erase(
    app: Data<App>,
    who: Allowed<ErasePeople>,
    path: Path<PersonPath>,
) -> Result<HttpResponse, Problem> {
    let id = PersonId(path.person_id);
    to_the_end(async move {
        app.db.write(async |tx| run(tx, &app, &who, id).await).await?;
        Ok(HttpResponse::NoContent().finish())
    })
    .await
}

/// Erase oneself
///
/// With the manage token of a consent that a person gave: as `DELETE /v1/people/{person_id}` does. The token of a quote is for
/// that quote alone, which `POST /v1/consents/mine/withdraw` takes back (409).
#[utoipa::path(
    tag = "consents",
    operation_id = "consents.mine.erase",
    responses((status = 204, description = "Nothing tells of them any more"), Problem),
    security(("manage_token" = []))
)]
#[delete("/v1/consents/mine")]
pub(super) async fn erase_mine(
    app: Data<App>,
    _who: Allowed<Anyone>,
    token: ManageToken,
) -> Result<HttpResponse, Problem> {
    to_the_end(async move {
        let effect = async |tx: &Tx| {
            let Subject::Person(id) = consents::subject_of(tx, &app.vault, &token).await? else {
                return Err(Problem::wrong_state(&["withdraw"]));
            };
            let person = store::person(tx, id).await?.ok_or(Problem::bad_token())?;
            erase_person(tx, &app.post, By::Token(audit::Token::Manage), person).await
        };
        app.db.write(effect).await?;
        Ok(HttpResponse::NoContent().finish())
    })
    .await
}

async fn run(tx: &Tx, app: &App, who: &Allowed<ErasePeople>, id: PersonId) -> Result<(), Problem> {
    let Some(person) = store::person(tx, id).await? else {
        return match who.reach() == Reach::All && store::is_noted(tx, id.0).await? {
            true => Ok(()),
            false => Err(Problem::not_found("person")),
        };
    };
    let somebody = Somebody(accounts::of_person(tx, id).await?);
    let permit = match who.over(&somebody) {
        Ok(permit) => permit,
        Err(refused) => return Err(seen(tx, app, who, id).await.unwrap_or(refused)),
    };
    erase_person(tx, &app.post, By::from(permit.by()), person).await
}

/// The refusal of somebody who may see the person.
pub(super) async fn seen<A: Action, C: ConnectionTrait>(
    conn: &C,
    app: &App,
    who: &Allowed<A>,
    id: PersonId,
) -> Option<Problem> {
    let reader = Allowed::<ReadPeople>::ask(who.actor().clone()).ok()?;
    let found = records::find::<PersonRecord, _>(conn, &app.vault, who.actor(), id.0).await.ok()?;
    reader.over(&found).ok().map(|_permit| Problem::of(Kind::Forbidden))
}
