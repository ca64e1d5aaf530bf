//! Letters with what is new. Each is composed while it is sent and waits nowhere.
//!
//! A watch is taken for a while, with an identifier for its letter and up to which fact it tells; both stay the same until the letter is
//! noted as sent. So whoever dies in the middle has it begun again by somebody else, as the same letter, and not endlessly: the
//! attempt was counted before it was made.

use ::entity::watch::Model;
use chrono::TimeDelta;
use futures_util::future::join_all;
use secrecy::ExposeSecret as _;
use std::time::Duration;
use tokio::time::timeout;

use super::{ending, rules, store};
use crate::db::{Db, PublicDb, Tx};
use crate::ids;
use crate::outbox::{self, Digest, DigestItem, Language, Letter, Message, Outcome, Post};
use crate::problem::Problem;
use crate::publishing;
use crate::rooms::accounts;

/// Letters at the same time.
const AT_ONCE: u64 = 8;
/// How long one attempt may take; the lease is longer.
const LONGEST: Duration = Duration::from_secs(60);
/// Things in one letter at most; behind its link is the rest.
const ITEMS: usize = 30;
/// Facts that are looked at for one letter at most, the last ones.
const FACTS: u64 = 2000;
/// The page on which letters are ended.
const STOP: &str = "unsubscribe";
/// The page with all there is.
const GALLERY: &str = "gallery";

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// It was sent, given up, or there was nothing to say.
    Told { sent: bool },
    /// It may succeed later.
    Later,
    /// Nothing may be shown now.
    Held,
}

/// Sends some of the letters that are due, at the same time. Answers how many watches were looked at; none means that nothing is due.
/// Where mail is off, or the whole gallery is locked down, there are none.
///
/// # Errors
/// The database's or the vault's; what was taken is looked at again later.
pub async fn send_due(db: &Db, gallery: &PublicDb, post: &Post) -> Result<usize, Problem> {
    let reader = db.reader();
    if post.is_off()
        || !store::is_due(reader, db.now()).await?
        || publishing::locked_down_since(reader).await?.is_some()
    {
        return Ok(0);
    }
    let taken = db.write(async |tx| take(tx).await).await?;
    let attempts = taken.iter().map(|row| async {
        let ended = match row.attempts > rules::ATTEMPTS {
            true => Ended::Told { sent: false },
            false => match timeout(LONGEST, attempt(db, gallery, post, row)).await {
                Ok(ended) => ended.unwrap_or_else(|problem| {
                    tracing::error!(cause = problem.cause(), "a letter with news failed");
                    Ended::Later
                }),
                Err(_) => Ended::Later,
            },
        };
        db.write(async |tx| note(tx, row, ended).await).await.map(|()| ended)
    });
    let ended = join_all(attempts).await.into_iter().collect::<Result<Vec<_>, _>>()?;
    let sent = ended.iter().filter(|ended| **ended == Ended::Told { sent: true }).count();
    if sent > 0 {
        tracing::info!(sent, "sent letters with news");
    }
    Ok(ended.len())
}

/// Takes watches that are due, so that no two get the same.
async fn take(tx: &Tx) -> Result<Vec<Model>, Problem> {
    let mut taken = Vec::new();
    let rows = store::due(tx, AT_ONCE).await?;
    let last = outbox::last_number(tx).await?;
    for row in rows {
        taken.push(store::write(tx, rules::begun(row, (ids::v4(), last), tx.now())).await?);
    }
    Ok(taken)
}

async fn attempt(db: &Db, gallery: &PublicDb, post: &Post, row: &Model) -> Result<Ended, Problem> {
    let nothing = Ended::Told { sent: false };
    let (reader, vault) = (db.reader(), post.vault());
    let (Some(id), Some(until)) = (row.letter_id, row.letter_until) else { return Ok(nothing) };
    let content = store::content(reader, vault, row).await?;
    let to = match row.account_id {
        Some(account) => accounts::address_of(reader, vault, account).await?,
        None => content.email,
    };
    let Some(to) = to else { return Ok(nothing) };
    let language = Language::of(&row.language);
    let ids = outbox::shown_since(reader, row.seen, until, FACTS).await?;
    let news = publishing::news(gallery, &ids, &content.filter, language.tag(), db.now()).await?;
    // Asked after the documents were: what a lockdown hid from them is told when it has ended.
    if publishing::locked_down_since(reader).await?.is_some() {
        return Ok(Ended::Held);
    }
    if news.is_empty() {
        return Ok(nothing);
    }
    let stop = ending::token(vault, row.id)?;
    let more = news.len().saturating_sub(ITEMS);
    let item = |news: publishing::News| {
        let publishing::News { title, when, place, path } = news;
        DigestItem { title, when, place, link: post.address(&path) }
    };
    let digest = Digest {
        items: news.into_iter().take(ITEMS).map(item).collect(),
        more,
        link: post.page(GALLERY),
        stop: post.link(STOP, &stop),
        one_click: post.address(&ending::path(stop.expose_secret())),
    };
    let letter = Letter { to, language, message: Message::WatchDigest(Box::new(digest)) };
    Ok(match outbox::send_now(post, id, &letter, db.now()).await {
        Outcome::Done => Ended::Told { sent: true },
        Outcome::Retry(reason) => {
            tracing::warn!(reason, "a letter with news is tried again later");
            Ended::Later
        }
        Outcome::GiveUp(reason) => {
            tracing::warn!(reason, "a letter with news was given up");
            nothing
        }
    })
}

/// Notes how an attempt ended, unless somebody else has begun since.
async fn note(tx: &Tx, taken: &Model, ended: Ended) -> Result<(), Problem> {
    let row = store::for_change(tx, taken.id).await?;
    let same = |row: &Model| row.letter_id == taken.letter_id && row.attempts == taken.attempts;
    let Some(row) = row.filter(same) else { return Ok(()) };
    let row = match ended {
        Ended::Told { .. } => rules::told(row, tx.now()),
        Ended::Held => rules::held(row, tx.now()),
        Ended::Later => {
            let pause = TimeDelta::from_std(outbox::pause(row.attempts)).unwrap_or(rules::LEASE);
            rules::later(row, pause, tx.now())
        }
    };
    store::write(tx, row).await?;
    Ok(())
}
