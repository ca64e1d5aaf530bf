use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use super::*;

/// Answers every call like this, and gives its address.
fn server(answer: impl Into<Vec<u8>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, answer) = (listener.local_addr().unwrap().port(), answer.into());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(&answer);
        }
    });
    format!("127.0.0.1:{port}")
}

fn client(loopback: bool) -> Client {
    Client::new(Targets { loopback }, Duration::from_millis(500), &Authorities::public()).unwrap()
}

async fn asked(url: &str) -> Result<Answer, Silence> {
    client(true).post(url, &[("webhook-id", "1".to_owned())], b"{}".to_vec(), true).await
}

#[tokio::test]
async fn an_answer_is_read_up_to_a_bound_and_no_redirect_is_followed() {
    let here = server("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello");
    assert_eq!(
        asked(&format!("http://{here}/a?b")).await,
        Ok(Answer { status: 200, body: b"hello".to_vec() })
    );
    let there = server(format!("HTTP/1.1 307 Go\r\nlocation: http://{here}/\r\ncontent-length: 0\r\n\r\n"));
    assert_eq!(asked(&format!("http://{there}/")).await.map(|answer| answer.status), Ok(307));
    let much = [b"HTTP/1.1 200 OK\r\n\r\n".as_slice(), &vec![b'x'; 1 << 20]].concat();
    assert_eq!(asked(&format!("http://{}/", server(much))).await.unwrap().body.len(), MOST);
    let long = [b"HTTP/1.1 200 OK\r\nx: ".as_slice(), &vec![b'x'; 1 << 20]].concat();
    assert_eq!(asked(&format!("http://{}/", server(long))).await, Err(Silence::NotHttp));
}

#[tokio::test]
async fn who_says_nothing_says_nothing_for_no_longer_than_patience() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("http://{}/", listener.local_addr().unwrap());
    assert_eq!(asked(&silent).await, Err(Silence::TimeOut));
    drop(listener);
    assert_eq!(asked(&silent).await, Err(Silence::NotReachable));
    let mail = server("220 ready\r\n");
    assert_eq!(asked(&format!("http://{mail}/")).await, Err(Silence::NotHttp));
    assert_eq!(asked(&format!("https://{mail}/")).await, Err(Silence::Tls));
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_asked() {
    let here = server("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    let port = here.rsplit(':').next().unwrap();
    assert_eq!(asked(&format!("http://localhost:{port}/")).await.map(|answer| answer.status), Ok(200));
    let strict = client(false);
    for url in
        [format!("http://{here}/"), format!("https://localhost:{port}/"), "https://10.0.0.1/".to_owned()]
    {
        assert_eq!(strict.post(&url, &[], Vec::new(), false).await, Err(Silence::ForbiddenAddress), "{url}");
    }
    // As after a look-up: the name is public, the address is not.
    let mut target = strict.targets().read("https://example.org/").unwrap();
    target.host = Host::parse("127.0.0.1").unwrap();
    assert_eq!(look_up(&target).await, Err(Silence::ForbiddenAddress));
}
