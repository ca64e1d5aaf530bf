//! All that is held about what an account asked for, for whoever it belongs to.

use ::entity::ids::{AccountId, SubmissionId};
use ::entity::submission::{Column, Entity, SubmissionKind, SubmissionStatus};
use ::entity::submission_message::MessageFrom;
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::content::{Asked, Content};
use super::store;
use crate::vault::Vault;

/// All that is held about a submission.
#[derive(Serialize, ToSchema)]
pub struct SubmissionArchive {
    /// Identifier.
    id: SubmissionId,
    /// What it asks for.
    kind: SubmissionKind,
    /// Where it stands.
    status: SubmissionStatus,
    /// What was asked to be on the map or changed there.
    #[schema(value_type = Option<Object>)]
    asked: Option<Value>,
    /// Who asked.
    #[schema(value_type = Option<Object>)]
    submitter: Option<Value>,
    /// The e-mail address.
    email: Option<String>,
    /// What was written about it.
    messages: Vec<ArchivedMessage>,
    /// When it arrived.
    created_at: DateTime<Utc>,
    /// When it last changed.
    updated_at: DateTime<Utc>,
}

/// A message about a submission.
#[derive(Serialize, ToSchema)]
struct ArchivedMessage {
    /// From whom.
    from: MessageFrom,
    /// What it says.
    text: String,
    /// When it was written.
    at: DateTime<Utc>,
}

/// All that is held about what an account asked for.
///
/// # Errors
/// The database's or the vault's.
pub async fn archive<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    account: AccountId,
) -> anyhow::Result<Vec<SubmissionArchive>> {
    let sent = Entity::find().filter(Column::SubmittedBy.eq(account)).order_by_asc(Column::Id);
    let mut archived = Vec::new();
    for row in sent.all(conn).await? {
        let Content { asked, submitter, email, messages } = store::content(conn, vault, &row).await?;
        let asked = match asked {
            Some(Asked::Initiative(initiative)) => Some(serde_json::to_value(initiative)?),
            Some(Asked::Change(change)) => Some(serde_json::to_value(change)?),
            Some(Asked::Claim) | None => None,
        };
        let messages = messages.into_iter().map(|message| ArchivedMessage {
            from: message.from,
            text: message.text,
            at: message.at,
        });
        archived.push(SubmissionArchive {
            id: row.id,
            kind: row.kind,
            status: row.status,
            asked,
            submitter: submitter.map(serde_json::to_value).transpose()?,
            email,
            messages: messages.collect(),
            created_at: row.created_at,
            updated_at: row.updated_at,
        });
    }
    Ok(archived)
}
