//! Documents read again, for those forms that are made from a few of their members: feeds and cards.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

use crate::app::App;
use crate::problem::Problem;

/// What of a document, whatever its kind, goes into feeds and cards.
#[derive(Deserialize)]
pub struct Document {
    /// Identifier.
    pub id: Uuid,
    title: Option<String>,
    text: Option<String>,
    summary: Option<String>,
    description: Option<String>,
    url: Option<String>,
    /// The country, if it has one.
    pub country: Option<String>,
    /// The language of its texts here.
    pub text_language: String,
    /// What it is about.
    pub themes: Vec<Theme>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    attribution: Option<Attribution>,
    links: Links,
}

/// A theme.
#[derive(Deserialize)]
pub struct Theme {
    /// Identifier.
    pub id: Uuid,
    /// What it is called.
    pub label: String,
}

#[derive(Deserialize)]
struct Attribution {
    label: Option<String>,
}

#[derive(Deserialize)]
struct Links {
    #[serde(rename = "self")]
    this: String,
}

/// Characters of what serves as a title where there is none.
const TITLE: usize = 100;
/// Characters of a summary.
const SUMMARY: usize = 1000;

impl Document {
    /// Reads the finished JSON of a document.
    ///
    /// # Errors
    /// 500 if it is none.
    pub fn read(body: &str) -> Result<Self, Problem> {
        serde_json::from_str(body).map_err(Problem::internal)
    }

    /// Its title, or the beginning of its words.
    pub fn title(&self) -> String {
        let title = self.title.as_ref().or(self.text.as_ref());
        shortened(title.map(String::as_str).unwrap_or_default(), TITLE)
    }

    /// Its words, if it is of words alone.
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// What it says in short, if it says more than its title.
    pub fn summary(&self) -> Option<String> {
        self.summary.as_ref().or(self.description.as_ref()).map(|text| shortened(text, SUMMARY))
    }

    /// Who said it, as finely as that may be told.
    pub fn said_by(&self) -> Option<&str> {
        self.attribution.as_ref()?.label.as_deref()
    }

    /// Where it is to be read or seen elsewhere.
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// Where it is on this server; a whole address where that is known.
    pub fn address(&self, app: &App) -> String {
        app.address_of(&self.links.this).unwrap_or_else(|| self.links.this.clone())
    }
}

/// At most so many characters, whole words where there are any.
pub fn shortened(text: &str, most: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(most) else { return text.to_owned() };
    let words = text[..end].rfind(char::is_whitespace).unwrap_or(end);
    format!("{}…", text[..words].trim_end())
}

/// A text as it stands in XML and HTML, in an attribute too; what neither allows is left out.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\t' | '\n' | '\r' => safe.push(character),
            '\u{fffe}' | '\u{ffff}' => {}
            character if character.is_control() => {}
            character => safe.push(character),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_taken_for_markup() {
        assert_eq!(
            escaped("<a href='x'>\"&\"</a>\u{1}\u{85}\u{ffff}é\n"),
            "&lt;a href=&#39;x&#39;&gt;&quot;&amp;&quot;&lt;/a&gt;é\n"
        );
    }

    #[test]
    fn a_long_text_ends_after_a_word() {
        assert_eq!(shortened("short", 10), "short");
        assert_eq!(shortened("über weite Felder", 12), "über weite…");
        assert_eq!(shortened("überweiteFelder", 4), "über…");
    }
}
