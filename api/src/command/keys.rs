//! `solidarity keys`: the keys that wrap the keys of records.

use clap::{Args, Subcommand};
use serde_json::json;

use super::output::{print, print_json};
use crate::config::flags::{Common, Flags};
use crate::vault::{self, Epoch};

/// Look after the wrapping keys
///
/// Each record with secrets has a key of its own, which the database keeps wrapped. What was erased is still in older copies of
/// the database, wrapped by the wrapping key of then: with that key destroyed it is lost there, too.
#[derive(Args)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Example:
  solidarity keys rotate"
)]
pub(super) struct Keys {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Make a new wrapping key and wrap everything with it
    ///
    /// A server may run meanwhile. Older keys still open copies of the database from before.
    #[command(after_help = "Examples:
  solidarity keys rotate
  solidarity keys rotate --json")]
    Rotate {
        /// Print JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        flags: Flags<Common>,
    },
    /// Destroy the wrapping keys of the epochs before one: what they wrap in copies of the database is lost
    ///
    /// Once every copy from these epochs is deleted or too old to be restored. Refused as long as this database needs them.
    #[command(after_help = "Example:
  solidarity keys destroy --before 3")]
    Destroy {
        /// The first epoch whose key is kept
        #[arg(long, value_name = "EPOCH", value_parser = clap::value_parser!(i32).range(1..))]
        before: Epoch,
        #[command(flatten)]
        flags: Flags<Common>,
    },
    /// List the epochs, each with the number of data keys that it wraps; changes nothing
    #[command(after_help = "Examples:
  solidarity keys status
  solidarity keys status --json")]
    Status {
        /// Print JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        flags: Flags<Common>,
    },
}

impl Keys {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self.what {
            What::Rotate { json, flags } => {
                let house = super::open(&flags.given).await?;
                let epoch = vault::begin_epoch(&house.db, &house.vault).await?;
                let wrapped = vault::rewrap(&house.db, &house.vault).await?;
                house.close().await?;
                match json {
                    true => print_json(&json!({"epoch": epoch, "wrapped": wrapped})),
                    false => print(&format!("epoch {epoch}: {wrapped} data keys wrapped anew")),
                }
            }
            What::Destroy { before, flags } => {
                let house = super::open(&flags.given).await?;
                let destroyed = vault::destroy_before(&house.db, &house.vault, before).await;
                house.close().await?;
                let told: String = destroyed
                    .map_err(|refused| refused.0)?
                    .iter()
                    .map(|epoch| format!("destroyed: epoch {epoch}\n"))
                    .collect();
                print(if told.is_empty() { "nothing to be destroyed" } else { &told })
            }
            What::Status { json, flags } => {
                let house = super::open(&flags.given).await?;
                let used = vault::in_use(house.db.reader()).await?;
                let (newest, files) = (house.vault.epoch()?, house.vault.epochs()?);
                house.close().await?;
                let of = |epoch: &Epoch| {
                    used.iter().find(|(used, _)| used == epoch).map_or(0, |(_, count)| *count)
                };
                let epochs: Vec<(Epoch, i64)> =
                    [0].iter().chain(&files).map(|epoch| (*epoch, of(epoch))).collect();
                if json {
                    let epochs: Vec<_> = epochs
                        .iter()
                        .map(|(epoch, keys)| json!({"epoch": epoch, "data_keys": keys}))
                        .collect();
                    return print_json(&json!({"newest": newest, "epochs": epochs}));
                }
                let named = |epoch: Epoch| {
                    if epoch == 0 { "0 (the master key)".to_owned() } else { epoch.to_string() }
                };
                print(
                    &epochs
                        .iter()
                        .map(|(epoch, keys)| format!("epoch {}: {keys} data keys\n", named(*epoch)))
                        .collect::<String>(),
                )
            }
        }
    }
}
