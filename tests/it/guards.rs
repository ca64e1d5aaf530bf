//! Guards: what must hold for everything there is, now and later.

mod migrations;
mod openapi;
mod problem_pages;
mod schema;
mod schema_names;
