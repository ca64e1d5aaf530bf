//! The pages that a problem's `type` leads to: one per kind, for the person who reads a client's log.

use std::sync::LazyLock;

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{CONTENT_SECURITY_POLICY, HeaderValue},
    web::Path,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use utoipa::IntoParams;
use uuid::Uuid;

use super::etag::{self, Cache, Ready};
use crate::problem::{Fault, Kind, Problem, Row};

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:1.0625rem/1.6 system-ui,sans-serif;max-width:42rem;margin:0 auto;padding:1.5rem}\
h1{line-height:1.2}\
pre{overflow-x:auto;padding:1rem;border:1px solid GrayText;border-radius:.5rem}\
code,pre{font-family:ui-monospace,monospace;font-size:.9375rem}\
li{margin:.5rem 0}";

/// Nothing but the one style sheet above, by its hash.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = BASE64_STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
});

/// All kinds of problems
///
/// A page for people: every problem that an answer may name.
#[utoipa::path(
    tag = "service",
    operation_id = "service.problems",
    responses((status = 200, description = "The list of problems", content_type = "text/html", body = String), Problem)
)]
#[get("/problems")]
pub(super) async fn list(req: HttpRequest) -> HttpResponse {
    let rows = Kind::ALL.map(Kind::row).map(|Row { status, code, title, meaning, .. }| {
        format!("<li><a href=\"/problems/{code}\">{title}</a> ({}): {meaning}</li>\n", status.as_u16())
    });
    answer(&req, "Problems", &format!("<ul>\n{}</ul>", rows.concat()))
}

/// What one kind of problem means
///
/// The page that a problem's `type` leads to: what it means and what to do.
#[utoipa::path(
    tag = "service",
    operation_id = "service.problem",
    params(ProblemPath),
    responses((status = 200, description = "The explanation", content_type = "text/html", body = String), Problem)
)]
#[get("/problems/{code}")]
pub(super) async fn page(req: HttpRequest, path: Path<ProblemPath>) -> Result<HttpResponse, Problem> {
    let kind = Kind::from_code(&path.code).ok_or_else(|| Problem::not_found("kind of problem"))?;
    let Row { status, code, title, meaning, remedy } = kind.row();
    let example =
        serde_json::to_string_pretty(&example(kind).body(Uuid::nil())).map_err(Problem::internal)?;
    let body = format!(
        "<p>Status <strong>{}</strong>, code <code>{code}</code></p>\n\
         <h2>What it means</h2>\n<p>{meaning}</p>\n\
         <h2>What to do</h2>\n<p>{}</p>\n\
         <h2>What it looks like</h2>\n<pre>{example}</pre>\n\
         <p><a href=\"/problems\">All problems</a></p>",
        status.as_u16(),
        marked(remedy),
    );
    Ok(answer(&req, title, &body))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct ProblemPath {
    /// The problem's `code`.
    #[param(max_length = 40, example = "not_found")]
    code: String,
}

fn example(kind: Kind) -> Problem {
    let faults = match kind {
        Kind::InvalidParameter => {
            vec![Fault::parameter("limit", "out_of_range", "must be between 1 and 100")]
        }
        Kind::InvalidJson => {
            vec![Fault::pointer("", "repeated_member", "has a member twice in one object")]
        }
        Kind::InvalidBody => {
            vec![Fault::pointer("/when/date", "invalid_format", "must be of the format date")]
        }
        _ => Vec::new(),
    };
    Problem::of(kind).with_faults(faults)
}

/// Sets what stands between backticks as code.
fn marked(text: &str) -> String {
    let mut text = text.to_owned();
    while text.contains('`') {
        text = text.replacen('`', "<code>", 1).replacen('`', "</code>", 1);
    }
    text
}

/// Everything here is our own text without characters that HTML escapes; a test sees to that.
fn answer(req: &HttpRequest, title: &str, body: &str) -> HttpResponse {
    let html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n\
         <body>\n<main>\n<h1>{title}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    );
    let mut response = etag::answer(req, Ready::new(html, "text/html; charset=utf-8", Cache::Reference));
    if let Ok(policy) = HeaderValue::from_str(&POLICY) {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_needs_escaping_and_all_code_is_closed() {
        for Row { title, meaning, remedy, .. } in Kind::ALL.map(Kind::row) {
            for text in [title, meaning, remedy] {
                assert!(!text.contains(['<', '>', '&']), "{text}");
                assert_eq!(text.matches('`').count() % 2, 0, "{text}");
            }
        }
    }
}
