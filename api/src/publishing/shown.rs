//! What everybody can read of records at this moment, for those who ask something about them.

use std::collections::HashMap;

use ::entity::gallery_document::{Column, DocumentKind, Entity};
use ::entity::ids::InitiativeId;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _};
use serde_json::Value;
use uuid::Uuid;

use super::switches;
use crate::reference::Point;

/// A public initiative.
#[derive(Clone, Debug, PartialEq)]
pub struct PublicEntry {
    /// Its country (ISO 3166-1 alpha-2), where it is shown.
    pub country: Option<String>,
    /// The language of its texts (BCP 47).
    pub language: String,
    /// The finished document in that language.
    pub body: Value,
}

/// A public initiative; none where there is no such one, or none that is public: nobody finds out which by asking.
///
/// # Errors
/// The database's.
pub async fn public_entry<C: ConnectionTrait>(
    conn: &C,
    id: InitiativeId,
    now: DateTime<Utc>,
) -> Result<Option<PublicEntry>, DbErr> {
    let lasts = Condition::any().add(Column::PublicUntil.is_null()).add(Column::PublicUntil.gt(now));
    let found = Entity::find_by_id(id.0)
        .filter(Column::Kind.eq(DocumentKind::Initiative))
        .filter(Column::WithdrawnAt.is_null())
        .filter(lasts)
        .one(conn)
        .await?;
    let Some(row) = found else { return Ok(None) };
    if switches::is_hidden(conn, &row.guard).await? {
        return Ok(None);
    }
    let body = serde_json::from_str(&row.body).map_err(|error| DbErr::Json(error.to_string()))?;
    Ok(Some(PublicEntry { country: row.country, language: row.language, body }))
}

/// What is public of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct PublicDocument {
    /// The finished document in its own language.
    pub body: String,
    /// Its public point, if it has one.
    pub point: Option<Point>,
}

/// What is public of these records and in lists at this moment, whatever their kind.
///
/// # Errors
/// The database's.
pub async fn public_documents<C: ConnectionTrait>(
    conn: &C,
    ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<HashMap<Uuid, PublicDocument>, DbErr> {
    if ids.is_empty() || switches::locked_down_since(conn).await?.is_some() {
        return Ok(HashMap::new());
    }
    let lasts = Condition::any().add(Column::PublicUntil.is_null()).add(Column::PublicUntil.gt(now));
    let unhidden = "guard NOT IN (SELECT s.name FROM gallery_switch s)";
    let rows = Entity::find()
        .filter(Column::Id.is_in(ids.to_vec()))
        .filter(Column::WithdrawnAt.is_null())
        .filter(Column::Listed.eq(true))
        .filter(lasts)
        .filter(Expr::cust(unhidden))
        .all(conn)
        .await?;
    let document = |row: ::entity::gallery_document::Model| {
        let point = row.lat.zip(row.lon).map(|(lat, lon)| Point { lat, lon });
        (row.id, PublicDocument { body: row.body, point })
    };
    Ok(rows.into_iter().map(document).collect())
}
