//! Asking other people's servers, without being led to our own.
//!
//! An address is read strictly ([`target`]), its name is resolved here, every address that it leads to has to be public
//! ([`address`]), and the connection is made to the one that was looked at: a name that leads elsewhere at a second look changes
//! nothing. Redirects are not followed, no proxy is taken from the environment, and time and answer are bounded.

mod address;
mod authorities;
mod target;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, CONTENT_TYPE, HOST, HeaderName, HeaderValue, USER_AGENT};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::Host;

pub use authorities::Authorities;
use target::Target;
pub use target::Targets;

/// How we call ourselves.
const AGENT: HeaderValue = HeaderValue::from_static("Solidarity-Webhooks/1");
/// Bytes of an answer that are read.
const MOST: usize = 16 * 1024;
/// Bytes of the head of an answer.
const HEAD: usize = 32 * 1024;
/// Addresses of a name that are tried.
const TRIED: usize = 3;

/// Asks other people's servers.
#[derive(Clone)]
pub struct Client {
    targets: Targets,
    tls: TlsConnector,
    patience: Duration,
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The beginning of the body, where it was wanted.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// It may not be asked.
    ForbiddenAddress,
    /// Its name leads nowhere.
    UnknownHost,
    /// Nobody is there.
    NotReachable,
    /// It cannot show who it is.
    Tls,
    /// It takes too long.
    TimeOut,
    /// It does not speak HTTP.
    NotHttp,
}

impl Silence {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ForbiddenAddress => "forbidden_address",
            Self::UnknownHost => "unknown_host",
            Self::NotReachable => "not_reachable",
            Self::Tls => "tls",
            Self::TimeOut => "time_out",
            Self::NotHttp => "not_http",
        }
    }
}

impl Client {
    /// Puts it together. A call takes no longer than `patience`, from looking up the name to the end of the answer, and those are asked
    /// for whom the authorities vouch.
    ///
    /// # Errors
    /// None that happen: the library of cryptography knows the versions of TLS.
    pub fn new(targets: Targets, patience: Duration, authorities: &Authorities) -> anyhow::Result<Self> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        let mut config = config.with_root_certificates(authorities.0.clone()).with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { targets, tls: TlsConnector::from(Arc::new(config)), patience })
    }

    /// What may be asked.
    pub const fn targets(&self) -> Targets {
        self.targets
    }

    /// Sends JSON. Of the answer's body the beginning is read, where it is wanted.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn post(
        &self,
        url: &str,
        headers: &[(&'static str, String)],
        json: Vec<u8>,
        wants_body: bool,
    ) -> Result<Answer, Silence> {
        let target = self.targets.read(url).map_err(|_| Silence::ForbiddenAddress)?;
        let asked = async {
            let stream = connect(&target, &look_up(&target).await?).await?;
            let request = request(&target, headers, json)?;
            match (target.tls, &target.host) {
                (false, _) => exchange(stream, request, wants_body).await,
                (true, host) => {
                    let name = match host {
                        Host::Domain(name) => ServerName::try_from(name.trim_end_matches('.').to_owned())
                            .map_err(|_| Silence::Tls)?,
                        Host::Ipv4(address) => ServerName::IpAddress(std::net::IpAddr::V4(*address).into()),
                        Host::Ipv6(address) => ServerName::IpAddress(std::net::IpAddr::V6(*address).into()),
                    };
                    let stream = self.tls.connect(name, stream).await.map_err(|_| Silence::Tls)?;
                    exchange(stream, request, wants_body).await
                }
            }
        };
        timeout(self.patience, asked).await.unwrap_or(Err(Silence::TimeOut))
    }
}

/// Where a name leads. One address that may not be asked is enough to refuse it: it leads inside, whatever else it does.
async fn look_up(target: &Target) -> Result<Vec<SocketAddr>, Silence> {
    let found: Vec<SocketAddr> = match &target.host {
        Host::Domain(name) => {
            lookup_host((name.as_str(), target.port)).await.map_err(|_| Silence::UnknownHost)?.collect()
        }
        Host::Ipv4(address) => vec![((*address), target.port).into()],
        Host::Ipv6(address) => vec![((*address), target.port).into()],
    };
    match found.iter().all(|address| target.may_be(address.ip())) {
        _ if found.is_empty() => Err(Silence::UnknownHost),
        true => Ok(found),
        false => Err(Silence::ForbiddenAddress),
    }
}

async fn connect(target: &Target, addresses: &[SocketAddr]) -> Result<TcpStream, Silence> {
    for address in addresses.iter().take(TRIED) {
        let Ok(stream) = TcpStream::connect(address).await else { continue };
        // Where it really leads, whatever stands between.
        if stream.peer_addr().is_ok_and(|peer| target.may_be(peer.ip())) {
            // Small and alone: nothing to wait for.
            let _ = stream.set_nodelay(true);
            return Ok(stream);
        }
    }
    Err(Silence::NotReachable)
}

fn request(
    target: &Target,
    headers: &[(&'static str, String)],
    json: Vec<u8>,
) -> Result<Request<Full<Bytes>>, Silence> {
    let mut request = Request::post(&target.path)
        .header(HOST, &target.authority)
        .header(USER_AGENT, AGENT)
        .header(CONNECTION, "close")
        .header(CONTENT_TYPE, "application/json");
    for (name, value) in headers {
        request = request.header(HeaderName::from_static(name), value);
    }
    request.body(Full::from(json)).map_err(|_| Silence::ForbiddenAddress)
}

async fn exchange<S: AsyncRead + AsyncWrite + Send + Unpin + 'static>(
    stream: S,
    request: Request<Full<Bytes>>,
    wants_body: bool,
) -> Result<Answer, Silence> {
    let mut builder = http1::Builder::new();
    let handshake = builder.max_buf_size(HEAD).handshake(TokioIo::new(stream));
    let (mut sender, connection) = handshake.await.map_err(|_| Silence::NotHttp)?;
    // Ends with this call.
    let mut line = JoinSet::new();
    line.spawn(connection);
    let response = sender.send_request(request).await.map_err(|_| Silence::NotHttp)?;
    let status = response.status().as_u16();
    let body = if wants_body { beginning(response).await? } else { Vec::new() };
    Ok(Answer { status, body })
}

async fn beginning(mut response: Response<Incoming>) -> Result<Vec<u8>, Silence> {
    let mut body = Vec::new();
    while let Some(frame) = response.body_mut().frame().await {
        let frame = frame.map_err(|_| Silence::NotHttp)?;
        if let Some(data) = frame.data_ref() {
            body.extend_from_slice(&data[..data.len().min(MOST - body.len())]);
        }
        if body.len() == MOST {
            break;
        }
    }
    Ok(body)
}

#[cfg(test)]
mod tests;
