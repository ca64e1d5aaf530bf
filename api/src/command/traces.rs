//! One span per request for an OpenTelemetry collector: the same that the log says of it, a route template and no address.

use std::sync::OnceLock;
use std::time::Duration;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;
use url::Url;

use crate::config::Config;

/// Where a collector takes traces (OTLP/HTTP).
const PATH: &str = "/v1/traces";
/// How long the program stays to tell the last spans.
const GOODBYE: Duration = Duration::from_secs(2);

/// Whoever tells the collector, once there is one.
static PROVIDER: OnceLock<SdkTracerProvider> = OnceLock::new();

/// The layer that sends spans, if a collector is configured. One that cannot be reached loses them and holds nobody up.
pub(super) fn layer<S>(config: &Config) -> Option<impl Layer<S> + use<S>>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let provider = config.otlp_endpoint.as_ref().and_then(provider)?;
    Some(of(PROVIDER.get_or_init(|| provider)))
}

/// Tells what was not told yet. A collector that does not answer holds the end up for a moment.
pub(super) fn end() {
    if let Some(provider) = PROVIDER.get() {
        // Nobody is left to be told that it failed.
        let _ = provider.shutdown_with_timeout(GOODBYE);
    }
}

fn of<S>(provider: &SdkTracerProvider) -> impl Layer<S> + use<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("solidarity"))
        .with_location(false)
        .with_threads(false)
        .with_tracked_inactivity(false)
        .with_filter(filter_fn(is_request))
}

fn is_request(metadata: &Metadata<'_>) -> bool {
    metadata.is_span() && metadata.name() == "request" && metadata.target().starts_with("api::")
}

/// Names the service and nothing of the machine.
fn provider(collector: &Url) -> Option<SdkTracerProvider> {
    let endpoint = format!("{}{PATH}", collector.as_str().trim_end_matches('/'));
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(endpoint)
        .build();
    let resource = Resource::builder_empty().with_service_name("solidarity").build();
    let provider = SdkTracerProvider::builder().with_resource(resource).with_batch_exporter(exporter.ok()?);
    Some(provider.build())
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    /// What one request to the collector said, head and body.
    fn heard(listener: &TcpListener) -> String {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut told, mut buffer) = (Vec::new(), [0; 4096]);
        loop {
            let read = stream.read(&mut buffer).unwrap();
            told.extend(&buffer[..read]);
            let text = String::from_utf8_lossy(&told).into_owned();
            let length = text
                .lines()
                .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse::<usize>().ok());
            let head = text.find("\r\n\r\n").map(|at| at + 4);
            if let (Some(length), Some(head)) = (length, head)
                && told.len() >= head + length
            {
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
                return text;
            }
        }
    }

    #[test]
    fn a_request_is_told_to_the_collector_and_nothing_else_is() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address: Url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        let provider = provider(&address).unwrap();
        let collector = std::thread::spawn(move || heard(&listener));
        let subscriber = tracing_subscriber::registry().with(of(&provider));
        tracing::subscriber::with_default(subscriber, || {
            let span = tracing::info_span!(target: "api::http::manners", "request", method = "GET", route = "/v1/gallery");
            span.in_scope(|| tracing::info_span!(target: "sqlx::query", "secret-statement").in_scope(|| {}));
        });
        provider.shutdown().unwrap();
        let told = collector.join().unwrap();
        assert!(told.starts_with("POST /v1/traces HTTP/1.1\r\n"), "{told}");
        for word in ["solidarity", "request", "/v1/gallery"] {
            assert!(told.contains(word), "{word}: {told}");
        }
        for word in ["secret-statement", "host.name", "process", "thread", "code."] {
            assert!(!told.contains(word), "{word}: {told}");
        }
    }
}
