//! The public side: everybody may read it, nobody needs credentials.
//!
//! Whatever its kind, a public document is one row of `gallery_document` with its finished JSON, written by the door
//! (`publishing`). So a list is an index range and a concatenation of bodies; an item, a search hit, a map point and an
//! entry of the feed of changes are the same row. Questions are written by hand (`sql`), one round trip each, and every
//! one of them honours what may be shown *now*: listed, not withdrawn, not past its `public_until`. A document that is
//! public but unlisted answers by its id only.
//!
//! - `lists` and `items`: the five kinds, one function for all of them; [`params`] and [`filters`] say what may be asked
//! - `calendars` and `feeds`: the same once more, as files to subscribe to; `card`: a country, to be shown on other sites; `linked`: an
//!   item in the words of schema.org
//! - `overview` and `countries`: the whole at a glance, and country by country
//! - `search`, `map`, `changes`: the same documents, found by words, on a map, and as a feed with tombstones
//! - `style`: how documents are shown: whole, an `excerpt` of their members, or `plain` text
//! - [`cache`]: their answers, kept ready as long as they hold
//! - `names`: countries, languages and themes; `ready`: whether the database answers

mod accept;
pub mod bbox;
pub mod cache;
mod calendars;
mod card;
mod changes;
mod countries;
mod counts;
mod excerpt;
mod feeds;
pub mod filters;
mod items;
mod json;
mod languages;
mod linked;
mod lists;
mod local_times;
mod map;
mod names;
mod overview;
mod pack;
mod pages;
pub mod params;
mod plain;
mod reading;
mod ready;
mod search;
pub mod shapes;
mod sql;
mod style;
mod words;
mod words_for;

#[cfg(test)]
mod tests;

use crate::http::routes::Routes;

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(overview::overview)
        .service(countries::list)
        .service(countries::page)
        .service(card::card)
        .service(pack::pack)
        .service(search::search)
        .service(map::map)
        .service(changes::changes)
        .service(lists::events)
        .service(calendars::list)
        .service(lists::initiatives)
        .service(lists::quotes)
        .service(lists::outcomes)
        .service(lists::stories)
        .service(feeds::api::changes)
        .service(feeds::api::initiatives)
        .service(feeds::api::events)
        .service(feeds::api::quotes)
        .service(feeds::api::outcomes)
        .service(feeds::api::stories)
        // Before the item, whose address would take its ending for a part of the identifier.
        .service(calendars::one)
        .service(items::event)
        .service(items::initiative)
        .service(items::quote)
        .service(items::outcome)
        .service(items::story)
        .service(names::countries)
        .service(names::languages)
        .service(names::themes)
        .service(ready::readyz);
}
