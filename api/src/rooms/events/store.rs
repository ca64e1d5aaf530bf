//! Queries about events.

use std::collections::HashMap;

use ::entity::event::{EventStatus, Visibility};
use ::entity::event_helper::HelperPart;
use ::entity::event_host::HostPart;
use ::entity::ids::EventId;
use ::entity::kinds::RecordKind;
use ::entity::{event, event_helper, event_host};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait as _, Condition, ConnectionTrait, DbErr, Set, Unchanged};
use uuid::Uuid;

use super::wire::EventFilter;
use super::{EventRecord, ExactPlace, HostId, Joining, Reasons};
use crate::audit;
use crate::db::{Tx, delete_in, find_in, insert_all, save_all};
use crate::publishing;
use crate::rooms::bundle::{EventLine, Names};
use crate::rooms::records::{Record, any_of, of_row};
use crate::rooms::{registrations, themes};
use crate::vault::{Keyring, Vault};

/// The table, for the seals.
const TABLE: &str = "event";

/// Writes events, new or over the old ones, with what belongs to them. Venue, point, join link and reasons are sealed; of the
/// place, only what the public may see at the host's precision and the event's risk is stored in the clear, and nothing of
/// one that is private or not scheduled yet.
///
/// # Errors
/// The database's, or that a key does not open.
pub async fn save(tx: &Tx, vault: &Vault, events: Vec<EventRecord>) -> anyhow::Result<()> {
    let ids: Vec<Uuid> = events.iter().map(|e| e.row.id.0).collect();
    let is_secret = |e: &&EventRecord| {
        let EventRecord { place, joining, reasons, .. } = e;
        *place != ExactPlace::default() || *joining != Joining::default() || *reasons != Reasons::default()
    };
    let secret = events.iter().filter(is_secret).map(|e| e.row.id.0).collect();
    let keys = Keyring::for_writing(tx, vault, secret).await?;
    let (mut rows, mut about) = (Vec::new(), Vec::new());
    let (mut all_hosts, mut all_helpers) = (Vec::new(), Vec::new());
    for EventRecord { mut row, place, joining, reasons, hosts, helpers, themes } in events {
        let (public, venue) = match may_be_shown(&row) {
            true => publishing::storable(place.point, place.venue.as_deref(), row.public_precision, row.risk),
            false => (None, None),
        };
        row.public_lat = public.map(|p| p.lat);
        row.public_lon = public.map(|p| p.lon);
        row.public_venue = venue;
        let place = Some(place).filter(|p| *p != ExactPlace::default());
        let joining = Some(joining).filter(|j| *j != Joining::default());
        row.sealed_place = keys.seal(TABLE, "sealed_place", row.id.0, place.as_ref())?;
        row.sealed_online = keys.seal(TABLE, "sealed_online", row.id.0, joining.as_ref())?;
        let Reasons { cancelled, moved } = reasons;
        row.sealed_cancel_reason = keys.seal(TABLE, "sealed_cancel_reason", row.id.0, cancelled.as_ref())?;
        row.sealed_reschedule_reason =
            keys.seal(TABLE, "sealed_reschedule_reason", row.id.0, moved.as_ref())?;
        for &wanted in HostPart::ALL {
            let hosts = hosts.iter().filter(|(part, _)| *part == wanted).zip(0..);
            all_hosts.extend(hosts.map(|((part, host), position)| {
                let (person_id, organisation_id) = host.columns();
                event_host::Model { event_id: row.id, part: *part, position, person_id, organisation_id }
            }));
        }
        for &wanted in HelperPart::ALL {
            let helpers = helpers.iter().filter(|(part, _)| *part == wanted).zip(0..);
            all_helpers.extend(helpers.map(|((part, helper), position)| {
                let (person_id, organisation_id) = helper.columns();
                event_helper::Model { event_id: row.id, part: *part, position, person_id, organisation_id }
            }));
        }
        about.push((row.id.0, themes));
        rows.push(row);
    }
    let beginnings: Vec<_> = rows.iter().map(|row| (row.id, publishing::begins(row))).collect();
    // Neither an edit nor an import ends a lockdown.
    let kept = [event::Column::CreatedAt, event::Column::CreatedBy, event::Column::LockedDownAt];
    save_all(tx, rows, &kept).await?;
    registrations::rewritten(tx, &beginnings).await?;
    delete_in::<event_host::Entity, _>(tx, event_host::Column::EventId, &ids).await?;
    insert_all(tx, all_hosts).await?;
    delete_in::<event_helper::Entity, _>(tx, event_helper::Column::EventId, &ids).await?;
    insert_all(tx, all_helpers).await?;
    themes::set_themes(tx, RecordKind::Event, &about).await?;
    Ok(())
}

/// Whether the door may show an event at all: only then is anything of its place stored in the clear, or a stolen copy would
/// tell where people meet in private.
fn may_be_shown(row: &event::Model) -> bool {
    let is_let_out =
        matches!(row.status, EventStatus::Scheduled | EventStatus::Held | EventStatus::Cancelled);
    is_let_out && row.visibility != Visibility::Private
}

