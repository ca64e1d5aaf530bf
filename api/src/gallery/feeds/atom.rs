//! Writing Atom (RFC 4287) with deleted entries (RFC 6721).

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, Utc};
use uuid::Uuid;

use crate::app::App;
use crate::gallery::reading::{Document, escaped};
use crate::reference;

/// A page of a feed.
pub struct Feed<'a> {
    /// The same for all pages, and in all languages.
    pub id: Uuid,
    /// What it is called.
    pub title: &'a str,
    /// The language of the title.
    pub language: &'a str,
    /// Who publishes it.
    pub author: &'a str,
    /// Where this page is.
    pub this: String,
    /// Where the next page is, if there is one.
    pub next: Option<String>,
    /// What there is, the last changed first.
    pub entries: Vec<Document>,
    /// What has gone, and when, the last first.
    pub gone: Vec<(Uuid, DateTime<Utc>)>,
}

impl Feed<'_> {
    /// As it is sent.
    pub fn write(&self, app: &App) -> String {
        let newest = self.entries.first().map(|entry| entry.updated_at);
        let newest = newest.max(self.gone.first().map(|(_, at)| *at)).unwrap_or_default();
        let mut out = String::with_capacity(1000 + self.entries.len() * 1500);
        out.push_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
        out.push_str(
            "<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:at=\"http://purl.org/atompub/tombstones/1.0\"",
        );
        // Writing to a String cannot fail.
        let _ = writeln!(out, " xml:lang=\"{}\">", self.language);
        let _ = writeln!(out, "<id>{}</id>", self.id.urn());
        let _ = writeln!(out, "<title>{}</title>", escaped(self.title));
        let _ = writeln!(out, "<updated>{}</updated>", instant(newest));
        let _ = writeln!(out, "<author><name>{}</name></author>", escaped(self.author));
        let _ = writeln!(
            out,
            "<link rel=\"self\" type=\"application/atom+xml\" href=\"{}\"/>",
            escaped(&self.this)
        );
        if let Some(next) = &self.next {
            let _ = writeln!(
                out,
                "<link rel=\"next\" type=\"application/atom+xml\" href=\"{}\"/>",
                escaped(next)
            );
        }
        for (id, at) in &self.gone {
            let _ = writeln!(out, "<at:deleted-entry ref=\"{}\" when=\"{}\"/>", id.urn(), instant(*at));
        }
        for entry in &self.entries {
            write_entry(&mut out, app, entry);
        }
        out.push_str("</feed>\n");
        out
    }
}

fn write_entry(out: &mut String, app: &App, entry: &Document) {
    let _ = writeln!(out, "<entry xml:lang=\"{}\">", escaped(&entry.text_language));
    let _ = writeln!(out, "<id>{}</id>", entry.id.urn());
    let _ = writeln!(out, "<title>{}</title>", escaped(&entry.title()));
    let _ = writeln!(out, "<updated>{}</updated>", instant(entry.updated_at));
    if let Some(name) = entry.said_by() {
        let _ = writeln!(out, "<author><name>{}</name></author>", escaped(name));
    }
    if let Some(url) = entry.url() {
        let _ = writeln!(out, "<link rel=\"alternate\" href=\"{}\"/>", escaped(url));
    }
    let address = escaped(&entry.address(app));
    let _ = writeln!(out, "<link rel=\"alternate\" type=\"application/json\" href=\"{address}\"/>");
    if let Some(country) = entry.country.as_deref().and_then(reference::country) {
        let label = escaped(country.name(&entry.text_language));
        let _ = writeln!(
            out,
            "<category scheme=\"urn:iso:std:iso:3166:-1\" term=\"{}\" label=\"{label}\"/>",
            country.code
        );
    }
    for theme in &entry.themes {
        let _ = writeln!(out, "<category term=\"{}\" label=\"{}\"/>", theme.id, escaped(&theme.label));
    }
    if let Some(summary) = entry.summary() {
        let _ = writeln!(out, "<summary>{}</summary>", escaped(&summary));
    }
    if let Some(text) = entry.text() {
        let _ = writeln!(out, "<content>{}</content>", escaped(text));
    }
    out.push_str("</entry>\n");
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}
