//! How many requests an address may make: a bucket per caller that refills steadily.
//!
//! Answers say what is left (`RateLimit-Policy` and `RateLimit`, draft-ietf-httpapi-ratelimit-headers). A caller is
//! remembered as a number made from the address under a key that this process invents at its start.

use std::hash::{BuildHasher as _, Hash, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpResponse};
use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use uuid::Uuid;

use super::exchange::{Common, Exchange};
use super::{Limits, client};
use crate::http::manners;
use crate::http::meter::{self, Rejected};
use crate::problem::{Kind, Problem};

/// What a caller has, and over which time.
pub static RATELIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// What is left of it.
pub static RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// Asked by those who watch over the service, however often they like.
const UNLIMITED: [&str; 2] = ["/livez", "/readyz"];
/// More requests than this in one window are no limit.
const MOST: u32 = 1_000_000;

/// So many requests in such a time; all of them may come at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    requests: NonZeroU32,
    seconds: u32,
}

impl Rate {
    /// Reads `1200/min` (also `/s` and `/h`), or `off` for no limit.
    ///
    /// # Errors
    /// A sentence that says what is allowed.
    pub fn parse(text: &str) -> Result<Option<Self>, String> {
        if text == "off" {
            return Ok(None);
        }
        let seconds = |unit: &str| match unit.trim() {
            "s" => Some(1),
            "min" => Some(60),
            "h" => Some(3600),
            _ => None,
        };
        let rate = text.split_once('/').and_then(|(requests, unit)| {
            let requests: NonZeroU32 = requests.trim().parse().ok()?;
            (requests.get() <= MOST).then_some(Self { requests, seconds: seconds(unit)? })
        });
        let wrong = || format!("must be off, or 1 to {MOST} requests per s, min or h, such as 1200/min");
        rate.map(Some).ok_or_else(wrong)
    }

    /// A quarter of it, one request at least.
    pub(super) fn quarter(self) -> Self {
        Self { requests: NonZeroU32::new(self.requests.get() / 4).unwrap_or(NonZeroU32::MIN), ..self }
    }

    /// This rate, or the other one if that lets more pass at once.
    pub(super) fn at_least(self, other: Self) -> Self {
        if other.requests > self.requests { other } else { self }
    }

    /// The time in which one request is given back.
    fn period(self) -> Duration {
        Duration::from_secs(self.seconds.into()) / self.requests.get()
    }
}

/// How many of a form everybody may send, without credentials: one caller, and all together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormRates {
    /// One caller.
    pub each: Rate,
    /// All together.
    pub all: Rate,
}

impl FormRates {
    /// Reads `20/h, 600/h`, or `off` for no limit.
    ///
    /// # Errors
    /// A sentence that says what is allowed.
    pub fn parse(text: &str) -> Result<Option<Self>, String> {
        if text == "off" {
            return Ok(None);
        }
        let rate = |text: &str| Rate::parse(text.trim()).ok().flatten();
        let rates =
            text.split_once(',').and_then(|(each, all)| Some(Self { each: rate(each)?, all: rate(all)? }));
        let wrong = "must be off, or two rates, of one address and of all together, such as 20/h, 600/h";
        rates.map(Some).ok_or_else(|| wrong.to_owned())
    }
}

/// Whose requests share a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shared {
    /// Those of one caller.
    Caller,
    /// Those of a wider network. What is left is told to nobody.
    Prefix,
    /// Those of one account.
    Account,
    /// Everybody's. What is left is told to nobody.
    All,
}

/// The buckets of all callers.
pub(super) struct Limiter {
    name: &'static str,
    rate: Rate,
    shared: Shared,
    key: RandomState,
    /// What it is called among processes that give it out in common.
    common: Option<Common>,
    buckets: RateLimiter<u64, DefaultKeyedStateStore<u64>, DefaultClock, StateInformationMiddleware>,
}

/// What a bucket says to one more request.
pub(super) enum Verdict {
    /// So many are left.
    Left(u32),
    /// None is, for so long.
    Wait(Duration),
}

impl Limiter {
    pub(super) fn new(name: &'static str, rate: Rate, shared: Shared) -> Self {
        // A period is at least a microsecond; only one of zero length would be no quota.
        let quota = Quota::with_period(rate.period()).unwrap_or(Quota::per_second(rate.requests));
        Self {
            name,
            rate,
            shared,
            key: RandomState::new(),
            common: None,
            buckets: RateLimiter::keyed(quota.allow_burst(rate.requests)).with_middleware(),
        }
    }

    /// The same, given out in common with other processes as `pool`, if there may be others.
    pub(super) fn among(self, exchange: Option<&Arc<Exchange>>, pool: &str) -> Self {
        Self { common: exchange.map(|exchange| Common::new(pool, exchange)), ..self }
    }

    pub(super) fn take_one(&self, caller: IpAddr) -> Verdict {
        let caller = match self.shared {
            Shared::Caller | Shared::Account => self.number(client::neighbourhood(caller)),
            Shared::Prefix => self.number(client::prefix(caller)),
            Shared::All => self.number(()),
        };
        self.take(caller)
    }

    pub(super) fn take_one_of(&self, account: Uuid) -> Verdict {
        self.take(self.number(account))
    }

    fn number(&self, of: impl Hash) -> u64 {
        match &self.common {
            Some(common) => common.number(of),
            None => self.key.hash_one(of),
        }
    }

    fn take(&self, caller: u64) -> Verdict {
        match self.buckets.check_key(&caller) {
            Ok(state) => {
                if let Some(common) = &self.common {
                    common.gave(caller);
                }
                Verdict::Left(state.remaining_burst_capacity())
            }
            Err(refused) => Verdict::Wait(refused.wait_time_from(self.buckets.clock().now())),
        }
    }

