//! What a caller may send: so much, and not for ever.
//!
//! A body is read here, before anything is done with the request, so that no handler waits for a slow sender and every
//! call has the same bounds. A call that takes more reads its body in portions, as an [`Upload`], which has bounds of its own.

use std::future::{Ready, ready};
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_LENGTH, HeaderMap, TRANSFER_ENCODING};
use actix_web::http::{ConnectionType, Method};
use actix_web::middleware::Next;
use actix_web::web::{Bytes, BytesMut, Data};
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest, HttpResponse};
use futures_util::{StreamExt as _, stream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use super::Limits;
use crate::http::meter::{self, Rejected};
use crate::problem::{Kind, Problem};

/// Bounds for one body, and for all that are held at the same time.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Bytes of one body.
    pub size: usize,
    /// KiB of all bodies together.
    pub together: u32,
    /// How long nothing may come.
    pub pause: Duration,
    /// How long all of it may take.
    pub whole: Duration,
}

impl Default for Bounds {
    /// A mebibyte in a minute: a weak line sends a form of some kilobytes well within that.
    fn default() -> Self {
        Self {
            size: 1024 * 1024,
            together: 64 * 1024,
            pause: Duration::from_secs(10),
            whole: Duration::from_secs(60),
        }
    }
}

impl Bounds {
    /// A file in portions: a weak line may take a quarter of an hour for it.
    pub const UPLOAD: Self = Self {
        size: 128 * 1024 * 1024,
        together: 0,
        pause: Duration::from_secs(20),
        whole: Duration::from_secs(15 * 60),
    };
}

/// A body that its handler reads in portions, within [`Bounds::UPLOAD`]. Nobody holds it whole.
pub struct Upload {
    payload: Payload,
    taken: usize,
    end: Instant,
}

impl Upload {
    /// The next piece; nothing at the end.
    ///
    /// # Errors
    /// 413 if it is too long, 408 if nothing comes, 400 if it breaks off.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        let bounds = Bounds::UPLOAD;
        let soon = self.end.min(Instant::now() + bounds.pause);
        let piece = match timeout_at(soon, self.payload.next()).await {
            Err(_) => Err(Refused::TooSlow),
            Ok(None) => Ok(None),
            Ok(Some(Err(PayloadError::Overflow))) => Err(Refused::TooLarge),
            Ok(Some(Err(_))) => Err(Refused::Broken),
            Ok(Some(Ok(piece))) => Ok(Some(piece)),
        };
        let piece = piece.map_err(|refused| refused.problem(bounds))?;
        self.taken += piece.as_ref().map_or(0, Bytes::len);
        match self.taken > bounds.size {
            true => Err(Refused::TooLarge.problem(bounds)),
            false => Ok(piece),
        }
    }
}

impl FromRequest for Upload {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bounds = Bounds::UPLOAD;
        let end = Instant::now() + bounds.whole;
        ready(match declared(req.headers()).is_some_and(|length| length > bounds.size as u64) {
            true => Err(Refused::TooLarge.problem(bounds)),
            false => Ok(Self { payload: payload.take(), taken: 0, end }),
        })
    }
}

