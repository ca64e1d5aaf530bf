//! `solidarity demo`: the service with samples, in a folder that is thrown away.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};

use ::entity::account::Role;
use anyhow::{Context, ensure};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use clap::Args;
use secrecy::{ExposeSecret as _, SecretString};

use super::output::print;
use super::serve::until_stopped;
use super::signals::Signals;
use crate::config::flags::{Flags, Given, Trying};
use crate::config::{Config, settings};
use crate::ids;
use crate::rooms::accounts::{self, Address, Creation};
use crate::rooms::bundle::{self, CAMPAIGN, Mode, Options};
use crate::rooms::{keys, organisations, sessions};
use crate::start::{self, House};

/// The samples, as a bundle.
const SAMPLES: &[u8] = include_bytes!("../../samples/gallery.ndjson");
/// Who may do everything here.
const ADMIN: &str = "admin@example.org";
/// Whose own system a partner's key is for.
const PARTNER: &str = "Sample Lake Basin Aid Society";
/// The ports that are tried where none is named.
const PORTS: std::ops::Range<u16> = 8080..8180;

/// Try the service: samples in a fresh folder that is thrown away in the end
///
/// Takes port 8080, or the next one that is free. Everything in it is invented. Ctrl-C ends it and leaves nothing behind.
#[derive(Args)]
#[command(after_help = "Examples:
  solidarity demo
  solidarity demo --listen 127.0.0.1:9000")]
pub(super) struct Demo {
    #[command(flatten)]
    flags: Flags<Trying>,
}

impl Demo {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let folder = tempfile::Builder::new()
            .prefix("solidarity-demo-")
            .tempdir()
            .context("there is no room for a temporary folder")?;
        let config = settle(self.flags.given.clone(), &folder)?;
        let listener = match self.flags.given.values.contains_key(settings::LISTEN.key) {
            true => TcpListener::bind(config.listen)
                .with_context(|| format!("cannot listen on {}, as the flag --listen says", config.listen))?,
            false => first_free_port()?,
        };
        let signals = Signals::new()?;
        let house = start::open(&config, super::clock()).await?;
        let admin = fill(&house, &config).await?;
        until_stopped(&config, house, listener, signals, |running| {
            print(&welcome(&format!("http://{}", running.address), &admin))
        })
        .await?;
        folder.close().context("the temporary folder cannot be removed")
    }
}

/// The defaults in a folder of their own: what is configured for the real service has no business here.
fn settle(given: Given, folder: &tempfile::TempDir) -> anyhow::Result<Config> {
    let folder = folder.path().to_str().context("the path of the temporary folder is not UTF-8")?;
    let given = given.with(&settings::DATA_DIR, folder);
    let heard =
        [&settings::LOG, &settings::LOG_FORMAT, &settings::RATE_LIMITS].map(|setting| setting.variable);
    let environment = |name: &str| match Some(name) {
        // Nobody sets up a second factor to try something out.
        name if name == settings::REQUIRE_TOTP.variable => Some("false".into()),
        // Letters can be read in the folder, for as long as it is there.
        name if name == settings::MAIL.variable => Some("file".into()),
        other if heard.contains(&other) => std::env::var_os(name),
        _ => None,
    };
    let loaded = Config::load(&given, &environment)?;
    super::logging::begin(&loaded.config);
    Ok(loaded.config)
}

fn first_free_port() -> anyhow::Result<TcpListener> {
    for port in PORTS {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            other => return other.with_context(|| format!("cannot listen on 127.0.0.1:{port}")),
        }
    }
    anyhow::bail!("the ports {} to {} are all taken: name another with --listen", PORTS.start, PORTS.end - 1)
}

/// Somebody who may do everything, in this demonstration only.
struct Admin {
    password: SecretString,
    token: SecretString,
    /// A partner's.
    key: SecretString,
}

/// Fills the house before anybody is served.
async fn fill(house: &House, config: &Config) -> anyhow::Result<Admin> {
    let options = Options { namespace: CAMPAIGN, mode: Mode::Atomic, dry_run: false };
    let report = bundle::import(&house.db, &house.vault, SAMPLES, options, |_| {}).await?;
    ensure!(report.applied, "the samples are damaged");
    let password = SecretString::from(BASE64_URL_SAFE_NO_PAD.encode(ids::secret::<18>()?));
    let access = house.access(config)?;
    let creation = Creation {
        address: Address::new(&house.vault, ADMIN)?,
        role: Role::Admin,
        display_name: "Demo".to_owned(),
        hash: None,
    };
    let creation = creation.password(&access.passwords, &password).await?;
    let (account, _) = accounts::create(&house.db, &house.post, creation).await?;
    let token = sessions::begin_unasked(&house.db, &house.vault, &access, account).await?;
    let partner = organisations::of_name(house.db.reader(), PARTNER).await?.context("a sample is missing")?;
    let key = keys::give_out(&house.db, &house.vault, partner, "Demo").await?;
    Ok(Admin { password, token, key })
}

fn welcome(address: &str, admin: &Admin) -> String {
    let Admin { password, token, key } = admin;
    let (token, password, key) = (token.expose_secret(), password.expose_secret(), key.expose_secret());
    format!(
        "Solidarity is running at {address}
Everything in it is an invented sample: no person, group or event in it is real.

Read and try the API in a browser: {address}/docs

Or ask it:
  curl -s '{address}/v1/gallery'                       # the gallery at a glance
  curl -s '{address}/v1/gallery/countries/KE'          # one country's page
  curl -s '{address}/v1/gallery/search?q=circles'      # all kinds, best first

The private side, as an admin; this token holds for ten minutes:
  curl -s '{address}/v1/me' -H 'Authorization: Bearer {token}'
And this gives another one:
  curl -s '{address}/v1/sessions' --json '{{\"email\": \"{ADMIN}\", \"password\": \"{password}\"}}'

The system of a partner organisation asks for what is its own, with an API key:
  curl -s '{address}/v1/events' -H 'X-API-Key: {key}'

Ctrl-C ends it; nothing is kept."
    )
}
