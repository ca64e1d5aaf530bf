//! Bodies, asked over a real socket with bounds that a test need not wait for.

use std::time::Duration;

use actix_web::middleware::from_fn;
use actix_web::web::{Bytes, Data};
use actix_web::{App, HttpServer, post};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{Limits, body};
use crate::http::manners;

#[post("/echo")]
async fn echo(body: Bytes) -> Bytes {
    body
}

/// Sends this and reads until the server hangs up.
async fn answer(bounds: body::Bounds, sent: &[u8]) -> String {
    let limits = Data::new(Limits::with_bodies(bounds));
    let server = HttpServer::new(move || {
        let app = App::new().app_data(limits.clone()).service(echo).wrap(from_fn(body::enforce));
        manners::wrap(app, std::sync::Arc::new(|| uuid::Uuid::from_u128(7)))
    });
    let server = server.workers(1).keep_alive(Duration::from_millis(50)).bind(("127.0.0.1", 0)).unwrap();
    let address = server.addrs()[0];
    let server = server.run();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(sent).await.unwrap();
    let mut told = Vec::new();
    client.read_to_end(&mut told).await.unwrap();
    handle.stop(false).await;
    String::from_utf8(told).unwrap()
}

fn bounds() -> body::Bounds {
    body::Bounds { size: 10, pause: Duration::from_millis(50), ..body::Bounds::default() }
}

#[actix_web::test]
async fn a_body_within_bounds_arrives_whole() {
    let declared = b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n0123456789";
    let chunked = b"POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n4\r\n0123\r\n6\r\n456789\r\n0\r\n\r\n";
    for sent in [&declared[..], chunked] {
        let told = answer(bounds(), sent).await;
        assert!(told.starts_with("HTTP/1.1 200 ") && told.ends_with("\r\n\r\n0123456789"), "{told}");
    }
}

#[actix_web::test]
async fn a_body_beyond_them_is_413_whether_or_not_it_says_so_first() {
    let declared = b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 11\r\n\r\n";
    let chunked =
        b"POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n";
    for sent in [&declared[..], chunked] {
        let told = answer(bounds(), sent).await;
        assert!(
            told.starts_with("HTTP/1.1 413 ") && told.contains("\"code\":\"content_too_large\""),
            "{told}"
        );
    }
}

#[actix_web::test]
async fn a_body_that_stops_coming_is_408_and_the_connection_ends() {
    let told = answer(bounds(), b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n012").await;
    assert!(told.starts_with("HTTP/1.1 408 ") && told.contains("\"code\":\"request_timeout\""), "{told}");
    assert!(told.contains("connection: close\r\n"), "{told}");
}

#[actix_web::test]
async fn bodies_together_have_a_bound_too() {
    let none = body::Bounds { together: 0, ..bounds() };
    let told = answer(none, b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n01").await;
    assert!(told.starts_with("HTTP/1.1 503 ") && told.contains("retry-after: 2\r\n"), "{told}");
}
