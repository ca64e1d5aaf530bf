//! Countries and how much they have, in lines.

use super::{Label, Lines};
use crate::app::App;
use crate::gallery::counts::KindCounts;
use crate::gallery::shapes::GalleryCountry;
use crate::gallery::words_for;

impl Lines {
    /// How much there is of each kind that there is anything of.
    pub fn counts(&mut self, mut counts: KindCounts) {
        for (kind, word) in words_for::each_kind(self.language) {
            if *counts.of(kind) > 0 {
                self.named(word, &counts.of(kind).to_string());
            }
        }
    }

    /// A country by its name.
    pub fn country(&mut self, code: &str, name: &str) {
        self.line(Label::Country, &format!("{name} ({code})"));
    }

    /// Countries, each with how much it has and where its page is.
    pub fn countries(&mut self, app: &App, countries: &[GalleryCountry]) {
        for country in countries {
            self.gap();
            self.country(country.code, country.name);
            self.counts(country.counts);
            self.here(app, &format!("/v1/gallery/countries/{}", country.code));
        }
    }

    /// Where the lists of those kinds are that a country has anything of.
    pub fn lists(&mut self, app: &App, code: &str, mut counts: KindCounts) {
        self.gap();
        for (kind, word) in words_for::each_kind(self.language) {
            if *counts.of(kind) > 0 {
                let path = format!("/v1/gallery/{}?country={code}", crate::publishing::collection(kind));
                self.address(word, &app.address_of(&path).unwrap_or(path));
            }
        }
    }

    /// A text that was finished before, after an empty line.
    pub fn block(&mut self, text: &str) {
        self.gap();
        self.text.push_str(text);
    }

    /// That there is nothing yet.
    pub fn nothing_yet(&mut self) {
        self.gap();
        self.text.push_str(words_for::nothing_yet(self.language));
        self.text.push('\n');
    }
}
