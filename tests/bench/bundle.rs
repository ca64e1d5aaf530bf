//! A bundle made with a seed: the same seed and size make the same bytes. All of it is invented and says so.

use std::io::{self, Write};

use api::reference::{self, Point};
use serde_json::{Value, json};

/// Countries with a zone and the language most is written in, the busiest first.
const COUNTRIES: [(&str, &str, &str); 24] = [
    ("SS", "Africa/Juba", "en"),
    ("BR", "America/Sao_Paulo", "pt"),
    ("KE", "Africa/Nairobi", "en"),
    ("CO", "America/Bogota", "es"),
    ("UG", "Africa/Kampala", "en"),
    ("SN", "Africa/Dakar", "fr"),
    ("PH", "Asia/Manila", "en"),
    ("MX", "America/Mexico_City", "es"),
    ("ZM", "Africa/Lusaka", "en"),
    ("NP", "Asia/Kathmandu", "en"),
    ("GT", "America/Guatemala", "es"),
    ("ML", "Africa/Bamako", "fr"),
    ("IN", "Asia/Kolkata", "en"),
    ("AR", "America/Argentina/Cordoba", "es"),
    ("MZ", "Africa/Maputo", "pt"),
    ("FJ", "Pacific/Fiji", "en"),
    ("GE", "Asia/Tbilisi", "en"),
    ("LB", "Asia/Beirut", "fr"),
    ("GH", "Africa/Accra", "en"),
    ("BO", "America/La_Paz", "es"),
    ("NG", "Africa/Lagos", "en"),
    ("BD", "Asia/Dhaka", "en"),
    ("TN", "Africa/Tunis", "fr"),
    ("PG", "Pacific/Port_Moresby", "en"),
];

/// Words of titles and texts: the first are in a good part of all documents, the last in few.
const WORDS: [&str; 64] = [
    "water",
    "trust",
    "land",
    "meeting",
    "neighbours",
    "school",
    "work",
    "river",
    "support",
    "audit",
    "grants",
    "listening",
    "market",
    "women",
    "young",
    "radio",
    "health",
    "harvest",
    "road",
    "bridge",
    "letters",
    "council",
    "language",
    "songs",
    "memory",
    "seeds",
    "shelter",
    "journey",
    "garden",
    "night",
    "wells",
    "teachers",
    "boats",
    "fishers",
    "mothers",
    "paper",
    "signal",
    "clinic",
    "translation",
    "budget",
    "kitchen",
    "library",
    "forest",
    "rain",
    "dust",
    "bicycles",
    "weavers",
    "nurses",
    "drums",
    "maps",
    "lanterns",
    "ferries",
    "orchard",
    "bakers",
    "archive",
    "potters",
    "windmill",
    "compass",
    "almanac",
    "causeway",
    "tinsmith",
    "ropewalk",
    "saltpan",
    "aqueduct",
];

/// What rare words are made of.
const SYLLABLES: [&str; 10] = ["ba", "du", "fi", "go", "ke", "lo", "ma", "ni", "ru", "ti"];

/// How many documents of each kind there are in a hundred; the rest are events.
const INITIATIVES: u32 = 1;
const OUTCOMES: u32 = 15;
const QUOTES: u32 = 20;
const STORIES: u32 = 14;
const THEMES: u32 = 20;

/// Writes a bundle of so many records, of which nearly all become documents.
///
/// # Errors
/// The writer's.
pub fn write(out: &mut impl Write, records: u32, seed: u64) -> io::Result<()> {
    let header = json!({
        "type": "bundle", "format": "solidarity-bundle", "version": 1, "source": "benchmark", "language": "en",
        "note": "Samples made by a program: invented people, organisations, events and words.",
    });
    line(out, &header)?;
    let people = records / 100 + 1;
    let organisations = records / 200 + 1;
    let documents = records.saturating_sub(THEMES + people + organisations);
    let share = |percent: u32| documents * percent / 100 + 1;
    let mut maker =
        Maker { chance: Chance(seed), people, organisations, initiatives: share(INITIATIVES), events: 0 };
    maker.events =
        documents.saturating_sub([INITIATIVES, OUTCOMES, QUOTES, STORIES].map(share).iter().sum()).max(1);
    let order: [(u32, Make); 8] = [
        (THEMES, Maker::theme),
        (organisations, Maker::organisation),
        (people, Maker::person),
        (maker.initiatives, Maker::initiative),
        (maker.events, Maker::event),
        (share(OUTCOMES), Maker::outcome),
        (share(QUOTES), Maker::quote),
        (share(STORIES), Maker::story),
    ];
    for (count, make) in order {
        for number in 0..count {
            let value = make(&mut maker, number);
            line(out, &value)?;
        }
    }
    Ok(())
}

