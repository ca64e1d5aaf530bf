//! Tables: RFC 4180, and fit for a spreadsheet, which would take some texts for formulas.

use serde_json::Value;

use super::told::Told;

/// The columns: what they are called, and where in the members they stand.
const COLUMNS: [(&str, &str); 25] = [
    ("type", "/type"),
    ("id", "/id"),
    ("kind", "/kind"),
    ("status", "/status"),
    ("title", "/title"),
    ("summary", "/summary"),
    ("text", "/text"),
    ("language", "/language"),
    ("country", "/country"),
    ("place_country", "/place/country"),
    ("place_region", "/place/region"),
    ("place_locality", "/place/locality"),
    ("when_precision", "/when/precision"),
    ("date", "/when/date"),
    ("starts_local", "/when/starts_local"),
    ("time_zone", "/when/time_zone"),
    ("duration_minutes", "/when/duration_minutes"),
    ("format", "/format"),
    ("visibility", "/visibility"),
    ("risk", "/risk"),
    ("event", "/event"),
    ("initiative", "/initiative"),
    ("organisations", "/organisations"),
    ("themes", "/themes"),
    ("url", "/url"),
];

/// What follows them.
const FURTHER: [&str; 5] =
    ["published", "headcount_activist", "headcount_donor", "headcount_ally", "headcount_organisations"];

/// The first row.
pub(super) fn head() -> String {
    row(COLUMNS.iter().map(|(name, _)| *name).chain(FURTHER).map(str::to_owned))
}

/// The row of a record.
pub(super) fn of(told: &Told) -> String {
    let members = Value::Object(told.members.clone());
    let cells = COLUMNS.iter().map(|(_, at)| members.pointer(at).map(text).unwrap_or_default());
    let counts = told.headcount.iter().map(|count| match count {
        Some(count) if count.suppressed => "suppressed".to_owned(),
        Some(count) => count.value.map(|value| value.to_string()).unwrap_or_default(),
        None => String::new(),
    });
    row(cells.chain([told.public.is_some().to_string()]).chain(counts))
}

/// What stands in a cell; of a list, what is in it with spaces between.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(" "),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn row(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.map(|cell| quoted(&cell)).collect();
    cells.join(",") + "\r\n"
}

/// A cell in quotes. What a spreadsheet would calculate has an apostrophe in front.
fn quoted(cell: &str) -> String {
    let first = cell.trim_start_matches(' ').chars().next();
    let formula =
        matches!(first, Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠'));
    format!("\"{}{}\"", if formula { "'" } else { "" }, cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_none_breaks_out() {
        for (cell, written) in [
            ("Seeds", "\"Seeds\""),
            ("=1+1", "\"'=1+1\""),
            (" +1", "\"' +1\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\tx", "\"'\tx\""),
            ("\rx", "\"'\rx\""),
            ("a \"b\",\nc", "\"a \"\"b\"\",\nc\""),
            ("", "\"\""),
        ] {
            assert_eq!(quoted(cell), written);
        }
        assert_eq!(head().matches(',').count(), COLUMNS.len() + FURTHER.len() - 1);
    }
}
