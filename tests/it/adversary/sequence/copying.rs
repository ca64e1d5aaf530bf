//! Copies of the database, and what is so once one was put back: what the copy has, without whatever was withdrawn or erased since.

use super::model::Model;
use super::world::{Proposal, World};

/// A copy, and what was known when it was made.
pub struct Copy {
    pub path: String,
    model: Model,
    proposals: Vec<Proposal>,
    retired: Vec<String>,
}

impl World<'_> {
    /// Whether the database is copied now: once before the middle of a campaign, and later now and then.
    pub fn is_time_to_copy(&mut self, step: u64, steps: u64) -> bool {
        (step >= steps * 2 / 5 && self.copy.is_none()) || self.random.below(60) == 0
    }

    /// Whether the newest copy is put back now: once before the end, and also more often.
    pub fn is_time_to_put_back(&mut self, step: u64, steps: u64) -> bool {
        let never = !self.tally.contains_key("put back");
        let chance = self.random.below(70) == 0;
        self.copy.is_some() && (chance || (never && step >= steps * 3 / 4))
    }

    /// Copies the database.
    pub async fn back_up(&mut self) {
        let path = self.house.path(&format!("{}.backup", self.word()));
        let path = path.to_str().unwrap().to_owned();
        self.house.solidarity(&["backup", &path]).await.done();
        self.note(format!("a copy is made: {path}"));
        self.tally.entry("back up").or_default().0 += 1;
        let (model, proposals, retired) = (self.model.clone(), self.proposals.clone(), self.retired.clone());
        self.copy = Some(Copy { path, model, proposals, retired });
    }

    /// The copy was put back. What narrowed somebody's consent, withdrew or erased since is in no copy and holds all the same;
    /// what was hidden otherwise is not known any more, so everything is.
    pub fn put_back(&mut self) {
        let Some(copy) = &self.copy else { return };
        let now = self.model.now;
        self.model = Model { now, locked_down: true, ..copy.model.clone() };
        self.proposals = copy.proposals.clone();
        let since = std::mem::replace(&mut self.retired, copy.retired.clone());
        self.note("the copy is put back".to_owned());
        self.tally.entry("put back").or_default().0 += 1;
        let ended = |consent: &Option<super::model::Consent>| {
            consent
                .as_ref()
                .and_then(|consent| consent.row.as_ref())
                .is_some_and(|row| self.ended.contains(row))
        };
        let quotes: Vec<_> =
            (0..self.model.quotes.len()).filter(|&n| ended(&self.model.quotes[n].consent)).collect();
        let people: Vec<_> =
            (0..self.model.people.len()).filter(|&n| ended(&self.model.people[n].naming)).collect();
        for n in quotes {
            (self.model.quotes[n].consent, self.model.quotes[n].shut) = (None, true);
        }
        for n in people {
            (self.model.people[n].naming, self.model.people[n].shut) = (None, true);
        }
        self.withdraw_again();
        // A name that somebody gave up is theirs again, as in the copy.
        let told = self.model.told();
        self.retired.extend(since.into_iter().filter(|word| !told.contains(word)));
    }

    fn withdraw_again(&mut self) {
        let gone = |id: &String| self.gone_for_good.contains(id);
        let model = &self.model;
        let people: Vec<_> = (0..model.people.len())
            .filter(|&n| !model.people[n].erased && gone(&model.people[n].id))
            .collect();
        let open = |status: &str| status != "withdrawn";
        let of = |all: Vec<(&String, &String)>| -> Vec<usize> {
            let back =
                |(n, (id, status)): (usize, (&String, &String))| (open(status) && gone(id)).then_some(n);
            all.into_iter().enumerate().filter_map(back).collect()
        };
        let quotes = of(model.quotes.iter().map(|it| (&it.id, &it.status)).collect());
        let outcomes = of(model.outcomes.iter().map(|it| (&it.id, &it.status)).collect());
        let stories = of(model.stories.iter().map(|it| (&it.id, &it.status)).collect());
        for n in quotes {
            self.withdrawn(n);
        }
        for n in people {
            self.forgotten(n);
        }
        for (collection, all) in [("outcomes", outcomes), ("stories", stories)] {
            for n in all {
                self.taken_back(collection, n);
            }
        }
    }
}

impl Model {
    /// Every word that the records say, in small letters.
    fn told(&self) -> Vec<String> {
        let people = self.people.iter().filter(|it| !it.erased).map(|it| &it.name);
        let quotes = self.quotes.iter().filter(|it| it.status != "withdrawn");
        let quotes =
            quotes.flat_map(|it| [Some(&it.words.text), it.words.spanish.as_ref(), it.label.as_ref()]);
        let outcomes = self.outcomes.iter().filter(|it| it.status != "withdrawn").map(|it| &it.text);
        let stories = self.stories.iter().filter(|it| it.status != "withdrawn").map(|it| &it.title);
        people
            .chain(quotes.flatten())
            .chain(outcomes)
            .chain(stories)
            .map(|word| word.to_lowercase())
            .collect()
    }
}
