//! Files of records over HTTP: somebody sends one, it is kept sealed until its lines are taken, and each line has a verdict.
//!
//! A call only receives the file (`upload`), since on a weak line an answer that takes long is an answer that is lost. A worker
//! takes the lines in (`work`): by portions, each with its verdicts in one transaction, so that whoever goes on after a crash
//! goes on behind the last verdict; or all in one transaction. What lines may do is what calls of whoever sent them may
//! ([`crate::rooms::bundle::Guest`]). What an import brought can be removed again (`undoing`), as far as nobody touched it.

mod api;
mod mappings;
mod rules;
mod store;
mod stored;
mod undoing;
mod upload;
mod wire;
mod work;

use crate::http::routes::Routes;

pub use store::tidy_up;
pub use work::run_due;

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(api::create)
        .service(api::list)
        .service(mappings::list)
        .service(mappings::get)
        .service(mappings::put)
        .service(mappings::remove)
        .service(api::verdicts)
        .service(api::get)
        .service(api::undo)
        .service(api::undone);
}
