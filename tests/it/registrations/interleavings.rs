//! Random interleavings of everything that takes and frees a seat, against a model that is as plain as possible.

use std::time::Duration;

use api::config::settings::{MAIL, RATE_LIMITS, REQUIRE_TOTP};
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Registered, comer, register, scheduled};
use crate::house::House;
use crate::records::address;

const ROLES: [&str; 3] = ["activist", "donor", "ally"];
/// At least two activists, one donor at most.
const LEAST: [usize; 3] = [2, 0, 0];
const MOST: [usize; 3] = [usize::MAX, 1, usize::MAX];

/// The model's states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Unverified { holds: bool, until: DateTime<Utc> },
    Waitlisted,
    Offered { until: DateTime<Utc> },
    Confirmed,
    Cancelled,
    Expired,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Unverified { .. } => "unverified",
            Self::Waitlisted => "waitlisted",
            Self::Offered { .. } => "offered",
            Self::Confirmed => "confirmed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    fn holds(self) -> bool {
        matches!(self, Self::Unverified { holds: true, .. } | Self::Offered { .. } | Self::Confirmed)
    }
}

/// Everybody who ever came, in order.
struct Model {
    people: Vec<(usize, State, bool)>,
    capacity: usize,
    offers: bool,
}

impl Model {
    fn seated(&self) -> [usize; 3] {
        let mut seated = [0; 3];
        self.people.iter().filter(|(_, state, _)| state.holds()).for_each(|(role, ..)| seated[*role] += 1);
        seated
    }

    fn keeps(&self, seated: [usize; 3], capacity: usize) -> bool {
        let kept: usize = (0..3).map(|role| LEAST[role].saturating_sub(seated[role])).sum();
        seated.iter().sum::<usize>() + kept <= capacity && (0..3).all(|role| seated[role] <= MOST[role])
    }

    fn fits(&self, role: usize) -> bool {
        let mut seated = self.seated();
        seated[role] += 1;
        self.keeps(seated, self.capacity)
    }

    /// Whose time is over goes, then everybody who waits is asked in order.
    fn settle(&mut self, now: DateTime<Utc>) {
        for (_, state, _) in &mut self.people {
            match state {
                State::Unverified { until, .. } | State::Offered { until } if *until <= now => {
                    *state = State::Expired
                }
                _ => {}
            }
        }
        for at in 0..self.people.len() {
            let (role, state, can_be_told) = self.people[at];
            if state == State::Waitlisted && self.fits(role) {
                let offered = State::Offered { until: now + TimeDelta::hours(24) };
                self.people[at].1 = if self.offers && can_be_told { offered } else { State::Confirmed };
            }
        }
    }
}

/// SplitMix64: the same numbers for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % end as u64).unwrap()
    }
}

/// What is walked through, and the model beside it.
struct Walk<'a> {
    house: &'a House,
    event: Value,
    model: Model,
    people: Vec<Registered<'a>>,
    random: Random,
}

