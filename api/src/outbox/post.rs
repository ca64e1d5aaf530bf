//! Where letters go.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use lettre::message::Mailbox;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use crate::vault::Vault;

/// How long a mail server may take for one letter, unless its address says otherwise.
const PATIENCE: Duration = Duration::from_secs(30);
/// Who letters to files are from, unless something is configured.
const NOBODY: &str = "no-reply@solidarity.invalid";

/// What is done with letters.
#[derive(Clone, Debug)]
pub enum Mail {
    /// Nothing: they are dropped.
    Off,
    /// They become files in the data folder.
    File,
    /// They are sent through a mail server.
    Smtp(Smtp),
}

/// A mail server.
#[derive(Clone, Debug)]
pub struct Smtp {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) secured: Secured,
    pub(super) account: Option<(String, SecretString)>,
    pub(super) patience: Duration,
}

/// How the way to a mail server is secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secured {
    /// By TLS from the beginning (RFC 8314).
    FromTheStart,
    /// By `STARTTLS` (RFC 3207), or not at all: it is not done without.
    ByCommand,
    /// Not: for servers on this very machine.
    Not,
}

impl Mail {
    /// Reads `off`, `file`, `smtp://user:password@host:port` or `smtps://…`. An address may end in `?timeout=SECONDS` and, for
    /// a server without TLS, in `?tls=off`; towards this very machine TLS is off unless it says `?tls=on`.
    ///
    /// # Errors
    /// A sentence that says what is allowed. It never repeats the address.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "off" => return Ok(Self::Off),
            "file" => return Ok(Self::File),
            _ => {}
        }
        let wrong = "must be off, file, or an address such as smtps://USER:PASSWORD@HOST or smtp://HOST:587";
        let url = Url::parse(text).map_err(|_| wrong.to_owned())?;
        // In brackets where it is an IPv6 address.
        let host = url.host_str().ok_or(wrong)?.trim_matches(['[', ']']).to_owned();
        let plain = matches!(url.path(), "" | "/") && url.fragment().is_none();
        let (mut secured, port) = match url.scheme() {
            "smtps" if plain => (Secured::FromTheStart, 465),
            "smtp" if plain && is_here(&host) => (Secured::Not, 587),
            "smtp" if plain => (Secured::ByCommand, 587),
            _ => return Err(wrong.to_owned()),
        };
        let mut patience = PATIENCE;
        for (name, value) in url.query_pairs() {
            match (&*name, &*value) {
                ("tls", "off") if secured != Secured::FromTheStart => secured = Secured::Not,
                ("tls", "on") if secured == Secured::Not => secured = Secured::ByCommand,
                ("tls", "on") => {}
                ("timeout", seconds) => match seconds.parse() {
                    Ok(seconds @ 1..=50) => patience = Duration::from_secs(seconds),
                    _ => return Err("has a timeout that is not between 1 and 50 seconds".to_owned()),
                },
                _ => {
                    return Err(
                        "knows no more than ?tls=on, ?tls=off (smtp only) and ?timeout=SECONDS".to_owned()
                    );
                }
            }
        }
        Ok(Self::Smtp(Smtp {
            host,
            port: url.port().unwrap_or(port),
            secured,
            account: account(&url)?,
            patience,
        }))
    }
}

/// Whether a host is this very machine.
fn is_here(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn account(url: &Url) -> Result<Option<(String, SecretString)>, String> {
    let plain = |text: &str| {
        let text = percent_encoding::percent_decode_str(text).decode_utf8();
        text.map(String::from).map_err(|_| "has a user or password that is not UTF-8".to_owned())
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) | (_, None) => Err("must have both a user and a password, or neither".to_owned()),
        (user, Some(password)) => Ok(Some((plain(user)?, plain(password)?.into()))),
    }
}

/// Who letters are from.
#[derive(Clone, Debug)]
pub struct Sender(pub(super) Mailbox);

impl Sender {
    /// Reads an address, also with a name: `no-reply@example.org`, `A name <no-reply@example.org>`.
    ///
    /// # Errors
    /// A sentence that says what is allowed.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong =
            "must be an e-mail address, such as no-reply@example.org or A name <no-reply@example.org>";
        text.parse().map(Self).map_err(|_| wrong.to_owned())
    }
}

/// What links begin with where nobody said how clients reach this server.
const BASE: &str = "http://127.0.0.1:8080";

