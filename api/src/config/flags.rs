//! The flags of the command line, made from the table of settings.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::path::PathBuf;

use clap::builder::ValueParser;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use super::settings::{self, Flag, Setting};

/// What was given on the command line.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// The configuration file.
    pub file: Option<PathBuf>,
    /// Settings by their keys.
    pub values: BTreeMap<&'static str, String>,
}

impl Given {
    /// Adds a setting as if its flag had been given.
    pub fn with(mut self, setting: &Setting, value: impl Into<String>) -> Self {
        self.values.insert(setting.key, value.into());
        self
    }
}

/// The settings that a command takes as flags.
pub trait Group {
    /// Which ones.
    const SETTINGS: &'static [&'static Setting];
    /// Whether it also takes `--config FILE`.
    const FILE: bool = true;
}

/// Flags of every command that works with the database.
#[derive(Clone, Debug)]
pub struct Common;

impl Group for Common {
    const SETTINGS: &'static [&'static Setting] =
        &[&settings::DATABASE, &settings::DATA_DIR, &settings::LOG_FORMAT];
}

/// Flags of a command that also serves.
#[derive(Clone, Debug)]
pub struct Serving;

impl Group for Serving {
    const SETTINGS: &'static [&'static Setting] = &[
        &settings::DATABASE,
        &settings::DATA_DIR,
        &settings::LISTEN,
        &settings::METRICS_LISTEN,
        &settings::PUBLIC_URL,
        &settings::WORKER,
        &settings::LOG_FORMAT,
    ];
}

/// Flags of a command that serves from a folder of its own.
#[derive(Clone, Debug)]
pub struct Trying;

impl Group for Trying {
    const SETTINGS: &'static [&'static Setting] = &[&settings::LISTEN, &settings::LOG_FORMAT];
    const FILE: bool = false;
}

/// A command that asks a service which runs with these settings: none is its own to change.
#[derive(Clone, Debug)]
pub struct Asking;

impl Group for Asking {
    const SETTINGS: &'static [&'static Setting] = &[];
}

/// The flags of a group, as given; `#[command(flatten)]` puts them into a command.
#[derive(Clone, Debug)]
pub struct Flags<G> {
    /// What was given.
    pub given: Given,
    group: PhantomData<G>,
}

impl<G: Group> Args for Flags<G> {
    fn augment_args(mut command: Command) -> Command {
        for setting in G::SETTINGS {
            let Some(flag) = &setting.flag else { continue };
            let arg = Arg::new(setting.key)
                .long(flag.name())
                .help(setting.explained())
                .help_heading("Settings")
                .value_parser(ValueParser::string());
            command = command.arg(match flag {
                Flag::Value(_, word) => arg.value_name(*word),
                Flag::Off(_) => arg.action(ArgAction::SetTrue).value_parser(ValueParser::bool()),
            });
        }
        if G::FILE {
            let help = "A TOML file of settings by their keys; `solidarity config check` shows the keys";
            command = command.arg(
                Arg::new("config")
                    .long("config")
                    .value_name("FILE")
                    .help(help)
                    .help_heading("Settings")
                    .value_parser(ValueParser::path_buf()),
            );
        }
        command
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<G: Group> FromArgMatches for Flags<G> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut given = Given::default();
        for setting in G::SETTINGS {
            let value = match setting.flag {
                Some(Flag::Value(..)) => matches.get_one::<String>(setting.key).cloned(),
                Some(Flag::Off(_)) => matches.get_flag(setting.key).then(|| "false".to_owned()),
                None => None,
            };
            given.values.extend(value.map(|value| (setting.key, value)));
        }
        if G::FILE {
            given.file = matches.get_one::<PathBuf>("config").cloned();
        }
        Ok(Self { given, group: PhantomData })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