/// How long a body says that it is.
fn declared(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Says of a method and a path whether its handler reads the body in portions.
pub type UploadOf = fn(&Method, &str) -> bool;

/// Reads bodies within their bounds.
pub(super) struct Bodies {
    bounds: Bounds,
    room: Arc<Semaphore>,
}

/// A body as it came, for whoever must recognise it; in the request's extensions.
pub struct Received(pub Bytes);

/// A body, and the room it takes until it is dropped.
struct Held {
    bytes: BytesMut,
    room: Option<OwnedSemaphorePermit>,
}

impl Bodies {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self { bounds, room: Arc::new(Semaphore::new(bounds.together as usize)) }
    }

    async fn read(&self, headers: &HeaderMap, mut payload: Payload) -> Result<Held, Refused> {
        if declared(headers).is_some_and(|length| length > self.bounds.size as u64) {
            return Err(Refused::TooLarge);
        }
        let mut held = Held { bytes: BytesMut::new(), room: None };
        let end = Instant::now() + self.bounds.whole;
        loop {
            let soon = end.min(Instant::now() + self.bounds.pause);
            let chunk = match timeout_at(soon, payload.next()).await {
                Err(_) => return Err(Refused::TooSlow),
                Ok(None) => return Ok(held),
                Ok(Some(Err(PayloadError::Overflow))) => return Err(Refused::TooLarge),
                Ok(Some(Err(_))) => return Err(Refused::Broken),
                Ok(Some(Ok(chunk))) => chunk,
            };
            if held.bytes.len() + chunk.len() > self.bounds.size {
                return Err(Refused::TooLarge);
            }
            self.make_room(&mut held, chunk.len())?;
            held.bytes.extend_from_slice(&chunk);
        }
    }

    fn make_room(&self, held: &mut Held, more: usize) -> Result<(), Refused> {
        let wanted = (held.bytes.len() + more).div_ceil(1024);
        let missing = wanted.saturating_sub(held.room.as_ref().map_or(0, OwnedSemaphorePermit::num_permits));
        let missing = u32::try_from(missing).map_err(|_| Refused::TooLarge)?;
        let room = self.room.clone().try_acquire_many_owned(missing).map_err(|_| Refused::NoRoom)?;
        match &mut held.room {
            Some(held) => held.merge(room),
            none => *none = Some(room),
        }
        Ok(())
    }
}

enum Refused {
    TooLarge,
    TooSlow,
    Broken,
    NoRoom,
}

impl Refused {
    fn problem(self, bounds: Bounds) -> Problem {
        match self {
            Self::TooLarge => {
                meter::rejected(Rejected::BodySize);
                let detail = format!("A body may have {} bytes.", bounds.size);
                Problem::of(Kind::ContentTooLarge).with_detail(detail)
            }
            Self::TooSlow => {
                meter::rejected(Rejected::BodyTime);
                Problem::of(Kind::RequestTimeout)
            }
            Self::Broken => Problem::of(Kind::BadRequest).with_detail("The body ended before its end."),
            Self::NoRoom => {
                meter::rejected(Rejected::BodyRoom);
                Problem::of(Kind::Unavailable).retry_after(2)
            }
        }
    }
}

/// Middleware: reads the body, if there is one, and hands it on whole; or answers 413 or 408 and hangs up.
pub async fn enforce(
    limits: Data<Limits>,
    mut req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let headers = req.headers();
    if !headers.contains_key(CONTENT_LENGTH) && !headers.contains_key(TRANSFER_ENCODING) {
        return Ok(next.call(req).await?.map_into_boxed_body());
    }
    if limits.is_upload.is_some_and(|is_upload| is_upload(req.method(), req.path())) {
        let mut answer = next.call(req).await?.map_into_boxed_body();
        if !answer.status().is_success() {
            // Much of the body may be left, and is not worth reading.
            answer.response_mut().head_mut().set_connection_type(ConnectionType::Close);
        }
        return Ok(answer);
    }
    let payload = req.take_payload();
    match limits.bodies.read(req.headers(), payload).await {
        Ok(Held { bytes, room }) => {
            let bytes = bytes.freeze();
            req.extensions_mut().insert(Received(bytes.clone()));
            let whole = stream::iter((!bytes.is_empty()).then(|| Ok::<Bytes, PayloadError>(bytes)));
            req.set_payload(Payload::Stream { payload: Box::pin(whole) });
            let answer = next.call(req).await?.map_into_boxed_body();
            drop(room);
            Ok(answer)
        }
        Err(refused) => {
            let mut answer = HttpResponse::from_error(refused.problem(limits.bodies.bounds));
            // What is left of the body is not worth reading.
            answer.head_mut().set_connection_type(ConnectionType::Close);
            Ok(req.into_response(answer))
        }
    }
}
