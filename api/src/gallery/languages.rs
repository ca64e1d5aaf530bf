//! Each document in the language that the reader wants most and that it has; else in its original.

use actix_web::HttpRequest;
use actix_web::http::header::ACCEPT_LANGUAGE;

use super::params::LanguageTag;
use super::sql::Sql;
use crate::http::language::Wanted;
use crate::problem::Problem;

/// The languages in which names of countries and languages are known.
pub const NAMED_IN: [&str; 5] = ["en", "es", "fr", "ar", "pt"];

/// What `?lang=`, else `Accept-Language`, asks for.
///
/// # Errors
/// 400 if the parameter is no language tag.
pub fn wanted(req: &HttpRequest, lang: Option<&LanguageTag>) -> Result<Wanted, Problem> {
    let header = req.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Wanted::from(lang.map(|tag| tag.0.as_str()), header)
}

/// The language for names of countries and languages: one of [`NAMED_IN`].
pub fn for_names(wanted: &Wanted) -> &'static str {
    wanted.pick(NAMED_IN.into_iter(), "en")
}

/// Writes `SELECT columns, picked… FROM …`, where each of the `picked` columns of `d` (`language`, `label`, `body`, `feature`) is that
/// of the best translation. `from` has to bring `d` along with its id, its language and those columns.
pub fn select(sql: &mut Sql, wanted: &Wanted, columns: &str, picked: &[&str], from: impl FnOnce(&mut Sql)) {
    sql.push("SELECT ").push(columns);
    for column in picked {
        sql.push(", ");
        pick(sql, wanted, column);
    }
    sql.push(" FROM ");
    from(sql);
    for (place, tag) in wanted.tags().iter().enumerate() {
        let table = format!("t{place}");
        sql.push(&format!(" LEFT JOIN gallery_translation {table} ON {table}.document_id = d.id"));
        sql.push(&format!(" AND {table}.language = ")).bind(tag.as_str());
    }
}

fn pick(sql: &mut Sql, wanted: &Wanted, column: &str) {
    if wanted.tags().is_empty() {
        sql.push(&format!("d.{column} AS {column}"));
        return;
    }
    sql.push("CASE");
    for (place, tag) in wanted.tags().iter().enumerate() {
        sql.push(" WHEN d.language = ").bind(tag.as_str());
        sql.push(&format!(" THEN d.{column} WHEN t{place}.language IS NOT NULL THEN t{place}.{column}"));
    }
    sql.push(&format!(" ELSE d.{column} END AS {column}"));
}

/// The language that all of them share, for `Content-Language`.
pub fn shared<'a>(mut languages: impl Iterator<Item = &'a str>) -> Option<String> {
    let first = languages.next()?;
    languages.all(|language| language == first).then(|| first.to_owned())
}
