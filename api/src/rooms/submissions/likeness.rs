//! How alike two initiatives are. Pure: it knows no database.

use std::collections::BTreeSet;

use url::Url;

use super::doubles::DuplicateReason as Reason;
use crate::text::fold;

/// Words of a title that count; the longest, for they say most.
const WORDS: usize = 8;
/// Titles of one thing: the original and some translations.
pub(super) const TITLES: usize = 3;
/// Words that hold titles together and say nothing, folded.
const EMPTY: [&str; 29] = [
    "al", "and", "as", "aux", "da", "das", "de", "del", "der", "des", "do", "dos", "du", "el", "en", "et",
    "for", "in", "la", "las", "le", "les", "los", "of", "os", "para", "por", "pour", "the",
];
/// Hosts that many share: there the site is an account's page.
const SHARED: [&str; 16] = [
    "facebook.com",
    "github.com",
    "instagram.com",
    "linkedin.com",
    "linktr.ee",
    "medium.com",
    "sites.google.com",
    "soundcloud.com",
    "t.me",
    "threads.net",
    "tiktok.com",
    "twitter.com",
    "vimeo.com",
    "wa.me",
    "x.com",
    "youtube.com",
];
/// From here on titles are similar.
const SIMILAR: f64 = 0.6;

/// What of an initiative is compared.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Likeness {
    titles: Vec<BTreeSet<String>>,
    site: Option<String>,
    country: Option<String>,
    locality: Option<String>,
}

impl Likeness {
    /// Of these texts, folded.
    pub(super) fn new<'a>(
        titles: impl IntoIterator<Item = &'a str>,
        url: Option<&str>,
        country: Option<&str>,
        locality: Option<&str>,
    ) -> Self {
        Self {
            titles: titles.into_iter().take(TITLES).map(words).filter(|words| !words.is_empty()).collect(),
            site: url.and_then(site),
            country: country.map(str::to_owned),
            locality: locality.map(fold).filter(|name| !name.is_empty()),
        }
    }

    /// Its site, where it has one.
    pub(super) fn site(&self) -> Option<&str> {
        self.site.as_deref()
    }

    /// Pairs of words that stand in one of its titles. A title of one word gives that word twice.
    pub(super) fn pairs(&self) -> BTreeSet<(&str, &str)> {
        let mut pairs = BTreeSet::new();
        for title in &self.titles {
            let words: Vec<&str> = title.iter().map(String::as_str).collect();
            if let [only] = words[..] {
                pairs.insert((only, only));
            }
            for (at, one) in words.iter().enumerate() {
                pairs.extend(words[at + 1..].iter().map(|other| (*one, *other)));
            }
        }
        pairs
    }

    /// How alike they are, from 0 to 1, and in what. None if in nothing that counts.
    pub(super) fn compare(&self, other: &Self) -> Option<(f64, Vec<Reason>)> {
        let titles = self.titles.iter().flat_map(|one| other.titles.iter().map(|two| shared(one, two)));
        let title = titles.fold(0.0, f64::max);
        let same_site = self.site.is_some() && self.site == other.site;
        let same_country = self.country == other.country;
        let same_place = same_country && self.locality.is_some() && self.locality == other.locality;
        let (mut unlike, mut reasons) = (1.0, Vec::new());
        if title >= SIMILAR {
            reasons.push(Reason::SimilarTitle);
            // Movements in two countries may well have one name.
            unlike *= 1.0 - title * title * if same_country { 0.85 } else { 0.5 };
        }
        if same_site {
            reasons.push(Reason::SameSite);
            unlike *= 0.3;
        }
        if reasons.is_empty() {
            return None;
        }
        if same_place {
            reasons.push(Reason::SamePlace);
            unlike *= 0.6;
        }
        Some(((100.0_f64 * (1.0 - unlike)).round() / 100.0, reasons))
    }
}

/// The words of a title that say something.
fn words(title: &str) -> BTreeSet<String> {
    let folded = fold(title);
    let mut words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    // Single letters are what is left of apostrophes.
    let says = |word: &str| word.len() > 1 && !EMPTY.contains(&word);
    if words.iter().any(|word| says(word)) {
        words.retain(|word| says(word));
    }
    words.sort_by_key(|word| (std::cmp::Reverse(word.len()), *word));
    words.dedup();
    words.truncate(WORDS);
    words.into_iter().map(str::to_owned).collect()
}

