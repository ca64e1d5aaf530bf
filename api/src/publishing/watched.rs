//! Which public documents somebody wants to know of, and what a letter may say of them. Finished documents only: a filter is held against
//! what everybody can read, so nothing else is to be learnt from it.

use std::collections::HashMap;

use ::entity::gallery_document::{Column, DocumentKind, Entity, Model};
use ::entity::kinds::Precision;
use ::entity::watch::WatchFilter;
use ::entity::{gallery_switch, gallery_theme, gallery_translation};
use chrono::{DateTime, NaiveDateTime, Utc};
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _};
use serde::Deserialize;
use uuid::Uuid;

use super::standing::{Standing, standing};
use crate::db::{PublicDb, find_in};
use crate::reference::{self, Point};
use crate::text;

/// Characters of what serves as a title where there is none.
const TITLE: usize = 100;

/// What a filter asks of a public document.
#[derive(Clone, Debug, PartialEq)]
pub struct Watched {
    kind: DocumentKind,
    country: Option<String>,
    point: Option<Point>,
    themes: Vec<Uuid>,
    /// Whether a switch hides it, for now: then nobody is to learn what it is about.
    pub is_hidden: bool,
}

impl Watched {
    fn of(row: &Model, themes: Vec<Uuid>, is_hidden: bool) -> Self {
        let point = row.lat.zip(row.lon).map(|(lat, lon)| Point { lat, lon });
        Self { kind: row.kind, country: row.country.clone(), point, themes, is_hidden }
    }

    /// Whether a filter lets it through.
    pub fn fits(&self, filter: &WatchFilter) -> bool {
        let WatchFilter { countries, themes, bbox, kinds } = filter;
        let is_in = |country: &String| countries.iter().any(|wanted| wanted.0 == *country);
        (kinds.is_empty() || kinds.iter().any(|kind| kind.as_str() == self.kind.as_str()))
            && (countries.is_empty() || self.country.as_ref().is_some_and(is_in))
            && (themes.is_empty() || self.themes.iter().any(|theme| themes.contains(theme)))
            && bbox.as_ref().is_none_or(|bbox| self.point.is_some_and(|point| lies_in(point, bbox)))
    }
}

/// Whether a point lies in a box or on its edge. One whose west lies east of its east crosses the antimeridian (RFC 7946 §5.2).
fn lies_in(point: Point, bbox: &[f64]) -> bool {
    let &[west, south, east, north] = bbox else { return false };
    let longitudes = match west > east {
        true => point.lon >= west || point.lon <= east,
        false => (west..=east).contains(&point.lon),
    };
    longitudes && (south..=north).contains(&point.lat)
}

/// What filters ask of these documents, as far as they are in the feed, but for switches.
///
/// # Errors
/// The database's.
pub async fn watched<C: ConnectionTrait>(
    conn: &C,
    ids: Vec<Uuid>,
    now: DateTime<Utc>,
) -> Result<HashMap<Uuid, Watched>, DbErr> {
    let rows = find_in::<Entity, _, _>(conn, Column::Id, ids).await?;
    fed(conn, &rows, now).await
}

/// Those of these rows that are in the feed. Switches are read last: one raised meanwhile hides what was read before.
async fn fed<C: ConnectionTrait>(
    conn: &C,
    rows: &[Model],
    now: DateTime<Utc>,
) -> Result<HashMap<Uuid, Watched>, DbErr> {
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let mut themes = themes_of(conn, rows.iter().map(|row| row.id).collect()).await?;
    let switches = gallery_switch::Entity::find().all(conn).await?;
    let hides = |row: &Model| {
        switches.iter().any(|switch| switch.name == gallery_switch::ALL || switch.name == row.guard)
    };
    let is_fed = |row: &&Model| {
        let lasts = row.public_until.is_none_or(|until| until > now);
        row.withdrawn_at.is_none() && row.listed && row.in_feeds && lasts
    };
    let shown = rows.iter().filter(is_fed);
    Ok(shown
        .map(|row| (row.id, Watched::of(row, themes.remove(&row.id).unwrap_or_default(), hides(row))))
        .collect())
}

