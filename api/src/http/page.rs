//! Pages of a list: how many items, from where, and the way to the next page.
//!
//! Lists are walked by keyset: a cursor holds the sort key of the last item that was sent, so rows
//! that existed throughout are neither skipped nor repeated. A cursor is opaque to clients, and
//! bound to its list and filters: used elsewhere, or mangled, it is refused.

use actix_web::http::Uri;
use actix_web::http::header::LINK;
use actix_web::{HttpRequest, HttpResponse};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use url::form_urlencoded;
use utoipa::{IntoParams, ToSchema};

use crate::problem::Problem;

/// Query parameters of every list.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// How many items a page holds at most. Where it is not given, a page of the gallery holds only as many as keep it below 50 KB.
    #[serde(default)]
    #[param(inline)]
    pub limit: Limit,
    /// `next_cursor` of the page before; left out for the first page.
    #[param(nullable = false, min_length = 12, max_length = 512, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
}

/// Number of items on a page: 1 to 100, 25 unless asked otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "u8")]
#[schema(minimum = 1, maximum = 100, default = 25)]
pub struct Limit(u8);

impl Limit {
    /// The number of items.
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(25)
    }
}

impl TryFrom<u8> for Limit {
    type Error = &'static str;

    fn try_from(number: u8) -> Result<Self, Self::Error> {
        if (1..=100).contains(&number) { Ok(Self(number)) } else { Err("must be between 1 and 100") }
    }
}

/// Changes when cursors written before can no longer be read.
const VERSION: u8 = 1;
/// Bytes of the check in front of a cursor's key.
const CHECK: usize = 8;

/// Opaque cursors: base64url of a check and the sort key as JSON.
///
/// The check recognises mangled cursors and those of another list; it is no signature, for a key
/// that somebody makes up only starts the same public list elsewhere.
pub struct Cursor;

impl Cursor {
    /// Writes the cursor that stands after `key`.
    ///
    /// `binding` names the list and the filters and order it was asked with.
    ///
    /// # Errors
    /// 500 if the key cannot be written as JSON.
    pub fn encode<T: Serialize>(binding: &str, key: &T) -> Result<String, Problem> {
        let key = serde_json::to_vec(key).map_err(Problem::internal)?;
        Ok(BASE64_URL_SAFE_NO_PAD.encode([&check(binding, &key)[..], &key].concat()))
    }

    /// Reads a cursor that [`Cursor::encode`] wrote for the same `binding`.
    ///
    /// # Errors
    /// 400 with the fault `invalid_cursor` for any other text.
    pub fn decode<T: DeserializeOwned>(binding: &str, text: &str) -> Result<T, Problem> {
        let read = || {
            let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
            let (found, key) = bytes.split_at_checked(CHECK)?;
            (found == check(binding, key)).then(|| serde_json::from_slice(key).ok())?
        };
        let detail = "must be the `next_cursor` of a page of the same list with the same filters";
        read().ok_or_else(|| Problem::invalid_parameter("cursor", "invalid_cursor", detail))
    }
}

fn check(binding: &str, key: &[u8]) -> [u8; CHECK] {
    let hash = Sha256::new()
        .chain_update([VERSION])
        .chain_update((binding.len() as u64).to_be_bytes())
        .chain_update(binding)
        .chain_update(key)
        .finalize();
    std::array::from_fn(|at| hash[at])
}

/// The value of the `Link` header (RFC 8288) that leads from this page to the next one: the same
/// address with the new cursor.
pub fn next_link(uri: &Uri, cursor: &str) -> String {
    format!("<{}>; rel=\"next\"", next_address(uri, cursor))
}

/// The same address with the new cursor.
pub fn next_address(uri: &Uri, cursor: &str) -> String {
    let asked = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(asked.filter(|(name, _)| name != "cursor"))
        .append_pair("cursor", cursor)
        .finish();
    format!("{}?{query}", uri.path())
}

/// A page of the private side as an answer: `{items, next_cursor}`, with the way to the next page in `Link`.
///
/// `rows` holds one more than `limit` if there is a next page; `key` gives the sort key of a row.
///
/// # Errors
/// 500 if it cannot be written as JSON.
pub fn answer<R, K: Serialize, T: Serialize>(
    req: &HttpRequest,
    binding: &str,
    limit: Limit,
    mut rows: Vec<R>,
    key: impl Fn(&R) -> K,
    item: impl FnMut(R) -> T,
) -> Result<HttpResponse, Problem> {
    let most = usize::from(limit.get());
    let cursor = match rows.len() > most {
        true => Some(Cursor::encode(binding, &key(&rows[most - 1]))?),
        false => None,
    };
    rows.truncate(most);
    let items: Vec<T> = rows.into_iter().map(item).collect();
    let mut answer = HttpResponse::Ok();
    if let Some(cursor) = &cursor {
        answer.insert_header((LINK, next_link(req.uri(), cursor)));
    }
    Ok(answer.json(serde_json::json!({"items": items, "next_cursor": cursor})))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Place;

    #[test]
    fn a_cursor_is_read_back_for_its_own_list_only() {
        let key = ("2027-03-14T18:00:00Z".to_owned(), 7_u64);
        let cursor = Cursor::encode("events?country=SS", &key).unwrap();
        assert_eq!(Cursor::decode::<(String, u64)>("events?country=SS", &cursor).unwrap(), key);

        let refused = Cursor::decode::<(String, u64)>("events?country=KE", &cursor).unwrap_err();
        assert_eq!(refused.faults()[0].code, "invalid_cursor");
        assert_eq!(refused.faults()[0].at, Place::Parameter("cursor".into()));
    }

    #[test]
    fn a_mangled_cursor_is_refused() {
        let cursor = Cursor::encode("events", &5).unwrap();
        let flipped = cursor.replace(&cursor[..1], if cursor.starts_with('A') { "B" } else { "A" });
        for text in ["", "AAAA", "!", &cursor[1..], &flipped, &format!("{cursor}AA")] {
            assert!(Cursor::decode::<u64>("events", text).is_err(), "{text}");
        }
        assert!(Cursor::decode::<String>("events", &cursor).is_err(), "another type");
    }

    #[test]
    fn the_next_link_keeps_the_filters_and_replaces_the_cursor() {
        let uri: Uri = "/v1/gallery/events?q=a%20%26b&cursor=old&theme=x,y".parse().unwrap();
        let link = "</v1/gallery/events?q=a+%26b&theme=x%2Cy&cursor=new>; rel=\"next\"";
        assert_eq!(next_link(&uri, "new"), link);
        assert_eq!(next_link(&Uri::from_static("/a"), "c"), "</a?cursor=c>; rel=\"next\"");
    }

    #[test]
    fn a_limit_is_between_1_and_100() {
        assert_eq!(Limit::default().get(), 25);
        assert!(Limit::try_from(0).is_err() && Limit::try_from(101).is_err());
        assert_eq!(serde_json::from_str::<Limit>("100").unwrap().get(), 100);
    }
}
