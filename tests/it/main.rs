//! The tests of the whole service: they speak HTTP to it over a real socket and run the real program, on SQLite or, where
//! `SOLIDARITY_TEST_DATABASE` names a server, on PostgreSQL. The modules are named after the addresses they call.

#![allow(clippy::unwrap_used, reason = "a test may fall over")]

mod accounts;
mod adversary;
mod audit_log;
mod batch;
mod brakes;
mod bundle;
mod calendar_files;
mod changes;
mod command;
mod consents;
mod decisions;
mod door;
mod entries;
mod erasures;
mod events;
mod exports;
mod gallery;
mod guards;
mod guides;
mod house;
mod import;
mod imports;
mod initiatives;
mod keys;
mod limits;
mod moderation;
mod organisations;
mod outbox;
mod outcomes;
mod people;
mod quotes;
mod records;
mod registrations;
mod revisions;
mod scheduling;
mod secrecy;
mod series;
mod service;
mod sessions;
mod stories;
mod submissions;
mod themes;
mod watches;
mod webhooks;
