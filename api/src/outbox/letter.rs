//! Letters to people, written in the transaction of what they tell of and sent later.

use ::entity::outbox_job::JobKind;
use ::entity::{data_key, outbox_letter};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait as _, DbErr, EntityTrait as _, IntoActiveModel as _, QuerySelect as _};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{Post, jobs};
use crate::db::{Tx, delete_in};
use crate::ids;
use crate::problem::Problem;

pub(super) const TABLE: &str = "outbox_letter";
pub(super) const SEALED: &str = "sealed";

/// The languages that letters are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    En,
    /// Spanish.
    Es,
    /// French.
    Fr,
    /// Arabic.
    Ar,
    /// Portuguese.
    Pt,
}

impl Language {
    /// Every one of them.
    pub const ALL: [Self; 5] = [Self::En, Self::Es, Self::Fr, Self::Ar, Self::Pt];

    /// The one that a language tag (BCP 47) asks for; English where there is none for it.
    pub fn of(tag: &str) -> Self {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        let found = Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary));
        found.unwrap_or(Self::En)
    }

    /// Its tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Es => "es",
            Self::Fr => "fr",
            Self::Ar => "ar",
            Self::Pt => "pt",
        }
    }
}

/// What a letter says. A new one is a variant here, a word in [`Message::template`], and a member of the texts, which the
/// compiler then wants in every language. None carries names or what somebody wrote: those stay behind the link.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "template", rename_all = "snake_case")]
pub enum Message {
    /// An invitation to have an account.
    Invitation {
        /// Where it is taken up.
        link: String,
    },
    /// A new password was asked for.
    PasswordReset {
        /// Where it is chosen.
        link: String,
    },
    /// The password was changed.
    PasswordChanged,
    /// An admin took the second factor away.
    SecondFactorRemoved,
    /// An API key turned up in an address.
    KeyExposed,
    /// A webhook is told nothing any more.
    WebhookDisabled,
    /// A submission has arrived.
    SubmissionReceived {
        /// Where it is followed.
        link: String,
    },
    /// A submission needs changes.
    SubmissionChangesRequested {
        /// Where it is followed.
        link: String,
    },
    /// A submission was approved.
    SubmissionApproved {
        /// Where it is followed.
        link: String,
    },
    /// A submission was turned down.
    SubmissionRejected {
        /// Where it is followed.
        link: String,
    },
    /// A moderator has written about a submission.
    SubmissionMessage {
        /// Where it is read.
        link: String,
    },
    /// An entry counts once it is confirmed.
    ConfirmEntry {
        /// Where it is confirmed.
        link: String,
    },
    /// It is a year since an entry on the map was confirmed.
    ListingDue {
        /// Where it is confirmed, changed or retired.
        link: String,
    },
    /// Somebody else is asked about an entry from now on.
    ListingHandedOver,
    /// What somebody allowed ends in a month.
    ConsentExpiring {
        /// Where it is seen, renewed or withdrawn.
        link: String,
    },
    /// There is an entry with this address already; the new one may take its place.
    EntryAgain {
        /// Where it does.
        link: String,
    },
    /// An entry was decided about.
    EntryNews {
        /// Where it is followed.
        link: String,
    },
    /// A seat is held for a day.
    EntryOffered {
        /// Where it is accepted.
        link: String,
    },
    /// What somebody has entered for will not take place.
    EntryCalledOff {
        /// Where it is followed.
        link: String,
    },
    /// Somebody who lost their links asked for new ones.
    NewLinks {
        /// All of them, one a line.
        link: String,
    },
    /// What somebody has entered for is about to take place.
    EntryReminder(Box<Reminder>),
    /// Somebody wants letters about what is new, and has to say so.
    ConfirmWatch {
        /// Where they do.
        link: String,
    },
    /// What is new of what somebody watches.
    WatchDigest(Box<Digest>),
}

/// What is new. It is composed while it is sent, and kept nowhere.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// What there is, the last first.
    pub items: Vec<DigestItem>,
    /// How much more there is that the letter has no room for.
    pub more: usize,
    /// Where all of it is.
    pub link: String,
    /// Where such letters are ended by somebody who reads one.
    pub stop: String,
    /// The address at which their mail program ends them (RFC 8058).
    pub one_click: String,
}

/// One thing that is new.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestItem {
    /// Its title; none of words somebody said, which are only read where they can be taken back.
    pub title: Option<String>,
    /// When it takes place, in digits.
    pub when: Option<String>,
    /// Where, as finely as is public.
    pub place: Option<String>,
    /// Where it is read.
    pub link: String,
}

/// What reminds somebody of an event. It carries no place and no way to join.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminder {
    /// Where it is followed.
    pub link: String,
    /// When it begins, as it is to be read.
    pub when: String,
    /// Where reminders are ended by somebody who reads the letter.
    pub stop: String,
    /// The address at which their mail program ends them (RFC 8058).
    pub one_click: String,
    /// The calendar file.
    pub calendar: String,
    /// From then on it reminds of nothing and is not sent any more.
    pub until: DateTime<Utc>,
}

