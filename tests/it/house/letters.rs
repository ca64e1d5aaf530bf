//! Letters of a house: written as its rooms write them, and found where they were put.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use api::clock::{Clock, SystemClock};
use api::db::Target;
use api::outbox::{self, Language, Letter, Mail, Message, Post};
use api::problem::Problem;
use api::vault::Vault;

use super::House;
use super::mailbox::Parsed;

impl House {
    /// Writes a letter, which the next deferred work sends.
    pub async fn write_letter(&self, to: &str, language: Language, message: Message) {
        let target = Target::parse(self.database.url()).unwrap();
        let clock: Arc<dyn Clock> = Arc::new(self.clock.clone());
        let letter = Letter { to: to.to_owned(), language, message };
        write_letter(&target, clock, self.folder.path(), letter).await;
    }

    /// Adds an entry to the audit log, as its rooms do.
    pub async fn note(&self, entry: api::audit::Entry) {
        let target = Target::parse(self.database.url()).unwrap();
        let db = api::db::open(&target, Arc::new(self.clock.clone())).await.unwrap();
        db.write(async |tx| api::audit::note(tx, entry.clone()).await).await.unwrap();
        db.close().await.unwrap();
    }

    /// Where letters are put that become files.
    pub fn mail_folder(&self) -> PathBuf {
        self.folder.path().join("mail")
    }

    /// The letters that have become files.
    pub fn filed_letters(&self) -> Vec<Parsed> {
        let files = std::fs::read_dir(self.mail_folder()).into_iter().flatten();
        files.map(|file| Parsed::new(&std::fs::read_to_string(file.unwrap().path()).unwrap())).collect()
    }
}

/// Writes a letter into a database, as a process with this data folder does.
pub async fn write_letter(target: &Target, clock: Arc<dyn Clock>, data_dir: &Path, letter: Letter) {
    let db = api::db::open(target, clock).await.unwrap();
    let vault = Arc::new(Vault::open(data_dir, None).unwrap());
    let post = Post::new(&Mail::File, None, data_dir, vault).unwrap();
    db.write(async |tx| outbox::mail(tx, &post, letter.clone()).await)
        .await
        .map_err(|e: Problem| e.cause())
        .unwrap();
    db.close().await.unwrap();
}

/// The machine's clock.
pub fn system_clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}
