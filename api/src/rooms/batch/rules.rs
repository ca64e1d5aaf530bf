//! What may be in a batch, and what items have from the answers to earlier ones.

use std::collections::HashSet;

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};

use super::wire::{BatchItem, BatchVerdict};
use crate::http::json::{fault, step};
use crate::problem::{Fault, Kind, Problem};

/// What begins so is asked for alone: it opens accounts, which is not to be done twice and has a line of its own, is read or
/// answered in portions or belongs to what is, or is a batch.
const ALONE: [&str; 7] =
    ["batch", "sessions", "invitations", "password-resets", "imports", "import-mappings", "exports"];
/// The member of an object that stands for a part of an earlier answer.
const FROM: &str = "$from";
/// The member that is meant where none is named.
const ID: &str = "/id";

/// Everything that is wrong with a batch as such. What its items ask for is judged when their turn comes.
pub(super) fn faults(items: &[BatchItem]) -> Vec<Fault> {
    let (mut faults, mut earlier) = (Vec::new(), HashSet::new());
    for (place, item) in items.iter().enumerate() {
        let at = |member: &str| format!("/items/{place}/{member}");
        if ALONE.contains(&item.path.split('/').nth(2).unwrap_or_default()) {
            faults.push(fault(&at("path"), "not_in_a_batch", "has to be asked for alone"));
        }
        let texts = [
            ("path", Some(item.path.as_str())),
            ("if_match", item.if_match.as_deref()),
            ("authorization", item.authorization.as_ref().map(SecretString::expose_secret)),
        ];
        for (member, text) in texts.into_iter().filter_map(|(member, text)| Some((member, text?))) {
            let known = |piece: &Piece<'_>| match piece {
                Piece::Taken(taken) => earlier.contains(taken.item),
                Piece::Said(_) => true,
                Piece::Broken => false,
            };
            if !pieces(text).iter().all(known) {
                faults.push(unknown(&at(member)));
            }
        }
        if let Some(body) = &item.body {
            members(&at("body"), body, &earlier, &mut faults);
        }
        if !earlier.insert(item.id.as_str()) {
            faults.push(fault(&at("id"), "repeated_value", "must be of one item only"));
        }
    }
    faults
}

fn unknown(pointer: &str) -> Fault {
    fault(pointer, "unknown_item", "must refer to an earlier item of this batch")
}

/// Looks for what refers to no earlier item.
fn members(pointer: &str, body: &Map<String, Value>, earlier: &HashSet<&str>, faults: &mut Vec<Fault>) {
    for (name, value) in body {
        look(&step(pointer, name), value, earlier, faults);
    }
}

fn look(pointer: &str, value: &Value, earlier: &HashSet<&str>, faults: &mut Vec<Fault>) {
    match value {
        Value::Object(body) if body.contains_key(FROM) => match reference(body) {
            Some(taken) if earlier.contains(taken.item) => {}
            _ => faults.push(unknown(pointer)),
        },
        Value::Object(body) => members(pointer, body, earlier, faults),
        Value::Array(values) => {
            let each = values.iter().enumerate();
            each.for_each(|(place, value)| look(&step(pointer, &place.to_string()), value, earlier, faults));
        }
        _ => {}
    }
}

/// A part of the answer to an earlier item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Taken<'a> {
    item: &'a str,
    pointer: Option<&'a str>,
}

impl<'a> Taken<'a> {
    /// Reads `id` or `id#/pointer`.
    fn read(text: &'a str) -> Option<Self> {
        let (item, pointer) = match text.split_once('#') {
            Some((item, pointer)) => (item, Some(pointer)),
            None => (text, None),
        };
        let whole = !item.is_empty() && pointer.is_none_or(|pointer| pointer.starts_with('/'));
        whole.then_some(Self { item, pointer })
    }

    /// What it stands for.
    ///
    /// # Errors
    /// 409 if the item was refused, or its answer has no such text.
    fn of(&self, verdicts: &'a [BatchVerdict], etag: bool) -> Result<&'a str, Problem> {
        let refused = |why: &str| {
            let detail = format!("The item `{}`, to which this one refers, {why}.", self.item);
            Problem::of(Kind::EarlierItemFailed).with_detail(detail)
        };
        let verdict = verdicts.iter().find(|verdict| verdict.id == self.item);
        let verdict = verdict.filter(|verdict| verdict.succeeded()).ok_or_else(|| refused("was not done"))?;
        let text = match self.pointer {
            None if etag => verdict.etag.as_deref(),
            pointer => verdict.body.as_ref().and_then(|body| body.pointer(pointer.unwrap_or(ID))?.as_str()),
        };
        text.ok_or_else(|| refused("was answered without what it refers to"))
    }
}

/// A piece of a text in which something may be taken from elsewhere.
enum Piece<'a> {
    Said(&'a str),
    Taken(Taken<'a>),
    Broken,
}

/// The pieces of a text with `{…}` in it.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((said, after)) = rest.split_once('{') {
        let (taken, left) = after.split_once('}').unwrap_or(("", ""));
        pieces.push(Piece::Said(said));
        pieces.push(Taken::read(taken).map_or(Piece::Broken, Piece::Taken));
        rest = left;
    }
    pieces.push(Piece::Said(rest));
    pieces
}

