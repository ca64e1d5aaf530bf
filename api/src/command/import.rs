//! `solidarity import`: a bundle into the database.

use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, ValueEnum};
use tokio::io::{AsyncRead, BufReader};

use super::Told;
use super::output::{print, print_json_line};
use super::progress::Progress;
use crate::config::flags::{Common, Flags};
use crate::problem::{Fault, Place};
use crate::rooms::bundle::{self, CAMPAIGN, LineVerdict, Mode, Options, Report, Verdict};

/// Take a bundle in
///
/// A bundle is one JSON record a line. Lines are held against their published schema and each gets a verdict: created,
/// updated, unchanged, conflict (edited here since), gone (withdrawn here), or failed with line, pointer and reason. A second
/// import of the same source updates, it never doubles. States in the file are trusted. A server may run meanwhile and shows
/// what has changed at once.
///
/// Exit code 1 if a line failed.
#[derive(Args)]
#[command(after_help = "Examples:
  solidarity import campaign.ndjson --dry-run     say what would happen
  solidarity import campaign.ndjson               all lines or none
  solidarity import campaign.ndjson --mode partial --json
  unpack | solidarity import -                    from standard input")]
pub(super) struct Import {
    /// The bundle, or - for standard input
    file: PathBuf,
    /// What becomes of the rest when a line fails
    #[arg(long, value_enum, default_value_t = ModeFlag::Atomic)]
    mode: ModeFlag,
    /// Say what would happen and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Print the verdict on every line, then the report, as one JSON object a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    flags: Flags<Common>,
}

#[derive(Clone, Copy, ValueEnum)]
enum ModeFlag {
    /// All lines or none
    Atomic,
    /// Every line that can be taken
    Partial,
}

impl Import {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let mode = match self.mode {
            ModeFlag::Atomic => Mode::Atomic,
            ModeFlag::Partial => Mode::Partial,
        };
        let options = Options { namespace: CAMPAIGN, mode, dry_run: self.dry_run };
        let progress;
        let stream: Box<dyn AsyncRead + Unpin> = if self.file.as_os_str() == "-" {
            progress = Progress::new("bytes");
            Box::new(progress.reading(tokio::io::stdin()))
        } else {
            let name = self.file.display();
            let file =
                tokio::fs::File::open(&self.file).await.with_context(|| format!("cannot open {name}"))?;
            progress = Progress::of_bytes(file.metadata().await?.len());
            Box::new(progress.reading(file))
        };
        let house = super::open(&self.flags.given).await?;
        let mut failed = Ok(());
        let tell = |verdict: &LineVerdict| {
            if failed.is_ok() {
                failed = match self.json {
                    true => print_json_line(verdict),
                    false if verdict.verdict == Verdict::Failed => print(&faults(verdict)),
                    false => Ok(()),
                };
            }
        };
        let stream = BufReader::with_capacity(64 * 1024, stream);
        let report = bundle::import(&house.db, &house.vault, stream, options, tell).await;
        drop(progress);
        house.close().await?;
        let report = report?;
        failed?;
        match self.json {
            true => print_json_line(&report)?,
            false => print(&summary(&report, options))?,
        }
        if report.failed > 0 { Err(Told.into()) } else { Ok(()) }
    }
}

/// A failed line, a fault a line.
fn faults(verdict: &LineVerdict) -> String {
    let one = |fault: &Fault| {
        let pointer = match &fault.at {
            Place::Pointer(at) | Place::Parameter(at) | Place::Header(at) => at,
        };
        format!("line {}: {pointer}: {} ({})", verdict.line, fault.detail, fault.code)
    };
    verdict.errors.iter().map(one).collect::<Vec<_>>().join("\n")
}

fn summary(report: &Report, options: Options) -> String {
    let Report { records, created, updated, unchanged, conflict, gone, failed, applied } = *report;
    let end = match (applied, options.dry_run) {
        (true, _) => "",
        (false, true) => "\nThis was a dry run: nothing was changed.",
        (false, false) => "\nNothing was changed, because a line failed.",
    };
    format!(
        "{records} records: {created} created, {updated} updated, {unchanged} unchanged, {conflict} in conflict, \
         {gone} gone, {failed} failed{end}"
    )
}
