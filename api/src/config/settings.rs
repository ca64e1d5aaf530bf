//! The table of settings. Reading, checking, `--help`, `config check` and the documentation are all made from it.

/// One setting: where it may come from, and what it is for.
#[derive(Debug)]
pub struct Setting {
    /// Its name, which is its key in a configuration file.
    pub key: &'static str,
    /// Its flag on the command line.
    pub flag: Option<Flag>,
    /// Its environment variable.
    pub variable: Option<&'static str>,
    /// What holds where nothing is said. `<data-dir>` stands for the data folder.
    pub default: Option<&'static str>,
    /// What it is for, in one sentence.
    pub help: &'static str,
    /// How much of its value may be shown.
    pub shown: Shown,
}

/// How a setting is given on the command line.
#[derive(Debug)]
pub enum Flag {
    /// `--name VALUE`: the name, and a word that stands for the value.
    Value(&'static str, &'static str),
    /// `--no-…`, a flag that turns it off: the name.
    Off(&'static str),
}

impl Flag {
    /// Its name, without the dashes.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Value(name, _) | Self::Off(name) => name,
        }
    }
}

/// How much of a value may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// All of it.
    Whole,
    /// An address, without its password.
    WithoutPassword,
    /// A word, but not an address, which may hold a password.
    UnlessAddress,
    /// Nothing.
    Never,
}