/// Takes letters. What it needs to seal and send them is in it.
#[derive(Clone)]
pub struct Post {
    pub(super) vault: Arc<Vault>,
    pub(super) mail: Arc<Mail>,
    pub(super) from: Arc<Mailbox>,
    pub(super) folder: Arc<PathBuf>,
    base: Arc<str>,
}

impl fmt::Debug for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Post").finish_non_exhaustive()
    }
}

impl Post {
    /// Puts together what is configured.
    ///
    /// # Errors
    /// If no sender is given and letters are to be sent; the settings are checked for that before.
    pub fn new(
        mail: &Mail,
        from: Option<&Sender>,
        data_dir: &Path,
        vault: Arc<Vault>,
    ) -> anyhow::Result<Self> {
        let from = match (from, mail) {
            (Some(sender), _) => sender.0.clone(),
            (None, Mail::Smtp(_)) => anyhow::bail!("letters need a sender"),
            (None, Mail::Off | Mail::File) => NOBODY.parse()?,
        };
        let folder = Arc::new(data_dir.join("mail"));
        let (mail, from, base) = (Arc::new(mail.clone()), Arc::new(from), BASE.into());
        Ok(Self { vault, mail, from, folder, base })
    }

    /// The address that links in letters begin with, where it is known.
    pub fn at(mut self, public_url: Option<&Url>) -> Self {
        if let Some(url) = public_url {
            self.base = url.as_str().trim_end_matches('/').into();
        }
        self
    }

    /// A link for a letter. The token stands behind `#`: browsers do not send that part, so no server or proxy logs it.
    pub fn link(&self, page: &str, token: &SecretString) -> String {
        format!("{}/{page}#{}", self.base, token.expose_secret())
    }

    /// A link for a letter to somebody who has the token already: it is told once.
    pub fn page(&self, page: &str) -> String {
        format!("{}/{page}", self.base)
    }

    /// The whole address of a path of this server.
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The master key.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Whether letters are dropped, so that a link has to reach its reader in another way.
    pub fn is_off(&self) -> bool {
        matches!(*self.mail, Mail::Off)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smtp(text: &str) -> Smtp {
        match Mail::parse(text).unwrap() {
            Mail::Smtp(smtp) => smtp,
            _ => panic!("{text}"),
        }
    }

    #[test]
    fn tls_is_used_unless_the_server_is_here_or_it_is_said() {
        for (text, host, port, secured) in [
            ("smtps://mail.example.org", "mail.example.org", 465, Secured::FromTheStart),
            ("smtp://mail.example.org", "mail.example.org", 587, Secured::ByCommand),
            ("smtp://mail.example.org:25/?tls=off", "mail.example.org", 25, Secured::Not),
            ("smtp://127.0.0.1:1025", "127.0.0.1", 1025, Secured::Not),
            ("smtp://[::1]:1025?tls=on", "::1", 1025, Secured::ByCommand),
            ("smtp://localhost", "localhost", 587, Secured::Not),
        ] {
            let found = smtp(text);
            assert_eq!((&*found.host, found.port, found.secured), (host, port, secured), "{text}");
        }
        assert_eq!(smtp("smtp://mail.example.org?timeout=5").patience, Duration::from_secs(5));
    }

    #[test]
    fn users_and_passwords_are_decoded_and_never_shown() {
        let found = smtp("smtps://me%40example.org:a%2Fb%20c@mail.example.org");
        let (user, password) = found.account.clone().unwrap();
        assert_eq!((&*user, password.expose_secret()), ("me@example.org", "a/b c"));
        assert!(!format!("{found:?}").contains("a/b"));
    }

    #[test]
    fn what_is_no_address_is_refused_without_being_repeated() {
        for text in [
            "",
            "on",
            "https://mail.example.org",
            "smtp://",
            "smtp://secret@mail.example.org",
            "smtp://:secret@mail.example.org",
            "smtps://mail.example.org?tls=off",
            "smtp://mail.example.org?secret=1",
            "smtp://mail.example.org?timeout=0",
            "smtp://mail.example.org/secret",
        ] {
            let said = Mail::parse(text).unwrap_err();
            assert!(!said.contains("secret"), "{text}: {said}");
        }
        assert!(Sender::parse("A name <no-reply@example.org>\r\nBcc: x@example.org").is_err());
        assert!(Sender::parse("no-reply@example.org").is_ok());
    }
}
