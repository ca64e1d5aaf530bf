//! A document in lines. It says no more than the document does.

use entity::gallery_document::DocumentKind;
use serde_json::Value;

use super::labels::state;
use super::{Label, Lines};
use crate::app::App;
use crate::gallery::excerpt::Excerpt;
use crate::problem::Problem;
use crate::reference;

impl Lines {
    /// A document, or what is wanted of it. Numbers of people, points and other languages have no line.
    ///
    /// # Errors
    /// 500 if it is none.
    pub fn document(&mut self, app: &App, body: &str, wanted: Option<&Excerpt>) -> Result<(), Problem> {
        let read: Value = serde_json::from_str(body).map_err(Problem::internal)?;
        let all = Members { read: &read, wanted };
        self.head(&all);
        self.line(Label::Kind, &words(all.get("kind")));
        self.line(Label::Status, state(text(all.get("status")), self.language));
        self.line(Label::When, &when(all.get("when")));
        self.line(Label::Where, &place(&all, self.language));
        self.line(Label::Format, &words(all.get("format")));
        self.line(Label::Languages, &listed(all.get("languages"), ""));
        self.line(Label::Hosts, &listed(all.get("hosts"), "name"));
        self.line(Label::Hosts, &listed(all.get("co_hosts"), "name"));
        self.line(Label::Organisations, &listed(all.get("organisations"), "name"));
        self.line(Label::By, text(&all.get("attribution")["label"]));
        self.line(Label::Asks, &listed(all.get("addressed_to"), ""));
        self.paragraphs(Label::Summary, text(all.get("summary")));
        self.paragraphs(Label::Text, text(all.get("description")));
        self.paragraphs(Label::Questions, &lines(all.get("questions")));
        self.paragraphs(Label::Topics, &lines(all.get("topics")));
        self.line(Label::Accessibility, &listed(all.get("accessibility"), ""));
        for (name, kind) in [("event", DocumentKind::Event), ("initiative", DocumentKind::Initiative)] {
            self.line(Label::One(kind), text(&all.get(name)["title"]));
        }
        self.line(Label::Seats, state(text(all.get("seats")), self.language));
        self.line(Label::Themes, &listed(all.get("themes"), "label"));
        self.line(Label::Link, text(all.get("url")));
        self.line(Label::Recording, text(all.get("recording")));
        self.line(Label::Confirmed, text(all.get("confirmed_on")));
        self.line(Label::Changed, text(all.get("updated_at")));
        match text(&all.get("links")["self"]) {
            "" => self.named("id", text(all.get("id"))),
            here => self.here(app, here),
        }
        Ok(())
    }

    /// The title, or the words of what has none, behind what it is.
    fn head(&mut self, all: &Members<'_>) {
        let word = text(&all.read["type"]);
        let Some(kind) = DocumentKind::ALL.iter().find(|kind| kind.as_str() == word) else { return };
        self.line(Label::One(*kind), text(all.get("title")));
        self.paragraphs(Label::One(*kind), text(all.get("text")));
    }

    /// Where something is on this server; a whole address where that is known.
    pub fn here(&mut self, app: &App, path: &str) {
        let address = app.address_of(path).unwrap_or_else(|| path.to_owned());
        self.address(Label::Address.word(self.language), &address);
    }
}

/// The members of a document, as far as they are wanted.
struct Members<'a> {
    read: &'a Value,
    wanted: Option<&'a Excerpt>,
}

impl<'a> Members<'a> {
    fn get(&self, name: &str) -> &'a Value {
        match self.wanted.is_none_or(|wanted| wanted.has(name)) {
            true => &self.read[name],
            false => &Value::Null,
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A word of ours as it is read: `jam_session` is two.
fn words(value: &Value) -> String {
    text(value).replace('_', " ")
}

/// The texts of a list, or of a member of its objects, separated by commas.
fn listed(list: &Value, member: &str) -> String {
    let one = |value: &Value| match member {
        "" => words(value),
        name => text(&value[name]).to_owned(),
    };
    let all: Vec<String> = list.as_array().into_iter().flatten().map(one).collect();
    all.join(", ")
}

/// The texts of a list, each in its line.
fn lines(list: &Value) -> String {
    list.as_array().into_iter().flatten().map(text).collect::<Vec<_>>().join("\n")
}

/// `2027-03-14 18:00 Africa/Juba (120 min)`, or the date as far as it is known.
fn when(when: &Value) -> String {
    let wall = |at: &Value| text(at).get(..16).unwrap_or_default().replace('T', " ");
    if !when["starts_local"].is_string() {
        return text(&when["date"]).to_owned();
    }
    let mut said = format!(
        "{} {} ({} min)",
        wall(&when["starts_local"]),
        text(&when["time_zone"]),
        when["duration_minutes"].as_i64().unwrap_or_default()
    );
    let local = &when["local"];
    if local.is_object() {
        said += &format!(" = {} {}", wall(&local["starts_local"]), text(&local["time_zone"]));
    }
    said
}

/// The name of the place and its country, each once.
fn place(all: &Members<'_>, language: &str) -> String {
    let name = text(&all.get("place")["name"]);
    let country = reference::country(text(all.get("country"))).map(|country| country.name(language));
    match country {
        Some(country) if name.is_empty() || all.get("place")["precision"] == "country" => country.to_owned(),
        Some(country) => format!("{name}, {country}"),
        None => name.to_owned(),
    }
}
