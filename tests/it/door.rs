//! The door: what is public, how finely, and that what must go is gone everywhere.

mod consent;
mod people;
mod places;
mod real_bundle;
mod risk;
mod visibility;
