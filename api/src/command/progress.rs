//! How far a long command is, on standard error, where a person is looking.

use indicatif::{ProgressBar, ProgressStyle};
use tokio::io::AsyncRead;

/// Counts what has been done. Nothing is shown where standard error is no terminal.
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// Begins; `things` are what is counted, such as `records`.
    pub(super) fn new(things: &'static str) -> Self {
        let bar = ProgressBar::no_length().with_message(things);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {human_pos} {msg} ({elapsed})") {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// Begins a bar over a file of so many bytes.
    pub(super) fn of_bytes(total: u64) -> Self {
        let bar = ProgressBar::new(total);
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {percent} % ({elapsed})") {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// The same stream; what is read of it is counted.
    pub(super) fn reading<R: AsyncRead + Unpin>(&self, stream: R) -> impl AsyncRead + Unpin + use<R> {
        self.0.wrap_async_read(stream)
    }

    /// So many are done.
    pub(super) fn at(&self, count: u64) {
        self.0.set_position(count);
    }
}

/// Takes the line away.
impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
