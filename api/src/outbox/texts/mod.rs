//! The texts of letters.
//!
//! A subject stands on locked screens that anybody may see: it says neither what this is about nor who writes. The text
//! says no more than it must: what has to be done, and the link behind which the rest is.

mod ar;
mod en;
mod es;
mod fr;
mod pt;

use super::{Digest, DigestItem, Language, Message};

/// Where the link goes.
const LINK: &str = "{link}";
/// When something begins.
const WHEN: &str = "{when}";
/// What is new.
const ITEMS: &str = "{items}";
/// Where no more letters of this kind are had.
const STOP: &str = "{stop}";

/// A subject and a text; the text says `{link}` where its link goes.
struct Words(&'static str, &'static str);

/// The texts of one language.
struct Texts {
    invitation: Words,
    password_reset: Words,
    password_changed: Words,
    second_factor_removed: Words,
    key_exposed: Words,
    webhook_disabled: Words,
    submission_received: Words,
    submission_changes_requested: Words,
    submission_approved: Words,
    submission_rejected: Words,
    submission_message: Words,
    confirm_entry: Words,
    listing_due: Words,
    listing_handed_over: Words,
    consent_expiring: Words,
    entry_again: Words,
    entry_news: Words,
    entry_offered: Words,
    entry_called_off: Words,
    new_links: Words,
    entry_reminder: Words,
    confirm_watch: Words,
    watch_digest: Words,
    /// What stands for words that somebody said.
    words: &'static str,
}

/// The subject and the text of a message.
pub(super) fn text(language: Language, message: &Message) -> (&'static str, String) {
    let texts = match language {
        Language::En => &en::TEXTS,
        Language::Es => &es::TEXTS,
        Language::Fr => &fr::TEXTS,
        Language::Ar => &ar::TEXTS,
        Language::Pt => &pt::TEXTS,
    };
    let Words(subject, text) = match message {
        Message::Invitation { .. } => &texts.invitation,
        Message::PasswordReset { .. } => &texts.password_reset,
        Message::PasswordChanged => &texts.password_changed,
        Message::SecondFactorRemoved => &texts.second_factor_removed,
        Message::KeyExposed => &texts.key_exposed,
        Message::WebhookDisabled => &texts.webhook_disabled,
        Message::SubmissionReceived { .. } => &texts.submission_received,
        Message::SubmissionChangesRequested { .. } => &texts.submission_changes_requested,
        Message::SubmissionApproved { .. } => &texts.submission_approved,
        Message::SubmissionRejected { .. } => &texts.submission_rejected,
        Message::SubmissionMessage { .. } => &texts.submission_message,
        Message::ConfirmEntry { .. } => &texts.confirm_entry,
        Message::ListingDue { .. } => &texts.listing_due,
        Message::ListingHandedOver => &texts.listing_handed_over,
        Message::ConsentExpiring { .. } => &texts.consent_expiring,
        Message::EntryAgain { .. } => &texts.entry_again,
        Message::EntryNews { .. } => &texts.entry_news,
        Message::EntryOffered { .. } => &texts.entry_offered,
        Message::EntryCalledOff { .. } => &texts.entry_called_off,
        Message::NewLinks { .. } => &texts.new_links,
        Message::EntryReminder(_) => &texts.entry_reminder,
        Message::ConfirmWatch { .. } => &texts.confirm_watch,
        Message::WatchDigest(_) => &texts.watch_digest,
    };
    let text = text.replace(LINK, message.link().unwrap_or_default());
    let text = text.replace(STOP, message.stops().map_or("", |(_, stop)| stop));
    let text = match (message.reminder(), message.digest()) {
        (Some(reminder), _) => text.replace(WHEN, &reminder.when),
        // Last: what others wrote stands in it as it is.
        (_, Some(digest)) => text.replace(ITEMS, &items(digest, texts.words)),
        (None, None) => text,
    };
    (subject, text)
}

