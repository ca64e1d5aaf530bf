//! Deferred work on events.

use ::entity::event::{Column, Entity, EventStatus};
use ::entity::kinds::RecordKind;
use chrono::Duration;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, Set,
};

use super::rules;
use crate::db::Db;
use crate::moment::{Moment, ZONE_DATA, from_columns};
use crate::outbox;
use crate::publishing::{self, RecordRef};
use crate::rooms::registrations;

/// Events looked at in one transaction.
const PORTION: u64 = 200;

/// Derives the instants of events anew that were derived with another release of the time zone database: the intention is
/// the wall time. Whoever comes hears of it, since they may be elsewhere. What has begun more than a day ago keeps the instants it had. Answers how many events were looked at.
///
/// # Errors
/// The database's.
pub async fn follow_zone_data(db: &Db) -> Result<u64, DbErr> {
    let mut looked = 0;
    loop {
        let portion = db
            .write(async |tx| {
                let events = Entity::find()
                    .filter(Column::ZoneData.ne(ZONE_DATA))
                    .filter(Column::StartsAt.gt(tx.now() - Duration::days(1)))
                    .limit(PORTION)
                    .all(tx)
                    .await?;
                let mut moved = Vec::new();
                for event in &events {
                    let known = event.starts_at.zip(event.ends_at);
                    let moment = from_columns(
                        event.when_precision,
                        None,
                        event.starts_local,
                        event.time_zone.as_deref(),
                        event.utc_offset,
                        event.duration_minutes,
                        known,
                    );
                    let mut row = event.clone().into_active_model();
                    row.zone_data = Set(Some(ZONE_DATA.to_owned()));
                    if let Some(Moment::Minute { wall, .. }) = moment {
                        let (starts_at, ends_at) =
                            wall.instants().unwrap_or_else(|_| wall.nearest_instants());
                        if known != Some((starts_at, ends_at)) {
                            row.starts_at = Set(Some(starts_at));
                            row.ends_at = Set(Some(ends_at));
                            moved.push(RecordRef::new(RecordKind::Event, event.id));
                        }
                    }
                    let row = row.update(tx).await?;
                    registrations::rewritten(tx, &[(row.id, publishing::begins(&row))]).await?;
                    if row.status == EventStatus::Scheduled && row.starts_at != event.starts_at {
                        outbox::tell(tx, rules::rescheduled(&row, event.starts_at)).await?;
                    }
                }
                publishing::changed(tx, &moved).await?;
                Ok::<_, DbErr>(events.len() as u64)
            })
            .await?;
        looked += portion;
        if portion < PORTION {
            return Ok(looked);
        }
    }
}
