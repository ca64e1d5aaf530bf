//! How many forms that everybody may send come from where.
//!
//! Each form has allowances of its own, so that none is shut by floods of another: by network, by the wider network that one
//! subscriber may have all of, and of all strangers together. The last is not for networks from which somebody signed in lately.
//! Whoever enters others at the door by profession (`trusted`) is counted by account instead. Authentication comes first,
//! therefore.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpRequest};
use uuid::Uuid;

use super::exchange::Exchange;
use super::rate::{FormRates, Limiter, Shared, Verdict, refusal, tell};
use super::{Limits, client};
use crate::http::manners;

/// How long a network is known from which somebody signed in asked.
const KNOWN: Duration = Duration::from_secs(30 * 86_400);
/// How many networks are known at the most.
const MOST_KNOWN: usize = 100_000;

/// Somebody who is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Insider {
    /// The account.
    pub account: Uuid,
    /// Whether they enter others, and so are no stranger to count by network.
    pub trusted: bool,
}

/// What says which form a request sends, if it sends one.
pub type FormOf = fn(&Method, &str) -> Option<&'static str>;
/// What says who is signed in, if somebody is.
pub type InsiderOf = fn(&HttpRequest) -> Option<Insider>;

/// The allowances of all forms.
pub(super) struct Forms {
    pools: Vec<(&'static str, Pools)>,
    known: Known,
    form_of: FormOf,
    insider_of: InsiderOf,
}

/// The allowances of one form.
struct Pools {
    each: Limiter,
    wide: Limiter,
    all: Limiter,
    insiders: Limiter,
}

impl Pools {
    fn new(form: &str, rates: FormRates, exchange: Option<&Arc<Exchange>>) -> Self {
        let FormRates { each, all } = rates;
        let limiter = |pool: &str, name, rate, shared| {
            Limiter::new(name, rate, shared).among(exchange, &format!("{form} {pool}"))
        };
        Self {
            each: limiter("each", "form", each, Shared::Caller),
            // One wider network takes no more than a quarter of what is for all, and what one network may in any case.
            wide: limiter("wide", "forms", all.quarter().at_least(each), Shared::Prefix),
            // Of each process by itself: the one that answers for an onion service must not be shut together with the others.
            all: Limiter::new("forms", all, Shared::All),
            insiders: limiter("insiders", "form", all.at_least(each), Shared::Account),
        }
    }

    fn all(&self) -> [&Limiter; 4] {
        [&self.each, &self.wide, &self.all, &self.insiders]
    }
}

impl Forms {
    pub(super) fn new(
        rates: FormRates,
        forms: &[&'static str],
        form_of: FormOf,
        insider_of: InsiderOf,
        exchange: Option<&Arc<Exchange>>,
    ) -> Self {
        let pools = forms.iter().map(|form| (*form, Pools::new(form, rates, exchange))).collect();
        Self { pools, known: Known::default(), form_of, insider_of }
    }

    pub(super) fn limiters(&self) -> impl Iterator<Item = &Limiter> {
        self.pools.iter().flat_map(|(_, pools)| pools.all())
    }

    pub(super) fn forget_the_quiet(&self) {
        self.known.forget_the_old();
        for limiter in self.limiters() {
            limiter.forget_the_quiet();
        }
    }

    /// Counts a request, if it is a form: against which allowances, and what each of them says, up to the first refusal.
    fn count(&self, req: &ServiceRequest, caller: IpAddr) -> Vec<(&Limiter, Verdict)> {
        let insider = (self.insider_of)(req.request());
        if insider.is_some() {
            self.known.remember(caller);
        }
        let form = (self.form_of)(req.method(), req.path());
        let pools = form.and_then(|form| self.pools.iter().find(|(name, _)| *name == form));
        let Some((_, pools)) = pools else { return Vec::new() };
        if let Some(insider) = insider.filter(|insider| insider.trusted) {
            return vec![(&pools.insiders, pools.insiders.take_one_of(insider.account))];
        }
        let all = (!self.known.knows(caller)).then_some(&pools.all);
        let mut counted = Vec::new();
        for limiter in [&pools.each, &pools.wide].into_iter().chain(all) {
            let verdict = limiter.take_one(caller);
            let refused = matches!(verdict, Verdict::Wait(_));
            counted.push((limiter, verdict));
            if refused {
                break;
            }
        }
        counted
    }
}

/// Networks from which somebody signed in asked lately, as numbers under a key that this process invents.
#[derive(Default)]
struct Known {
    key: RandomState,
    since: Mutex<HashMap<u64, Instant>>,
}

impl Known {
    fn remember(&self, caller: IpAddr) {
        let mut since = self.since();
        let network = self.key.hash_one(client::neighbourhood(caller));
        if since.len() < MOST_KNOWN || since.contains_key(&network) {
            since.insert(network, Instant::now());
        }
    }

    fn knows(&self, caller: IpAddr) -> bool {
        let network = self.key.hash_one(client::neighbourhood(caller));
        self.since().get(&network).is_some_and(|since| since.elapsed() < KNOWN)
    }

    fn forget_the_old(&self) {
        self.since().retain(|_, since| since.elapsed() < KNOWN);
    }

    fn since(&self) -> MutexGuard<'_, HashMap<u64, Instant>> {
        self.since.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Middleware: answers 429 to whoever has sent too many of a form, and tells what is left. It has to come after
/// authentication, and lets everything else pass.
pub async fn enforce(
    limits: Data<Limits>,
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let connection = req.peer_addr().map(|peer| peer.ip());
    let (Some(forms), Some(connection)) = (&limits.forms, connection) else {
        return Ok(next.call(req).await?.map_into_boxed_body());
    };
    let verdicts = forms.count(&req, limits.proxies.client(connection, req.headers()));
    let mut counted = Vec::new();
    let mut wait = None;
    for (limiter, verdict) in verdicts {
        match verdict {
            Verdict::Left(left) => counted.push((limiter, left)),
            Verdict::Wait(time) => {
                counted.push((limiter, 0));
                wait = Some(time);
            }
        }
    }
    let answer = match wait {
        None => next.call(req).await.map(ServiceResponse::map_into_boxed_body),
        Some(time) => Ok(req.into_response(refusal(time)).map_into_boxed_body()),
    };
    if counted.is_empty() {
        return manners::with_headers(answer, |_| ());
    }
    manners::with_headers(answer, |headers| tell(headers, &counted))
}
