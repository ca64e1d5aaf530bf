//! What hides at once, however much it is: switches on the public side that every read honours.
//!
//! A document that shows a country carries a guard, which names the country and the risk that it was rendered at. While the
//! country is more dangerous than that, a switch with the name of the guard hides it, also from whoever published it at the same
//! time under the former risk. A round of the worker renders what is hidden anew, portion by portion ([`super::run_due`]). The few
//! documents that depend on a country without showing it are rendered in the transaction that raises the risk. So are tombstones:
//! where it is severe nobody is told that there was anything.

use std::collections::BTreeMap;

use ::entity::gallery_switch::{ALL, Column, Entity, Model};
use ::entity::kinds::{RecordKind, Risk};
use ::entity::{country_risk, event};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbBackend, DbErr, EntityTrait as _, QueryFilter as _,
    QuerySelect as _, Statement,
};
use uuid::Uuid;

use super::{RecordRef, changed, number};
use crate::db::{Tx, save_all};

/// The condition that no switch hides the document `d`, in SQL. What is asked of the switches is asked once for a statement, and
/// in words of which PostgreSQL guesses half whatever is there: told of an array, it would take a campaign in one country for
/// an empty one, and walk past all there is.
pub const UNHIDDEN: &str = "d.guard NOT IN (SELECT s.name FROM gallery_switch s) \
    AND NOT EXISTS (SELECT 1 FROM gallery_switch s WHERE s.name = 'all')";

/// The documents `d` that a switch for their guard hides, in SQL: the table and the condition. Both engines would read all there
/// is, and mostly for no switch at all: SQLite has to be told of the index, PostgreSQL to look for each switch by itself.
pub const fn guarded(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => {
            "gallery_switch s CROSS JOIN LATERAL \
             (SELECT * FROM gallery_document g WHERE g.guard = s.name AND g.withdrawn_at IS NULL OFFSET 0) d WHERE true"
        }
        _ => {
            "gallery_document d INDEXED BY gallery_by_guard \
             WHERE d.guard IN (SELECT s.name FROM gallery_switch s) AND d.withdrawn_at IS NULL"
        }
    }
}

/// The guard of a document that shows this country and was rendered at this risk of it.
pub(super) fn guard(country: Option<&str>, risk: Risk) -> String {
    country.map(|country| format!("{country}/{risk}")).unwrap_or_default()
}

/// Whether a switch hides the documents with this guard.
///
/// # Errors
/// The database's.
pub(super) async fn is_hidden<C: ConnectionTrait>(conn: &C, guard: &str) -> Result<bool, DbErr> {
    let names = [ALL, guard];
    Ok(Entity::find().filter(Column::Name.is_in(names)).one(conn).await?.is_some())
}

/// Since when the whole gallery is locked down, if it is.
///
/// # Errors
/// The database's.
pub async fn locked_down_since<C: ConnectionTrait>(conn: &C) -> Result<Option<DateTime<Utc>>, DbErr> {
    Ok(Entity::find_by_id(ALL).one(conn).await?.map(|row| row.since))
}

/// The same, and until the transaction ends nobody else ends it.
///
/// # Errors
/// The database's.
pub async fn hold_lockdown(tx: &Tx) -> Result<Option<DateTime<Utc>>, DbErr> {
    Ok(Entity::find_by_id(ALL).lock_exclusive().one(tx).await?.map(|row| row.since))
}

/// Hides the whole gallery, in one row.
///
/// # Errors
/// The database's.
pub async fn lock_down(tx: &Tx) -> Result<(), DbErr> {
    turn(tx);
    save_all(tx, vec![Model { name: ALL.to_owned(), since: tx.now() }], &[]).await
}

/// Shows the gallery again.
///
/// # Errors
/// The database's.
pub async fn end_lockdown(tx: &Tx) -> Result<(), DbErr> {
    turn(tx);
    Entity::delete_by_id(ALL).exec(tx).await?;
    Ok(())
}

