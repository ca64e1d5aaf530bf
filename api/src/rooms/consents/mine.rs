//! What somebody does about a consent of their own, with the manage token.

use ::entity::consent::ConsentMethod;
use ::entity::kinds::Moderation;
use ::entity::quote::AttributionLevel;
use actix_web::web::Data;
use actix_web::{HttpResponse, get, patch, post};
use chrono::{DateTime, Utc};

use super::out::MyConsent;
use super::rules::narrowed;
use super::tokens::{self, Held, Proof};
use super::wire::{MyConsentIn, MyConsentPatch};
use super::{Subject, giving, sealed, store};
use crate::access::action::Anyone;
use crate::access::{Actor, Allowed, ManageToken};
use crate::app::App;
use crate::audit::Action;
use crate::db::Tx;
use crate::http::etag::of_version;
use crate::http::idempotency::{IdempotencyKey, Once, Reply};
use crate::http::json::{Body, Empty, fault};
use crate::http::patch::{AsRead, EditHeaders, IfMatch, Patch, PublishingHeaders, record};
use crate::problem::{Kind, Problem};
use crate::rooms::bundle::{AttributionLine, ConsentLine, ConsentScope, gallery_and_feeds};
use crate::rooms::people::PersonRecord;
use crate::rooms::quotes::{self, QuoteRecord};
use crate::rooms::records;
use crate::vault::Vault;

/// What a consent is about, kept from changing until the transaction ends.
enum About {
    Quote(Box<QuoteRecord>),
    Person(Box<PersonRecord>),
}

impl About {
    /// What the holder's consent is about, as it is now that nobody else changes it.
    async fn lock(tx: &Tx, vault: &Vault, held: &Held) -> Result<Self, Problem> {
        // What was removed meanwhile took its tokens along.
        let gone = |problem: Problem| match problem.kind() {
            Kind::NotFound => Problem::bad_token(),
            _ => problem,
        };
        let (nobody, id) = (Actor::Anonymous, held.subject.id());
        match held.subject {
            Subject::Quote(_) => {
                let found = records::find_for_change::<QuoteRecord>(tx, vault, &nobody, id).await;
                Ok(Self::Quote(Box::new(found.map_err(gone)?.record)))
            }
            Subject::Person(_) => {
                let found = records::find_for_change::<PersonRecord>(tx, vault, &nobody, id).await;
                Ok(Self::Person(Box::new(found.map_err(gone)?.record)))
            }
        }
    }

    fn version(&self) -> i64 {
        match self {
            Self::Quote(quote) => quote.row.version,
            Self::Person(person) => person.row.version,
        }
    }

    /// What can be done where nothing is in force.
    fn wrong_state(&self) -> Problem {
        match self {
            Self::Quote(quote) if quote.row.status == Moderation::Withdrawn => Problem::wrong_state(&[]),
            Self::Quote(_) => Problem::wrong_state(&["renew", "withdraw"]),
            Self::Person(_) => Problem::wrong_state(&["renew"]),
        }
    }
}

/// See one's own consent
///
/// What was allowed, how it stands, the words themselves and where they are public. Of a withdrawn one also who was told.
#[utoipa::path(
    tag = "consents",
    operation_id = "consents.mine.get",
    responses((status = 200, description = "The consent", body = MyConsent,
        headers(("ETag" = String, description = "Its version"))), Problem),
    security(("manage_token" = []))
)]
#[get("/v1/consents/mine")]
pub(super) async fn get(
    app: Data<App>,
    _who: Allowed<Anyone>,
    token: ManageToken,
) -> Result<HttpResponse, Problem> {
    let snapshot = app.db.snapshot().await?;
    let held = tokens::find(&snapshot, &app.vault, &token).await?;
    let (version, mine) = MyConsent::read(&snapshot, &app.vault, &held, app.clock.now()).await?;
    snapshot.rollback().await?;
    record(version, &mine)
}

