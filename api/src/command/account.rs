//! `solidarity account`: letting the first people in.

use std::io::BufRead as _;

use ::entity::account::Role;
use anyhow::{Context, bail, ensure};
use clap::{Args, Subcommand};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use super::output::{print, print_json};
use crate::access::password::Passwords;
use crate::config::flags::{Common, Flags};
use crate::http::json::Shape;
use crate::rooms::accounts::{self, Address, Creation};
use crate::start;

/// Work on accounts
#[derive(Args)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Example:
  solidarity account create --email amina@example.org --role admin"
)]
pub(super) struct Account {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Make an account
    ///
    /// Prints a one-time token with which its owner chooses a password, good for seven days; or takes the password from
    /// standard input. There are no accounts but those that are made: the first admin is made with this. A server may run
    /// meanwhile.
    #[command(after_help = "Examples:
  solidarity account create --email amina@example.org --role admin
  solidarity account create --email amina@example.org --role admin --password-stdin < password.txt")]
    Create {
        /// Its e-mail address
        #[arg(long)]
        email: String,
        /// What it may do
        #[arg(long, value_parser = Role::ALL.iter().map(|role| role.as_str()).collect::<Vec<_>>())]
        role: String,
        /// The name or pseudonym that others see; without one, the role
        #[arg(long)]
        display_name: Option<String>,
        /// Take the password from the first line of standard input
        #[arg(long)]
        password_stdin: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        flags: Flags<Common>,
    },
}

impl Account {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let What::Create { email, role, display_name, password_stdin, json, flags } = self.what;
        let role = Role::ALL
            .iter()
            .copied()
            .find(|known| known.as_str() == role)
            .context("there is no such role")?;
        let display_name = display_name.unwrap_or_else(|| role.to_string()).trim().to_owned();
        check(&email, &display_name)?;
        let password = if password_stdin { Some(read_password()?) } else { None };
        let loaded = super::settle(&flags.given)?;
        let house = start::open(&loaded.config, super::clock()).await?;
        let passwords = Passwords::new(loaded.config.password_cost)?;
        let address = Address::new(&house.vault, &email)?;
        let mut creation = Creation { address, role, display_name, hash: None };
        let made = async {
            if let Some(password) = &password {
                creation = creation.password(&passwords, password).await?;
            }
            accounts::create(&house.db, &house.post, creation).await
        }
        .await;
        house.close().await?;
        let (id, link) = made.map_err(|problem| explained(&problem))?;
        let token = link.as_ref().map(|link| link.token.expose_secret());
        let expires_at = link.as_ref().map(|link| link.expires_at);
        if json {
            return print_json(&json!({"id": id, "role": role, "token": token, "expires_at": expires_at}));
        }
        let (Some(token), Some(expires_at)) = (token, expires_at) else {
            return print(&format!("{id}: an account with the role {role}, ready to sign in"));
        };
        let until = expires_at.format("%Y-%m-%d %H:%M");
        let base = loaded.config.public_url.as_ref().map_or("http://127.0.0.1:8080", |url| url.as_str());
        print(&format!(
            "{id}: an account with the role {role}, invited

Its owner chooses a password with this token, once, until {until} UTC:
  curl --json '{{\"token\": \"{token}\", \"password\": \"…\"}}' {}/v1/invitations/accept",
            base.trim_end_matches('/')
        ))
    }
}

/// What the schema asks of the same members over HTTP.
fn check(email: &str, display_name: &str) -> anyhow::Result<()> {
    let shape = Shape::of::<accounts::InviteIn>()?;
    let faults = shape.faults(&json!({"email": email, "role": "member", "display_name": display_name}));
    let told: Vec<String> = faults.iter().map(|fault| format!("{:?} {}", fault.at, fault.detail)).collect();
    ensure!(told.is_empty(), "the account cannot be made: {}", told.join("; "));
    Ok(())
}

fn read_password() -> anyhow::Result<SecretString> {
    let mut line = zeroize::Zeroizing::new(String::new());
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .context("the password cannot be read from standard input")?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        bail!("there is no password on standard input");
    }
    ensure!(password.len() <= 1024, "the password is too long");
    Ok(password.into())
}

/// What went wrong, with what the input is to blame for.
fn explained(problem: &crate::problem::Problem) -> anyhow::Error {
    let faults: Vec<&str> = problem.faults().iter().map(|fault| &*fault.detail).collect();
    match faults.is_empty() {
        true => anyhow::anyhow!("{}", problem.said()),
        false => anyhow::anyhow!("the password {}", faults.join("; ")),
    }
}
