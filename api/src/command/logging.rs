//! Logs on standard error: what happened, never whom it was about.

use std::io;
use std::panic;

use tracing::Metadata;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{Config, LogFormat};

/// Modules that log what clients do wrong as errors, or what nobody asked; a filter that names them brings them back.
const NOISE: &str = "actix_http=off,actix_server=warn,sea_orm_migration=warn";

/// Begins to log. A second call changes nothing.
pub(super) fn begin(config: &Config) {
    let filter = EnvFilter::new(format!("{NOISE},{}", config.log));
    let format = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(config.log_format == LogFormat::Text && io::IsTerminal::is_terminal(&io::stderr()))
        .with_span_events(FmtSpan::CLOSE);
    let format = match config.log_format {
        LogFormat::Text => format.boxed(),
        LogFormat::Json => format.json().flatten_event(true).with_span_list(false).boxed(),
    };
    let format = format.with_filter(filter_fn(is_line));
    // Only a test that has called this before can make it fail.
    let registry = tracing_subscriber::registry().with(filter).with(format);
    #[cfg(feature = "otlp")]
    let _ = registry.with(super::traces::layer(config)).try_init();
    #[cfg(not(feature = "otlp"))]
    let _ = registry.try_init();
}

/// Every event is a line of the log; of the spans only a request is, when it closes.
fn is_line(metadata: &Metadata<'_>) -> bool {
    metadata.is_event() || (metadata.name() == "request" && metadata.target().starts_with("api::"))
}

/// Says where a panic was, and not what it said: its message may quote what somebody sent.
pub(super) fn quiet_panics() {
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        if tracing::dispatcher::has_been_set() {
            tracing::error!(place, "a fault in the program (panic)");
        } else {
            super::output::error(&format!("a fault in the program (panic) at {place}"));
        }
    }));
}
