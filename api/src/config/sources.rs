//! Where settings come from, and what was wrong with them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::flags::Given;
use super::settings::{self, Setting};

/// Looks up an environment variable.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// Where a value was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nowhere: the default.
    Default,
    /// On a line of the configuration file.
    File(PathBuf, usize),
    /// In an environment variable.
    Variable(&'static str),
    /// On the command line.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path, line) => write!(f, "{}, line {line}", path.display()),
            Self::Variable(name) => write!(f, "variable {name}"),
            Self::Flag(name) => write!(f, "flag --{name}"),
        }
    }
}

/// One thing wrong with the settings.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Which setting, or the file itself.
    pub what: String,
    /// Where it was said.
    pub origin: Option<Origin>,
    /// What is wrong. It never repeats the value, which may be a secret.
    pub wrong: Cow<'static, str>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, origin, wrong } = self;
        match origin {
            Some(origin) => write!(f, "{what} ({origin}) {wrong}"),
            None => write!(f, "{what} {wrong}"),
        }
    }
}

/// Everything wrong with the settings.
#[derive(Debug)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// Whether the command line alone is to blame.
    pub fn only_flags(&self) -> bool {
        self.0.iter().all(|fault| matches!(fault.origin, Some(Origin::Flag(_))))
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults: Vec<String> = self.0.iter().map(Fault::to_string).collect();
        f.write_str(&faults.join("; "))
    }
}

impl std::error::Error for Faults {}

/// A setting as it was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The setting.
    pub setting: &'static Setting,
    /// Its text; none if it is not set and has no default.
    pub text: Option<String>,
    /// Where it was found.
    pub origin: Origin,
}

/// Reads settings one after the other, and keeps where each was found and what was wrong.
pub struct Reader<'a> {
    flags: &'a Given,
    environment: Environment<'a>,
    file: BTreeMap<String, (String, usize)>,
    found: Vec<Found>,
    faults: Vec<Fault>,
}

impl<'a> Reader<'a> {
    /// Opens the sources.
    pub fn new(flags: &'a Given, environment: Environment<'a>) -> Self {
        let mut reader =
            Self { flags, environment, file: BTreeMap::new(), found: Vec::new(), faults: Vec::new() };
        if let Some(path) = &flags.file {
            reader.read_file(path);
        }
        reader
    }

    fn read_file(&mut self, path: &Path) {
        let file = path.display().to_string();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                let origin = Some(Origin::Flag("config"));
                self.faults.push(Fault {
                    what: file,
                    origin,
                    wrong: format!("cannot be read: {error}").into(),
                });
                return;
            }
        };
        let line = |at: usize| text.get(..at).unwrap_or_default().matches('\n').count() + 1;
        let table = match DeTable::parse(&text) {
            Ok(table) => table,
            Err(error) => {
                let origin = Origin::File(path.to_owned(), line(error.span().unwrap_or_default().start));
                let wrong = format!("is not TOML: {}", error.message()).into();
                self.faults.push(Fault { what: "the file".to_owned(), origin: Some(origin), wrong });
                return;
            }
        };
        for (key, value) in table.into_inner() {
            let line = line(key.span().start);
            let key = key.into_inner().into_owned();
            let wrong: Cow<'static, str> = match value.into_inner() {
                _ if !settings::ALL.iter().any(|setting| setting.key == key) => {
                    let keys = settings::ALL.map(|setting| setting.key).join(", ");
                    format!("is no setting; there are {keys}").into()
                }
                DeValue::String(text) => {
                    self.file.insert(key, (text.into_owned(), line));
                    continue;
                }
                DeValue::Boolean(value) if is_switch(&key) => {
                    self.file.insert(key, (value.to_string(), line));
                    continue;
                }
                _ if is_switch(&key) => "must be true or false".into(),
                _ => "must be a text between quotation marks".into(),
            };
            self.faults.push(Fault { what: key, origin: Some(Origin::File(path.to_owned(), line)), wrong });
        }
    }

    /// Reads one setting; `default` may replace the text that the table gives.
    pub fn read<T>(
        &mut self,
        setting: &'static Setting,
        default: Option<String>,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let (text, origin) = self.find(setting).unwrap_or_else(|wrong| {
            self.faults.push(wrong);
            (None, Origin::Default)
        });
        let text = text.or(default).or_else(|| setting.default.map(str::to_owned));
        let parsed = text.as_deref().map(parse);
        self.found.push(Found { setting, text, origin: origin.clone() });
        match parsed? {
            Ok(value) => Some(value),
            Err(wrong) => {
                self.refuse(setting, wrong);
                None
            }
        }
    }

    /// The text from the highest source that has one. An empty variable is none: that is how containers leave one out.
    fn find(&self, setting: &'static Setting) -> Result<(Option<String>, Origin), Fault> {
        if let (Some(text), Some(flag)) = (self.flags.values.get(setting.key), &setting.flag) {
            return Ok((Some(text.clone()), Origin::Flag(flag.name())));
        }
        if let Some(name) = setting.variable
            && let Some(value) = (self.environment)(name).filter(|value| !value.is_empty())
        {
            let origin = Origin::Variable(name);
            return match value.into_string() {
                Ok(text) => Ok((Some(text), origin)),
                Err(_) => Err(Fault {
                    what: setting.key.to_owned(),
                    origin: Some(origin),
                    wrong: "must be UTF-8".into(),
                }),
            };
        }
        match (self.file.get(setting.key), &self.flags.file) {
            (Some((text, line)), Some(path)) => Ok((Some(text.clone()), Origin::File(path.clone(), *line))),
            _ => Ok((None, Origin::Default)),
        }
    }

    /// Notes a fault of a setting that has been read.
    pub fn refuse(&mut self, setting: &'static Setting, wrong: impl Into<Cow<'static, str>>) {
        let found = self.found.iter().find(|found| found.setting.key == setting.key);
        let origin = found.map(|found| found.origin.clone());
        self.faults.push(Fault { what: setting.key.to_owned(), origin, wrong: wrong.into() });
    }

    /// What was found, in the order of the table, or everything that was wrong.
    ///
    /// # Errors
    /// All faults.
    pub fn finish(mut self) -> Result<Vec<Found>, Faults> {
        if !self.faults.is_empty() {
            return Err(Faults(self.faults));
        }
        let place = |found: &Found| settings::ALL.iter().position(|setting| setting.key == found.setting.key);
        self.found.sort_by_key(place);
        Ok(self.found)
    }
}

/// Settings that are true or false in a file, without quotation marks.
fn is_switch(key: &str) -> bool {
    [&settings::WORKER, &settings::REQUIRE_TOTP, &settings::WEBHOOK_LOOPBACK]
        .iter()
        .any(|switch| switch.key == key)
}
