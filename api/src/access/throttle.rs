//! Growing delays for those who guess passwords, without ever locking the owner out.
//!
//! Failures are counted for an account *and* the network they came from (an IPv4 address, an IPv6 /64). After the first few
//! every further one has to wait longer, up to [`LONGEST`]; whoever comes too early is refused without a look at the
//! password. Somebody elsewhere is not concerned, so nobody can keep the owner out from afar. A network from which any account
//! was opened before has a larger allowance, for whatever account: were it for that one alone, the number of attempts would
//! tell others in the same network that there is one. While an account is guessed at from many networks, new ones have a
//! smaller one. An account that does not exist is counted alike. All of it is memory of this process, under a key that it
//! invents: no address is kept.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::problem::{Kind, Problem};

/// Failures without a delay, from a network that is not known.
const FREE: u32 = 5;
/// The same, while the account is under attack.
const FREE_UNDER_ATTACK: u32 = 2;
/// The same, from a network where some account was opened before.
const FREE_WHERE_KNOWN: u32 = 20;
/// So many failures from all networks together are an attack.
const ATTACK: u32 = 100;
/// The longest delay between two attempts.
const LONGEST: TimeDelta = TimeDelta::seconds(8);
/// How long failures count after the last one.
const MEMORY: TimeDelta = TimeDelta::hours(1);
/// How long a network is known after an account was opened from it.
const KNOWN: TimeDelta = TimeDelta::days(30);
/// How much is remembered before the stale is thrown out.
const MOST: usize = 10_000;

/// Counts failures.
#[derive(Default)]
pub struct Throttle {
    key: RandomState,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    /// By account and network.
    here: HashMap<u64, Failures>,
    /// By account.
    anywhere: HashMap<u64, Failures>,
    /// By network, when an account was last opened from it.
    known: HashMap<u64, DateTime<Utc>>,
}

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: DateTime<Utc>,
}

/// One attempt at an account from a network.
#[derive(Clone, Copy)]
pub struct Attempt {
    here: u64,
    anywhere: u64,
    network: u64,
}

impl Throttle {
    /// An attempt at the account with this keyed hash, whether or not there is one.
    pub fn attempt(&self, account: &[u8], network: Option<IpAddr>) -> Attempt {
        Attempt {
            here: self.key.hash_one((account, network)),
            anywhere: self.key.hash_one(account),
            network: self.key.hash_one(network),
        }
    }

    /// Lets an attempt pass, or says when to come back. One that passes counts as failed until [`Self::succeeded`]: of many
    /// at once no more pass than would one after the other.
    ///
    /// # Errors
    /// 429 with the seconds to wait.
    pub fn pass(&self, attempt: Attempt, now: DateTime<Utc>) -> Result<(), Problem> {
        let mut memory = self.memory();
        memory.forget_the_stale(now);
        let failed = |found: Option<&Failures>| found.filter(|f| f.last + MEMORY > now).copied();
        let here = failed(memory.here.get(&attempt.here));
        let anywhere = failed(memory.anywhere.get(&attempt.anywhere)).map_or(0, |f| f.count);
        let free = match memory.known.get(&attempt.network) {
            Some(opened) if *opened + KNOWN > now => FREE_WHERE_KNOWN,
            _ if anywhere > ATTACK => FREE_UNDER_ATTACK,
            _ => FREE,
        };
        if let Some(failures) = here {
            let wait = failures.last + delay(failures.count.saturating_sub(free)) - now;
            if wait > TimeDelta::zero() {
                let seconds =
                    u32::try_from(wait.num_milliseconds().unsigned_abs().div_ceil(1000)).unwrap_or(1).max(1);
                return Err(Problem::of(Kind::TooManyRequests).retry_after(seconds));
            }
        }
        memory.here.insert(attempt.here, Failures { count: here.map_or(0, |f| f.count) + 1, last: now });
        memory.anywhere.insert(attempt.anywhere, Failures { count: anywhere + 1, last: now });
        Ok(())
    }

