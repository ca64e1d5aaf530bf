//! Solidarity: the server that grassroots solidarity campaigns run on.
//!
//! It is a house with two sides and one door. On the private side are *records*: everything people told us. On the public
//! side is the *gallery*: finished documents in tables of their own, which is all that public calls may read. Between
//! them stands the door, the only code that writes the public side.
//!
//! The map, from the street inwards; each layer may use those below it, and a test reads the imports to keep it so:
//!
//! | layer | what is there |
//! |---|---|
//! | `main`, [`command`] | the command line: one file a command |
//! | [`start`] | opening the house, serving from it, stopping again |
//! | [`app`] | what handlers are handed, every route, and the OpenAPI document collected from them |
//! | `rooms`, `gallery` | the private side, a room a resource · the public side, which only reads |
//! | [`publishing`] | the door: rules, renderers, and the writing of the public side |
//! | [`access`] | who may come in, and who may do what |
//! | [`outbox`], [`audit`] | what is to be told to the world outside · who did what |
//! | [`calendar`] | calendar files, for both sides |
//! | [`http`], [`problem`], [`db`], [`vault`], [`config`] … | the ground: what everybody stands on, and nothing about campaigns |
//!
//! Tables are in the crate `entity`, their history in `migration`. The tests speak HTTP to a running house and are in
//! `tests/` beside this crate, in folders named after the addresses they call.

pub mod access;
pub mod app;
pub mod audit;
pub mod calendar;
pub mod clock;
pub mod command;
pub mod config;
pub mod db;
pub mod gallery;
pub mod http;
pub mod ids;
pub mod moment;
pub mod outbox;
pub mod problem;
pub mod publishing;
pub mod reference;
pub mod rooms;
pub mod start;
pub mod text;
pub mod vault;
