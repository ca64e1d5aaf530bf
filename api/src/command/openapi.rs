//! `solidarity openapi`: the API's description.

use clap::Args;

use super::output::print;

/// Print the OpenAPI document
///
/// Needs neither settings nor a database, and prints the same bytes every time.
#[derive(Args)]
#[command(after_help = "Example:
  solidarity openapi >openapi/openapi.json")]
pub(super) struct Openapi {}

impl Openapi {
    pub(super) fn run(self) -> anyhow::Result<()> {
        print(&serde_json::to_string_pretty(&crate::app::openapi())?)
    }
}
