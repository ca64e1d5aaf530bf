//! Words: folding text so that "Mexico" finds "México" and "audit" finds "audits", on both databases alike.

use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// The most words of a query that count.
const MOST_WORDS: usize = 10;
/// Characters of a snippet.
const SNIPPET: usize = 160;

/// The normal form of an e-mail address, for keyed hashes: two spellings that differ in case or in Unicode's forms are one
/// address.
pub fn normal_address(email: &str) -> Zeroizing<String> {
    Zeroizing::new(email.trim().nfkc().collect::<String>().to_lowercase())
}

/// Folds text to words of `a`–`z` and `0`–`9` separated by single spaces: accents are taken off and other scripts are
/// transliterated, so that query and text meet whatever the keyboard.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for part in text.split(|c: char| !c.is_alphanumeric() && !is_mark(c)) {
        for word in
            deunicode::deunicode(part).split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty())
        {
            if !folded.is_empty() {
                folded.push(' ');
            }
            folded.push_str(&word.to_ascii_lowercase());
        }
    }
    folded
}

/// Marks that belong to the letter before them, such as a combining accent, and apostrophes inside words.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\'' | '’')
}

/// The words of a query, at most ten, without repetitions.
pub fn query_words(query: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in fold(query).split(' ').filter(|w| !w.is_empty()) {
        if words.len() < MOST_WORDS && !words.iter().any(|w| w == word) {
            words.push(word.to_owned());
        }
    }
    words
}

/// The first `most` characters of a text, cut at a word where there is one, with an ellipsis.
pub fn shorten(text: &str, most: usize) -> String {
    let text = text.trim();
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let cut: String = text.chars().take(most.saturating_sub(1)).collect();
    let end = cut.rfind(char::is_whitespace).filter(|&i| i > cut.len() / 2).unwrap_or(cut.len());
    format!("{}…", cut[..end].trim_end())
}

/// About 160 characters of a text around the first word that begins with one of the folded words.
pub fn snippet(text: &str, words: &[String]) -> String {
    let hit = text
        .split_inclusive(char::is_whitespace)
        .scan(0, |at, part| {
            let start = *at;
            *at += part.len();
            Some((start, part))
        })
        .find(|(_, part)| fold(part).split(' ').any(|w| words.iter().any(|q| w.starts_with(q.as_str()))))
        .map_or(0, |(start, _)| start);
    let before = text[..hit].char_indices().rev().take(SNIPPET / 3).last().map_or(hit, |(i, _)| i);
    let start = match text[before..hit].find(char::is_whitespace) {
        Some(space) if before > 0 => before + space,
        _ => before,
    };
    let shown = shorten(&text[start..], SNIPPET);
    if start > 0 { format!("…{}", shown.trim_start()) } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_scripts_and_apostrophes_fold_to_plain_words() {
        assert_eq!(fold("México, São  Tomé!"), "mexico sao tome");
        assert_eq!(fold("e\u{301}galite\u{301}"), "egalite");
        assert_eq!(fold("don’t"), "don t");
        assert_eq!(fold("Київ"), "kiyiv");
        assert!(!fold("السودان").is_empty());
        assert_eq!(fold(" \u{0} — "), "");
    }

    #[test]
    fn a_query_has_at_most_ten_different_words() {
        assert_eq!(query_words("Audit audit ÁUDIT"), ["audit"]);
        assert_eq!(query_words("a b c d e f g h i j k l").len(), 10);
        assert!(query_words("\"' OR *").len() == 1);
    }

    #[test]
    fn a_snippet_begins_near_the_first_hit() {
        let text = format!(
            "{} Donors demand audited reports. {}",
            "Before that. ".repeat(20),
            "After that. ".repeat(30)
        );
        let shown = snippet(&text, &["audit".to_owned()]);
        assert!(shown.starts_with('…') && shown.ends_with('…') && shown.contains("audited"), "{shown}");
        assert_eq!(snippet("short", &["nothing".to_owned()]), "short");
        assert_eq!(snippet("", &[]), "");
    }
}