/// Reads events by their identifiers and opens their secrets.
///
/// # Errors
/// The database's, or that a key does not open.
pub async fn load<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    ids: &[Uuid],
) -> anyhow::Result<HashMap<Uuid, EventRecord>> {
    let rows = find_in::<event::Entity, _, _>(conn, event::Column::Id, ids.to_vec()).await?;
    let mut host_rows =
        find_in::<event_host::Entity, _, _>(conn, event_host::Column::EventId, ids.to_vec()).await?;
    host_rows.sort_by_key(|h| (h.part, h.position));
    let mut hosts: HashMap<Uuid, Vec<(HostPart, HostId)>> = HashMap::new();
    for row in host_rows {
        let host = HostId::of_columns(row.person_id, row.organisation_id);
        hosts.entry(row.event_id.0).or_default().extend(host.map(|h| (row.part, h)));
    }
    let mut helpers = helpers_of(conn, ids).await?;
    let mut about = themes::themes_of(conn, ids).await?;
    let has_sealed = |row: &&event::Model| {
        let reasons = [&row.sealed_cancel_reason, &row.sealed_reschedule_reason];
        [&row.sealed_place, &row.sealed_online].iter().chain(&reasons).any(|sealed| sealed.is_some())
    };
    let sealed = rows.iter().filter(has_sealed).map(|row| row.id.0).collect();
    let keys = Keyring::for_reading(conn, vault, sealed).await?;
    let mut records = HashMap::new();
    for row in rows {
        let id = row.id.0;
        let place = keys.open(TABLE, "sealed_place", id, row.sealed_place.as_deref())?.unwrap_or_default();
        let joining =
            keys.open(TABLE, "sealed_online", id, row.sealed_online.as_deref())?.unwrap_or_default();
        let reasons = Reasons {
            cancelled: keys.open(TABLE, "sealed_cancel_reason", id, row.sealed_cancel_reason.as_deref())?,
            moved: keys.open(
                TABLE,
                "sealed_reschedule_reason",
                id,
                row.sealed_reschedule_reason.as_deref(),
            )?,
        };
        let (hosts, helpers) =
            (hosts.remove(&id).unwrap_or_default(), helpers.remove(&id).unwrap_or_default());
        let themes = about.remove(&id).unwrap_or_default();
        records.insert(id, EventRecord { row, place, joining, reasons, hosts, helpers, themes });
    }
    Ok(records)
}

/// Locks an event down, or ends that.
pub(super) async fn set_locked_down(tx: &Tx, id: EventId, since: Option<DateTime<Utc>>) -> Result<(), DbErr> {
    let row = event::ActiveModel { id: Unchanged(id), locked_down_at: Set(since), ..Default::default() };
    row.update(tx).await.map(|_| ())
}

/// Reads events by their identifiers to be told of, without what belongs to them and with what is sealed as it is: as dangerous as
/// their countries.
///
/// # Errors
/// The database's.
pub async fn rows<C: ConnectionTrait>(conn: &C, ids: &[EventId]) -> Result<Vec<event::Model>, DbErr> {
    let mut rows = find_in::<event::Entity, _, _>(conn, event::Column::Id, ids.to_vec()).await?;
    publishing::beware(conn, &mut rows).await?;
    Ok(rows)
}

/// Who helps at events, in their order.
async fn helpers_of<C: ConnectionTrait>(
    conn: &C,
    ids: &[Uuid],
) -> anyhow::Result<HashMap<Uuid, Vec<(HelperPart, HostId)>>> {
    let mut rows =
        find_in::<event_helper::Entity, _, _>(conn, event_helper::Column::EventId, ids.to_vec()).await?;
    rows.sort_by_key(|row| (row.part, row.position));
    let mut helpers: HashMap<Uuid, Vec<(HelperPart, HostId)>> = HashMap::new();
    for row in rows {
        let helper = HostId::of_columns(row.person_id, row.organisation_id);
        helpers.entry(row.event_id.0).or_default().extend(helper.map(|h| (row.part, h)));
    }
    Ok(helpers)
}

impl Record for EventRecord {
    const KIND: RecordKind = RecordKind::Event;
    const AUDIT: audit::Kind = audit::Kind::Event;
    const COLLECTION: &'static str = "events";
    type Entity = event::Entity;

    of_row!(row);

    fn said(self) -> serde_json::Result<serde_json::Value> {
        serde_json::to_value(EventLine::of(self, &Names::here()))
    }

    fn held_at(&self) -> Option<DateTime<Utc>> {
        self.row.held_at
    }

    async fn load<C: ConnectionTrait>(
        conn: &C,
        vault: &Vault,
        ids: &[Uuid],
    ) -> anyhow::Result<HashMap<Uuid, Self>> {
        load(conn, vault, ids).await
    }

    async fn save(tx: &Tx, vault: &Vault, record: Self) -> anyhow::Result<()> {
        save(tx, vault, vec![record]).await
    }
}

/// The events that fit a filter.
pub(super) fn fitting(filter: &EventFilter) -> Condition {
    Condition::all()
        .add_option(any_of(event::Column::Status, filter.status.iter().copied()))
        .add_option(any_of(event::Column::Kind, filter.kind.iter().copied()))
        .add_option(any_of(event::Column::Country, filter.country.iter().map(|country| country.0.as_str())))
        .add_option(any_of(event::Column::InitiativeId, filter.initiative.iter().copied()))
        .add_option(themes::about(event::Column::Id, &filter.theme))
}
