//! Answers of the public side, kept ready as bytes.
//!
//! A middleware in front of everything that costs: a kept answer is sent without routing, reading or compressing anything,
//! and one that the reader has already is a 304. What many ask for at once is made once.
//!
//! The cache must never show what the door has taken away, so it is [`freshness`] that decides: every answer knows which
//! documents it was made from and after which round of changes, and a process that cannot know what changed gives none of
//! its kept answers.

mod entry;
mod freshness;
mod watch;

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{ACCEPT_ENCODING, ACCEPT_LANGUAGE, IF_NONE_MATCH};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpResponse};
use chrono::{DateTime, TimeDelta, Utc};
use quick_cache::Weighter;

use self::entry::Entry;
pub use self::freshness::Freshness;
use self::freshness::{Moment, Touches};
pub use self::watch::Watch;
use crate::access;
use crate::app::App;
use crate::gallery::accept::Form;
use crate::http::language::Wanted;
use crate::http::meter::{self, Cached};
use crate::problem::{Kind, Problem};

/// How long an answer is kept even if nothing changes: a net, should a change ever be missed.
const LONGEST: Duration = Duration::from_secs(60);
/// How long an answer is kept that depends on what time it is.
const BRIEF: TimeDelta = TimeDelta::seconds(1);
/// Bytes of an answer with its variants and headers, by which the number of answers is guessed.
const TYPICAL: u64 = 16 * 1024;
/// Seconds after which those may ask again who waited for an answer that could not be made.
const AGAIN: u32 = 2;

/// The kept answers of one process.
pub struct Cache {
    kept: quick_cache::sync::Cache<Key, Arc<Kept>, Weight>,
    freshness: Arc<Freshness>,
}

/// What was asked, as far as answers differ by it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    address: String,
    wanted: Wanted,
    form: Form,
}

/// What is known of an answer.
struct Kept {
    outcome: Outcome,
    touches: Touches,
    moment: Moment,
    since: Instant,
    /// When it was made, if it depends on what time it is.
    brief_since: Option<DateTime<Utc>>,
}

/// How the making ended.
enum Outcome {
    /// An answer to keep.
    Ready(Box<Entry>),
    /// An answer to one only. Those who waited make their own.
    Own,
    /// None, because the service could not. Those who waited are spared the same.
    Failed,
}

/// Weighs answers in bytes.
#[derive(Clone)]
struct Weight;

impl Weighter<Key, Arc<Kept>> for Weight {
    fn weight(&self, key: &Key, kept: &Arc<Kept>) -> u64 {
        let entry = match &kept.outcome {
            Outcome::Ready(entry) => entry.weight(),
            Outcome::Own | Outcome::Failed => 0,
        };
        (key.address.len() + entry + 512) as u64
    }
}

impl Cache {
    /// Keeps answers of so many bytes in all. `freshness` has to be fed by a [`Watch`], or nothing is ever kept.
    pub fn new(bytes: u64, freshness: Arc<Freshness>) -> Self {
        let items = usize::try_from(bytes / TYPICAL).unwrap_or(usize::MAX);
        Self { kept: quick_cache::sync::Cache::with_weighter(items, bytes, Weight), freshness }
    }

    /// How many bytes are kept.
    pub fn bytes(&self) -> u64 {
        self.kept.weight()
    }

    fn is_good(&self, kept: &Kept, now: DateTime<Utc>) -> bool {
        kept.since.elapsed() < LONGEST
            && kept.brief_since.is_none_or(|since| now.signed_duration_since(since).abs() < BRIEF)
            && self.freshness.holds(kept.touches, kept.moment)
    }
}

/// What of a request decides about keeping.
struct Asked {
    key: Key,
    touches: Touches,
    brief: bool,
}

