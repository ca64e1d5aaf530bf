//! A portion of lines: who is known, what is new, what has changed; then written in bulk and shown to the door.

use std::collections::{HashMap, HashSet};

use ::entity::kinds::RecordKind;
use ::entity::origin;
use chrono::{DateTime, Utc};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::super::lines::{self, Incoming, LanguageTag, Line};
use super::super::origins::{self, Source};
use super::guest::{self, Alone, Guest};
use super::standing::{Standing, standing};
use super::writes::Writes;
use super::{LineVerdict, Verdict};
use crate::db::Tx;
use crate::http::json::fault;
use crate::ids;
use crate::problem::Fault;
use crate::publishing::{self, RecordRef};
use crate::rooms::registrations;
use crate::vault::Vault;

/// A line with its number, read as far as it could be.
#[derive(Clone)]
pub struct Numbered {
    number: u64,
    hash: Vec<u8>,
    line: Result<Line, Refused>,
}

/// What can be told of a line that cannot be taken.
#[derive(Clone, Default)]
struct Refused {
    kind: Option<RecordKind>,
    id: Option<String>,
    errors: Vec<Fault>,
}

impl Numbered {
    /// Reads a line's JSON. What counts of it is what it says, defaults and the header's language included.
    pub fn read(number: u64, value: Value, language: Option<&LanguageTag>) -> Self {
        let id = value.get("id").and_then(Value::as_str).filter(|id| id.len() <= 200).map(str::to_owned);
        let kind = RecordKind::ALL
            .iter()
            .copied()
            .find(|kind| value.get("type").is_some_and(|t| t == kind.as_str()));
        let line = lines::line(value).map(|line| line.in_language(language));
        let line = line.map_err(|errors| Refused { kind, id, errors });
        let said = line.as_ref().ok().and_then(|line| serde_json::to_vec(line).ok()).unwrap_or_default();
        Self { number, hash: Sha256::digest(said).to_vec(), line }
    }

    /// A line that is no JSON.
    pub fn unreadable(number: u64, errors: Vec<Fault>) -> Self {
        Self { number, hash: Vec::new(), line: Err(Refused { errors, ..Refused::default() }) }
    }

    /// Its number.
    pub const fn number(&self) -> u64 {
        self.number
    }
}

/// Where a portion of lines is taken in.
pub struct Portion<'a> {
    pub tx: &'a Tx,
    pub vault: &'a Vault,
    pub source: &'a Source,
    pub language: Option<&'a LanguageTag>,
    pub run: Uuid,
    /// Who sent it; nobody if the operator did, whom the file's states are believed.
    pub guest: Option<&'a Guest<'a>>,
}

impl Portion<'_> {
    /// Takes the lines and says what became of each.
    pub async fn take(&self, lines: Vec<Numbered>) -> anyhow::Result<Vec<LineVerdict>> {
        let mut taking = Taking::begin(self, &lines).await?;
        for line in lines {
            taking.line(line).await?;
        }
        taking.finish().await
    }
}

/// A portion in the making.
struct Taking<'a> {
    portion: &'a Portion<'a>,
    /// Where records came from that these lines name.
    origins: HashMap<String, origin::Model>,
    /// How those stand that these lines would change.
    standing: HashMap<Uuid, Standing>,
    /// What may be named, by the file's identifiers.
    known: HashMap<String, (RecordKind, Uuid)>,
    seen: HashSet<String>,
    verdicts: Vec<LineVerdict>,
    writes: Writes,
    saved: Vec<origin::Model>,
    unchanged: Vec<String>,
    created: Vec<RecordRef>,
    updated: Vec<RecordRef>,
    /// Records whose lines say that they are withdrawn.
    silenced: Vec<Uuid>,
    alone: Vec<Alone>,
}

/// A line that can be read, and what is known of its record.
struct Known {
    number: u64,
    hash: Vec<u8>,
    id: String,
    kind: RecordKind,
    before: Option<origin::Model>,
    stands: Option<Standing>,
}

impl Known {
    fn verdict(&self, verdict: Verdict, errors: Vec<Fault>) -> LineVerdict {
        let record = self.before.as_ref().map(|before| before.record_id);
        let (line, kind, id) = (self.number, Some(self.kind), Some(self.id.clone()));
        LineVerdict { line, kind, id, record, verdict, errors }
    }

