//! Answers that are ready as bytes, and conditional requests (RFC 9110 §13).
//!
//! A shared cache may keep what is public but has to ask every time, so that a withdrawal wins at
//! once; asking is cheap, since an unchanged answer is a 304 without a body.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{
        CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, ETAG, HeaderMap, IF_NONE_MATCH, LINK, VARY,
    },
    web::Bytes,
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use twox_hash::XxHash3_128;

/// `Content-Type` of JSON answers.
pub const JSON: &str = "application/json";
/// `Content-Type` of JSON-LD.
pub const LINKED: &str = "application/ld+json";
/// `Content-Type` of documents of which some members are left out.
pub const EXCERPT: &str = "application/vnd.solidarity.excerpt+json";
/// `Content-Type` of text without markup.
pub const TEXT: &str = "text/plain; charset=utf-8";
/// `Content-Type` of a JSON value a line.
pub const NDJSON: &str = "application/x-ndjson";
/// `Content-Type` of Atom feeds.
pub const ATOM: &str = "application/atom+xml; charset=utf-8";
/// `Content-Type` of pages.
pub const HTML: &str = "text/html; charset=utf-8";
/// `Content-Type` of calendar files.
pub const CALENDAR: &str = "text/calendar; charset=utf-8";

/// `Vary` of what is answered in several forms.
pub const NEGOTIATED: &str = "Accept, Accept-Language";

/// How long an answer may be kept (RFC 9111 §5.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cache {
    /// Public; asked for every time, because it may be withdrawn.
    Gallery,
    /// Public and hardly ever changed: kept for an hour.
    Reference,
    /// Never stored.
    Private,
}

impl Cache {
    /// The value of `Cache-Control`.
    pub const fn control(self) -> &'static str {
        match self {
            Cache::Gallery => "public, no-cache",
            Cache::Reference => "public, max-age=3600",
            Cache::Private => "no-store",
        }
    }
}

/// An answer that only has to be sent. Cloning it copies no body.
#[derive(Debug, Clone)]
pub struct Ready {
    /// The whole body.
    pub body: Bytes,
    /// The entity tag as it is sent, such as `W/"…"`.
    pub etag: String,
    /// Value of `Content-Type`.
    pub content_type: &'static str,
    /// Value of `Content-Language`, where the body is in one language.
    pub content_language: Option<String>,
    /// How long it may be kept.
    pub cache: Cache,
    /// Value of `Link`, such as the next page.
    pub link: Option<String>,
    /// Whether the same address answers in another form where `Accept` asks for it.
    pub negotiated: bool,
}

impl Ready {
    /// A body whose entity tag is made from its bytes, without language or link.
    pub fn new(body: impl Into<Bytes>, content_type: &'static str, cache: Cache) -> Self {
        let body = body.into();
        let etag = weak_etag_of(&body);
        Self { body, etag, content_type, content_language: None, cache, link: None, negotiated: false }
    }
}

/// Sends a ready answer, or 304 if the client has it already.
pub fn answer(req: &HttpRequest, ready: Ready) -> HttpResponse {
    if unchanged(req.headers(), &ready.etag) {
        let Ready { etag, cache, content_language, negotiated, .. } = &ready;
        return not_modified(etag, *cache, content_language.as_deref(), *negotiated);
    }
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, ready.content_type));
    if let Some(link) = ready.link {
        response.insert_header((LINK, link));
    }
    let language = ready.content_language.as_deref();
    validators(&mut response, &ready.etag, ready.cache, language, ready.negotiated);
    response.body(ready.body)
}

/// The 304 (RFC 9110 §15.4.5) for an answer whose body was never needed.
pub fn not_modified(
    etag: &str,
    cache: Cache,
    content_language: Option<&str>,
    negotiated: bool,
) -> HttpResponse {
    let mut response = HttpResponse::NotModified();
    validators(&mut response, etag, cache, content_language, negotiated);
    response.finish()
}

