//! Which language an answer is in: `?lang=`, else `Accept-Language`, else the original.

use std::cmp::Reverse;

use icu_locale_core::{LanguageIdentifier, Locale};

use crate::problem::Problem;

/// No language tag is longer (RFC 5646 §4.4.1).
const LONGEST_TAG: usize = 35;
/// More wishes than this are noise, or somebody who would fill the cache.
const MOST_WISHES: usize = 5;

/// A language tag in canonical case (`es-MX`, `zh-Hant`), for records.
///
/// `None` if the text is not a BCP 47 tag of language, script, region and variants, or longer than
/// 35 characters.
pub fn canonical_tag(text: &str) -> Option<String> {
    let short = text.len() <= LONGEST_TAG;
    short.then(|| LanguageIdentifier::try_from_str(text).ok())?.map(|tag| tag.to_string())
}

/// The languages that a reader wants, best first: at most five canonical tags.
///
/// A tag is followed by what it falls back to (`es-MX` by `es`), as RFC 4647 §3.4 looks tags up.
/// Equal wishes are equal values, so this can be part of a cache key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Wanted(Vec<String>);

impl Wanted {
    /// Reads the parameter `lang`, or where there is none the header `Accept-Language`.
    ///
    /// The header is a mere wish: what is malformed in it is passed over.
    ///
    /// # Errors
    /// 400 if `lang` is not a language tag.
    pub fn from(lang: Option<&str>, accept_language: Option<&str>) -> Result<Self, Problem> {
        let Some(lang) = lang else {
            return Ok(Self::of(accept_language.map(ranked).unwrap_or_default()));
        };
        let detail = "must be a BCP 47 language tag, such as `es` or `pt-BR`";
        let tag = parse(lang).ok_or_else(|| Problem::invalid_parameter("lang", "invalid_format", detail))?;
        Ok(Self::of(vec![tag]))
    }

    fn of(tags: Vec<String>) -> Self {
        let mut wanted: Vec<String> = Vec::new();
        for tag in &tags {
            let ends = tag.match_indices('-').map(|(at, _)| at).chain([tag.len()]);
            for fallback in ends.map(|end| &tag[..end]).rev() {
                if !wanted.iter().any(|known| known == fallback) {
                    wanted.push(fallback.to_owned());
                }
            }
        }
        wanted.truncate(MOST_WISHES);
        Self(wanted)
    }

    /// The tags, best first.
    pub fn tags(&self) -> &[String] {
        &self.0
    }

    /// The best of the `available` languages; the `original` where none is wanted.
    ///
    /// A wish for `pt` is also met by `pt-BR`.
    pub fn pick<'a>(&self, available: impl Iterator<Item = &'a str> + Clone, original: &'a str) -> &'a str {
        let meets = |wish: &str, tag: &str| {
            tag.strip_prefix(wish).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        let offers = || available.clone().chain([original]);
        let best = |wish: &String| offers().filter(|tag| meets(wish, tag)).min_by_key(|tag| tag.len());
        self.0.iter().find_map(best).unwrap_or(original)
    }
}

/// The language, script, region and variants of a tag; extensions say nothing about a text.
fn parse(text: &str) -> Option<String> {
    let short = text.len() <= LONGEST_TAG;
    short.then(|| Locale::try_from_str(text).ok())?.map(|locale| locale.id.to_string())
}

/// The tags of an `Accept-Language` field (RFC 9110 §12.5.4) by falling weight.
fn ranked(field: &str) -> Vec<String> {
    let mut tags: Vec<(u16, String)> = field.split(',').filter_map(weighted).collect();
    tags.sort_by_key(|(weight, _)| Reverse(*weight));
    tags.into_iter().map(|(_, tag)| tag).take(MOST_WISHES).collect()
}

/// `es;q=0.8` as (800, "es"); none for `*`, weight 0 and whatever is malformed.
fn weighted(element: &str) -> Option<(u16, String)> {
    let (range, parameter) = element.split_once(';').unwrap_or((element, "q=1"));
    let weight: f32 = parameter.trim().strip_prefix(['q', 'Q'])?.strip_prefix('=')?.parse().ok()?;
    let thousandths = (weight * 1000.0).round() as u16;
    let wanted = (0.0..=1.0).contains(&weight) && thousandths > 0;
    wanted.then(|| parse(range.trim()))?.map(|tag| (thousandths, tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(field: &str) -> Vec<String> {
        Wanted::from(None, Some(field)).unwrap().0
    }

    #[test]
    fn a_tag_gets_its_canonical_case() {
        assert_eq!(canonical_tag("ZH-hant-tw").as_deref(), Some("zh-Hant-TW"));
        assert_eq!(canonical_tag("ES").as_deref(), Some("es"));
        for text in ["", "e", "es_MX", "es-", "español", "es-u-co-trad", &"a".repeat(36)] {
            assert_eq!(canonical_tag(text), None, "{text}");
        }
    }

    #[test]
    fn the_header_is_ordered_by_weight_and_falls_back_by_prefix() {
        assert_eq!(header("en;q=0.5, es-MX, fr;q=0.8"), ["es-MX", "es", "fr", "en"]);
        assert_eq!(header("zh-Hant-TW"), ["zh-Hant-TW", "zh-Hant", "zh"]);
        assert_eq!(header("es, es-MX;q=0.9"), ["es", "es-MX"]);
        assert_eq!(header("a-DE-u-co-phonebk, de-DE-u-co-phonebk"), ["de-DE", "de"]);
        assert_eq!(header("aa,bb,cc,dd,ee,ff,gg").len(), 5);
    }

    #[test]
    fn what_is_malformed_in_the_header_is_passed_over() {
        assert_eq!(header("*, sw;q=0, fr;q=2, it;q=x, de;x=1, !!, pt;Q=0.3"), ["pt"]);
        assert!(header("").is_empty() && header(";;,,").is_empty());
    }

    #[test]
    fn the_parameter_wins_and_must_be_a_tag() {
        assert_eq!(Wanted::from(Some("SW"), Some("fr")).unwrap().tags(), ["sw"]);
        let refused = Wanted::from(Some("*"), None).unwrap_err();
        assert_eq!(refused.faults()[0].code, "invalid_format");
    }

    #[test]
    fn the_best_available_language_is_picked() {
        let available = ["en", "pt-BR", "pt", "es"];
        let pick = |field| Wanted::from(None, Some(field)).unwrap().pick(available.iter().copied(), "sw");
        assert_eq!(pick("es-MX"), "es");
        assert_eq!(pick("pt-PT, en;q=0.9"), "pt");
        assert_eq!(pick("pt-BR"), "pt-BR");
        assert_eq!(pick("sw, en"), "sw");
        assert_eq!(pick("fr"), "sw");
        assert_eq!(pick(""), "sw");
        assert_eq!(Wanted::of(vec!["fr".into()]).pick(["fr-CA"].into_iter(), "en"), "fr-CA");
    }
}
