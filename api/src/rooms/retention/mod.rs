//! What is kept no longer than it serves people: one table says what, and how long; a round of the worker erases what is older
//! and notes how much that was; admins read the report.

mod api;
mod store;

use std::future::Future;
use std::pin::Pin;

use crate::db::Db;
use crate::http::idempotency;
use crate::http::routes::Routes;
use crate::outbox;
use crate::problem::Problem;
use crate::publishing;
use crate::rooms::{
    accounts, changes, entries, exports, imports, manage_links, registrations, reports, submissions, watches,
    webhooks,
};

/// Erases what is old enough, and gives its number.
type Erase = for<'a> fn(&'a Db) -> Pin<Box<dyn Future<Output = Result<u64, Problem>> + 'a>>;

/// One kind of things that are kept for a while.
pub(super) struct Rule {
    /// Its word.
    kind: &'static str,
    /// What of it goes.
    what: &'static str,
    /// How long it is kept (ISO 8601 duration).
    kept: &'static str,
    /// Since when.
    since: &'static str,
    erase: Erase,
}

/// Declares the table.
macro_rules! rules {
    ($($kind:literal: $what:literal, $kept:expr, since $since:literal, by $erase:path;)+) => {
        /// What is kept for a while, and for how long.
        #[allow(clippy::needless_question_mark, reason = "some fail with the database's error, some with a problem")]
        pub(super) const RULES: &[Rule] = &[$(Rule {
            kind: $kind,
            what: $what,
            kept: $kept,
            since: $since,
            erase: |db| Box::pin(async move { Ok::<_, Problem>($erase(db).await?) }),
        },)+];
    };
}

rules! {
    "submissions": "names, texts and messages of those who asked to be on the map", "P90D",
        since "the decision or withdrawal", by submissions::erase_old;
    "registrations": "names, addresses, needs and answers of those who registered; of addresses that nobody confirmed after a day", "P90D",
        since "the end of the registration or its event", by registrations::erase_old;
    "reports": "what was written in reports", "P90D",
        since "they were closed", by reports::erase_old;
    "link_requests": "who asked for new links to what is theirs", "PT1H",
        since "they were written to", by manage_links::tidy_up;
    "watches": "addresses that were to get letters about what is new, and did not say so", "PT48H",
        since "somebody asked", by watches::tidy_up;
    "imports": "what became of the lines of files that were sent; a file itself goes once its lines are taken", "P30D",
        since "the import's end", by imports::tidy_up;
    "exports": "exports that somebody asked for; nothing of their content is ever kept", "PT24H",
        since "they were asked for", by exports::tidy_up;
    "sessions": "sessions, invitations and links to new passwords", "P14D",
        since "their last use; links with their end", by accounts::tidy_up;
    "entry_links": "links with which contacts answer whether an entry is still so", "P90D",
        since "the letter", by entries::tidy_up;
    "facts_and_jobs": "what was to be told to others; of jobs that were given up after ninety days, of letters at once", "P30D",
        since "it was told", by outbox::tidy_up;
    "webhook_deliveries": "what partners' systems were told, and what came of it", "P30D",
        since "it was to be told", by webhooks::tidy_up;
    "changes": "that records were removed, for those who follow changes; those who follow them no longer", "P90D",
        since "it was told; they asked last", by changes::tidy_up;
    "withdrawn_documents": "that documents were withdrawn, in the public feed of changes; their addresses go on saying so", "P400D",
        since "the withdrawal", by publishing::tidy_up;
    "kept_answers": "answers for those who have to ask again", "PT24H",
        since "the first answer", by idempotency::tidy_up;
}

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes.service(api::report);
}

/// Erases everything that is old enough. What fails is tried again in the next round and keeps nothing else from going.
///
/// # Errors
/// The first failure; what was erased before and after stays erased.
pub async fn run(db: &Db) -> Result<(), Problem> {
    let mut failed = None;
    let mut done = Vec::with_capacity(RULES.len());
    for rule in RULES {
        match (rule.erase)(db).await {
            Ok(erased) => {
                if erased > 0 {
                    tracing::info!(kind = rule.kind, erased, "erased what had served its purpose");
                }
                done.push((rule.kind, erased));
            }
            Err(problem) => failed = failed.or(Some(problem)),
        }
    }
    store::note(db, &done).await?;
    failed.map_or(Ok(()), Err)
}
