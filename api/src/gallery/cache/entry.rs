//! One kept answer, and the ways in which it is sent.

use std::io::Write as _;

use actix_web::HttpResponse;
use actix_web::body::{BoxBody, to_bytes};
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, LINK, VARY,
};
use actix_web::web::{self, Bytes};
use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::sync::OnceCell;

use crate::http::etag;

/// Shorter bodies are sent as they are: packed they would hardly be shorter.
const SHORT: usize = 512;
/// What answers differ by.
const DIFFERS_BY: HeaderValue = HeaderValue::from_static("Accept-Encoding, Accept-Language");
/// The same where it may be asked for in another form.
const DIFFERS_BY_FORM: HeaderValue = HeaderValue::from_static("Accept, Accept-Encoding, Accept-Language");
/// Quality of brotli, of 11: beyond it time grows faster than bytes shrink.
const BROTLI: i32 = 5;
/// Base-2 logarithm of brotli's window in bytes.
const WINDOW: i32 = 20;

/// An answer as bytes. Each way of packing is done once, when it is first asked for.
pub(super) struct Entry {
    etag: String,
    /// The headers of the whole answer.
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
    brotli: OnceCell<Option<Bytes>>,
    gzip: OnceCell<Option<Bytes>>,
}

/// A way of packing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Brotli,
    Gzip,
}

impl Entry {
    /// Takes a whole answer over; gives back what is none, or has no entity tag.
    pub(super) async fn of(response: HttpResponse) -> Result<Self, HttpResponse> {
        let etag = response.headers().get(ETAG).and_then(|etag| etag.to_str().ok()).map(str::to_owned);
        let Some(etag) = etag.filter(|_| response.status() == StatusCode::OK) else { return Err(response) };
        let (head, body) = response.into_parts();
        let Ok(body) = to_bytes(body).await else {
            return Err(HttpResponse::from_error(crate::problem::Problem::internal(anyhow::anyhow!(
                "a ready body cannot be read"
            ))));
        };
        let mut headers: Vec<_> =
            head.headers().iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        let negotiated = headers.iter().any(|(name, value)| *name == VARY && value == etag::NEGOTIATED);
        headers.retain(|(name, _)| *name != VARY);
        headers.push((VARY, if negotiated { DIFFERS_BY_FORM } else { DIFFERS_BY }));
        Ok(Self { etag, headers, body, brotli: OnceCell::new(), gzip: OnceCell::new() })
    }

    /// Bytes that this takes, packed bodies included whether they are made yet or not.
    pub(super) fn weight(&self) -> usize {
        self.body.len() + self.body.len() / 2
    }

    /// The answer to a request with these headers.
    pub(super) async fn answer(&self, asked: &HeaderMap) -> HttpResponse {
        if etag::unchanged(asked, &self.etag) {
            let mut response = HttpResponse::new(StatusCode::NOT_MODIFIED);
            let of_the_body = |name: &HeaderName| *name == CONTENT_TYPE || *name == LINK;
            let kept = self.headers.iter().filter(|(name, _)| !of_the_body(name));
            kept.for_each(|(name, value)| response.headers_mut().append(name.clone(), value.clone()));
            return response;
        }
        let packed = match coding(asked) {
            Some(coding) if self.body.len() >= SHORT => Some((coding, self.packed(coding).await)),
            _ => None,
        };
        let (encoding, body) = match packed {
            Some((Coding::Brotli, Some(body))) => (Some("br"), body),
            Some((Coding::Gzip, Some(body))) => (Some("gzip"), body),
            _ => (None, self.body.clone()),
        };
        let mut response = HttpResponse::with_body(StatusCode::OK, BoxBody::new(body));
        let headers = response.headers_mut();
        self.headers.iter().for_each(|(name, value)| headers.append(name.clone(), value.clone()));
        if let Some(encoding) = encoding {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    }

    /// The packed body; none where packing does not help.
    async fn packed(&self, coding: Coding) -> Option<Bytes> {
        let slot = match coding {
            Coding::Brotli => &self.brotli,
            Coding::Gzip => &self.gzip,
        };
        let make = || async {
            let body = self.body.clone();
            // Off the threads that answer: others wait for these.
            web::block(move || pack(coding, &body)).await.ok().flatten()
        };
        slot.get_or_init(make).await.clone()
    }
}

/// The best way of packing that a reader takes (RFC 9110 §12.5.3).
///
/// A header that names neither, or cannot be read, is answered unpacked.
fn coding(asked: &HeaderMap) -> Option<Coding> {
    let mut best: Option<(u16, Coding)> = None;
    let fields = asked.get_all(ACCEPT_ENCODING).filter_map(|field| field.to_str().ok());
    for element in fields.flat_map(|field| field.split(',')) {
        let (name, weight) = element.split_once(';').unwrap_or((element, "q=1"));
        let coding = match name.trim() {
            name if name.eq_ignore_ascii_case("br") => Coding::Brotli,
            name if name.eq_ignore_ascii_case("gzip") => Coding::Gzip,
            _ => continue,
        };
        let weight = weight.trim().strip_prefix(['q', 'Q']).and_then(|rest| rest.strip_prefix('='));
        let weight = weight.and_then(|weight| weight.parse::<f32>().ok()).unwrap_or(0.0);
        let weight = (weight.clamp(0.0, 1.0) * 1000.0).round() as u16;
        let better =
            best.is_none_or(|(known, _)| weight > known || (weight == known && coding == Coding::Brotli));
        if weight > 0 && better {
            best = Some((weight, coding));
        }
    }
    best.map(|(_, coding)| coding)
}

fn pack(coding: Coding, body: &[u8]) -> Option<Bytes> {
    let mut packed = Vec::with_capacity(body.len() / 2);
    match coding {
        Coding::Brotli => {
            let params = brotli::enc::BrotliEncoderParams {
                quality: BROTLI,
                lgwin: WINDOW,
                size_hint: body.len(),
                ..Default::default()
            };
            brotli::BrotliCompress(&mut &*body, &mut packed, &params).ok()?;
        }
        Coding::Gzip => {
            let mut encoder = GzEncoder::new(&mut packed, Compression::default());
            encoder.write_all(body).ok()?;
            encoder.finish().ok()?;
        }
    }
    (packed.len() < body.len()).then(|| packed.into())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn asked(field: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(field));
        headers
    }

    #[test]
    fn a_reader_gets_the_packing_it_wants_most_and_brotli_where_it_does_not_care() {
        assert_eq!(coding(&HeaderMap::new()), None);
        assert_eq!(coding(&asked("gzip, deflate, br")), Some(Coding::Brotli));
        assert_eq!(coding(&asked("br;q=0.5, gzip")), Some(Coding::Gzip));
        assert_eq!(coding(&asked("GZIP;q=0.1")), Some(Coding::Gzip));
        assert_eq!(coding(&asked("br;q=0, identity")), None);
        assert_eq!(coding(&asked("*, zstd, br;q=x")), None);
    }

    #[test]
    fn what_is_packed_can_be_unpacked() {
        let body = "solidarity ".repeat(200);
        let mut text = String::new();
        let gzip = pack(Coding::Gzip, body.as_bytes()).unwrap();
        flate2::read::GzDecoder::new(&*gzip).read_to_string(&mut text).unwrap();
        assert_eq!(text, body);
        let brotli = pack(Coding::Brotli, body.as_bytes()).unwrap();
        let mut text = Vec::new();
        brotli::BrotliDecompress(&mut &*brotli, &mut text).unwrap();
        assert_eq!(text, body.as_bytes());
        assert!(pack(Coding::Gzip, b"x").is_none());
    }
}
