//! Files that somebody sends over HTTP. They can do no more than calls of whoever sent them: what is new is a draft, and what
//! is there is edited record by record, by the rules of its room.

use std::collections::HashMap;

use ::entity::ids::AccountId;
use ::entity::kinds::RecordKind;
use ::entity::origin;
use ::entity::partner_record;
use sea_orm::{ConnectionTrait as _, DbErr};
use uuid::Uuid;

use super::super::lines::{Line, RecordId};
use super::super::origins;
use super::{LineVerdict, Verdict};
use crate::access::action::ImportRecords;
use crate::access::{Actor, Allowed, Partner};
use crate::db::{Tx, insert_all};
use crate::http::json::fault;
use crate::outbox::Post;
use crate::problem::{Fault, Kind, Problem};
use crate::publishing::RecordRef;
use crate::rooms::events::EventRecord;
use crate::rooms::{events, initiatives, outcomes, people, quotes, records, stories};

/// Whoever sent a file.
pub struct Guest<'a> {
    who: Allowed<ImportRecords>,
    post: &'a Post,
}

/// A line that edits what is there.
pub(super) struct Alone {
    /// Which verdict is on it.
    pub(super) at: usize,
    /// What it says, with identifiers of here.
    pub(super) line: Line,
    /// The version that was looked at.
    pub(super) version: i64,
    /// Where the record came from, as it is when the line was taken.
    pub(super) origin: origin::Model,
}

/// Whether what is there of a kind is edited by the rules of its room. Themes and organisations have none, and only admins
/// send them.
pub const fn is_edited_alone(kind: RecordKind) -> bool {
    !matches!(kind, RecordKind::Theme | RecordKind::Organisation)
}

impl<'a> Guest<'a> {
    /// Somebody who may.
    pub const fn new(who: Allowed<ImportRecords>, post: &'a Post) -> Self {
        Self { who, post }
    }

    /// The account that sent it, if one did.
    pub fn account(&self) -> Option<AccountId> {
        self.who.actor().account()
    }

    /// Why lines of a kind are not for them.
    pub fn refusal(&self, kind: RecordKind) -> Option<Fault> {
        let named = matches!(kind, RecordKind::Theme | RecordKind::Organisation);
        let detail =
            "is recorded by moderators: leave it out, and name the one that is there by its identifier here";
        (named && self.who.actor().partner().is_some()).then(|| fault("/type", "not_yours", detail))
    }

    /// Which of these are identifiers of records here that they may name.
    pub async fn nameable(
        &self,
        tx: &Tx,
        names: impl Iterator<Item = String>,
    ) -> anyhow::Result<HashMap<String, (RecordKind, Uuid)>> {
        let names: Vec<RecordId> = names.map(RecordId).collect();
        Ok(records::nameable(tx, &self.who, &names).await?)
    }

    /// Notes whose new records are.
    pub async fn owns(&self, tx: &Tx, created: &[RecordRef]) -> Result<(), DbErr> {
        let Some(Partner { key, organisation, .. }) = self.who.actor().partner().copied() else {
            return Ok(());
        };
        let row = |record: &RecordRef| partner_record::Model {
            record_id: record.id,
            organisation_id: organisation,
            key_id: key,
        };
        insert_all(tx, created.iter().map(row).collect()).await
    }

    /// Makes the edits. One that is refused leaves nothing behind but its verdict.
    pub(super) async fn edit_alone(
        &self,
        tx: &Tx,
        edits: Vec<Alone>,
        verdicts: &mut [LineVerdict],
    ) -> anyhow::Result<()> {
        let mut saved = Vec::with_capacity(edits.len());
        for Alone { at, line, version, mut origin } in edits {
            let withdrawn = line.is_withdrawn();
            tx.execute_unprepared("SAVEPOINT line").await?;
            let edited = edit(tx, self.post, self.who.actor(), (origin.record_id, version), line).await;
            match edited {
                Ok(version) => {
                    tx.execute_unprepared("RELEASE SAVEPOINT line").await?;
                    (origin.record_version, origin.gone) = (version, withdrawn);
                    if withdrawn {
                        // Of what its line said not even a hash stays.
                        origin.line_hash = Vec::new();
                    }
                    saved.push(origin);
                }
                Err(problem) => {
                    let (verdict, errors) = refused(problem)?;
                    tx.execute_unprepared("ROLLBACK TO SAVEPOINT line").await?;
                    tx.execute_unprepared("RELEASE SAVEPOINT line").await?;
                    if let Some(told) = verdicts.get_mut(at) {
                        (told.verdict, told.errors) = (verdict, errors);
                    }
                }
            }
        }
        Ok(origins::save(tx, saved).await?)
    }
}

async fn edit(tx: &Tx, post: &Post, by: &Actor, at: (Uuid, i64), line: Line) -> Result<i64, Problem> {
    match line {
        Line::Initiative(line) => initiatives::edit_by_file(tx, post, by, at, *line).await,
        Line::Event(line) => events::edit_by_file(tx, post, by, at, *line).await,
        Line::Outcome(line) => outcomes::edit_by_file(tx, post, by, at, line).await,
        Line::Quote(line) => quotes::edit_by_file(tx, post, by, at, line).await,
        Line::Story(line) => stories::edit_by_file(tx, post, by, at, line).await,
        Line::Person(line) => people::edit_by_file(tx, post, by, at, line).await,
        Line::Theme(_) | Line::Organisation(_) => Err(Problem::of(Kind::Forbidden)),
    }
}

/// What is told of an edit that was refused.
fn refused(problem: Problem) -> anyhow::Result<(Verdict, Vec<Fault>)> {
    let kind = problem.kind();
    if kind == Kind::PreconditionFailed {
        return Ok((Verdict::Conflict, Vec::new()));
    }
    if kind.row().status.is_server_error() {
        return Err(anyhow::Error::new(problem));
    }
    let faults = problem.faults().to_vec();
    Ok(match faults.is_empty() {
        true => (Verdict::Failed, vec![fault("", kind.row().code, problem.said().to_owned())]),
        false => (Verdict::Failed, faults),
    })
}

/// Gives a new event the questions of the guide it names, or says what is wrong with that.
pub async fn guided(tx: &Tx, event: &mut EventRecord) -> anyhow::Result<Vec<Fault>> {
    if event.row.guide_id.is_none() {
        return Ok(Vec::new());
    }
    match events::with_questions(tx, None, event.clone()).await {
        Ok(guided) => {
            *event = guided;
            Ok(Vec::new())
        }
        Err(problem) => Ok(refused(problem)?.1),
    }
}