    /// The verdict where nothing is left to do.
    fn settled(&self, line: &Line) -> Option<Verdict> {
        let before = self.before.as_ref()?;
        let same = before.line_hash == self.hash;
        match self.stands {
            _ if before.gone && !(line.is_withdrawn() && same) => Some(Verdict::Gone),
            Some(stands) if stands.withdrawn && !line.is_withdrawn() => Some(Verdict::Gone),
            _ if same => Some(Verdict::Unchanged),
            None => Some(Verdict::Gone),
            Some(stands) if stands.withdrawn => Some(Verdict::Gone),
            Some(stands) if stands.version > before.record_version => Some(Verdict::Conflict),
            Some(_) => None,
        }
    }
}

impl<'a> Taking<'a> {
    /// Reads what is known of all that the lines name.
    async fn begin(portion: &'a Portion<'a>, lines: &[Numbered]) -> anyhow::Result<Self> {
        let readable = || lines.iter().filter_map(|numbered| numbered.line.as_ref().ok());
        let named =
            readable().flat_map(|line| line.names().into_iter().map(|id| id.0.as_str()).chain([line.id()]));
        let mentioned: Vec<&str> = named.collect::<HashSet<_>>().into_iter().collect();
        let origins = origins::find(portion.tx, portion.source, &mentioned).await?;
        let mut changing: HashMap<RecordKind, Vec<Uuid>> = HashMap::new();
        for Numbered { hash, line, .. } in lines {
            let Ok(line) = line else { continue };
            // What says the same as before may have been withdrawn here.
            let matters =
                |origin: &&origin::Model| origin.line_hash != *hash || may_be_withdrawn(origin.kind);
            if let Some(origin) = origins.get(line.id()).filter(matters) {
                changing.entry(origin.kind).or_default().push(origin.record_id);
            }
        }
        let mut known: HashMap<String, (RecordKind, Uuid)> = origins
            .values()
            .filter(|origin| !origin.gone)
            .map(|origin| (origin.external_id.clone(), (origin.kind, origin.record_id)))
            .collect();
        if let Some(guest) = portion.guest {
            let others = mentioned.iter().filter(|name| !origins.contains_key(**name));
            known.extend(guest.nameable(portion.tx, others.map(|name| (*name).to_owned())).await?);
        }
        Ok(Self {
            portion,
            standing: standing(portion.tx, changing).await?,
            origins,
            known,
            seen: HashSet::new(),
            verdicts: Vec::with_capacity(lines.len()),
            writes: Writes::default(),
            saved: Vec::new(),
            unchanged: Vec::new(),
            created: Vec::new(),
            updated: Vec::new(),
            silenced: Vec::new(),
            alone: Vec::new(),
        })
    }

    async fn line(&mut self, Numbered { number, hash, line }: Numbered) -> anyhow::Result<()> {
        let line = match line {
            Ok(line) => line,
            Err(Refused { kind, id, errors }) => {
                let verdict = Verdict::Failed;
                self.verdicts.push(LineVerdict { line: number, kind, id, record: None, verdict, errors });
                return Ok(());
            }
        };
        let (id, kind) = (line.id().to_owned(), line.kind());
        let before = self.origins.get(&id).cloned();
        let stands = before.as_ref().and_then(|before| self.standing.get(&before.record_id)).copied();
        let known = Known { number, hash, id, kind, before, stands };
        if let Some(refusal) = self.refusal(&known) {
            self.verdicts.push(known.verdict(Verdict::Failed, vec![refusal]));
            return Ok(());
        }
        if let Some(verdict) = known.settled(&line) {
            self.verdicts.push(known.verdict(verdict, Vec::new()));
            self.unchanged.push(known.id);
            return Ok(());
        }
        let line = match (self.portion.guest, &known.before, known.stands) {
            (Some(_), Some(before), Some(stands)) if guest::is_edited_alone(kind) => {
                self.alone.push(Alone {
                    at: self.verdicts.len(),
                    line: line.naming_here(&self.known),
                    version: stands.version,
                    origin: origin::Model {
                        line_hash: known.hash.clone(),
                        run: self.portion.run,
                        ..before.clone()
                    },
                });
                self.verdicts.push(known.verdict(Verdict::Updated, Vec::new()));
                return Ok(());
            }
            // Nothing was here that could be taken back.
            (Some(_), None, _) if line.is_withdrawn() => {
                self.verdicts.push(known.verdict(Verdict::Gone, Vec::new()));
                return Ok(());
            }
            (Some(_), None, _) => line.drafted(),
            _ => line,
        };
        self.record(known, line).await
    }

