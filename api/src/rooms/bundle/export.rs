//! Writing all records as a bundle. The same records give the same bytes, on either engine.

use std::collections::{HashMap, HashSet, VecDeque};

use ::entity::event::Visibility;
use ::entity::kinds::RecordKind;
use ::entity::{event, hidden_record, initiative, organisation, outcome, person, quote, story, theme};
use anyhow::Context;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, Iterable, PrimaryKeyToColumn, QueryFilter, QueryOrder,
    QuerySelect,
};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use uuid::Uuid;

use super::lines::{
    EventLine, Header, InitiativeLine, Line, Names, OrganisationLine, OutcomeLine, PersonLine, QuoteLine,
    StoryLine, ThemeLine,
};
use super::origins::{self, Source};
use super::{CAMPAIGN, OWN_SOURCE, lines};
use crate::db::{Db, find_in};
use crate::rooms::records::Record as _;
use crate::rooms::{events, initiatives, organisations, outcomes, people, quotes, stories, themes};
use crate::vault::Vault;

/// Records written in one go.
const PORTION: usize = 500;

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Exported {
    /// Records.
    pub records: u64,
}

/// The header as it is written.
#[derive(serde::Serialize)]
struct HeaderLine {
    r#type: &'static str,
    #[serde(flatten)]
    header: Header,
}