/// Has every process drop what it keeps ready.
fn turn(tx: &Tx) {
    tx.publishes();
    tx.before_commit("turn gallery switches", |tx| {
        Box::pin(async move {
            let sql = "UPDATE gallery_clock SET switched = switched + 1 WHERE id = 1";
            tx.execute_raw(Statement::from_string(tx.get_database_backend(), sql)).await?;
            Ok(())
        })
    });
}

/// How dangerous countries are, of those where something was ever said about it.
///
/// # Errors
/// The database's.
pub async fn country_risks<C: ConnectionTrait>(conn: &C) -> Result<BTreeMap<String, Risk>, DbErr> {
    let rows = country_risk::Entity::find().all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.country, row.risk)).collect())
}

/// How dangerous a country is; low where nothing was said.
///
/// # Errors
/// The database's.
pub async fn risk_in<C: ConnectionTrait>(conn: &C, country: Option<&str>) -> Result<Risk, DbErr> {
    let Some(country) = country else { return Ok(Risk::Low) };
    let found =
        country_risk::Entity::find().filter(country_risk::Column::Country.eq(country)).one(conn).await?;
    Ok(found.map_or(Risk::Low, |row| row.risk))
}

/// Has events count as at least as dangerous as their countries, as the door sees them: for what is told of them elsewhere, never to
/// be saved.
///
/// # Errors
/// The database's.
pub async fn beware<C: ConnectionTrait>(conn: &C, events: &mut [event::Model]) -> Result<(), DbErr> {
    let risks = country_risks(conn).await?;
    for event in events {
        let of_country = event.country.as_ref().and_then(|country| risks.get(country));
        event.risk = event.risk.max(of_country.copied().unwrap_or(Risk::Low));
    }
    Ok(())
}

/// Follows the risk of a country, which was written in this transaction. What was rendered at a lower one is hidden from the
/// commit on; what a lower one lets through is rendered later.
///
/// # Errors
/// The database's.
pub async fn risk_changed(tx: &Tx, country: &str, risk: Risk) -> Result<(), DbErr> {
    turn(tx);
    let (hidden, shown): (Vec<Risk>, Vec<Risk>) = Risk::ALL.iter().copied().partition(|level| *level < risk);
    let names = |levels: Vec<Risk>| levels.into_iter().map(move |level| guard(Some(country), level));
    let since = tx.now();
    let rows = names(hidden).map(|name| Model { name, since }).collect();
    save_all(tx, rows, &[]).await?;
    deny(tx);
    let mut lowered = false;
    for name in names(shown) {
        if Entity::delete_by_id(name.clone()).exec(tx).await?.rows_affected > 0 {
            refeed(tx, &name).await?;
            lowered = true;
        }
    }
    if lowered {
        look_again(tx, country).await?;
    }
    let dependent = elsewhere(tx, country).await?;
    changed(tx, &dependent).await?;
    Ok(())
}

/// Has the addresses of what was public in a country of severe risk answer as if it had never been (`Decision::absent`, in SQL, since
/// there may be very many). Last before the commit, under the lock of the clock: whoever takes something away at the same time under
/// the former risk either commits before and is seen, or sees the new one.
pub(super) fn deny(tx: &Tx) {
    // The name has it done after the clock is locked.
    tx.before_commit("veil what is in danger", |tx| {
        Box::pin(async move {
            let severe = country_risk::Entity::find().filter(country_risk::Column::Risk.eq(Risk::Severe));
            for row in severe.all(tx).await? {
                let values = [row.country.into()];
                let statement = Statement::from_sql_and_values(tx.get_database_backend(), DENIED, values);
                tx.execute_raw(statement).await?;
            }
            Ok(())
        })
    });
}

