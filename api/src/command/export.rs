//! `solidarity export`: everything as a bundle.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use clap::Args;
use tokio::io::{AsyncWrite, BufWriter};

use super::progress::Progress;
use crate::config::flags::{Common, Flags};
use crate::rooms::bundle;
use crate::start::House;

/// Write everything as a bundle
///
/// All records as they are at one instant, one JSON record a line; the same records give the same bytes on either database.
/// Exact places and join links are in it in the clear: keep it as you would keep the key.
#[derive(Args)]
#[command(after_help = "Examples:
  solidarity export --output campaign.ndjson
  solidarity export | gzip > campaign.ndjson.gz")]
pub(super) struct Export {
    /// The file to write, made new and readable by its owner only; standard output if not given
    #[arg(long, short)]
    output: Option<PathBuf>,
    /// The source whose ids the records keep; if not given, the only one there is, else `solidarity`
    #[arg(long)]
    source: Option<String>,
    #[command(flatten)]
    flags: Flags<Common>,
}

impl Export {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        if let Some(source) = &self.source {
            let fits = (1..=100).contains(&source.chars().count()) && !source.contains(char::is_whitespace);
            ensure!(fits, "--source must have 1 to 100 characters and no spaces");
        }
        let house = super::open(&self.flags.given).await?;
        let written = match &self.output {
            None => write(&house, self.source, tokio::io::stdout()).await,
            Some(path) => to_file(&house, self.source, path).await,
        };
        house.close().await?;
        tracing::info!(records = written?, "exported");
        Ok(())
    }
}

/// Writes beside the file first: a file that is there is whole.
async fn to_file(house: &House, source: Option<String>, path: &Path) -> anyhow::Result<u64> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let draft = tempfile::NamedTempFile::new_in(folder);
    let draft = draft.with_context(|| format!("cannot write in {}", folder.display()))?;
    let file = tokio::fs::File::from_std(draft.reopen()?);
    let written = write(house, source, file).await?;
    draft.as_file().sync_all()?;
    draft.persist(path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(written)
}

async fn write(house: &House, source: Option<String>, out: impl AsyncWrite + Unpin) -> anyhow::Result<u64> {
    let progress = Progress::new("records");
    let mut out = BufWriter::with_capacity(64 * 1024, out);
    let exported =
        bundle::export(&house.db, &house.vault, source, &mut out, |count| progress.at(count)).await?;
    Ok(exported.records)
}