/// Narrow one's own consent
///
/// Fewer channels, a coarser name, a sooner end: at once, and without asking anybody. What would allow more takes a new consent
/// (409 `consent_needed`): `POST /v1/consents/mine`.
#[utoipa::path(
    tag = "consents",
    operation_id = "consents.mine.patch",
    params(EditHeaders),
    request_body(content((MyConsentPatch = "application/merge-patch+json"), (MyConsentPatch = "application/json"))),
    responses((status = 200, description = "The consent", body = MyConsent,
        headers(("ETag" = String, description = "Its version"))), Problem),
    security(("manage_token" = []))
)]
#[patch("/v1/consents/mine")]
pub(super) async fn change(
    app: Data<App>,
    _who: Allowed<Anyone>,
    token: ManageToken,
    if_match: IfMatch,
    body: Patch<MyConsentPatch>,
) -> Result<HttpResponse, Problem> {
    let (version, mine) = app
        .db
        .write(async |tx| {
            let held = tokens::find(tx, &app.vault, &token).await?;
            let about = About::lock(tx, &app.vault, &held).await?;
            if_match.check(about.version())?;
            narrow(tx, &app.vault, &held, about, &body).await?;
            MyConsent::read(tx, &app.vault, &held, tx.now()).await
        })
        .await?;
    record(version, &mine)
}

/// Puts a narrower consent in the place of the one in force.
async fn narrow(
    tx: &Tx,
    vault: &Vault,
    held: &Held,
    about: About,
    patch: &MyConsentPatch,
) -> Result<(), Problem> {
    if patch.level.is_some() && matches!(about, About::Person(_)) {
        return Err(only_of_quotes("/level"));
    }
    let rows = store::line(tx, vault, held.subject, held.purpose).await?;
    let row = rows.first().filter(|row| row.withdrawn_at.is_none()).ok_or_else(|| about.wrong_state())?;
    let before = sealed::of(row);
    let after = narrowed(&before, &patch.wish())?;
    if after == before {
        return Ok(());
    }
    let by = Proof::<Anyone>::Holder(held).by();
    let mut members = Vec::new();
    members.extend((after.level != before.level).then_some("level"));
    members.extend((after.scope != before.scope).then_some("scope"));
    members.extend((after.expires_at != before.expires_at).then_some("expires_at"));
    let id = store::replace(tx, vault, held.subject, after.clone()).await?;
    giving::note(tx, by, Action::Update, id, members).await?;
    match about {
        About::Quote(mut quote) => {
            if let Some(level) = after.level.filter(|level| *level > quote.row.level) {
                quote.row.level = level;
                // A name that is not to be told is not kept either.
                quote.row.label = quote.row.label.filter(|_| level <= AttributionLevel::Pseudonym);
            }
            quote.consent = Some(after);
            records::keep_as(tx, vault, by, Action::Update, vec!["consent"], *quote).await?;
        }
        About::Person(person) => drop(giving::keep_person(tx, vault, by, *person).await?),
    }
    Ok(())
}

/// Give one's own consent anew
///
/// To the words as they are now, or to more than before: another name, further channels, a later end. It is bound to what was
/// read (`If-Match`). The consent before it stays in the ledger. To be named more finely than a moderator let through still
/// passes a moderator.
#[utoipa::path(
    tag = "consents",
    operation_id = "consents.mine.renew",
    params(PublishingHeaders, IdempotencyKey),
    request_body(content = Option<MyConsentIn>),
    responses((status = 201, description = "The new consent", body = MyConsent,
        headers(("Location" = String, description = "Where it is seen"),
            ("ETag" = String, description = "Its version"))), Problem),
    security(("manage_token" = []))
)]
#[post("/v1/consents/mine")]
pub(super) async fn renew(
    app: Data<App>,
    _who: Allowed<Anyone>,
    token: ManageToken,
    read: AsRead,
    once: Once,
    body: Body<MyConsentIn>,
) -> Result<HttpResponse, Problem> {
    let key = tokens::find(app.db.reader(), &app.vault, &token).await?.caller();
    once.run(&app, key, async |tx| {
        let held = tokens::find(tx, &app.vault, &token).await?;
        let about = About::lock(tx, &app.vault, &held).await?;
        let before = store::line(tx, &app.vault, held.subject, held.purpose).await?;
        let scope = before.first().map(|row| ConsentLine::of(sealed::of(row)).scope);
        let line = anew(&held, &body, scope.filter(|scope| !scope.is_empty()), tx.now());
        read.demand(about.version())?;
        match about {
            About::Quote(quote) => {
                let allowed = before.first().and_then(|row| row.level);
                let attribution = named(&quote, allowed, &body)?;
                let proof = Proof::Holder(&held);
                giving::to_quote(tx, &app.vault, &proof, &quote, line, Some(attribution)).await?;
            }
            About::Person(_) if body.level.is_some() => return Err(only_of_quotes("/level")),
            About::Person(_) if body.label.is_some() => return Err(only_of_quotes("/label")),
            About::Person(person) => {
                giving::to_person(tx, &app.vault, &Proof::Holder(&held), *person, line).await?;
            }
        }
        let (version, mine) = MyConsent::read(tx, &app.vault, &held, tx.now()).await?;
        let reply = Reply::created("/v1/consents/mine", &mine)?;
        Ok(reply.etag(of_version(version)).about(held.subject.id()))
    })
    .await
}

