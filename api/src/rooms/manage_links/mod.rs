//! Lost tokens: whoever has a mailbox asks for new links to what they sent or registered for with its address. The answer tells
//! nothing, and takes as long for everybody: a row is written, and a worker looks (`answering`). Only the mailbox learns more.

mod answering;
mod api;
mod store;

use crate::http::routes::Routes;

pub use answering::{answer, tidy_up};

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes.service(api::ask);
}

/// A new link to something, and the language in which its owner is written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLink {
    /// The address of the page, with the token.
    pub link: String,
    /// A language tag (BCP 47).
    pub language: String,
}
