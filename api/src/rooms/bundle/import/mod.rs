//! Taking a bundle in: line by line, portion by portion, a verdict for each line.

mod calendar;
mod guest;
mod portion;
mod property;
mod reader;
mod sent;
mod standing;
mod table;
mod writes;
mod zones;

use ::entity::bundle_source;
use ::entity::kinds::RecordKind;
use anyhow::bail;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncBufRead;
use tokio::task::JoinHandle;
use utoipa::ToSchema;
use uuid::Uuid;

use super::lines::{self, Header};
use super::origins::{self, Source};
use crate::db::{Db, Tx};
use crate::http::json::{Syntax, fault, strict};
use crate::problem::Fault;
use crate::vault::Vault;
use crate::{ids, publishing};
pub use calendar::CalendarReading;
pub use guest::Guest;
pub use portion::Numbered;
use portion::Portion;
use reader::{LONGEST, RawLine, next_line};
pub use sent::{Reading, Sent, Unreadable};
pub use table::{TableColumn, TableConstant, TableReading};

/// Lines taken in one go.
const PORTION: usize = 500;
/// Bytes after which a portion has no further line: long lines come in small portions.
const PORTION_BYTES: usize = 4 * 1024 * 1024;

/// What becomes of the rest when a line fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// All lines or none.
    Atomic,
    /// Every line that can be taken.
    Partial,
}

/// How a bundle is taken in.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Whose sources these are; [`super::CAMPAIGN`] for the campaign's own.
    pub namespace: Uuid,
    /// What becomes of the rest when a line fails.
    pub mode: Mode,
    /// Say what would happen, and change nothing.
    pub dry_run: bool,
}

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ImportLineVerdict)]
pub enum Verdict {
    /// The record is new.
    Created,
    /// The record is known and the line says something else than before.
    Updated,
    /// The line says what it said before.
    Unchanged,
    /// The record was edited here since; it is left alone.
    Conflict,
    /// The record was withdrawn or erased here; it stays so.
    Gone,
    /// The line cannot be taken.
    Failed,
}

/// The verdict on one line.
#[derive(Clone, Debug, Serialize)]
pub struct LineVerdict {
    /// The line's number, from 1.
    pub line: u64,
    /// What it is, where that could be read.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<RecordKind>,
    /// The record's id in its source, where that could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its identifier here, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<Uuid>,
    /// What becomes of it.
    pub verdict: Verdict,
    /// Why not, if it failed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Fault>,
}

impl LineVerdict {
    /// On a line that cannot be read.
    pub const fn failed(line: u64, errors: Vec<Fault>) -> Self {
        Self { line, kind: None, id: None, record: None, verdict: Verdict::Failed, errors }
    }
}

/// What became of a bundle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Lines that hold a record, or should.
    pub records: u64,
    /// New records.
    pub created: u64,
    /// Records that changed.
    pub updated: u64,
    /// Records that stayed as they were.
    pub unchanged: u64,
    /// Records edited here since.
    pub conflict: u64,
    /// Records withdrawn or erased here.
    pub gone: u64,
    /// Lines that could not be taken.
    pub failed: u64,
    /// Whether anything of this was kept.
    pub applied: bool,
}

impl Report {
    /// Counts a verdict.
    pub const fn count(&mut self, verdict: Verdict) {
        self.records += 1;
        *match verdict {
            Verdict::Created => &mut self.created,
            Verdict::Updated => &mut self.updated,
            Verdict::Unchanged => &mut self.unchanged,
            Verdict::Conflict => &mut self.conflict,
            Verdict::Gone => &mut self.gone,
            Verdict::Failed => &mut self.failed,
        } += 1;
    }
}

/// Takes a bundle in. `tell` hears the verdict on every line, in their order; it is final in mode `partial`, and in mode
/// `atomic` if the report says `applied`.
///
/// States in the file are trusted: this is for the command line, whose user is the operator.
///
/// # Errors
/// The stream's or the database's. Portions that were committed before, in mode `partial`, stay.
pub async fn import(
    db: &Db,
    vault: &Vault,
    mut stream: impl AsyncBufRead + Unpin,
    options: Options,
    mut tell: impl FnMut(&LineVerdict),
) -> anyhow::Result<Report> {
    let mut report = Report::default();
    let mut number = 0;
    let header = match header_of(&mut stream, &mut number).await? {
        Ok(header) => header,
        Err(errors) => {
            refuse(&mut report, &mut tell, number.max(1), errors);
            return Ok(report);
        }
    };
    let source = Source { namespace: options.namespace, name: header.source.clone() };
    let run = ids::v4();
    let whole = options.mode == Mode::Atomic || options.dry_run;
    let mut open: Option<Tx> = None;
    let mut portions = 0_u32;
    let mut reading = Some(read(&mut stream, &mut number, &header, PORTION).await?);
    while let Some(Ahead { numbered, ended }) = reading.take() {
        let numbered = numbered.await?;
        if !ended {
            reading = Some(read(&mut stream, &mut number, &header, PORTION).await?);
        }
        let tx = match open.take() {
            Some(tx) => tx,
            None => begin(db, &source, &header).await?,
        };
        let language = header.language.as_ref();
        let portion = Portion { tx: &tx, vault, source: &source, language, run, guest: None };
        let verdicts = portion.take(numbered).await?;
        portions += 1;
        if portions.is_power_of_two() {
            origins::recount(&tx).await?;
        }
        for verdict in &verdicts {
            report.count(verdict.verdict);
            tell(verdict);
        }
        if whole {
            open = Some(tx);
        } else {
            tx.commit().await?;
        }
    }
    report.applied = !options.dry_run && (options.mode == Mode::Partial || report.failed == 0);
    match open {
        Some(tx) if report.applied => tx.commit().await?,
        Some(tx) => tx.rollback().await?,
        None => {}
    }
    Ok(report)
}

