//! Who a webhook's server shows itself to be.

use api::config::settings::{REQUIRE_TOTP, WEBHOOK_CA_FILE, WEBHOOK_LOOPBACK, WEBHOOK_TIMEOUT};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::{partner, read};
use crate::house::House;
use crate::house::receiver::{Conduct, Receiver};

type Authority = CertifiedIssuer<'static, KeyPair>;

/// An authority of one's own.
fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate for this name and its key: by this authority, or by itself. An old one is over.
fn certificate(
    name: &str,
    by: Option<&Authority>,
    is_old: bool,
) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    if is_old {
        (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
    }
    let made = match by {
        Some(authority) => params.signed_by(&key, authority).unwrap(),
        None => params.self_signed(&key).unwrap(),
    };
    (made.der().clone(), PrivateKeyDer::Pkcs8(key.serialize_der().into()))
}

/// Secures the way to a receiver: what comes is handed on to it. The address.
async fn secured(to: &Receiver, shown: (CertificateDer<'static>, PrivateKeyDer<'static>)) -> String {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![shown.0], shown.1).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let plain = to.url().trim_start_matches("http://").split('/').next().unwrap().to_owned();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // Who does not believe what it is shown hangs up.
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut behind = TcpStream::connect(&plain).await.unwrap();
            let _ = tokio::io::copy_bidirectional(&mut stream, &mut behind).await;
        }
    });
    format!("https://localhost:{port}/hook")
}

#[tokio::test]
async fn only_who_is_vouched_for_under_its_name_and_now_is_told_anything() {
    let (ours, stranger) = (authority(), authority());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, ours.pem()).unwrap();
    let house = House::open_with(&[
        (&REQUIRE_TOTP, "false"),
        (&WEBHOOK_LOOPBACK, "true"),
        (&WEBHOOK_TIMEOUT, "5"),
        (&WEBHOOK_CA_FILE, file.to_str().unwrap()),
    ])
    .await;
    let admin = house.admin().await;
    let (partner, _) = partner(&house, &admin, "One", &[]).await;
    let mut made = Vec::new();
    for (shown, wanted) in [
        (certificate("localhost", Some(&ours), false), None),
        (certificate("partner.example", Some(&ours), false), Some("tls")),
        (certificate("localhost", Some(&ours), true), Some("tls")),
        (certificate("localhost", Some(&stranger), false), Some("tls")),
        (certificate("localhost", None, false), Some("tls")),
    ] {
        let receiver = Receiver::open(Conduct::Accept);
        let url = secured(&receiver, shown).await;
        let webhook = partner.makes("webhooks", json!({"url": url, "types": ["event.published"]})).await;
        made.push((webhook, receiver, wanted));
    }
    house.run_jobs().await;
    for (webhook, receiver, wanted) in &made {
        let now = read(&partner, webhook).await;
        let status = if wanted.is_none() { "active" } else { "pending" };
        assert_eq!((&now["status"], &now["failed_because"]), (&json!(status), &json!(wanted)));
        assert_eq!(
            receiver.all().len(),
            usize::from(wanted.is_none()),
            "who is not believed is told nothing"
        );
    }
}
