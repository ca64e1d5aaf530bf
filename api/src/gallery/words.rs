//! Finding by words: the same words find the same documents on both engines, each as the beginning of a word.

use super::sql::Sql;

/// Where the words have to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// Anywhere.
    Anywhere,
    /// All of them in the title.
    InTitle,
    /// Anywhere, but not all of them in the title.
    BesideTitle,
}

/// Goes on with the condition that `d` has all of these folded words. No words find nothing.
pub fn condition(sql: &mut Sql, words: &[String], place: Where) {
    if words.is_empty() {
        sql.push("1 = 0");
    } else if sql.on_postgres() {
        sql.push("d.id IN (SELECT document_id FROM gallery_search WHERE words @@ CAST(");
        sql.bind(for_postgres(words, place)).push(" AS tsquery))");
    } else {
        sql.push("d.id IN (SELECT r.document_id FROM gallery_search ");
        sql.push("JOIN gallery_search_row r ON r.number = gallery_search.rowid WHERE gallery_search MATCH ");
        sql.bind(for_sqlite(words, place)).push(")");
    }
}

/// Words are of `a`–`z` and `0`–`9` only, so nothing in them is an operator.
fn for_postgres(words: &[String], place: Where) -> String {
    let all = |mark: &str| words.iter().map(|word| format!("{word}:*{mark}")).collect::<Vec<_>>().join(" & ");
    match place {
        Where::Anywhere => all(""),
        Where::InTitle => all("A"),
        Where::BesideTitle => format!("({}) & !({})", all(""), all("A")),
    }
}

/// Quoted, so that no word is an operator.
fn for_sqlite(words: &[String], place: Where) -> String {
    let all = words.iter().map(|word| format!("\"{word}\"*")).collect::<Vec<_>>().join(" AND ");
    match place {
        Where::Anywhere => all,
        Where::InTitle => format!("title : ({all})"),
        Where::BesideTitle => format!("({all}) NOT (title : ({all}))"),
    }
}
