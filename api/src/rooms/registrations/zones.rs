//! On which clocks people live who have seats, as far as they said and as far as they are a crowd.

use std::collections::{BTreeMap, BTreeSet};

use ::entity::ids::EventId;
use chrono_tz::Tz;
use sea_orm::ConnectionTrait;

use super::store;
use crate::access::action::ReadRegistrations;
use crate::access::{Actor, Allowed};
use crate::app::App;
use crate::problem::Problem;
use crate::publishing;
use crate::vault::Vault;

/// Time zones of people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CrowdZones {
    /// Those that at least eleven people at one event named, by name.
    pub zones: Vec<Tz>,
    /// Whether there are others, which fewer named.
    pub others: bool,
}

/// The zones of those who have seats at these events. People are counted event by event: who comes to eleven is no crowd.
///
/// # Errors
/// The database's or the vault's.
pub async fn zones_of<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    events: &[EventId],
) -> Result<CrowdZones, Problem> {
    let (mut crowds, mut others) = (BTreeMap::new(), BTreeSet::new());
    for event in events {
        let rows = store::seated(conn, *event).await?;
        let mut people: BTreeMap<&'static str, (Tz, u32)> = BTreeMap::new();
        for person in store::people(conn, vault, &rows).await?.into_values() {
            if let Some(zone) = person.time_zone.and_then(|name| name.parse::<Tz>().ok()) {
                people.entry(zone.name()).or_insert((zone, 0)).1 += 1;
            }
        }
        for (name, (zone, count)) in people {
            if publishing::is_crowd(count) {
                crowds.insert(name, zone);
            } else {
                others.insert(name);
            }
        }
    }
    let others = others.iter().any(|name| !crowds.contains_key(name));
    Ok(CrowdZones { zones: crowds.into_values().collect(), others })
}

/// The zones of those who have seats at an event, for somebody who may see who registered.
///
/// # Errors
/// 403 or 404 if they may not.
pub async fn zones_for(app: &App, actor: &Actor, event: EventId) -> Result<CrowdZones, Problem> {
    let who = Allowed::<ReadRegistrations>::ask(actor.clone())?;
    let reader = app.db.reader();
    let _permit = super::api::permitted(reader, app, &who, event, "event").await?;
    zones_of(reader, &app.vault, &[event]).await
}
