//! Writing the gallery tables: what is new, what differs, what must go. Whole batches at a time.

use std::collections::{BTreeSet, HashMap};

use ::entity::gallery_document::{self, DocumentKind, WithdrawnAs};
use ::entity::{
    gallery_language, gallery_theme, gallery_theme_label, gallery_translation, publication_due, theme,
};
use chrono::{DateTime, Utc};
use futures_util::future::join;
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbBackend, DbErr, IntoActiveModel, Set, Statement};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::facts::Facts;
use super::render::{self, Rendered};
use super::rules::Decision;
use super::{Done, feature, number, record_kind, switches, telling};
use crate::db::{Tx, delete_in, find_in, insert_all, save_all};
use crate::outbox;

/// Documents written in one go; their columns must fit the parameters of one statement (32,766 on SQLite).
pub const BATCH: usize = 500;

/// The lock that commands share and bulk work has for itself.
const EVERYTHING: i64 = 0x67_61_6c_6c_65_72_79;
/// Documents share this many locks, so that a transaction never fills the server's table of locks.
const LOCKS: u128 = 1024;

/// Takes the whole public side for this transaction alone, for writing much: its rows are numbered as they are written.
///
/// # Errors
/// The database's.
pub async fn take_over(tx: &Tx) -> Result<(), DbErr> {
    lock_everything(tx).await?;
    number::begin(tx).await
}

/// Keeps everybody else from the public side (PostgreSQL; SQLite has one writer anyway).
pub async fn lock_everything(tx: &Tx) -> Result<(), DbErr> {
    if tx.get_database_backend() == DbBackend::Postgres {
        tx.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({EVERYTHING})")).await?;
    }
    Ok(())
}

/// Locks these documents' keys, in the order of the locks, before any rule's row is read: of two commands that race over
/// one document the second sees what the first did.
pub async fn lock(tx: &Tx, ids: &[Uuid]) -> Result<(), DbErr> {
    if tx.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let keys: BTreeSet<u128> = ids.iter().map(|id| id.as_u128() % LOCKS).collect();
    let keys: Vec<String> = keys.iter().map(|k| format!("({k})")).collect();
    let sql = format!(
        "SELECT pg_advisory_xact_lock_shared({EVERYTHING}), \
         (SELECT count(pg_advisory_xact_lock(1, k)) FROM (SELECT k FROM (VALUES {}) AS v(k) ORDER BY k) AS s)",
        keys.join(", ")
    );
    tx.execute_unprepared(&sql).await?;
    Ok(())
}

/// Brings documents of one kind in line with what the rules decided.
pub async fn write(
    tx: &Tx,
    kind: DocumentKind,
    decided: Vec<(Uuid, Decision)>,
    facts: &Facts,
) -> Result<Done, DbErr> {
    let ids: Vec<Uuid> = decided.iter().map(|(id, _)| *id).collect();
    let known: HashMap<Uuid, gallery_document::Model> =
        find_in::<gallery_document::Entity, _, _>(tx, gallery_document::Column::Id, ids.clone())
            .await?
            .into_iter()
            .map(|d| (d.id, d))
            .collect();
    schedule(tx, kind, &ids, &decided).await?;

    let mut done = Done::default();
    let mut decided = decided.into_iter();
    let mut next = compare(tx, kind, decided.by_ref().take(SLICE).collect(), facts, &known).await?;
    while let Some(slice) = next.take() {
        done.written += (slice.changed.len() + slice.guarded.len()) as u64;
        done.removed += slice.removed.len() as u64;
        // While the database writes one slice, the next one is rendered.
        let following = decided.by_ref().take(SLICE).collect();
        let (kept, rendered) =
            join(keep(tx, slice, &known), compare(tx, kind, following, facts, &known)).await;
        kept?;
        next = rendered?;
    }
    Ok(done)
}

/// Documents that are rendered while those before them are written.
const SLICE: usize = 256;

/// What is to be written.
#[derive(Default)]
struct Slice {
    changed: Vec<Changed>,
    removed: Vec<gallery_document::Model>,
    public_until: Vec<gallery_document::ActiveModel>,
    /// What says the same under another guard.
    guarded: Vec<gallery_document::Model>,
}