fn line(out: &mut impl Write, value: &Value) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

/// Makes the record of a number.
type Make = fn(&mut Maker, u32) -> Value;

struct Maker {
    chance: Chance,
    people: u32,
    organisations: u32,
    initiatives: u32,
    events: u32,
}

impl Maker {
    fn theme(&mut self, number: u32) -> Value {
        let word = WORDS[number as usize];
        json!({"type": "theme", "id": format!("t{number}"), "labels": {"en": format!("Sample {word}"), "es": format!("Ejemplo {word}")}})
    }

    fn organisation(&mut self, number: u32) -> Value {
        let name = format!("Sample group {number} for {}", self.word());
        json!({"type": "organisation", "id": format!("o{number}"), "name": name, "kind": "grassroots_group", "country": self.country().0})
    }

    fn person(&mut self, number: u32) -> Value {
        let role = *self.chance.of(&["activist", "activist", "activist", "donor", "ally"]);
        let mut person = json!({"type": "person", "id": format!("p{number}"), "display_name": format!("Sample Person {number}"), "role": role, "country": self.country().0});
        if self.chance.percent(60) {
            person["consents"] = json!([{"purpose": "publish_name", "method": "online"}]);
        }
        person
    }

    fn initiative(&mut self, number: u32) -> Value {
        let (code, _, language) = self.country();
        let mut initiative = json!({
            "type": "initiative", "id": format!("i{number}"), "title": self.title("initiative"), "summary": self.text(20),
            "description": self.text(60), "country": code, "language": "en", "languages": [language],
            "themes": self.themes(), "organisations": [self.organisation_id()], "status": "published",
            "url": format!("https://example.org/samples/i{number}"),
        });
        self.translate(&mut initiative, language);
        initiative
    }

    fn event(&mut self, number: u32) -> Value {
        let (code, zone, language) = self.country();
        let kind = *self.chance.of(&["dialogue", "dialogue", "dialogue", "jam_session", "training", "forum"]);
        let (precision, place) = self.place(code);
        let mut event = json!({
            "type": "event", "id": format!("e{number}"), "kind": kind, "title": self.title("event"),
            "summary": self.text(18), "description": self.text(40), "language": "en", "languages": [language, "en"],
            "format": "in_person", "when": self.when(zone), "place": place, "public_precision": precision,
            "hosts": [self.person_id()], "co_hosts": [self.organisation_id()],
            "initiative": format!("i{}", self.chance.below(self.initiatives)),
            "questions": [self.text(9), self.text(7)], "purposes": [self.text(3)], "themes": self.themes(),
            "visibility": "public", "risk": "low", "status": "held",
            "headcount": {"activist": 12 + self.chance.below(30), "donor": self.chance.below(5), "ally": self.chance.below(9)},
        });
        self.translate(&mut event, language);
        event
    }

    /// Nearly all have been; one in forty is yet to come.
    fn when(&mut self, zone: &str) -> Value {
        let year = if self.chance.percent(3) { 2099 } else { 2017 + self.chance.below(9) };
        let (month, day) = (1 + self.chance.below(12), 1 + self.chance.below(28));
        match self.chance.below(10) {
            0 => json!({"precision": "month", "date": format!("{year}-{month:02}")}),
            1..=4 => json!({"precision": "day", "date": format!("{year}-{month:02}-{day:02}")}),
            _ => {
                let starts = format!("{year}-{month:02}-{day:02}T{:02}:30:00", 9 + self.chance.below(9));
                json!({"precision": "minute", "starts_local": starts, "time_zone": zone, "duration_minutes": 120})
            }
        }
    }

    /// As many places as there are hundreds of events, so that one has about as many whatever the size of the bundle.
    fn place(&mut self, code: &str) -> (&'static str, Value) {
        if self.chance.percent(30) {
            return ("country", json!({"country": code}));
        }
        let middle = reference::country(code).map_or(Point { lat: 0.0, lon: 0.0 }, |country| country.point);
        let place = self.chance.below((self.events / 1000).max(1));
        let mut fixed = Chance(u64::from(place));
        let apart = |chance: &mut Chance| f64::from(chance.below(4000)) / 1000.0 - 2.0;
        let (lat, lon) = (middle.lat + apart(&mut fixed), middle.lon + apart(&mut fixed));
        let lon = lon.clamp(-179.9, 179.9);
        let point = json!({"lat": (lat * 1e4).round() / 1e4, "lon": (lon * 1e4).round() / 1e4});
        (
            "locality",
            json!({"country": code, "region": "Sample Region", "locality": format!("Sample Town {place}"), "point": point}),
        )
    }