/// The line that says what somebody allows anew by themselves, now and here.
fn anew(
    held: &Held,
    body: &MyConsentIn,
    scope: Option<Vec<ConsentScope>>,
    now: DateTime<Utc>,
) -> ConsentLine {
    ConsentLine {
        purpose: held.purpose,
        method: ConsentMethod::Online,
        scope: body.scope.clone().or(scope).unwrap_or_else(gallery_and_feeds),
        level: body.level,
        text_version: body.text_version.clone(),
        language: body.language.clone(),
        given_at: Some(now),
        given_by: None,
        expires_at: body.expires_at,
    }
}

/// How the speaker is to be named: as they say now, or else no more finely than they allowed before.
fn named(
    quote: &QuoteRecord,
    allowed: Option<AttributionLevel>,
    body: &MyConsentIn,
) -> Result<AttributionLine, Problem> {
    let before = allowed.map_or(quote.row.level, |allowed| allowed.max(quote.row.level));
    let level = body.level.unwrap_or(before);
    if level != AttributionLevel::Pseudonym {
        return match body.label {
            Some(_) => Err(Problem::invalid_body(vec![fault(
                "/label",
                "not_applicable",
                "is how one is named at the level `pseudonym`",
            )])),
            None => Ok(AttributionLine { level, label: None }),
        };
    }
    let label = body.label.clone().or_else(|| quote.row.label.clone());
    match label {
        Some(_) => Ok(AttributionLine { level, label }),
        None => {
            Err(Problem::invalid_body(vec![fault("/label", "required", "is required: there is none yet")]))
        }
    }
}

fn only_of_quotes(member: &str) -> Problem {
    let detail = "is part of a consent to publish a quote alone";
    Problem::invalid_body(vec![fault(member, "not_applicable", detail)])
}

/// Withdraw one's own consent
///
/// At once, for good, and without asking anybody. Words leave the gallery, its lists, search and feeds in this moment and are
/// kept nowhere; a name is taken from wherever it stood. What was withdrawn before stays so.
#[utoipa::path(
    tag = "consents",
    operation_id = "consents.mine.withdraw",
    params(IdempotencyKey),
    request_body(content = Option<Empty>),
    responses((status = 200, description = "The consent", body = MyConsent), Problem),
    security(("manage_token" = []))
)]
#[post("/v1/consents/mine/withdraw")]
pub(super) async fn withdraw(
    app: Data<App>,
    _who: Allowed<Anyone>,
    token: ManageToken,
    once: Once,
    _body: Body<Empty>,
) -> Result<HttpResponse, Problem> {
    let key = tokens::find(app.db.reader(), &app.vault, &token).await?.caller();
    once.run(&app, key, async |tx| {
        let held = tokens::find(tx, &app.vault, &token).await?;
        end(tx, &app.vault, &held).await?;
        let (version, mine) = MyConsent::read(tx, &app.vault, &held, tx.now()).await?;
        Ok(Reply::ok(&mine)?.etag(of_version(version)).about(held.subject.id()))
    })
    .await
}

/// Ends what is in force; nothing if nothing is.
async fn end(tx: &Tx, vault: &Vault, held: &Held) -> Result<(), Problem> {
    match About::lock(tx, vault, held).await? {
        About::Quote(quote) if quote.row.status == Moderation::Withdrawn => {}
        About::Quote(quote) => {
            quotes::withdraw(tx, vault, &Proof::Holder(held), &AsRead::none(), *quote).await?;
        }
        About::Person(person) => {
            let rows = store::line(tx, vault, held.subject, held.purpose).await?;
            let Some(row) = rows.first().filter(|row| row.withdrawn_at.is_none()) else { return Ok(()) };
            giving::end(tx, vault, Proof::<Anyone>::Holder(held).by(), *person, row).await?;
        }
    }
    Ok(())
}
