//! How initiatives are kept.

use std::collections::HashMap;

use ::entity::ids::InitiativeId;
use ::entity::initiative::InitiativeStatus;
use ::entity::kinds::{RecordKind, Risk};
use ::entity::{initiative, initiative_organisation};
use sea_orm::sea_query::Query;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbBackend, DbErr, EntityTrait as _, QuerySelect as _,
    Statement,
};
use uuid::Uuid;

use super::wire::InitiativeFilter;
use super::{InitiativeRecord, contacts};
use crate::audit;
use crate::db::{Tx, delete_in, find_in, insert_all, save_all};
use crate::publishing;
use crate::rooms::bundle::{InitiativeLine, Names};
use crate::rooms::records::{Record, any_of, of_row};
use crate::rooms::themes;
use crate::vault::{Keyring, Vault};

/// The table, for the seals.
const TABLE: &str = "initiative";
/// The most that are looked at of one site.
const AT_SITE: usize = 20;

/// Writes initiatives, new or over the old ones, with what belongs to them. The exact point is sealed; of it, only what
/// the public may see is stored in the clear, while it is on the map. Contacts and what was confirmed stay as they are.
///
/// # Errors
/// The database's, or that a key does not open.
pub async fn save(tx: &Tx, vault: &Vault, initiatives: Vec<InitiativeRecord>) -> anyhow::Result<()> {
    let ids: Vec<Uuid> = initiatives.iter().map(|i| i.row.id.0).collect();
    let secret = initiatives.iter().filter(|i| i.point.is_some()).map(|i| i.row.id.0).collect();
    let keys = Keyring::for_writing(tx, vault, secret).await?;
    let (mut rows, mut organisations, mut about) = (Vec::new(), Vec::new(), Vec::new());
    for InitiativeRecord { mut row, point, organisations: carriers, themes, contact: _ } in initiatives {
        let shown = point.filter(|_| row.status == InitiativeStatus::Published);
        let (public, _) = publishing::storable(shown, None, row.public_precision, Risk::Low);
        row.public_lat = public.map(|p| p.lat);
        row.public_lon = public.map(|p| p.lon);
        row.sealed_place = keys.seal(TABLE, "sealed_place", row.id.0, point.as_ref())?;
        let links = carriers.into_iter().zip(0..);
        organisations.extend(links.map(|(organisation_id, position)| initiative_organisation::Model {
            initiative_id: row.id,
            position,
            organisation_id,
        }));
        about.push((row.id.0, themes));
        rows.push(row);
    }
    let kept =
        [initiative::Column::CreatedAt, initiative::Column::CreatedBy, initiative::Column::ConfirmedOn];
    save_all(tx, rows, &kept).await?;
    let column = initiative_organisation::Column::InitiativeId;
    delete_in::<initiative_organisation::Entity, _>(tx, column, &ids).await?;
    insert_all(tx, organisations).await?;
    themes::set_themes(tx, RecordKind::Initiative, &about).await?;
    Ok(())
}

/// Reads initiatives by their identifiers and opens their places, without their contacts.
///
/// # Errors
/// The database's, or that a key does not open.
pub async fn load<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    ids: &[Uuid],
) -> anyhow::Result<HashMap<Uuid, InitiativeRecord>> {
    let rows = find_in::<initiative::Entity, _, _>(conn, initiative::Column::Id, ids.to_vec()).await?;
    let column = initiative_organisation::Column::InitiativeId;
    let mut links = find_in::<initiative_organisation::Entity, _, _>(conn, column, ids.to_vec()).await?;
    links.sort_by_key(|l| l.position);
    let mut about = themes::themes_of(conn, ids).await?;
    let secret = rows.iter().filter(|r| r.sealed_place.is_some()).map(|r| r.id.0).collect();
    let keys = Keyring::for_reading(conn, vault, secret).await?;
    let mut records = HashMap::new();
    for row in rows {
        let point = keys.open(TABLE, "sealed_place", row.id.0, row.sealed_place.as_deref())?;
        let organisations =
            links.iter().filter(|l| l.initiative_id == row.id).map(|l| l.organisation_id).collect();
        let themes = about.remove(&row.id.0).unwrap_or_default();
        records.insert(row.id.0, InitiativeRecord { row, point, organisations, themes, contact: None });
    }
    Ok(records)
}

