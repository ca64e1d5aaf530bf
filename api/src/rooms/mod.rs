//! The private side: one room per resource. A room's `mod.rs` says what it is for and holds the functions that other rooms
//! may call; `store.rs` is its queries.

pub mod bundle;
pub mod consents;
pub mod events;
pub mod initiatives;
pub mod organisations;
pub mod outcomes;
pub mod people;
pub mod quotes;
pub mod stories;
pub mod themes;
