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

/// What may stand between cells.
const DELIMITERS: [char; 3] = [',', ';', '\t'];

/// A table whose first row was read.
pub struct Table {
    reading: TableReading,
    delimiter: char,
    /// How many cells a row has.
    width: usize,
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
        let head = match row(stream, number, None).await? {
            Some((_, Ok(text))) => text,
            Some((_, Err(fault))) => return Ok(Err(vec![fault])),
            None => return Ok(Err(vec![fault("", "header_expected", "the table is empty")])),
        };
        let delimiter = DELIMITERS.into_iter().max_by_key(|d| (head.matches(*d).count(), *d == ','));
        let delimiter = delimiter.unwrap_or(',');
        let names = match cells(&head, delimiter) {
            Ok(names) => names,
            Err(fault) => return Ok(Err(vec![fault])),
        };
        let (mut places, mut missing) = (Vec::new(), Vec::new());
        for column in &reading.columns {
            let mut found = (0..names.len()).filter(|place| names[*place].trim() == column.column.trim());
            match (found.next(), found.next()) {
                (Some(place), None) => places.push(place),
                (Some(_), Some(_)) => missing.push(fault(
                    "",
                    "repeated_column",
                    format!("has two columns that could be `{}`", column.member),
                )),
                (None, _) => missing.push(fault(
                    "",
                    "missing_column",
                    format!("has no column for `{}`", column.member),
                )),
            }
        }
        Ok(match missing.is_empty() {
            true => Ok(Self { reading, delimiter, width: names.len(), places }),
            false => Err(missing),
        })
    }

    /// The record of the next row, and on which line it begins; nothing at the end. Blank rows are passed over.
    pub async fn next(
        &self,
        stream: &mut (impl AsyncBufRead + Unpin),
        number: &mut u64,
    ) -> std::io::Result<Option<(u64, Result<Value, Vec<Fault>>)>> {
        while let Some((line, text)) = row(stream, number, Some(self.delimiter)).await? {
            match text {
                Err(fault) => return Ok(Some((line, Err(vec![fault])))),
                Ok(text) if text.chars().all(|c| c.is_whitespace() || c == self.delimiter) => {}
                Ok(text) => {
                    let record = cells(&text, self.delimiter).and_then(|cells| self.record(&cells));
                    return Ok(Some((line, record.map_err(|fault| vec![fault]))));
                }
            }
        }
        Ok(None)
    }

    fn record(&self, cells: &[String]) -> Result<Value, Fault> {
        if cells.len() != self.width {
            let detail = format!("has {} cells, and the first row {}", cells.len(), self.width);
            return Err(fault("", "number_of_cells", detail));
        }
        let mut record = json!({"type": self.reading.kind.as_str()});
        let constants = self.reading.constants.iter().map(|c| (c.member.as_str(), c.value.as_str(), c.says));
        let columns = self.reading.columns.iter().zip(&self.places).map(|(column, place)| {
            let cell = cells.get(*place).map(|cell| cell.trim()).unwrap_or_default();
            (column.member.as_str(), cell, column.says)
        });
        for (member, text, says) in constants.chain(columns).filter(|(_, text, _)| !text.is_empty()) {
            put(&mut record, member, value(text, says));
        }
        Ok(record)
    }
}

/// What a cell says; what cannot be read that way is refused as the text it is.
fn value(text: &str, says: TableValue) -> Value {
    match says {
        TableValue::Text => json!(text),
        TableValue::Number => match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(whole), _) => json!(whole),
            // Programs that know decimals only write `40.0`.
            (_, Ok(number)) if number.fract() == 0.0 && number.abs() < 1e15 => json!(number as i64),
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
    delimiter: Option<char>,
) -> std::io::Result<Option<(u64, Result<String, Fault>)>> {
    let (mut whole, mut first, mut too_long, mut at) = (Vec::new(), None, false, At::Begin);
    loop {
        let Some(line) = next_line(stream).await? else { break };
        *number += 1;
        first.get_or_insert(*number);
        match line {
            RawLine::Bytes(bytes) if whole.len() + bytes.len() < LONGEST => {
                let mark = b"\xef\xbb\xbf";
                let bytes = bytes.strip_prefix(mark).filter(|_| *number == 1).unwrap_or(&bytes);
                at = at.after(&String::from_utf8_lossy(bytes), delimiter);
                whole.extend_from_slice(bytes);
            }
            _ => too_long = true,
        }
        if too_long || at != At::Quoted {
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

/// Where a row was read up to.
#[derive(Clone, Copy, PartialEq)]
enum At {
    Begin,
    Plain,
    Quoted,
    /// Behind a quote in quotes, which ends them or stands for one.
    Quote,
}

impl At {
    /// Where the next characters lead.
    fn after(self, text: &str, delimiter: Option<char>) -> Self {
        // Of the first row it is not known yet what stands between cells.
        let ends = |c| delimiter.map_or(DELIMITERS.contains(&c), |delimiter| c == delimiter);
        text.chars().fold(self, |at, c| match (at, c) {
            (Self::Begin | Self::Quote, '"') => Self::Quoted,
            (Self::Quoted, '"') => Self::Quote,
            (Self::Quoted, _) => Self::Quoted,
            (_, c) if ends(c) => Self::Begin,
            _ => Self::Plain,
        })
    }
}

/// The cells of a row (RFC 4180 §2): quotes stand around a whole cell, and within one for a quote; anywhere else they are what they are.
fn cells(text: &str, delimiter: char) -> Result<Vec<String>, Fault> {
    let mut cells = Vec::new();
    let mut rest = text;
    loop {
        let (cell, after) = match rest.strip_prefix('"') {
            Some(quoted) => in_quotes(quoted)?,
            None => {
                let end = rest.find(delimiter).unwrap_or(rest.len());
                (rest[..end].to_owned(), &rest[end..])
            }
        };
        cells.push(cell);
        if after.is_empty() {
            return Ok(cells);
        }
        rest = after.strip_prefix(delimiter).ok_or_else(|| {
            let detail = "has text behind the quotes of a cell: quotes within one are written twice";
            fault("", "text_behind_quotes", detail)
        })?;
    }
}

/// A cell whose first quote was read, and what stands behind its last.
fn in_quotes(text: &str) -> Result<(String, &str), Fault> {
    let (mut cell, mut rest) = (String::new(), text);
    loop {
        let end = rest.find('"').ok_or_else(|| {
            fault(
                "",
                "unclosed_quotes",
                "has a cell whose quotes are not closed; what follows may be part of it",
            )
        })?;
        cell.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(more) => {
                cell.push('"');
                rest = more;
            }
            None => return Ok((cell, rest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_cut_as_they_were_written() {
        assert_eq!(cells("a,\"b,\"\"c\"\"\n\",,d", ',').unwrap(), ["a", "b,\"c\"\n", "", "d"]);
        assert_eq!(cells("a;b", ';').unwrap(), ["a", "b"]);
        assert_eq!(cells("a,", ',').unwrap(), ["a", ""]);
        assert_eq!(cells("7,Room 5\" wide,\"\"", ',').unwrap(), ["7", "Room 5\" wide", ""]);
        assert_eq!(cells("7,\"Room\" 5", ',').unwrap_err().code, "text_behind_quotes");
        assert_eq!(cells("7,\"Room", ',').unwrap_err().code, "unclosed_quotes");
        let goes_on = |text| At::Begin.after(text, Some(',')) == At::Quoted;
        assert!(
            goes_on("7,\"Room") && goes_on("\"\"\"") && !goes_on("7,Room 5\"") && !goes_on("7,\"a\"\"\"")
        );
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
