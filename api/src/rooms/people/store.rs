//! Queries about people.

use std::collections::HashMap;

use ::entity::{person, person_organisation};
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use super::PersonRecord;
use crate::db::{Tx, delete_in, find_in, insert_all, save_all};
use crate::rooms::consents::{self, Subject};

/// Writes people, new or over the old ones, with their organisations, and restates their consents.
///
/// # Errors
/// The database's.
pub async fn save(tx: &Tx, people: Vec<PersonRecord>) -> Result<(), DbErr> {
    let ids: Vec<Uuid> = people.iter().map(|p| p.row.id.0).collect();
    let (mut rows, mut organisations, mut stated) = (Vec::new(), Vec::new(), Vec::new());
    for person in people {
        let person_id = person.row.id;
        let links = person.organisations.into_iter().zip(0..);
        organisations.extend(links.map(|(organisation_id, position)| person_organisation::Model {
            person_id,
            position,
            organisation_id,
        }));
        stated.push((Subject::Person(person_id), person.consents));
        rows.push(person.row);
    }
    save_all(tx, rows, &[person::Column::CreatedAt]).await?;
    delete_in::<person_organisation::Entity, _>(tx, person_organisation::Column::PersonId, &ids).await?;
    insert_all(tx, organisations).await?;
    consents::restate(tx, stated).await
}

/// Reads people by their identifiers.
///
/// # Errors
/// The database's.
pub async fn load<C: ConnectionTrait>(conn: &C, ids: &[Uuid]) -> Result<HashMap<Uuid, PersonRecord>, DbErr> {
    let rows = find_in::<person::Entity, _, _>(conn, person::Column::Id, ids.to_vec()).await?;
    let column = person_organisation::Column::PersonId;
    let mut links = find_in::<person_organisation::Entity, _, _>(conn, column, ids.to_vec()).await?;
    links.sort_by_key(|l| l.position);
    let mut consents = consents::stated_of(conn, consents::Of::People(ids)).await?;
    let record = |row: person::Model| {
        let organisations =
            links.iter().filter(|l| l.person_id == row.id).map(|l| l.organisation_id).collect();
        let consents = consents.remove(&row.id.0).unwrap_or_default();
        (row.id.0, PersonRecord { row, organisations, consents })
    };
    Ok(rows.into_iter().map(record).collect())
}
