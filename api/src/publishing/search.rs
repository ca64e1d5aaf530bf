//! The words documents are found by: FTS5 on SQLite, tsvector on PostgreSQL, over the same folded words.

use std::collections::HashSet;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, Value};
use uuid::Uuid;

use crate::db::Tx;

/// Removes documents from the index.
pub async fn remove(tx: &Tx, ids: Vec<Uuid>) -> Result<(), DbErr> {
    for ids in ids.chunks(500) {
        let marks = marks(1, ids.len());
        let statements = match tx.get_database_backend() {
            DbBackend::Postgres => vec![format!("DELETE FROM gallery_search WHERE document_id IN ({marks})")],
            _ => vec![
                format!(
                    "DELETE FROM gallery_search WHERE rowid IN \
                     (SELECT number FROM gallery_search_row WHERE document_id IN ({marks}))"
                ),
                format!("DELETE FROM gallery_search_row WHERE document_id IN ({marks})"),
            ],
        };
        for sql in statements {
            run(tx, sql, ids.iter().map(|&id| id.into()).collect()).await?;
        }
    }
    Ok(())
}

/// Adds documents that are not in the index: id, words of the titles, all other words.
pub async fn add(tx: &Tx, documents: Vec<(Uuid, String, String)>) -> Result<(), DbErr> {
    for documents in documents.chunks(500) {
        match tx.get_database_backend() {
            DbBackend::Postgres => {
                let rows: Vec<String> = (0..documents.len())
                    .map(|i| format!("(${}, CAST(${} AS tsvector))", 2 * i + 1, 2 * i + 2))
                    .collect();
                let values = documents.iter().flat_map(|(id, title, words)| -> [Value; 2] {
                    [(*id).into(), vector(title, words).into()]
                });
                let sql =
                    format!("INSERT INTO gallery_search (document_id, words) VALUES {}", rows.join(", "));
                run(tx, sql, values.collect()).await?;
            }
            backend => {
                let sql = format!(
                    "INSERT INTO gallery_search_row (document_id) VALUES {} RETURNING number, document_id",
                    (1..=documents.len()).map(|i| format!("(${i})")).collect::<Vec<_>>().join(", ")
                );
                let ids: Vec<Value> = documents.iter().map(|(id, _, _)| (*id).into()).collect();
                let mut numbers = std::collections::HashMap::new();
                for row in tx.query_all_raw(Statement::from_sql_and_values(backend, sql, ids)).await? {
                    numbers
                        .insert(row.try_get::<Uuid>("", "document_id")?, row.try_get::<i64>("", "number")?);
                }
                let rows: Vec<String> = (0..documents.len())
                    .map(|i| format!("(${}, ${}, ${})", 3 * i + 1, 3 * i + 2, 3 * i + 3))
                    .collect();
                let values = documents.iter().flat_map(|(id, title, words)| -> [Value; 3] {
                    [numbers.get(id).copied().into(), title.as_str().into(), words.as_str().into()]
                });
                let sql =
                    format!("INSERT INTO gallery_search (rowid, title, words) VALUES {}", rows.join(", "));
                run(tx, sql, values.collect()).await?;
            }
        }
    }
    Ok(())
}

/// The words of PostgreSQL's index: those of titles weigh `A`. They are folded already, so its parser, which has its own idea of
/// numbers and costs more than writing the index, has nothing to add.
fn vector(title: &str, words: &str) -> String {
    let (title, words) = (bounded(title), bounded(words));
    let mut vector = String::with_capacity(title.len() + 2 * words.len());
    let mut told = HashSet::new();
    let weighed = title.split(' ').map(|word| (word, "1A")).chain(words.split(' ').map(|word| (word, "2B")));
    for (word, weight) in weighed {
        if (1..LONGEST_WORD).contains(&word.len()) && told.insert((word, weight)) {
            vector.extend([word, ":", weight, " "]);
        }
    }
    vector
}

/// Bytes of a word that PostgreSQL takes for one no longer.
const LONGEST_WORD: usize = 2047;

/// A tsvector holds at most a megabyte; so do 300,000 bytes of folded words.
fn bounded(words: &str) -> &str {
    words.get(..300_000).unwrap_or(words)
}

fn marks(first: usize, count: usize) -> String {
    (first..first + count).map(|i| format!("${i}")).collect::<Vec<_>>().join(", ")
}

async fn run(tx: &Tx, sql: String, values: Vec<Value>) -> Result<(), DbErr> {
    tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
    Ok(())
}
