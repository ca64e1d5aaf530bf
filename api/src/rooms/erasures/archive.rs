//! Everything that is held about somebody, for them to read (GDPR, articles 15 and 20).

use std::collections::HashMap;

use ::entity::audit_entry::{self, AuditAction};
use ::entity::consent::{self, ConsentMethod, ConsentPurpose};
use ::entity::ids::{
    AccountId, ConsentId, EventId, InitiativeId, OrganisationId, PersonId, QuoteId, SeriesId,
};
use ::entity::kinds::{Moderation, PersonRole};
use ::entity::quote::AttributionLevel;
use ::entity::values::Translation;
use ::entity::{account, event, event_helper, event_host, organisation, origin, quote};
use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::api::{Somebody, seen};
use crate::access::Allowed;
use crate::access::action::ReadArchives;
use crate::app::App;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::find_in;
use crate::problem::Problem;
use crate::rooms::accounts::{self, AccountArchive};
use crate::rooms::consents;
use crate::rooms::people::{PersonPath, PersonRecord};
use crate::rooms::records::Record as _;
use crate::rooms::registrations::{self, RegistrationArchive};
use crate::rooms::series;
use crate::rooms::submissions::{self, SubmissionArchive};
use crate::rooms::watches::{self, WatchArchive};
use crate::vault::Vault;

/// The most entries of the audit log that are told, the newest.
const ENTRIES: u64 = 1000;

/// Everything that is held about a person.
#[derive(Serialize, ToSchema)]
pub(super) struct PersonArchive {
    /// When it was put together.
    at: DateTime<Utc>,
    /// Identifier.
    id: PersonId,
    /// The name or pseudonym they chose.
    display_name: String,
    /// What brings them.
    role: PersonRole,
    /// Their country.
    country: Option<String>,
    /// The e-mail address.
    email: Option<String>,
    /// The telephone number.
    phone: Option<String>,
    /// When the record was made.
    created_at: DateTime<Utc>,
    /// When it was last edited.
    updated_at: DateTime<Utc>,
    /// The files that brought the record: source and identifier there.
    sources: Vec<ArchivedSource>,
    /// The organisations they belong to.
    organisations: Vec<ArchivedOrganisation>,
    /// What they allowed, withdrawn or not.
    consents: Vec<ArchivedConsent>,
    /// The events that name them.
    events: Vec<ArchivedEvent>,
    /// The series that name them.
    series: Vec<ArchivedSeries>,
    /// What they said.
    quotes: Vec<ArchivedQuote>,
    /// The accounts that are theirs.
    accounts: Vec<AccountArchive>,
    /// What these accounts registered for.
    registrations: Vec<RegistrationArchive>,
    /// What these accounts asked to be on the map.
    submissions: Vec<SubmissionArchive>,
    /// What these accounts watch.
    watches: Vec<WatchArchive>,
    /// What was done to the record, newest first.
    log: Vec<ArchivedEntry>,
}

/// A file that brought a record.
#[derive(Serialize, ToSchema)]
struct ArchivedSource {
    /// The source.
    source: String,
    /// The identifier there.
    id: String,
}

/// An organisation.
#[derive(Serialize, ToSchema)]
struct ArchivedOrganisation {
    /// Identifier.
    id: OrganisationId,
    /// Its name.
    name: String,
}

/// A consent.
#[derive(Serialize, ToSchema)]
struct ArchivedConsent {
    /// Identifier.
    id: ConsentId,
    /// What is allowed.
    purpose: ConsentPurpose,
    /// For which channels.
    scope: Vec<String>,
    /// The finest attribution allowed.
    level: Option<AttributionLevel>,
    /// How it was given.
    method: ConsentMethod,
    /// The version of the wording that was shown.
    text_version: Option<String>,
    /// The language in which it was shown.
    language: Option<String>,
    /// When it was given.
    given_at: Option<DateTime<Utc>>,
    /// Who took it down.
    given_by: Option<String>,
    /// Until when it holds.
    expires_at: Option<DateTime<Utc>>,
    /// When it was withdrawn.
    withdrawn_at: Option<DateTime<Utc>>,
    /// When it was recorded here.
    recorded_at: DateTime<Utc>,
}

