//! Taking in what was sent, and undoing it.

use ::entity::account::{AccountState, Role};
use ::entity::api_key::ApiScope;
use ::entity::bulk_import::{ImportFailure, ImportMode, ImportStatus, Model};
use ::entity::bulk_import_told as told;
use ::entity::ids::SessionId;
use chrono::TimeDelta;
use sea_orm::DbErr;
use uuid::Uuid;

use super::store;
use super::stored::Stored;
use super::undoing;
use crate::access::action::ImportRecords;
use crate::access::{Actor, Allowed, Partner, Scopes, SignedIn};
use crate::db::{Db, Tx};
use crate::outbox::Post;
use crate::problem::Problem;
use crate::rooms::bundle::{Guest, LineVerdict, Reading, Sent, Unreadable, Verdict};
use crate::rooms::keys;

/// Lines taken in one transaction: others write in between.
const PORTION: usize = 100;
/// The most lines of what is one transaction.
const ONE_GO: i64 = 2_000;
/// How often something is tried that fails by a fault of the server.
const ATTEMPTS: i64 = 5;
/// The pause before it is tried again.
const AGAIN: TimeDelta = TimeDelta::seconds(30);
/// What the key of an organisation may do that sends a file: with it alone it may record all that a file holds.
const SCOPES: [ApiScope; 6] = [
    ApiScope::ImportsWrite,
    ApiScope::InitiativesWrite,
    ApiScope::EventsWrite,
    ApiScope::OutcomesWrite,
    ApiScope::QuotesWrite,
    ApiScope::RegistrationsWrite,
];

/// Does what waits until nothing does: takes files in, and undoes imports. Gives how many those were. Several processes may do
/// this at once.
///
/// # Errors
/// The database's; what was done before stays done.
pub async fn run_due(db: &Db, post: &Post) -> Result<usize, Problem> {
    let mut done = 0;
    while let Some(row) = db.write(async |tx| store::take(tx).await).await? {
        done += 1;
        let result = match row.undo {
            Some(_) => undoing::undo(db, post, row.clone()).await,
            None => take_in(db, post, &row).await,
        };
        if let Err(error) = result {
            let cause = crate::problem::unquoted(&format!("{error:#}"));
            tracing::error!(import = %row.id, cause, "an import failed");
            put_off(db, &row).await?;
        }
    }
    Ok(done)
}

/// Has an import tried again later, or given up.
async fn put_off(db: &Db, taken: &Model) -> Result<(), DbErr> {
    db.write(async |tx| {
        let Some(mut row) = store::held(tx, taken).await? else { return Ok(()) };
        row.due_at = tx.now() + AGAIN;
        match row.attempts < ATTEMPTS || row.undo.is_some() {
            true => store::save(tx, row).await,
            false => end(tx, row, Some(ImportFailure::Internal)).await,
        }
    })
    .await
}

/// Whoever sent an import, as what they may do today; nobody if they may not any more.
pub(super) async fn sender(tx: &Tx, row: &Model) -> Result<Option<Actor>, DbErr> {
    if let (Some(organisation), Some(key)) = (row.organisation_id, row.key_id) {
        let may = keys::active(tx, organisation).await? == Some(true)
            && keys::has_scope(tx, organisation, ApiScope::ImportsWrite).await?;
        let scopes = Scopes::from_iter(SCOPES);
        return Ok(may.then_some(Actor::Partner(Partner { key, organisation, scopes })));
    }
    let Some(account) = row.account_id else { return Ok(None) };
    let account = store::account(tx, account).await?;
    let account = account.filter(|row| row.state == AccountState::Active && row.role == Role::Admin);
    let session = SessionId(Uuid::nil());
    Ok(account.map(|row| Actor::Account(SignedIn { account: row.id, session, role: row.role })))
}