/// The part of the words that two titles share (Sørensen–Dice). A word that differs in its last letters only, such as a
/// plural, is shared.
fn shared(one: &BTreeSet<String>, other: &BTreeSet<String>) -> f64 {
    let mut left: Vec<&String> = other.iter().collect();
    let mut count = 0_u32;
    for word in one {
        if let Some(at) = left.iter().position(|candidate| same_word(word, candidate)) {
            left.swap_remove(at);
            count += 1;
        }
    }
    let all = u32::try_from(one.len() + other.len()).unwrap_or(u32::MAX);
    if all == 0 { 0.0 } else { f64::from(2 * count) / f64::from(all) }
}

fn same_word(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let stem = short.len() - usize::from(short.len() > 4);
    short == long || (short.len() >= 4 && long.len() - short.len() <= 2 && long.starts_with(&short[..stem]))
}

/// What stands for a site: its host, and on hosts that many share the first part of the path.
fn site(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let host = url.host_str()?.trim_end_matches('.');
    let host = ["www.", "m."].iter().find_map(|prefix| host.strip_prefix(prefix)).unwrap_or(host);
    if !SHARED.contains(&host) {
        return Some(host.to_owned());
    }
    let account = url.path_segments()?.find(|part| !part.is_empty())?;
    Some(format!("{host}/{}", account.to_lowercase()))
}

/// Whether an address is of this site.
pub(super) fn is_of(url: &str, wanted: &str) -> bool {
    site(url).as_deref() == Some(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titled(title: &str) -> Likeness {
        Likeness::new([title], None, Some("MX"), None)
    }

    fn alike(one: &str, other: &str) -> bool {
        titled(one).compare(&titled(other)).is_some()
    }

    #[test]
    fn titles_are_alike_across_accents_word_order_and_plurals() {
        assert!(alike("Mujeres por el agua de Oaxaca", "OAXACA: agua, mujéres"));
        assert!(
            alike("Women farmers' cooperative", "Cooperative of woman farmers")
                || alike("Farmers cooperatives", "Cooperative of farmers")
        );
        assert!(alike("تضامن السودان", "السودان تضامن"));
        assert!(!alike("Seeds for the valley", "Letters for the prison"));
        assert!(!alike("The and", "Of the"));
        let score = |one: &str, other: &str| titled(one).compare(&titled(other)).unwrap().0;
        assert!(
            score("Seeds for the valley", "The valley seeds")
                > score("Seeds for the valley", "Seeds for the valley of Lerma")
        );
    }

    #[test]
    fn sites_are_alike_and_shared_hosts_are_not() {
        let at = |url| Likeness::new(["x"], Some(url), None, None);
        let reasons = |one, other| {
            at(one).compare(&Likeness { titles: Vec::new(), ..at(other) }).map(|(_, reasons)| reasons)
        };
        assert_eq!(
            reasons("https://www.Seeds.example/a", "http://seeds.example"),
            Some(vec![Reason::SameSite])
        );
        assert_eq!(reasons("https://facebook.com/seeds", "https://facebook.com/letters"), None);
        assert_eq!(
            reasons("https://facebook.com/Seeds?x", "https://m.facebook.com/seeds/"),
            Some(vec![Reason::SameSite])
        );
    }

    #[test]
    fn a_place_alone_makes_no_double_but_strengthens_one() {
        let here = |title| Likeness::new([title], None, Some("MX"), Some("Óaxaca"));
        assert_eq!(here("Seeds").compare(&here("Letters")), None);
        let (score, reasons) = here("Seeds").compare(&here("Seeds")).unwrap();
        assert_eq!(reasons, [Reason::SimilarTitle, Reason::SamePlace]);
        assert!(score <= 1.0 && score > titled("Seeds").compare(&titled("Seeds")).unwrap().0);
        let abroad = Likeness::new(["Seeds"], None, Some("ZM"), None);
        assert!(
            abroad.compare(&titled("Seeds")).unwrap().0
                < titled("Seeds").compare(&titled("Seeds")).unwrap().0
        );
    }

    #[test]
    fn a_title_is_found_by_pairs_of_its_words() {
        assert_eq!(titled("Seeds").pairs().len(), 1);
        assert_eq!(titled("one two three four five six seven eight nine ten eleven").pairs().len(), 28);
    }
}
