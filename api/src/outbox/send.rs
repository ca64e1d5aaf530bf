//! Sending one letter: as a file, or through a mail server.

use std::io::Write as _;
use std::path::Path;

use chrono::{DateTime, Utc};
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Category;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message as Email, Tokio1Executor};
use secrecy::ExposeSecret as _;
use tokio::time::timeout;
use uuid::Uuid;

use super::letter::{Letter, Reminder};
use super::post::{Mail, Post, Secured, Smtp};
use super::{Outcome, texts};

/// Says that no person wrote it, so that none of their machines answers (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// How no more of these are had (RFC 2369).
#[derive(Clone)]
struct ListUnsubscribe(String);

impl Header for ListUnsubscribe {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe")
    }

    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(text.to_owned()))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.clone())
    }
}

/// That it takes no more than a POST (RFC 8058).
#[derive(Clone)]
struct ListUnsubscribePost;

impl Header for ListUnsubscribePost {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe-Post")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "List-Unsubscribe=One-Click".to_owned())
    }
}

/// Sends a letter that waits nowhere, under an identifier of its own: sent twice, it is the same letter to whoever gets it.
pub async fn send_now(post: &Post, id: Uuid, letter: &Letter, now: DateTime<Utc>) -> Outcome {
    send(post, id, letter, now).await
}

/// Sends it. Sent twice it is the same letter: its `Message-ID` and its file have the same name.
pub(super) async fn send(post: &Post, id: Uuid, letter: &Letter, written_at: DateTime<Utc>) -> Outcome {
    let Ok(to) = letter.to.parse() else { return Outcome::GiveUp("bad_address") };
    let Ok(email) = compose(post, id, letter, to, written_at) else { return Outcome::GiveUp("bad_letter") };
    match &*post.mail {
        Mail::Off => Outcome::Retry("mail_off"),
        Mail::File => put(post.folder.to_path_buf(), id, email.formatted()).await,
        Mail::Smtp(smtp) => hand_over(smtp, post, email).await,
    }
}

fn compose(
    post: &Post,
    id: Uuid,
    letter: &Letter,
    to: lettre::Address,
    written_at: DateTime<Utc>,
) -> Result<Email, lettre::error::Error> {
    let (subject, text) = texts::text(letter.language, &letter.message);
    let email = Email::builder()
        .from((*post.from).clone())
        .to(Mailbox::new(None, to))
        .subject(subject)
        .date(written_at.into())
        .message_id(Some(format!("<{id}@{}>", post.from.email.domain())))
        .header(AutoSubmitted);
    let email = match letter.message.stops() {
        Some((one_click, _)) => {
            let email = email.header(ListUnsubscribe(format!("<{one_click}>")));
            // Without TLS anybody on the way could do it for them, and mail programs would not.
            if one_click.starts_with("https://") { email.header(ListUnsubscribePost) } else { email }
        }
        None => email,
    };
    match letter.message.reminder() {
        Some(reminder) => email.multipart(with_calendar(id, text, reminder)?),
        None => email.header(ContentType::TEXT_PLAIN).body(text),
    }
}

/// The text and the calendar file. What divides them is made from the letter's identifier: sent twice it is the same.
fn with_calendar(id: Uuid, text: String, reminder: &Reminder) -> Result<MultiPart, lettre::error::Error> {
    let calendar = ContentType::parse("text/calendar; charset=utf-8; method=PUBLISH");
    let calendar = calendar.map_err(|_| lettre::error::Error::NonAsciiChars)?;
    let file = Attachment::new("event.ics".to_owned()).body(reminder.calendar.clone(), calendar);
    let parts = MultiPart::mixed().boundary(format!("part-{}", id.simple()));
    Ok(parts.singlepart(SinglePart::plain(text)).singlepart(file))
}

/// Puts it into the folder, for its owner only and whole or not at all.
async fn put(folder: std::path::PathBuf, id: Uuid, bytes: Vec<u8>) -> Outcome {
    let written = tokio::task::spawn_blocking(move || write(&folder, id, &bytes)).await;
    match written {
        Ok(Ok(())) => Outcome::Done,
        Ok(Err(error)) => {
            tracing::error!(cause = %error, "a letter cannot be written to the mail folder");
            Outcome::Retry("file")
        }
        Err(_) => Outcome::Retry("file"),
    }
}

fn write(folder: &Path, id: Uuid, bytes: &[u8]) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    builder.create(folder)?;
    let draft = folder.join(format!(".{id}.draft"));
    let mut file = options.open(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(draft, folder.join(format!("{id}.eml")))
}

async fn hand_over(smtp: &Smtp, post: &Post, email: Email) -> Outcome {
    let Ok(server) = server(smtp, post) else { return Outcome::Retry("tls") };
    // The transport itself bounds no more than the time to connect.
    match timeout(smtp.patience, server.send(email)).await {
        Ok(Ok(_)) => Outcome::Done,
        Ok(Err(error)) => judge(&error),
        Err(_) => Outcome::Retry("timeout"),
    }
}

fn server(
    smtp: &Smtp,
    post: &Post,
) -> Result<AsyncSmtpTransport<Tokio1Executor>, lettre::transport::smtp::Error> {
    let parameters = || TlsParameters::new(smtp.host.clone());
    let tls = match smtp.secured {
        Secured::FromTheStart => Tls::Wrapper(parameters()?),
        Secured::ByCommand => Tls::Required(parameters()?),
        Secured::Not => Tls::None,
    };
    // It greets with the sender's domain: what this machine is called is nobody's business.
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(smtp.host.clone())
        .port(smtp.port)
        .tls(tls)
        .timeout(Some(smtp.patience))
        .hello_name(ClientId::Domain(post.from.email.domain().to_owned()));
    if let Some((user, password)) = &smtp.account {
        builder = builder.credentials(Credentials::new(user.clone(), password.expose_secret().to_owned()));
    }
    Ok(builder.build())
}

/// Given up only where the server said for good that it does not take this letter. A refused password or an unknown command
/// is the operator's to mend, and the letter can wait for that.
fn judge(error: &lettre::transport::smtp::Error) -> Outcome {
    match error.status() {
        Some(code) if error.is_permanent() && code.category == Category::MailSystem => {
            Outcome::GiveUp("refused")
        }
        Some(_) if error.is_permanent() => Outcome::Retry("rejected"),
        Some(_) => Outcome::Retry("deferred"),
        None if error.is_timeout() => Outcome::Retry("timeout"),
        None if error.is_tls() => Outcome::Retry("tls"),
        None => Outcome::Retry("connection"),
    }
}