impl Record for InitiativeRecord {
    const KIND: RecordKind = RecordKind::Initiative;
    const AUDIT: audit::Kind = audit::Kind::Initiative;
    const COLLECTION: &'static str = "initiatives";
    type Entity = initiative::Entity;

    of_row!(row);

    fn take_back(&mut self) -> bool {
        let published = self.row.status == InitiativeStatus::Published;
        if published {
            self.row.status = InitiativeStatus::Draft;
        }
        published
    }

    fn said(self) -> serde_json::Result<serde_json::Value> {
        serde_json::to_value(InitiativeLine::of(self, &Names::here()))
    }

    async fn load<C: ConnectionTrait>(
        conn: &C,
        vault: &Vault,
        ids: &[Uuid],
    ) -> anyhow::Result<HashMap<Uuid, Self>> {
        let mut records = load(conn, vault, ids).await?;
        for (id, contact) in contacts::contacts_of(conn, vault, ids).await? {
            if let Some(record) = records.get_mut(&id) {
                record.contact = Some(contact);
            }
        }
        Ok(records)
    }

    async fn save(tx: &Tx, vault: &Vault, record: Self) -> anyhow::Result<()> {
        let (id, contact) = (record.row.id, record.contact.clone());
        let (status, confirmed_on) = (record.row.status, record.row.confirmed_on);
        let before = initiative::Entity::find_by_id(id).one(tx).await?;
        save(tx, vault, vec![record]).await?;
        if before.is_some_and(|before| (before.status, before.confirmed_on) != (status, confirmed_on)) {
            contacts::set_confirmed(tx, id, confirmed_on).await?;
        }
        contacts::set_contact(tx, vault, id, contact.as_ref()).await
    }
}

/// The initiatives that fit a filter.
pub(super) fn fitting(filter: &InitiativeFilter) -> Condition {
    let countries = filter.country.iter().map(|country| country.0.as_str());
    let carried = Query::select()
        .column(initiative_organisation::Column::InitiativeId)
        .from(initiative_organisation::Entity)
        .cond_where(
            initiative_organisation::Column::OrganisationId.is_in(filter.organisation.iter().copied()),
        )
        .to_owned();
    Condition::all()
        .add_option(any_of(initiative::Column::Status, filter.status.iter().copied()))
        .add_option(any_of(initiative::Column::Country, countries))
        .add_option((!filter.organisation.is_empty()).then(|| initiative::Column::Id.in_subquery(carried)))
        .add_option(themes::about(initiative::Column::Id, &filter.theme))
}

/// Keeps an initiative from changing until the transaction ends; false if there is none.
///
/// # Errors
/// The database's.
pub async fn for_change(tx: &Tx, id: InitiativeId) -> Result<bool, DbErr> {
    Ok(initiative::Entity::find_by_id(id).lock_exclusive().one(tx).await?.is_some())
}

/// Some initiatives whose own site begins with this (a host, or a host and the beginning of a path), with its address. They
/// may be of another site that begins alike.
///
/// # Errors
/// The database's.
pub async fn at_site<C: ConnectionTrait>(conn: &C, site: &str) -> Result<Vec<(InitiativeId, String)>, DbErr> {
    // Word for word the expression of the index `initiative_by_url`.
    let key = match conn.get_database_backend() {
        DbBackend::Postgres => "substr(lower(url), 1, 200) COLLATE \"C\"",
        _ => "substr(lower(url), 1, 200)",
    };
    let starts = ["https://", "https://www.", "http://", "http://www."].map(|start| format!("{start}{site}"));
    let ranges = (0..starts.len()).map(|n| {
        let (from, to) = (2 * n + 1, 2 * n + 2);
        format!("SELECT * FROM (SELECT id, url FROM initiative WHERE {key} >= ${from} AND {key} < ${to} LIMIT {AT_SITE}) r{n}")
    });
    let sql = ranges.collect::<Vec<_>>().join(" UNION ALL ");
    // `@` comes after all that may follow a host: the end, a port, a path, a query, a fragment.
    let values = starts.into_iter().flat_map(|start| [start.clone().into(), format!("{start}@").into()]);
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), sql, values);
    let rows = conn.query_all_raw(statement).await?;
    rows.into_iter().map(|row| Ok((row.try_get("", "id")?, row.try_get("", "url")?))).collect()
}
