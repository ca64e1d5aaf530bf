//! `solidarity import` and `export`.

mod again;
mod lines;
mod round_trip;
