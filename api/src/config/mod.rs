//! The settings of the service: one struct, from defaults, a file, the environment and the command line.
//!
//! What settings there are stands in one table, [`settings`]. [`Config::load`] finds each where it was said last
//! ([`sources`]), checks them all and tells every fault at once. [`report`] shows what holds, without secrets.

pub mod flags;
pub mod report;
pub mod settings;
pub mod sources;

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::TimeDelta;
use secrecy::SecretString;
use tracing_subscriber::EnvFilter;
use url::Url;

use crate::access::password::Cost;
use crate::db::Target;
use crate::http::limits::client::Proxies;
use crate::http::limits::rate::{FormRates, Rate};
use crate::outbox::{Authorities, Mail, Sender, Targets};
use crate::vault::Vault;
use flags::Given;
use settings::Setting;
use sources::{Environment, Faults, Found, Origin, Reader};

/// Mebibytes beyond which the cache would be a mistake.
const MOST_CACHE: u64 = 65_536;
/// Milliseconds for which the database may be silent: not shorter than looks take, nor longer than a withdrawal may matter.
const CACHE_TRUST: RangeInclusive<u64> = 200..=60_000;
/// Days for which a proposal may wait for a second person.
const PROPOSAL_DAYS: RangeInclusive<i64> = 1..=90;
/// Seconds that a webhook may be given: no longer than somebody is given up who delivers to it.
const WEBHOOK_TIMEOUT: RangeInclusive<u64> = 1..=30;

/// Every setting, validated.
#[derive(Clone, Debug)]
pub struct Config {
    /// The database.
    pub database: Target,
    /// An account of its own for the public side.
    pub database_public: Option<Target>,
    /// Where keys and the embedded database live.
    pub data_dir: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where to tell how the service is doing, if anywhere.
    pub metrics_listen: Option<SocketAddr>,
    /// How clients reach this server.
    pub public_url: Option<Url>,
    /// How often one address may ask; without it, as often as it likes.
    pub rate_limit: Option<Rate>,
    /// How many forms may be sent without credentials; without it, as many as somebody likes.
    pub form_limits: Option<FormRates>,
    /// How often one API key may ask; without it, as often as it likes.
    pub key_limits: Option<Rate>,
    /// Whether an API key that turned up in an address works no more.
    pub refuse_exposed_keys: bool,
    /// Who is believed about the address of a client.
    pub trusted_proxies: Proxies,
    /// Bytes of finished answers that are kept; 0 keeps none.
    pub cache: u64,
    /// For how long they are given while the database is silent.
    pub cache_trust: Duration,
    /// Whether admins and moderators sign in with a second factor only.
    pub require_totp: bool,
    /// What the hash of a password costs.
    pub password_cost: Cost,
    /// How long what one person proposed waits for a second one.
    pub proposals_last: TimeDelta,
    /// How logs are written.
    pub log_format: LogFormat,
    /// What is logged, as a filter of levels and modules.
    pub log: String,
    /// Where traces go, if anywhere.
    pub otlp_endpoint: Option<Url>,
    /// Whether this process also does deferred work.
    pub worker: bool,
    /// What is done with letters.
    pub mail: Mail,
    /// Who letters are from.
    pub mail_from: Option<Sender>,
    /// Where webhooks may be.
    pub webhook_targets: Targets,
    /// How long a webhook may take to answer.
    pub webhook_timeout: Duration,
    /// Who vouches for the servers of webhooks.
    pub webhook_authorities: Authorities,
    /// The master key, if it is not kept in the data folder.
    pub master_key: Option<SecretString>,
}

/// How logs are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs: one object a line.
    Json,
}

/// The settings, and where each was found.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The settings.
    pub config: Config,
    /// How they were found, in the order of the table.
    pub found: Vec<Found>,
}

