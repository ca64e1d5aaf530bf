//! `solidarity audit`: whether the audit log is what it was.

use clap::{Args, Subcommand};
use serde_json::json;

use super::Told;
use super::output::{print, print_json};
use crate::audit::{self, Verdict};
use crate::config::flags::{Common, Flags};

/// Look after the audit log
#[derive(Args)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Example:
  solidarity audit verify"
)]
pub(super) struct Audit {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Check that no entry was changed or removed; the exit code is 1 if one was
    ///
    /// Walks the chain of hashes from its beginning. Entries of the last seconds are not in it yet and are counted apart. The
    /// head that is printed, kept in another place, shows later that nothing was cut off: then it must still be found.
    #[command(after_help = "Examples:
  solidarity audit verify
  solidarity audit verify --json")]
    Verify {
        /// Print JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        flags: Flags<Common>,
    },
}

impl Audit {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let What::Verify { json, flags } = self.what;
        let house = super::open(&flags.given).await?;
        let verdict = audit::verify(&house.db).await?;
        house.close().await?;
        if json {
            print_json(&as_json(&verdict))?;
        } else {
            print(&as_text(&verdict))?;
        }
        if verdict.broken.is_some() { Err(Told.into()) } else { Ok(()) }
    }
}

fn as_json(verdict: &Verdict) -> serde_json::Value {
    let Verdict { linked, unlinked, head, broken } = verdict;
    let broken = broken.as_ref().map(
        |broken| json!({"seq": broken.seq, "entry_id": broken.entry_id, "fault": broken.fault.as_str()}),
    );
    json!({"intact": broken.is_none(), "linked": linked, "unlinked": unlinked, "head": head, "broken": broken})
}

fn as_text(verdict: &Verdict) -> String {
    let Verdict { linked, unlinked, head, broken } = verdict;
    let told = match broken {
        None => format!("{linked} entries are what they were; head {head}"),
        Some(broken) => format!(
            "entry {} ({} in the chain) is {}; the {linked} before it are what they were",
            broken.entry_id,
            broken.seq,
            match broken.fault {
                audit::Fault::Changed => "not what it was",
                audit::Fault::Missing => "missing",
                audit::Fault::Gap => "there, but a link before it is missing",
            }
        ),
    };
    match unlinked {
        0 => told,
        unlinked => format!("{told}\n{unlinked} are not in the chain yet"),
    }
}
