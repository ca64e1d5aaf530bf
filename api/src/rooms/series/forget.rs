//! Taking somebody who is erased out of the series that name them. Who helps at events stands in the sealed templates alone,
//! so all of these are looked through.

use ::entity::ids::{PersonId, SeriesId};
use ::entity::{series, series_host};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use uuid::Uuid;

use super::store::{self, Series};
use super::template::SeriesTemplateIn;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::Tx;
use crate::rooms::bundle::RecordId;
use crate::vault::Vault;

/// Templates opened at once.
const PORTION: u64 = 200;

/// The series whose template names a person.
///
/// # Errors
/// The database's, or that a key does not open.
pub async fn naming<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    person: PersonId,
) -> anyhow::Result<Vec<(SeriesId, String)>> {
    let (mut found, mut after) = (Vec::new(), SeriesId(Uuid::nil()));
    loop {
        let ids = series::Entity::find().select_only().column(series::Column::Id);
        let ids = ids.filter(series::Column::Id.gt(after)).order_by_asc(series::Column::Id).limit(PORTION);
        let ids: Vec<SeriesId> = ids.into_tuple().all(conn).await?;
        let Some(&last) = ids.last() else { return Ok(found) };
        after = last;
        let ids: Vec<Uuid> = ids.into_iter().map(|id| id.0).collect();
        let all = store::load(conn, vault, &ids).await?.into_values();
        let named = all.filter(|series| names(series, person));
        found.extend(named.map(|series| (series.row.id, series.template.title().to_owned())));
    }
}

/// Takes a person out of every series. Their events are another matter.
///
/// # Errors
/// The database's, or that a key does not open.
pub async fn forget_person(tx: &Tx, vault: &Vault, by: By, person: PersonId) -> anyhow::Result<()> {
    for (id, _) in naming(tx, vault, person).await? {
        store::lock(tx, id.0).await?;
        let Some(mut series) = store::load(tx, vault, &[id.0]).await?.remove(&id.0) else { continue };
        for part in series.template.people_mut() {
            part.retain(|named| !is(named, person));
        }
        store::save(tx, vault, series, None).await?;
        audit::note(tx, Entry::new(by, Action::Update).on(Kind::Series, id.0).fields(["template"])).await?;
    }
    remove_host(tx, person).await.map_err(Into::into)
}

async fn remove_host(tx: &Tx, person: PersonId) -> Result<(), DbErr> {
    series_host::Entity::delete_many()
        .filter(series_host::Column::PersonId.eq(person))
        .exec(tx)
        .await
        .map(drop)
}

fn names(series: &Series, person: PersonId) -> bool {
    SeriesTemplateIn::people(&series.template).into_iter().flatten().any(|named| is(named, person))
}

/// An identifier in capitals is the same.
fn is(named: &RecordId, person: PersonId) -> bool {
    Uuid::parse_str(&named.0).is_ok_and(|id| id == person.0)
}
