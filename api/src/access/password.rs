//! Passwords: what is stored of them, and which are refused.
//!
//! They are hashed with argon2id away from the threads that answer requests, two at a time at most, and only so many wait:
//! whoever floods this is told to come back, and everything else goes on. A password is normalised first (Unicode NFKC), so
//! that it is the same from every keyboard.

use std::sync::Arc;

use actix_web::rt::task::spawn_blocking;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;
use zxcvbn::{Score, zxcvbn};

use crate::ids;
use crate::problem::{Fault, Kind, Problem};

/// The least length, in characters, where there is a second factor.
pub const SHORTEST: usize = 12;
/// The least length without one.
pub const SHORTEST_ALONE: usize = 15;
/// Letters and digits that must be left of a password without the words that an attacker would try first.
const LEFT: usize = 6;
/// Passwords that are hashed at the same time, at the most: and on no more than half of the processors, or floods of wrong ones
/// would keep readers waiting.
const AT_ONCE: usize = 2;
/// Passwords that are hashed or wait for it.
const IN_LINE: usize = 12;
/// Bytes of a salt.
const SALT: usize = 16;
/// Bytes of a hash.
const HASH: usize = 32;

/// What a hash costs. Settings can make it dearer than the default, never cheaper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// KiB of memory.
    memory: u32,
    /// Passes over it.
    passes: u32,
    /// Lanes.
    lanes: u32,
}

impl Cost {
    /// The least (OWASP's recommendation for argon2id).
    pub const LEAST: Self = Self { memory: 19_456, passes: 2, lanes: 1 };

    /// Next to nothing, for tests of everything else: no password is safe with it, and no setting asks for it.
    pub const TRIAL: Self = Self { memory: 8, passes: 1, lanes: 1 };

    /// Reads `m=19456,t=2,p=1`.
    ///
    /// # Errors
    /// A sentence that says what is allowed.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut cost = Self { memory: 0, passes: 0, lanes: 0 };
        for part in text.split(',') {
            let Some((name, number)) = part.trim().split_once('=') else { continue };
            let Ok(number) = number.parse() else { continue };
            match name {
                "m" => cost.memory = number,
                "t" => cost.passes = number,
                "p" => cost.lanes = number,
                _ => return Err(Self::allowed()),
            }
        }
        let least = Self::LEAST;
        let enough = cost.memory >= least.memory && cost.passes >= least.passes && cost.lanes >= least.lanes;
        let most = cost.memory <= 1_048_576 && cost.passes <= 64 && cost.lanes <= 16;
        if enough && most && cost.params().is_some() { Ok(cost) } else { Err(Self::allowed()) }
    }

    fn allowed() -> String {
        "must be at least m=19456,t=2,p=1 (KiB of memory, passes, lanes), and at most m=1048576,t=64,p=16"
            .to_owned()
    }

    fn params(self) -> Option<Params> {
        Params::new(self.memory, self.passes, self.lanes, None).ok()
    }
}

/// Whether a password is long enough where there is no second factor.
pub fn may_stand_alone(password: &SecretString) -> bool {
    normalised(password).chars().count() >= SHORTEST_ALONE
}

/// Hashes and compares.
pub struct Passwords {
    cost: Cost,
    at_once: Arc<Semaphore>,
    in_line: Arc<Semaphore>,
    /// Compared with where there is no account, so that it takes as long.
    dummy: Arc<str>,
}

/// How a comparison ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// It is another password, or there is none.
    Wrong,
    /// It is this one.
    Right {
        /// Whether its hash is cheaper than hashes are made now.
        stale: bool,
    },
}

