//! Asking the service from inside, as if somebody had asked over the wire: through every layer, with everything that is refused,
//! counted, logged and kept there.
//!
//! A thread has the service once more for this, from when it is first asked.

use std::future::{Future, Ready, ready};
use std::rc::Rc;

use actix_http::Request;
use actix_web::body::to_bytes;
use actix_web::dev::{Payload, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::header::{
    ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, FORWARDED, HeaderMap, HeaderName,
    HeaderValue, X_FORWARDED_FOR,
};
use actix_web::http::{Method, StatusCode, Uri};
use actix_web::web::Bytes;
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse};
use futures_util::future::LocalBoxFuture;
use futures_util::{FutureExt as _, StreamExt as _, stream};
use tokio::sync::OnceCell;

use super::etag::JSON;
use crate::problem::{Kind, Problem};

/// What an item has from the request that brings it: through which proxies it came, and its language.
const SHARED: [HeaderName; 3] = [FORWARDED, X_FORWARDED_FOR, ACCEPT_LANGUAGE];
/// With what the request that brings it asks, unless the item has credentials of its own.
const CREDENTIALS: [HeaderName; 2] = [AUTHORIZATION, HeaderName::from_static("x-api-key")];

type Answered = LocalBoxFuture<'static, Result<ServiceResponse, Error>>;
type Service = Box<dyn Fn(Request) -> Answered>;
type Open = Box<dyn Fn() -> LocalBoxFuture<'static, Option<Service>>>;

/// The service, for who asks it from inside. Belongs in the app's data.
#[derive(Clone)]
pub struct Inside(Rc<Place>);

struct Place {
    open: Open,
    service: OnceCell<Service>,
}

/// What is asked.
pub struct Asked {
    /// The method.
    pub method: Method,
    /// The path.
    pub path: String,
    /// Headers beside those that it has from the request that brings it.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// A JSON body, if it has one.
    pub body: Option<Vec<u8>>,
}

/// What was answered.
pub struct Told {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Inside {
    /// A service that is opened when it is first asked: nothing where that fails.
    pub fn new<S, F, A>(open: impl Fn() -> F + 'static) -> Self
    where
        F: Future<Output = Option<S>> + 'static,
        S: Fn(Request) -> A + 'static,
        A: Future<Output = Result<ServiceResponse, Error>> + 'static,
    {
        let boxed = |service: S| Box::new(move |request| service(request).boxed_local()) as Service;
        let open = move || {
            let opening = open();
            async move { opening.await.map(boxed) }.boxed_local()
        };
        Self(Rc::new(Place { open: Box::new(open), service: OnceCell::new() }))
    }

    /// Asks, for whoever sent `bringing`: from their address, and with their credentials if `asked` has none of its own.
    ///
    /// # Errors
    /// 400 if the path is none; 500 if the service cannot be opened, or its answer not be read.
    pub async fn ask(&self, bringing: &HttpRequest, asked: Asked) -> Result<Told, Problem> {
        let opened =
            async || (self.0.open)().await.ok_or_else(|| failed("the service does not open from inside"));
        let service = self.0.service.get_or_try_init(opened).await?;
        let response = match service(request(bringing, asked)?).await {
            Ok(answer) => answer.into_parts().1,
            Err(error) => HttpResponse::from_error(error),
        };
        let (head, body) = response.into_parts();
        let body = to_bytes(body).await.map_err(|_| failed("an answer from inside cannot be read"))?;
        Ok(Told { status: head.status(), headers: head.headers().clone(), body })
    }
}

fn failed(what: &'static str) -> Problem {
    Problem::internal(anyhow::anyhow!(what))
}

fn request(bringing: &HttpRequest, asked: Asked) -> Result<Request, Problem> {
    let body = asked.body.map(Bytes::from);
    let length = body.as_ref().map(Bytes::len);
    let mut request = Request::with_payload(match body {
        Some(body) => {
            let whole = stream::once(async { Ok::<_, PayloadError>(body) });
            Payload::Stream { payload: whole.boxed_local() }
        }
        None => Payload::None,
    });
    let own = asked.headers.iter().any(|(name, _)| *name == AUTHORIZATION);
    let head = request.head_mut();
    head.method = asked.method;
    head.uri = asked.path.parse::<Uri>().map_err(|_| Problem::of(Kind::BadRequest))?;
    head.peer_addr = bringing.peer_addr();
    let credentials = CREDENTIALS.into_iter().filter(|_| !own);
    for name in SHARED.into_iter().chain(credentials) {
        bringing.headers().get_all(&name).for_each(|value| head.headers.append(name.clone(), value.clone()));
    }
    if let Some(length) = length {
        head.headers.insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
        head.headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    for (name, value) in asked.headers {
        head.headers.insert(name, value);
    }
    Ok(request)
}

impl FromRequest for Inside {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let found = req.app_data::<Self>().cloned();
        ready(found.ok_or_else(|| failed("the app's data has no way inside")))
    }
}