impl Message {
    /// The word for it, all that logs and tables say.
    pub const fn template(&self) -> &'static str {
        match self {
            Self::Invitation { .. } => "invitation",
            Self::PasswordReset { .. } => "password_reset",
            Self::PasswordChanged => "password_changed",
            Self::SecondFactorRemoved => "second_factor_removed",
            Self::KeyExposed => "key_exposed",
            Self::WebhookDisabled => "webhook_disabled",
            Self::SubmissionReceived { .. } => "submission_received",
            Self::SubmissionChangesRequested { .. } => "submission_changes_requested",
            Self::SubmissionApproved { .. } => "submission_approved",
            Self::SubmissionRejected { .. } => "submission_rejected",
            Self::SubmissionMessage { .. } => "submission_message",
            Self::ConfirmEntry { .. } => "confirm_entry",
            Self::ListingDue { .. } => "listing_due",
            Self::ListingHandedOver => "listing_handed_over",
            Self::ConsentExpiring { .. } => "consent_expiring",
            Self::EntryAgain { .. } => "entry_again",
            Self::EntryNews { .. } => "entry_news",
            Self::NewLinks { .. } => "new_links",
            Self::EntryOffered { .. } => "entry_offered",
            Self::EntryCalledOff { .. } => "entry_called_off",
            Self::EntryReminder(_) => "entry_reminder",
            Self::ConfirmWatch { .. } => "confirm_watch",
            Self::WatchDigest(_) => "watch_digest",
        }
    }

    /// The link in it, if there is one.
    pub(super) fn link(&self) -> Option<&str> {
        match self {
            Self::PasswordChanged
            | Self::SecondFactorRemoved
            | Self::KeyExposed
            | Self::WebhookDisabled
            | Self::ListingHandedOver => None,
            Self::Invitation { link }
            | Self::PasswordReset { link }
            | Self::SubmissionReceived { link }
            | Self::SubmissionChangesRequested { link }
            | Self::SubmissionApproved { link }
            | Self::SubmissionRejected { link }
            | Self::SubmissionMessage { link }
            | Self::ConfirmEntry { link }
            | Self::ListingDue { link }
            | Self::ConsentExpiring { link }
            | Self::EntryAgain { link }
            | Self::EntryNews { link }
            | Self::NewLinks { link }
            | Self::EntryOffered { link }
            | Self::EntryCalledOff { link }
            | Self::ConfirmWatch { link } => Some(link),
            Self::EntryReminder(reminder) => Some(&reminder.link),
            Self::WatchDigest(digest) => Some(&digest.link),
        }
    }

    /// What reminds of an event, if it does.
    pub(super) fn reminder(&self) -> Option<&Reminder> {
        match self {
            Self::EntryReminder(reminder) => Some(reminder),
            _ => None,
        }
    }

    /// What is new, if it tells of that.
    pub(super) fn digest(&self) -> Option<&Digest> {
        match self {
            Self::WatchDigest(digest) => Some(digest),
            _ => None,
        }
    }

    /// The address at which mail programs end letters of this kind, and the page on which their reader does.
    pub(super) fn stops(&self) -> Option<(&str, &str)> {
        match self {
            Self::EntryReminder(reminder) => Some((&reminder.one_click, &reminder.stop)),
            Self::WatchDigest(digest) => Some((&digest.one_click, &digest.stop)),
            _ => None,
        }
    }
}

/// A letter to one address. It has no `Debug`: neither the address nor a link belongs in a log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// The e-mail address, and nothing else.
    pub to: String,
    /// The language to write in.
    pub language: Language,
    /// What to say.
    pub message: Message,
}

/// Writes a letter: it is sent if and only if this transaction commits. Its address and content are sealed under a key of
/// its own and are gone when it has been sent or given up. Where mail is off ([`Post::is_off`]) it is dropped.
///
/// # Errors
/// 500 or 503: the database's or the vault's.
pub async fn mail(tx: &Tx, post: &Post, letter: Letter) -> Result<(), Problem> {
    mail_as(tx, post, ids::v4(), letter).await
}

/// As [`mail`], under an identifier (UUIDv4) by which it can be taken back.
///
/// # Errors
/// 500 or 503: the database's or the vault's.
pub async fn mail_as(tx: &Tx, post: &Post, id: Uuid, letter: Letter) -> Result<(), Problem> {
    let template = letter.message.template();
    if post.is_off() {
        tracing::info!(template, "mail is off: a letter was dropped");
        return Ok(());
    }
    let (key, row) = post.vault.new_key(id, tx.now()).map_err(Problem::internal)?;
    let plain = Zeroizing::new(serde_json::to_vec(&letter).map_err(Problem::internal)?);
    let sealed = key.seal(TABLE, SEALED, id, &plain).map_err(Problem::internal)?;
    row.into_active_model().insert(tx).await?;
    let row = outbox_letter::Model { id, template: template.to_owned(), sealed, created_at: tx.now() };
    row.into_active_model().insert(tx).await?;
    jobs::add(tx, JobKind::Letter, id).await?;
    Ok(())
}

/// Takes back letters that are not sent yet. One that is being sent at this moment may arrive nevertheless.
///
/// # Errors
/// The database's.
pub async fn take_back(tx: &Tx, letters: &[Uuid]) -> Result<(), DbErr> {
    if letters.is_empty() {
        return Ok(());
    }
    tx.erase();
    delete_in::<outbox_letter::Entity, _>(tx, outbox_letter::Column::Id, letters).await?;
    // Their jobs find nothing to send, and are done.
    delete_in::<data_key::Entity, _>(tx, data_key::Column::RecordId, letters).await
}

/// Takes back every letter that waits: what waited in a copy of the database was sent since, or taken back.
///
/// # Errors
/// The database's.
pub async fn take_back_all(tx: &Tx) -> Result<(), DbErr> {
    let waiting = outbox_letter::Entity::find().select_only().column(outbox_letter::Column::Id);
    let waiting: Vec<Uuid> = waiting.into_tuple().all(tx).await?;
    take_back(tx, &waiting).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_found_by_its_primary_tag() {
        for (tag, language) in [
            ("es-MX", Language::Es),
            ("AR", Language::Ar),
            ("pt_BR", Language::Pt),
            ("sw", Language::En),
            ("", Language::En),
            ("estonian", Language::En),
        ] {
            assert_eq!(Language::of(tag), language, "{tag}");
        }
    }
}