async fn themes_of<C: ConnectionTrait>(conn: &C, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Vec<Uuid>>, DbErr> {
    let links = find_in::<gallery_theme::Entity, _, _>(conn, gallery_theme::Column::DocumentId, ids).await?;
    let mut themes: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for gallery_theme::Model { document_id, theme_id } in links {
        themes.entry(document_id).or_default().push(theme_id);
    }
    Ok(themes)
}

/// What a letter may say of a document. It stays in a mailbox whatever becomes of the document: so no words of a quote, which somebody
/// may take back, and no place finer than those that files tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// Its title, in one line; none of words somebody said.
    pub title: Option<String>,
    /// When it takes place, in digits, as finely as is public.
    pub when: Option<String>,
    /// The name of its public place and its country.
    pub place: Option<String>,
    /// Where it is read: a path.
    pub path: String,
}

/// What of a document goes into a letter.
#[derive(Deserialize)]
struct Document {
    title: Option<String>,
    text: Option<String>,
    country: Option<String>,
    place: Place,
    when: When,
    links: Links,
}

#[derive(Deserialize)]
struct Place {
    precision: Precision,
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(tag = "precision", rename_all = "snake_case")]
enum When {
    Minute { starts_local: String, time_zone: String },
    Day { date: String },
    Month { date: String },
    Year { date: String },
    Unknown {},
}

#[derive(Deserialize)]
struct Links {
    #[serde(rename = "self")]
    this: String,
}

/// What letters may say of those of these documents that are shown to everybody now and that a filter lets through, in their order.
///
/// # Errors
/// The database's.
pub async fn news(
    gallery: &PublicDb,
    ids: &[Uuid],
    filter: &WatchFilter,
    language: &str,
    now: DateTime<Utc>,
) -> Result<Vec<News>, DbErr> {
    let mut rows = find_in::<Entity, _, _>(&**gallery, Column::Id, ids.to_vec()).await?;
    // What will not take place is no news.
    rows.retain(|row| !row.cancelled);
    let translated = gallery_translation::Entity::find()
        .filter(gallery_translation::Column::DocumentId.is_in(rows.iter().map(|row| row.id)))
        .filter(gallery_translation::Column::Language.eq(language));
    let translated = translated.all(&**gallery).await?;
    let fed = fed(&**gallery, &rows, now).await?;
    // A letter is not called back: what was withdrawn, hidden or changed since its row was read is left out, last of all.
    let standing = standing(&**gallery, rows.iter().map(|row| row.id).collect(), now).await?;
    rows.retain(|row| {
        let stands = |now: &Standing| now.is_fed && !now.is_hidden && now.version == row.version;
        standing.get(&row.id).is_some_and(stands)
    });
    let fits = |id: &Uuid| fed.get(id).is_some_and(|watched| !watched.is_hidden && watched.fits(filter));
    let mut bodies: HashMap<Uuid, (DocumentKind, String)> =
        rows.into_iter().filter(|row| fits(&row.id)).map(|row| (row.id, (row.kind, row.body))).collect();
    for row in translated {
        if let Some((_, body)) = bodies.get_mut(&row.document_id) {
            *body = row.body;
        }
    }
    let told = ids.iter().filter_map(|id| bodies.get(id));
    told.map(|(kind, body)| told_of(*kind, body, language)).collect()
}

fn told_of(kind: DocumentKind, body: &str, language: &str) -> Result<News, DbErr> {
    let document: Document = serde_json::from_str(body).map_err(|error| DbErr::Json(error.to_string()))?;
    let Document { title, text, country, place, when, links } = document;
    let title = match kind {
        DocumentKind::Quote => None,
        _ => title.or(text).map(|title| line(&text::shorten(&title, TITLE))),
    };
    let country = country.as_deref().and_then(reference::country);
    let is_told = matches!(place.precision, Precision::Locality | Precision::Region);
    let fine = place.name.filter(|_| is_told).map(|name| line(&name));
    let country = country.map(|country| country.name(language).to_owned());
    let named: Vec<String> = fine.into_iter().chain(country).collect();
    let place = (!named.is_empty()).then(|| named.join(", "));
    Ok(News { title, when: in_digits(when), place, path: links.this })
}

