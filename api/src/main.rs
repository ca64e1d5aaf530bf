//! The program `solidarity`.

use std::process::ExitCode;

fn main() -> ExitCode {
    api::command::run()
}