impl Config {
    /// Finds and checks every setting.
    ///
    /// # Errors
    /// Everything that is wrong, each with its setting and where it was said.
    pub fn load(flags: &Given, environment: Environment<'_>) -> Result<Loaded, Faults> {
        let mut reader = Reader::new(flags, environment);
        let data_dir = reader.read(&settings::DATA_DIR, None, folder);
        let default = settings::DATABASE
            .default
            .zip(data_dir.as_deref().and_then(Path::to_str))
            .map(|(default, folder)| default.replace("<data-dir>", folder));
        let database = reader.read(&settings::DATABASE, default, Target::parse);
        let database_public = reader.read(&settings::DATABASE_PUBLIC_URL, None, Target::parse);
        let on_postgres = |target: &Option<Target>| matches!(target, None | Some(Target::Postgres(_)));
        if database_public.is_some() && !(on_postgres(&database) && on_postgres(&database_public)) {
            reader.refuse(
                &settings::DATABASE_PUBLIC_URL,
                "has a meaning only where this and the database are both on PostgreSQL",
            );
        }
        let listen = reader.read(&settings::LISTEN, None, |text| {
            text.parse().map_err(|_| {
                "must be an address and a port, such as 127.0.0.1:8080, 0.0.0.0:80 or [::1]:8080".to_owned()
            })
        });
        let metrics_listen = reader.read(&settings::METRICS_LISTEN, None, |text| match text {
            "off" => Ok(None),
            text => text.parse().map(Some).map_err(|_| {
                "must be off, or an address and a port, such as 127.0.0.1:9090 or [::1]:9090".to_owned()
            }),
        });
        let public_url = reader.read(&settings::PUBLIC_URL, None, address);
        let rate_limit = reader.read(&settings::RATE_LIMITS, None, Rate::parse);
        let form_limits = reader.read(&settings::FORM_LIMITS, None, FormRates::parse);
        let key_limits = reader.read(&settings::KEY_LIMITS, None, Rate::parse);
        let refuse_exposed_keys = reader.read(&settings::EXPOSED_KEYS, None, |text| match text {
            "keep" => Ok(false),
            "refuse" => Ok(true),
            _ => Err("must be keep or refuse".to_owned()),
        });
        let trusted_proxies = reader.read(&settings::TRUSTED_PROXIES, None, Proxies::parse);
        let cache = reader.read(&settings::CACHE_MIB, None, |text| {
            let mebibytes = text.parse::<u64>().ok().filter(|number| *number <= MOST_CACHE);
            mebibytes.map(|number| number << 20).ok_or_else(|| format!("must be 0 to {MOST_CACHE}"))
        });
        let cache_trust = reader.read(&settings::CACHE_TRUST_MS, None, |text| {
            let milliseconds = text.parse().ok().filter(|number| CACHE_TRUST.contains(number));
            let wrong = || format!("must be {} to {}", CACHE_TRUST.start(), CACHE_TRUST.end());
            milliseconds.map(Duration::from_millis).ok_or_else(wrong)
        });
        let require_totp = reader.read(&settings::REQUIRE_TOTP, None, |text| {
            text.parse::<bool>().map_err(|_| "must be true or false".to_owned())
        });
        let password_cost = reader.read(&settings::PASSWORD_COST, None, Cost::parse);
        let proposals_last = reader.read(&settings::PROPOSAL_DAYS, None, |text| {
            let days = text.parse().ok().filter(|number| PROPOSAL_DAYS.contains(number));
            let wrong = || format!("must be {} to {}", PROPOSAL_DAYS.start(), PROPOSAL_DAYS.end());
            days.map(TimeDelta::days).ok_or_else(wrong)
        });
        let log_format = reader.read(&settings::LOG_FORMAT, None, |text| match text {
            "text" => Ok(LogFormat::Text),
            "json" => Ok(LogFormat::Json),
            _ => Err("must be text or json".to_owned()),
        });
        let log = reader.read(&settings::LOG, None, |text| match text.parse::<EnvFilter>() {
            Ok(_) => Ok(text.to_owned()),
            Err(_) => Err("must be levels and modules, such as warn or info,sqlx=debug".to_owned()),
        });
        let otlp_endpoint = reader.read(&settings::OTLP_ENDPOINT, None, collector);
        let worker = reader.read(&settings::WORKER, None, |text| {
            text.parse::<bool>().map_err(|_| "must be true or false".to_owned())
        });
        let mail = reader.read(&settings::MAIL, None, Mail::parse);
        let mail_from = reader.read(&settings::MAIL_FROM, None, Sender::parse);
        if matches!(mail, Some(Mail::Smtp(_))) && mail_from.is_none() {
            reader.refuse(&settings::MAIL_FROM, "must be set where letters are sent");
        }
        let loopback = reader.read(&settings::WEBHOOK_LOOPBACK, None, |text| {
            text.parse::<bool>().map_err(|_| "must be true or false".to_owned())
        });
        let webhook_timeout = reader.read(&settings::WEBHOOK_TIMEOUT, None, |text| {
            let seconds = text.parse().ok().filter(|number| WEBHOOK_TIMEOUT.contains(number));
            let wrong = || format!("must be {} to {}", WEBHOOK_TIMEOUT.start(), WEBHOOK_TIMEOUT.end());
            seconds.map(Duration::from_secs).ok_or_else(wrong)
        });
        let authorities =
            reader.read(&settings::WEBHOOK_CA_FILE, None, |file| Authorities::public().and(Path::new(file)));
        let master_key = reader.read(&settings::MASTER_KEY, None, key);
        let found = reader.finish()?;
        // Not reached: what has a default and no fault is there.
        let missing = || Faults(Vec::new());
        let config = Self {
            database: database.ok_or_else(missing)?,
            database_public,
            data_dir: data_dir.ok_or_else(missing)?,
            listen: listen.ok_or_else(missing)?,
            metrics_listen: metrics_listen.ok_or_else(missing)?,
            public_url,
            rate_limit: rate_limit.ok_or_else(missing)?,
            form_limits: form_limits.ok_or_else(missing)?,
            key_limits: key_limits.ok_or_else(missing)?,
            refuse_exposed_keys: refuse_exposed_keys.ok_or_else(missing)?,
            trusted_proxies: trusted_proxies.unwrap_or_default(),
            cache: cache.ok_or_else(missing)?,
            cache_trust: cache_trust.ok_or_else(missing)?,
            require_totp: require_totp.ok_or_else(missing)?,
            password_cost: password_cost.ok_or_else(missing)?,
            proposals_last: proposals_last.ok_or_else(missing)?,
            log_format: log_format.ok_or_else(missing)?,
            log: log.ok_or_else(missing)?,
            otlp_endpoint,
            worker: worker.ok_or_else(missing)?,
            mail: mail.ok_or_else(missing)?,
            mail_from,
            webhook_targets: Targets { loopback: loopback.ok_or_else(missing)? },
            webhook_timeout: webhook_timeout.ok_or_else(missing)?,
            webhook_authorities: authorities.unwrap_or_else(Authorities::public),
            master_key,
        };
        Ok(Loaded { config, found })
    }
}

