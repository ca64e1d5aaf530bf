//! A JSON parser that mends nothing.

use std::cell::Cell;
use std::fmt;

use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Why a text is not acceptable JSON (RFC 8259).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// It is not JSON; at this line and column, from 1.
    Malformed {
        /// The line.
        line: usize,
        /// The column.
        column: usize,
    },
    /// It ends before the value does.
    Truncated,
    /// A member is given twice in one object.
    RepeatedMember,
    /// It holds more values than any call takes.
    TooManyValues,
}

impl Syntax {
    /// The stable name of the fault.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "invalid_json",
            Self::Truncated => "truncated_json",
            Self::RepeatedMember => "repeated_member",
            Self::TooManyValues => "too_many_values",
        }
    }
}

impl fmt::Display for Syntax {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { line: 1, column } => write!(f, "is not JSON, from column {column} on"),
            Self::Malformed { line, column } => {
                write!(f, "is not JSON, from line {line}, column {column} on")
            }
            Self::Truncated => f.write_str("ends in the middle of a value"),
            Self::RepeatedMember => f.write_str("has a member twice in one object"),
            Self::TooManyValues => write!(f, "has more than {MOST} values"),
        }
    }
}

/// The most values of one text, counted through all its arrays and objects: many times what any call takes. Whoever sends
/// more is refused before each of them is looked at.
const MOST: usize = 10_000;
/// Recognised in the messages of the errors that this parser makes itself.
const REPEATED: &str = "a member is repeated";
const TOO_MANY: &str = "too many values";

/// Parses a JSON text. Numbers that are whole, such as `14.0`, become integers, as JSON Schema counts them.
///
/// # Errors
/// See [`Syntax`].
pub fn strict(bytes: &[u8]) -> Result<Value, Syntax> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let left = Cell::new(MOST);
    let parsed = reader.deserialize_any(Strict(&left)).and_then(|value| reader.end().map(|()| value));
    parsed.map_err(|error| {
        if error.is_eof() {
            Syntax::Truncated
        } else if error.is_data() && error.to_string().starts_with(REPEATED) {
            Syntax::RepeatedMember
        } else if error.is_data() && error.to_string().starts_with(TOO_MANY) {
            Syntax::TooManyValues
        } else {
            Syntax::Malformed { line: error.line(), column: error.column() }
        }
    })
}

/// Counts down how many values may follow.
#[derive(Clone, Copy)]
struct Strict<'a>(&'a Cell<usize>);

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        // Up to 2^53 every whole number is exact.
        if value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0 {
            return Ok((value as i64).into());
        }
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(self)?;
            if all.insert(name, value).is_some() {
                return Err(A::Error::custom(REPEATED));
            }
        }
        Ok(Value::Object(all))
    }
}

impl<'de> serde::de::DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let left = self.0.get().checked_sub(1).ok_or_else(|| D::Error::custom(TOO_MANY))?;
        self.0.set(left);
        deserializer.deserialize_any(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_other_parsers_mend_is_refused() {
        assert_eq!(strict(br#"{"a":1,"b":{"c":1,"c":2}}"#), Err(Syntax::RepeatedMember));
        assert_eq!(strict(br#"{"a":1"#), Err(Syntax::Truncated));
        assert_eq!(strict(br#"{"a":1} x"#), Err(Syntax::Malformed { line: 1, column: 9 }));
        assert!(matches!(strict(br#"{"a":"\ud800"}"#), Err(Syntax::Malformed { .. })));
        assert!(matches!(strict(b"[1e999]"), Err(Syntax::Malformed { .. })));
        assert!(matches!(strict("[".repeat(1000).as_bytes()), Err(Syntax::Malformed { .. })));
    }

    #[test]
    fn what_holds_more_values_than_any_call_takes_is_not_read_to_its_end() {
        let many = |count: usize| format!("[{}1]", "1,".repeat(count - 1));
        assert_eq!(strict(many(MOST).as_bytes()).unwrap().as_array().unwrap().len(), MOST);
        let members: Vec<String> = (0..=MOST).map(|n| format!("\"{n}\":{{}}")).collect();
        for text in [many(MOST + 1), format!("{{{}}}", members.join(",")), many(MOST + 1) + "x"] {
            assert_eq!(strict(text.as_bytes()), Err(Syntax::TooManyValues));
        }
    }

    #[test]
    fn whole_numbers_are_integers() {
        assert_eq!(strict(b"[14.0,1.5,-0.0,1e3]").unwrap(), serde_json::json!([14, 1.5, 0, 1000]));
    }
}