impl Passwords {
    /// Makes hashes of this cost.
    ///
    /// # Errors
    /// If the system has no randomness.
    pub fn new(cost: Cost) -> anyhow::Result<Self> {
        // No password has it: comparing costs what it always costs, and making it costs nothing.
        let text = |bytes: &[u8]| STANDARD_NO_PAD.encode(bytes);
        let (salt, hash) = (text(&ids::secret::<SALT>()?), text(&ids::secret::<HASH>()?));
        let Cost { memory, passes, lanes } = cost;
        let dummy = format!("$argon2id$v=19$m={memory},t={passes},p={lanes}${salt}${hash}").into();
        let half = std::thread::available_parallelism().map_or(1, |processors| processors.get() / 2);
        let at_once = Semaphore::new(half.clamp(1, AT_ONCE)).into();
        let in_line = Semaphore::new(IN_LINE).into();
        Ok(Self { cost, at_once, in_line, dummy })
    }

    /// The hash to be stored (a PHC string).
    ///
    /// # Errors
    /// 503 if too many wait already.
    pub async fn hash(&self, password: &SecretString) -> Result<String, Problem> {
        let (cost, password) = (self.cost, normalised(password));
        self.apart(move || hashed(cost, password.as_bytes())).await?.map_err(Problem::internal)
    }

    /// Compares with a stored hash; where there is none, it takes as long and is wrong.
    ///
    /// # Errors
    /// 503 if too many wait already.
    pub async fn compare(&self, password: &SecretString, stored: Option<&str>) -> Result<Compared, Problem> {
        let (cost, password) = (self.cost, normalised(password));
        let (known, stored) = (stored.is_some(), stored.map_or_else(|| self.dummy.clone(), Arc::from));
        self.apart(move || match matches(&password, &stored) {
            true if known => Compared::Right { stale: is_cheaper(&stored, cost) },
            _ => Compared::Wrong,
        })
        .await
    }

    /// Refuses a password that is too short or easily guessed. `words` are those that an attacker would try first, such as
    /// the e-mail address.
    ///
    /// # Errors
    /// 422 with the fault at `pointer`, and 503 if too many wait already.
    pub async fn judge(
        &self,
        password: &SecretString,
        pointer: &'static str,
        second_factor: bool,
        words: Vec<String>,
    ) -> Result<(), Problem> {
        let password = normalised(password);
        let verdict = self.apart(move || weakness(&password, second_factor, &words)).await?;
        match verdict {
            None => Ok(()),
            Some((code, detail)) => Err(Problem::invalid_body(vec![Fault::pointer(pointer, code, detail)])),
        }
    }

    /// Works away from the threads that answer requests. The places are held by the work itself: a caller who leaves does
    /// not make room for another before it is done.
    async fn apart<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let full = |_| Problem::of(Kind::Unavailable).retry_after(1);
        let place = self.in_line.clone().try_acquire_owned().map_err(full)?;
        let turn = self.at_once.clone().acquire_owned().await.map_err(Problem::internal)?;
        let work = spawn_blocking(move || {
            let _held = (place, turn);
            work()
        });
        work.await.map_err(Problem::internal)
    }
}

/// The same text from every keyboard.
fn normalised(password: &SecretString) -> Zeroizing<String> {
    Zeroizing::new(password.expose_secret().nfkc().collect())
}

fn hashed(cost: Cost, password: &[u8]) -> anyhow::Result<String> {
    let params = cost.params().ok_or_else(|| anyhow::anyhow!("a cost that was checked"))?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = argon2.hash_password_with_salt(password, &ids::secret::<SALT>()?);
    hash.map(|hash| hash.to_string()).map_err(|error| anyhow::anyhow!("a password cannot be hashed: {error}"))
}

fn matches(password: &str, stored: &str) -> bool {
    // What the hash cost is read from the hash itself.
    Argon2::default().verify_password(password.as_bytes(), stored).is_ok()
}

fn is_cheaper(stored: &str, cost: Cost) -> bool {
    let params = PasswordHash::new(stored).ok().and_then(|hash| Params::try_from(&hash).ok());
    params.is_none_or(|params| {
        params.m_cost() < cost.memory || params.t_cost() < cost.passes || params.p_cost() < cost.lanes
    })
}