async fn guest<'a>(tx: &Tx, post: &'a Post, row: &Model) -> anyhow::Result<Option<Guest<'a>>> {
    let Some(actor) = sender(tx, row).await? else { return Ok(None) };
    Ok(Allowed::<ImportRecords>::ask(actor).ok().map(|who| Guest::new(who, post)))
}

async fn take_in(db: &Db, post: &Post, row: &Model) -> anyhow::Result<()> {
    match row.dry_run || row.mode == ImportMode::Atomic {
        true => in_one_go(db, post, row).await,
        false => by_portions(db, post, row).await,
    }
}

/// Opens the file of an import; ends the import if it cannot be read.
async fn opened(db: &Db, post: &Post, row: &Model) -> anyhow::Result<Option<Sent<Stored>>> {
    let stored = Stored::open(db, post.vault(), row).await?;
    let begun = match stored.reading::<Reading>(row)? {
        Some(Reading::Calendar(reading)) => Sent::calendar(row.namespace, stored, &reading).await?,
        Some(Reading::Table(reading)) => Sent::table(row.namespace, stored, &reading).await?,
        None => Sent::open(row.namespace, stored).await?,
    };
    match begun {
        Ok(sent) => Ok(Some(sent)),
        Err(Unreadable(verdict)) => {
            let verdicts = [verdict];
            db.write(async |tx| {
                let Some(mut row) = store::held(tx, row).await? else { return Ok(()) };
                count(&mut row, &verdicts);
                tell(tx, &mut row, &verdicts).await?;
                Ok::<_, anyhow::Error>(end(tx, row, Some(ImportFailure::Unreadable)).await?)
            })
            .await?;
            Ok(None)
        }
    }
}

/// Takes every line that can be taken: a portion, its verdicts and how far it is are one transaction.
async fn by_portions(db: &Db, post: &Post, taken: &Model) -> anyhow::Result<()> {
    let Some(mut sent) = opened(db, post, taken).await? else { return Ok(()) };
    while let Some(mut lines) = sent.next(PORTION).await? {
        lines.retain(|line| i64::try_from(line.number()).is_ok_and(|number| number > taken.lines));
        let goes_on = db
            .write(async |tx| {
                let Some(mut row) = store::held(tx, taken).await? else { return Ok(false) };
                let Some(guest) = guest(tx, post, &row).await? else {
                    end(tx, row, Some(ImportFailure::NotAllowed)).await?;
                    return Ok(false);
                };
                let verdicts = sent.take(tx, post.vault(), row.id, &guest, lines.clone()).await?;
                row.source = Some(sent.source().to_owned());
                count(&mut row, &verdicts);
                tell(tx, &mut row, &verdicts).await?;
                store::save(tx, row).await?;
                Ok::<_, anyhow::Error>(true)
            })
            .await?;
        if !goes_on {
            return Ok(());
        }
    }
    db.write(async |tx| match store::held(tx, taken).await? {
        Some(mut row) => {
            row.applied = true;
            end(tx, row, None).await
        }
        None => Ok(()),
    })
    .await?;
    Ok(())
}

/// Why what was tried in one transaction is not kept.
enum Undone {
    /// Nothing of it was to be, or a line failed: these are the verdicts.
    Told(Box<Model>, Vec<Vec<LineVerdict>>, Option<ImportFailure>),
    /// It could not be tried.
    Error(anyhow::Error),
}

impl From<DbErr> for Undone {
    fn from(error: DbErr) -> Self {
        Self::Error(error.into())
    }
}

impl From<anyhow::Error> for Undone {
    fn from(error: anyhow::Error) -> Self {
        Self::Error(error)
    }
}

/// Takes all lines or none, or none of them in any case.
async fn in_one_go(db: &Db, post: &Post, taken: &Model) -> anyhow::Result<()> {
    if opened(db, post, taken).await?.is_none() {
        return Ok(());
    }
    match db.write(async |tx| all_lines(tx, db, post, taken).await).await {
        Ok(()) => Ok(()),
        Err(Undone::Error(error)) => Err(error),
        Err(Undone::Told(row, portions, failure)) => {
            db.write(async |tx| {
                if store::held(tx, taken).await?.is_none() {
                    return Ok(());
                }
                let mut row = (*row).clone();
                for verdicts in &portions {
                    tell(tx, &mut row, verdicts).await?;
                }
                Ok::<_, anyhow::Error>(end(tx, row, failure).await?)
            })
            .await
        }
    }
}

