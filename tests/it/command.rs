//! The program: what its commands give, say and return.

mod configuration;
mod help;
mod master_key;
mod migrate;
mod serve;
