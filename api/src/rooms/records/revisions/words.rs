//! Two texts, told apart word by word.

use ::entity::revision;
use serde::Serialize;
use similar::{ChangeTag, DiffableStr as _, TextDiff};
use utoipa::ToSchema;

/// The most words, or else lines, of both texts together that are compared: the work may grow with their square.
const MOST: usize = 4000;

/// What became of a piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum RevisionOp {
    /// It stayed.
    Equal,
    /// It was taken away.
    Delete,
    /// It was added.
    Insert,
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct RevisionPiece {
    /// What became of it.
    pub(super) op: RevisionOp,
    /// The piece.
    pub(super) text: String,
}

/// The pieces of which a text was made and is made: without what was inserted the text before, without what was deleted
/// the text after. Words are told apart as Unicode has it (UAX #29), lines where there are very many words.
pub(super) fn pieces(before: &str, after: &str) -> Vec<RevisionPiece> {
    let (old, new) = tokens(before, after);
    let mut pieces: Vec<RevisionPiece> = Vec::new();
    for change in TextDiff::from_slices(&old, &new).iter_all_changes() {
        let op = match change.tag() {
            ChangeTag::Equal => RevisionOp::Equal,
            ChangeTag::Delete => RevisionOp::Delete,
            ChangeTag::Insert => RevisionOp::Insert,
        };
        match pieces.last_mut() {
            Some(last) if last.op == op => last.text.push_str(change.value()),
            _ => pieces.push(RevisionPiece { op, text: change.value().to_owned() }),
        }
    }
    pieces
}

fn tokens<'a>(before: &'a str, after: &'a str) -> (Vec<&'a str>, Vec<&'a str>) {
    let words = (before.tokenize_unicode_words(), after.tokenize_unicode_words());
    if words.0.len() + words.1.len() <= MOST {
        return words;
    }
    let lines = (before.tokenize_lines(), after.tokenize_lines());
    if lines.0.len() + lines.1.len() <= MOST {
        return lines;
    }
    (vec![before], vec![after])
}

/// Whether a change is one of a text that is read, not of a word of the program's or an identifier.
pub(super) fn is_text(change: &revision::RevisionChange) -> bool {
    const TEXTS: [&str; 5] = ["title", "summary", "description", "text", "name"];
    let labels = change.path.first().is_some_and(|name| name == "labels");
    labels || change.path.last().is_some_and(|name| TEXTS.contains(&name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(before: &str, after: &str) -> String {
        let pieces = pieces(before, after);
        let without = |op| pieces.iter().filter(|p| p.op != op).map(|p| p.text.as_str()).collect::<String>();
        assert_eq!(without(RevisionOp::Insert), before);
        assert_eq!(without(RevisionOp::Delete), after);
        let marked = |piece: &RevisionPiece| match piece.op {
            RevisionOp::Equal => piece.text.clone(),
            RevisionOp::Delete => format!("[-{}]", piece.text),
            RevisionOp::Insert => format!("[+{}]", piece.text),
        };
        pieces.iter().map(marked).collect()
    }

    #[test]
    fn texts_are_told_apart_word_by_word() {
        assert_eq!(told("Seeds of the Nile", "Seeds of two Niles"), "Seeds of [-the][+two] [-Nile][+Niles]");
        assert_eq!(told("", "New"), "[+New]");
        assert_eq!(told("بذور النيل", "بذور الوادي"), "بذور [-النيل][+الوادي]");
        assert_eq!(told("👩‍🌾 sows", "👩🏾‍🌾 sows"), "[-👩‍🌾][+👩🏾‍🌾] sows");
    }

    #[test]
    fn very_long_texts_are_told_apart_by_lines_and_longer_ones_as_a_whole() {
        let lines = |count: usize, odd: &str| {
            let line = |n| if n == 7 { format!("{odd}\n") } else { format!("line {n} of many words here\n") };
            (0..count).map(line).collect::<String>()
        };
        assert!(
            told(&lines(500, "old words"), &lines(500, "new words")).contains("[-old words\n][+new words\n]")
        );
        assert_eq!(pieces(&lines(3000, "old"), &lines(3000, "new")).len(), 2);
    }
}
