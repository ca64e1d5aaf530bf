//! A mail server for tests: it speaks SMTP on loopback and keeps what it is given.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};

/// What it does when somebody wants to leave a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Takes it.
    Accept,
    /// Takes it, one after the other and not at once.
    Slow,
    /// Says "later" (451).
    Defer,
    /// Says "never" (550).
    Refuse,
    /// Knows nobody's password (535).
    Locked,
    /// Says nothing at all.
    Hang,
}

/// What somebody left.
#[derive(Clone, Debug, Default)]
pub struct Received {
    /// How they greeted.
    pub greeting: String,
    /// From whom it was said to be, and to whom, on the envelope.
    pub envelope: Vec<String>,
    /// Header and text, as they came.
    pub data: String,
}

/// A running mail server. Its thread ends with the test.
pub struct Mailbox {
    port: u16,
    manner: Arc<Mutex<Manner>>,
    letters: Receiver<Received>,
}

impl Mailbox {
    /// Begins to listen.
    pub fn open(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let manner = Arc::new(Mutex::new(manner));
        let (sender, letters) = channel();
        let current = manner.clone();
        std::thread::spawn(move || {
            let mut hung = Vec::new();
            for stream in listener.incoming().flatten() {
                let manner = *current.lock().unwrap();
                if manner == Manner::Hang {
                    hung.push(stream);
                    continue;
                }
                // Somebody who hangs up in the middle leaves nothing.
                if let Ok(Some(letter)) = talk(&stream, manner)
                    && sender.send(letter).is_err()
                {
                    return;
                }
            }
        });
        Self { port, manner, letters }
    }

    /// Its address, as the setting `mail` wants it.
    pub fn address(&self) -> String {
        format!("smtp://127.0.0.1:{}?timeout=1", self.port)
    }

    /// The same, for somebody with a password.
    pub fn address_with_password(&self) -> String {
        format!("smtp://someone:secret@127.0.0.1:{}?timeout=1", self.port)
    }

    /// Changes what it does from now on.
    pub fn set(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    /// What was left so far.
    pub fn letters(&self) -> Vec<Received> {
        self.letters.try_iter().collect()
    }
}

fn talk(stream: &TcpStream, manner: Manner) -> std::io::Result<Option<Received>> {
    let mut lines = BufReader::new(stream).lines();
    let say = |text: &str| (&mut &*stream).write_all(format!("{text}\r\n").as_bytes());
    let mut letter = Received::default();
    let mut whole = None;
    say("220 ready")?;
    while let Some(line) = lines.next() {
        let line = line?;
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
        match (&*verb, manner) {
            ("EHLO", _) => {
                letter.greeting = line;
                say("250-here\r\n250-8BITMIME\r\n250 AUTH PLAIN")?;
            }
            ("AUTH", Manner::Locked) => say("535 5.7.8 no")?,
            ("AUTH", _) => say("235 welcome")?,
            ("RCPT", Manner::Defer) => say("451 4.2.1 later")?,
            ("RCPT", Manner::Refuse) => say("550 5.1.1 never")?,
            ("MAIL" | "RCPT", _) => {
                letter.envelope.push(line);
                say("250 fine")?;
            }
            ("DATA", _) => {
                say("354 go on")?;
                for line in lines.by_ref() {
                    let line = line?;
                    if line == "." {
                        break;
                    }
                    letter.data += line.strip_prefix('.').unwrap_or(&line);
                    letter.data += "\n";
                }
                whole = Some(letter.clone());
                if manner == Manner::Slow {
                    std::thread::sleep(std::time::Duration::from_millis(30));
                }
                say("250 taken")?;
            }
            ("QUIT", _) => {
                say("221 goodbye")?;
                break;
            }
            _ => say("250 fine")?,
        }
    }
    Ok(whole)
}

/// A letter taken apart.
#[derive(Debug)]
pub struct Parsed {
    /// Every header with its name in lower case, encoded words decoded.
    pub headers: Vec<(String, String)>,
    /// The text, decoded; that of the first part where there are several.
    pub text: String,
    /// The parts behind the first.
    pub attachments: Vec<Self>,
}

impl Parsed {
    /// Takes a letter apart.
    pub fn new(data: &str) -> Self {
        let data = data.replace("\r\n", "\n");
        let (head, body) = data.split_once("\n\n").expect("an empty line after the header");
        assert!(head.is_ascii(), "{head}");
        let head = head.replace("\n ", " ").replace("\n\t", " ");
        let header = |line: &str| {
            let (name, value) = line.split_once(':').expect(line);
            (name.to_lowercase(), words(value.trim()))
        };
        let headers: Vec<_> = head.lines().map(header).collect();
        let mut parsed = Self { headers, text: String::new(), attachments: Vec::new() };
        if let Some((_, boundary)) = parsed.header("content-type").split_once("boundary=\"") {
            let line = format!("--{}", boundary.trim_end_matches('"'));
            let parts = body.split(&line).skip(1).take_while(|part| !part.starts_with("--"));
            let mut parts = parts.map(|part| {
                // The line break before the boundary belongs to it.
                let part = part.trim_start_matches('\n');
                Self::new(part.strip_suffix('\n').unwrap_or(part))
            });
            let first = parts.next().expect("a first part");
            (parsed.text, parsed.attachments) = (first.text, parts.collect());
            return parsed;
        }
        parsed.text = match parsed.header("content-transfer-encoding") {
            "base64" => base64(&body.replace('\n', "")),
            "quoted-printable" => quoted_printable(body),
            _ => body.to_owned(),
        }
        .replace("\r\n", "\n");
        parsed
    }

    /// A header; empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| &**value).unwrap_or_default()
    }
}

/// Decodes encoded words (RFC 2047) of UTF-8 in base64. The space between two of them means nothing.
fn words(value: &str) -> String {
    let (mut decoded, mut after_encoded) = (String::new(), false);
    for (place, word) in value.split(' ').enumerate() {
        let inner = word.strip_prefix("=?utf-8?b?").and_then(|word| word.strip_suffix("?="));
        if place > 0 && !(after_encoded && inner.is_some()) {
            decoded.push(' ');
        }
        decoded += &inner.map_or_else(|| word.to_owned(), base64);
        after_encoded = inner.is_some();
    }
    decoded
}

fn base64(text: &str) -> String {
    use ::base64::Engine as _;
    String::from_utf8(::base64::prelude::BASE64_STANDARD.decode(text).expect(text)).unwrap()
}

fn quoted_printable(text: &str) -> String {
    let text = text.replace("=\n", "");
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'=' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            other => other,
        });
    }
    String::from_utf8(bytes).unwrap()
}
