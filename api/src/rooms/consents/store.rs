//! Queries about consents.

use std::collections::HashMap;

use ::entity::consent::{Column, Entity, Model, WithdrawnBy};
use ::entity::ids::{ConsentId, QuoteId};
use ::entity::values::Texts;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, sea_query::Expr};
use uuid::Uuid;

use super::{Stated, Subject};
use crate::db::{Tx, find_in, insert_all};
use crate::ids;
use crate::rooms::records::blank_revisions;

/// Brings the ledger in line with what a source states of its subjects, whole: what it states no longer is withdrawn,
/// what it states anew is added, what it states as before stays.
///
/// What a person withdrew here stays withdrawn, whatever a file says, unless the file states a consent given later. With a
/// consent that ends, what its quote said before is forgotten.
///
/// # Errors
/// The database's.
pub async fn restate(tx: &Tx, stated: Vec<(Subject, Vec<Stated>)>) -> Result<(), DbErr> {
    let known = ledger(tx, &stated).await?;
    let (mut added, mut withdrawn, mut silenced) = (Vec::new(), Vec::new(), Vec::new());
    for (subject, stated) in stated {
        let rows = known.get(&key(subject)).map_or(&[][..], Vec::as_slice);
        let active = rows.iter().filter(|r| r.withdrawn_at.is_none());
        for ended in active.filter(|r| !stated.contains(&of(r))) {
            withdrawn.push(ended.id.0);
            silenced.extend(ended.quote_id.map(|quote| quote.0));
        }
        for new in stated {
            if rows.iter().any(|r| r.withdrawn_at.is_none() && of(r) == new) {
                continue;
            }
            let refused = rows
                .iter()
                .filter(|r| r.purpose == new.purpose && r.withdrawn_by == Some(WithdrawnBy::Here))
                .filter_map(|r| r.withdrawn_at)
                .max()
                .is_some_and(|end| new.given_at.is_none_or(|given| given <= end));
            if !refused {
                added.push(row(subject, new, tx.now()));
            }
        }
    }
    for ids in withdrawn.chunks(1000) {
        Entity::update_many()
            .col_expr(Column::WithdrawnAt, Expr::value(tx.now()))
            .col_expr(Column::WithdrawnBy, Expr::value(WithdrawnBy::Source.as_str()))
            .filter(Column::Id.is_in(ids.iter().copied()))
            .exec(tx)
            .await?;
    }
    blank_revisions(tx, &silenced).await?;
    insert_all(tx, added).await
}

/// Whose consents are asked for.
pub enum Of<'a> {
    /// Of people.
    People(&'a [Uuid]),
    /// Of quotes.
    Quotes(&'a [Uuid]),
}

/// The consents that have not been withdrawn, by the identifier of their subject.
///
/// # Errors
/// The database's.
pub async fn stated_of<C: ConnectionTrait>(
    conn: &C,
    whose: Of<'_>,
) -> Result<HashMap<Uuid, Vec<Stated>>, DbErr> {
    let rows = match whose {
        Of::People(ids) => find_in::<Entity, _, _>(conn, Column::PersonId, ids.to_vec()).await?,
        Of::Quotes(ids) => find_in::<Entity, _, _>(conn, Column::QuoteId, ids.to_vec()).await?,
    };
    let mut stated: HashMap<Uuid, Vec<Stated>> = HashMap::new();
    for row in rows.into_iter().filter(|r| r.withdrawn_at.is_none()) {
        let subject = row.person_id.map(Uuid::from).or(row.quote_id.map(Uuid::from));
        stated.entry(subject.unwrap_or_default()).or_default().push(of(&row));
    }
    Ok(stated)
}

/// The consents of quotes that have not been withdrawn, by quote.
///
/// # Errors
/// The database's.
pub async fn in_force<C: ConnectionTrait>(
    conn: &C,
    quotes: &[Uuid],
) -> Result<HashMap<Uuid, ConsentId>, DbErr> {
    let rows = find_in::<Entity, _, _>(conn, Column::QuoteId, quotes.to_vec()).await?;
    let active = rows.into_iter().filter(|row| row.withdrawn_at.is_none());
    Ok(active.filter_map(|row| Some((row.quote_id?.0, row.id))).collect())
}

/// Withdraws here what was consented to for a quote: no import brings it back, and nothing that it said is kept.
///
/// # Errors
/// The database's.
pub async fn withdraw(tx: &Tx, quote: QuoteId) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::WithdrawnAt, Expr::value(tx.now()))
        .col_expr(Column::WithdrawnBy, Expr::value(WithdrawnBy::Here.as_str()))
        .filter(Column::QuoteId.eq(quote))
        .filter(Column::WithdrawnAt.is_null())
        .exec(tx)
        .await?;
    blank_revisions(tx, &[quote.0]).await
}

/// Every row about these subjects.
async fn ledger(tx: &Tx, stated: &[(Subject, Vec<Stated>)]) -> Result<HashMap<Uuid, Vec<Model>>, DbErr> {
    let of_kind = |person: bool| {
        let subjects = stated.iter().filter(move |(s, _)| matches!(s, Subject::Person(_)) == person);
        subjects.map(|(s, _)| key(*s)).collect::<Vec<_>>()
    };
    let mut rows = find_in::<Entity, _, _>(tx, Column::PersonId, of_kind(true)).await?;
    rows.extend(find_in::<Entity, _, _>(tx, Column::QuoteId, of_kind(false)).await?);
    let mut known: HashMap<Uuid, Vec<Model>> = HashMap::new();
    for row in rows {
        let subject = row.person_id.map(Uuid::from).or(row.quote_id.map(Uuid::from));
        known.entry(subject.unwrap_or_default()).or_default().push(row);
    }
    Ok(known)
}

fn key(subject: Subject) -> Uuid {
    match subject {
        Subject::Person(id) => id.0,
        Subject::Quote(id) => id.0,
    }
}

/// What a row states.
fn of(row: &Model) -> Stated {
    Stated {
        purpose: row.purpose,
        scope: row.scope.0.clone(),
        level: row.level,
        text_hash: row.text_hash.clone(),
        text_version: row.text_version.clone(),
        language: row.language.clone(),
        method: row.method,
        given_at: row.given_at,
        given_by: row.given_by.clone(),
        expires_at: row.expires_at,
    }
}

fn row(subject: Subject, stated: Stated, now: chrono::DateTime<chrono::Utc>) -> Model {
    let (person_id, quote_id) = match subject {
        Subject::Person(id) => (Some(id), None),
        Subject::Quote(id) => (None, Some(id)),
    };
    Model {
        id: ConsentId(ids::v4()),
        person_id,
        quote_id,
        purpose: stated.purpose,
        scope: Texts(stated.scope),
        level: stated.level,
        text_hash: stated.text_hash,
        text_version: stated.text_version,
        language: stated.language,
        method: stated.method,
        given_at: stated.given_at,
        given_by: stated.given_by,
        expires_at: stated.expires_at,
        withdrawn_at: None,
        withdrawn_by: None,
        created_at: now,
    }
}
