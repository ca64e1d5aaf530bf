//! Steps that change records: verbs, edits, and what is put back.

use chrono::{Duration, NaiveDate};
use reqwest::Method;
use serde_json::{Value, json};

use super::model::{PRECISIONS, RISKS, VISIBILITIES};
use super::world::{Who, World, place_of};
use crate::house::{Answer, answer};

/// Something that was said of a campaign.
#[derive(Clone, Copy)]
enum Contribution {
    Quote(usize),
    Outcome(usize),
    Story(usize),
}

/// What is the same of all that a moderator lets through.
struct LetThrough<'a> {
    path: String,
    by_host: bool,
    status: &'a mut String,
}

impl World<'_> {
    /// An edit of whatever version is there; whoever may not see it cannot know it.
    async fn edits(&self, who: Who, path: &str, patch: &Value) -> Answer {
        self.who(who).patch_version(path, "*", patch.clone()).await
    }

    pub async fn event_verb(&mut self) {
        let verb = self
            .random
            .of(&["schedule", "schedule", "schedule", "schedule", "complete", "complete", "cancel"]);
        let wanted: &[&str] = match verb {
            "schedule" => &["draft", "in_review"],
            "complete" => &["scheduled"],
            _ => &["draft", "in_review", "scheduled", "held"],
        };
        let fits = self.random.index(&self.model.events, |event| wanted.contains(&&*event.status));
        let Some(n) = fits else { return };
        let who = self.anybody();
        let path = format!("/v1/events/{}/{verb}", self.model.events[n].id);
        let answer = self.who(who).post(&path, json!({})).await;
        if !self.did(verb, format!("{n} by {who:?}"), &answer) {
            return;
        }
        let event = &mut self.model.events[n];
        let through = event.risk == 0 || who.lets_through(event.by_host);
        assert!(verb != "schedule" || through, "{who:?} announced an event that is dangerous");
        let record = answer.json();
        event.status = record["status"].as_str().unwrap().to_owned();
        event.visibility = place_of(&VISIBILITIES, &record["visibility"]);
        if verb == "complete" {
            event.held_at = Some(self.model.now);
        }
    }

    pub async fn edit_event(&mut self) {
        let Some(n) = self.random.index(&self.model.events, |event| event.status != "cancelled") else {
            return;
        };
        let (who, word) = (self.anybody(), self.word());
        let (risk, precision) = (self.random.below(4), self.random.below(5));
        let visibility = self.random.of(&[0, 0, 1, 2]);
        let date = self.model.now.date_naive() - Duration::days(self.random.below(80) as i64 - 10);
        let country = self.random.of(&["SS", "KE"]);
        let host = self.random.index(&self.model.people, |person| !person.erased);
        let initiative =
            self.random.index(&self.model.initiatives, |_| true).filter(|_| self.random.often(60));
        let patch = match self.random.below(8) {
            0 => json!({"title": word}),
            1 => json!({"risk": RISKS[risk]}),
            2 => json!({"public_precision": PRECISIONS[precision]}),
            3 => json!({"visibility": VISIBILITIES[visibility]}),
            4 => json!({"when": {"precision": "day", "date": date.format("%Y-%m-%d").to_string()}}),
            5 => json!({"place": {"country": country}}),
            6 => json!({"hosts": host.iter().map(|&n| &self.model.people[n].id).collect::<Vec<_>>()}),
            _ => json!({"initiative": initiative.map(|n| &self.model.initiatives[n].id)}),
        };
        let before = &self.model.events[n];
        let answer = self.edits(who, &format!("/v1/events/{}", before.id), &patch).await;
        if !self.did("edit event", format!("{n} by {who:?}: {patch}"), &answer) {
            return;
        }
        let (status, event) =
            (answer.json()["status"].as_str().unwrap().to_owned(), &mut self.model.events[n]);
        let announced = event.status != "draft";
        match patch.as_object().unwrap().keys().next().unwrap().as_str() {
            "title" => event.title = word,
            "risk" => {
                assert!(!announced || risk >= event.risk, "one person lowered a risk");
                event.risk = risk;
            }
            "public_precision" => {
                assert!(!announced || precision >= event.precision, "one person showed a place more finely");
                event.precision = precision;
            }
            "visibility" => event.visibility = visibility,
            "when" => event.date = date,
            "place" => event.country = country,
            "hosts" => event.hosts = host.into_iter().collect(),
            _ => event.initiative = initiative,
        }
        assert!(status == event.status || status == "draft", "an edit announced an event");
        event.status = status;
    }

    pub async fn initiative_verb(&mut self) {
        let verb = self.random.of(&["publish", "publish", "publish", "publish", "archive"]);
        let wanted = if verb == "publish" { "draft" } else { "published" };
        let Some(n) = self.random.index(&self.model.initiatives, |it| it.status == wanted) else { return };
        let who = self.anybody();
        let path = format!("/v1/initiatives/{}/{verb}", self.model.initiatives[n].id);
        let answer = self.who(who).post(&path, json!({})).await;
        let step = if verb == "publish" { "publish initiative" } else { "archive initiative" };
        if self.did(step, format!("{n} by {who:?}"), &answer) {
            let it = &mut self.model.initiatives[n];
            assert!(
                who != Who::Host && (verb == "archive" || who.lets_through(it.by_host)),
                "{who:?} may not {verb}"
            );
            it.status = answer.json()["status"].as_str().unwrap().to_owned();
            it.let_through = true;
        }
    }

    pub async fn edit_initiative(&mut self) {
        let Some(n) = self.random.index(&self.model.initiatives, |_| true) else { return };
        let (who, word, precision) = (self.anybody(), self.word(), self.random.below(5));
        let country = self.random.of(&["SS", "KE"]);
        let patch = match self.random.below(4) {
            0 | 1 => json!({"title": word}),
            2 => json!({"public_precision": PRECISIONS[precision]}),
            _ => json!({"country": country}),
        };
        let path = format!("/v1/initiatives/{}", self.model.initiatives[n].id);
        let answer = self.edits(who, &path, &patch).await;
        if !self.did("edit initiative", format!("{n} by {who:?}: {patch}"), &answer) {
            return;
        }
        let it = &mut self.model.initiatives[n];
        let draft = it.status == "draft";
        match patch.as_object().unwrap().keys().next().unwrap().as_str() {
            "title" => {
                it.title = word;
                it.let_through &= who.lets_through(it.by_host);
            }
            "public_precision" => {
                assert!(draft || precision >= it.precision, "one person showed a place more finely");
                it.precision = precision;
            }
            _ => it.country = country,
        }
        it.status = answer.json()["status"].as_str().unwrap().to_owned();
        assert!(it.let_through || it.status != "published", "what nobody let through is on the map");
    }

    fn some_contribution(&mut self, wanted: &[&str]) -> Option<Contribution> {
        let model = &self.model;
        let quote =
            self.random.index(&model.quotes, |it| wanted.contains(&&*it.status)).map(Contribution::Quote);
        let outcome =
            self.random.index(&model.outcomes, |it| wanted.contains(&&*it.status)).map(Contribution::Outcome);
        let story =
            self.random.index(&model.stories, |it| wanted.contains(&&*it.status)).map(Contribution::Story);
        let all: Vec<_> = quote.into_iter().chain(quote).chain(outcome).chain(story).collect();
        (!all.is_empty()).then(|| self.random.of(&all))
    }

    fn let_through(&mut self, of: Contribution) -> LetThrough<'_> {
        let (collection, id, by_host, status) = match of {
            Contribution::Quote(n) => {
                let it = &mut self.model.quotes[n];
                ("quotes", &it.id, it.by_host, &mut it.status)
            }
            Contribution::Outcome(n) => {
                let it = &mut self.model.outcomes[n];
                ("outcomes", &it.id, it.by_host, &mut it.status)
            }
            Contribution::Story(n) => {
                let it = &mut self.model.stories[n];
                ("stories", &it.id, it.by_host, &mut it.status)
            }
        };
        LetThrough { path: format!("/v1/{collection}/{id}"), by_host, status }
    }

    pub async fn approve(&mut self) {
        let Some(of) = self.some_contribution(&["draft"]) else { return };
        let who = self.anybody();
        let path = format!("{}/approve", self.let_through(of).path);
        let answer = self.who(who).post(&path, json!({})).await;
        if self.did("approve", format!("{path} by {who:?}"), &answer) {
            let it = self.let_through(of);
            assert!(who.lets_through(it.by_host), "{who:?} approved what they may not");
            *it.status = "approved".to_owned();
            self.note_how_named(of);
        }
    }

    /// A moderator has seen how the speaker of a quote is named.
    fn note_how_named(&mut self, of: Contribution) {
        if let Contribution::Quote(n) = of {
            let quote = &mut self.model.quotes[n];
            let level = quote.consent.as_ref().map_or(quote.level, |consent| consent.level.max(quote.level));
            quote.let_through = Some((level, quote.label.clone()));
        }
    }

    pub async fn edit_contribution(&mut self) {
        let Some(of) = self.some_contribution(&["draft", "approved", "approved"]) else { return };
        let (who, word) = (self.anybody(), self.word());
        let (level, label, mut attribution) = self.naming();
        attribution["label"] = json!(label);
        let title = matches!(of, Contribution::Story(_));
        let spanish = self.random.often(70).then(|| word.clone());
        let patch = match (of, self.random.below(4)) {
            (Contribution::Quote(_), 0) => json!({"attribution": attribution}),
            (Contribution::Quote(_), 1) => {
                json!({"translations": {"es": spanish.as_ref().map(|text| json!({"text": text, "by": "human"}))}})
            }
            _ if title => json!({"title": word}),
            _ => json!({"text": word}),
        };
        let path = self.let_through(of).path;
        let answer = self.edits(who, &path, &patch).await;
        if !self.did("edit contribution", format!("{path} by {who:?}: {patch}"), &answer) {
            return;
        }
        let said = match of {
            Contribution::Quote(n) => {
                let quote = &mut self.model.quotes[n];
                let before = quote.words.clone();
                match patch.as_object().unwrap().keys().next().unwrap().as_str() {
                    "attribution" => (quote.level, quote.label) = (level, label),
                    "translations" => quote.words.spanish = spanish,
                    _ => quote.words.text = word,
                }
                quote.words != before
            }
            Contribution::Outcome(n) => {
                self.model.outcomes[n].text = word;
                true
            }
            Contribution::Story(n) => {
                self.model.stories[n].title = word;
                true
            }
        };
        self.edited(of, who, said, &answer.json());
    }

    /// Takes over where an edit left a record. Other words stand in public only if somebody let them through who did not make it.
    fn edited(&mut self, of: Contribution, who: Who, other_words: bool, record: &Value) {
        let it = self.let_through(of);
        let lets = who.lets_through(it.by_host);
        let status = record["status"].as_str().unwrap();
        assert!(status == *it.status || status == "draft", "an edit approved");
        assert!(!other_words || lets || status == "draft", "{who:?} edited in public");
        *it.status = status.to_owned();
        if lets && status == "approved" {
            self.note_how_named(of);
        }
    }

    pub async fn withdraw(&mut self) {
        let Some(of) = self.some_contribution(&["approved"]) else { return };
        let who = self.anybody();
        let path = format!("{}/withdraw", self.let_through(of).path);
        let answer = self.who(who).post(&path, json!({})).await;
        if self.did("withdraw", format!("{path} by {who:?}"), &answer) {
            self.gone(of);
        }
    }

    fn gone(&mut self, of: Contribution) {
        match of {
            Contribution::Quote(n) => self.withdrawn(n),
            Contribution::Outcome(n) => self.taken_back("outcomes", n),
            Contribution::Story(n) => self.taken_back("stories", n),
        }
    }

    /// An outcome or a story is withdrawn, whoever did it.
    pub fn taken_back(&mut self, collection: &str, n: usize) {
        let (id, status, words) = match collection {
            "outcomes" => {
                let it = &mut self.model.outcomes[n];
                (&it.id, &mut it.status, &it.text)
            }
            _ => {
                let it = &mut self.model.stories[n];
                (&it.id, &mut it.status, &it.title)
            }
        };
        self.retired.push(words.to_lowercase());
        self.gone_for_good.insert(id.clone());
        *status = "withdrawn".to_owned();
    }

    /// A quote is withdrawn, whoever did it.
    pub fn withdrawn(&mut self, n: usize) {
        let quote = &mut self.model.quotes[n];
        quote.status = "withdrawn".to_owned();
        self.gone_for_good.insert(quote.id.clone());
        self.ended.extend(quote.consent.take().and_then(|consent| consent.row));
        self.retired.push(quote.words.text.to_lowercase());
        self.retired.extend(quote.words.spanish.take().map(|words| words.to_lowercase()));
        self.retired.extend(quote.label.take().map(|label| label.to_lowercase()));
    }

    pub async fn restore(&mut self) {
        let of = match self.random.below(3) {
            0 => self
                .some_contribution(&["draft", "approved"])
                .map(|of| (self.let_through(of).path, Some(of), 0)),
            kind => {
                let collection = if kind == 1 { "events" } else { "initiatives" };
                let ids: Vec<_> =
                    self.model.records().into_iter().filter(|(it, _)| *it == collection).collect();
                let ids: Vec<String> = ids.into_iter().map(|(_, id)| id.to_owned()).collect();
                self.random.index(&ids, |_| true).map(|n| (format!("/v1/{collection}/{}", ids[n]), None, n))
            }
        };
        let (Some((path, of, n)), who) = (of, self.anybody()) else { return };
        let listed = self.who(Who::Admin).get(&format!("{path}/revisions?limit=100")).await.json();
        let Some(version) = self.random.index(listed["items"].as_array().unwrap(), |_| true) else { return };
        let version = listed["items"][version]["version"].clone();
        let etag = self.who(Who::Admin).get(&path).await.header("etag").to_owned();
        let request = self.house.request(Method::POST, &format!("{path}/revisions/{version}/restore"));
        let request = request.bearer_auth(&self.who(who).token).header("if-match", etag).json(&json!({}));
        let answer = answer(request).await;
        if !self.did("restore", format!("{path} {version} by {who:?}"), &answer) {
            return;
        }
        let record = answer.json();
        match of {
            Some(of) => self.contribution_restored(of, who, &record),
            None if path.starts_with("/v1/events") => self.event_restored(n, &record),
            None => self.initiative_restored(n, who, &record),
        }
    }

    fn contribution_restored(&mut self, of: Contribution, who: Who, record: &Value) {
        let text = |member: &str| record[member].as_str().unwrap_or_default().to_owned();
        let other_words = match of {
            Contribution::Quote(n) => {
                let words = &mut self.model.quotes[n].words;
                let before = words.clone();
                words.text = text("text");
                words.spanish = record["translations"]["es"]["text"].as_str().map(str::to_owned);
                *words != before
            }
            Contribution::Outcome(n) => {
                std::mem::replace(&mut self.model.outcomes[n].text, text("text")) != text("text")
            }
            Contribution::Story(n) => {
                std::mem::replace(&mut self.model.stories[n].title, text("title")) != text("title")
            }
        };
        self.edited(of, who, other_words, record);
    }

    fn event_restored(&mut self, n: usize, record: &Value) {
        let initiative = self.model.initiatives.iter().position(|it| record["initiative"] == it.id.as_str());
        let event = &mut self.model.events[n];
        let (risk, visibility) =
            (place_of(&RISKS, &record["risk"]), place_of(&VISIBILITIES, &record["visibility"]));
        assert_eq!((risk, visibility), (event.risk, event.visibility), "a revision showed somebody again");
        let precision = place_of(&PRECISIONS, &record["public_precision"]);
        assert!(
            precision >= event.precision || event.status == "draft",
            "a revision showed a place more finely"
        );
        event.precision = precision;
        event.title = record["title"].as_str().unwrap().to_owned();
        event.date = record["when"]["date"].as_str().unwrap().parse::<NaiveDate>().unwrap();
        event.country = if record["place"]["country"] == "SS" { "SS" } else { "KE" };
        event.initiative = initiative;
        let status = record["status"].as_str().unwrap();
        assert!(status == event.status || status == "draft", "a revision announced an event");
        event.status = status.to_owned();
    }

    fn initiative_restored(&mut self, n: usize, who: Who, record: &Value) {
        let it = &mut self.model.initiatives[n];
        let precision = place_of(&PRECISIONS, &record["public_precision"]);
        assert!(precision >= it.precision || it.status == "draft", "a revision showed a place more finely");
        let title = record["title"].as_str().unwrap().to_owned();
        it.let_through &= title == it.title || who.lets_through(it.by_host);
        (it.precision, it.title) = (precision, title);
        it.country = if record["country"] == "SS" { "SS" } else { "KE" };
        it.status = record["status"].as_str().unwrap().to_owned();
        assert!(it.let_through || it.status != "published", "what nobody let through is on the map");
    }
}