/// A time that is read alike in every language.
fn in_digits(when: When) -> Option<String> {
    match when {
        When::Minute { starts_local, time_zone } => {
            let local = starts_local.parse::<NaiveDateTime>().ok()?;
            Some(format!("{} ({time_zone})", local.format("%Y-%m-%d, %H:%M")))
        }
        When::Day { date } | When::Month { date } | When::Year { date } => Some(date),
        When::Unknown {} => None,
    }
}

/// A text in one line.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use ::entity::watch::{WatchedCountry, WatchedKind};

    use super::*;

    fn filter(countries: &[&str], bbox: Option<[f64; 4]>, kinds: &[WatchedKind]) -> WatchFilter {
        let countries = countries.iter().map(|code| WatchedCountry((*code).to_owned())).collect();
        WatchFilter { countries, themes: Vec::new(), bbox: bbox.map(Vec::from), kinds: kinds.to_vec() }
    }

    #[test]
    fn what_is_left_out_lets_all_through_and_of_several_values_one_has_to_fit() {
        let point = Some(Point { lat: 4.05, lon: 30.65 });
        let (country, kind) = (Some("SS".to_owned()), DocumentKind::Event);
        let seeds = Uuid::from_u128(1);
        let event = Watched { kind, country, point, themes: vec![seeds], is_hidden: false };
        let nowhere = Watched { country: None, point: None, themes: Vec::new(), ..event.clone() };
        let theme = |id| WatchFilter { themes: vec![Uuid::from_u128(id)], ..WatchFilter::default() };
        for (filter, fits) in [
            (WatchFilter::default(), [true, true]),
            (filter(&["KE", "SS"], None, &[]), [true, false]),
            (filter(&["KE"], None, &[]), [false, false]),
            (filter(&[], Some([30.0, 4.0, 31.0, 5.0]), &[]), [true, false]),
            (filter(&[], Some([31.0, 4.0, 30.0, 5.0]), &[]), [false, false]),
            (filter(&[], Some([170.0, 4.0, 31.0, 5.0]), &[]), [true, false]),
            (filter(&[], None, &[WatchedKind::Story, WatchedKind::Event]), [true, true]),
            (filter(&["SS"], None, &[WatchedKind::Quote]), [false, false]),
            (theme(1), [true, false]),
            (theme(2), [false, false]),
        ] {
            assert_eq!([event.fits(&filter), nowhere.fits(&filter)], fits, "{filter:?}");
        }
    }

    #[test]
    fn a_letter_has_no_words_of_quotes_and_no_exact_places() {
        let body = |more: &str, precision: &str| {
            format!(
                r#"{{{more}, "country": "SS", "place": {{"precision": "{precision}", "name": "Yei  Hall", "point": null}},
                "when": {{"precision": "minute", "starts_local": "2099-03-14T18:00:00", "time_zone": "Africa/Juba"}}, "links": {{"self": "/v1/x"}}}}"#
            )
        };
        let quote =
            told_of(DocumentKind::Quote, &body(r#""text": "We keep them""#, "locality"), "es").unwrap();
        assert_eq!((quote.title, quote.place.as_deref()), (None, Some("Yei Hall, Sudán del Sur")));
        assert_eq!(quote.when.as_deref(), Some("2099-03-14, 18:00 (Africa/Juba)"));
        let event = told_of(DocumentKind::Event, &body(r#""title": "On\nseeds""#, "exact"), "en").unwrap();
        assert_eq!((event.title.as_deref(), event.place.as_deref()), (Some("On seeds"), Some("South Sudan")));
    }
}
