//! Queries about people.

use std::collections::HashMap;

use ::entity::ids::PersonId;
use ::entity::kinds::RecordKind;
use ::entity::{consent, data_key, person, person_contact, person_organisation};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use unicode_normalization::UnicodeNormalization as _;
use uuid::Uuid;

use super::wire::PersonFilter;
use super::{Contact, PersonRecord};
use crate::audit;
use crate::db::{Tx, delete_in, find_in, insert_all, save_all};
use crate::problem::{Fault, Problem};
use crate::rooms::bundle::{Names, PersonLine};
use crate::rooms::consents::{self, Subject};
use crate::rooms::records::{Record, any_of, forget_maker, of_row};
use crate::vault::{Keyring, Vault};

/// Writes people, new or over the old ones, with their organisations, and restates their consents.
///
/// # Errors
/// The database's, or that a key does not open.
pub async fn save(tx: &Tx, vault: &Vault, people: Vec<PersonRecord>) -> anyhow::Result<()> {
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
    save_all(tx, rows, &[person::Column::CreatedAt, person::Column::CreatedBy]).await?;
    delete_in::<person_organisation::Entity, _>(tx, person_organisation::Column::PersonId, &ids).await?;
    insert_all(tx, organisations).await?;
    consents::restate(tx, vault, stated).await
}

/// Reads people by their identifiers, without their contacts.
///
/// # Errors
/// The database's, or that a key does not open.
pub async fn load<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    ids: &[Uuid],
) -> anyhow::Result<HashMap<Uuid, PersonRecord>> {
    let rows = find_in::<person::Entity, _, _>(conn, person::Column::Id, ids.to_vec()).await?;
    let column = person_organisation::Column::PersonId;
    let mut links = find_in::<person_organisation::Entity, _, _>(conn, column, ids.to_vec()).await?;
    links.sort_by_key(|l| l.position);
    let mut consents = consents::stated_of(conn, vault, consents::Of::People(ids)).await?;
    let record = |row: person::Model| {
        let organisations =
            links.iter().filter(|l| l.person_id == row.id).map(|l| l.organisation_id).collect();
        let consents = consents.remove(&row.id.0).unwrap_or_default();
        (row.id.0, PersonRecord { row, organisations, consents, contact: None })
    };
    Ok(rows.into_iter().map(record).collect())
}

/// Those of these people who are there, kept from changing until the transaction ends.
///
/// # Errors
/// The database's.
pub async fn locked(tx: &Tx, ids: Vec<Uuid>) -> Result<Vec<person::Model>, DbErr> {
    let rows = person::Entity::find().filter(person::Column::Id.is_in(ids));
    rows.order_by_asc(person::Column::Id).lock_exclusive().all(tx).await
}

/// Refuses a person that does not exist. One that does stays until the transaction ends.
///
/// # Errors
/// 422 at the member `person`.
pub async fn must_be_there(tx: &Tx, person: Option<PersonId>) -> Result<(), Problem> {
    let Some(id) = person else { return Ok(()) };
    let found = person::Entity::find_by_id(id).lock_shared().one(tx).await?;
    let detail = "must be the id of a person that is there already";
    let unknown = || Problem::invalid_body(vec![Fault::pointer("/person", "unknown_reference", detail)]);
    found.map(drop).ok_or_else(unknown)
}

/// The table, for the seals.
const CONTACTS: &str = "person_contact";

/// Seals a person's contact under the person's own key, or removes it.
async fn save_contact(tx: &Tx, vault: &Vault, id: PersonId, contact: Option<&Contact>) -> anyhow::Result<()> {
    delete_in::<person_contact::Entity, _>(tx, person_contact::Column::PersonId, &[id.0]).await?;
    let Some(contact) = contact else { return Ok(()) };
    let keys = Keyring::for_writing(tx, vault, vec![id.0]).await?;
    if let Some(sealed) = keys.seal(CONTACTS, "sealed", id.0, Some(contact))? {
        let email_hash = contact.email.as_deref().map(|email| address_hash(vault, email)).transpose()?;
        insert_all(tx, vec![person_contact::Model { person_id: id, sealed, email_hash }]).await?;
    }
    Ok(())
}