impl Loaded {
    /// Whether nobody said anything about a setting.
    pub fn is_default(&self, setting: &Setting) -> bool {
        self.found.iter().any(|found| found.setting.key == setting.key && found.origin == Origin::Default)
    }

    /// A setting's name and where it was found, for messages: `listen (flag --listen)`.
    pub fn named(&self, setting: &Setting) -> String {
        let found = self.found.iter().find(|found| found.setting.key == setting.key);
        match found {
            Some(found) => format!("{} ({})", setting.key, found.origin),
            None => setting.key.to_owned(),
        }
    }
}

fn folder(text: &str) -> Result<PathBuf, String> {
    if text.is_empty() || text.contains('\0') {
        return Err("must be the path of a folder".to_owned());
    }
    Ok(text.into())
}

fn address(text: &str) -> Result<Url, String> {
    let plain = |url: &Url| {
        matches!(url.scheme(), "http" | "https")
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
    };
    let url = Url::parse(text).ok().filter(plain);
    url.ok_or(
        "must be an address such as https://gallery.example.org, without query and credentials".to_owned(),
    )
}

/// Without TLS, so that the program carries no more than a collector nearby needs.
fn collector(text: &str) -> Result<Url, String> {
    if !cfg!(feature = "otlp") {
        return Err("has a meaning only in a program built with the feature otlp".to_owned());
    }
    address(text)
        .ok()
        .filter(|url| url.scheme() == "http")
        .ok_or_else(|| "must be the address of a collector, such as http://127.0.0.1:4318".to_owned())
}

/// The vault knows what a key is; given one, it touches no file.
fn key(text: &str) -> Result<SecretString, String> {
    let key = SecretString::from(text);
    match Vault::open(Path::new(""), Some(&key)) {
        Ok(_) => Ok(key),
        Err(_) => Err("must be 64 hexadecimal digits".to_owned()),
    }
}

#[cfg(test)]
mod tests;
