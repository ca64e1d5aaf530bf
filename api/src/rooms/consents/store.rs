//! Queries about consents.

use std::collections::HashMap;

use ::entity::consent::{Column, ConsentPurpose, Entity, Model, WithdrawnBy};
use ::entity::erasure::ErasureKind;
use ::entity::ids::{ConsentId, PersonId, QuoteId};
use ::entity::{consent_token, data_key};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};
use uuid::Uuid;

use super::sealed::{Entry, entry, of, opened, sealed};
use super::{Stated, Subject};
use crate::db::{Gone, Tx, delete_in, find_in, insert_all};
use crate::publishing::RecordRef;
use crate::rooms::records::blank_revisions;
use crate::vault::Vault;
use ::entity::kinds::RecordKind;

/// The most rows of one purpose.
const LINE: u64 = 50;
/// The most ids in one statement.
const PORTION: usize = 1000;

/// Brings the ledger in line with what a source states of its subjects, whole: what it states no longer is withdrawn,
/// what it states anew is added, what it states as before stays.
///
/// What a person withdrew here stays withdrawn, whatever a file says, unless the file states a consent given later. With a
/// consent that ends, what its quote said before is forgotten.
///
/// # Errors
/// The database's, or that a key does not open.
pub async fn restate(tx: &Tx, vault: &Vault, stated: Vec<(Subject, Vec<Stated>)>) -> anyhow::Result<()> {
    let known = ledger(tx, vault, &stated).await?;
    let (mut added, mut withdrawn, mut silenced) = (Vec::new(), Vec::new(), Vec::new());
    for (subject, stated) in stated {
        let rows = known.get(&subject.id()).map_or(&[][..], Vec::as_slice);
        let active = rows.iter().filter(|r| r.withdrawn_at.is_none());
        for ended in active.filter(|r| !stated.contains(&of(r))) {
            withdrawn.push(ended.id.0);
            // Where another one takes its place, that is what an import states again into an older copy.
            if !stated.iter().any(|new| new.purpose == ended.purpose) {
                tx.for_good(Gone { kind: ErasureKind::Consent, id: ended.id.0 });
            }
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
                added.push(entry(subject, new, tx.now()));
            }
        }
    }
    for ids in withdrawn.chunks(PORTION) {
        Entity::update_many()
            .col_expr(Column::WithdrawnAt, Expr::value(tx.now()))
            .col_expr(Column::WithdrawnBy, Expr::value(WithdrawnBy::Source.as_str()))
            .filter(Column::Id.is_in(ids.iter().copied()))
            .exec(tx)
            .await?;
    }
    blank_revisions(tx, &silenced).await?;
    Ok(insert_all(tx, sealed(tx, vault, added).await?).await?)
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
/// The database's, or that a key does not open.
pub async fn stated_of<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    whose: Of<'_>,
) -> anyhow::Result<HashMap<Uuid, Vec<Stated>>> {
    let rows = match whose {
        Of::People(ids) => find_in::<Entity, _, _>(conn, Column::PersonId, ids.to_vec()).await?,
        Of::Quotes(ids) => find_in::<Entity, _, _>(conn, Column::QuoteId, ids.to_vec()).await?,
    };
    let rows = rows.into_iter().filter(|r| r.withdrawn_at.is_none()).collect();
    let mut stated: HashMap<Uuid, Vec<Stated>> = HashMap::new();
    for row in opened(conn, vault, rows).await? {
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

/// Withdraws here what was consented to for a quote: no import and no copy of the database brings it back, and nothing that it
/// said is kept.
///
/// # Errors
/// The database's.
pub async fn withdraw(tx: &Tx, quote: QuoteId) -> Result<(), DbErr> {
    withdraw_all(tx, &[quote.0]).await
}

/// The same for several.
///
/// # Errors
/// The database's.
pub async fn withdraw_all(tx: &Tx, quotes: &[Uuid]) -> Result<(), DbErr> {
    let given = find_in::<Entity, _, _>(tx, Column::QuoteId, quotes.to_vec()).await?;
    end_for_good(tx, given.into_iter().filter(|row| row.withdrawn_at.is_none())).await?;
    forget_words(tx, &quotes.iter().copied().map(QuoteId).collect::<Vec<_>>()).await?;
    blank_revisions(tx, quotes).await
}

/// Withdraws these consents again, of those that a copy of the database brought back. Gives whose they were.
///
/// # Errors
/// The database's.
pub async fn withdraw_again(tx: &Tx, consents: &[Uuid]) -> Result<Vec<RecordRef>, DbErr> {
    let known = find_in::<Entity, _, _>(tx, Column::Id, consents.to_vec()).await?;
    let active: Vec<Model> = known.into_iter().filter(|row| row.withdrawn_at.is_none()).collect();
    let quotes: Vec<QuoteId> = active.iter().filter_map(|row| row.quote_id).collect();
    let people: Vec<PersonId> = active.iter().filter_map(|row| row.person_id).collect();
    end_for_good(tx, active.into_iter()).await?;
    forget_words(tx, &quotes).await?;
    blank_revisions(tx, &quotes.iter().map(|id| id.0).collect::<Vec<_>>()).await?;
    let quotes = quotes.into_iter().map(|id| RecordRef::new(RecordKind::Quote, id));
    Ok(quotes.chain(people.into_iter().map(|id| RecordRef::new(RecordKind::Person, id))).collect())
}

/// Ends consents: neither an import nor a copy of the database brings them back.
async fn end_for_good(tx: &Tx, consents: impl Iterator<Item = Model>) -> Result<(), DbErr> {
    let consents: Vec<Uuid> = consents.map(|row| row.id.0).collect();
    for ids in consents.chunks(PORTION) {
        Entity::update_many()
            .col_expr(Column::WithdrawnAt, Expr::value(tx.now()))
            .col_expr(Column::WithdrawnBy, Expr::value(WithdrawnBy::Here.as_str()))
            .filter(Column::Id.is_in(ids.iter().copied()))
            .filter(Column::WithdrawnAt.is_null())
            .exec(tx)
            .await?;
    }
    for id in consents {
        tx.for_good(Gone { kind: ErasureKind::Consent, id });
    }
    Ok(())
}

/// Removes all that is known of what a person allowed, and from the consents to quotes of theirs who took them down. Tokens open
/// nothing any more.
///
/// # Errors
/// The database's.
pub async fn erase(tx: &Tx, person: PersonId, quotes: &[Uuid]) -> Result<(), DbErr> {
    for ids in quotes.chunks(PORTION) {
        Entity::update_many()
            .col_expr(Column::SealedGivenBy, Expr::value(Option::<Vec<u8>>::None))
            .filter(Column::QuoteId.is_in(ids.iter().copied()))
            .exec(tx)
            .await?;
        delete_in::<data_key::Entity, _>(tx, data_key::Column::RecordId, ids).await?;
        delete_in::<consent_token::Entity, _>(tx, consent_token::Column::QuoteId, ids).await?;
    }
    delete_in::<consent_token::Entity, _>(tx, consent_token::Column::PersonId, &[person.0]).await?;
    Entity::delete_many().filter(Column::PersonId.eq(person)).exec(tx).await.map(drop)
}

/// Forgets to which words the consents of these quotes were given: whoever guesses words that were withdrawn must not find
/// out by a hash that they were right.
///
/// # Errors
/// The database's.
pub async fn forget_words(tx: &Tx, quotes: &[QuoteId]) -> Result<(), DbErr> {
    for ids in quotes.chunks(1000) {
        tx.erase();
        Entity::update_many()
            .col_expr(Column::TextHash, Expr::value(Vec::<u8>::new()))
            .filter(Column::QuoteId.is_in(ids.iter().copied()))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// Where a page of a ledger ended.
pub(super) type After = (DateTime<Utc>, Uuid);

/// Rows about a subject, newest first.
pub(super) async fn page<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    subject: Subject,
    after: Option<After>,
    most: u64,
) -> anyhow::Result<Vec<Entry>> {
    let older = after.map(|(at, id)| {
        let same = Condition::all().add(Column::CreatedAt.eq(at)).add(Column::Id.lt(id));
        Condition::any().add(Column::CreatedAt.lt(at)).add(same)
    });
    let rows = Entity::find()
        .filter(about(subject))
        .filter(Condition::all().add_option(older))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(most)
        .all(conn);
    opened(conn, vault, rows.await?).await
}

/// The rows about a subject for one purpose: the one that counts first, then those before it, fifty at most.
pub(super) async fn line<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    subject: Subject,
    purpose: ConsentPurpose,
) -> anyhow::Result<Vec<Entry>> {
    let rows = Entity::find().filter(about(subject)).filter(Column::Purpose.eq(purpose));
    let mut rows = rows.order_by_desc(Column::CreatedAt).limit(LINE).all(conn).await?;
    // Of two that were written in the same instant, one took the place of the other.
    rows.sort_by_key(|row| {
        let ended = row.withdrawn_at.map(|at| (row.replaced_by.is_some(), at));
        std::cmp::Reverse((ended.is_none(), row.created_at, ended.map(|(replaced, at)| (!replaced, at))))
    });
    opened(conn, vault, rows).await
}

/// One row.
pub(super) async fn one<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    id: ConsentId,
) -> anyhow::Result<Option<Entry>> {
    let row = Entity::find_by_id(id).one(conn).await?;
    Ok(opened(conn, vault, row.into_iter().collect()).await?.pop())
}

/// Adds a consent, which takes the place of those that are in force for its purpose.
pub(super) async fn replace(
    tx: &Tx,
    vault: &Vault,
    subject: Subject,
    stated: Stated,
) -> anyhow::Result<ConsentId> {
    let purpose = stated.purpose;
    let new = entry(subject, stated, tx.now());
    let id = new.id;
    let given = Entity::find().filter(about(subject)).filter(Column::Purpose.eq(purpose));
    let active = given.filter(Column::WithdrawnAt.is_null()).all(tx).await?;
    let replaced: Vec<Uuid> = active.iter().map(|row| row.id.0).collect();
    // The new one may allow less: in a copy from before, the old one alone would allow more again.
    end_for_good(tx, active.into_iter()).await?;
    Entity::update_many()
        .col_expr(Column::ReplacedBy, Expr::value(id.0))
        .filter(Column::Id.is_in(replaced))
        .exec(tx)
        .await?;
    insert_all(tx, sealed(tx, vault, vec![new]).await?).await?;
    Ok(id)
}

/// Ends what is in force of a person's consents for a purpose: no import brings it back.
pub(super) async fn end(tx: &Tx, person: PersonId, purpose: ConsentPurpose) -> Result<(), DbErr> {
    let given = Entity::find().filter(Column::PersonId.eq(person)).filter(Column::Purpose.eq(purpose));
    let active = given.filter(Column::WithdrawnAt.is_null()).all(tx).await?;
    end_for_good(tx, active.into_iter()).await
}

/// Whether a person allows something now.
///
/// # Errors
/// The database's.
pub async fn is_active<C: ConnectionTrait>(
    conn: &C,
    person: PersonId,
    purpose: ConsentPurpose,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let lasts = Condition::any().add(Column::ExpiresAt.is_null()).add(Column::ExpiresAt.gt(now));
    let given = Condition::any().add(Column::GivenAt.is_null()).add(Column::GivenAt.lte(now));
    let found = Entity::find()
        .filter(Column::PersonId.eq(person))
        .filter(Column::Purpose.eq(purpose))
        .filter(Column::WithdrawnAt.is_null())
        .filter(lasts)
        .filter(given)
        .one(conn)
        .await?;
    Ok(found.is_some())
}

/// A condition that a record has a consent in force that ends before an instant, or has ended by itself; `of` is the column of
/// the ledger that names such records, `key` their own.
pub fn expiring(of: Column, key: impl ColumnTrait, before: DateTime<Utc>) -> SimpleExpr {
    let rows = Entity::find()
        .select_only()
        .column(of)
        .filter(of.is_not_null())
        .filter(Column::WithdrawnAt.is_null())
        .filter(Column::ExpiresAt.lt(before));
    key.in_subquery(rows.into_query())
}

/// The consents whose end is to be told, those that have waited longest first.
pub(super) async fn to_remind<C: ConnectionTrait>(
    conn: &C,
    now: DateTime<Utc>,
    most: u64,
) -> Result<Vec<Model>, DbErr> {
    let due = Entity::find().filter(Column::RemindAt.lte(now)).order_by_asc(Column::RemindAt);
    due.limit(most).all(conn).await
}

/// Writes when the end of a consent is told next.
pub(super) async fn remind_at(tx: &Tx, id: ConsentId, at: Option<DateTime<Utc>>) -> Result<(), DbErr> {
    let row = Entity::update_many().col_expr(Column::RemindAt, Expr::value(at)).filter(Column::Id.eq(id));
    row.exec(tx).await.map(drop)
}

fn about(subject: Subject) -> SimpleExpr {
    match subject {
        Subject::Person(id) => Column::PersonId.eq(id),
        Subject::Quote(id) => Column::QuoteId.eq(id),
    }
}

/// Every row about these subjects.
async fn ledger(
    tx: &Tx,
    vault: &Vault,
    stated: &[(Subject, Vec<Stated>)],
) -> anyhow::Result<HashMap<Uuid, Vec<Entry>>> {
    let of_kind = |person: bool| {
        let subjects = stated.iter().filter(move |(s, _)| matches!(s, Subject::Person(_)) == person);
        subjects.map(|(s, _)| s.id()).collect::<Vec<_>>()
    };
    let mut rows = find_in::<Entity, _, _>(tx, Column::PersonId, of_kind(true)).await?;
    rows.extend(find_in::<Entity, _, _>(tx, Column::QuoteId, of_kind(false)).await?);
    let mut known: HashMap<Uuid, Vec<Entry>> = HashMap::new();
    for row in opened(tx, vault, rows).await? {
        let subject = row.person_id.map(Uuid::from).or(row.quote_id.map(Uuid::from));
        known.entry(subject.unwrap_or_default()).or_default().push(row);
    }
    Ok(known)
}
