//! What people allowed, as those who recorded them and staff read and continue it. One purpose at a time: none is inferred
//! from another.

use ::entity::account;
use ::entity::ids::{AccountId, ConsentId, PersonId};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get, post};
use sea_orm::{ConnectionTrait, EntityTrait as _};
use uuid::Uuid;

use super::out::{ConsentGiven, ConsentOut, ConsentPage};
use super::sealed::Entry;
use super::store::After;
use super::tokens::{Proof, give_token};
use super::wire::{PersonConsentIn, PersonConsentPath, PersonConsentsPath};
use super::{Subject, giving, store};
use crate::access::action::{ReadConsents, RecordConsents};
use crate::access::{Actor, Allowed, Owner, Row, Told};
use crate::app::App;
use crate::db::Tx;
use crate::http::Query;
use crate::http::etag::of_version;
use crate::http::idempotency::{IdempotencyKey, Once, Reply};
use crate::http::json::{Body, Empty};
use crate::http::page::{self, Cursor, Paging};
use crate::problem::Problem;
use crate::rooms::people::PersonRecord;
use crate::rooms::records;
use crate::vault::Vault;

/// A person whose consents somebody asks for. They are the business of whoever recorded the person and of the person: who hosts
/// an event together with somebody does not say what that one allows.
struct Asked {
    person: PersonRecord,
    /// The account that asks, if it is the person's own.
    oneself: Option<AccountId>,
}

impl Row for Asked {
    const NOUN: &'static str = "person";

    fn belongs_to(&self, owner: Owner) -> bool {
        let Owner::Account(account) = owner else { return false };
        self.person.row.created_by == Some(account) || self.oneself == Some(account)
    }
}

impl Asked {
    async fn new<C: ConnectionTrait>(conn: &C, who: &Actor, person: PersonRecord) -> Result<Self, Problem> {
        let asks = match who.account() {
            Some(id) => account::Entity::find_by_id(id).one(conn).await?,
            None => None,
        };
        let oneself = asks.filter(|account| account.person_id == Some(person.row.id)).map(|asks| asks.id);
        Ok(Self { person, oneself })
    }

    /// The person, kept from changing until the transaction ends.
    async fn lock(tx: &Tx, vault: &Vault, who: &Actor, id: Uuid) -> Result<Self, Problem> {
        let found = records::find_for_change::<PersonRecord>(tx, vault, who, id).await?;
        Self::new(tx, who, found.record).await
    }
}

/// List what a person has allowed
///
/// The ledger, newest first: what was replaced or withdrawn stays in it.
#[utoipa::path(
    tag = "consents",
    operation_id = "people.consents.list",
    params(PersonConsentsPath, Paging),
    responses((status = 200, description = "A page of consents", body = ConsentPage), Problem),
    security(("bearer" = []))
)]
#[get("/v1/people/{person_id}/consents")]
pub(super) async fn list(
    app: Data<App>,
    req: HttpRequest,
    who: Allowed<ReadConsents>,
    path: Path<PersonConsentsPath>,
    paging: Query<Paging>,
) -> Result<HttpResponse, Problem> {
    let Paging { limit, cursor } = paging.0;
    let binding = format!("people/{}/consents", path.person_id);
    let after = cursor.map(|cursor| Cursor::decode::<After>(&binding, &cursor)).transpose()?;
    let snapshot = app.db.snapshot().await?;
    let found = records::find::<PersonRecord, _>(&snapshot, &app.vault, who.actor(), path.person_id).await?;
    let _permit = who.over(&Asked::new(&snapshot, who.actor(), found.record).await?)?;
    let subject = Subject::Person(PersonId(path.person_id));
    let rows = store::page(&snapshot, &app.vault, subject, after, u64::from(limit.get()) + 1).await?;
    snapshot.rollback().await?;
    let now = app.clock.now();
    let out = |row| ConsentOut::new(row, None, now);
    page::answer(&req, &binding, limit, rows, |row: &Entry| (row.created_at, row.id.0), out)
}

/// Record what a person allows
///
/// One purpose; it takes the place of what they allowed for it before. The answer holds a manage token for the person.
#[utoipa::path(
    tag = "consents",
    operation_id = "people.consents.create",
    params(PersonConsentsPath, IdempotencyKey),
    request_body = PersonConsentIn,
    responses((status = 201, description = "The consent", body = ConsentGiven,
        headers(("Location" = String, description = "Where the person sees it, with the manage token"),
            ("ETag" = String, description = "The person's new version"))), Problem),
    security(("bearer" = []))
)]
#[post("/v1/people/{person_id}/consents")]
pub(super) async fn create(
    app: Data<App>,
    who: Allowed<RecordConsents>,
    path: Path<PersonConsentsPath>,
    once: Once,
    body: Body<PersonConsentIn>,
) -> Result<HttpResponse, Problem> {
    once.run(&app, who.caller()?, async |tx| {
        let asked = Asked::lock(tx, &app.vault, who.actor(), path.person_id).await?;
        let permit = who.over(&asked)?;
        let (line, subject) = ((*body).clone().into_line(), Subject::Person(asked.person.row.id));
        let purpose = line.purpose;
        let proof = Proof::Permit(&permit);
        let given = giving::to_person(tx, &app.vault, &proof, asked.person, line).await?;
        let token = give_token(tx, &app.vault, subject, purpose).await?;
        let row = store::one(tx, &app.vault, given.id).await?.ok_or(Problem::not_found("consent"))?;
        let told = ConsentGiven {
            consent: ConsentOut::new(row, None, tx.now()),
            manage_token: Told::new(&token),
            withheld_because: given.withheld_because,
        };
        let reply = Reply::created("/v1/consents/mine", &told)?;
        Ok(reply.etag(of_version(given.version)).about(path.person_id))
    })
    .await
}

/// Withdraw what a person allowed
///
/// At once: a name is taken from wherever it stood in the same moment. Whatever else is in force for the same purpose ends
/// with it. What was withdrawn before stays so.
#[utoipa::path(
    tag = "consents",
    operation_id = "people.consents.withdraw",
    params(PersonConsentPath, IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The consent", body = ConsentOut), Problem),
    security(("bearer" = []))
)]
#[post("/v1/people/{person_id}/consents/{consent_id}/withdraw")]
pub(super) async fn withdraw(
    app: Data<App>,
    who: Allowed<RecordConsents>,
    path: Path<PersonConsentPath>,
    once: Once,
    _body: Body<Empty>,
) -> Result<HttpResponse, Problem> {
    once.run(&app, who.caller()?, async |tx| {
        let asked = Asked::lock(tx, &app.vault, who.actor(), path.person_id).await?;
        let permit = who.over(&asked)?;
        let no_such = || Problem::not_found("consent");
        let id = ConsentId(path.consent_id);
        let of_them = |row: &Entry| row.person_id == Some(PersonId(path.person_id));
        let row = store::one(tx, &app.vault, id).await?.filter(of_them).ok_or_else(no_such)?;
        if row.withdrawn_at.is_none() {
            giving::end(tx, &app.vault, Proof::Permit(&permit).by(), asked.person, &row).await?;
        }
        let row = store::one(tx, &app.vault, id).await?.ok_or_else(no_such)?;
        Ok(Reply::ok(&ConsentOut::new(row, None, tx.now()))?.about(path.person_id))
    })
    .await
}
