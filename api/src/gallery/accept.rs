//! In which form an answer is wanted (RFC 9110 §12.5.1).

use actix_web::http::header::{ACCEPT, HeaderMap};

use crate::http::etag;

/// `text/plain`, as it stands in `Accept`.
const TEXT: &str = "text/plain";

/// A form in which the public side answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// Plain JSON: also for whoever names nothing, or what cannot be read.
    Json,
    /// JSON-LD: whoever names it, and wants it no less than plain JSON.
    Linked,
    /// Text without markup: whoever names it, and wants it more than JSON. Many libraries name both alike and mean JSON.
    Text,
}

impl Form {
    /// The form that a reader wants.
    pub fn of(asked: &HeaderMap) -> Self {
        let (mut linked, mut plain, mut text) = (0, 0, 0);
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
            } else if name.eq_ignore_ascii_case(TEXT) {
                text = weight;
            }
        }
        match () {
            () if linked > 0 && linked >= plain.max(text) => Self::Linked,
            () if text > plain => Self::Text,
            () => Self::Json,
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn only_who_names_a_form_gets_it() {
        for (field, form) in [
            ("application/ld+json", Form::Linked),
            ("application/ld+json;q=0.5, */*;q=0.1", Form::Linked),
            ("application/json;q=0.9, Application/LD+JSON", Form::Linked),
            ("application/json, application/ld+json;q=0.9", Form::Json),
            ("application/ld+json;q=0", Form::Json),
            ("application/ld+json;q=x", Form::Json),
            ("text/plain", Form::Text),
            ("Text/Plain; charset=utf-8", Form::Text),
            ("text/html, text/plain, text/css, */*;q=0.01", Form::Text),
            ("text/plain, application/json;q=0.9", Form::Text),
            ("application/json, text/plain, */*", Form::Json),
            ("text/plain;q=0", Form::Json),
            ("text/*", Form::Json),
            ("*/*", Form::Json),
            ("application/*", Form::Json),
            ("", Form::Json),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_static(field));
            assert_eq!(Form::of(&headers), form, "{field}");
        }
        assert_eq!(Form::of(&HeaderMap::new()), Form::Json);
    }
}