fn validators(
    response: &mut actix_web::HttpResponseBuilder,
    etag: &str,
    cache: Cache,
    content_language: Option<&str>,
    negotiated: bool,
) {
    response
        .insert_header((ETAG, etag))
        .insert_header((CACHE_CONTROL, cache.control()))
        .insert_header((VARY, if negotiated { NEGOTIATED } else { "Accept-Language" }));
    if let Some(language) = content_language {
        response.insert_header((CONTENT_LANGUAGE, language));
    }
}

/// Whether `If-None-Match` names this entity tag (RFC 9110 §13.1.2), compared weakly.
///
/// Our tags contain no commas, so the list can be split without regard to quotes.
pub fn unchanged(headers: &HeaderMap, etag: &str) -> bool {
    let opaque = |tag| str::strip_prefix(tag, "W/").unwrap_or(tag);
    let fields = headers.get_all(IF_NONE_MATCH).filter_map(|field| field.to_str().ok());
    let mut tags = fields.flat_map(|field| field.split(',')).map(str::trim);
    tags.any(|tag| tag == "*" || opaque(tag) == opaque(etag))
}

/// A weak entity tag from the bytes: weak, because compression changes them on the way. A checksum (XXH3, 128 bits) tells
/// two answers apart as well as a cryptographic hash, which took an eighth of the time of a whole page; and it is the same in
/// every process.
pub fn weak_etag_of(bytes: &[u8]) -> String {
    format!("W/\"{}\"", BASE64_URL_SAFE_NO_PAD.encode(XxHash3_128::oneshot(bytes).to_be_bytes()))
}

/// The strong entity tag of a record of the private side: its version.
pub fn of_version(version: i64) -> String {
    format!("\"{version}\"")
}

#[cfg(test)]
mod tests {
    use actix_web::{body::MessageBody as _, http::StatusCode, test::TestRequest};

    use super::*;

    fn asked(fields: &[&str]) -> HttpRequest {
        let request = fields
            .iter()
            .fold(TestRequest::get(), |request, field| request.append_header((IF_NONE_MATCH, *field)));
        request.to_http_request()
    }

    fn header(response: &HttpResponse, name: actix_web::http::header::HeaderName) -> &str {
        response.headers().get(name).unwrap().to_str().unwrap()
    }

    #[test]
    fn if_none_match_is_a_list_compared_weakly() {
        let etag = weak_etag_of(b"body");
        let strong = etag.trim_start_matches("W/");
        assert!(unchanged(asked(&[&etag]).headers(), &etag));
        assert!(unchanged(asked(&[strong]).headers(), &etag));
        assert!(unchanged(asked(&["*"]).headers(), &etag));
        assert!(unchanged(asked(&[&format!("\"x\" ,{etag}")]).headers(), &etag));
        assert!(unchanged(asked(&["\"x\"", &etag]).headers(), &etag));
        assert!(!unchanged(asked(&["\"x\"", strong.trim_matches('"'), ""]).headers(), &etag));
        assert!(!unchanged(asked(&[]).headers(), &etag));
    }

    #[test]
    fn an_unchanged_answer_is_a_304_without_body_but_with_its_headers() {
        let mut ready = Ready::new("{}", JSON, Cache::Gallery);
        ready.content_language = Some("es".into());
        ready.link = Some("</next>; rel=\"next\"".into());
        let full = answer(&asked(&[]), ready.clone());
        assert_eq!(full.status(), StatusCode::OK);
        assert_eq!(header(&full, LINK), "</next>; rel=\"next\"");

        let etag = ready.etag.clone();
        let short = answer(&asked(&[&etag]), ready);
        assert_eq!(short.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(header(&short, ETAG), etag);
        assert_eq!(header(&short, CACHE_CONTROL), "public, no-cache");
        assert_eq!(header(&short, VARY), "Accept-Language");
        assert_eq!(header(&short, CONTENT_LANGUAGE), "es");
        assert!(short.into_body().try_into_bytes().is_ok_and(|body| body.is_empty()));
    }
}
