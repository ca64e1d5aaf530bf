//! A house, those who work in it, and what the model knows of what they did.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};

use super::copying::Copy;
use super::model::{Country, Model, Person};
use super::random::Random;
use crate::house::actors::Actor;
use crate::house::{Answer, House};

/// Who does something.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Who {
    Host,
    Moderator,
    Admin,
    Second,
}

impl Who {
    /// Whether what they edit or approve counts as let through by somebody else, of a record that the host or the moderator made.
    pub fn lets_through(self, made_by_host: bool) -> bool {
        match self {
            Self::Host => false,
            Self::Moderator => made_by_host,
            Self::Admin | Self::Second => true,
        }
    }
}

/// What has to happen before the public side is all that the rules allow.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum After {
    /// Nothing: it is so with the answer.
    Nothing,
    /// Deferred work, which only adds.
    Work,
    /// Deferred work, which shows more of what is there.
    Finer,
}

/// Something that waits for a second person.
#[derive(Clone)]
pub struct Proposal {
    pub path: String,
    pub by: Who,
    pub change: Change,
}

/// What is proposed.
#[derive(Clone)]
pub enum Change {
    Event { event: usize, risk: Option<usize>, precision: Option<usize>, unlock: bool },
    Initiative { initiative: usize, precision: usize },
    Country { country: &'static str, risk: usize },
    Campaign,
}

pub struct World<'a> {
    pub house: &'a House,
    pub model: Model,
    pub random: Random,
    pub proposals: Vec<Proposal>,
    /// Words that were withdrawn or erased, in small letters.
    pub retired: Vec<String>,
    /// Records that were withdrawn or erased.
    pub gone_for_good: BTreeSet<String>,
    /// Rows of the ledger of consents that were ended here.
    pub ended: BTreeSet<String>,
    /// The newest copy of the database.
    pub copy: Option<Copy>,
    /// How often each step was done and refused.
    pub tally: BTreeMap<&'static str, (u32, u32)>,
    crew: Vec<Actor<'a>>,
    seed: u64,
    log: Vec<String>,
    words: usize,
}

/// Whoever reads a failure wants to see it again.
impl Drop for World<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let from = self.log.len().saturating_sub(40);
            eprintln!(
                "SOLIDARITY_SEQUENCE_SEED={}, {} calls; the last ones:\n{}",
                self.seed,
                self.log.len(),
                self.log[from..].join("\n")
            );
        }
    }
}

impl<'a> World<'a> {
    /// A campaign with a few people in it, whose clock begins with the same day for every seed.
    pub async fn new(house: &'a House, seed: u64) -> Self {
        let begin = "2031-01-20T12:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap();
        house.advance((begin - house.now()).to_std().unwrap());
        let roles = ["host", "moderator", "admin", "admin"];
        let mut crew = Vec::new();
        for role in roles {
            crew.push(house.actor(role).await);
        }
        let mut model = Model { now: house.now(), ..Model::default() };
        let countries = house.get("/v1/countries").await.json();
        for code in ["SS", "KE"] {
            let listed = countries["items"].as_array().unwrap().iter().find(|c| c["code"] == code).unwrap();
            let name = listed["name"].as_str().unwrap().to_owned();
            model.countries.insert(code, Country { name, point: listed["point"].clone(), risk: 0 });
        }
        let (tally, random) = (BTreeMap::new(), Random::new(seed));
        let (proposals, retired, log) = (Vec::new(), Vec::new(), Vec::new());
        let (gone_for_good, ended, copy) = (BTreeSet::new(), BTreeSet::new(), None);
        let mut world = Self {
            house,
            model,
            random,
            proposals,
            retired,
            gone_for_good,
            ended,
            copy,
            tally,
            crew,
            seed,
            log,
            words: 0,
        };
        for _ in 0..10 {
            world.make_person().await;
        }
        for _ in 0..3 {
            world.make_initiative().await;
            world.make_event().await;
            world.make_event().await;
            world.make_quote().await;
            world.make_quote().await;
        }
        world
    }

