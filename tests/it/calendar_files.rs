//! Calendar files as the tests read them, line by line. Each is also left in a folder with what it should say, for
//! `scripts/calendars`, which has a program that is not ours read them all.

use std::path::Path;

use serde_json::{Value, json};

use crate::house::Answer;

/// A file that was answered.
pub struct CalendarFile {
    raw: String,
    lines: Vec<String>,
}

/// One event of a file: its lines.
pub struct CalendarEvent<'a>(&'a [String]);

impl CalendarFile {
    /// Checks that an answer is a calendar file as the format wants it.
    #[track_caller]
    pub fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.header("content-type"), "text/calendar; charset=utf-8");
        Self::read(answer.text())
    }

    /// Checks that a text is a calendar file as the format wants it.
    #[track_caller]
    pub fn read(raw: &str) -> Self {
        let raw = raw.to_owned();
        let folded = raw.strip_suffix("\r\n").expect("an end of the last line");
        for line in folded.split("\r\n") {
            assert!(line.len() <= 75 && !line.contains(['\r', '\n']), "{line:?}");
        }
        let lines: Vec<String> = folded.replace("\r\n ", "").split("\r\n").map(str::to_owned).collect();
        assert_eq!(lines[..2], ["BEGIN:VCALENDAR", "VERSION:2.0"]);
        assert_eq!(lines.last().unwrap(), "END:VCALENDAR");
        assert!(lines.contains(&"METHOD:PUBLISH".to_owned()));
        Self { raw, lines }
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.raw
    }

    /// The value of a line of the file itself; empty if there is none.
    pub fn value(&self, name: &str) -> &str {
        value(&self.lines, name)
    }

    /// The events, in the order of the file.
    pub fn events(&self) -> Vec<CalendarEvent<'_>> {
        let parts = self.lines.split(|line| line == "BEGIN:VEVENT").skip(1);
        parts.map(CalendarEvent).collect()
    }

    /// The one event of the file.
    #[track_caller]
    pub fn event(&self) -> CalendarEvent<'_> {
        let mut events = self.events();
        assert_eq!(events.len(), 1, "{}", self.raw);
        events.remove(0)
    }

    /// The titles of the events.
    pub fn titles(&self) -> Vec<&str> {
        self.lines.iter().filter_map(|line| Some(line.strip_prefix("SUMMARY;")?.split_once(':')?.1)).collect()
    }

    /// Leaves it for `scripts/calendars`, with what is expected of its events.
    pub fn leave(&self, name: &str, events: &[Value]) {
        self.leave_with(name, json!({"events": events}));
    }

    /// The same for a file that a subscriber reads after another one, whose events it replaces.
    pub fn leave_after(&self, name: &str, before: &str, events: &[Value]) {
        self.leave_with(name, json!({"events": events, "replaces": before}));
    }

    fn leave_with(&self, name: &str, expected: Value) {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("calendars");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.ics")), &self.raw).unwrap();
        std::fs::write(folder.join(format!("{name}.json")), expected.to_string()).unwrap();
    }
}

impl CalendarEvent<'_> {
    /// The value of a line with its parameters, such as `;TZID=Africa/Juba:20270314T180000`; empty if there is none.
    pub fn value(&self, name: &str) -> &str {
        value(self.0, name)
    }

    /// `SEQUENCE`.
    pub fn sequence(&self) -> i64 {
        self.value("SEQUENCE").trim_start_matches(':').parse().unwrap()
    }
}

fn value<'a>(lines: &'a [String], name: &str) -> &'a str {
    let rest =
        lines.iter().find_map(|line| line.strip_prefix(name).filter(|rest| rest.starts_with([':', ';'])));
    rest.unwrap_or_default()
}

/// What is expected of an event by what the API says of it as JSON; `status` as calendars have it.
pub fn expected(item: &Value, status: &str) -> Value {
    let (when, id) = (&item["when"], item["id"].as_str().unwrap());
    let at = |name: &str| if when[name].is_null() { item[name].clone() } else { when[name].clone() };
    let mut expected =
        json!({"uid": format!("{id}@event.solidarity"), "status": status, "summary": item["title"]});
    if when["precision"] == "day" {
        expected["date"] = when["date"].clone();
    } else {
        expected["starts_at"] = at("starts_at");
        expected["ends_at"] = at("ends_at");
    }
    expected
}