impl Asked {
    /// None if the answer is not to be kept.
    fn of(req: &ServiceRequest) -> Option<Self> {
        if *req.method() != Method::GET || access::names_reader(req) {
            return None;
        }
        let touches = Touches::of(req.path())?;
        let mut names = req.query_string().split('&').map(|pair| pair.split('=').next().unwrap_or(pair));
        // A name in disguise could be one of those below.
        if names.clone().any(|name| name.contains(['%', '+'])) {
            return None;
        }
        let brief = names.clone().any(|name| name == "upcoming");
        let header = req.headers().get(ACCEPT_LANGUAGE).filter(|_| !names.any(|name| name == "lang"));
        let wanted = match header.and_then(|value| value.to_str().ok()) {
            Some(header) => Wanted::from(None, Some(header)).ok()?,
            None => Wanted::default(),
        };
        let address = req.uri().path_and_query()?.as_str().to_owned();
        let form = match Form::of(req.headers()) {
            Form::Linked if !matches!(touches, Touches::Document(_)) => Form::Json,
            form => form,
        };
        Some(Self { key: Key { address, wanted, form }, touches, brief })
    }
}

/// Middleware: answers from what is kept, or keeps what is answered.
pub async fn serve(
    cache: Option<Data<Cache>>,
    app: Data<App>,
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let Some((cache, asked)) = cache.and_then(|cache| Some((cache, Asked::of(&req)?))) else {
        return Ok(next.call(req).await?.map_into_boxed_body());
    };
    let now = app.clock.now();
    let Some(moment) = cache.freshness.moment(now) else {
        meter::cached(Cached::Passed);
        return Ok(next.call(req).await?.map_into_boxed_body());
    };
    if let Some(kept) = cache.kept.get(&asked.key) {
        if let Outcome::Ready(entry) = &kept.outcome
            && cache.is_good(&kept, now)
        {
            meter::cached(Cached::Hit);
            let answer = entry.answer(req.headers()).await;
            return Ok(req.into_response(answer));
        }
        cache.kept.remove_if(&asked.key, |found| Arc::ptr_eq(found, &kept));
    }
    match cache.kept.get_value_or_guard_async(&asked.key).await {
        Ok(kept) => follow(&cache, &kept, app.clock.now(), req, next).await,
        Err(place) => {
            meter::cached(Cached::Made);
            let (kept, answer) = lead(asked, moment, now, req, next).await;
            // A place that somebody has taken since is not needed.
            let _ = place.insert(Arc::new(kept));
            answer
        }
    }
}

/// Makes the answer for all who wait.
async fn lead(
    asked: Asked,
    moment: Moment,
    now: DateTime<Utc>,
    mut req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> (Kept, Result<ServiceResponse, Error>) {
    let headers = req.headers().clone();
    // The whole answer, as it is: what this reader has of it, and how it is to be packed, is judged here.
    req.headers_mut().remove(IF_NONE_MATCH);
    req.headers_mut().remove(ACCEPT_ENCODING);
    let keep = |outcome| Kept {
        outcome,
        touches: asked.touches,
        moment,
        since: Instant::now(),
        brief_since: asked.brief.then_some(now),
    };
    let answer = match next.call(req).await {
        Ok(answer) => answer.map_into_boxed_body(),
        Err(error) => {
            let failed = error.as_response_error().status_code().is_server_error();
            return (keep(if failed { Outcome::Failed } else { Outcome::Own }), Err(error));
        }
    };
    let failed = answer.status().is_server_error();
    let (request, response) = answer.into_parts();
    match Entry::of(response).await {
        Ok(entry) => {
            let response = entry.answer(&headers).await;
            (keep(Outcome::Ready(Box::new(entry))), Ok(ServiceResponse::new(request, response)))
        }
        Err(response) => {
            let outcome = if failed { Outcome::Failed } else { Outcome::Own };
            (keep(outcome), Ok(ServiceResponse::new(request, response)))
        }
    }
}

/// Takes what another request made, if it was for all.
async fn follow(
    cache: &Cache,
    kept: &Kept,
    now: DateTime<Utc>,
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    match &kept.outcome {
        // It may have been begun before a change that this reader must see.
        Outcome::Ready(entry) if cache.freshness.moment(now).is_some() && cache.is_good(kept, now) => {
            meter::cached(Cached::Waited);
            let answer = entry.answer(req.headers()).await;
            Ok(req.into_response(answer))
        }
        Outcome::Failed => {
            meter::cached(Cached::Waited);
            let problem = Problem::of(Kind::Unavailable).retry_after(AGAIN);
            Ok(req.into_response(HttpResponse::from_error(problem)))
        }
        Outcome::Ready(_) | Outcome::Own => {
            meter::cached(Cached::Passed);
            Ok(next.call(req).await?.map_into_boxed_body())
        }
    }
}
