//! Queries about series.

use std::collections::HashMap;

use ::entity::ids::{AccountId, EventId, SeriesId};
use ::entity::{account, event, series, series_host, series_occurrence};
use anyhow::Context as _;
use chrono::{DateTime, NaiveDateTime, Utc};
use sea_orm::sea_query::Query;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _,
    IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Set,
};
use uuid::Uuid;

use super::plan::Plan;
use super::template::SeriesTemplateIn;
use crate::access::Owner;
use crate::db::{Tx, delete_in, find_in, insert_all, save_all};
use crate::rooms::events::HostId;
use crate::rooms::records::{hosted_by, made_by};
use crate::vault::{Keyring, Vault};

/// Series that are looked at together at most.
const LONGEST_CHAIN: usize = 50;
/// The table and the column, for the seal.
const PLACE: (&str, &str) = ("series", "sealed_template");

/// A series, its template open.
#[derive(Clone, Debug)]
pub(super) struct Series {
    /// The series. What is sealed is written by [`save`].
    pub(super) row: series::Model,
    /// What its events are.
    pub(super) template: SeriesTemplateIn,
}

impl Series {
    /// When it takes place.
    ///
    /// # Errors
    /// If the row makes no sense.
    pub(super) fn plan(&self) -> anyhow::Result<Plan> {
        Plan::of_row(&self.row).context("a series has no plan")
    }
}

/// Reads series by their identifiers and opens their templates.
///
/// # Errors
/// The database's, or that a key does not open.
pub(super) async fn load<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    ids: &[Uuid],
) -> anyhow::Result<HashMap<Uuid, Series>> {
    let rows = find_in::<series::Entity, _, _>(conn, series::Column::Id, ids.to_vec()).await?;
    let keys = Keyring::for_reading(conn, vault, rows.iter().map(|row| row.id.0).collect()).await?;
    let mut found = HashMap::new();
    for row in rows {
        let template = keys.open(PLACE.0, PLACE.1, row.id.0, Some(&row.sealed_template))?;
        let template = template.context("a series has no template")?;
        found.insert(row.id.0, Series { row, template });
    }
    Ok(found)
}

/// Keeps a series from changing until the transaction ends.
///
/// # Errors
/// The database's.
pub(super) async fn lock(tx: &Tx, id: Uuid) -> Result<(), DbErr> {
    series::Entity::find_by_id(SeriesId(id)).lock_exclusive().one(tx).await.map(drop)
}

/// Writes a series, new or over the old one, a version further. `hosts` are who hosts and co-hosts its events.
///
/// # Errors
/// The database's.
pub(super) async fn save(
    tx: &Tx,
    vault: &Vault,
    series: Series,
    hosts: Option<&[HostId]>,
) -> anyhow::Result<Series> {
    let Series { mut row, template } = series;
    let keys = Keyring::for_writing(tx, vault, vec![row.id.0]).await?;
    let sealed = keys.seal(PLACE.0, PLACE.1, row.id.0, Some(&template))?;
    row.sealed_template = sealed.context("what is there is sealed")?;
    row.version += 1;
    row.updated_at = tx.now();
    save_all(tx, vec![row.clone()], &[series::Column::CreatedAt, series::Column::CreatedBy]).await?;
    if let Some(hosts) = hosts {
        delete_in::<series_host::Entity, _>(tx, series_host::Column::SeriesId, &[row.id.0]).await?;
        let hosts = hosts.iter().zip(0..).map(|(host, position)| {
            let (person_id, organisation_id) = host.columns();
            series_host::Model { series_id: row.id, position, person_id, organisation_id }
        });
        insert_all(tx, hosts.collect()).await?;
    }
    Ok(Series { row, template })
}

/// Writes when a series is looked at next, and why nothing comes of it. Nobody edited it.
///
/// # Errors
/// The database's.
pub(super) async fn set_look(tx: &Tx, row: series::Model) -> Result<(), DbErr> {
    let mut active = row.clone().into_active_model();
    active.look_at = Set(row.look_at);
    active.stalled_because = Set(row.stalled_because);
    active.update(tx).await.map(drop)
}

/// The series that are somebody's own.
pub fn own(owner: Owner) -> Condition {
    let hosting = hosted_by(owner, series_host::Column::PersonId, series_host::Column::OrganisationId);
    let hosted = Query::select()
        .column(series_host::Column::SeriesId)
        .from(series_host::Entity)
        .cond_where(hosting)
        .to_owned();
    let own = made_by(series::Column::Id, series::Column::CreatedBy, owner);
    own.add(series::Column::Id.in_subquery(hosted))
}

