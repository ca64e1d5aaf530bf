//! The public side as text without markup: for old phones, terminals, gateways to SMS and whoever has a page read out.
//!
//! Every line begins with a label of ours and a colon. What others wrote stands behind it, or goes on in lines that are set in, so no
//! text can pass for a line of its own; and nothing in it turns what stands around it round.

mod countries;
mod document;
mod labels;

pub use labels::Label;

/// How far a text is set in that goes on.
const SET_IN: &str = "\n  ";

/// Labelled lines in one language.
pub struct Lines {
    language: &'static str,
    text: String,
}

impl Lines {
    /// None yet. `language` is that of the labels, one of those in which countries are named.
    pub const fn new(language: &'static str) -> Self {
        Self { language, text: String::new() }
    }

    /// A line, unless there is nothing to say.
    pub fn line(&mut self, label: Label, value: &str) {
        self.named(label.word(self.language), value);
    }

    /// The same under a name that is no label; it must be ours.
    pub fn named(&mut self, name: &str, value: &str) {
        let value = flat(value);
        if !value.is_empty() {
            self.put(name, &self.isolated(&value));
        }
    }

    /// A text of as many lines as it has, none of them empty.
    pub fn paragraphs(&mut self, label: Label, text: &str) {
        let lines = text.split(is_break).map(flat).filter(|line| !line.is_empty());
        let lines: Vec<String> = lines.map(|line| self.isolated(&line)).collect();
        if !lines.is_empty() {
            self.put(label.word(self.language), &lines.join(SET_IN));
        }
    }

    /// An address of ours.
    pub fn address(&mut self, name: &str, address: &str) {
        self.put(name, address);
    }

    fn put(&mut self, name: &str, value: &str) {
        for part in [name, ": ", value, "\n"] {
            self.text.push_str(part);
        }
    }

    /// An empty line, between one thing and the next.
    pub fn gap(&mut self) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    /// What others wrote, kept apart where it runs in another direction than the labels (Unicode's bidirectional algorithm). Elsewhere
    /// the marks would be noise on devices that do not know them.
    fn isolated(&self, text: &str) -> String {
        let right_to_left = self.language == "ar";
        let turns = |c: char| match c {
            '\u{61c}' | '\u{200e}' | '\u{200f}' => true,
            c => c.is_alphabetic() && runs_left(c) != right_to_left,
        };
        match text.chars().any(turns) {
            true => format!("\u{2068}{text}\u{2069}"),
            false => text.to_owned(),
        }
    }

    /// The text.
    pub fn finish(self) -> String {
        self.text
    }
}

/// Whether a character of a text begins a new line, on any device.
const fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether a character is of a script that is written from right to left.
const fn runs_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}' | '\u{10800}'..='\u{10fff}'
        | '\u{1e800}'..='\u{1efff}')
}

/// A text in one line, with single blanks, and without what would turn the rest of the line round.
fn flat(text: &str) -> String {
    let turns = |c: &char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let blank = |c: char| if is_break(c) || c.is_control() { ' ' } else { c };
    let text: String = text.chars().filter(|c| !turns(c)).map(blank).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_passes_for_a_line_of_ours() {
        let mut lines = Lines::new("en");
        lines.line(Label::When, "today\nNext: https://example.org\u{2028}Next: x\u{202e}\u{1b}[2J");
        lines.paragraphs(Label::Text, "One\r\n\r\nNext: https://example.org\u{85}\tEnd");
        lines.line(Label::Where, " \n ");
        let wanted = "When: today Next: https://example.org Next: x [2J\nText: One\n  Next: https://example.org\n  End\n";
        assert_eq!(lines.finish(), wanted);
    }

    #[test]
    fn what_runs_the_other_way_is_kept_apart() {
        let said = |language, text: &str| {
            let mut lines = Lines::new(language);
            lines.line(Label::Where, text);
            lines.finish()
        };
        assert_eq!(said("en", "Juba 7"), "Where: Juba 7\n");
        assert_eq!(said("en", "جوبا"), "Where: \u{2068}جوبا\u{2069}\n");
        assert_eq!(said("en", "7\u{200f}8"), "Where: \u{2068}7\u{200f}8\u{2069}\n");
        assert!(said("ar", "Juba").ends_with(": \u{2068}Juba\u{2069}\n"));
        assert!(said("ar", "جوبا").ends_with(": جوبا\n"));
    }
}
