//! Whether there is a seat for a role, and who is next. Pure: numbers in, an answer out.
//!
//! The rules hold if no more seats are taken than there are, no role has more than its `max`, and the seats that other
//! roles' `min` still need stay free. Taking a seat makes it fit for nobody whom it did not fit before, and giving one back
//! never breaks a rule: so it is enough to ask before a seat is taken.

use ::entity::event::{self, Waitlist};
use ::entity::kinds::PersonRole as Role;
use ::entity::registration_desk::PublicSeats;
use ::entity::values::SeatShare;

const ROLES: usize = Role::ALL.len();

/// How the seats of an event are shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    capacity: Option<u64>,
    least: [u64; ROLES],
    most: [Option<u64>; ROLES],
    order: Waitlist,
}

/// How many seats are taken, by role.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken([u64; ROLES]);

impl Taken {
    /// Counts further seats of a role.
    pub fn add(&mut self, role: Role, seats: u64) {
        self.0[role as usize] += seats;
    }

    /// Gives a seat back.
    pub fn give_back(&mut self, role: Role) {
        self.0[role as usize] = self.0[role as usize].saturating_sub(1);
    }

    /// Those of a role.
    pub const fn of(&self, role: Role) -> u64 {
        self.0[role as usize]
    }

    /// All together.
    pub fn all(&self) -> u64 {
        self.0.iter().sum()
    }
}

impl Plan {
    /// From its parts. Where a role is named twice the stricter rule counts.
    pub fn new(capacity: Option<u32>, shares: &[SeatShare], order: Waitlist) -> Self {
        let (mut least, mut most) = ([0; ROLES], [None; ROLES]);
        for share in shares {
            let role = share.role as usize;
            least[role] = u64::from(share.min.unwrap_or(0)).max(least[role]);
            let bound: Option<u64> = share.max.map(u64::from);
            most[role] = match (most[role], bound) {
                (Some(one), Some(other)) => Some(u64::min(one, other)),
                (one, other) => one.or(other),
            };
        }
        Self { capacity: capacity.map(u64::from), least, most, order }
    }

    /// That of an event.
    pub fn of(event: &event::Model) -> Self {
        let capacity = event.capacity.map(|seats| u32::try_from(seats).unwrap_or(0));
        Self::new(capacity, &event.composition.0, event.waitlist)
    }

    /// Seats that the `min` of a role still needs.
    fn kept(&self, taken: &Taken, role: Role) -> u64 {
        self.least[role as usize].saturating_sub(taken.of(role))
    }

    /// How many more of this role fit; none if there is no end to it.
    fn room(&self, taken: &Taken, role: Role) -> Option<u64> {
        let others = Role::ALL.iter().filter(|other| **other != role);
        let kept: u64 = others.map(|other| self.kept(taken, *other)).sum();
        let by_capacity = self.capacity.map(|seats| seats.saturating_sub(taken.all() + kept));
        let by_role = self.most[role as usize].map(|most| most.saturating_sub(taken.of(role)));
        match (by_capacity, by_role) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        }
    }

    /// Whether there is a seat for somebody of this role.
    pub fn fits(&self, taken: &Taken, role: Role) -> bool {
        self.room(taken, role) != Some(0)
    }

    /// Whether these seats may be taken under this plan.
    pub fn holds(&self, taken: &Taken) -> bool {
        let kept: u64 = Role::ALL.iter().map(|role| self.kept(taken, *role)).sum();
        let bounded =
            Role::ALL.iter().all(|role| self.most[*role as usize].is_none_or(|most| taken.of(*role) <= most));
        bounded && self.capacity.is_none_or(|seats| taken.all() + kept <= seats)
    }

    /// Whose turn it is, of the first who waits in each role and their arrival numbers; nobody if none fits.
    pub fn next(&self, taken: &Taken, waiting: &[(Role, i64)]) -> Option<Role> {
        let fitting = waiting.iter().filter(|(role, _)| self.fits(taken, *role));
        let first = match self.order {
            Waitlist::Fifo => fitting.min_by_key(|(_, arrival)| *arrival),
            Waitlist::RoleBalanced => fitting.min_by(|one, other| {
                // Compared crosswise, since shares are whole numbers: taken ÷ share.
                let far = |of: Role, against: Role| taken.of(of) * self.share(against);
                far(one.0, other.0).cmp(&far(other.0, one.0)).then(one.1.cmp(&other.1))
            }),
        };
        first.map(|(role, _)| *role)
    }

    /// How many seats a role should have at least, to see which is furthest from it: its `min`, else its `max`, else an
    /// equal part of all.
    fn share(&self, role: Role) -> u64 {
        let least = Some(self.least[role as usize]).filter(|least| *least > 0);
        let equal = || self.capacity.map(|seats| seats / ROLES as u64);
        least.or(self.most[role as usize]).or_else(equal).unwrap_or(1).max(1)
    }

    /// What the public may know. `few` begins at a fifth of the seats and ends only when there are more than two fifths
    /// again, so that one who comes or goes is not seen.
    pub fn word(&self, taken: &Taken, before: PublicSeats) -> PublicSeats {
        // Those of the luckiest role; if there is no end, more than any number.
        let free = Role::ALL.iter().map(|role| self.room(taken, *role).unwrap_or(u64::MAX)).max();
        let free = free.unwrap_or(0);
        let seats = self.capacity.unwrap_or(0);
        match free.saturating_mul(5) {
            0 => PublicSeats::Waitlist,
            fifths if fifths <= seats => PublicSeats::Few,
            fifths if fifths <= seats * 2 && before != PublicSeats::Open => PublicSeats::Few,
            _ => PublicSeats::Open,
        }
    }
}