/// Which database.
pub static DATABASE: Setting = Setting {
    key: "database",
    flag: Some(Flag::Value("database", "URL")),
    variable: Some("DATABASE_URL"),
    default: Some("sqlite://<data-dir>/solidarity.db"),
    help: "The database: sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME",
    shown: Shown::WithoutPassword,
};
/// Another way to the same database, for public reads.
pub static DATABASE_PUBLIC_URL: Setting = Setting {
    key: "database_public_url",
    flag: None,
    variable: Some("DATABASE_PUBLIC_URL"),
    default: None,
    help: "The same PostgreSQL database through an account that may read the gallery tables only; public calls use it",
    shown: Shown::WithoutPassword,
};
/// Where files are kept.
pub static DATA_DIR: Setting = Setting {
    key: "data_dir",
    flag: Some(Flag::Value("data-dir", "DIR")),
    variable: Some("SOLIDARITY_DATA_DIR"),
    default: Some("data"),
    help: "The folder of the keys, the ledger of erasures and the SQLite database; made where there is none",
    shown: Shown::Whole,
};
/// Where to listen.
pub static LISTEN: Setting = Setting {
    key: "listen",
    flag: Some(Flag::Value("listen", "ADDRESS")),
    variable: Some("SOLIDARITY_LISTEN"),
    default: Some("127.0.0.1:8080"),
    help: "The address and port to listen on; port 0 takes a free one",
    shown: Shown::Whole,
};
/// Where to tell how the service is doing.
pub static METRICS_LISTEN: Setting = Setting {
    key: "metrics_listen",
    flag: Some(Flag::Value("metrics-listen", "ADDRESS")),
    variable: Some("SOLIDARITY_METRICS_LISTEN"),
    default: Some("127.0.0.1:9090"),
    help: "The address and port of /metrics for Prometheus, which the world must not reach; or off",
    shown: Shown::Whole,
};
/// How the world calls this server.
pub static PUBLIC_URL: Setting = Setting {
    key: "public_url",
    flag: Some(Flag::Value("public-url", "URL")),
    variable: Some("SOLIDARITY_PUBLIC_URL"),
    default: None,
    help: "The address under which clients reach this server, for the documents that name it",
    shown: Shown::Whole,
};
/// How often one address may ask.
pub static RATE_LIMITS: Setting = Setting {
    key: "rate_limits",
    flag: None,
    variable: Some("SOLIDARITY_RATE_LIMITS"),
    default: Some("1200/min"),
    help: "How many requests one address may make per s, min or h (all of them may come at once), or off",
    shown: Shown::Whole,
};
/// How many forms may be sent without credentials.
pub static FORM_LIMITS: Setting = Setting {
    key: "form_limits",
    flag: None,
    variable: Some("SOLIDARITY_FORM_LIMITS"),
    default: Some("20/h, 600/h"),
    help: "How many forms (such as a submission) one address, and all together, may send per s, min or h, or off; rate_limits \
           off lifts this too",
    shown: Shown::Whole,
};
/// How often one API key may ask.
pub static KEY_LIMITS: Setting = Setting {
    key: "key_limits",
    flag: None,
    variable: Some("SOLIDARITY_KEY_LIMITS"),
    default: Some("600/min"),
    help: "How many requests one API key may make per s, min or h, from wherever they come, or off; rate_limits off lifts this too",
    shown: Shown::Whole,
};
/// What becomes of API keys that turned up in an address.
pub static EXPOSED_KEYS: Setting = Setting {
    key: "exposed_keys",
    flag: None,
    variable: Some("SOLIDARITY_EXPOSED_KEYS"),
    default: Some("keep"),
    help: "What becomes of an API key that turned up in an address, where logs may hold it: keep (its admins are told, and it works \
           in the header until it is rotated) or refuse",
    shown: Shown::Whole,
};
/// Who is believed about addresses.
pub static TRUSTED_PROXIES: Setting = Setting {
    key: "trusted_proxies",
    flag: None,
    variable: Some("SOLIDARITY_TRUSTED_PROXIES"),
    default: None,
    help: "Addresses and networks of the proxies in front, separated by commas: their Forwarded or X-Forwarded-For is believed",
    shown: Shown::Whole,
};
/// How much is kept ready.
pub static CACHE_MIB: Setting = Setting {
    key: "cache_mib",
    flag: None,
    variable: Some("SOLIDARITY_CACHE_MIB"),
    default: Some("32"),
    help: "Mebibytes of finished answers that are kept ready in memory; 0 keeps none",
    shown: Shown::Whole,
};
/// How long what is kept is trusted.
pub static CACHE_TRUST_MS: Setting = Setting {
    key: "cache_trust_ms",
    flag: None,
    variable: Some("SOLIDARITY_CACHE_TRUST_MS"),
    default: Some("500"),
    help: "Milliseconds for which kept answers are given while the database is silent; more only where no other process \
           writes to it, for what that withdraws meanwhile would still be shown",
    shown: Shown::Whole,
};
/// Whether staff needs a second factor.
pub static REQUIRE_TOTP: Setting = Setting {
    key: "require_totp",
    flag: None,
    variable: Some("SOLIDARITY_REQUIRE_TOTP"),
    default: Some("true"),
    help: "Whether admins and moderators sign in with a second factor only: true or false",
    shown: Shown::Whole,
};
/// What hashing a password costs.
pub static PASSWORD_COST: Setting = Setting {
    key: "password_cost",
    flag: None,
    variable: Some("SOLIDARITY_PASSWORD_COST"),
    default: Some("m=19456,t=2,p=1"),
    help: "What the hash of a password costs (argon2id): KiB of memory, passes, lanes; the default is the least",
    shown: Shown::Whole,
};
/// How long proposals wait.
pub static PROPOSAL_DAYS: Setting = Setting {
    key: "proposal_days",
    flag: None,
    variable: Some("SOLIDARITY_PROPOSAL_DAYS"),
    default: Some("7"),
    help: "Days for which what one person proposed (a lower risk, a finer place, the end of a lockdown) waits for a second one, \
           1 to 90",
    shown: Shown::Whole,
};
/// How logs are written.
pub static LOG_FORMAT: Setting = Setting {
    key: "log_format",
    flag: Some(Flag::Value("log-format", "FORMAT")),
    variable: Some("SOLIDARITY_LOG_FORMAT"),
    default: Some("text"),
    help: "How logs are written on standard error: text, or json (one object a line)",
    shown: Shown::Whole,
};
/// What is logged.
pub static LOG: Setting = Setting {
    key: "log",
    flag: None,
    variable: Some("SOLIDARITY_LOG"),
    default: Some("info"),
    help: "What is logged: error, warn, info, debug, trace or off, also by module, as in info,sqlx=debug",
    shown: Shown::Whole,
};
/// Where traces go.
pub static OTLP_ENDPOINT: Setting = Setting {
    key: "otlp_endpoint",
    flag: None,
    variable: Some("SOLIDARITY_OTLP_ENDPOINT"),
    default: None,
    help: "An OpenTelemetry collector on this machine or network for one span per request, such as http://127.0.0.1:4318; \
           only in a program built with the feature otlp",
    shown: Shown::Whole,
};
/// Whether deferred work is done here.
pub static WORKER: Setting = Setting {
    key: "worker",
    flag: Some(Flag::Off("no-worker")),
    variable: None,
    default: Some("true"),
    help: "Leave deferred work (publishing what becomes due) to another process on the same database",
    shown: Shown::Whole,
};
/// What is done with letters.
pub static MAIL: Setting = Setting {
    key: "mail",
    flag: None,
    variable: Some("SOLIDARITY_MAIL"),
    default: Some("off"),
    help: "What is done with letters: off (dropped), file (into <data-dir>/mail), smtp://USER:PASSWORD@HOST:PORT or smtps://…",
    shown: Shown::UnlessAddress,
};
/// Who letters are from.
pub static MAIL_FROM: Setting = Setting {
    key: "mail_from",
    flag: None,
    variable: Some("SOLIDARITY_MAIL_FROM"),
    default: None,
    help: "The address that letters are from; a name with it should not tell a bystander what this is",
    shown: Shown::Whole,
};
/// Whether webhooks may be here.
pub static WEBHOOK_LOOPBACK: Setting = Setting {
    key: "webhook_loopback",
    flag: None,
    variable: Some("SOLIDARITY_WEBHOOK_LOOPBACK"),
    default: Some("false"),
    help: "Whether webhooks may be on this very machine, also without TLS: true or false; for development",
    shown: Shown::Whole,
};
/// How long a webhook may take.
pub static WEBHOOK_TIMEOUT: Setting = Setting {
    key: "webhook_timeout",
    flag: None,
    variable: Some("SOLIDARITY_WEBHOOK_TIMEOUT"),
    default: Some("10"),
    help: "Seconds that a webhook may take to answer, 1 to 30",
    shown: Shown::Whole,
};
/// Who vouches for webhooks beside public authorities.
pub static WEBHOOK_CA_FILE: Setting = Setting {
    key: "webhook_ca_file",
    flag: None,
    variable: Some("SOLIDARITY_WEBHOOK_CA_FILE"),
    default: None,
    help: "A file of certificates (PEM) of authorities that vouch for webhooks' servers beside the public ones",
    shown: Shown::Whole,
};
/// The key that seals secrets.
pub static MASTER_KEY: Setting = Setting {
    key: "master_key",
    flag: None,
    variable: Some("SOLIDARITY_MASTER_KEY"),
    default: None,
    help: "64 hexadecimal digits that seal what must not be read; without it they are kept in <data-dir>/master.key",
    shown: Shown::Never,
};