    fn outcome(&mut self, number: u32) -> Value {
        let kind = *self.chance.of(&["finding", "barrier", "need", "recommendation", "decision", "lesson"]);
        json!({"type": "outcome", "id": format!("x{number}"), "event": self.event_id(), "kind": kind, "text": format!("Sample {kind}: {}.", self.text(22)), "themes": self.themes(), "status": "approved"})
    }

    fn quote(&mut self, number: u32) -> Value {
        let level = *self.chance.of(&["anonymous", "anonymous", "name", "role_and_country"]);
        let mut quote = json!({
            "type": "quote", "id": format!("q{number}"), "event": self.event_id(), "text": format!("Sample quote: {}.", self.text(20)),
            "attribution": {"level": level}, "themes": self.themes(), "status": "approved",
            "consent": {"purpose": "publish_quote", "method": "online"},
        });
        if level != "anonymous" {
            quote["person"] = self.person_id().into();
        }
        quote
    }

    fn story(&mut self, number: u32) -> Value {
        let (code, _, language) = self.country();
        let kind = *self.chance.of(&["video", "blog", "document", "audio", "photo_essay"]);
        let mut story = json!({
            "type": "story", "id": format!("s{number}"), "kind": kind, "title": self.title("story"), "summary": self.text(16),
            "url": format!("https://example.org/samples/s{number}"), "country": code, "event": self.event_id(), "language": "en",
            "themes": self.themes(), "status": "approved",
        });
        self.translate(&mut story, language);
        story
    }

    /// Three in ten have a translation.
    fn translate(&mut self, record: &mut Value, language: &str) {
        if language != "en" && self.chance.percent(60) {
            let (title, summary) = (self.title("ejemplo"), self.text(15));
            record["translations"] = json!({language: {"title": title, "summary": summary, "by": "machine"}});
        }
    }

    fn title(&mut self, what: &str) -> String {
        format!("Sample {what}: {} and {}", self.word(), self.word())
    }

    fn text(&mut self, words: u32) -> String {
        (0..words).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }

    fn themes(&mut self) -> Value {
        let first = self.chance.skewed(THEMES);
        let second = self.chance.skewed(THEMES);
        if first == second {
            json!([format!("t{first}")])
        } else {
            json!([format!("t{first}"), format!("t{second}")])
        }
    }

    /// One in eight is made of three syllables: each of those words is in about one document of a hundred.
    fn word(&mut self) -> String {
        if self.chance.below(8) > 0 {
            return WORDS[self.chance.skewed(WORDS.len() as u32) as usize].to_owned();
        }
        (0..3).map(|_| *self.chance.of(&SYLLABLES)).collect()
    }

    fn country(&mut self) -> (&'static str, &'static str, &'static str) {
        COUNTRIES[self.chance.skewed(COUNTRIES.len() as u32) as usize]
    }

    fn person_id(&mut self) -> String {
        format!("p{}", self.chance.below(self.people))
    }

    fn organisation_id(&mut self) -> String {
        format!("o{}", self.chance.below(self.organisations))
    }

    fn event_id(&mut self) -> String {
        format!("e{}", self.chance.below(self.events))
    }
}

/// Numbers by chance that are the same for the same seed (SplitMix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Less than `end`, all equally likely.
    fn below(&mut self, end: u32) -> u32 {
        // Too few bits are shifted away to be noticed, and what is left fits.
        ((u128::from(self.next()) * u128::from(end)) >> 64) as u32
    }

    /// Less than `end`, the small ones more often: the least likely a hundred times less than the likeliest.
    fn skewed(&mut self, end: u32) -> u32 {
        let part = f64::from(self.below(1 << 20)) / f64::from(1 << 20);
        ((100_f64.powf(part) - 1.0) / 99.0 * f64::from(end)) as u32
    }

    fn percent(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    fn of<'a, T>(&mut self, values: &'a [T]) -> &'a T {
        &values[self.below(values.len() as u32) as usize]
    }
}