/// Renders what is decided and finds what differs from what is there. Nothing if there is nothing to decide.
async fn compare(
    tx: &Tx,
    kind: DocumentKind,
    decided: Vec<(Uuid, Decision)>,
    facts: &Facts,
    known: &HashMap<Uuid, gallery_document::Model>,
) -> Result<Option<Slice>, DbErr> {
    if decided.is_empty() {
        return Ok(None);
    }
    let mut slice = Slice::default();
    for (id, decision) in decided {
        let before = known.get(&id);
        if !decision.withheld.is_empty() {
            slice.removed.extend(before.and_then(|b| tombstone(b, &decision, tx.now())));
            continue;
        }
        let Some(rendered) = render::render(kind, id, facts, tx.now()) else { continue };
        let digest = digest(&rendered, &decision);
        let country = rendered.country.as_deref();
        let guard = switches::guard(country, facts.risk_in(country));
        match before {
            // It may have been hidden, and readers of the feed have passed over it: it gets another number and no other trace.
            Some(b) if b.withdrawn_at.is_none() && b.digest == digest && b.guard != guard => {
                let public_until = decision.public_until;
                slice.guarded.push(gallery_document::Model { guard, public_until, seq: None, ..b.clone() });
            }
            Some(b) if b.withdrawn_at.is_none() && b.digest == digest => {
                if b.public_until != decision.public_until {
                    let mut row = b.clone().into_active_model();
                    row.public_until = Set(decision.public_until);
                    slice.public_until.push(row);
                }
            }
            _ => {
                slice.changed.push(finish(kind, id, rendered, (digest, guard), &decision, before, tx.now())?)
            }
        }
        tokio::task::yield_now().await;
    }
    Ok(Some(slice))
}

/// Writes a slice.
async fn keep(tx: &Tx, slice: Slice, known: &HashMap<Uuid, gallery_document::Model>) -> Result<(), DbErr> {
    let Slice { mut changed, mut removed, public_until, mut guarded } = slice;
    for row in public_until {
        row.update(tx).await?;
        tx.publishes();
    }
    if changed.is_empty() && removed.is_empty() && guarded.is_empty() {
        return Ok(());
    }
    let stale: Vec<Uuid> = changed
        .iter()
        .map(|c| c.row.id)
        .filter(|id| known.contains_key(id))
        .chain(removed.iter().map(|r| r.id))
        .collect();
    if !stale.is_empty() {
        tx.erase();
    }
    clear(tx, &stale).await?;
    let after = changed.iter().map(|changed| &changed.row).chain(&removed);
    let takes_away = !removed.is_empty();
    let facts = after.filter_map(|row| telling::fact(known.get(&row.id), row)).collect();
    number::give(tx, changed.iter_mut().map(|c| &mut c.row).chain(&mut removed).chain(&mut guarded));
    let rows = removed.into_iter().chain(guarded).chain(changed.iter().map(|c| c.row.clone()));
    save_all(tx, rows.collect(), &[]).await?;
    attach(tx, changed).await?;
    tx.publishes();
    tx.before_commit("number gallery changes", |tx| Box::pin(number::number(tx)));
    if takes_away {
        switches::deny(tx);
    }
    outbox::tell_outside(tx, facts).await
}

/// A document and what hangs on it.
struct Changed {
    row: gallery_document::Model,
    translations: Vec<gallery_translation::Model>,
    themes: Vec<Uuid>,
    languages: Vec<String>,
    title_words: String,
    words: String,
}

fn finish(
    kind: DocumentKind,
    id: Uuid,
    rendered: Rendered,
    (digest, guard): (String, String),
    decision: &Decision,
    before: Option<&gallery_document::Model>,
    now: DateTime<Utc>,
) -> Result<Changed, DbErr> {
    let features = rendered.bodies.iter().map(|(_, label, _)| feature::of(kind, id, &rendered, label));
    let features: Vec<String> = features.collect::<Result<_, _>>()?;
    let mut bodies = Vec::with_capacity(features.len());
    for ((language, label, mut item), feature) in rendered.bodies.into_iter().zip(features) {
        item.common_mut().updated_at = Some(now);
        let body = serde_json::to_string(&item).map_err(|e| DbErr::Json(e.to_string()))?;
        bodies.push(gallery_translation::Model { document_id: id, language, label, body, feature });
    }
    let original = bodies.remove(0);
    let span = rendered.moment.span();
    let row = gallery_document::Model {
        id,
        kind,
        subkind: rendered.subkind.map(str::to_owned),
        country: rendered.country,
        lat: rendered.place.point.map(|p| p.lat),
        lon: rendered.place.point.map(|p| p.lon),
        occurs_from: span.map(|s| s.0),
        occurs_until: span.map(|s| s.1),
        sort_at: span.map_or(BEGINNING, |s| s.0),
        cancelled: rendered.cancelled,
        event_id: rendered.event_id,
        initiative_id: rendered.initiative_id,
        language: original.language,
        label: original.label,
        body: original.body,
        feature: original.feature,
        digest,
        listed: decision.listed,
        in_feeds: decision.in_feeds,
        fed: before.is_some_and(|b| b.fed) || (decision.listed && decision.in_feeds),
        version: before.map_or(1, |b| b.version + 1),
        updated_at: now,
        seq: None,
        first_seq: before.and_then(|b| b.first_seq),
        withdrawn_at: None,
        withdrawn_as: None,
        public_until: decision.public_until,
        counted_country: before.and_then(|b| b.counted_country.clone()),
        guard,
    };
    Ok(Changed {
        row,
        translations: bodies,
        themes: rendered.themes,
        languages: rendered.languages,
        title_words: rendered.title_words,
        words: rendered.words,
    })
}

