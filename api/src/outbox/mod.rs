//! What is to be told to the world outside.
//!
//! Nothing is sent inside a transaction. [`tell`] writes down what happened ([`Fact`]) and [`mail`] a [`Letter`] to
//! somebody, both in the transaction of the command, so that they are there if and only if the rest of it is. Afterwards the
//! worker finds out whom a fact concerns ([`dispatch()`]) and does the jobs ([`work`]): each is taken for a while, so that a
//! process that dies loses none, tried until it succeeds or is hopeless, and does no harm when it is done twice.

mod client;
mod dispatch;
mod fact;
mod jobs;
mod letter;
mod post;
mod queue;
mod send;
#[cfg(test)]
mod tests;
mod texts;

pub use client::{Answer, Authorities, Client, Silence, Targets};
pub use dispatch::{Heard, Subscriber, dispatch, has_news};
pub use fact::{
    DocumentChange, Fact, Told, facts_after, last_number, newest_fact, shown_since, tell, tell_outside,
};
pub use jobs::{Outcome, pause, work};
pub use letter::{
    Digest, DigestItem, Language, Letter, Message, Reminder, mail, mail_as, take_back, take_back_all,
};
pub use post::{Mail, Post, Secured, Sender, Smtp};
pub use queue::{Lengths, lengths, tidy_up};
pub use send::send_now;