async fn all_lines(tx: &Tx, db: &Db, post: &Post, taken: &Model) -> Result<(), Undone> {
    let Some(mut row) = store::held(tx, taken).await? else { return Ok(()) };
    let Some(guest) = guest(tx, post, &row).await? else {
        return Ok(end(tx, row, Some(ImportFailure::NotAllowed)).await?);
    };
    let Some(mut sent) = opened(db, post, &row).await? else { return Ok(()) };
    row.source = Some(sent.source().to_owned());
    let (mut portions, mut all) = (Vec::new(), 0_i64);
    while let Some(lines) = sent.next(PORTION).await? {
        all += i64::try_from(lines.len()).unwrap_or(ONE_GO);
        if all > ONE_GO {
            return Err(Undone::Told(Box::new(taken.clone()), Vec::new(), Some(ImportFailure::TooManyLines)));
        }
        let verdicts = sent.take(tx, post.vault(), row.id, &guest, lines).await?;
        count(&mut row, &verdicts);
        portions.push(verdicts);
    }
    if row.dry_run || row.failed > 0 {
        // What was made for this is not there.
        let made = portions.iter_mut().flatten().filter(|told| told.verdict == Verdict::Created);
        made.for_each(|told| told.record = None);
        let failure = (!row.dry_run).then_some(ImportFailure::LineFailed);
        return Err(Undone::Told(Box::new(row), portions, failure));
    }
    for verdicts in &portions {
        tell(tx, &mut row, verdicts).await?;
    }
    row.applied = true;
    Ok(end(tx, row, None).await?)
}

/// Counts verdicts.
fn count(row: &mut Model, verdicts: &[LineVerdict]) {
    for verdict in verdicts {
        *match verdict.verdict {
            Verdict::Created => &mut row.created,
            Verdict::Updated => &mut row.updated,
            Verdict::Unchanged => &mut row.unchanged,
            Verdict::Conflict => &mut row.conflict,
            Verdict::Gone => &mut row.gone,
            Verdict::Failed => &mut row.failed,
        } += 1;
        row.lines = i64::try_from(verdict.line).unwrap_or(i64::MAX);
    }
}

/// Keeps verdicts to be read.
async fn tell(tx: &Tx, row: &mut Model, verdicts: &[LineVerdict]) -> anyhow::Result<()> {
    let Some(last) = verdicts.last() else { return Ok(()) };
    let mut lines = String::new();
    for verdict in verdicts {
        lines += &serde_json::to_string(verdict)?;
        lines.push('\n');
    }
    let last_line = i64::try_from(last.line).unwrap_or(i64::MAX);
    let portion = told::Model { import_id: row.id, of_undo: false, position: row.parts, last_line, lines };
    row.parts += 1;
    Ok(store::tell(tx, portion).await?)
}

/// Ends an import: its file and key go.
async fn end(tx: &Tx, mut row: Model, failure: Option<ImportFailure>) -> Result<(), DbErr> {
    store::forget_file(tx, row.id).await?;
    row.status = if failure.is_some() { ImportStatus::Failed } else { ImportStatus::Done };
    (row.failure, row.sealed_reading, row.ended_at) = (failure, None, Some(tx.now()));
    // Of what stopped in the middle the portions before stay, and can be undone.
    row.applied |= !row.dry_run && row.mode == ImportMode::Partial && row.created + row.updated > 0;
    tracing::info!(import = %row.id, status = %row.status, created = row.created, updated = row.updated, failed = row.failed, "an import ended");
    store::save(tx, row).await
}
