//! The door: the only code that writes the public side.
//!
//! Whoever changes a record, or anything a rule of the door reads, calls [`publish`] or [`changed`] in the same transaction.
//! For each record the door reads everything the rules need, decides ([`rules`]), renders the finished document in every
//! language it has ([`render`]) and writes it to the gallery tables or takes it away ([`store`]). Nothing is written where
//! nothing public changed, so a hidden edit leaves no trace outside. Just before the commit the changed rows are numbered
//! in the order of commits ([`number`]).
//!
//! Deferred work only ever *adds* to the public side: [`run_due`] looks again at records a rule will let through later.
//! What hides does so in the transaction that caused it, or by `public_until`, which is honoured at every read.

mod alike;
mod compact;
mod counts;
mod dependents;
pub mod documents;
mod due;
mod facts;
pub mod feature;
mod known;
mod leaving;
pub mod members;
mod number;
mod place;
mod readers;
mod rebuild;
mod render;
mod rules;
mod search;
mod seats;
mod shown;
mod standing;
mod store;
mod switches;
mod telling;
mod watched;

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use entity::gallery_document::DocumentKind;
use entity::kinds::RecordKind;
pub use entity::kinds::Risk;
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

pub use alike::{PublicInitiative, initiatives_alike};
pub use compact::tidy_up;
pub use counts::{PublicCount, headcount, is_crowd};
pub use dependents::{changed, joined};
pub use documents::GalleryItem;
pub use due::run_due;
pub use known::ever_public;
pub use leaving::left;
pub use number::NOWHERE;
pub use place::{effective_precision, storable};
pub use readers::{has_read, readers_of};
pub use rebuild::rebuild;
pub use render::collection;
pub use rules::{WithheldReason, text_hash};
pub use seats::{begins, is_public, registration_ends, span};
pub use shown::{PublicDocument, PublicEntry, public_documents, public_entry};
pub use standing::{Standing, standing};
pub use store::take_over;
pub use switches::{
    UNHIDDEN, beware, country_risks, end_lockdown, guarded, hold_lockdown, lock_down, locked_down_since,
    risk_changed, risk_in,
};
pub use watched::{News, Watched, news, watched};

use crate::db::Tx;

/// Names a record of any kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordRef {
    /// Its kind.
    pub kind: RecordKind,
    /// Its identifier.
    pub id: Uuid,
}

impl RecordRef {
    /// A record of a kind.
    pub fn new(kind: RecordKind, id: impl Into<Uuid>) -> Self {
        Self { kind, id: id.into() }
    }
}

/// The kind of document a record becomes, if it becomes one.
pub(crate) fn document_kind(kind: RecordKind) -> Option<DocumentKind> {
    match kind {
        RecordKind::Initiative => Some(DocumentKind::Initiative),
        RecordKind::Event => Some(DocumentKind::Event),
        RecordKind::Quote => Some(DocumentKind::Quote),
        RecordKind::Outcome => Some(DocumentKind::Outcome),
        RecordKind::Story => Some(DocumentKind::Story),
        RecordKind::Theme | RecordKind::Organisation | RecordKind::Person => None,
    }
}

/// The kind of record behind a document.
pub(crate) fn record_kind(kind: DocumentKind) -> RecordKind {
    match kind {
        DocumentKind::Initiative => RecordKind::Initiative,
        DocumentKind::Event => RecordKind::Event,
        DocumentKind::Quote => RecordKind::Quote,
        DocumentKind::Outcome => RecordKind::Outcome,
        DocumentKind::Story => RecordKind::Story,
    }
}

/// What the door did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Documents written because they are new or differ.
    pub written: u64,
    /// Documents taken away.
    pub removed: u64,
}

impl std::ops::AddAssign for Done {
    fn add_assign(&mut self, other: Self) {
        self.written += other.written;
        self.removed += other.removed;
    }
}

/// Brings the public side of these very records up to date. Records that show them are not looked at: see [`changed`].
///
/// # Errors
/// The database's.
pub async fn publish(tx: &Tx, records: &[RecordRef]) -> Result<Done, DbErr> {
    let mut done = Done::default();
    let mut by_kind: BTreeMap<RecordKind, Vec<Uuid>> = BTreeMap::new();
    for record in records {
        by_kind.entry(record.kind).or_default().push(record.id);
    }
    for ids in by_kind.values_mut() {
        ids.sort_unstable();
        ids.dedup();
    }
    if let Some(themes) = by_kind.remove(&RecordKind::Theme) {
        store::write_theme_labels(tx, &themes).await?;
    }
    for (kind, ids) in by_kind {
        let Some(kind) = document_kind(kind) else { continue };
        for ids in ids.chunks(store::BATCH) {
            store::lock(tx, ids).await?;
            let facts = facts::load(tx, kind, ids).await?;
            let decided = rules::decide_all(kind, ids, &facts, tx.now());
            done += store::write(tx, kind, decided, &facts).await?;
        }
    }
    Ok(done)
}

/// Why records of one kind are not public; empty for those that are, and for kinds that have no documents.
///
/// # Errors
/// The database's.
pub async fn withheld_because<C: ConnectionTrait>(
    conn: &C,
    kind: RecordKind,
    ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<HashMap<Uuid, Vec<WithheldReason>>, DbErr> {
    let Some(kind) = document_kind(kind) else { return Ok(HashMap::new()) };
    let facts = facts::load(conn, kind, ids).await?;
    let decided = rules::decide_all(kind, ids, &facts, now);
    let locked_down = switches::locked_down_since(conn).await?.map(|_| WithheldReason::Lockdown);
    let reasons = |decision: rules::Decision| {
        let known = locked_down.filter(|reason| !decision.withheld.contains(reason));
        decision.withheld.into_iter().chain(known).collect()
    };
    Ok(decided.into_iter().map(|(id, decision)| (id, reasons(decision))).collect())
}
