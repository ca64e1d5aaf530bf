//! `solidarity health`.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use crate::house::database::Database;
use crate::house::program::{self, Outcome, Server};

async fn ask(variables: &[(&str, &str)], arguments: &[&str]) -> Outcome {
    let variables: BTreeMap<_, _> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    program::run(&variables, &[&["health"], arguments].concat()).await
}

/// Something that gives everybody this answer, and where it listens.
fn answering(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for mut call in listener.incoming().map_while(Result::ok) {
            // All of the request is read first, or closing would throw the answer away.
            let mut request = Vec::new();
            let mut byte = [0];
            while !request.ends_with(b"\r\n\r\n") && call.read(&mut byte).is_ok_and(|read| read > 0) {
                request.push(byte[0]);
            }
            let _ = call.write_all(answer.as_bytes());
        }
    });
    address
}

#[track_caller]
fn is_refused(outcome: &Outcome, address: &str, why: &str) {
    assert_eq!((outcome.code, &*outcome.stdout), (Some(1), ""), "{outcome:?}");
    let told = format!("error: the service at {address} is not ready: {why}");
    assert!(outcome.stderr.starts_with(&told), "{told}\n{}", outcome.stderr);
}

#[tokio::test]
async fn a_service_that_is_ready_is_found_by_its_address_or_by_its_settings() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::migrated(folder.path()).await;
    let variables = program::variables(&database, folder.path(), &[]);
    let mut server = Server::start(&variables, &["serve", "--listen", "127.0.0.1:0"]);
    let address = server.address();
    assert_eq!(ask(&[], &["--address", &address]).await.done(), "ready\n");
    let port = address.rsplit(':').next().unwrap();
    let everywhere = format!("0.0.0.0:{port}");
    assert_eq!(ask(&[("SOLIDARITY_LISTEN", &everywhere)], &[]).await.done(), "ready\n");
    let file = folder.path().join("solidarity.toml");
    std::fs::write(&file, format!("listen = \"{everywhere}\"\n")).unwrap();
    assert_eq!(ask(&[], &["--config", file.to_str().unwrap()]).await.done(), "ready\n");
}

#[tokio::test]
async fn where_nobody_answers_or_not_in_time_it_fails() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    is_refused(&ask(&[("SOLIDARITY_LISTEN", &address)], &[]).await, &address, "no answer within 4 s");
    drop(listener);
    is_refused(&ask(&[("SOLIDARITY_LISTEN", &address)], &[]).await, &address, "no connection: ");
}

#[tokio::test]
async fn whatever_is_not_200_is_not_ready() {
    for (answer, why) in [
        (
            "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n",
            "it answered 503 Service Unavailable",
        ),
        ("HTTP/1.1 204 No Content\r\n\r\n", "it answered 204 No Content"),
        ("HTTP/1.1 two hundred\r\n\r\n", "what answered does not speak HTTP"),
        ("220 mail.example ESMTP\r\n", "what answered does not speak HTTP"),
        ("", "what answered does not speak HTTP"),
    ] {
        let address = answering(answer);
        is_refused(&ask(&[], &["--address", &format!("http://{address}/")]).await, &address, why);
    }
}

#[tokio::test]
async fn an_address_that_it_cannot_ask_is_refused() {
    for address in ["https://gallery.example.org", "127.0.0.1:8080", "http://127.0.0.1/livez", "http://a@b"] {
        let outcome = ask(&[], &["--address", address]).await;
        assert_eq!(outcome.code, Some(2), "{address}: {outcome:?}");
        assert!(outcome.stderr.contains("must be an address such as"), "{outcome:?}");
    }
    let outcome = ask(&[("SOLIDARITY_LISTEN", "127.0.0.1:0")], &[]).await;
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.contains("leaves the port open"), "{outcome:?}");
}
