//! The settings of the service: one struct, from defaults, a file and the environment.

use std::path::PathBuf;

use secrecy::SecretString;

use crate::db::Target;

/// Every setting, validated.
#[derive(Clone, Debug)]
pub struct Config {
    /// The database.
    pub database: Target,
    /// An account of its own for the public side (`DATABASE_PUBLIC_URL`).
    pub database_public: Option<Target>,
    /// Where keys and the embedded database live.
    pub data_dir: PathBuf,
    /// The master key, if it is not kept in the data folder.
    pub master_key: Option<SecretString>,
    /// Whether this process also does deferred work.
    pub worker: bool,
}
