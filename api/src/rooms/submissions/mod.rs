//! Submissions: a newcomer asks to be on the map, and it is reviewed.
//!
//! Anybody submits (`open`) and gets a tracking token, with which it is followed, changed and taken back (`mine`). Reviewers
//! find it in a queue (`api`), claim it for half an hour so that no two work on one, ask back and decide (`decide`). Approval
//! makes the records and their documents in one transaction (`approval`).
//!
//! What is on the map is claimed by others who carry it (`claims`) and changed by its contact (`changes`, `amend`) in the same
//! queue: such a submission is about an initiative that is there. Likely doubles are found without a look at
//! everything (`alike`, `likeness`). What is asked and who asks is sealed under a key per submission (`content`, `store`) and
//! erased when it has served its purpose (`retention`).

mod alike;
mod amend;
mod api;
mod approval;
mod changes;
mod claims;
mod content;
mod decide;
mod doubles;
mod filters;
mod forget;
mod held;
mod letters;
mod likeness;
mod lost;
mod mine;
mod open;
mod out;
mod policy;
mod retention;
mod rules;
mod store;
mod wire;

pub use forget::forget_account;
pub use held::{SubmissionArchive, archive};
pub use lost::new_links;
pub use retention::erase_old;

/// What manage tokens of this room are for.
const KIND: &str = "submission";

use crate::http::routes::Routes;

/// Registers all of this. `mine` and `duplicates` come before identifiers.
pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(open::create)
        .service(open::duplicates)
        .service(changes::propose)
        .service(mine::get)
        .service(mine::change)
        .service(mine::write)
        .service(mine::withdraw)
        .service(api::list)
        .service(api::get)
        .service(api::duplicates)
        .service(api::claim)
        .service(api::release)
        .service(api::write)
        .service(decide::request_changes)
        .service(decide::approve)
        .service(decide::reject)
        .service(decide::mark_duplicate)
        .service(decide::mark_spam);
}