    /// The account was opened: this attempt has not failed, and the network is known. What failed before goes on counting: an
    /// allowance that is whole again would tell whoever guesses that somebody opened it.
    pub fn succeeded(&self, attempt: Attempt, now: DateTime<Utc>) {
        let mut memory = self.memory();
        let Memory { here, anywhere, known } = &mut *memory;
        for failures in here.get_mut(&attempt.here).into_iter().chain(anywhere.get_mut(&attempt.anywhere)) {
            failures.count = failures.count.saturating_sub(1);
        }
        known.insert(attempt.network, now);
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    fn forget_the_stale(&mut self, now: DateTime<Utc>) {
        if self.here.len() + self.anywhere.len() + self.known.len() < MOST {
            return;
        }
        self.here.retain(|_, failures| failures.last + MEMORY > now);
        self.anywhere.retain(|_, failures| failures.last + MEMORY > now);
        self.known.retain(|_, opened| *opened + KNOWN > now);
        // Whoever fills the memory on purpose does so with failures at accounts that are not there.
        if self.here.len() > 10 * MOST {
            self.here.clear();
            self.anywhere.clear();
        }
    }
}

/// How long to wait after so many failures beyond the free ones: half a second, doubled each time.
fn delay(beyond: u32) -> TimeDelta {
    match beyond {
        0 => TimeDelta::zero(),
        n => TimeDelta::milliseconds(500 << (n - 1).min(10)).min(LONGEST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST));

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    #[test]
    fn delays_grow_to_a_bound_and_concern_one_network_only() {
        let throttle = Throttle::default();
        let attempt = throttle.attempt(b"account", HERE);
        for _ in 0..=FREE {
            throttle.pass(attempt, at(0)).unwrap();
        }
        assert!(throttle.pass(attempt, at(0)).is_err());
        for n in 0..200 {
            let _ = throttle.pass(attempt, at(n / 100));
        }
        assert!(
            throttle.pass(attempt, at(2 + LONGEST.num_seconds())).is_ok(),
            "never longer than the longest"
        );
        assert!(throttle.pass(throttle.attempt(b"account", None), at(2)).is_ok(), "from elsewhere");
        assert!(throttle.pass(throttle.attempt(b"another", HERE), at(2)).is_ok(), "another account");
        assert!((0..=FREE).all(|_| throttle.pass(attempt, at(4000)).is_ok()), "an hour later");
    }

    #[test]
    fn where_somebody_signed_in_before_every_account_has_the_same_larger_allowance() {
        let throttle = Throttle::default();
        let known = throttle.attempt(b"account", HERE);
        for _ in 0..50 {
            throttle.pass(known, at(0)).unwrap();
            throttle.succeeded(known, at(0));
        }
        for account in [&b"account"[..], b"unknown"] {
            let attempt = throttle.attempt(account, HERE);
            let passed = (0..50).filter(|_| throttle.pass(attempt, at(1)).is_ok()).count();
            assert_eq!(passed, FREE_WHERE_KNOWN as usize + 1);
        }
    }

    #[test]
    fn that_the_owner_signs_in_gives_nobody_attempts_back() {
        let throttle = Throttle::default();
        let attempt = throttle.attempt(b"account", HERE);
        (0..=FREE).for_each(|_| throttle.pass(attempt, at(0)).unwrap());
        throttle.pass(attempt, at(60)).unwrap();
        throttle.succeeded(attempt, at(60));
        throttle.pass(throttle.attempt(b"unknown", None), at(60)).unwrap();
        (0..=FREE_WHERE_KNOWN - FREE - 1).for_each(|_| throttle.pass(attempt, at(61)).unwrap());
        assert!(throttle.pass(attempt, at(61)).is_err());
    }

    #[test]
    fn an_account_under_attack_gives_new_networks_fewer_attempts() {
        let throttle = Throttle::default();
        for n in 0..=ATTACK {
            let network = IpAddr::from(n.to_be_bytes());
            throttle.pass(throttle.attempt(b"account", Some(network)), at(0)).unwrap();
        }
        let attempt = throttle.attempt(b"account", HERE);
        let passed = (0..10).filter(|_| throttle.pass(attempt, at(0)).is_ok()).count();
        assert_eq!(passed, FREE_UNDER_ATTACK as usize + 1);
    }
}