impl From<(consent::Model, Option<String>)> for ArchivedConsent {
    fn from((row, given_by): (consent::Model, Option<String>)) -> Self {
        let consent::Model {
            id,
            person_id: _,
            quote_id: _,
            purpose,
            scope,
            level,
            text_hash: _,
            text_version,
            language,
            method,
            given_at,
            sealed_given_by: _,
            expires_at,
            withdrawn_at,
            withdrawn_by: _,
            replaced_by: _,
            remind_at: _,
            created_at: recorded_at,
        } = row;
        Self {
            id,
            purpose,
            scope: scope.0,
            level,
            method,
            text_version,
            language,
            given_at,
            given_by,
            expires_at,
            withdrawn_at,
            recorded_at,
        }
    }
}

/// An event that names somebody.
#[derive(Serialize, ToSchema)]
struct ArchivedEvent {
    /// The event.
    id: EventId,
    /// What it is called.
    title: String,
    /// What they do there: `host`, `co_host`, `facilitator`, `interpreter` or `note_taker`.
    part: &'static str,
    /// When the event was recorded.
    recorded_at: DateTime<Utc>,
}

/// A series that names somebody.
#[derive(Serialize, ToSchema)]
struct ArchivedSeries {
    /// The series.
    id: SeriesId,
    /// What its events are called.
    title: String,
}

/// Words that somebody said.
#[derive(Serialize, ToSchema)]
struct ArchivedQuote {
    /// The quote.
    id: QuoteId,
    /// The words.
    text: String,
    /// Their language.
    language: String,
    /// The words in other languages.
    translations: std::collections::BTreeMap<String, Translation>,
    /// How they are named.
    level: AttributionLevel,
    /// The pseudonym.
    label: Option<String>,
    /// Where it stands.
    status: Moderation,
    /// Where they were said.
    event: Option<EventId>,
    /// The initiative they belong to.
    initiative: Option<InitiativeId>,
    /// What was allowed of them.
    consents: Vec<ArchivedConsent>,
    /// When they were recorded.
    recorded_at: DateTime<Utc>,
    /// When they were last edited.
    updated_at: DateTime<Utc>,
}

/// Something that was done to the record.
#[derive(Serialize, ToSchema)]
struct ArchivedEntry {
    /// When.
    at: DateTime<Utc>,
    /// What.
    action: AuditAction,
    /// To which members.
    fields: Vec<String>,
}

/// Read everything that is held about a person
///
/// Whatever is sealed is open in it. Each reading is noted. Admins, and whoever is that person.
#[utoipa::path(
    tag = "people",
    operation_id = "people.archive",
    params(PersonPath),
    responses((status = 200, description = "Everything that is held", body = PersonArchive), Problem),
    security(("bearer" = []))
)]
#[get("/v1/people/{person_id}/archive")]
pub(super) async fn read(
    app: Data<App>,
    who: Allowed<ReadArchives>,
    path: Path<PersonPath>,
) -> Result<HttpResponse, Problem> {
    let id = PersonId(path.person_id);
    let snapshot = app.db.snapshot().await?;
    let person = PersonRecord::load(&snapshot, &app.vault, &[id.0]).await?.remove(&id.0);
    let person = person.ok_or(Problem::not_found("person"))?;
    let linked = account::Entity::find().select_only().column(account::Column::Id);
    let linked = linked.filter(account::Column::PersonId.eq(id)).into_tuple::<AccountId>();
    let somebody = Somebody(linked.all(&snapshot).await?);
    let permit = match who.over(&somebody) {
        Ok(permit) => permit,
        Err(refused) => return Err(seen(&snapshot, &app, &who, id).await.unwrap_or(refused)),
    };
    let archive = gather(&snapshot, &app.vault, app.clock.now(), person, somebody.0).await?;
    snapshot.rollback().await?;
    app.db
        .write(async |tx| {
            let entry = Entry::new(By::from(permit.by()), Action::Read).on(Kind::Person, id);
            audit::note(tx, entry.fields(["archive"])).await
        })
        .await?;
    Ok(HttpResponse::Ok().json(archive))
}