/// The order of documents whose time is unknown: the beginning of time as both engines sort it.
const BEGINNING: DateTime<Utc> = match DateTime::from_timestamp(-62_135_596_800, 0) {
    Some(t) => t,
    None => DateTime::UNIX_EPOCH,
};

/// What stays of a document that must go: its number and nothing it said.
fn tombstone(
    before: &gallery_document::Model,
    decision: &Decision,
    now: DateTime<Utc>,
) -> Option<gallery_document::Model> {
    let answer = if decision.absent { WithdrawnAs::Absent } else { WithdrawnAs::Gone };
    if before.withdrawn_at.is_some() {
        let hide = answer == WithdrawnAs::Absent && before.withdrawn_as != Some(answer);
        return hide.then(|| gallery_document::Model { withdrawn_as: Some(answer), ..before.clone() });
    }
    Some(gallery_document::Model {
        id: before.id,
        kind: before.kind,
        subkind: None,
        country: None,
        lat: None,
        lon: None,
        occurs_from: None,
        occurs_until: None,
        sort_at: BEGINNING,
        // Calendars that have it are told.
        cancelled: decision.called_off && before.kind == DocumentKind::Event,
        event_id: None,
        initiative_id: None,
        language: "und".to_owned(),
        label: String::new(),
        body: String::new(),
        feature: String::new(),
        digest: String::new(),
        listed: false,
        in_feeds: before.in_feeds,
        fed: before.fed,
        version: before.version + 1,
        updated_at: now,
        seq: None,
        first_seq: before.first_seq,
        withdrawn_at: Some(now),
        withdrawn_as: Some(answer),
        public_until: None,
        counted_country: before.counted_country.clone(),
        guard: String::new(),
    })
}

/// All that is public of a document: two with the same digest are the same.
fn digest(rendered: &Rendered, decision: &Decision) -> String {
    let bodies: Vec<_> =
        rendered.bodies.iter().map(|(language, label, item)| (language, label, item)).collect();
    let all = (
        &bodies,
        &rendered.themes,
        &rendered.languages,
        &rendered.title_words,
        &rendered.words,
        (decision.listed, decision.in_feeds, rendered.cancelled, &rendered.event_id, &rendered.initiative_id),
    );
    let bytes = serde_json::to_vec(&all).unwrap_or_default();
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// Remembers which records the rules will let through later, and forgets the others.
async fn schedule(
    tx: &Tx,
    kind: DocumentKind,
    ids: &[Uuid],
    decided: &[(Uuid, Decision)],
) -> Result<(), DbErr> {
    delete_in::<publication_due::Entity, _>(tx, publication_due::Column::RecordId, ids).await?;
    let later = decided.iter().filter_map(|(id, d)| {
        let due_at = d.look_again_at?;
        Some(publication_due::Model { record_id: *id, kind: record_kind(kind), due_at })
    });
    insert_all(tx, later.collect()).await
}

/// Removes what hangs on documents that are about to change or go.
async fn clear(tx: &Tx, ids: &[Uuid]) -> Result<(), DbErr> {
    if ids.is_empty() {
        return Ok(());
    }
    delete_in::<gallery_translation::Entity, _>(tx, gallery_translation::Column::DocumentId, ids).await?;
    delete_in::<gallery_theme::Entity, _>(tx, gallery_theme::Column::DocumentId, ids).await?;
    delete_in::<gallery_language::Entity, _>(tx, gallery_language::Column::DocumentId, ids).await?;
    super::search::remove(tx, ids.to_vec()).await
}

/// Adds what hangs on new and changed documents.
async fn attach(tx: &Tx, changed: Vec<Changed>) -> Result<(), DbErr> {
    let (mut translations, mut themes, mut languages, mut words) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for c in changed {
        let document_id = c.row.id;
        translations.extend(c.translations);
        themes.extend(c.themes.into_iter().map(|theme_id| gallery_theme::Model { document_id, theme_id }));
        languages.extend(
            c.languages.into_iter().map(|language| gallery_language::Model { document_id, language }),
        );
        words.push((document_id, c.title_words, c.words));
    }
    insert_all(tx, translations).await?;
    insert_all(tx, themes).await?;
    insert_all(tx, languages).await?;
    super::search::add(tx, words).await
}

/// Puts the labels of themes on the public side, or takes them away with the theme.
pub async fn write_theme_labels(tx: &Tx, ids: &[Uuid]) -> Result<(), DbErr> {
    let themes = find_in::<theme::Entity, _, _>(tx, theme::Column::Id, ids.to_vec()).await?;
    let labels = themes.into_iter().map(|t| gallery_theme_label::Model { id: t.id.0, labels: t.labels });
    save_all(tx, labels.collect(), &[]).await?;
    let sql = "DELETE FROM gallery_theme_label WHERE NOT EXISTS (SELECT 1 FROM theme WHERE theme.id = gallery_theme_label.id)";
    tx.execute_raw(Statement::from_string(tx.get_database_backend(), sql)).await?;
    Ok(())
}