/// Whether a series is an account's own.
///
/// # Errors
/// The database's.
pub(super) async fn is_own(conn: &impl ConnectionTrait, owner: Owner, id: Uuid) -> Result<bool, DbErr> {
    let found = series::Entity::find_by_id(SeriesId(id)).filter(own(owner)).count(conn).await?;
    Ok(found > 0)
}

/// One page of the series that fit, newest first, and one more if there is a next page.
///
/// # Errors
/// The database's, or that a key does not open.
pub(super) async fn page<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    fits: Condition,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u8,
) -> anyhow::Result<Vec<Series>> {
    let mut query = series::Entity::find().select_only().column(series::Column::Id).filter(fits);
    let made = series::Column::CreatedAt;
    if let Some((at, after)) = after {
        let then = Condition::all().add(made.eq(at)).add(series::Column::Id.lt(after));
        query = query.filter(Condition::any().add(made.lt(at)).add(then));
    }
    let query = query.order_by_desc(made).order_by_desc(series::Column::Id).limit(u64::from(limit) + 1);
    let ids = query.into_tuple::<Uuid>().all(conn).await?;
    let mut found = load(conn, vault, &ids).await?;
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// What is known of the occurrences of a series in a span of recurrences, both ends included, in their order.
///
/// # Errors
/// The database's.
pub(super) async fn known(
    conn: &impl ConnectionTrait,
    series: SeriesId,
    from: NaiveDateTime,
    last: NaiveDateTime,
) -> Result<Vec<series_occurrence::Model>, DbErr> {
    series_occurrence::Entity::find()
        .filter(series_occurrence::Column::SeriesId.eq(series))
        .filter(series_occurrence::Column::Recurrence.gte(from))
        .filter(series_occurrence::Column::Recurrence.lte(last))
        .order_by_asc(series_occurrence::Column::Recurrence)
        .all(conn)
        .await
}

/// What is known of all occurrences of a series, in their order.
///
/// # Errors
/// The database's.
pub(super) async fn all_known(
    conn: &impl ConnectionTrait,
    series: SeriesId,
) -> Result<Vec<series_occurrence::Model>, DbErr> {
    series_occurrence::Entity::find()
        .filter(series_occurrence::Column::SeriesId.eq(series))
        .order_by_asc(series_occurrence::Column::Recurrence)
        .all(conn)
        .await
}

/// A series and those that it goes on with, the newest first: the last few, where there are very many.
///
/// # Errors
/// The database's.
pub(super) async fn with_those_before(
    conn: &impl ConnectionTrait,
    row: &series::Model,
) -> Result<Vec<SeriesId>, DbErr> {
    let (mut chain, mut previous) = (vec![row.id], row.previous_id);
    while let Some(id) = previous.filter(|id| chain.len() < LONGEST_CHAIN && !chain.contains(id)) {
        chain.push(id);
        previous = series::Entity::find_by_id(id).one(conn).await?.and_then(|row| row.previous_id);
    }
    Ok(chain)
}

/// The events that occurrences became.
///
/// # Errors
/// The database's.
pub(super) async fn events_of(
    conn: &impl ConnectionTrait,
    known: &[series_occurrence::Model],
) -> Result<HashMap<EventId, event::Model>, DbErr> {
    let ids: Vec<EventId> = known.iter().filter_map(|row| row.event_id).collect();
    let rows = find_in::<event::Entity, _, _>(conn, event::Column::Id, ids).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Writes what is known of occurrences.
///
/// # Errors
/// The database's.
pub(super) async fn keep(tx: &Tx, rows: Vec<series_occurrence::Model>) -> Result<(), DbErr> {
    save_all(tx, rows, &[]).await
}

/// Forgets what is known of an occurrence.
///
/// # Errors
/// The database's.
pub(super) async fn forget(tx: &Tx, row: &series_occurrence::Model) -> Result<(), DbErr> {
    let key = (row.series_id, row.recurrence);
    series_occurrence::Entity::delete_by_id(key).exec(tx).await.map(drop)
}

/// The series that is due to be looked at, the longest due first, kept from others.
///
/// # Errors
/// The database's, or that a key does not open.
pub(super) async fn due(tx: &Tx, vault: &Vault) -> anyhow::Result<Option<Series>> {
    let row = series::Entity::find()
        .filter(series::Column::LookAt.lte(tx.now()))
        .order_by_asc(series::Column::LookAt)
        .order_by_asc(series::Column::Id)
        .limit(1)
        .lock_exclusive()
        .one(tx)
        .await?;
    match row {
        Some(row) => Ok(load(tx, vault, &[row.id.0]).await?.remove(&row.id.0)),
        None => Ok(None),
    }
}

/// The account with this identifier.
///
/// # Errors
/// The database's.
pub(super) async fn account(tx: &Tx, id: AccountId) -> Result<Option<account::Model>, DbErr> {
    account::Entity::find_by_id(id).one(tx).await
}
