//! Reading a table (RFC 4180) as lines of a bundle: each row is a record, by a mapping that says which column is which member.

use ::entity::kinds::RecordKind;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::io::AsyncBufRead;
use utoipa::ToSchema;

use super::reader::{LONGEST, RawLine, next_line};
use crate::http::json::fault;
use crate::problem::Fault;

/// What a cell says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TableValue {
    /// A text.
    #[default]
    Text,
    /// A number.
    Number,
    /// `true` or `false`, `yes` or `no`, `1` or `0`.
    Boolean,
    /// Texts with semicolons between.
    List,
}

/// Which member a column is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TableColumn {
    /// What stands above the column.
    #[schema(min_length = 1, max_length = 200)]
    pub column: String,
    /// The member of the record, as a line of a bundle has it; dots lead into objects.
    #[schema(pattern = "^[a-z][a-z_]{0,39}(\\.[A-Za-z_-]{1,40}){0,3}$", example = "when.date")]
    pub member: String,
    /// What its cells say.
    #[serde(default, rename = "as")]
    #[schema(default = "text")]
    pub says: TableValue,
}

/// A member that is the same in all records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TableConstant {
    /// The member, as with columns.
    #[schema(pattern = "^[a-z][a-z_]{0,39}(\\.[A-Za-z_-]{1,40}){0,3}$", example = "kind")]
    pub member: String,
    /// What it says in each, and where a cell of that member is empty.
    #[schema(max_length = 2000)]
    pub value: String,
    /// How that is meant.
    #[serde(default, rename = "as")]
    #[schema(default = "text")]
    pub says: TableValue,
}

/// How a table is read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ImportMappingIn)]
pub struct TableReading {
    /// What its rows are.
    #[serde(rename = "type")]
    pub kind: RecordKind,
    /// The name of its source.
    #[schema(min_length = 1, max_length = 100, pattern = r"^\S+$")]
    pub source: String,
    /// The language of records that state none (BCP 47).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        nullable = false,
        min_length = 2,
        max_length = 35,
        pattern = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"
    )]
    pub language: Option<String>,
    /// Which column is which member; one of them is `id`. Other columns are left out.
    #[schema(min_items = 1, max_items = 100)]
    pub columns: Vec<TableColumn>,
    /// Members that are the same in all records.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub constants: Vec<TableConstant>,
}

/// A table whose first row was read.
pub struct Table {
    reading: TableReading,
    delimiter: char,
    /// Where in a row each column stands.
    places: Vec<usize>,
}

impl Table {
    /// Reads the first row, which names the columns; or says what is wrong with it.
    pub async fn open(
        stream: &mut (impl AsyncBufRead + Unpin),
        number: &mut u64,
        reading: TableReading,
    ) -> std::io::Result<Result<Self, Vec<Fault>>> {
        let head = match row(stream, number).await? {
            Some((_, Ok(text))) => text,
            Some((_, Err(fault))) => return Ok(Err(vec![fault])),
            None => return Ok(Err(vec![fault("", "header_expected", "the table is empty")])),
        };
        let delimiter = [',', ';', '\t'].into_iter().max_by_key(|d| (head.matches(*d).count(), *d == ','));
        let delimiter = delimiter.unwrap_or(',');
        let names = cells(&head, delimiter);
        let (mut places, mut missing) = (Vec::new(), Vec::new());
        for column in &reading.columns {
            match names.iter().position(|name| name.trim() == column.column.trim()) {
                Some(place) => places.push(place),
                None => missing.push(fault(
                    "",
                    "missing_column",
                    format!("has no column for `{}`", column.member),
                )),
            }
        }
        Ok(match missing.is_empty() {
            true => Ok(Self { reading, delimiter, places }),
            false => Err(missing),
        })
    }

    /// The record of the next row, and on which line it begins; nothing at the end. Blank rows are passed over.
    pub async fn next(
        &self,
        stream: &mut (impl AsyncBufRead + Unpin),
        number: &mut u64,
    ) -> std::io::Result<Option<(u64, Result<Value, Vec<Fault>>)>> {
        while let Some((line, text)) = row(stream, number).await? {
            match text {
                Err(fault) => return Ok(Some((line, Err(vec![fault])))),
                Ok(text) if text.chars().all(|c| c.is_whitespace() || c == self.delimiter) => {}
                Ok(text) => return Ok(Some((line, Ok(self.record(&cells(&text, self.delimiter)))))),
            }
        }
        Ok(None)
    }

