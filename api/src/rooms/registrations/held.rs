//! All that is held about what an account registered for, for whoever it belongs to.

use std::collections::{BTreeMap, HashMap};

use ::entity::consent::ConsentPurpose;
use ::entity::event;
use ::entity::ids::{AccountId, EventId, RegistrationId};
use ::entity::kinds::PersonRole;
use ::entity::registration::{Column, Entity, RegistrationStatus};
use ::entity::registration_consent;
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde::Serialize;
use utoipa::ToSchema;

use super::store;
use crate::db::find_in;
use crate::vault::Vault;

/// All that is held about a registration.
#[derive(Serialize, ToSchema)]
pub struct RegistrationArchive {
    /// Identifier.
    id: RegistrationId,
    /// The event.
    event: EventId,
    /// What the event is called.
    event_title: Option<String>,
    /// Where it stands.
    status: RegistrationStatus,
    /// What brings them.
    role: PersonRole,
    /// The name they chose.
    display_name: Option<String>,
    /// The e-mail address.
    email: Option<String>,
    /// What they need to take part.
    access_needs: Option<String>,
    /// The zone of their clock.
    time_zone: Option<String>,
    /// What they answered, by question.
    answers: BTreeMap<String, String>,
    /// The language of the letters.
    language: String,
    /// Whether they are reminded.
    reminders: bool,
    /// What they allowed.
    consents: Vec<ArchivedPermission>,
    /// Who looked at the contact, and why.
    reveals: Vec<ArchivedReveal>,
    /// When they registered.
    created_at: DateTime<Utc>,
    /// When it last changed.
    updated_at: DateTime<Utc>,
}

/// What somebody allowed when they registered.
#[derive(Serialize, ToSchema)]
struct ArchivedPermission {
    /// What is allowed.
    purpose: ConsentPurpose,
    /// When it was given.
    given_at: DateTime<Utc>,
    /// Who took it down, where a partner registered them.
    given_by: Option<String>,
    /// When it was taken back.
    withdrawn_at: Option<DateTime<Utc>>,
}

/// That somebody looked at a contact.
#[derive(Serialize, ToSchema)]
struct ArchivedReveal {
    /// Who.
    by: AccountId,
    /// When.
    at: DateTime<Utc>,
    /// Why.
    reason: String,
}

/// All that is held about what an account registered for.
///
/// # Errors
/// The database's or the vault's.
pub async fn archive<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    account: AccountId,
) -> anyhow::Result<Vec<RegistrationArchive>> {
    let rows = Entity::find().filter(Column::AccountId.eq(account)).order_by_asc(Column::CreatedAt);
    let rows = rows.all(conn).await?;
    let events: Vec<EventId> = rows.iter().map(|row| row.event_id).collect();
    let events = find_in::<event::Entity, _, _>(conn, event::Column::Id, events).await?;
    let titles: HashMap<EventId, String> = events.into_iter().map(|row| (row.id, row.title)).collect();
    let mut archived = Vec::with_capacity(rows.len());
    for row in rows {
        let person = store::person(conn, vault, &row).await?;
        let email = store::email(conn, vault, &row).await?;
        let (display_name, access_needs, time_zone, answers, given_by) = match person {
            Some(store::Person { display_name, access_needs, time_zone, answers, given_by }) => {
                (Some(display_name), access_needs, time_zone, answers, given_by)
            }
            None => Default::default(),
        };
        let given = registration_consent::Column::RegistrationId.eq(row.id);
        let given = registration_consent::Entity::find().filter(given).all(conn).await?;
        let consents = given.into_iter().map(|consent| {
            let registration_consent::Model { purpose, given_at, withdrawn_at, .. } = consent;
            let given_by = given_by.get(&purpose).cloned();
            ArchivedPermission { purpose, given_at, given_by, withdrawn_at }
        });
        let reveals = store::reveals(conn, vault, &row).await?.into_iter();
        let reveals = reveals.map(|store::Reveal { by, at, reason }| ArchivedReveal { by, at, reason });
        archived.push(RegistrationArchive {
            id: row.id,
            event: row.event_id,
            event_title: titles.get(&row.event_id).cloned(),
            status: row.status,
            role: row.role,
            display_name,
            email,
            access_needs,
            time_zone,
            answers,
            language: row.language,
            reminders: row.reminders,
            consents: consents.collect(),
            reveals: reveals.collect(),
            created_at: row.created_at,
            updated_at: row.updated_at,
        });
    }
    Ok(archived)
}
