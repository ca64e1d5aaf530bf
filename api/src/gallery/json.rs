//! Answers put together from finished documents, which are copied and never read.

use serde::Serialize;

use crate::problem::Problem;

/// A JSON object, written member by member.
#[derive(Default)]
pub struct Object(Vec<u8>);

impl Object {
    /// An object with room for so many bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    fn name(&mut self, name: &str) {
        self.0.push(if self.0.is_empty() { b'{' } else { b',' });
        self.0.push(b'"');
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(b"\":");
    }

    /// A member whose value is yet to be written as JSON.
    ///
    /// # Errors
    /// 500 if it cannot be.
    pub fn member(mut self, name: &str, value: &(impl Serialize + ?Sized)) -> Result<Self, Problem> {
        self.name(name);
        serde_json::to_writer(&mut self.0, value).map_err(Problem::internal)?;
        Ok(self)
    }

    /// A member whose value is JSON already.
    pub fn ready(mut self, name: &str, json: impl AsRef<[u8]>) -> Self {
        self.name(name);
        self.0.extend_from_slice(json.as_ref());
        self
    }

    /// A member that is a list of values which are JSON already.
    pub fn ready_list(mut self, name: &str, items: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Self {
        self.name(name);
        self.0.push(b'[');
        for (place, item) in items.into_iter().enumerate() {
            if place > 0 {
                self.0.push(b',');
            }
            self.0.extend_from_slice(item.as_ref());
        }
        self.0.push(b']');
        self
    }

    /// The finished object.
    pub fn finish(mut self) -> Vec<u8> {
        if self.0.is_empty() {
            self.0.push(b'{');
        }
        self.0.push(b'}');
        self.0
    }
}

/// `{items, next_cursor}`.
///
/// # Errors
/// 500 if the cursor cannot be written.
pub fn page(items: &[impl AsRef<[u8]>], next_cursor: Option<&str>) -> Result<Vec<u8>, Problem> {
    let bytes = items.iter().map(|item| item.as_ref().len() + 1).sum::<usize>() + 600;
    let page = Object::with_capacity(bytes).ready_list("items", items);
    Ok(page.member("next_cursor", &next_cursor)?.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_written_member_by_member() {
        let object =
            Object::default().member("a", &"\"").unwrap().ready("b", "{}").ready_list("c", ["1", "2"]);
        assert_eq!(object.finish(), br#"{"a":"\"","b":{},"c":[1,2]}"#);
        assert_eq!(Object::default().finish(), b"{}");
        assert_eq!(page(&["1"], Some("x")).unwrap(), br#"{"items":[1],"next_cursor":"x"}"#);
        assert_eq!(page(&[""; 0], None).unwrap(), br#"{"items":[],"next_cursor":null}"#);
    }
}
