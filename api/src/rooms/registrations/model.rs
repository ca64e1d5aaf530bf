//! The rules of seats against a model that only counts.

use ::entity::event::Waitlist;
use ::entity::kinds::PersonRole as Role;
use ::entity::registration_desk::PublicSeats;
use ::entity::values::SeatShare;
use proptest::prelude::*;

use super::seats::{Plan, Taken};

const ACTIVIST: Role = Role::Activist;
const DONOR: Role = Role::Donor;
const ALLY: Role = Role::Ally;

fn share(role: Role, min: Option<u32>, max: Option<u32>) -> SeatShare {
    SeatShare { role, min, max }
}

fn taken(activists: u64, donors: u64, allies: u64) -> Taken {
    let mut taken = Taken::default();
    for (role, seats) in [(ACTIVIST, activists), (DONOR, donors), (ALLY, allies)] {
        taken.add(role, seats);
    }
    taken
}

/// Of 25 seats at least 15 for activists, at most 5 for donors.
fn dialogue(order: Waitlist) -> Plan {
    Plan::new(Some(25), &[share(ACTIVIST, Some(15), None), share(DONOR, None, Some(5))], order)
}

#[test]
fn seats_are_kept_for_those_who_need_them_and_bounded_for_those_who_have_enough() {
    let plan = dialogue(Waitlist::Fifo);
    assert!(plan.fits(&taken(0, 4, 0), DONOR) && !plan.fits(&taken(0, 5, 0), DONOR), "at most five donors");
    assert!(plan.fits(&taken(0, 5, 4), ALLY) && !plan.fits(&taken(0, 5, 5), ALLY), "fifteen are kept");
    assert!(plan.fits(&taken(0, 5, 5), ACTIVIST), "for activists");
    assert!(plan.fits(&taken(15, 5, 4), ALLY) && plan.fits(&taken(24, 0, 0), ALLY), "more than the least");
    assert!(!plan.fits(&taken(15, 5, 5), ACTIVIST), "full is full");
    assert!(Plan::new(None, &[], Waitlist::Fifo).fits(&taken(1_000_000, 0, 0), ALLY), "without an end");
    assert!(!Plan::new(Some(0), &[], Waitlist::Fifo).fits(&taken(0, 0, 0), ALLY));
    let twice = [share(DONOR, None, Some(5)), share(DONOR, None, Some(2))];
    assert!(!Plan::new(None, &twice, Waitlist::Fifo).fits(&taken(0, 2, 0), DONOR), "the stricter one counts");
}

#[test]
fn the_earliest_that_fits_is_next_or_the_role_that_is_furthest_from_its_share() {
    let waiting = [(DONOR, 1), (ALLY, 2), (ACTIVIST, 3)];
    assert_eq!(dialogue(Waitlist::Fifo).next(&taken(14, 5, 5), &waiting), Some(ACTIVIST));
    assert_eq!(dialogue(Waitlist::Fifo).next(&taken(15, 4, 5), &waiting), Some(DONOR));
    assert_eq!(dialogue(Waitlist::Fifo).next(&taken(15, 5, 5), &waiting), None);
    // Donors have all of theirs but one, activists more than theirs, allies half of a third.
    assert_eq!(dialogue(Waitlist::RoleBalanced).next(&taken(16, 4, 4), &waiting), Some(ALLY));
    assert_eq!(dialogue(Waitlist::RoleBalanced).next(&taken(15, 0, 9), &waiting), Some(DONOR));
}

#[test]
fn the_public_learns_a_word_that_one_person_hardly_changes() {
    let plan = Plan::new(Some(25), &[], Waitlist::Fifo);
    let word = |seats, before| plan.word(&taken(seats, 0, 0), before);
    assert_eq!(word(19, PublicSeats::Open), PublicSeats::Open);
    assert_eq!(word(20, PublicSeats::Open), PublicSeats::Few);
    assert_eq!(word(15, PublicSeats::Few), PublicSeats::Few, "it stays for a while");
    assert_eq!(word(14, PublicSeats::Few), PublicSeats::Open);
    assert_eq!(word(25, PublicSeats::Few), PublicSeats::Waitlist);
    assert_eq!(word(24, PublicSeats::Waitlist), PublicSeats::Few);
    let endless = Plan::new(None, &[], Waitlist::Fifo);
    assert_eq!(endless.word(&taken(900, 0, 0), PublicSeats::Few), PublicSeats::Open);
    let bounded =
        Plan::new(None, &[ACTIVIST, DONOR, ALLY].map(|role| share(role, None, Some(1))), Waitlist::Fifo);
    assert_eq!(bounded.word(&taken(1, 1, 1), PublicSeats::Open), PublicSeats::Waitlist);
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![Just(ACTIVIST), Just(DONOR), Just(ALLY)]
}

