//! English.

use super::{Texts, Words};

pub(super) const TEXTS: Texts = Texts {
    invitation: Words(
        "Your invitation",
        "You have been invited to sign in. Open this link and choose a password:

{link}

The link works once and for a limited time. If you did not expect this, you need do nothing.
",
    ),
    password_reset: Words(
        "Your link",
        "Open this link to choose a new password:

{link}

The link works once and for a limited time. If you did not ask for it, you need do nothing: your password stays as it is.
",
    ),
    password_changed: Words(
        "A change you should know of",
        "Your password has been changed and everybody who was signed in with it has been signed out.

If that was not you, choose a new one now and tell those who run this service.
",
    ),
    second_factor_removed: Words(
        "A change you should know of",
        "Those who run this service have taken away the second factor with which you sign in, because they were told that you had lost it.
Everybody who was signed in as you has been signed out.

Sign in with your password; you may be asked to set up another one. If it was not you who asked, sign in at once, choose a new
password and tell those who run this service.
",
    ),
    key_exposed: Words(
        "A change you should know of",
        "A key that you or others gave out was sent in an address, where programs on the way may have kept it. It was refused there.

Sign in, look for the key that is marked as exposed, and replace it. Tell those who use it to send it in a header only.
",
    ),
    webhook_disabled: Words(
        "A change you should know of",
        "A program that we tell what happens did not answer for a long time, or said that it is gone. We tell it nothing any more.

Sign in to see which it is and why. Once it works, have it verified, and have it told again what it missed.
",
    ),
    submission_received: Words(
        "We have received your message",
        "Thank you. What you sent has arrived. Follow it here:

{link}

Whoever has this link can read and change what you sent: keep it to yourself.
",
    ),
    submission_changes_requested: Words(
        "A question for you",
        "Somebody has read what you sent and has a question. Answer it here:

{link}
",
    ),
    submission_approved: Words(
        "News for you",
        "Something you are waiting for has been decided. See it here:

{link}
",
    ),
    submission_rejected: Words(
        "News for you",
        "Something you are waiting for has been decided. See it here:

{link}
",
    ),
    submission_message: Words(
        "A message for you",
        "There is a message for you. Read it here:

{link}
",
    ),
    confirm_entry: Words(
        "Please confirm",
        "Open this link to confirm your entry:

{link}

If you know nothing of it, you need do nothing: without confirmation it is removed.
",
    ),
    listing_due: Words(
        "Is this still so?",
        "It is a year since somebody said that your entry is as it should be. Open this link to say that it still is, to change it, or to
take it down:

{link}

The link works once and for ninety days. If you do nothing, the entry stays as it is.
",
    ),
    listing_handed_over: Words(
        "A change you should know of",
        "Somebody else looks after the entry about which we used to ask you. You will get no more letters about it, and the links in
earlier ones have ended.

If that is not right, tell those who run this service.
",
    ),
    consent_expiring: Words(
        "Still all right with you?",
        "Some time ago you allowed something, and what you said then ends in about a month. Open this link to see what it is, to allow it
again, or to end it now:

{link}

Whoever has this link can do the same in your place: keep it to yourself. If you do nothing, it ends by itself.
",
    ),
    entry_again: Words(
        "Please confirm",
        "There is an entry with this address already. Open this link if you want the new one to take its place:

{link}

If you know nothing of it, you need do nothing: everything stays as it is.
",
    ),
    entry_news: Words(
        "News for you",
        "There is news of something you are waiting for. See it here:

{link}
",
    ),
    entry_offered: Words(
        "Something is kept for you",
        "Something you are waiting for is kept for you for 24 hours. Accept it here, or somebody else gets it:

{link}
",
    ),
    entry_called_off: Words(
        "A change you should know of",
        "Something you wanted to come to will not take place. See it here:

{link}
",
    ),
    new_links: Words(
        "What you asked for",
        "Here are new links to what is yours. A former link to the same may no longer work.

{link}

If you did not ask for this, you need do nothing. Nobody else has these links.
",
    ),
    entry_reminder: Words(
        "A reminder for you",
        "Something you have a place at begins then:

{when}

See it here. Where it is and how it is joined is in no letter: it is told there, from 24 hours before.

{link}

The file with this letter puts it into your calendar. Open this link to get no more reminders of it:

{stop}
",
    ),
    confirm_watch: Words(
        "Please confirm",
        "Somebody asked us to write to this address when there is something new. Open this link to say that it was you:

{link}

The same link changes it and ends it later: keep it to yourself. If you know nothing of this, you need do nothing. Nothing more is
sent, and this address is forgotten within two days.
",
    ),
    watch_digest: Words(
        "What is new",
        "This is new since the last time:

{items}

All there is, is here:

{link}

Open this link to get no more of these letters:

{stop}
",
    ),
    words: "Words of somebody",
};
