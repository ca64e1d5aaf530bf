//! What was erased for good, written down outside the database, so that a copy of it from before does not bring it back.
//!
//! One JSON object a line in `<data-dir>/erasures.ndjson`: what it was, its identifier, and the day. It is on the disk before
//! the transaction commits: a line too many names what somebody wanted erased; a line too few would bring somebody back.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::entity::erasure::ErasureKind;
use anyhow::Context as _;
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::DbErr;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::connect::private_file;

/// The file in the data folder.
const FILE: &str = "erasures.ndjson";

/// Something that was erased for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Gone {
    /// What it was.
    pub kind: ErasureKind,
    /// Its identifier.
    pub id: Uuid,
}

#[derive(Serialize, Deserialize)]
struct Line {
    #[serde(flatten)]
    gone: Gone,
    on: NaiveDate,
}

/// The file. Several processes may write it at once.
#[derive(Clone, Debug)]
pub struct Ledger(Arc<PathBuf>);

impl Ledger {
    /// The one of a data folder.
    pub fn at(data_dir: &Path) -> Self {
        Self(Arc::new(data_dir.join(FILE)))
    }

    /// Whether there is a file. Where nothing was ever erased there is none.
    pub fn is_there(&self) -> bool {
        self.0.exists()
    }

    /// Adds these, and returns once they are on the disk.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(super) async fn add(&self, gone: Vec<Gone>, now: DateTime<Utc>) -> Result<(), DbErr> {
        let path = self.0.clone();
        let written = tokio::task::spawn_blocking(move || append(&path, &gone, now.date_naive())).await;
        let failed =
            |cause: String| DbErr::Custom(format!("the ledger of erasures cannot be written: {cause}"));
        written.map_err(|error| failed(error.to_string()))?.map_err(|error| failed(error.to_string()))
    }

    /// All that was ever erased; nothing where there is no file.
    ///
    /// # Errors
    /// If the file cannot be read, or a line of it is none: then nobody knows who must not come back.
    pub fn read(&self) -> anyhow::Result<Vec<Gone>> {
        let unreadable = || format!("the ledger of erasures {} cannot be read", self.0.display());
        let text = match std::fs::read_to_string(&*self.0) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            read => read.with_context(unreadable)?,
        };
        // Behind the last line end is what a process left that died while it wrote: its transaction never committed.
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        let read = |(number, line): (usize, &str)| {
            let line: Line = serde_json::from_str(line)
                .with_context(|| format!("{}: line {} is none", unreadable(), number + 1))?;
            Ok(line.gone)
        };
        whole.lines().enumerate().filter(|(_, line)| !line.is_empty()).map(read).collect()
    }
}

fn append(path: &Path, gone: &[Gone], on: NaiveDate) -> std::io::Result<()> {
    let is_new = !path.exists();
    if is_new {
        private_file(path)?;
    }
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    file.lock()?;
    let end = whole_lines(&mut file)?;
    file.set_len(end)?;
    file.seek(SeekFrom::Start(end))?;
    let mut text = String::new();
    for &gone in gone {
        text += &serde_json::to_string(&Line { gone, on })?;
        text.push('\n');
    }
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    if let Some(folder) = path.parent().filter(|_| is_new) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Where the last whole line ends: behind it is what a process left that died while it wrote.
fn whole_lines(file: &mut File) -> std::io::Result<u64> {
    let length = file.metadata()?.len();
    let begin = length.saturating_sub(4096);
    file.seek(SeekFrom::Start(begin))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    let end = tail.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    Ok(begin + end as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gone(id: u128) -> Gone {
        Gone { kind: ErasureKind::Person, id: Uuid::from_u128(id) }
    }

    #[tokio::test]
    async fn what_was_added_is_read_and_what_was_torn_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::at(folder.path());
        assert!(ledger.read().unwrap().is_empty());
        ledger.add(vec![gone(1), gone(2)], DateTime::UNIX_EPOCH).await.unwrap();
        let path = folder.path().join(FILE);
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"{\"kind\":\"per").unwrap();
        assert_eq!(ledger.read().unwrap(), [gone(1), gone(2)]);
        ledger.add(vec![gone(3)], DateTime::UNIX_EPOCH).await.unwrap();
        assert_eq!(ledger.read().unwrap(), [gone(1), gone(2), gone(3)]);
        std::fs::write(&path, "nonsense\n").unwrap();
        assert!(ledger.read().unwrap_err().to_string().contains("line 1"));
    }
}
