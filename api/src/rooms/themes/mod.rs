//! Themes: topics in several languages, and which records carry them.

mod store;

pub use store::{load, save, set_themes, themes_of};
