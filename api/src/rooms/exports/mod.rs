//! Exports without personal data: somebody asks for one and reads it once, within a day.
//!
//! Nothing of it is written down meanwhile: it is made of what is there while it is read, portion by portion. So what is
//! withdrawn, erased or locked down after it was asked for is in none. What an export holds of a record is a closed list
//! (`told`); who is named, exact places and how to join are not in it, and words only while they are public.

mod api;
mod making;
mod store;
mod table;
mod told;
mod wire;

use crate::http::routes::Routes;

pub use store::tidy_up;

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes.service(api::create).service(api::get).service(api::file);
}
