//! A collector of traces for tests: it takes what a program sends on loopback, and keeps it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A running collector. Its threads end with the test.
pub struct Collector {
    port: u16,
    told: Arc<Mutex<Vec<u8>>>,
}

impl Collector {
    /// Begins to listen.
    pub fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (port, told) = (listener.local_addr().unwrap().port(), Arc::new(Mutex::new(Vec::new())));
        let kept = told.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = kept.clone();
                // Whoever hangs up has said what there was to say.
                std::thread::spawn(move || listen(stream, &kept).ok());
            }
        });
        Self { port, told }
    }

    /// Its address, as the setting `otlp_endpoint` wants it.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// All that it was told, heads and bodies, in small letters; what is no text is left out.
    pub fn told(&self) -> String {
        String::from_utf8_lossy(&self.told.lock().unwrap()).to_lowercase()
    }
}

fn listen(stream: TcpStream, told: &Mutex<Vec<u8>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    loop {
        let (mut head, mut length) = (String::new(), 0);
        while !head.ends_with("\r\n\r\n") {
            let from = head.len();
            if reader.read_line(&mut head)? == 0 {
                return Ok(());
            }
            if let Some(said) = head[from..].to_lowercase().strip_prefix("content-length:") {
                length = said.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        told.lock().unwrap().extend([head.as_bytes(), &body].concat());
        (&stream).write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")?;
    }
}