/// A text with what it takes from earlier answers.
///
/// # Errors
/// 409 if that is not there.
pub(super) fn text(said: &str, verdicts: &[BatchVerdict], etag: bool) -> Result<String, Problem> {
    let one = |piece: Piece<'_>| match piece {
        Piece::Said(said) => Ok(said.to_owned()),
        Piece::Taken(taken) => taken.of(verdicts, etag).map(str::to_owned),
        Piece::Broken => Err(Problem::of(Kind::BadRequest)),
    };
    pieces(said).into_iter().map(one).collect()
}

/// A path with what it takes from earlier answers, each of which is one segment of it.
///
/// # Errors
/// 409 if that is not there, or is no segment of a path.
pub(super) fn path(said: &str, verdicts: &[BatchVerdict]) -> Result<String, Problem> {
    let path = text(said, verdicts, false)?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-/".contains(&byte);
    // A pointer has slashes of its own, which are gone with what it stood for.
    let slashes = |text: &str| text.matches('/').count();
    let own = |piece: &Piece<'_>| if let Piece::Said(said) = piece { slashes(said) } else { 0 };
    let fits = path.bytes().all(is_plain) && slashes(&path) == pieces(said).iter().map(own).sum::<usize>();
    let detail = "What the path refers to is no part of a path.";
    fits.then_some(path).ok_or_else(|| Problem::of(Kind::EarlierItemFailed).with_detail(detail))
}

/// A body with what it takes from earlier answers.
///
/// # Errors
/// 409 if that is not there.
pub(super) fn body(
    said: Map<String, Value>,
    verdicts: &[BatchVerdict],
) -> Result<Map<String, Value>, Problem> {
    let members = said.into_iter().map(|(name, value)| Ok((name, filled(value, verdicts)?)));
    members.collect()
}

fn filled(value: Value, verdicts: &[BatchVerdict]) -> Result<Value, Problem> {
    match value {
        Value::Object(members) => match reference(&members) {
            Some(taken) => taken.of(verdicts, false).map(Value::from),
            None => body(members, verdicts).map(Value::Object),
        },
        Value::Array(values) => values.into_iter().map(|value| filled(value, verdicts)).collect(),
        other => Ok(other),
    }
}

/// What an object stands for, if it does.
fn reference(body: &Map<String, Value>) -> Option<Taken<'_>> {
    let text = body.get(FROM).filter(|_| body.len() == 1)?.as_str()?;
    Taken::read(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn verdict(id: &str, status: u16, body: Value) -> BatchVerdict {
        let etag = Some("\"7\"".to_owned());
        BatchVerdict {
            id: id.into(),
            status,
            location: None,
            etag,
            replayed: false,
            retry_after: None,
            body: Some(body),
        }
    }

    #[test]
    fn what_was_answered_stands_where_it_is_referred_to() {
        let told = [
            verdict("a", 201, json!({"id": "x-1", "inner": {"id": "x-2", "way": "b/../c"}})),
            verdict("b", 409, json!({"id": "no"})),
        ];
        assert_eq!(path("/v1/events/{a}/submit", &told).unwrap(), "/v1/events/x-1/submit");
        assert_eq!(path("/v1/r/{a#/inner/id}", &told).unwrap(), "/v1/r/x-2");
        assert_eq!(text("{a}", &told, true).unwrap(), "\"7\"");
        let said = json!({"event": {"$from": "a"}, "list": [{"$from": "a#/inner/id"}, 1]});
        let said = said.as_object().unwrap().clone();
        assert_eq!(Value::from(body(said, &told).unwrap()), json!({"event": "x-1", "list": ["x-2", 1]}));
        for refused in
            ["/v1/r/{b}", "/v1/r/{c}", "/v1/r/{a#/nothing}", "/v1/r/{a#/inner}", "/v1/r/{a#/inner/way}"]
        {
            assert_eq!(path(refused, &told).unwrap_err().kind(), Kind::EarlierItemFailed, "{refused}");
        }
    }
}