    pub fn who(&self, who: Who) -> &Actor<'a> {
        &self.crew[who as usize]
    }

    pub fn staff(&mut self) -> Who {
        self.random.of(&[Who::Moderator, Who::Moderator, Who::Admin, Who::Second])
    }

    pub fn anybody(&mut self) -> Who {
        self.random.of(&[Who::Host, Who::Host, Who::Moderator, Who::Admin])
    }

    /// A word that nobody has used before and that is part of no other one.
    pub fn word(&mut self) -> String {
        self.words += 1;
        format!("Word{}q", self.words)
    }

    /// Whether a call did what was asked. It may be refused, but not for a fault of this test.
    pub fn did(&mut self, step: &'static str, about: impl std::fmt::Display, answer: &Answer) -> bool {
        self.log.push(format!("{step} {about}: {} {}", answer.status, answer.code()));
        let done = answer.status < 300;
        let fair = [403, 404, 409, 410, 412, 422].contains(&answer.status);
        assert!(done || fair, "{step} {about}: {} {}", answer.status, answer.text());
        let (ok, refused) = self.tally.entry(step).or_default();
        *(if done { ok } else { refused }) += 1;
        done
    }

    pub fn note(&mut self, what: String) {
        self.log.push(what);
    }

    pub async fn make_person(&mut self) {
        if self.model.people.iter().filter(|person| !person.erased).count() >= 13 {
            return;
        }
        let name = self.word();
        let body = json!({"display_name": name, "role": "activist", "country": "SS"});
        let answer = self.who(Who::Host).post("/v1/people", body).await;
        if self.did("make person", &name, &answer) {
            let (id, naming, tokens) = (id(&answer.json()), None, Vec::new());
            self.model.people.push(Person { id, name, naming, shut: false, tokens, erased: false });
        }
    }

    /// Lets hours or weeks pass.
    pub async fn wait(&mut self) -> After {
        let hours = self.random.of(&[1, 5, 26, 75, 200, 350, 500]);
        self.house.advance(Duration::from_secs(hours * 3600));
        self.model.now = self.house.now();
        self.note(format!("{hours} hours pass"));
        self.tally.entry("wait").or_default().0 += 1;
        self.sign_in().await;
        After::Work
    }

    /// Everybody signs in anew: access tokens last for minutes.
    async fn sign_in(&mut self) {
        for n in 0..self.crew.len() {
            self.crew[n] = self.house.sign_in(&self.crew[n].id, &self.crew[n].email).await;
        }
    }

    /// What is known, while the house is closed.
    pub fn leave(mut self) -> Luggage {
        Luggage {
            model: std::mem::take(&mut self.model),
            random: self.random.clone(),
            proposals: std::mem::take(&mut self.proposals),
            retired: std::mem::take(&mut self.retired),
            gone_for_good: std::mem::take(&mut self.gone_for_good),
            ended: std::mem::take(&mut self.ended),
            copy: self.copy.take(),
            tally: std::mem::take(&mut self.tally),
            crew: self.crew.iter().map(|actor| (actor.id.clone(), actor.email.clone())).collect(),
            seed: self.seed,
            log: std::mem::take(&mut self.log),
            words: self.words,
        }
    }

    /// Goes on where somebody left.
    pub async fn return_to(house: &'a House, luggage: Luggage) -> Self {
        let Luggage {
            model,
            random,
            proposals,
            retired,
            gone_for_good,
            ended,
            copy,
            tally,
            crew: known,
            seed,
            log,
            words,
        } = luggage;
        let mut crew = Vec::new();
        for (id, email) in &known {
            crew.push(house.sign_in(id, email).await);
        }
        Self {
            house,
            model,
            random,
            proposals,
            retired,
            gone_for_good,
            ended,
            copy,
            tally,
            crew,
            seed,
            log,
            words,
        }
    }
}

impl Luggage {
    /// Where the newest copy of the database is.
    pub fn copy(&self) -> &str {
        &self.copy.as_ref().expect("a copy").path
    }
}

/// All that a [`World`] knows, without the house.
pub struct Luggage {
    model: Model,
    random: Random,
    proposals: Vec<Proposal>,
    retired: Vec<String>,
    gone_for_good: BTreeSet<String>,
    ended: BTreeSet<String>,
    copy: Option<Copy>,
    tally: BTreeMap<&'static str, (u32, u32)>,
    crew: Vec<(String, String)>,
    seed: u64,
    log: Vec<String>,
    words: usize,
}

/// The identifier of a record.
pub fn id(record: &Value) -> String {
    record["id"].as_str().unwrap().to_owned()
}

/// A member that is one of these words: its place among them.
pub fn place_of(words: &[&str], value: &Value) -> usize {
    words.iter().position(|word| value == word).unwrap_or_else(|| panic!("{value} is none of {words:?}"))
}
