//! Guards: what must hold for everything there is, now and later.

mod access_matrix;
mod deployment;
mod migrations;
mod openapi;
mod problem_pages;
mod public_reads;
mod schema;
mod schema_names;
