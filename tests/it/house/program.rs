//! Running the program itself.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};

use super::database::Database;

/// How a command ended.
#[derive(Debug)]
pub struct Outcome {
    /// The exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// What it gave.
    pub stdout: String,
    /// What it said.
    pub stderr: String,
}

impl Outcome {
    /// What it gave, having checked that it did what it should.
    #[track_caller]
    pub fn done(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.stdout
    }
}

/// The environment in which the program finds this database and data folder.
pub fn variables(database: &Database, data_dir: &Path, further: &[(&str, &str)]) -> BTreeMap<String, String> {
    let own = [("DATABASE_URL", database.url()), ("SOLIDARITY_DATA_DIR", data_dir.to_str().unwrap())];
    own.iter().chain(further).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The program with these variables and none of those that this process happens to have.
fn command(variables: &BTreeMap<String, String>, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_solidarity"));
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("SOLIDARITY_") || name.starts_with("DATABASE_"))
        {
            command.env_remove(name);
        }
    }
    // Several of them run at once on one machine.
    command.env("SOLIDARITY_METRICS_LISTEN", "off");
    command.args(arguments).envs(variables).stdin(Stdio::null());
    command
}

/// Runs the program to its end.
pub async fn run(variables: &BTreeMap<String, String>, arguments: &[&str]) -> Outcome {
    run_reading(variables, arguments, "").await
}

/// Runs the program to its end, with this on standard input.
pub async fn run_reading(variables: &BTreeMap<String, String>, arguments: &[&str], input: &str) -> Outcome {
    let mut command = command(variables, arguments);
    let input = input.to_owned();
    let output = tokio::task::spawn_blocking(move || {
        let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = pipes.spawn().unwrap();
        // A program that reads nothing may have closed it.
        let _ = std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.as_bytes());
        child.wait_with_output().unwrap()
    });
    let output = output.await.unwrap();
    Outcome {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A program that serves. Dropping it ends it at once.
pub struct Server {
    child: Child,
    log: BufReader<ChildStderr>,
    said: String,
}

impl Server {
    /// Starts it; [`Server::address`] waits until it is there.
    pub fn start(variables: &BTreeMap<String, String>, arguments: &[&str]) -> Self {
        let mut command = command(variables, arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        Self { child, log, said: String::new() }
    }

    /// Waits until it listens: `http://127.0.0.1:…`.
    pub fn address(&mut self) -> String {
        self.address_of("listening")
    }

    /// Waits until it tells how it is doing: `http://127.0.0.1:…/metrics`.
    pub fn metrics(&mut self) -> String {
        self.address_of("metrics")
    }

    fn address_of(&mut self, what: &str) -> String {
        loop {
            let mut line = String::new();
            let read = self.log.read_line(&mut line).unwrap();
            assert_ne!(read, 0, "it ended before it listened:\n{}", self.said);
            self.said += &line;
            if line.contains(what)
                && let Some(at) = line.find("http://")
            {
                return line[at..].split(['"', '\n']).next().unwrap().to_owned();
            }
        }
    }

    /// Waits until it says this.
    pub fn heard(&mut self, text: &str) {
        while !self.said.contains(text) {
            assert_ne!(
                self.log.read_line(&mut self.said).unwrap(),
                0,
                "it never said {text}:\n{}",
                self.said
            );
        }
    }

    /// Sends it a signal, such as `TERM`.
    pub fn signal(&self, signal: &str) {
        let process = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &process]).status().unwrap().success());
    }

    /// Waits for its end.
    pub fn outcome(mut self) -> Outcome {
        let mut stdout = String::new();
        std::io::Read::read_to_string(&mut self.child.stdout.take().unwrap(), &mut stdout).unwrap();
        std::io::Read::read_to_string(&mut self.log, &mut self.said).unwrap();
        let status = self.child.wait().unwrap();
        Outcome { code: status.code(), stdout, stderr: std::mem::take(&mut self.said) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
