//! `/v1/gallery`: what everybody may read.

mod cache;
mod calendars;
mod changes;
mod feeds;
mod items;
mod lists;
mod lite;
mod map;
mod names;
mod overview;
mod search;
