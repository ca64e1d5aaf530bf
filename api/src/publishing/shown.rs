//! What everybody can read of an initiative at this moment, for those who ask something about it.

use ::entity::gallery_document::{Column, DocumentKind, Entity};
use ::entity::ids::InitiativeId;
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _};
use serde_json::Value;

use super::switches;

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