    /// Why a line cannot be taken, whatever it says.
    fn refusal(&mut self, known: &Known) -> Option<Fault> {
        if let Some(refusal) = self.portion.guest.and_then(|guest| guest.refusal(known.kind)) {
            return Some(refusal);
        }
        let before = known.before.as_ref();
        if !self.seen.insert(known.id.clone()) || before.is_some_and(|before| before.run == self.portion.run)
        {
            return Some(fault("/id", "repeated_id", "a line above has this id"));
        }
        let other = before.is_some_and(|before| before.kind != known.kind);
        other.then(|| fault("/type", "other_type", "an earlier import has this id with another type"))
    }

    /// Makes the record that a line stands for, or what it becomes.
    async fn record(&mut self, known: Known, line: Line) -> anyhow::Result<()> {
        let Portion { tx, guest, language, .. } = *self.portion;
        let withdrawn = line.is_withdrawn();
        let is_there = known.before.as_ref().map(|before| before.record_id);
        let mut incoming = Incoming {
            id: is_there.unwrap_or_else(|| new_id(known.kind, tx.now())),
            version: known.stands.map_or(1, |stands| stands.version + 1),
            now: tx.now(),
            created_at: tx.now(),
            created_by: guest.and_then(Guest::account),
            held_at: known.stands.and_then(|stands| stands.held_at),
            language,
            known: &self.known,
            faults: Vec::new(),
        };
        self.writes.add(line, &mut incoming);
        let Incoming { id: record_id, version, mut faults, .. } = incoming;
        if let (RecordKind::Event, Some(event)) = (known.kind, self.writes.events.last_mut()) {
            if is_there.is_some() && !registrations::leaves_room(tx, &event.row).await? {
                faults.push(fault("/capacity", "seats_taken", "leaves fewer seats than are taken"));
            }
            if guest.is_some() {
                faults.extend(guest::guided(tx, event).await?);
            }
        }
        if !faults.is_empty() {
            self.writes.take_back(known.kind, record_id);
            self.verdicts.push(known.verdict(Verdict::Failed, faults));
            return Ok(());
        }
        if withdrawn {
            self.silenced.push(record_id);
        }
        let (records, verdict) = match is_there {
            Some(_) => (&mut self.updated, Verdict::Updated),
            None => (&mut self.created, Verdict::Created),
        };
        records.push(RecordRef::new(known.kind, record_id));
        self.verdicts.push(LineVerdict { record: Some(record_id), ..known.verdict(verdict, Vec::new()) });
        self.known.insert(known.id.clone(), (known.kind, record_id));
        self.saved.push(origin::Model {
            namespace: self.portion.source.namespace,
            source: self.portion.source.name.clone(),
            external_id: known.id,
            kind: known.kind,
            record_id,
            line_hash: known.hash,
            record_version: version,
            run: self.portion.run,
            gone: withdrawn,
        });
        Ok(())
    }

    /// Writes all of it and shows it to the door.
    async fn finish(mut self) -> anyhow::Result<Vec<LineVerdict>> {
        let Portion { tx, vault, source, run, guest, .. } = *self.portion;
        self.writes.revise(tx, vault, &self.updated, &self.silenced).await?;
        self.writes.save(tx, vault).await?;
        origins::save(tx, self.saved).await?;
        if let Some(guest) = guest {
            guest.owns(tx, &self.created).await?;
            guest.edit_alone(tx, self.alone, &mut self.verdicts).await?;
        }
        origins::mark(tx, source, &self.unchanged, run).await?;
        // Nobody shows a record that is new, but people make crowds.
        publishing::publish(tx, &self.created).await?;
        let people = self.created.iter().filter(|record| record.kind == RecordKind::Person);
        publishing::joined(tx, &people.map(|record| record.id).collect::<Vec<_>>()).await?;
        if !self.updated.is_empty() {
            tx.erase();
            publishing::changed(tx, &self.updated).await?;
        }
        Ok(self.verdicts)
    }
}

/// Whether records of a kind are withdrawn, and stay, instead of being removed.
const fn may_be_withdrawn(kind: RecordKind) -> bool {
    matches!(kind, RecordKind::Outcome | RecordKind::Quote | RecordKind::Story)
}

/// A new record's identifier: of all but themes it must not tell when somebody wrote it down.
fn new_id(kind: RecordKind, now: DateTime<Utc>) -> Uuid {
    match kind {
        RecordKind::Theme => ids::v7(now),
        _ => ids::v4(),
    }
}
