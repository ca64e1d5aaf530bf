//! In which form a document is wanted (RFC 9110 §12.5.1).

use actix_web::http::header::{ACCEPT, HeaderMap};

use crate::http::etag;

/// Whether a reader wants JSON-LD rather than plain JSON: it names it, and wants it no less. What is named by nobody, or cannot be
/// read, is plain JSON.
pub fn wants_linked(asked: &HeaderMap) -> bool {
    let (mut linked, mut plain) = (0, 0);
    let fields = asked.get_all(ACCEPT).filter_map(|field| field.to_str().ok());
    for range in fields.flat_map(|field| field.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let weight =
            parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse::<f32>().ok());
        let weight = (weight.unwrap_or(0.0).clamp(0.0, 1.0) * 1000.0).round() as u16;
        if name.eq_ignore_ascii_case(etag::LINKED) {
            linked = weight;
        } else if name.eq_ignore_ascii_case(etag::JSON) {
            plain = weight;
        }
    }
    linked > 0 && linked >= plain
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn only_who_names_it_gets_it() {
        for (field, linked) in [
            ("application/ld+json", true),
            ("application/ld+json;q=0.5, */*;q=0.1", true),
            ("application/json;q=0.9, Application/LD+JSON", true),
            ("application/json, application/ld+json;q=0.9", false),
            ("application/ld+json;q=0", false),
            ("application/ld+json;q=x", false),
            ("*/*", false),
            ("application/*", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_static(field));
            assert_eq!(wants_linked(&headers), linked, "{field}");
        }
        assert!(!wants_linked(&HeaderMap::new()));
    }
}