/// Tombstones of what is in a country, or belongs to an event or an initiative there.
const DENIED: &str = "UPDATE gallery_document AS d SET withdrawn_as = 'absent' WHERE d.withdrawn_as = 'gone' AND ( \
    EXISTS (SELECT 1 FROM event e WHERE e.id = d.id AND e.country = $1) \
    OR EXISTS (SELECT 1 FROM initiative i WHERE i.id = d.id AND i.country = $1) \
    OR EXISTS (SELECT 1 FROM outcome o JOIN event e ON e.id = o.event_id WHERE o.id = d.id AND e.country = $1) \
    OR EXISTS (SELECT 1 FROM quote q LEFT JOIN event e ON e.id = q.event_id LEFT JOIN initiative i ON i.id = q.initiative_id \
        WHERE q.id = d.id AND $1 IN (e.country, i.country)) \
    OR EXISTS (SELECT 1 FROM story t LEFT JOIN event e ON e.id = t.event_id LEFT JOIN initiative i ON i.id = t.initiative_id \
        WHERE t.id = d.id AND $1 IN (t.country, e.country, i.country)))";

/// Gives what was hidden and was not rendered anew since another number: readers of the feed passed over the former one.
async fn refeed(tx: &Tx, name: &str) -> Result<(), DbErr> {
    let sql = "UPDATE gallery_document SET seq = NULL WHERE guard = $1 AND withdrawn_at IS NULL";
    let backend = tx.get_database_backend();
    tx.execute_raw(Statement::from_sql_and_values(backend, sql, [name.into()])).await?;
    tx.before_commit("number gallery changes", |tx| Box::pin(number::number(tx)));
    Ok(())
}

/// What depends on a country and does not carry its guard: what hides its place, or shows another country and names an
/// initiative or an event of this one.
async fn elsewhere(tx: &Tx, country: &str) -> Result<Vec<RecordRef>, DbErr> {
    let sql = "WITH here AS (SELECT id FROM initiative WHERE country = $1) \
        SELECT id, 'event' AS kind FROM event WHERE country = $1 AND public_precision = 'hidden' \
        UNION SELECT id, 'initiative' FROM initiative WHERE country = $1 AND public_precision = 'hidden' \
        UNION SELECT e.id, 'event' FROM event e WHERE e.initiative_id IN (SELECT id FROM here) \
            AND COALESCE(e.country, '') <> $1 \
        UNION SELECT q.id, 'quote' FROM quote q JOIN event e ON e.id = q.event_id \
            WHERE q.initiative_id IN (SELECT id FROM here) AND COALESCE(e.country, '') <> $1 \
        UNION SELECT t.id, 'story' FROM story t LEFT JOIN event e ON e.id = t.event_id \
            WHERE t.initiative_id IN (SELECT id FROM here) AND COALESCE(t.country, e.country, $1) <> $1 \
        UNION SELECT t.id, 'story' FROM story t JOIN event e ON e.id = t.event_id \
            WHERE e.country = $1 AND t.country <> $1 \
        UNION SELECT o.id, 'outcome' FROM outcome_follow_up f JOIN event e ON e.id = f.event_id \
            JOIN outcome o ON o.id = f.outcome_id JOIN event own ON own.id = o.event_id \
            WHERE e.country = $1 AND COALESCE(own.country, '') <> $1";
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, [country.into()]);
    let rows = tx.query_all_raw(statement).await?;
    rows.iter()
        .map(|row| Ok(RecordRef::new(row.try_get::<RecordKind>("", "kind")?, row.try_get::<Uuid>("", "id")?)))
        .collect()
}

/// Has a worker look at everything of a country: a rule may let through what it did not, and more finely.
async fn look_again(tx: &Tx, country: &str) -> Result<(), DbErr> {
    for (table, kind) in [("event", "event"), ("initiative", "initiative"), ("story", "story")] {
        let sql = format!(
            "INSERT INTO publication_due (record_id, kind, due_at) \
             SELECT r.id, '{kind}', $1 FROM {table} r WHERE r.country = $2 \
             ON CONFLICT (record_id) DO UPDATE SET due_at = excluded.due_at"
        );
        let values = [tx.now().into(), country.into()];
        tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
    }
    Ok(())
}
