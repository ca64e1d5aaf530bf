//! The program: what its commands give, say and return.

mod audit;
mod configuration;
mod health;
mod help;
mod master_key;
mod migrate;
mod serve;
