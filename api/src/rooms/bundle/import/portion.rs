//! A portion of lines: who is known, what is new, what has changed; then written in bulk and shown to the door.

use std::collections::{HashMap, HashSet};

use ::entity::kinds::{Moderation, RecordKind};
use ::entity::{event, initiative, organisation, origin, outcome, quote, story, theme};
use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::super::lines::{self, Incoming, LanguageTag, Line};
use super::super::origins::{self, Source};
use super::guest::{self, Alone, Guest};
use super::writes::Writes;
use super::{LineVerdict, Verdict};
use crate::db::{Tx, find_in};
use crate::http::json::fault;
use crate::ids;
use crate::problem::Fault;
use crate::publishing::{self, RecordRef};
use crate::rooms::{people, registrations};
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

/// What is known here of a record that a line would change.
#[derive(Clone, Copy)]
struct Standing {
    version: i64,
    held_at: Option<DateTime<Utc>>,
    withdrawn: bool,
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
        let mentioned: HashSet<&str> = lines
            .iter()
            .filter_map(|n| n.line.as_ref().ok())
            .flat_map(|l| l.names().into_iter().map(|r| r.0.as_str()).chain([l.id()]))
            .collect();
        let mentioned: Vec<&str> = mentioned.into_iter().collect();
        let origins = origins::find(self.tx, self.source, &mentioned).await?;
        let standing = self.standing(&lines, &origins).await?;
        let mut known: HashMap<String, (RecordKind, Uuid)> = origins
            .values()
            .filter(|o| !o.gone)
            .map(|o| (o.external_id.clone(), (o.kind, o.record_id)))
            .collect();
        if let Some(guest) = self.guest {
            let others = mentioned.iter().filter(|name| !origins.contains_key(**name));
            known.extend(guest.nameable(self.tx, others.map(|name| (*name).to_owned())).await?);
        }

