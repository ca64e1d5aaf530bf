//! What callers read: the registrant one view, hosts another.

use std::collections::BTreeMap;

use ::entity::event;
use ::entity::ids::{AccountId, EventId, RegistrationId};
use ::entity::kinds::PersonRole;
use ::entity::registration::{Model, RegistrationStatus};
use ::entity::registration_consent;
use ::entity::registration_desk;
use ::entity::values::RegistrationQuestion;
use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use super::proofs::{self, RegistrationConsentOut};
use super::store::{self, Person, Reveal};
use super::{rules, seats::Taken};
use crate::access::Actor;
use crate::reference::Point;
use crate::rooms::events::{ExactPlace, Joining};
use crate::vault::Vault;

/// A registration that has arrived.
#[derive(Serialize, ToSchema)]
pub(super) struct RegistrationReceived {
    /// The registration.
    pub(super) registration: MyRegistration,
    /// Follows and changes this registration: the access token of `/v1/registrations/mine`. It is told once. Left out where a partner
    /// registered somebody with an address that is to be confirmed: the letter has it.
    #[serde(serialize_with = "told_once_if_any", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, nullable = false, example = "sol_mt_…")]
    pub(super) manage_token: Option<SecretString>,
}

fn told_once_if_any<S: Serializer>(secret: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(|secret| secret.expose_secret()).serialize(serializer)
}

pub(super) fn told_once<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

/// A registration as the registrant sees it.
#[derive(Serialize, ToSchema)]
pub(super) struct MyRegistration {
    /// Identifier.
    #[schema(value_type = Uuid)]
    id: RegistrationId,
    /// The event.
    #[schema(value_type = Uuid)]
    event: EventId,
    /// Where it stands.
    status: RegistrationStatus,
    /// What brings them.
    role: PersonRole,
    /// The name or pseudonym they chose; `null` once it was erased.
    #[schema(required = true)]
    display_name: Option<String>,
    /// The language of the letters (BCP 47).
    language: String,
    /// What they need to take part.
    #[schema(required = true)]
    access_needs: Option<String>,
    /// The zone of their clock (IANA).
    #[schema(required = true)]
    time_zone: Option<String>,
    /// Whether they are reminded of the event.
    reminders: bool,
    /// What they answered, by question.
    answers: BTreeMap<String, String>,
    /// What they allow.
    consents: Vec<RegistrationConsentOut>,
    /// Whether there is an address for news.
    has_email: bool,
    /// Until when the address has to be confirmed, or the offered seat accepted.
    #[schema(required = true)]
    until: Option<DateTime<Utc>>,
    /// Told at the door, once there is a seat.
    #[schema(required = true, example = "7KX2M9QD")]
    check_in_code: Option<String>,
    /// What can be done now: `edit` is `PATCH`, the others are the last segments of their addresses.
    allowed: &'static [&'static str],
    /// Grows by one with every change; the `ETag` is made of it.
    version: i64,
    /// When they registered.
    created_at: DateTime<Utc>,
    /// When it last changed.
    updated_at: DateTime<Utc>,
}

impl MyRegistration {
    /// Opens it.
    ///
    /// # Errors
    /// The database's or the vault's.
    pub(super) async fn read<C: ConnectionTrait>(
        conn: &C,
        vault: &Vault,
        row: &Model,
    ) -> anyhow::Result<Self> {
        let person = store::person(conn, vault, row).await?;
        Ok(Self::of(row, person, store::consents(conn, row.id).await?))
    }

