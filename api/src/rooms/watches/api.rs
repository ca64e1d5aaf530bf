//! Asking for letters about what is new.

use ::entity::ids::{AccountId, WatchId};
use ::entity::watch::{Model, WatchFilter};
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use secrecy::{ExposeSecret as _, SecretString};

use super::store::Content;
use super::wire::{self, WatchIn, WatchMade, WatchOut};
use super::{KIND, filter, rules, store};
use crate::access::action::Anyone;
use crate::access::{Allowed, ManageToken, Told};
use crate::app::App;
use crate::db::Tx;
use crate::http::etag;
use crate::http::idempotency::{Caller, IdempotencyKey, Once, Reply};
use crate::http::json::{Body, Empty, fault};
use crate::ids;
use crate::outbox;
use crate::problem::{Kind, Problem};

/// Ask for letters about what is new
///
/// Of countries, themes, a box on the map and kinds of documents, once a day or a week at most, and none where there is nothing
/// new. With an address the answer is 202, the same whether or not it is known: it gets a letter with a link, and nothing more before that
/// is opened (`POST /v1/watches/mine/confirm`); after 48 hours it is forgotten. A mailbox that answers none gets three such letters at
/// most. Whoever is signed in leaves the address out: letters go to their own, at once (201). 409 where no mail is sent.
#[utoipa::path(
    tag = "watches",
    operation_id = "watches.create",
    params(IdempotencyKey),
    request_body = WatchIn,
    responses(
        (status = 201, description = "One's own, with its token", body = WatchMade,
            headers(("Location" = String, description = "Where it is followed"), ("ETag" = String, description = "Its version"))),
        (status = 202, description = "A letter asks whether that is wanted", body = Empty),
        Problem
    ),
    security((), ("bearer" = []))
)]
#[post("/v1/watches")]
pub(super) async fn create(
    app: Data<App>,
    who: Allowed<Anyone>,
    once: Once,
    body: Body<WatchIn>,
) -> Result<HttpResponse, Problem> {
    if app.post.is_off() {
        return Err(Problem::of(Kind::Conflict).with_detail("No letters are sent here: use a feed instead."));
    }
    let (language, filter) = (wire::language(&body.language)?, filter::checked(body.filter(), "")?);
    let language = || language.clone();
    match (&body.email, who.signed_in().map(|signed_in| signed_in.account).ok()) {
        (Some(email), _) => {
            let hash = store::address_hash(&app.vault, email.expose_secret())?;
            let content = Content { email: Some(plain(email)), filter };
            once.run(&app, Caller::Nobody, async |tx| {
                let row = Model { email_hash: Some(hash.clone()), ..blank(tx, &body, language()) };
                let row = store::insert(tx, &app.vault, row, &content).await?;
                Ok(Reply::accepted(&Empty {})?.about(row.id))
            })
            .await
        }
        (None, Some(account)) => own(&app, account, once, &body, language(), filter).await,
        (None, None) => Err(Problem::invalid_body(vec![fault("/email", "required", "is required")])),
    }
}

fn plain(email: &SecretString) -> String {
    email.expose_secret().trim().to_owned()
}

/// Letters to whoever is signed in.
async fn own(
    app: &App,
    account: AccountId,
    once: Once,
    body: &WatchIn,
    language: String,
    filter: WatchFilter,
) -> Result<HttpResponse, Problem> {
    let token = ManageToken::new()?;
    let token_hash = token.hash(&app.vault, KIND)?;
    let content = Content { email: None, filter };
    once.run(app, Caller::Holder(account.0), async |tx| {
        let locked = crate::rooms::accounts::lock(tx, account).await?;
        locked.ok_or(Problem::not_found("account"))?;
        if store::count_of(tx, account).await? >= rules::MOST {
            let detail = format!("You have {} watches already, which is the most.", rules::MOST);
            return Err(Problem::of(Kind::Conflict).with_detail(detail));
        }
        let row = blank(tx, body, language.clone());
        let row = Model { account_id: Some(account), token_hash: Some(token_hash.clone()), ..row };
        let row = rules::confirmed(row, outbox::last_number(tx).await?, tx.now());
        let row = store::insert(tx, &app.vault, row, &content).await?;
        let made = WatchMade { watch: WatchOut::new(&row, content.clone()), manage_token: Told::new(&token) };
        Ok(Reply::created("/v1/watches/mine", &made)?.etag(etag::of_version(row.version)).about(row.id))
    })
    .await
}

fn blank(tx: &Tx, body: &WatchIn, language: String) -> Model {
    Model {
        id: WatchId(ids::v4()),
        account_id: None,
        token_hash: None,
        email_hash: None,
        sealed: Vec::new(),
        language,
        every: body.every,
        confirmed_at: None,
        due_at: None,
        attempts: 0,
        seen: 0,
        letter_id: None,
        letter_until: None,
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
    }
}