/// What is new, each thing on lines of its own.
fn items(digest: &Digest, words: &str) -> String {
    let item = |item: &DigestItem| {
        let DigestItem { title, when, place, link } = item;
        let circumstances: Vec<&str> = [when, place].into_iter().flatten().map(String::as_str).collect();
        let circumstances = circumstances.join(" · ");
        let lines = [title.as_deref().unwrap_or(words), &circumstances, link];
        lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    };
    let more = (digest.more > 0).then(|| format!("… + {}", digest.more));
    digest.items.iter().map(item).chain(more).collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::super::Reminder;
    use super::*;

    fn every_message() -> Vec<Message> {
        let link = || "https://example.org/x#token".to_owned();
        vec![
            Message::Invitation { link: link() },
            Message::PasswordReset { link: link() },
            Message::PasswordChanged,
            Message::SecondFactorRemoved,
            Message::KeyExposed,
            Message::WebhookDisabled,
            Message::SubmissionReceived { link: link() },
            Message::SubmissionChangesRequested { link: link() },
            Message::SubmissionApproved { link: link() },
            Message::SubmissionRejected { link: link() },
            Message::SubmissionMessage { link: link() },
            Message::ConfirmEntry { link: link() },
            Message::ListingDue { link: link() },
            Message::ListingHandedOver,
            Message::ConsentExpiring { link: link() },
            Message::EntryAgain { link: link() },
            Message::EntryNews { link: link() },
            Message::EntryOffered { link: link() },
            Message::EntryCalledOff { link: link() },
            Message::NewLinks { link: link() },
            Message::EntryReminder(Box::new(Reminder {
                link: link(),
                when: "2099-03-14, 18:00 (Africa/Juba)".to_owned(),
                stop: "https://example.org/stop#token".to_owned(),
                one_click: "https://example.org/stop".to_owned(),
                calendar: String::new(),
                until: chrono::DateTime::UNIX_EPOCH,
            })),
            Message::ConfirmWatch { link: link() },
            Message::WatchDigest(Box::new(Digest {
                items: vec![DigestItem {
                    title: None,
                    when: Some("2099-03-14".to_owned()),
                    place: Some("Yei, South Sudan".to_owned()),
                    link: "https://example.org/v1/gallery/quotes/1".to_owned(),
                }],
                more: 2,
                link: link(),
                stop: "https://example.org/stop#token".to_owned(),
                one_click: "https://example.org/stop".to_owned(),
            })),
        ]
    }

    #[test]
    fn every_letter_has_a_text_in_every_language_with_its_link_on_a_line_of_its_own() {
        for language in Language::ALL {
            for message in every_message() {
                let (subject, text) = text(language, &message);
                let name = format!("{} {}", language.tag(), message.template());
                assert!(!subject.is_empty() && !subject.contains(['\r', '\n']), "{name}");
                assert!(text.ends_with('\n') && !text.contains(['{', '}']), "{name}");
                let has = |own: &str| text.lines().any(|line| line == own);
                assert!(message.reminder().is_none_or(|reminder| has(&reminder.when)), "{name}");
                assert!(message.stops().is_none_or(|(_, stop)| has(stop)), "{name}");
                if message.digest().is_some() {
                    assert!(has("2099-03-14 · Yei, South Sudan") && has("… + 2"), "{name}: {text}");
                }
                let lines = text.lines().filter(|line| Some(*line) == message.link()).count();
                assert_eq!(lines, usize::from(message.link().is_some()), "{name}");
            }
        }
    }

    #[test]
    fn no_subject_says_what_it_is_about() {
        let telling = [
            "solidarity",
            "campaign",
            "gallery",
            "activis",
            "submission",
            "account",
            "password",
            "dialogue",
            "solidaridad",
            "campaña",
            "cuenta",
            "contraseña",
            "solidarité",
            "campagne",
            "compte",
            "mot de passe",
            "solidariedade",
            "campanha",
            "conta",
            "senha",
            "تضامن",
            "حملة",
            "حساب",
            "كلمة",
        ];
        for language in Language::ALL {
            for message in every_message() {
                let (subject, _) = text(language, &message);
                let subject = subject.to_lowercase();
                let told: Vec<_> = telling.iter().filter(|word| subject.contains(**word)).collect();
                assert!(told.is_empty(), "{} {}: {told:?}", language.tag(), message.template());
            }
        }
    }
}