    /// Takes what another process gave away of `pool`, as far as there is any left here.
    pub(super) fn taken_by_others(&self, pool: &str, caller: u64, requests: u32) {
        if self.common.as_ref().is_some_and(|common| common.pool() == pool) {
            for _ in 0..requests.min(self.rate.requests.get()) {
                if self.buckets.check_key(&caller).is_err() {
                    break;
                }
            }
        }
    }

    pub(super) fn forget_the_quiet(&self) -> usize {
        self.buckets.retain_recent();
        self.buckets.shrink_to_fit();
        self.buckets.len()
    }

    /// Whether callers are told of it: what others left of theirs is not for them to know.
    fn is_told(&self) -> bool {
        matches!(self.shared, Shared::Caller | Shared::Account)
    }

    /// What a caller has, and over which time.
    fn policy(&self) -> String {
        format!("\"{}\";q={};w={}", self.name, self.rate.requests, self.rate.seconds)
    }

    /// What is left of it, and in how many seconds all of it will be there again.
    fn state(&self, left: u32) -> String {
        let used = self.rate.requests.get().saturating_sub(left);
        format!("\"{}\";r={left};t={}", self.name, whole_seconds(self.rate.period() * used))
    }
}

/// Says what is left of each allowance that was asked, before what was said of others.
pub(super) fn tell(headers: &mut HeaderMap, counted: &[(&Limiter, u32)]) {
    let told = || counted.iter().filter(|(limiter, _)| limiter.is_told());
    let policy: Vec<String> = told().map(|(limiter, _)| limiter.policy()).collect();
    let state: Vec<String> = told().map(|(limiter, left)| limiter.state(*left)).collect();
    for (name, mut said) in [(&RATELIMIT_POLICY, policy), (&RATELIMIT, state)] {
        said.extend(headers.get(name).and_then(|before| before.to_str().ok()).map(str::to_owned));
        if let Ok(value) = HeaderValue::try_from(said.join(", ")) {
            headers.insert(name.clone(), value);
        }
    }
}

/// Rounded up: whoever comes back then is not refused again.
fn whole_seconds(time: Duration) -> u32 {
    u32::try_from(time.as_nanos().div_ceil(1_000_000_000)).unwrap_or(u32::MAX)
}

/// The 429 for whoever has to wait so long.
pub(super) fn refusal(time: Duration) -> HttpResponse {
    meter::rejected(Rejected::Rate);
    HttpResponse::from_error(Problem::of(Kind::TooManyRequests).retry_after(whole_seconds(time).max(1)))
}

/// Middleware: answers 429 to a caller who has used up the allowance, and tells everybody what is left of it.
pub async fn enforce(
    limits: Data<Limits>,
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let connection = req.peer_addr().map(|peer| peer.ip());
    let (Some(limiter), Some(connection)) = (&limits.limiter, connection) else {
        return Ok(next.call(req).await?.map_into_boxed_body());
    };
    if UNLIMITED.contains(&req.path()) {
        return Ok(next.call(req).await?.map_into_boxed_body());
    }
    let caller = limits.proxies.client(connection, req.headers());
    let left = match limiter.take_one(caller) {
        Verdict::Left(left) => left,
        Verdict::Wait(time) => {
            let mut answer = refusal(time);
            tell(answer.headers_mut(), &[(limiter, 0)]);
            return Ok(req.into_response(answer));
        }
    };
    let answer = next.call(req).await;
    manners::with_headers(answer, |headers| tell(headers, &[(limiter, left)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_number_and_a_time() {
        let rate = |text: &str| Rate::parse(text).unwrap().map(|rate| (rate.requests.get(), rate.seconds));
        assert_eq!(rate("off"), None);
        assert_eq!(rate("1200/min"), Some((1200, 60)));
        assert_eq!(rate("5 / s"), Some((5, 1)));
        assert_eq!(rate("1000000/s"), Some((1_000_000, 1)));
        for text in ["", "1200", "0/s", "1000001/h", "1/day", "-1/s", "on", "1/"] {
            assert!(Rate::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn forms_have_two_rates() {
        let rate = |text| Rate::parse(text).unwrap().unwrap();
        assert_eq!(FormRates::parse("off"), Ok(None));
        let read = FormRates::parse("20/h, 600/h").unwrap();
        assert_eq!(read, Some(FormRates { each: rate("20/h"), all: rate("600/h") }));
        for text in ["", "20/h", "20/h,", "20/h, off", "off, off", "1/h,2/h,3/h"] {
            assert!(FormRates::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn every_caller_has_a_bucket_and_the_quiet_are_forgotten() {
        let limiter = Limiter::new("address", Rate::parse("2/h").unwrap().unwrap(), Shared::Caller);
        let take = |text: &str| limiter.take_one(text.parse().unwrap());
        assert!(matches!(take("192.0.2.1"), Verdict::Left(1)));
        assert!(matches!(take("192.0.2.1"), Verdict::Left(0)));
        let Verdict::Wait(time) = take("192.0.2.1") else { panic!("a third is too many") };
        assert!(time > Duration::from_secs(1700) && time <= Duration::from_secs(1800), "{time:?}");
        assert!(matches!(take("192.0.2.2"), Verdict::Left(1)));
        assert!(matches!(take("2001:db8::1"), Verdict::Left(1)));
        assert!(matches!(take("2001:db8::2"), Verdict::Left(0)), "one network is one caller");
        assert_eq!(limiter.forget_the_quiet(), 3);

        let fast = Limiter::new("address", Rate::parse("1000000/s").unwrap().unwrap(), Shared::Caller);
        fast.take_one("192.0.2.1".parse().unwrap());
        std::thread::sleep(Duration::from_millis(1));
        assert_eq!(fast.forget_the_quiet(), 0);
    }
}
