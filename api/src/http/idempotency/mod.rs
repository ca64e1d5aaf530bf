//! `Idempotency-Key`: asking again without doing it again.
//!
//! A POST handler takes a [`Once`] and does everything in it:
//!
//! ```text
//! once.run(&app, Caller::Holder(account_id), async |tx| {
//!     …
//!     Reply::created(&location, &record)
//! }).await
//! ```
//!
//! Key, effect, outbox and answer are one transaction: either all of it is there or nothing, whenever a process dies. The
//! same key with the same body gets the stored answer; with another body it is refused; while the first still runs, a twin
//! waits for it. An attempt that fails stores nothing, so its repetition is a new attempt.
//!
//! Keys belong to one caller and one address. Of a key only a hash is kept; the answer, which may hold a token that is told
//! once, opens with the key alone.

mod place;
mod reply;
mod shelf;
mod turn;

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse};
use secrecy::SecretString;
use utoipa::IntoParams;
use uuid::Uuid;

pub use reply::Reply;
pub use shelf::{forget, tidy_up};
pub use turn::Replays;

use super::limits::body::Received;
use crate::app::App;
use crate::db::Tx;
use crate::problem::{Fault, Kind, Problem};
use place::Place;

/// The request's header.
pub const IDEMPOTENCY_KEY: &str = "Idempotency-Key";
/// The answer's header, where it is a stored one.
pub const IDEMPOTENT_REPLAYED: &str = "idempotent-replayed";
/// The longest key.
const LONGEST: usize = 255;

/// The header that every POST takes.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code, reason = "describes a header, which `Once` reads from the request")]
pub struct IdempotencyKey {
    /// A key of the caller's making, new for every new request, such as a UUID. The same request sent again with the same
    /// key within 24 hours has no further effect and gets the same answer, with `Idempotent-Replayed: true`. Without
    /// credentials it needs at least 128 bits.
    #[param(
        rename = "Idempotency-Key",
        nullable = false,
        required = false,
        min_length = 1,
        max_length = 255,
        pattern = "^[!-~]+$",
        example = "0b5c3c0e-6d0f-4a51-9f0b-3f1e2d7c9a84"
    )]
    idempotency_key: String,
}

/// Whose key it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Somebody without credentials: nothing but the key itself keeps others from the answer.
    Nobody,
    /// The holder of this credential, for as long as it may be renewed: the account, or the record a token is for.
    Holder(Uuid),
}

/// A POST request that may be a repetition. Without the header it just runs.
pub struct Once {
    key: Option<SecretString>,
    route: String,
    body: Vec<u8>,
}

impl Once {
    /// The same request, whose body was read in portions: what it said is known by this digest, and by what beside the body says
    /// what is to be done with it.
    pub fn about(self, digest: &[u8], said: &str) -> Self {
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        Self { body: format!("{hex} {said}").into_bytes(), ..self }
    }

    /// Whether the request may be the repetition of another.
    pub const fn is_keyed(&self) -> bool {
        self.key.is_some()
    }

    /// Runs `effect` in one transaction and keeps its answer, or gives the answer that was kept. The effect may be run
    /// again if the transaction has to be, so it must do nothing outside it.
    ///
    /// # Errors
    /// The effect's; 400 for a key that is too weak, 409 if the first request takes too long, 410 if what the kept answer
    /// tells of was withdrawn, 422 if the key was used with another body.
    pub async fn run(
        self,
        app: &App,
        caller: Caller,
        effect: impl AsyncFn(&Tx) -> Result<Reply, Problem>,
    ) -> Result<HttpResponse, Problem> {
        let Some(key) = &self.key else {
            return Ok(app.db.write(effect).await?.into_response());
        };
        let place = Place::of(&app.vault, key, caller, &self.route, &self.body)?;
        let _turn = app.replays.turn(place.id).await?;
        let (reply, replayed) = app
            .db
            .write(async |tx| {
                if !shelf::take(tx, &place).await? {
                    return Ok((shelf::kept(tx, &place).await?, true));
                }
                let reply = effect(tx).await?;
                shelf::keep(tx, &place, &reply).await?;
                Ok::<_, Problem>((reply, false))
            })
            .await?;
        let mut response = reply.into_response();
        if replayed {
            let name = actix_web::http::header::HeaderName::from_static(IDEMPOTENT_REPLAYED);
            response.headers_mut().insert(name, actix_web::http::header::HeaderValue::from_static("true"));
        }
        Ok(response)
    }
}

impl FromRequest for Once {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(req))
    }
}

fn read(req: &HttpRequest) -> Result<Once, Problem> {
    let mut given = req.headers().get_all(IDEMPOTENCY_KEY);
    let key = match (given.next(), given.next()) {
        (None, _) => None,
        (Some(_), Some(_)) => return Err(refused("repeated", "may be given once")),
        (Some(key), None) => match key.to_str() {
            Ok(key) if is_key(key) => Some(SecretString::from(key)),
            _ => return Err(refused("invalid_format", "must be 1 to 255 visible ASCII characters")),
        },
    };
    // A request without a body has none in its extensions.
    let body = req.extensions().get::<Received>().map(|Received(bytes)| bytes.to_vec()).unwrap_or_default();
    Ok(Once { key, route: format!("{} {}", req.method(), req.path()), body })
}

fn is_key(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn refused(code: &'static str, detail: &'static str) -> Problem {
    Problem::of(Kind::BadRequest).with_faults(vec![Fault::header(IDEMPOTENCY_KEY, code, detail)])
}

#[cfg(test)]
mod tests;