    fn record(&self, cells: &[String]) -> Value {
        let mut record = json!({"type": self.reading.kind.as_str()});
        let constants = self.reading.constants.iter().map(|c| (c.member.as_str(), c.value.as_str(), c.says));
        let columns = self.reading.columns.iter().zip(&self.places).map(|(column, place)| {
            let cell = cells.get(*place).map(|cell| cell.trim()).unwrap_or_default();
            (column.member.as_str(), cell, column.says)
        });
        for (member, text, says) in constants.chain(columns).filter(|(_, text, _)| !text.is_empty()) {
            put(&mut record, member, value(text, says));
        }
        record
    }
}

/// What a cell says; what cannot be read that way is refused as the text it is.
fn value(text: &str, says: TableValue) -> Value {
    match says {
        TableValue::Text => json!(text),
        TableValue::Number => match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(whole), _) => json!(whole),
            (_, Ok(number)) if number.is_finite() => json!(number),
            _ => json!(text),
        },
        TableValue::Boolean => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => json!(true),
            "false" | "no" | "0" => json!(false),
            _ => json!(text),
        },
        TableValue::List => {
            text.split(';').map(str::trim).filter(|item| !item.is_empty()).map(|item| json!(item)).collect()
        }
    }
}

/// Writes a member, and the objects on the way to it.
fn put(into: &mut Value, member: &str, value: Value) {
    let Value::Object(members) = into else { return };
    match member.split_once('.') {
        None => drop(members.insert(member.to_owned(), value)),
        Some((name, rest)) => {
            put(members.entry(name).or_insert_with(|| Value::Object(Map::new())), rest, value);
        }
    }
}

/// A row, which may go on over several lines where a cell is in quotes, and the line on which it begins.
async fn row(
    stream: &mut (impl AsyncBufRead + Unpin),
    number: &mut u64,
) -> std::io::Result<Option<(u64, Result<String, Fault>)>> {
    let (mut whole, mut first, mut too_long) = (Vec::new(), None, false);
    loop {
        let Some(line) = next_line(stream).await? else { break };
        *number += 1;
        first.get_or_insert(*number);
        match line {
            RawLine::Bytes(bytes) if whole.len() + bytes.len() < LONGEST => {
                let mark = b"\xef\xbb\xbf";
                whole.extend_from_slice(bytes.strip_prefix(mark).filter(|_| *number == 1).unwrap_or(&bytes));
            }
            _ => too_long = true,
        }
        let quotes = whole.iter().filter(|byte| **byte == b'"').count();
        if too_long || quotes.is_multiple_of(2) {
            break;
        }
        whole.push(b'\n');
    }
    let Some(first) = first else { return Ok(None) };
    let text = match String::from_utf8(whole) {
        _ if too_long => Err(fault("", "line_too_long", "a row has at most 1 MiB")),
        Ok(text) => Ok(text),
        Err(_) => Err(fault("", "invalid_utf8", "a row must be UTF-8")),
    };
    Ok(Some((first, text)))
}

/// The cells of a row.
fn cells(text: &str, delimiter: char) -> Vec<String> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            c if c == delimiter && !quoted => cells.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    cells.push(cell);
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_cut_as_they_were_written() {
        assert_eq!(cells("a,\"b,\"\"c\"\"\n\",,d", ','), ["a", "b,\"c\"\n", "", "d"]);
        assert_eq!(cells("a;b", ';'), ["a", "b"]);
    }

    #[test]
    fn a_member_is_put_where_its_dots_lead() {
        let mut record = json!({});
        put(&mut record, "place.point.lat", value("4.5", TableValue::Number));
        put(&mut record, "place.country", value("SS", TableValue::Text));
        put(&mut record, "languages", value("en; fr", TableValue::List));
        let expected = json!({"place": {"point": {"lat": 4.5}, "country": "SS"}, "languages": ["en", "fr"]});
        assert_eq!(record, expected);
    }
}
