//! The tests of the whole service: they speak HTTP to it over a real socket and run the real program, on SQLite or, where
//! `SOLIDARITY_TEST_DATABASE` names a server, on PostgreSQL. The modules are named after the addresses they call.

#![allow(clippy::unwrap_used, reason = "a test may fall over")]

mod accounts;
mod audit_log;
mod bundle;
mod command;
mod door;
mod gallery;
mod guards;
mod house;
mod import;
mod limits;
mod outbox;
mod service;
mod sessions;
