//! How the documents of an answer are shown: whole, some of their members, or as text.

use actix_web::HttpRequest;
use actix_web::http::Uri;
use chrono_tz::Tz;

use super::accept::Form;
use super::excerpt::{Excerpt, Fields};
use super::plain::{Label, Lines};
use super::{languages, local_times};
use crate::app::App;
use crate::http::etag::{self, Cache, Ready};
use crate::http::language::Wanted;
use crate::http::page::next_address;
use crate::problem::Problem;

/// How documents are shown.
pub struct Style<'a> {
    app: &'a App,
    text: bool,
    excerpt: Option<Excerpt>,
    zone: Option<Tz>,
    /// The language for names and labels.
    pub language: &'static str,
}

impl<'a> Style<'a> {
    /// What a reader asks for.
    pub fn of(app: &'a App, req: &HttpRequest, wanted: &Wanted, fields: &Fields) -> Self {
        let text = Form::of(req.headers()) == Form::Text;
        let language = languages::for_names(wanted);
        Self { app, text, excerpt: fields.excerpt(), zone: None, language }
    }

    /// With the wall times of a zone.
    pub fn at(self, zone: Option<Tz>) -> Self {
        Self { zone, ..self }
    }

    /// For a list: as text only what is needed to choose from it, unless something else is asked for.
    pub fn brief(mut self) -> Self {
        if self.text && self.excerpt.is_none() {
            self.excerpt = Some(Excerpt::brief());
        }
        self
    }

    /// Whether as text.
    pub const fn is_text(&self) -> bool {
        self.text
    }

    /// Whether as the door rendered it.
    pub const fn is_whole(&self) -> bool {
        !self.text && self.excerpt.is_none() && self.zone.is_none()
    }

    /// Lines in the language for labels.
    pub const fn lines(&self) -> Lines {
        Lines::new(self.language)
    }

    /// A document as it is shown.
    ///
    /// # Errors
    /// 500 if it is none.
    pub fn document(&self, body: String) -> Result<String, Problem> {
        let body = match self.zone {
            Some(zone) => local_times::add(body, zone),
            None => body,
        };
        match &self.excerpt {
            excerpt if self.text => {
                let mut lines = self.lines();
                lines.document(self.app, &body, excerpt.as_ref())?;
                Ok(lines.finish())
            }
            Some(excerpt) => excerpt.of(&body),
            None => Ok(body),
        }
    }

    /// A page of texts: one after the other, or that there are none, and where it goes on.
    pub fn page(&self, texts: &[String], uri: &Uri, cursor: Option<&str>) -> String {
        let mut lines = self.lines();
        texts.iter().for_each(|text| lines.block(text));
        if texts.is_empty() {
            lines.nothing_yet();
        }
        if let Some(cursor) = cursor {
            let next = next_address(uri, cursor);
            lines.gap();
            lines.address(Label::Next.word(self.language), &self.app.address_of(&next).unwrap_or(next));
        }
        lines.finish()
    }

    /// The answer, once it is put together. `languages` are those of its documents.
    pub fn ready<'l>(
        &self,
        body: impl Into<actix_web::web::Bytes>,
        languages: impl Iterator<Item = &'l str>,
    ) -> Ready {
        let form = match self.excerpt {
            _ if self.text => etag::TEXT,
            Some(_) => etag::EXCERPT,
            None => etag::JSON,
        };
        let mut ready = Ready::new(body, form, Cache::Gallery);
        ready.content_language = languages::shared(languages.chain(self.text.then_some(self.language)));
        ready.negotiated = true;
        ready
    }
}