impl Walk<'_> {
    fn somebody(&mut self, fits: impl Fn(State) -> bool) -> Option<usize> {
        let found: Vec<usize> = (0..self.people.len()).filter(|at| fits(self.model.people[*at].1)).collect();
        (!found.is_empty()).then(|| found[self.random.below(found.len())])
    }

    async fn comes(&mut self) {
        let (role, with_address) = (self.random.below(3), self.random.below(2) == 0);
        let mut body = comer(ROLES[role]);
        if with_address {
            body["email"] = json!(format!("n{}@example.org", self.people.len()));
        }
        let (registered, _) = register(self.house, &self.event, body).await;
        let fits = self.model.fits(role);
        let state = match (with_address, fits) {
            (true, holds) => State::Unverified { holds, until: self.house.now() + TimeDelta::minutes(30) },
            (false, true) => State::Confirmed,
            (false, false) => State::Waitlisted,
        };
        self.people.push(registered);
        self.model.people.push((role, state, false));
    }

    async fn verifies(&mut self) {
        let Some(at) = self.somebody(|state| matches!(state, State::Unverified { .. })) else { return };
        let token = self.house.mailed_token(&format!("n{at}@example.org")).await.unwrap();
        let mine = Registered { house: self.house, id: self.people[at].id.clone(), token };
        assert_eq!(mine.post("verify").await.status, 200);
        self.people[at] = mine;
        let (role, state, _) = self.model.people[at];
        let sits = state.holds() || self.model.fits(role);
        self.model.people[at] = (role, if sits { State::Confirmed } else { State::Waitlisted }, true);
    }

    async fn cancels(&mut self) {
        let Some(at) = self.somebody(|state| !matches!(state, State::Cancelled | State::Expired)) else {
            return;
        };
        assert_eq!(self.people[at].post("cancel").await.status, 200);
        self.model.people[at].1 = State::Cancelled;
    }

    async fn accepts(&mut self) {
        let Some(at) = self.somebody(|state| matches!(state, State::Offered { .. })) else { return };
        assert_eq!(self.people[at].post("accept").await.status, 200);
        self.model.people[at].1 = State::Confirmed;
    }

    async fn waits(&mut self) {
        let minutes = [10, 31, 24 * 60 + 1][self.random.below(3)];
        self.house.advance(Duration::from_secs(60 * minutes));
        self.house.run_jobs().await;
    }

    async fn edits(&mut self, host: (&str, &str)) {
        let capacity = 2 + self.random.below(9);
        let host = self.house.sign_in(host.0, host.1).await;
        let answer = host.patch(address(&self.event), json!({"capacity": capacity})).await;
        let same = capacity == self.model.capacity;
        let keeps = same || self.model.keeps(self.model.seated(), capacity);
        assert_eq!(answer.status, if keeps { 200 } else { 409 }, "{capacity}: {}", answer.text());
        if keeps {
            self.model.capacity = capacity;
        }
    }

    async fn compare(&mut self, seed: u64, step: usize, did: &str) {
        self.model.settle(self.house.now());
        let rows = self.house.rows("SELECT status FROM registration ORDER BY arrival, created_at").await;
        let stored: Vec<String> = rows.iter().map(|row| row.try_get("", "status").unwrap()).collect();
        let expected: Vec<&str> = self.model.people.iter().map(|(_, state, _)| state.word()).collect();
        assert_eq!(stored, expected, "seed {seed}, step {step}: {did}");
        let held = self.house.count("SELECT count(*) AS n FROM registration WHERE holds_seat").await;
        assert_eq!(usize::try_from(held).unwrap(), self.model.seated().iter().sum::<usize>());
        assert!(self.model.keeps(self.model.seated(), self.model.capacity), "the model keeps its own rules");
    }
}

async fn walk(seed: u64, steps: usize) {
    let house = House::open_with(&[(&MAIL, "file"), (&RATE_LIMITS, "off"), (&REQUIRE_TOTP, "false")]).await;
    let host = house.host().await;
    let composition = json!([{"role": "activist", "min": LEAST[0]}, {"role": "donor", "max": MOST[1]}]);
    let event = scheduled(&host, json!({"capacity": 5, "composition": composition})).await;
    let offers = seed % 2 == 1;
    let settings = format!("/v1/events/{}/registration-settings", event["id"].as_str().unwrap());
    let said = host.send(Method::PUT, &settings, Some(json!({"offers": offers}))).await;
    assert_eq!(said.status, 200, "{}", said.text());
    let model = Model { people: Vec::new(), capacity: 5, offers };
    let mut walk = Walk { house: &house, event, model, people: Vec::new(), random: Random(seed) };
    for step in 0..steps {
        let did = match walk.random.below(12) {
            0..4 => {
                walk.comes().await;
                "somebody comes"
            }
            4..6 => {
                walk.verifies().await;
                "an address is confirmed"
            }
            6..8 => {
                walk.cancels().await;
                "somebody goes"
            }
            8 | 9 => {
                walk.accepts().await;
                "an offer is accepted"
            }
            10 => {
                walk.waits().await;
                "time passes"
            }
            _ => {
                walk.edits((&host.id, &host.email)).await;
                "the capacity changes"
            }
        };
        walk.compare(seed, step, did).await;
    }
}

#[tokio::test]
async fn whatever_happens_seats_are_where_the_model_has_them() {
    for seed in 0..3 {
        walk(seed, 45).await;
    }
}

#[tokio::test]
async fn and_where_seats_are_offered() {
    for seed in [101, 103, 105] {
        walk(seed, 45).await;
    }
}
