//! Whatever people do, in whatever order: the gallery is what the rules allow, and what `publish rebuild` makes of the records.
//!
//! A generator takes steps that people take (records made, edited, approved, consented to, withdrawn, put back, erased; files;
//! risks, lockdowns, reports, second persons; time; copies of the database, put back later). After every step all of the public
//! side is held against a model of the rules ([`rules`]), and after some against a rebuild in the same process.
//! `SOLIDARITY_SEQUENCE_STEPS=5000 SOLIDARITY_SEQUENCE_SEED=7` has it take more steps, in campaigns of 250, each of the next seed,
//! and `SOLIDARITY_SEQUENCE_REBUILD=1` has it rebuild after each; a failure says its seed.

mod braking;
mod changing;
mod check;
mod consenting;
mod copying;
mod importing;
mod making;
mod model;
mod random;
mod rules;
mod world;

use std::collections::BTreeMap;

use check::Mirror;
use world::{After, World};

use crate::house::House;

/// Steps of one campaign, and of a run that is not told how many.
const CAMPAIGN: u64 = 250;
const SHORT: u64 = 100;
/// After so many steps what is public is held against a rebuild.
const REBUILD: u64 = 8;
/// What has to have happened, or nothing was tested.
const ESSENTIAL: [&str; 12] = [
    "schedule",
    "edit event",
    "approve",
    "edit contribution",
    "narrow",
    "renew",
    "record consent",
    "allow name",
    "wait",
    "take in",
    "raise country",
    "put back",
];

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|value| value.parse().expect(variable))
}

impl World<'_> {
    /// One step, whatever it is.
    async fn step(&mut self) -> After {
        if self.model.locked_down && self.random.often(75) {
            return self.end_lockdown().await;
        }
        // What is withdrawn after a copy was made is what it must not bring back.
        if self.copy.is_some() && self.random.often(8) {
            match self.random.below(4) {
                0 => self.withdraw().await,
                1 => self.withdraw_consent().await,
                2 => self.narrow_name().await,
                _ => self.erase().await,
            }
            return After::Nothing;
        }
        match self.random.below(116) {
            0..=5 => self.make_event().await,
            6..=8 => self.make_initiative().await,
            9..=18 => self.make_quote().await,
            19..=21 => self.make_outcome().await,
            22..=24 => self.make_story().await,
            25..=26 => self.make_person().await,
            27..=35 => self.event_verb().await,
            36..=43 => self.edit_event().await,
            44..=46 => self.initiative_verb().await,
            47..=49 => self.edit_initiative().await,
            50..=60 => self.approve().await,
            61..=67 => self.edit_contribution().await,
            68 => self.withdraw().await,
            69..=73 => self.narrow().await,
            74..=78 => self.renew().await,
            79..=82 => self.record_consent().await,
            83 => self.withdraw_consent().await,
            84..=86 => self.allow_name().await,
            87..=88 => self.narrow_name().await,
            89 => self.rename().await,
            90 => self.erase().await,
            91..=94 => self.restore().await,
            95..=97 => return self.propose().await,
            98..=99 => return self.decide().await,
            100 => return self.country_risk().await,
            101 => self.lock_down().await,
            102 => self.report().await,
            103 => self.unhide().await,
            104..=108 => self.take_in().await,
            109..=111 => return self.country_risk().await,
            _ => return self.wait().await,
        }
        After::Nothing
    }
}

/// The steps of one campaign; what was done how often.
async fn campaign(seed: u64, steps: u64) -> BTreeMap<&'static str, (u32, u32)> {
    let mut house = House::open().await;
    let mut world = World::new(&house, seed).await;
    let mut mirror = Mirror::default();
    let rebuild = number("SOLIDARITY_SEQUENCE_REBUILD").unwrap_or(REBUILD);
    for step in 1..=steps {
        if world.is_time_to_put_back(step, steps) {
            let luggage = world.leave();
            house.solidarity_alone(&["restore", luggage.copy(), "--force"]).await.done();
            world = World::return_to(&house, luggage).await;
            world.put_back();
            house.run_jobs().await;
        } else if world.is_time_to_copy(step, steps) {
            world.back_up().await;
        } else {
            let after = world.step().await;
            if after != After::Nothing {
                world.check_at_most(after).await;
                house.run_jobs().await;
            }
        }
        world.check(&mut mirror).await;
        if step % rebuild == 0 || step == steps {
            world.check_rebuild().await;
        }
    }
    world.check_that_nothing_is_kept().await;
    std::mem::take(&mut world.tally)
}

#[tokio::test]
async fn whatever_happens_the_gallery_is_what_the_rules_allow() {
    let steps = number("SOLIDARITY_SEQUENCE_STEPS");
    let first = number("SOLIDARITY_SEQUENCE_SEED").unwrap_or(1);
    let (campaigns, each) = (steps.unwrap_or(SHORT).div_ceil(CAMPAIGN), steps.unwrap_or(SHORT).min(CAMPAIGN));
    let mut tally = BTreeMap::new();
    for seed in first..first + campaigns {
        for (step, (done, refused)) in campaign(seed, each).await {
            let sum: &mut (u32, u32) = tally.entry(step).or_default();
            *sum = (sum.0 + done, sum.1 + refused);
        }
    }
    println!("{campaigns} campaigns from seed {first}: {tally:?}");
    for step in ESSENTIAL {
        assert!(tally.get(step).is_some_and(|(done, _)| *done > 0), "{step} never succeeded: {tally:?}");
    }
}
