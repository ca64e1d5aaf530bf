//! Documents as JSON-LD, in the words of schema.org, for search engines and libraries. It says what the document says, and nothing
//! that it does not.

use entity::gallery_document::DocumentKind;
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::problem::Problem;

/// A document as JSON-LD.
///
/// # Errors
/// 500 if it is no document.
pub fn write(app: &App, kind: DocumentKind, body: &str) -> Result<Vec<u8>, Problem> {
    let read: Value = serde_json::from_str(body).map_err(Problem::internal)?;
    let mut out = Map::new();
    put(&mut out, "@context", json!("https://schema.org"));
    put(&mut out, "@type", json!(word(kind, &read)));
    put(&mut out, "@id", json!(format!("urn:uuid:{}", text(&read["id"]))));
    put(&mut out, "identifier", read["id"].clone());
    let address = text(&read["links"]["self"]);
    put(&mut out, "url", app.address_of(address).map_or(read["links"]["self"].clone(), Value::from));
    put(&mut out, "inLanguage", read["text_language"].clone());
    put(&mut out, "dateModified", read["updated_at"].clone());
    put(&mut out, "name", read["title"].clone());
    put(&mut out, "description", first([&read["summary"], &read["description"]]));
    put(&mut out, "text", read["text"].clone());
    let themes = read["themes"].as_array().into_iter().flatten();
    put(&mut out, "keywords", themes.map(|theme| theme["label"].clone()).collect());
    match kind {
        DocumentKind::Event => event(&mut out, &read),
        DocumentKind::Quote => put(&mut out, "creator", speaker(&read["attribution"])),
        DocumentKind::Initiative => {
            put(&mut out, "location", place(&read));
            put(&mut out, "sameAs", read["url"].clone());
            let carriers = read["organisations"].as_array().into_iter().flatten();
            put(&mut out, "member", carriers.map(|one| organisation(&one["name"])).collect());
        }
        DocumentKind::Outcome => put(&mut out, "genre", read["kind"].clone()),
        // Its own address is where it is to be seen.
        DocumentKind::Story => put(&mut out, "url", read["url"].clone()),
    }
    if kind != DocumentKind::Event && kind != DocumentKind::Initiative {
        put(&mut out, "contentLocation", place(&read));
        let part_of = &read["event"];
        if part_of.is_object() {
            let id = format!("urn:uuid:{}", text(&part_of["id"]));
            put(&mut out, "subjectOf", json!({"@type": "Event", "@id": id, "name": part_of["title"]}));
        }
    }
    serde_json::to_vec(&out).map_err(Problem::internal)
}

/// What schema.org calls it.
fn word(kind: DocumentKind, read: &Value) -> &'static str {
    match (kind, text(&read["kind"])) {
        (DocumentKind::Event, _) => "Event",
        (DocumentKind::Quote, _) => "Quotation",
        (DocumentKind::Initiative, _) => "Project",
        (DocumentKind::Outcome, _) => "CreativeWork",
        (DocumentKind::Story, "video") => "VideoObject",
        (DocumentKind::Story, "audio") => "AudioObject",
        (DocumentKind::Story, "blog") => "BlogPosting",
        (DocumentKind::Story, "photo_essay") => "ImageGallery",
        (DocumentKind::Story, _) => "DigitalDocument",
    }
}

fn event(out: &mut Map<String, Value>, read: &Value) {
    let when = &read["when"];
    put(out, "startDate", first([&when["starts_at"], &when["date"]]));
    put(out, "endDate", when["ends_at"].clone());
    let status = if read["status"] == "cancelled" { "EventCancelled" } else { "EventScheduled" };
    put(out, "eventStatus", json!(format!("https://schema.org/{status}")));
    let mode = match text(&read["format"]) {
        "in_person" => "Offline",
        "online" => "Online",
        _ => "Mixed",
    };
    put(out, "eventAttendanceMode", json!(format!("https://schema.org/{mode}EventAttendanceMode")));
    put(out, "location", place(read));
    let hosts = read["hosts"].as_array().into_iter().flatten();
    let named = |host: &Value| match host["organisation"].is_null() {
        true => json!({"@type": "Person", "name": host["name"]}),
        false => organisation(&host["name"]),
    };
    put(out, "organizer", hosts.map(named).collect());
}

fn organisation(name: &Value) -> Value {
    json!({"@type": "Organization", "name": name})
}

/// Whoever allowed a name or pseudonym to be told; of others nothing is said that could be taken for one.
fn speaker(attribution: &Value) -> Value {
    match text(&attribution["level"]) {
        "name" | "pseudonym" => json!({"@type": "Person", "name": attribution["label"]}),
        _ => Value::Null,
    }
}

/// Where it is, as finely as the document says. The point of a whole country is none of its own.
fn place(read: &Value) -> Value {
    let (place, country) = (&read["place"], &read["country"]);
    let mut out = Map::new();
    put(&mut out, "name", place["name"].clone());
    if country.is_string() {
        put(&mut out, "address", json!({"@type": "PostalAddress", "addressCountry": country}));
    }
    if place["point"].is_object() && place["precision"] != "country" {
        let point = &place["point"];
        put(
            &mut out,
            "geo",
            json!({"@type": "GeoCoordinates", "latitude": point["lat"], "longitude": point["lon"]}),
        );
    }
    if out.is_empty() {
        return Value::Null;
    }
    out.insert("@type".to_owned(), json!("Place"));
    Value::Object(out)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The first that is there.
fn first<const N: usize>(values: [&Value; N]) -> Value {
    values.into_iter().find(|value| !value.is_null()).cloned().unwrap_or_default()
}

/// Says something, unless there is nothing to say.
fn put(out: &mut Map<String, Value>, name: &str, value: Value) {
    if !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty()) {
        out.insert(name.to_owned(), value);
    }
}