fn shares() -> impl Strategy<Value = Vec<SeatShare>> {
    let share = (role(), prop::option::of(0..6_u32), prop::option::of(0..9_u32));
    prop::collection::vec(share.prop_map(|(role, min, max)| SeatShare { role, min, max }), 0..4)
}

/// Whether a list of people in seats breaks a rule, said as plainly as possible.
fn breaks(seated: &[Role], capacity: Option<u32>, shares: &[SeatShare]) -> bool {
    let of = |role: Role| u32::try_from(seated.iter().filter(|r| **r == role).count()).unwrap();
    let empty_but_kept: u32 = [ACTIVIST, DONOR, ALLY]
        .into_iter()
        .map(|role| {
            let least = shares.iter().filter(|s| s.role == role).filter_map(|s| s.min).max().unwrap_or(0);
            least.saturating_sub(of(role))
        })
        .sum();
    let all = u32::try_from(seated.len()).unwrap();
    shares.iter().any(|s| s.max.is_some_and(|max| of(s.role) > max))
        || capacity.is_some_and(|capacity| all + empty_but_kept > capacity)
}

fn counted(seated: &[Role]) -> Taken {
    let mut taken = Taken::default();
    seated.iter().for_each(|role| taken.add(*role, 1));
    taken
}

proptest! {
    /// A role fits exactly if nobody's rule is broken afterwards; a plan that nobody can keep seats nobody whom it keeps out.
    #[test]
    fn a_role_fits_if_no_rule_is_broken_afterwards(
        capacity in prop::option::of(0..20_u32), shares in shares(), comers in prop::collection::vec(role(), 0..30),
    ) {
        let plan = Plan::new(capacity, &shares, Waitlist::Fifo);
        prop_assume!(!breaks(&[], capacity, &shares));
        let mut seated = Vec::new();
        for comer in comers {
            let with: Vec<Role> = seated.iter().copied().chain([comer]).collect();
            let fits = plan.fits(&counted(&seated), comer);
            prop_assert_eq!(fits, !breaks(&with, capacity, &shares));
            if fits {
                seated = with;
            }
            prop_assert!(plan.holds(&counted(&seated)));
        }
        // Whoever leaves breaks nothing.
        while seated.pop().is_some() {
            prop_assert!(!breaks(&seated, capacity, &shares) && plan.holds(&counted(&seated)));
        }
    }

    /// Comers and waiters, seated one after the other by [`Plan::next`], sit as if everybody was asked in order each time.
    #[test]
    fn promotion_is_asking_everybody_in_order(
        capacity in 0..12_u32, shares in shares(), ops in prop::collection::vec((any::<bool>(), role(), any::<prop::sample::Index>()), 0..60),
    ) {
        prop_assume!(!breaks(&[], Some(capacity), &shares));
        let plan = Plan::new(Some(capacity), &shares, Waitlist::Fifo);
        // The plan's way: the first of each role. The model's: everybody.
        let (mut seated, mut waiting) = (Vec::<(i64, Role)>::new(), Vec::new());
        let (mut model_seated, mut model_waiting) = (seated.clone(), waiting.clone());
        let roles = |people: &[(i64, Role)]| people.iter().map(|(_, role)| *role).collect::<Vec<_>>();
        for (number, (comes, role, who)) in (0..).zip(ops) {
            if comes || seated.is_empty() {
                waiting.push((number, role));
                model_waiting.push((number, role));
            } else {
                let (gone, _) = seated.remove(who.index(seated.len()));
                model_seated.retain(|(number, _)| *number != gone);
            }
            loop {
                let heads: Vec<(Role, i64)> = [ACTIVIST, DONOR, ALLY].into_iter().filter_map(|role| {
                    waiting.iter().find(|(_, r)| *r == role).map(|(number, role)| (*role, *number))
                }).collect();
                let Some(role) = plan.next(&counted(&roles(&seated)), &heads) else { break };
                let at = waiting.iter().position(|(_, r)| *r == role).unwrap();
                seated.push(waiting.remove(at));
            }
            while let Some(at) = model_waiting.iter().position(|(_, role)| {
                let with: Vec<Role> = roles(&model_seated).into_iter().chain([*role]).collect();
                !breaks(&with, Some(capacity), &shares)
            }) {
                model_seated.push(model_waiting.remove(at));
            }
            seated.sort_unstable();
            model_seated.sort_unstable();
            prop_assert_eq!(&seated, &model_seated);
            prop_assert_eq!(&waiting, &model_waiting);
        }
    }
}
