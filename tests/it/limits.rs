//! What one caller may take, what pages of other origins may read, and what happens when the database is away.

mod bodies;
mod cors;
mod database_away;
mod escapes;
mod metrics;
mod rates;
