//! A JSON parser that mends nothing.

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
}

impl Syntax {
    /// The stable name of the fault.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "invalid_json",
            Self::Truncated => "truncated_json",
            Self::RepeatedMember => "repeated_member",
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
        }
    }
}

/// Recognised in the message of the one error this parser makes itself.
const REPEATED: &str = "a member is repeated";

/// Parses a JSON text. Numbers that are whole, such as `14.0`, become integers, as JSON Schema counts them.
///
/// # Errors
/// See [`Syntax`].
pub fn strict(bytes: &[u8]) -> Result<Value, Syntax> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let parsed = reader.deserialize_any(Strict).and_then(|value| reader.end().map(|()| value));
    parsed.map_err(|error| {
        if error.is_eof() {
            Syntax::Truncated
        } else if error.is_data() && error.to_string().starts_with(REPEATED) {
            Syntax::RepeatedMember
        } else {
            Syntax::Malformed { line: error.line(), column: error.column() }
        }
    })
}

struct Strict;

impl<'de> Visitor<'de> for Strict {
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
        while let Some(item) = items.next_element_seed(Seed)? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(Seed)?;
            if all.insert(name, value).is_some() {
                return Err(A::Error::custom(REPEATED));
            }
        }
        Ok(Value::Object(all))
    }
}

struct Seed;

impl<'de> serde::de::DeserializeSeed<'de> for Seed {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(Strict)
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
    fn whole_numbers_are_integers() {
        assert_eq!(strict(b"[14.0,1.5,-0.0,1e3]").unwrap(), serde_json::json!([14, 1.5, 0, 1000]));
    }
}