/// Writes every record, its secrets open: types in the order in which they may name each other, within a type in the order
/// of their ids. Records that came from `source` keep their ids; others are known by their identifier here. If no source is
/// named it is the only one there is, else `solidarity`. All is read at one instant.
///
/// # Errors
/// The database's, the stream's, or that a secret does not open.
pub async fn export(
    db: &Db,
    vault: &Vault,
    source: Option<String>,
    out: &mut (impl AsyncWrite + Unpin),
    mut progress: impl FnMut(u64),
) -> anyhow::Result<Exported> {
    let conn = db.snapshot().await?;
    let source = match source {
        Some(name) => Source { namespace: CAMPAIGN, name },
        None => {
            let mut sources = origins::own_sources(&conn, CAMPAIGN).await?;
            let name = match (sources.pop(), sources.is_empty()) {
                (Some(only), true) => only.source,
                _ => OWN_SOURCE.to_owned(),
            };
            Source { namespace: CAMPAIGN, name }
        }
    };
    let said = origins::source(&conn, &source).await?;
    let header = Header {
        format: lines::Format::SolidarityBundle,
        version: 1,
        source: source.name.clone(),
        language: said.as_ref().and_then(|s| s.language.clone()).map(lines::LanguageTag),
        note: said.and_then(|s| s.note),
    };
    write(out, &HeaderLine { r#type: "bundle", header }).await?;

    let mut exported = Exported::default();
    for &kind in RecordKind::ALL {
        let mut queue = Queue::new(kind);
        loop {
            let portion = queue.next_portion(&conn, &source).await?;
            if portion.is_empty() {
                break;
            }
            for line in read(&conn, vault, &source, kind, &portion).await? {
                write(out, &line).await?;
                exported.records += 1;
            }
            progress(exported.records);
        }
    }
    out.flush().await?;
    Ok(exported)
}

async fn write(out: &mut (impl AsyncWrite + Unpin), line: &impl serde::Serialize) -> anyhow::Result<()> {
    let mut bytes = serde_json::to_vec(line)?;
    bytes.push(b'\n');
    out.write_all(&bytes).await.context("the export cannot be written")
}

/// Walks the records of a kind in the order of their ids in the source: two sorted streams, those that came from it and the
/// others, whose ids are their identifiers, are merged.
struct Queue {
    kind: RecordKind,
    named: VecDeque<(String, Uuid)>,
    named_after: Option<String>,
    unnamed: VecDeque<(String, Uuid)>,
    unnamed_after: Option<Uuid>,
}

impl Queue {
    fn new(kind: RecordKind) -> Self {
        Self {
            kind,
            named: VecDeque::new(),
            named_after: Some(String::new()),
            unnamed: VecDeque::new(),
            unnamed_after: Some(Uuid::nil()),
        }
    }

    async fn next_portion<C: ConnectionTrait>(
        &mut self,
        conn: &C,
        source: &Source,
    ) -> anyhow::Result<Vec<(String, Uuid)>> {
        let mut portion = Vec::with_capacity(PORTION);
        while portion.len() < PORTION {
            self.fill(conn, source).await?;
            let next = match (self.named.front(), self.unnamed.front()) {
                (Some(a), Some(b)) if a.0 <= b.0 => self.named.pop_front(),
                (Some(_), None) => self.named.pop_front(),
                (_, Some(_)) => self.unnamed.pop_front(),
                (None, None) => break,
            };
            portion.extend(next);
        }
        Ok(portion)
    }

    async fn fill<C: ConnectionTrait>(&mut self, conn: &C, source: &Source) -> anyhow::Result<()> {
        if self.named.is_empty()
            && let Some(after) = self.named_after.take()
        {
            let rows = origins::page(conn, source, self.kind, &after, PORTION as u64).await?;
            self.named_after = rows.last().map(|r| r.external_id.clone());
            self.named.extend(rows.into_iter().map(|r| (r.external_id, r.record_id)));
        }
        while self.unnamed.is_empty()
            && let Some(after) = self.unnamed_after.take()
        {
            let ids = match self.kind {
                RecordKind::Theme => page::<theme::Entity, C>(conn, after).await?,
                RecordKind::Organisation => page::<organisation::Entity, C>(conn, after).await?,
                RecordKind::Person => page::<person::Entity, C>(conn, after).await?,
                RecordKind::Initiative => page::<initiative::Entity, C>(conn, after).await?,
                RecordKind::Event => page::<event::Entity, C>(conn, after).await?,
                RecordKind::Outcome => page::<outcome::Entity, C>(conn, after).await?,
                RecordKind::Quote => page::<quote::Entity, C>(conn, after).await?,
                RecordKind::Story => page::<story::Entity, C>(conn, after).await?,
            };
            self.unnamed_after = ids.last().copied();
            let named = origins::names_of(conn, source, &ids).await?;
            let unnamed = ids.into_iter().filter(|id| !named.contains_key(id));
            self.unnamed.extend(unnamed.map(|id| (id.to_string(), id)));
        }
        Ok(())
    }
}

/// The next identifiers of a table, in their order, which is that of their text.
async fn page<E: EntityTrait, C: ConnectionTrait>(conn: &C, after: Uuid) -> anyhow::Result<Vec<Uuid>> {
    let Some(key) = E::PrimaryKey::iter().next().map(PrimaryKeyToColumn::into_column) else {
        return Ok(Vec::new());
    };
    let ids = E::find()
        .select_only()
        .column(key)
        .filter(key.gt(after))
        .order_by_asc(key)
        .limit(PORTION as u64)
        .into_tuple::<Uuid>()
        .all(conn)
        .await?;
    Ok(ids)
}

/// Reads records of a kind and makes their lines, in the order that is asked for.
async fn read<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    source: &Source,
    kind: RecordKind,
    portion: &[(String, Uuid)],
) -> anyhow::Result<Vec<Line>> {
    let ids: Vec<Uuid> = portion.iter().map(|(_, id)| *id).collect();
    let mut records: HashMap<Uuid, Record> = match kind {
        RecordKind::Theme => boxed(themes::load(conn, &ids).await?, Record::Theme),
        RecordKind::Organisation => boxed(organisations::load(conn, &ids).await?, Record::Organisation),
        RecordKind::Person => boxed(people::load(conn, vault, &ids).await?, Record::Person),
        RecordKind::Initiative => {
            boxed(initiatives::load(conn, vault, &ids).await?, |r| Record::Initiative(Box::new(r)))
        }
        RecordKind::Event => boxed(events::load(conn, vault, &ids).await?, |r| Record::Event(Box::new(r))),
        RecordKind::Outcome => boxed(outcomes::load(conn, &ids).await?, Record::Outcome),
        RecordKind::Quote => boxed(quotes::load(conn, vault, &ids).await?, Record::Quote),
        RecordKind::Story => boxed(stories::load(conn, &ids).await?, Record::Story),
    };
    let column = hidden_record::Column::RecordId;
    let reported = find_in::<hidden_record::Entity, _, _>(conn, column, ids.clone()).await?;
    let reported: HashSet<Uuid> = reported.into_iter().map(|row| row.record_id).collect();
    let mut mentioned: Vec<Uuid> = records.values().flat_map(Record::names).chain(ids).collect();
    mentioned.sort_unstable();
    mentioned.dedup();
    let names = origins::names_of(conn, source, &mentioned).await?;
    let names = Names(&names);
    Ok(portion
        .iter()
        .filter_map(|(_, id)| Some((id, records.remove(id)?)))
        .map(|(id, record)| match record.is_locked_down() || reported.contains(id) {
            true => record.withheld().into_line(&names),
            false => record.into_line(&names),
        })
        .collect())
}

fn boxed<R>(records: HashMap<Uuid, R>, wrap: impl Fn(R) -> Record) -> HashMap<Uuid, Record> {
    records.into_iter().map(|(id, record)| (id, wrap(record))).collect()
}

enum Record {
    Theme(theme::Model),
    Organisation(organisation::Model),
    Person(people::PersonRecord),
    Initiative(Box<initiatives::InitiativeRecord>),
    Event(Box<events::EventRecord>),
    Outcome(outcomes::OutcomeRecord),
    Quote(quotes::QuoteRecord),
    Story(stories::StoryRecord),
}

impl Record {
    /// The records it names.
    fn names(&self) -> Vec<Uuid> {
        fn raw<I: Copy + Into<Uuid>>(ids: &[I]) -> impl Iterator<Item = Uuid> {
            ids.iter().map(|id| (*id).into())
        }
        match self {
            Self::Theme(_) | Self::Organisation(_) => Vec::new(),
            Self::Person(r) => raw(&r.organisations).collect(),
            Self::Initiative(r) => raw(&r.organisations).chain(raw(&r.themes)).collect(),
            Self::Event(r) => {
                let hosts = r.hosts.iter().map(|(_, host)| match *host {
                    events::HostId::Person(id) => id.0,
                    events::HostId::Organisation(id) => id.0,
                });
                hosts.chain(raw(&r.themes)).chain(r.row.initiative_id.map(|i| i.0)).collect()
            }
            Self::Outcome(r) => raw(&r.followed_by).chain(raw(&r.themes)).chain([r.row.event_id.0]).collect(),
            Self::Quote(r) => {
                let one = [
                    r.row.event_id.map(|i| i.0),
                    r.row.initiative_id.map(|i| i.0),
                    r.row.person_id.map(|i| i.0),
                ];
                raw(&r.themes).chain(one.into_iter().flatten()).collect()
            }
            Self::Story(r) => {
                let one = [r.row.event_id.map(|i| i.0), r.row.initiative_id.map(|i| i.0)];
                raw(&r.themes).chain(one.into_iter().flatten()).collect()
            }
        }
    }

    fn is_locked_down(&self) -> bool {
        matches!(self, Self::Event(r) if r.row.locked_down_at.is_some())
    }

    /// A file knows neither lockdowns nor what was hidden because it was reported: where it is read, nothing of that is to be public
    /// either.
    fn withheld(mut self) -> Self {
        match &mut self {
            Self::Theme(_) | Self::Organisation(_) | Self::Person(_) => false,
            Self::Event(r) => {
                r.row.visibility = Visibility::Private;
                true
            }
            Self::Initiative(r) => r.take_back(),
            Self::Outcome(r) => r.take_back(),
            Self::Quote(r) => r.take_back(),
            Self::Story(r) => r.take_back(),
        };
        self
    }

    fn into_line(self, names: &Names<'_>) -> Line {
        match self {
            Self::Theme(r) => Line::Theme(ThemeLine::of(r, names)),
            Self::Organisation(r) => Line::Organisation(OrganisationLine::of(r, names)),
            Self::Person(r) => Line::Person(PersonLine::of(r, names)),
            Self::Initiative(r) => Line::Initiative(Box::new(InitiativeLine::of(*r, names))),
            Self::Event(r) => Line::Event(Box::new(EventLine::of(*r, names))),
            Self::Outcome(r) => Line::Outcome(OutcomeLine::of(r, names)),
            Self::Quote(r) => Line::Quote(QuoteLine::of(r, names)),
            Self::Story(r) => Line::Story(StoryLine::of(r, names)),
        }
    }
}
