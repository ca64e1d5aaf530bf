//! Bundles for tests: the project's samples, or lines of one's own, changed as a test needs it.

use serde_json::{Value, json};

use crate::house::House;
use crate::house::program::Outcome;

/// The project's own samples.
pub const SAMPLES: &str = include_str!("../../api/samples/gallery.ndjson");

/// A bundle that can still be changed.
#[derive(Clone)]
pub struct Bundle(pub Vec<Value>);

impl Bundle {
    /// The samples.
    pub fn samples() -> Self {
        Self(SAMPLES.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
    }

    /// A header and these lines.
    pub fn of(lines: impl IntoIterator<Item = Value>) -> Self {
        let header = json!({"type": "bundle", "format": "solidarity-bundle", "version": 1, "source": "test", "language": "en"});
        Self([header].into_iter().chain(lines).collect())
    }

    /// A line, to be changed.
    pub fn line(&mut self, id: &str) -> &mut Value {
        self.0.iter_mut().find(|line| line["id"] == id).expect(id)
    }

    /// Removes a member of a line.
    pub fn without(mut self, id: &str, member: &str) -> Self {
        self.line(id).as_object_mut().unwrap().remove(member).expect(member);
        self
    }

    /// Sets a member of a line.
    pub fn with(mut self, id: &str, member: &str, value: Value) -> Self {
        self.line(id)[member] = value;
        self
    }

    /// As it is written.
    pub fn text(&self) -> String {
        self.0.iter().map(|line| format!("{line}\n")).collect()
    }
}

/// What an import said: the verdict on each line, and the report.
pub struct Imported {
    /// By line number from 1; the header has none.
    pub verdicts: Vec<Value>,
    /// The counts.
    pub report: Value,
    /// The exit code.
    pub code: Option<i32>,
}

impl Imported {
    fn of(outcome: Outcome) -> Self {
        let mut lines: Vec<Value> =
            outcome.stdout.lines().map(|l| serde_json::from_str(l).expect(l)).collect();
        let report = lines.pop().unwrap_or_else(|| panic!("no report: {}", outcome.stderr));
        Self { verdicts: lines, report, code: outcome.code }
    }

    /// The verdict on a record.
    pub fn verdict(&self, id: &str) -> &str {
        let line = self.verdicts.iter().find(|v| v["id"] == id).expect(id);
        line["verdict"].as_str().unwrap()
    }

    /// The faults of a line, as pointer and code, in order.
    pub fn faults(&self, line: u64) -> Vec<(String, String)> {
        let verdict = self.verdicts.iter().find(|v| v["line"] == line).expect("a verdict on the line");
        assert_eq!(verdict["verdict"], "failed", "{verdict}");
        let text = |v: &Value| v.as_str().unwrap().to_owned();
        let mut faults: Vec<_> = verdict["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| (text(&e["pointer"]), text(&e["code"])))
            .collect();
        faults.sort();
        faults
    }
}

impl House {
    /// Imports a bundle with the program and hears every verdict.
    pub async fn import(&self, bundle: &Bundle) -> Imported {
        self.import_bytes(bundle.text().as_bytes(), &[]).await
    }

    /// Imports bytes that may be no bundle at all.
    pub async fn import_bytes(&self, bytes: &[u8], flags: &[&str]) -> Imported {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let path = file.path().to_str().unwrap();
        let arguments = [&["import", path, "--json"], flags].concat();
        Imported::of(self.solidarity(&arguments).await)
    }

    /// A house with the samples in it.
    pub async fn with_samples() -> Self {
        let house = Self::open().await;
        house.import(&Bundle::samples()).await.applied();
        house
    }

    /// Everything, as the program exports it.
    pub async fn export(&self) -> String {
        self.solidarity(&["export"]).await.done()
    }

    /// The items of a list that answers 200, all pages of it.
    pub async fn items(&self, path: &str) -> Vec<Value> {
        let (mut items, mut next) = (Vec::new(), path.to_owned());
        loop {
            let answer = self.get(&next).await;
            assert_eq!(answer.status, 200, "{next}: {}", answer.text());
            let page = answer.json();
            let on_page = page["items"].as_array().unwrap();
            items.extend(on_page.iter().cloned());
            let Some(cursor) = page["next_cursor"].as_str() else { return items };
            if on_page.is_empty() {
                return items;
            }
            let bare = path.split("cursor=").next().unwrap().trim_end_matches(['?', '&']);
            let joint = if bare.contains('?') { '&' } else { '?' };
            next = format!("{bare}{joint}cursor={cursor}");
        }
    }
}

impl Imported {
    /// Checks that it was taken.
    #[track_caller]
    pub fn applied(self) -> Self {
        assert_eq!(self.report["applied"], true, "{} {:?}", self.report, self.failed());
        self
    }

    fn failed(&self) -> Vec<&Value> {
        self.verdicts.iter().filter(|v| v["verdict"] == "failed").collect()
    }
}

/// A line of an event that is public as it stands.
pub fn event(id: &str) -> Value {
    json!({"type": "event", "id": id, "kind": "dialogue", "title": format!("Sample event {id}"), "format": "in_person",
        "when": {"precision": "day", "date": "2021-06-12"}, "place": {"country": "SS"}, "visibility": "public", "status": "held"})
}

/// A line of a quote that is public as it stands, said at an event.
pub fn quote(id: &str, event: &str) -> Value {
    json!({"type": "quote", "id": id, "event": event, "text": format!("Sample words {id}"), "status": "approved",
        "consent": {"purpose": "publish_quote", "method": "online"}})
}
