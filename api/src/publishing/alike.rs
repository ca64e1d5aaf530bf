//! Finding public initiatives that may be the same as another: by their words, their country and their identifiers. It
//! reads finished documents only, so it tells nothing that is not public.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, Value};
use serde::Deserialize;
use uuid::Uuid;

use super::switches::UNHIDDEN;

/// The most that are looked at, of those found in one way.
const MOST: usize = 60;

/// What a public initiative says about itself.
#[derive(Clone, Debug, PartialEq)]
pub struct PublicInitiative {
    /// Its identifier.
    pub id: Uuid,
    /// Its title, then those of its translations.
    pub titles: Vec<String>,
    /// Its own site.
    pub url: Option<String>,
    /// Its country (ISO 3166-1 alpha-2).
    pub country: Option<String>,
    /// The name of its town or county, where it is shown that finely.
    pub locality: Option<String>,
}

#[derive(Deserialize)]
struct Document {
    id: Uuid,
    title: String,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    country: Option<String>,
    place: Place,
    #[serde(default)]
    translations: BTreeMap<String, Translated>,
}

#[derive(Deserialize)]
struct Place {
    precision: String,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Translated {
    #[serde(default)]
    title: Option<String>,
}

impl From<Document> for PublicInitiative {
    fn from(document: Document) -> Self {
        let Document { id, title, url, country, place, translations } = document;
        let translated = translations.into_values().filter_map(|translated| translated.title);
        let fine = matches!(&*place.precision, "exact" | "locality");
        let locality = place.name.filter(|_| fine);
        Self { id, titles: std::iter::once(title).chain(translated).collect(), url, country, locality }
    }
}

/// Public initiatives that have one of these pairs of folded words in their titles, or are in this country, the newest of
/// them, or have one of these identifiers. A bounded number, whatever is there.
///
/// # Errors
/// The database's.
pub async fn initiatives_alike<C: ConnectionTrait>(
    conn: &C,
    pairs: &[(&str, &str)],
    country: &str,
    ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<Vec<PublicInitiative>, DbErr> {
    let mut values: Vec<Value> = vec![now.into(), country.into()];
    let public = format!(
        "d.kind = 'initiative' AND d.listed AND d.withdrawn_at IS NULL \
         AND (d.public_until IS NULL OR d.public_until > $1) AND {UNHIDDEN}"
    );
    let mut ways = vec![format!(
        "SELECT * FROM (SELECT d.id FROM gallery_document d WHERE d.country = $2 AND {public} \
         ORDER BY d.sort_at DESC, d.id DESC LIMIT {MOST}) c"
    )];
    if !pairs.is_empty() {
        let (found, words) = by_words(conn.get_database_backend(), pairs);
        values.push(words.into());
        ways.push(format!(
            "SELECT * FROM (SELECT d.id FROM gallery_document d WHERE d.id IN ({found}) AND {public} LIMIT {MOST}) w"
        ));
    }
    if !ids.is_empty() {
        let first = values.len() + 1;
        let marks: Vec<String> = (first..first + ids.len()).map(|n| format!("${n}")).collect();
        values.extend(ids.iter().map(|&id| id.into()));
        ways.push(format!(
            "SELECT d.id FROM gallery_document d WHERE d.id IN ({}) AND {public}",
            marks.join(", ")
        ));
    }
    let sql = format!("SELECT d.body FROM gallery_document d WHERE d.id IN ({})", ways.join(" UNION "));
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), sql, values);
    let mut found = Vec::new();
    for row in conn.query_all_raw(statement).await? {
        let body: String = row.try_get("", "body")?;
        let document: Document =
            serde_json::from_str(&body).map_err(|error| DbErr::Json(error.to_string()))?;
        found.push(document.into());
    }
    Ok(found)
}

/// The identifiers of documents by the words of their titles, as a query and its one value, which is the third. Folded words
/// have no letters but `a`–`z` and `0`–`9`.
fn by_words(backend: DbBackend, pairs: &[(&str, &str)]) -> (&'static str, String) {
    let (found, pair, or): (_, fn(&str, &str) -> String, _) = match backend {
        DbBackend::Postgres => (
            "SELECT document_id FROM gallery_search WHERE words @@ CAST($3 AS tsquery)",
            |one, other| format!("({one}:A & {other}:A)"),
            " | ",
        ),
        _ => (
            "SELECT r.document_id FROM gallery_search JOIN gallery_search_row r ON r.number = gallery_search.rowid \
             WHERE gallery_search MATCH $3",
            |one, other| format!("(title : \"{one}\" AND title : \"{other}\")"),
            " OR ",
        ),
    };
    let pairs: Vec<String> = pairs.iter().map(|(one, other)| pair(one, other)).collect();
    (found, pairs.join(or))
}
