//! Queries about outcomes.

use std::collections::HashMap;

use ::entity::erasure::ErasureKind;
use ::entity::kinds::{Moderation, RecordKind};
use ::entity::{outcome, outcome_follow_up};
use sea_orm::{Condition, ConnectionTrait, DbErr};
use uuid::Uuid;

use super::OutcomeRecord;
use super::wire::OutcomeFilter;
use crate::audit;
use crate::db::{Gone, Tx, delete_in, find_in, insert_all, save_all};
use crate::rooms::bundle::{Names, OutcomeLine};
use crate::rooms::records::{Record, any_of, of_row};
use crate::rooms::themes;
use crate::vault::Vault;

/// Writes outcomes, new or over the old ones, with what belongs to them.
///
/// # Errors
/// The database's.
pub async fn save(tx: &Tx, outcomes: Vec<OutcomeRecord>) -> Result<(), DbErr> {
    for outcome in outcomes.iter().filter(|outcome| outcome.row.status == Moderation::Withdrawn) {
        tx.for_good(Gone { kind: ErasureKind::Outcome, id: outcome.row.id.0 });
    }
    let ids: Vec<Uuid> = outcomes.iter().map(|o| o.row.id.0).collect();
    let (mut rows, mut follow_ups, mut about) = (Vec::new(), Vec::new(), Vec::new());
    for OutcomeRecord { row, followed_by, themes } in outcomes {
        let links = followed_by.into_iter().zip(0..);
        follow_ups.extend(links.map(|(event_id, position)| outcome_follow_up::Model {
            outcome_id: row.id,
            position,
            event_id,
        }));
        about.push((row.id.0, themes));
        rows.push(row);
    }
    save_all(tx, rows, &[outcome::Column::CreatedAt, outcome::Column::CreatedBy]).await?;
    delete_in::<outcome_follow_up::Entity, _>(tx, outcome_follow_up::Column::OutcomeId, &ids).await?;
    insert_all(tx, follow_ups).await?;
    themes::set_themes(tx, RecordKind::Outcome, &about).await
}

/// Reads outcomes by their identifiers.
///
/// # Errors
/// The database's.
pub async fn load<C: ConnectionTrait>(conn: &C, ids: &[Uuid]) -> Result<HashMap<Uuid, OutcomeRecord>, DbErr> {
    let rows = find_in::<outcome::Entity, _, _>(conn, outcome::Column::Id, ids.to_vec()).await?;
    let column = outcome_follow_up::Column::OutcomeId;
    let mut links = find_in::<outcome_follow_up::Entity, _, _>(conn, column, ids.to_vec()).await?;
    links.sort_by_key(|l| l.position);
    let mut about = themes::themes_of(conn, ids).await?;
    let record = |row: outcome::Model| {
        let followed_by = links.iter().filter(|l| l.outcome_id == row.id).map(|l| l.event_id).collect();
        let themes = about.remove(&row.id.0).unwrap_or_default();
        (row.id.0, OutcomeRecord { row, followed_by, themes })
    };
    Ok(rows.into_iter().map(record).collect())
}

impl Record for OutcomeRecord {
    const KIND: RecordKind = RecordKind::Outcome;
    const AUDIT: audit::Kind = audit::Kind::Outcome;
    const COLLECTION: &'static str = "outcomes";
    type Entity = outcome::Entity;

    of_row!(row);

    fn take_back(&mut self) -> bool {
        let approved = self.row.status == Moderation::Approved;
        if approved {
            self.row.status = Moderation::Draft;
        }
        approved
    }

    fn said(self) -> serde_json::Result<serde_json::Value> {
        serde_json::to_value(OutcomeLine::of(self, &Names::here()))
    }

    async fn load<C: ConnectionTrait>(
        conn: &C,
        _: &Vault,
        ids: &[Uuid],
    ) -> anyhow::Result<HashMap<Uuid, Self>> {
        Ok(load(conn, ids).await?)
    }

    async fn save(tx: &Tx, _: &Vault, record: Self) -> anyhow::Result<()> {
        Ok(save(tx, vec![record]).await?)
    }
}

/// The outcomes that fit a filter.
pub(super) fn fitting(filter: &OutcomeFilter) -> Condition {
    Condition::all()
        .add_option(any_of(outcome::Column::Status, filter.status.iter().copied()))
        .add_option(any_of(outcome::Column::Kind, filter.kind.iter().copied()))
        .add_option(any_of(outcome::Column::EventId, filter.event.iter().copied()))
        .add_option(themes::about(outcome::Column::Id, &filter.theme))
}
