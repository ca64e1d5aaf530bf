//! One line of a calendar (RFC 5545 §3.1).

use chrono::TimeDelta;

/// A property: its name, its parameters and its value.
pub struct Property {
    /// In capitals.
    pub name: String,
    parameters: Vec<(String, String)>,
    /// As it stands there, escapes included.
    pub value: String,
}

impl Property {
    /// Reads a line such as `DTSTART;TZID=Africa/Juba:20270314T180000`.
    pub fn of(line: &str) -> Option<Self> {
        let mut quoted = false;
        let colon = line.char_indices().find(|(_, c)| {
            quoted ^= *c == '"';
            *c == ':' && !quoted
        })?;
        let (head, value) = (line.get(..colon.0)?, line.get(colon.0 + 1..)?);
        let mut parts = head.split(';');
        let name = parts.next()?.trim().to_ascii_uppercase();
        let parameters = parts.filter_map(|part| part.split_once('='));
        let parameters = parameters
            .map(|(name, value)| (name.to_ascii_uppercase(), value.trim_matches('"').to_owned()))
            .collect();
        Some(Self { name, parameters, value: value.to_owned() })
    }

    /// One of its parameters.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A text without its escapes (§3.3.11).
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(self.value.len());
        let mut characters = self.value.chars();
        while let Some(c) = characters.next() {
            match c {
                '\\' => match characters.next() {
                    Some('n' | 'N') => text.push('\n'),
                    Some(other) => text.push(other),
                    None => {}
                },
                c => text.push(c),
            }
        }
        text
    }
}

/// A duration such as `PT1H30M` or `P1D` (§3.3.6).
pub fn duration(text: &str) -> Option<TimeDelta> {
    let (mut minutes, mut digits) = (0_i64, String::new());
    for c in text.strip_prefix('P')?.chars() {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        let unit = match c {
            'W' => 7 * 24 * 60,
            'D' => 24 * 60,
            'H' => 60,
            'M' => 1,
            'S' | 'T' => 0,
            _ => return None,
        };
        if c != 'T' {
            minutes = minutes.checked_add(digits.parse::<i64>().ok()?.checked_mul(unit)?)?;
            digits.clear();
        }
    }
    TimeDelta::try_minutes(minutes)
}