/// The keyed hash by which whoever reads a mailbox is found. Two spellings that differ in case or in Unicode's forms are one
/// address.
fn address_hash(vault: &Vault, email: &str) -> anyhow::Result<Vec<u8>> {
    let normal = zeroize::Zeroizing::new(email.trim().nfkc().collect::<String>().to_lowercase());
    Ok(vault.keyed_hash("contact e-mail", &[normal.as_bytes()])?.to_vec())
}

/// The people who are reached at this e-mail address, as somebody wrote it down.
///
/// # Errors
/// The database's.
pub async fn with_address<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    email: &str,
    most: u64,
) -> Result<Vec<PersonId>, Problem> {
    let hash = person_contact::Column::EmailHash.eq(address_hash(vault, email)?);
    let found = person_contact::Entity::find().filter(hash).limit(most).all(conn).await?;
    Ok(found.into_iter().map(|row| row.person_id).collect())
}

/// The e-mail address of a person, if there is one. Whoever asks has a reason and leave to write to it.
///
/// # Errors
/// The database's or the vault's.
pub async fn email_of<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    person: PersonId,
) -> Result<Option<String>, Problem> {
    let found = PersonRecord::load(conn, vault, &[person.0]).await?.remove(&person.0);
    Ok(found.and_then(|person| person.contact).and_then(|contact| contact.email))
}

/// Removes a person to whom nothing refers any more, their contact, and the key that opens it.
///
/// # Errors
/// The database's.
pub async fn remove(tx: &Tx, id: PersonId) -> Result<(), DbErr> {
    tx.erase();
    forget_maker(tx, id.0).await?;
    delete_in::<person_contact::Entity, _>(tx, person_contact::Column::PersonId, &[id.0]).await?;
    delete_in::<person_organisation::Entity, _>(tx, person_organisation::Column::PersonId, &[id.0]).await?;
    delete_in::<data_key::Entity, _>(tx, data_key::Column::RecordId, &[id.0]).await?;
    delete_in::<person::Entity, _>(tx, person::Column::Id, &[id.0]).await
}

impl Record for PersonRecord {
    const KIND: RecordKind = RecordKind::Person;
    const AUDIT: audit::Kind = audit::Kind::Person;
    const COLLECTION: &'static str = "people";
    type Entity = person::Entity;

    of_row!(row);

    fn said(self) -> serde_json::Result<serde_json::Value> {
        serde_json::to_value(PersonLine::of(self, &Names::here()))
    }

    async fn load<C: ConnectionTrait>(
        conn: &C,
        vault: &Vault,
        ids: &[Uuid],
    ) -> anyhow::Result<HashMap<Uuid, Self>> {
        let mut people = load(conn, vault, ids).await?;
        let sealed =
            find_in::<person_contact::Entity, _, _>(conn, person_contact::Column::PersonId, ids.to_vec())
                .await?;
        let keys =
            Keyring::for_reading(conn, vault, sealed.iter().map(|row| row.person_id.0).collect()).await?;
        for person_contact::Model { person_id, sealed, email_hash: _ } in sealed {
            if let Some(person) = people.get_mut(&person_id.0) {
                person.contact = keys.open(CONTACTS, "sealed", person_id.0, Some(&sealed))?;
            }
        }
        Ok(people)
    }

    async fn save(tx: &Tx, vault: &Vault, record: Self) -> anyhow::Result<()> {
        let (id, contact) = (record.row.id, record.contact.clone());
        save(tx, vault, vec![record]).await?;
        save_contact(tx, vault, id, contact.as_ref()).await
    }
}

/// The people who fit a filter.
pub(super) fn fitting(filter: &PersonFilter) -> Condition {
    let countries = filter.country.iter().map(|country| country.0.as_str());
    Condition::all()
        .add_option(any_of(person::Column::Role, filter.role.iter().copied()))
        .add_option(any_of(person::Column::Country, countries))
        .add_option(
            filter
                .consent_expires_before
                .map(|before| consents::expiring(consent::Column::PersonId, person::Column::Id, before)),
        )
}