/// Why a password is refused. The estimate knows some forty thousand common passwords and names, keyboard runs, dates,
/// repetitions and the usual ways to disguise them.
fn weakness(password: &str, second_factor: bool, words: &[String]) -> Option<(&'static str, &'static str)> {
    let shortest = if second_factor { SHORTEST } else { SHORTEST_ALONE };
    if password.chars().count() < shortest {
        let detail = match second_factor {
            true => "must have at least 12 characters",
            false => "must have at least 15 characters, or 12 where the account has a second factor",
        };
        return Some(("too_short", detail));
    }
    let local_parts = words.iter().filter_map(|word| word.split_once('@')).map(|(local, _)| local);
    let words: Vec<&str> =
        words.iter().map(String::as_str).chain(local_parts).chain(["solidarity"]).collect();
    let guessable = is_made_of(password, &words) || zxcvbn(password, &words).score() < Score::Three;
    guessable.then_some((
        "too_common",
        "must be harder to guess: a few words that have nothing to do with each other",
    ))
}

/// Whether little is left of a password without these words.
fn is_made_of(password: &str, words: &[&str]) -> bool {
    let mut rest = Zeroizing::new(password.to_lowercase());
    for word in words.iter().map(|word| word.to_lowercase()).filter(|word| word.chars().count() >= 4) {
        *rest = rest.replace(&word, "");
    }
    rest.chars().filter(|letter| letter.is_alphanumeric()).count() < LEFT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_can_only_be_raised() {
        assert_eq!(Cost::parse("m=19456,t=2,p=1"), Ok(Cost::LEAST));
        assert!(Cost::parse("m=65536, t=3, p=1").is_ok());
        for cheaper in
            ["", "m=19455,t=2,p=1", "m=19456,t=1,p=1", "m=19456,t=2", "m=19456,t=2,p=1,x=1", "m=-1"]
        {
            assert!(Cost::parse(cheaper).is_err(), "{cheaper}");
        }
    }

    #[test]
    fn what_is_common_or_near_is_refused_and_a_few_words_are_not() {
        let words = ["amina.okello@example.org".to_owned(), "Amina Okello".to_owned()];
        let code = |password, second_factor| weakness(password, second_factor, &words).map(|(code, _)| code);
        assert_eq!(code("short", false), Some("too_short"));
        assert_eq!(code("kq8#Vz!m2Lp0x", false), Some("too_short"), "thirteen characters");
        assert_eq!(code("kq8#Vz!m2Lp0x", true), None);
        for common in [
            "passwordpassword",
            "Password123456789",
            "qwertyuiopasdfgh",
            "aaaaaaaaaaaaaaaaaaaa",
            "123456789012345678",
            "amina.okello@example.org",
            "solidaritysolidarity",
            "P@ssw0rdP@ssw0rd",
            "solidarity solidarity",
            "AMINA.OKELLO@example.org2024",
        ] {
            assert_eq!(code(common, false), Some("too_common"), "{common}");
        }
        for good in ["marigold tractor seventeen fog", "вечерний чай у старого моста", "kq8#Vz!m2Lp0x4r"]
        {
            assert_eq!(code(good, false), None, "{good}");
        }
    }

    #[actix_web::test]
    async fn a_password_is_the_same_from_every_keyboard() {
        let passwords = Passwords::new(Cost::LEAST).unwrap();
        let stored = passwords.hash(&"cafe\u{301} au lait, s’il vous plaît".into()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        let right =
            passwords.compare(&"caf\u{e9} au lait, s’il vous plaît".into(), Some(&stored)).await.unwrap();
        assert_eq!(right, Compared::Right { stale: false });
        for stored in [Some(&*stored), None] {
            assert_eq!(passwords.compare(&"another".into(), stored).await.unwrap(), Compared::Wrong);
        }
        let dearer = Passwords::new(Cost::parse("m=19456,t=3,p=1").unwrap()).unwrap();
        let again = dearer.compare(&"café au lait, s’il vous plaît".into(), Some(&stored)).await.unwrap();
        assert_eq!(again, Compared::Right { stale: true });
    }
}
