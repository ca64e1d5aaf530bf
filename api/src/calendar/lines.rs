//! Content lines (RFC 5545 §3.1): folded by octets, never inside a character, with texts escaped (§3.3.11).
//!
//! Written here because the crate at hand keeps parameters in a hash map, so that the same file would have other bytes
//! each time, and counts characters where the format counts octets.

/// Octets of a line, its end aside.
const LONGEST: usize = 75;

/// Lines in the making.
#[derive(Default)]
pub(super) struct Lines(String);

impl Lines {
    /// A line whose value is written as it is: a number, a date, an address or a word of the format's own. `name` may have
    /// parameters.
    pub fn raw(&mut self, name: &str, value: &str) {
        // No value of ours has one; a line must not become two all the same.
        self.push(name, value.chars().filter(|c| !c.is_control()));
    }

    /// A line whose value is a text.
    pub fn text(&mut self, name: &str, value: &str) {
        self.push(name, escaped(value).chars());
    }

    fn push(&mut self, name: &str, value: impl Iterator<Item = char>) {
        let mut octets = 0;
        for c in name.chars().chain([':']).chain(value) {
            if octets + c.len_utf8() > LONGEST {
                self.0.push_str("\r\n ");
                octets = 1;
            }
            octets += c.len_utf8();
            self.0.push(c);
        }
        self.0.push_str("\r\n");
    }

    /// All of them.
    pub fn finish(self) -> String {
        self.0
    }
}

/// Backslash, semicolon, comma and line breaks have to be escaped; other control characters but the tab may not occur.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\\' | ';' | ',' => escaped.extend(['\\', c]),
            '\r' if characters.peek() == Some(&'\n') => {}
            '\n' | '\r' => escaped.push_str("\\n"),
            '\t' => escaped.push('\t'),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> String {
        let mut lines = Lines::default();
        lines.text("SUMMARY", value);
        lines.finish()
    }

    #[test]
    fn texts_are_escaped() {
        assert_eq!(
            text("a\\b;c,d:e\"f\nand\r\nso\ron\u{7}\t."),
            "SUMMARY:a\\\\b\\;c\\,d:e\"f\\nand\\nso\\non\t.\r\n"
        );
        assert_eq!(text(""), "SUMMARY:\r\n");
    }

    #[test]
    fn lines_are_folded_by_octets_and_never_inside_a_character() {
        for value in
            ["x".repeat(500), "ñ".repeat(300), "水".repeat(200), "🌱 a".repeat(100), "a ".repeat(200)]
        {
            let folded = text(&value);
            let lines: Vec<&str> = folded.strip_suffix("\r\n").unwrap().split("\r\n").collect();
            assert!(lines.len() > 5);
            assert!(lines.iter().all(|line| line.len() <= 75), "{value}");
            assert!(lines[1..].iter().all(|line| line.starts_with(' ')));
            assert!(lines[..lines.len() - 1].iter().all(|line| line.len() > 71), "{value}");
            let unfolded = folded.replace("\r\n ", "");
            assert_eq!(unfolded, format!("SUMMARY:{value}\r\n"));
        }
        // 75 octets are not folded, 76 are.
        assert_eq!(text(&"x".repeat(67)).matches("\r\n").count(), 1);
        assert_eq!(text(&"x".repeat(68)).matches("\r\n").count(), 2);
    }

    #[test]
    fn no_value_begins_a_line_of_its_own() {
        let mut lines = Lines::default();
        lines.raw("URL", "https://example.org/\r\nATTENDEE:x");
        assert_eq!(lines.finish(), "URL:https://example.org/ATTENDEE:x\r\n");
    }
}
