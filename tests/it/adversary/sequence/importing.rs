//! Files that bring records, change them, and bring them once more.

use chrono::{Duration, NaiveTime};
use serde_json::{Value, json};

use super::model::{Consent, Event, LEVELS, PRECISIONS, Person, Quote, RISKS, VISIBILITIES, Words};
use super::world::World;

/// What a line says, beside the line itself.
enum Said {
    Person(Person),
    Event(Event),
    Quote(Quote),
    /// The quote with this identifier in the file is withdrawn where the file comes from.
    Withdrawal,
}

impl World<'_> {
    /// Takes in a file with some records that are new and some that say something else than before.
    pub async fn take_in(&mut self) {
        let mut lines = vec![
            json!({"type": "bundle", "format": "solidarity-bundle", "version": 1, "source": "north", "language": "en"}),
        ];
        let mut said = Vec::new();
        if self.random.often(40) {
            said.push(self.person_line());
        }
        if self.random.often(70) {
            said.push(self.event_line());
        }
        for _ in 0..self.random.below(3) {
            said.push(self.quote_line());
        }
        said.dedup_by(|one, other| one.0["id"] == other.0["id"]);
        lines.extend(said.iter().map(|(line, _)| line.clone()));
        let file = lines.iter().map(|line| format!("{line}\n")).collect();
        let verdicts = self.house.take_in(file).await;
        self.tally.entry("take in").or_default().0 += 1;
        for ((line, said), verdict) in said.into_iter().zip(verdicts) {
            self.note(format!("a file: {line}: {}", verdict["verdict"]));
            let name = line["id"].as_str().unwrap();
            match verdict["verdict"].as_str().unwrap() {
                "created" => self.brought(name, &verdict["record"], said).await,
                "updated" => self.brought_again(name, said).await,
                "failed" => panic!("{line}: {verdict}"),
                _ => {}
            }
        }
    }

    /// What of a kind the file brought before and is still there, by its identifier in the file.
    fn brought_before(&mut self, kind: char) -> Option<(String, usize)> {
        let model = &self.model;
        let is_there =
            |(name, n): &(String, usize)| name.starts_with(kind) && (kind != 'p' || !model.people[*n].erased);
        let all: Vec<_> =
            model.imported.iter().map(|(name, n)| (name.clone(), *n)).filter(is_there).collect();
        self.random.index(&all, |_| true).map(|n| all[n].clone())
    }

    fn person_line(&mut self) -> (Value, Said) {
        let (name, who) = (self.word(), format!("p{}", self.random.below(3)));
        let mut line =
            json!({"type": "person", "id": who, "display_name": name, "role": "activist", "country": "SS"});
        let naming = self.random.often(60).then(|| {
            let (mut consent, naming) = self.consent(0);
            consent["purpose"] = json!("publish_name");
            line["consents"] = json!([consent]);
            naming
        });
        let (id, tokens) = (String::new(), Vec::new());
        (line, Said::Person(Person { id, name, naming, shut: false, tokens, erased: false }))
    }

    fn event_line(&mut self) -> (Value, Said) {
        let (title, country, at) = (self.word(), self.country(), self.point());
        let (risk, precision) = (self.random.of(&[0, 0, 0, 1, 2, 3]), self.random.below(5));
        let visibility = self.random.of(&[0, 0, 0, 1, 2]);
        let status = self.random.of(&["draft", "scheduled", "held", "held", "held", "cancelled"]);
        let date = self.model.now.date_naive() - Duration::days(1 + self.random.below(80) as i64);
        let host = self.brought_before('p').filter(|_| self.random.often(60));
        let line = json!({"type": "event", "id": format!("e{}", self.random.below(4)), "kind": "dialogue", "title": title,
            "format": "in_person", "when": {"precision": "day", "date": date.format("%Y-%m-%d").to_string()},
            "place": {"country": country, "region": "The province", "locality": "The town", "venue": "The hall",
                "point": {"lat": at.0, "lon": at.1}},
            "public_precision": PRECISIONS[precision], "visibility": VISIBILITIES[visibility], "risk": RISKS[risk],
            "status": status, "hosts": host.iter().map(|(name, _)| name).collect::<Vec<_>>()});
        let over = (date + Duration::days(1)).and_time(NaiveTime::MIN).and_utc() - Duration::seconds(1);
        let held_at = (status == "held").then_some(over.min(self.model.now));
        let (id, status, hosts) =
            (String::new(), status.to_owned(), host.into_iter().map(|(_, n)| n).collect());
        let (initiative, locked_down) = (None, false);
        let said = Event {
            id,
            by_host: true,
            status,
            visibility,
            risk,
            precision,
            country,
            at,
            date,
            held_at,
            title,
            initiative,
            hosts,
            locked_down,
        };
        (line, Said::Event(said))
    }

    fn quote_line(&mut self) -> (Value, Said) {
        let name = format!("q{}", self.random.below(6));
        if self.model.imported.contains_key(&name) && self.random.often(10) {
            return (json!({"type": "quote", "id": name, "status": "withdrawn"}), Said::Withdrawal);
        }
        let words = Words { text: self.word(), spanish: None };
        let event = self.brought_before('e').filter(|_| self.random.often(75));
        let person = self.brought_before('p').filter(|_| self.random.often(60));
        let (level, label, attribution) = self.naming();
        let status = self.random.of(&["draft", "approved", "approved", "approved"]);
        let mut line = json!({"type": "quote", "id": name, "text": words.text, "attribution": attribution, "status": status});
        for (member, named) in [("event", &event), ("person", &person)] {
            if let Some((named, _)) = named {
                line[member] = json!(named);
            }
        }
        let consent = self.random.often(85).then(|| {
            let allowed = if self.random.often(20) { self.random.below(4) } else { level };
            let (mut consent, given) = self.consent(allowed);
            (consent["purpose"], consent["level"]) = (json!("publish_quote"), json!(LEVELS[allowed]));
            line["consent"] = consent;
            Consent { words: Some(words.clone()), ..given }
        });
        let let_through =
            Some((consent.as_ref().map_or(level, |consent| consent.level.max(level)), label.clone()));
        let said = Quote {
            id: String::new(),
            by_host: true,
            status: status.to_owned(),
            words,
            level,
            label,
            person: person.map(|(_, n)| n),
            event: event.map(|(_, n)| n),
            initiative: None,
            consent,
            shut: false,
            tokens: Vec::new(),
            let_through,
        };
        (line, Said::Quote(said))
    }

    async fn brought(&mut self, name: &str, record: &Value, said: Said) {
        let id = record.as_str().unwrap().to_owned();
        let n = match said {
            Said::Person(person) => {
                self.model.people.push(Person { id, ..person });
                self.model.people.len() - 1
            }
            Said::Event(event) => {
                self.model.events.push(Event { id, ..event });
                self.model.events.len() - 1
            }
            Said::Quote(quote) => {
                self.model.quotes.push(Quote { id, ..quote });
                self.model.quotes.len() - 1
            }
            Said::Withdrawal => panic!("{name} was known"),
        };
        self.model.imported.insert(name.to_owned(), n);
        self.read_ledger(name, n).await;
    }

    /// A file said something else of a record that nobody touched here since.
    async fn brought_again(&mut self, name: &str, said: Said) {
        let n = self.model.imported[name];
        match said {
            Said::Person(new) => {
                let person = &mut self.model.people[n];
                assert!(!person.erased, "{name} was erased");
                let before = std::mem::replace(&mut person.name, new.name);
                let naming = new.naming.filter(|naming| !person.shut || naming.from.is_some());
                let ended = std::mem::replace(&mut person.naming, naming);
                let replaced = person.naming.is_some();
                self.retired.push(before.to_lowercase());
                self.ended.extend(ended.and_then(|naming| naming.row).filter(|_| !replaced));
            }
            Said::Event(new) => {
                let event = &mut self.model.events[n];
                let held_at = new.held_at.map(|over| event.held_at.unwrap_or(over));
                let (id, locked_down) = (std::mem::take(&mut event.id), event.locked_down);
                *event = Event { id, locked_down, held_at, ..new };
            }
            Said::Quote(new) => {
                let quote = &mut self.model.quotes[n];
                assert!(quote.status != "withdrawn", "{name} was withdrawn");
                let (id, tokens, shut) =
                    (std::mem::take(&mut quote.id), std::mem::take(&mut quote.tokens), quote.shut);
                let consent = new.consent.filter(|consent| !shut || consent.from.is_some());
                let ended = quote.consent.take().and_then(|consent| consent.row);
                let replaced = consent.is_some();
                *quote = Quote { id, tokens, shut, consent, ..new };
                self.ended.extend(ended.filter(|_| !replaced));
            }
            Said::Withdrawal => {
                assert!(self.model.quotes[n].status != "withdrawn", "{name} was withdrawn");
                return self.withdrawn(n);
            }
        }
        self.read_ledger(name, n).await;
    }

    /// Which rows of the ledger of consents a file has made.
    async fn read_ledger(&mut self, name: &str, n: usize) {
        match name.chars().next() {
            Some('p') => self.settle_name(n).await,
            Some('q') => self.settle(n).await,
            _ => {}
        }
    }
}