        let mut verdicts = Vec::with_capacity(lines.len());
        let (mut writes, mut saved, mut unchanged) = (Writes::default(), Vec::new(), Vec::new());
        let (mut created, mut updated, mut silenced) = (Vec::new(), Vec::new(), Vec::new());
        let mut seen: HashSet<String> = HashSet::new();
        let mut alone = Vec::new();
        for Numbered { number, hash, line } in lines {
            let line = match line {
                Ok(line) => line,
                Err(Refused { kind, id, errors }) => {
                    verdicts.push(LineVerdict {
                        line: number,
                        kind,
                        id,
                        record: None,
                        verdict: Verdict::Failed,
                        errors,
                    });
                    continue;
                }
            };
            let (id, kind) = (line.id().to_owned(), line.kind());
            let before = origins.get(&id);
            let record = before.map(|before| before.record_id);
            let mut tell = |id: Option<String>, verdict, errors| {
                verdicts.push(LineVerdict { line: number, kind: Some(kind), id, record, verdict, errors });
            };
            if let Some(refusal) = self.guest.and_then(|guest| guest.refusal(kind)) {
                tell(Some(id), Verdict::Failed, vec![refusal]);
                continue;
            }
            if !seen.insert(id.clone()) || before.is_some_and(|o| o.run == self.run) {
                let errors = vec![fault("/id", "repeated_id", "a line above has this id")];
                tell(Some(id), Verdict::Failed, errors);
                continue;
            }
            if before.is_some_and(|o| o.kind != kind) {
                let errors =
                    vec![fault("/type", "other_type", "an earlier import has this id with another type")];
                tell(Some(id), Verdict::Failed, errors);
                continue;
            }
            let stands = before.and_then(|o| standing.get(&o.record_id));
            if let Some(before) = before {
                let verdict = match stands {
                    _ if before.gone && !(line.is_withdrawn() && before.line_hash == hash) => {
                        Some(Verdict::Gone)
                    }
                    _ if before.line_hash == hash => Some(Verdict::Unchanged),
                    None => Some(Verdict::Gone),
                    Some(s) if s.withdrawn => Some(Verdict::Gone),
                    Some(s) if s.version > before.record_version => Some(Verdict::Conflict),
                    Some(_) => None,
                };
                if let Some(verdict) = verdict {
                    unchanged.push(id.clone());
                    tell(Some(id), verdict, Vec::new());
                    continue;
                }
            }
            let line = match (self.guest, before, stands) {
                (Some(_), Some(before), Some(stands)) if guest::is_edited_alone(kind) => {
                    let edit = Alone {
                        at: verdicts.len(),
                        line: line.naming_here(&known),
                        version: stands.version,
                        origin: origin::Model { line_hash: hash, run: self.run, ..before.clone() },
                    };
                    let mut tell = |verdict| {
                        let errors = Vec::new();
                        verdicts.push(LineVerdict {
                            line: number,
                            kind: Some(kind),
                            id: Some(id.clone()),
                            record,
                            verdict,
                            errors,
                        });
                    };
                    tell(Verdict::Updated);
                    alone.push(edit);
                    continue;
                }
                // Nothing was here that could be taken back.
                (Some(_), None, _) if line.is_withdrawn() => {
                    tell(Some(id), Verdict::Gone, Vec::new());
                    continue;
                }
                (Some(_), None, _) => line.drafted(),
                _ => line,
            };
            let mut incoming = Incoming {
                id: before.map_or_else(|| new_id(kind, self.tx.now()), |o| o.record_id),
                version: stands.map_or(1, |s| s.version + 1),
                now: self.tx.now(),
                created_at: self.tx.now(),
                created_by: self.guest.and_then(Guest::account),
                held_at: stands.and_then(|s| s.held_at),
                language: self.language,
                known: &known,
                faults: Vec::new(),
            };
            let withdrawn = line.is_withdrawn();
            writes.add(line, &mut incoming);
            let Incoming { id: record_id, version, mut faults, .. } = incoming;
            if let (RecordKind::Event, Some(_), Some(event)) = (kind, before, writes.events.last())
                && !registrations::leaves_room(self.tx, &event.row).await?
            {
                faults.push(fault("/capacity", "seats_taken", "leaves fewer seats than are taken"));
            }
            if self.guest.is_some()
                && kind == RecordKind::Event
                && let Some(event) = writes.events.last_mut()
            {
                faults.extend(guest::guided(self.tx, event).await?);
            }
            if !faults.is_empty() {
                writes.take_back(kind, record_id);
                tell(Some(id), Verdict::Failed, faults);
                continue;
            }
            let record = RecordRef::new(kind, record_id);
            if withdrawn {
                silenced.push(record_id);
            }
            if before.is_some() {
                updated.push(record)
            } else {
                created.push(record)
            }
            known.insert(id.clone(), (kind, record_id));
            saved.push(origin::Model {
                namespace: self.source.namespace,
                source: self.source.name.clone(),
                external_id: id.clone(),
                kind,
                record_id,
                line_hash: hash,
                record_version: version,
                run: self.run,
                gone: withdrawn,
            });
            let verdict = if before.is_some() { Verdict::Updated } else { Verdict::Created };
            let (kind, record, errors) = (Some(kind), Some(record_id), Vec::new());
            verdicts.push(LineVerdict { line: number, kind, id: Some(id), record, verdict, errors });
        }
        writes.revise(self.tx, self.vault, &updated, &silenced).await?;
        writes.save(self.tx, self.vault).await?;
        origins::save(self.tx, saved).await?;
        if let Some(guest) = self.guest {
            guest.owns(self.tx, &created).await?;
            guest.edit_alone(self.tx, alone, &mut verdicts).await?;
        }
        origins::mark(self.tx, self.source, &unchanged, self.run).await?;
        // Nobody shows a record that is new, but people make crowds.
        publishing::publish(self.tx, &created).await?;
        let people = created.iter().filter(|r| r.kind == RecordKind::Person).map(|r| r.id);
        publishing::joined(self.tx, &people.collect::<Vec<_>>()).await?;
        if !updated.is_empty() {
            self.tx.erase();
            publishing::changed(self.tx, &updated).await?;
        }
        Ok(verdicts)
    }

    /// How the records stand that these lines may change.
    async fn standing(
        &self,
        lines: &[Numbered],
        origins: &HashMap<String, origin::Model>,
    ) -> Result<HashMap<Uuid, Standing>, DbErr> {
        let mut ids: HashMap<RecordKind, Vec<Uuid>> = HashMap::new();
        for line in lines {
            let Ok(read) = &line.line else { continue };
            if let Some(origin) = origins.get(read.id()).filter(|o| o.line_hash != line.hash) {
                ids.entry(origin.kind).or_default().push(origin.record_id);
            }
        }
        let mut standing = HashMap::new();
        let mut put = |id: Uuid, version, held_at, withdrawn| {
            standing.insert(id, Standing { version, held_at, withdrawn });
        };
        for (kind, ids) in ids {
            match kind {
                RecordKind::Theme => {
                    let rows = find_in::<theme::Entity, _, _>(self.tx, theme::Column::Id, ids).await?;
                    rows.into_iter().for_each(|r| put(r.id.0, r.version, None, false));
                }
                RecordKind::Organisation => {
                    let rows =
                        find_in::<organisation::Entity, _, _>(self.tx, organisation::Column::Id, ids).await?;
                    rows.into_iter().for_each(|r| put(r.id.0, r.version, None, false));
                }
                RecordKind::Person => {
                    // Locked, or one who is erased at this moment would be written anew.
                    let rows = people::locked(self.tx, ids).await?;
                    rows.into_iter().for_each(|r| put(r.id.0, r.version, None, false));
                }
                RecordKind::Initiative => {
                    let rows =
                        find_in::<initiative::Entity, _, _>(self.tx, initiative::Column::Id, ids).await?;
                    rows.into_iter().for_each(|r| put(r.id.0, r.version, None, false));
                }
                RecordKind::Event => {
                    for row in find_in::<event::Entity, _, _>(self.tx, event::Column::Id, ids).await? {
                        put(row.id.0, row.version, row.held_at, false);
                    }
                }
                RecordKind::Outcome => {
                    for row in find_in::<outcome::Entity, _, _>(self.tx, outcome::Column::Id, ids).await? {
                        put(row.id.0, row.version, None, row.status == Moderation::Withdrawn);
                    }
                }
                RecordKind::Quote => {
                    for row in find_in::<quote::Entity, _, _>(self.tx, quote::Column::Id, ids).await? {
                        put(row.id.0, row.version, None, row.status == Moderation::Withdrawn);
                    }
                }
                RecordKind::Story => {
                    for row in find_in::<story::Entity, _, _>(self.tx, story::Column::Id, ids).await? {
                        put(row.id.0, row.version, None, row.status == Moderation::Withdrawn);
                    }
                }
            }
        }
        Ok(standing)
    }
}

/// A new record's identifier: of all but themes it must not tell when somebody wrote it down.
fn new_id(kind: RecordKind, now: DateTime<Utc>) -> Uuid {
    match kind {
        RecordKind::Theme => ids::v7(now),
        _ => ids::v4(),
    }
}