async fn gather<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    at: DateTime<Utc>,
    person: PersonRecord,
    linked: Vec<AccountId>,
) -> Result<PersonArchive, Problem> {
    let PersonRecord { row, organisations, consents: _, contact } = person;
    let contact = contact.unwrap_or_default();
    let (mut accounts, mut registered, mut submitted) = (Vec::new(), Vec::new(), Vec::new());
    let mut watched = Vec::new();
    for id in linked {
        accounts.extend(accounts::archive(conn, vault, id).await?);
        registered.extend(registrations::archive(conn, vault, id).await?);
        submitted.extend(submissions::archive(conn, vault, id).await?);
        watched.extend(watches::archive(conn, vault, id).await?);
    }
    let consents = consent::Entity::find().filter(consent::Column::PersonId.eq(row.id)).all(conn).await?;
    let consents = consents::with_takers(conn, vault, consents).await?;
    let named = series::naming(conn, vault, row.id).await?.into_iter();
    Ok(PersonArchive {
        at,
        id: row.id,
        sources: sources(conn, row.id).await?,
        organisations: belongs_to(conn, organisations).await?,
        consents: consents.into_iter().map(Into::into).collect(),
        events: events(conn, row.id).await?,
        series: named.map(|(id, title)| ArchivedSeries { id, title }).collect(),
        quotes: quotes(conn, vault, row.id).await?,
        accounts,
        registrations: registered,
        submissions: submitted,
        watches: watched,
        log: log(conn, row.id).await?,
        display_name: row.display_name,
        role: row.role,
        country: row.country,
        email: contact.email,
        phone: contact.phone,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

async fn sources<C: ConnectionTrait>(conn: &C, id: PersonId) -> Result<Vec<ArchivedSource>, DbErr> {
    let rows = origin::Entity::find().filter(origin::Column::RecordId.eq(id.0)).all(conn).await?;
    Ok(rows.into_iter().map(|row| ArchivedSource { source: row.source, id: row.external_id }).collect())
}

async fn belongs_to<C: ConnectionTrait>(
    conn: &C,
    ids: Vec<OrganisationId>,
) -> Result<Vec<ArchivedOrganisation>, DbErr> {
    let rows = find_in::<organisation::Entity, _, _>(conn, organisation::Column::Id, ids).await?;
    Ok(rows.into_iter().map(|row| ArchivedOrganisation { id: row.id, name: row.name }).collect())
}

async fn events<C: ConnectionTrait>(conn: &C, id: PersonId) -> Result<Vec<ArchivedEvent>, DbErr> {
    let hosts = event_host::Entity::find().filter(event_host::Column::PersonId.eq(id)).all(conn).await?;
    let helpers =
        event_helper::Entity::find().filter(event_helper::Column::PersonId.eq(id)).all(conn).await?;
    let mut parts: Vec<(EventId, &'static str)> =
        hosts.iter().map(|row| (row.event_id, row.part.as_str())).collect();
    parts.extend(helpers.iter().map(|row| (row.event_id, row.part.as_str())));
    let ids: Vec<EventId> = parts.iter().map(|(id, _)| *id).collect();
    let rows = find_in::<event::Entity, _, _>(conn, event::Column::Id, ids).await?;
    let rows: HashMap<EventId, event::Model> = rows.into_iter().map(|row| (row.id, row)).collect();
    let archived = parts.into_iter().filter_map(|(id, part)| {
        let event = rows.get(&id)?;
        Some(ArchivedEvent { id, title: event.title.clone(), part, recorded_at: event.created_at })
    });
    Ok(archived.collect())
}

async fn quotes<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    id: PersonId,
) -> anyhow::Result<Vec<ArchivedQuote>> {
    let rows = quote::Entity::find().filter(quote::Column::PersonId.eq(id)).all(conn).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id.0).collect();
    let mut consents: HashMap<QuoteId, Vec<ArchivedConsent>> = HashMap::new();
    let given = find_in::<consent::Entity, _, _>(conn, consent::Column::QuoteId, ids).await?;
    for row in consents::with_takers(conn, vault, given).await? {
        if let Some(quote) = row.0.quote_id {
            consents.entry(quote).or_default().push(row.into());
        }
    }
    let archived = rows.into_iter().map(|row| ArchivedQuote {
        consents: consents.remove(&row.id).unwrap_or_default(),
        id: row.id,
        text: row.text,
        language: row.language,
        translations: row.translations.0,
        level: row.level,
        label: row.label,
        status: row.status,
        event: row.event_id,
        initiative: row.initiative_id,
        recorded_at: row.created_at,
        updated_at: row.updated_at,
    });
    Ok(archived.collect())
}

async fn log<C: ConnectionTrait>(conn: &C, id: PersonId) -> Result<Vec<ArchivedEntry>, DbErr> {
    let rows = audit_entry::Entity::find()
        .filter(audit_entry::Column::RecordId.eq(id.0))
        .order_by_desc(audit_entry::Column::At)
        .order_by_desc(audit_entry::Column::Id)
        .limit(ENTRIES)
        .all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| ArchivedEntry { at: row.at, action: row.action, fields: row.fields.0 })
        .collect())
}