    /// As it is open already.
    pub(super) fn of(
        row: &Model,
        person: Option<Person>,
        consents: Vec<registration_consent::Model>,
    ) -> Self {
        let time_zone = person.as_ref().and_then(|person| person.time_zone.clone());
        let given_by = person.as_ref().map(|person| person.given_by.clone()).unwrap_or_default();
        let (display_name, access_needs, answers) = parts(person);
        let has_seat = matches!(row.status, RegistrationStatus::Confirmed | RegistrationStatus::Attended);
        Self {
            id: row.id,
            event: row.event_id,
            status: row.status,
            role: row.role,
            display_name,
            language: row.language.clone(),
            access_needs,
            time_zone,
            reminders: row.reminders,
            answers,
            consents: RegistrationConsentOut::all(consents, &given_by),
            has_email: row.sealed_email.is_some(),
            until: row.until_at,
            check_in_code: row.code.clone().filter(|_| has_seat),
            allowed: rules::allowed_to_registrant(row.status),
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

fn parts(person: Option<Person>) -> (Option<String>, Option<String>, BTreeMap<String, String>) {
    match person {
        Some(Person { display_name, access_needs, time_zone: _, answers, given_by: _ }) => {
            (Some(display_name), access_needs, answers)
        }
        None => (None, None, BTreeMap::new()),
    }
}

/// Somebody looked at a contact.
#[derive(Serialize, ToSchema)]
pub(super) struct RegistrationReveal {
    /// The account.
    #[schema(value_type = Uuid)]
    by: AccountId,
    /// When.
    at: DateTime<Utc>,
    /// Why.
    reason: String,
}

/// A registration in a list of hosts.
#[derive(Serialize, ToSchema)]
pub(super) struct RegistrationItem {
    /// Identifier.
    #[schema(value_type = Uuid)]
    id: RegistrationId,
    /// The event.
    #[schema(value_type = Uuid)]
    event: EventId,
    /// In which order they came, from 1.
    arrival: i64,
    /// Where it stands.
    status: RegistrationStatus,
    /// What brings them.
    role: PersonRole,
    /// The name or pseudonym they chose; `null` once it was erased, and to partners unless it is shared with them.
    #[schema(required = true)]
    display_name: Option<String>,
    /// Whether there is a contact. It is told one by one, with a reason.
    has_email: bool,
    /// What can be done now, as the last segments of the addresses.
    allowed: &'static [&'static str],
    /// Grows by one with every change.
    version: i64,
}

impl RegistrationItem {
    pub(super) fn new(row: &Model, person: Option<Person>) -> Self {
        Self {
            id: row.id,
            event: row.event_id,
            arrival: row.arrival,
            status: row.status,
            role: row.role,
            display_name: person.map(|person| person.display_name),
            has_email: row.sealed_email.is_some(),
            allowed: rules::allowed(row.status),
            version: row.version,
        }
    }
}

/// A registration as hosts see it. Partners see neither needs nor answers nor who looked at the contact, and the name of those only
/// who allow `share_with_partners`.
#[derive(Serialize, ToSchema)]
pub(super) struct RegistrationOut {
    #[serde(flatten)]
    item: RegistrationItem,
    /// The language they are written to in (BCP 47).
    language: String,
    /// What they need to take part.
    #[schema(required = true)]
    access_needs: Option<String>,
    /// What they answered, by question.
    answers: BTreeMap<String, String>,
    /// What they allow.
    consents: Vec<RegistrationConsentOut>,
    /// Until when the address has to be confirmed, or the offered seat accepted.
    #[schema(required = true)]
    until: Option<DateTime<Utc>>,
    /// Who looked at the contact, oldest first.
    reveals: Vec<RegistrationReveal>,
    /// When they registered.
    created_at: DateTime<Utc>,
    /// When it last changed.
    updated_at: DateTime<Utc>,
}

impl RegistrationOut {
    /// Opens it.
    ///
    /// # Errors
    /// The database's or the vault's.
    pub(super) async fn read<C: ConnectionTrait>(
        conn: &C,
        vault: &Vault,
        row: &Model,
        to: &Actor,
    ) -> anyhow::Result<Self> {
        let mut people = store::people(conn, vault, std::slice::from_ref(row)).await?;
        proofs::only_shared(conn, to, &mut people).await?;
        let person = people.remove(&row.id);
        let consents = store::consents(conn, row.id).await?;
        let reveals = match to.partner() {
            Some(_) => Vec::new(),
            None => store::reveals(conn, vault, row).await?,
        };
        let given_by = person.as_ref().map(|person| person.given_by.clone()).unwrap_or_default();
        let item = RegistrationItem::new(row, person.clone());
        let (_, access_needs, answers) = parts(person);
        let reveal = |Reveal { by, at, reason }: Reveal| RegistrationReveal { by, at, reason };
        Ok(Self {
            item,
            language: row.language.clone(),
            access_needs,
            answers,
            consents: RegistrationConsentOut::all(consents, &given_by),
            until: row.until_at,
            reveals: reveals.into_iter().map(reveal).collect(),
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// A page of one's own registrations.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described")]
pub(super) struct MyRegistrationPage {
    /// The registrations.
    items: Vec<MyRegistration>,
    /// Where the next page begins; `null` on the last one.
    next_cursor: Option<String>,
}

/// A page of registrations.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described")]
pub(super) struct RegistrationPage {
    /// The registrations.
    items: Vec<RegistrationItem>,
    /// Where the next page begins; `null` on the last one.
    next_cursor: Option<String>,
}

/// A contact, told once and noted.
#[derive(Serialize, ToSchema)]
pub(super) struct RegistrationContact {
    /// The e-mail address; `null` if none was given.
    #[schema(required = true)]
    pub(super) email: Option<String>,
    /// Whether they have shown that it is theirs.
    pub(super) verified: bool,
}

/// How many seats are taken, by role. For hosts.
#[derive(Serialize, ToSchema)]
pub(super) struct RegistrationSeats {
    /// Activists.
    activist: u64,
    /// Donors.
    donor: u64,
    /// Allies.
    ally: u64,
}

/// How registration for an event goes.
#[derive(Serialize, ToSchema)]
pub(super) struct RegistrationSettings {
    /// Whether a seat that becomes free is offered for 24 hours to whoever is next and can be written to, instead of given.
    offers: bool,
    /// What everybody who registers is asked. The questions are public.
    questions: Vec<RegistrationQuestion>,
    /// When people who have a seat and an address are reminded: minutes before the event begins.
    reminders: Vec<u16>,
    /// How many seats are taken, by role. Not public.
    taken: RegistrationSeats,
    /// What is public instead, while everybody may register.
    seats: registration_desk::PublicSeats,
    /// Grows by one with every change of the settings.
    version: i64,
}

impl RegistrationSettings {
    pub(super) fn new(desk: &registration_desk::Model, taken: &Taken) -> Self {
        let of = |role| taken.of(role);
        let (activist, donor, ally) = (of(PersonRole::Activist), of(PersonRole::Donor), of(PersonRole::Ally));
        Self {
            offers: desk.offers,
            questions: desk.questions.0.clone(),
            reminders: desk.reminders.0.clone(),
            taken: RegistrationSeats { activist, donor, ally },
            seats: desk.seats,
            version: desk.version,
        }
    }
}

/// Where an event really is, and how it is joined.
#[derive(Serialize, ToSchema)]
pub(super) struct EventVenue {
    /// The event.
    #[schema(value_type = Uuid)]
    event: EventId,
    /// The name or address of the house.
    #[schema(required = true)]
    venue: Option<String>,
    /// The exact point.
    #[schema(required = true, value_type = Option<Point>)]
    point: Option<Point>,
    /// The platform of an online event.
    #[schema(required = true)]
    platform: Option<String>,
    /// The link.
    #[schema(required = true)]
    join_url: Option<String>,
    /// What else one must know.
    #[schema(required = true)]
    instructions: Option<String>,
}

impl EventVenue {
    pub(super) fn new(event: &event::Model, place: ExactPlace, joining: Joining) -> Self {
        Self {
            event: event.id,
            venue: place.venue,
            point: place.point,
            platform: event.online_platform.clone(),
            join_url: joining.join_url,
            instructions: joining.instructions,
        }
    }
}
