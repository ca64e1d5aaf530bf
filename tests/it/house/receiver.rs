//! A partner's server for tests: it speaks HTTP on loopback, answers challenges and keeps what it is told.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver as Queue, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

/// What it does when it is told something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conduct {
    /// Takes it; a challenge it answers.
    Accept,
    /// Answers challenges with something else.
    Misunderstand,
    /// Answers this status.
    Answer(u16),
    /// Sends whoever tells it elsewhere.
    Redirect(String),
    /// Says nothing, until it does something else or the other side hangs up.
    Hang,
}

/// What it was told.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Path and query.
    pub path: String,
    /// Headers, in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body, as it came.
    pub body: String,
}

impl Delivery {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The type, and the record.
    pub fn told(&self) -> (String, Value) {
        let body = self.json();
        (body["type"].as_str().unwrap().to_owned(), body["data"]["id"].clone())
    }

    /// `webhook-id`.
    pub fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }
}

/// A running server. Its threads end with the test.
pub struct Receiver {
    port: u16,
    conduct: Arc<Mutex<Conduct>>,
    told: Queue<Delivery>,
}

impl Receiver {
    /// Begins to listen.
    pub fn open(conduct: Conduct) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let conduct = Arc::new(Mutex::new(conduct));
        let (sender, told) = channel();
        let current = conduct.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (conduct, sender) = (current.clone(), sender.clone());
                std::thread::spawn(move || talk(stream, &conduct, &sender));
            }
        });
        Self { port, conduct, told }
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook?partner=1", self.port)
    }

    /// Changes what it does from now on.
    pub fn set(&self, conduct: Conduct) {
        *self.conduct.lock().unwrap() = conduct;
    }

    /// What it was told so far.
    pub fn all(&self) -> Vec<Delivery> {
        self.told.try_iter().collect()
    }

    /// What it was told so far, but for challenges: each type with the record.
    pub fn told(&self) -> Vec<(String, Value)> {
        let all = self.all().into_iter().map(|delivery| delivery.told());
        all.filter(|(kind, _)| kind != "webhook.verification").collect()
    }

    /// What it is told next. It waits for that, for a minute.
    pub async fn next(&self) -> Delivery {
        for _ in 0..6000 {
            match self.told.recv_timeout(Duration::ZERO) {
                Ok(delivery) => return delivery,
                Err(RecvTimeoutError::Timeout) => tokio::time::sleep(Duration::from_millis(10)).await,
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        panic!("it was told nothing")
    }
}

fn talk(stream: TcpStream, conduct: &Mutex<Conduct>, told: &Sender<Delivery>) -> Option<()> {
    let mut reader = BufReader::new(&stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let mut body = vec![0; headers.get("content-length")?.parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    let delivery = Delivery { path, headers, body: String::from_utf8(body).ok()? };
    let challenge = delivery.json()["data"]["challenge"].clone();
    told.send(delivery).ok()?;
    let answer = |status: u16, more: &str, body: &str| {
        format!("HTTP/1.1 {status} So\r\ncontent-length: {}\r\n{more}\r\n{body}", body.len())
    };
    let mut now = conduct.lock().unwrap().clone();
    stream.set_read_timeout(Some(Duration::from_millis(10))).ok()?;
    while now == Conduct::Hang {
        if (&stream).read(&mut [0]).is_ok() {
            return None;
        }
        now = conduct.lock().unwrap().clone();
    }
    let answer = match now {
        Conduct::Accept if challenge.is_null() => answer(204, "", ""),
        Conduct::Accept => answer(200, "", &json!({"challenge": challenge}).to_string()),
        Conduct::Misunderstand => answer(200, "", r#"{"challenge": "something else"}"#),
        Conduct::Answer(status) => answer(status, "", ""),
        Conduct::Redirect(to) => answer(307, &format!("location: {to}\r\n"), ""),
        Conduct::Hang => return None,
    };
    (&stream).write_all(answer.as_bytes()).ok()
}
