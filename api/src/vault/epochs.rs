//! The wrapping keys, one for each epoch: files in `<data-dir>/keys`, each sealed by the master key.
//!
//! Data keys are wrapped by the newest. Whoever rotates makes the next one; every process looks for it before it wraps, so all
//! that share the folder know it at once. A file that is destroyed takes what only older copies of the database have with it.
//! Epoch 0 is the master key itself: it wraps where no other key was ever made.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use anyhow::{Context as _, bail, ensure};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{DataKey, KEY, hex, random, to_hex, write_once};

/// The folder in the data folder.
const FOLDER: &str = "keys";

/// Number of an epoch.
pub type Epoch = i32;

/// The wrapping keys. They are read when they are needed.
pub(super) struct Epochs {
    folder: PathBuf,
    newest: AtomicI32,
    known: RwLock<BTreeMap<Epoch, Arc<DataKey>>>,
}

impl Epochs {
    /// Those of a data folder.
    pub(super) fn open(data_dir: &Path, master: Arc<DataKey>) -> anyhow::Result<Self> {
        let (folder, known) = (data_dir.join(FOLDER), RwLock::new([(0, master)].into()));
        let epochs = Self { folder, newest: AtomicI32::new(0), known };
        epochs.newest.store(epochs.files()?.last().copied().unwrap_or(0), Ordering::Relaxed);
        Ok(epochs)
    }

    /// The epochs there are files of.
    pub(super) fn files(&self) -> anyhow::Result<Vec<Epoch>> {
        let entries = match std::fs::read_dir(&self.folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            read => read.with_context(|| format!("the folder {} cannot be read", self.folder.display()))?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let name = entry?.file_name();
            let number = name.to_str().and_then(|name| name.strip_prefix("epoch-")?.strip_suffix(".key"));
            found.extend(number.and_then(|number| number.parse::<Epoch>().ok()).filter(|epoch| *epoch > 0));
        }
        found.sort_unstable();
        Ok(found)
    }

    /// The newest, which wraps. Somebody else may have made it a moment ago.
    pub(super) fn newest(&self) -> anyhow::Result<(Epoch, Arc<DataKey>)> {
        let mut epoch = self.newest.load(Ordering::Relaxed);
        while self.path(epoch + 1).exists() {
            epoch = self.newest.fetch_max(epoch + 1, Ordering::Relaxed).max(epoch + 1);
        }
        Ok((epoch, self.of(epoch)?))
    }

    /// That of an epoch.
    pub(super) fn of(&self, epoch: Epoch) -> anyhow::Result<Arc<DataKey>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).get(&epoch).cloned();
        match known {
            Some(key) => Ok(key),
            None => self.load(epoch),
        }
    }

    /// Makes the next one.
    pub(super) fn make(&self) -> anyhow::Result<Epoch> {
        let epoch = self.newest()?.0 + 1;
        let mut bytes = Zeroizing::new([0; KEY]);
        random(&mut *bytes)?;
        let sealed = self.of(0)?.seal("wrapping_key", &epoch.to_string(), Uuid::nil(), &*bytes)?;
        let mut folder = std::fs::DirBuilder::new();
        folder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
        folder
            .create(&self.folder)
            .with_context(|| format!("cannot make the folder {}", self.folder.display()))?;
        let made = write_once(&self.path(epoch), &to_hex(&sealed))?;
        ensure!(made, "somebody else made the wrapping key of epoch {epoch} at the same time");
        self.load(epoch)?;
        Ok(epoch)
    }

    /// Destroys one: what it wraps and no newer one opens no more.
    pub(super) fn destroy(&self, epoch: Epoch) -> anyhow::Result<()> {
        use std::io::Write as _;
        let path = self.path(epoch);
        let destroyed = (|| {
            let mut file = std::fs::OpenOptions::new().write(true).open(&path)?;
            let length = usize::try_from(file.metadata()?.len()).unwrap_or(KEY);
            file.write_all(&vec![b'0'; length])?;
            file.sync_all()?;
            std::fs::remove_file(&path)?;
            std::fs::File::open(&self.folder)?.sync_all()
        })();
        destroyed.with_context(|| format!("{} cannot be destroyed", path.display()))?;
        self.known.write().unwrap_or_else(PoisonError::into_inner).remove(&epoch);
        Ok(())
    }

    fn load(&self, epoch: Epoch) -> anyhow::Result<Arc<DataKey>> {
        let path = self.path(epoch);
        let text = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                bail!("the wrapping key of epoch {epoch} is not in {}", self.folder.display())
            }
            read => read.with_context(|| format!("cannot read {}", path.display()))?,
        };
        let foreign = || format!("{} is no wrapping key of this master key", path.display());
        let sealed = hex(text.trim()).with_context(foreign)?;
        let master = self.known.read().unwrap_or_else(PoisonError::into_inner).get(&0).cloned();
        let master = master.context("there is always the master key")?;
        let key =
            master.open("wrapping_key", &epoch.to_string(), Uuid::nil(), &sealed).with_context(foreign)?;
        let key = Arc::new(DataKey::of(&key).with_context(foreign)?);
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(epoch, key.clone());
        Ok(key)
    }

    fn path(&self, epoch: Epoch) -> PathBuf {
        self.folder.join(format!("epoch-{epoch}.key"))
    }
}