/// The next portion, which a thread of its own makes sense of while the database works on the one before.
struct Ahead {
    numbered: JoinHandle<Vec<Numbered>>,
    ended: bool,
}

/// Takes the next portion from the stream.
async fn read(
    stream: &mut (impl AsyncBufRead + Unpin),
    number: &mut u64,
    header: &Header,
    most: usize,
) -> anyhow::Result<Ahead> {
    let mut lines = Vec::with_capacity(most);
    let (mut bytes, mut ended) = (0, false);
    while lines.len() < most && bytes < PORTION_BYTES {
        let Some(line) = next_line(stream).await? else {
            ended = true;
            break;
        };
        *number += 1;
        bytes += line.size();
        lines.push((*number, line));
    }
    let language = header.language.clone();
    let numbered = tokio::task::spawn_blocking(move || {
        let read = |(number, line)| match parsed(line, false) {
            Ok(value) => Some(Numbered::read(number, value?, language.as_ref())),
            Err(errors) => Some(Numbered::unreadable(number, errors)),
        };
        lines.into_iter().filter_map(read).collect()
    });
    Ok(Ahead { numbered, ended })
}

fn refuse(report: &mut Report, tell: &mut impl FnMut(&LineVerdict), line: u64, errors: Vec<Fault>) {
    report.count(Verdict::Failed);
    tell(&LineVerdict::failed(line, errors));
}

/// Opens a transaction that has the public side for itself, and remembers the header.
async fn begin(db: &Db, source: &Source, header: &Header) -> anyhow::Result<Tx> {
    let mut patience = 12;
    let tx = loop {
        match db.begin().await {
            // Another program writes: on SQLite each try waits five seconds by itself.
            Err(error) if crate::db::is_transient(&error) && patience > 0 => patience -= 1,
            Err(error) if crate::db::is_transient(&error) => {
                bail!(
                    "another program has been writing to the database for a minute: try again when it has ended"
                )
            }
            other => break other?,
        }
    };
    publishing::take_over(&tx).await?;
    origins::lock_source(&tx, header.row(source, tx.now())).await?;
    let known = origins::source(&tx, source).await?;
    let row = header.row(source, tx.now());
    let same = |k: &bundle_source::Model| (&k.language, &k.note) == (&row.language, &row.note);
    if !known.as_ref().is_some_and(same) {
        origins::save_source(&tx, row).await?;
    }
    Ok(tx)
}

impl Header {
    /// What is remembered of it.
    fn row(&self, source: &Source, now: DateTime<Utc>) -> bundle_source::Model {
        bundle_source::Model {
            namespace: source.namespace,
            source: source.name.clone(),
            language: self.language.as_ref().map(|l| l.0.clone()),
            note: self.note.clone(),
            updated_at: now,
        }
    }
}

/// Reads the header, the first line that is not blank, or says what is wrong with it.
async fn header_of(
    stream: &mut (impl AsyncBufRead + Unpin),
    number: &mut u64,
) -> anyhow::Result<Result<Header, Vec<Fault>>> {
    loop {
        let Some(line) = next_line(stream).await? else {
            return Ok(Err(vec![fault("", "header_expected", "the stream is empty")]));
        };
        *number += 1;
        match parsed(line, *number == 1) {
            Ok(None) => {}
            Ok(Some(value)) => return Ok(lines::header(value)),
            Err(errors) => return Ok(Err(errors)),
        }
    }
}

/// The JSON of a line; nothing if it is blank.
fn parsed(line: RawLine, first: bool) -> Result<Option<serde_json::Value>, Vec<Fault>> {
    let RawLine::Bytes(bytes) = line else {
        let detail = format!("a line has at most {LONGEST} bytes");
        return Err(vec![fault("", "line_too_long", detail)]);
    };
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").filter(|_| first).unwrap_or(&bytes);
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    if std::str::from_utf8(bytes).is_err() {
        return Err(vec![fault("", "invalid_utf8", "a line must be UTF-8")]);
    }
    strict(bytes).map(Some).map_err(|syntax: Syntax| vec![fault("", syntax.code(), syntax.to_string())])
}
