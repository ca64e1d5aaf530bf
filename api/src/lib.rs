//! The house.

pub mod clock;
pub mod db;
pub mod http;
pub mod ids;
pub mod moment;
pub mod problem;
pub mod publishing;
pub mod reference;
pub mod text;
pub mod vault;
