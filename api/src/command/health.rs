//! `solidarity health`: whether a running service can do its work. Made for images that have neither shell nor curl.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use actix_web::http::StatusCode;
use anyhow::{Context, anyhow, ensure};
use clap::Args;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::{Position, Url};

use super::output::print;
use crate::config::flags::{Asking, Flags};
use crate::config::{Config, settings};

/// How long the whole question may take: longer than the service gives its database, shorter than those who ask wait.
const PATIENCE: Duration = Duration::from_secs(4);
/// Bytes of an answer that are read. Its first line is all that counts.
const ENOUGH: u64 = 1024;

/// Ask a running service whether it can do its work
///
/// It asks `/readyz` over plain HTTP. The exit code is 0 if the answer is 200 within four seconds, and 1 otherwise.
#[derive(Args)]
#[command(after_help = "Examples:
  solidarity health
  solidarity health --address http://127.0.0.1:8080")]
pub(super) struct Health {
    /// Where it listens, as http://HOST:PORT; if not given, where the settings have it listen on this machine
    #[arg(long, value_name = "URL", value_parser = plain)]
    address: Option<Url>,
    #[command(flatten)]
    flags: Flags<Asking>,
}

impl Health {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let host = match &self.address {
            Some(address) => authority(address),
            None => {
                let loaded = Config::load(&self.flags.given, &|name| std::env::var_os(name))?;
                let listen = loaded.config.listen;
                let named = loaded.named(&settings::LISTEN);
                ensure!(listen.port() != 0, "{named} leaves the port open: give an --address");
                near(listen).to_string()
            }
        };
        let status = tokio::time::timeout(PATIENCE, ask(&host))
            .await
            .unwrap_or_else(|_| Err(anyhow!("no answer within {} s", PATIENCE.as_secs())))
            .with_context(|| format!("the service at {host} is not ready"))?;
        ensure!(status == StatusCode::OK, "the service at {host} is not ready: it answered {status}");
        print("ready")
    }
}

/// An address that names a host and perhaps a port, nothing further.
fn plain(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).ok().filter(|url| {
        url.scheme() == "http" && url.has_host() && matches!(&url[Position::BeforePath..], "" | "/")
    });
    url.filter(|url| url.username().is_empty() && url.password().is_none())
        .ok_or("must be an address such as http://127.0.0.1:8080, without TLS and without a path".to_owned())
}

/// Host and port, also where the port is the usual one.
fn authority(url: &Url) -> String {
    format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(80))
}

/// Where to call a service on this machine that listens there: "everywhere" is no address to call.
fn near(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

/// The status that `/readyz` answers with.
async fn ask(host: &str) -> anyhow::Result<StatusCode> {
    let mut connection = TcpStream::connect(host).await.context("no connection")?;
    let request = format!("GET /readyz HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    connection.write_all(request.as_bytes()).await.context("the connection broke")?;
    let mut answer = Vec::new();
    connection.take(ENOUGH).read_to_end(&mut answer).await.context("the connection broke")?;
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.strip_prefix("HTTP/1.").and_then(|rest| rest.split(' ').nth(1));
    status.and_then(|status| status.parse().ok()).context("what answered does not speak HTTP")
}
