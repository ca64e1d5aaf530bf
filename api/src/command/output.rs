//! What commands print.

use std::io::{self, ErrorKind, Write as _};

/// Prints a result. That nobody reads it to the end, as `| head` does, is no failure.
///
/// # Errors
/// If standard output cannot be written.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    let line = if text.ends_with('\n') { "" } else { "\n" };
    match out
        .write_all(text.as_bytes())
        .and_then(|()| out.write_all(line.as_bytes()))
        .and_then(|()| out.flush())
    {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// Prints a result for programs.
///
/// # Errors
/// If standard output cannot be written.
pub(super) fn print_json(value: &serde_json::Value) -> anyhow::Result<()> {
    print(&serde_json::to_string_pretty(value)?)
}

/// Prints a result for programs that read a line at a time.
///
/// # Errors
/// If standard output cannot be written.
pub(super) fn print_json_line(value: &impl serde::Serialize) -> anyhow::Result<()> {
    print(&serde_json::to_string(value)?)
}

/// Says what went wrong.
pub(super) fn error(text: &str) {
    // If even this cannot be written there is nobody left to tell.
    let _ = writeln!(io::stderr(), "error: {text}");
}

/// An error and its causes in one line, each said once: many errors repeat their cause.
pub(super) fn sentence(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        if !text.contains(&cause) {
            if !text.is_empty() {
                text += ": ";
            }
            text += &cause;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    #[test]
    fn a_cause_is_said_once() {
        let error = anyhow!("refused").context("no connection: refused").context("cannot open");
        assert_eq!(super::sentence(&error), "cannot open: no connection: refused");
    }
}
