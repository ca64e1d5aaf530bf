//! Steps that make records.

use chrono::Duration;
use serde_json::{Value, json};

use super::model::{
    Consent, Event, Initiative, LEVELS, Outcome, PRECISIONS, Quote, RISKS, Story, VISIBILITIES, Words,
};
use super::world::{Who, World, id};

/// What a consent may be for.
const SCOPES: [&[&str]; 5] = [
    &["gallery", "feeds"],
    &["gallery", "feeds"],
    &["gallery"],
    &["feeds", "partners"],
    &["gallery", "feeds", "press"],
];

impl World<'_> {
    pub fn country(&mut self) -> &'static str {
        self.random.of(&["SS", "SS", "KE"])
    }

    /// A point in one of a few cells, so that neighbours are told apart by nobody.
    pub fn point(&mut self) -> (f64, f64) {
        let mut degrees = |from: f64| from + self.random.below(150_000) as f64 / 100_000.0;
        let five = |x: f64| (x * 1e5).round() / 1e5;
        (five(degrees(3.0)), five(degrees(30.0)))
    }

    fn maker(&mut self) -> Who {
        if self.random.often(80) { Who::Host } else { Who::Moderator }
    }

    pub async fn make_initiative(&mut self) {
        if self.model.initiatives.len() >= 12 {
            return;
        }
        let (title, country, at, who) = (self.word(), self.country(), self.point(), self.maker());
        let precision = self.random.of(&[0, 1, 1, 2, 3, 4]);
        let body = json!({"title": title, "language": "en", "country": country, "public_precision": PRECISIONS[precision],
            "place": {"region": "The province", "locality": "The town", "point": {"lat": at.0, "lon": at.1}}});
        let answer = self.who(who).post("/v1/initiatives", body).await;
        if self.did("make initiative", &title, &answer) {
            let (id, by_host) = (id(&answer.json()), who == Who::Host);
            let status = "draft".to_owned();
            let made = Initiative { id, by_host, status, let_through: false, title, country, precision, at };
            self.model.initiatives.push(made);
        }
    }

    pub async fn make_event(&mut self) {
        if self.model.events.len() >= 40 {
            return;
        }
        let (title, country, at, who) = (self.word(), self.country(), self.point(), self.maker());
        let risk = self.random.of(&[0, 0, 0, 1, 2, 2, 3]);
        let precision = self.random.of(&[0, 1, 1, 2, 3, 4]);
        let visibility = self.random.of(&[0, 0, 0, 0, 1, 2]);
        let days = Duration::days(1 + self.random.below(60) as i64);
        let today = self.model.now.date_naive();
        let date = if self.random.often(20) { today + days } else { today - days };
        let initiative =
            self.random.index(&self.model.initiatives, |_| true).filter(|_| self.random.often(40));
        let host = self.random.index(&self.model.people, |p| !p.erased).filter(|_| self.random.often(50));
        let hosts: Vec<usize> = host.into_iter().collect();
        let mut body = json!({"kind": "dialogue", "title": title, "language": "en", "format": "in_person",
            "when": {"precision": "day", "date": date.format("%Y-%m-%d").to_string()},
            "place": {"country": country, "region": "The province", "locality": "The town", "venue": "The hall",
                "point": {"lat": at.0, "lon": at.1}},
            "public_precision": PRECISIONS[precision], "visibility": VISIBILITIES[visibility], "risk": RISKS[risk],
            "hosts": hosts.iter().map(|&n| &self.model.people[n].id).collect::<Vec<_>>()});
        if let Some(n) = initiative {
            body["initiative"] = json!(self.model.initiatives[n].id);
        }
        let answer = self.who(who).post("/v1/events", body).await;
        if self.did("make event", &title, &answer) {
            let (id, by_host, status) = (id(&answer.json()), who == Who::Host, "draft".to_owned());
            let (held_at, locked_down) = (None, false);
            self.model.events.push(Event {
                id,
                by_host,
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
            });
        }
    }

    /// What a consent could say, and the consent that it then is.
    pub fn consent(&mut self, level: usize) -> (Value, Consent) {
        let channels = self.random.of(&SCOPES);
        let ends = self
            .random
            .often(40)
            .then(|| self.model.now + Duration::hours(24 * (1 + self.random.below(40) as i64)));
        let mut body = json!({"method": "oral_witnessed", "scope": channels});
        if let Some(end) = ends {
            body["expires_at"] = json!(end);
        }
        let from = self
            .random
            .often(15)
            .then(|| self.model.now + Duration::hours(1 + self.random.below(200) as i64));
        if let Some(from) = from {
            body["given_at"] = json!(from);
        }
        // The service keeps millionths of a second.
        let [from, ends] = [from, ends].map(|at| at.map(|at| chrono::SubsecRound::trunc_subsecs(at, 6)));
        (
            body,
            Consent {
                row: None,
                words: None,
                channels: channels.iter().copied().collect(),
                level,
                from,
                ends,
            },
        )
    }

    /// How a speaker could be named.
    pub fn naming(&mut self) -> (usize, Option<String>, Value) {
        let level = self.random.of(&[0, 0, 1, 1, 2, 2, 3]);
        let label = (level == 1).then(|| self.word());
        let mut body = json!({"level": LEVELS[level]});
        if let Some(label) = &label {
            body["label"] = json!(label);
        }
        (level, label, body)
    }

    pub async fn make_quote(&mut self) {
        if self.model.quotes.iter().filter(|quote| quote.status != "withdrawn").count() >= 40 {
            return;
        }
        let (text, who) = (self.word(), self.maker());
        let event = self.random.index(&self.model.events, |_| true).filter(|_| self.random.often(75));
        let initiative =
            self.random.index(&self.model.initiatives, |_| true).filter(|_| self.random.often(30));
        let person = self.random.index(&self.model.people, |p| !p.erased).filter(|_| self.random.often(80));
        let (level, label, attribution) = self.naming();
        let mut body = json!({"text": text, "language": "en", "attribution": attribution});
        for (member, id) in [
            ("event", event.map(|n| &self.model.events[n].id)),
            ("initiative", initiative.map(|n| &self.model.initiatives[n].id)),
            ("person", person.map(|n| &self.model.people[n].id)),
        ] {
            if let Some(id) = id {
                body[member] = json!(id);
            }
        }
        let words = Words { text, spanish: None };
        let mut consent = None;
        if self.random.often(85) {
            let allowed = if self.random.often(20) { self.random.below(4) } else { level };
            let (mut line, given) = self.consent(allowed);
            (line["purpose"], line["level"]) = (json!("publish_quote"), json!(LEVELS[allowed]));
            body["consent"] = line;
            consent = Some(Consent { words: Some(words.clone()), ..given });
        }
        let answer = self.who(who).post("/v1/quotes", body).await;
        if self.did("make quote", &words.text, &answer) {
            let record = answer.json();
            let tokens = record["manage_token"].as_str().map(str::to_owned).into_iter().collect();
            let (id, by_host, status) = (id(&record), who == Who::Host, "draft".to_owned());
            self.model.quotes.push(Quote {
                id,
                by_host,
                status,
                words,
                level,
                label,
                person,
                event,
                initiative,
                consent,
                shut: false,
                tokens,
                let_through: None,
            });
            self.settle(self.model.quotes.len() - 1).await;
        }
    }

    pub async fn make_outcome(&mut self) {
        let Some(event) = self.random.index(&self.model.events, |_| true) else { return };
        let followed_by = self.random.index(&self.model.events, |_| true).filter(|&n| n != event);
        let (text, who) = (self.word(), self.maker());
        let mut body =
            json!({"event": self.model.events[event].id, "kind": "need", "text": text, "language": "en"});
        if let Some(n) = followed_by {
            body["followed_by"] = json!([self.model.events[n].id]);
        }
        let answer = self.who(who).post("/v1/outcomes", body).await;
        if self.did("make outcome", &text, &answer) {
            let (id, by_host, status) = (id(&answer.json()), who == Who::Host, "draft".to_owned());
            self.model.outcomes.push(Outcome { id, by_host, status, text, event, followed_by });
        }
    }

    pub async fn make_story(&mut self) {
        let event = self.random.index(&self.model.events, |_| true).filter(|_| self.random.often(60));
        let initiative =
            self.random.index(&self.model.initiatives, |_| true).filter(|_| self.random.often(40));
        let country = self.random.often(30).then(|| self.country());
        let (title, who) = (self.word(), self.maker());
        let mut body =
            json!({"kind": "blog", "title": title, "url": "https://example.org/a", "language": "en"});
        for (member, value) in [
            ("event", event.map(|n| self.model.events[n].id.clone())),
            ("initiative", initiative.map(|n| self.model.initiatives[n].id.clone())),
            ("country", country.map(str::to_owned)),
        ] {
            if let Some(value) = value {
                body[member] = json!(value);
            }
        }
        let answer = self.who(who).post("/v1/stories", body).await;
        if self.did("make story", &title, &answer) {
            let (id, by_host, status) = (id(&answer.json()), who == Who::Host, "draft".to_owned());
            self.model.stories.push(Story { id, by_host, status, title, country, event, initiative });
        }
    }
}
