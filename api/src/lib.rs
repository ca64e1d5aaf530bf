//! The house.

pub mod app;
pub mod clock;
pub mod config;
pub mod db;
pub mod http;
pub mod ids;
pub mod moment;
pub mod problem;
pub mod publishing;
pub mod reference;
pub mod rooms;
pub mod start;
pub mod text;
pub mod vault;