/// Every setting, in the order in which they are explained.
pub static ALL: [&Setting; 26] = [
    &DATABASE,
    &DATABASE_PUBLIC_URL,
    &DATA_DIR,
    &LISTEN,
    &METRICS_LISTEN,
    &PUBLIC_URL,
    &RATE_LIMITS,
    &FORM_LIMITS,
    &KEY_LIMITS,
    &EXPOSED_KEYS,
    &TRUSTED_PROXIES,
    &CACHE_MIB,
    &CACHE_TRUST_MS,
    &REQUIRE_TOTP,
    &PASSWORD_COST,
    &PROPOSAL_DAYS,
    &LOG_FORMAT,
    &LOG,
    &OTLP_ENDPOINT,
    &WORKER,
    &MAIL,
    &MAIL_FROM,
    &WEBHOOK_LOOPBACK,
    &WEBHOOK_TIMEOUT,
    &WEBHOOK_CA_FILE,
    &MASTER_KEY,
];

impl Setting {
    /// What it is for, where else it can be set, and what holds otherwise.
    pub fn explained(&self) -> String {
        let mut text = self.help.to_owned();
        if let Some(variable) = self.variable {
            text += &format!(" [env: {variable}]");
        }
        if let (Some(default), Some(Flag::Value(..)) | None) = (self.default, &self.flag) {
            text += &format!(" [default: {default}]");
        }
        text
    }
}

/// Explains the settings that have no flag, for the end of a help text.
pub fn without_flag() -> String {
    let mut text = "Settings without a flag:\n".to_owned();
    for setting in ALL.into_iter().filter(|setting| setting.flag.is_none()) {
        text += &format!("  {}\n          {}\n", setting.key, setting.explained());
    }
    text + "\nA flag comes before a variable, a variable before the file, the file before the default."
}
