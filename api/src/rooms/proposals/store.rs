//! How proposals are kept.

use std::collections::HashMap;

use ::entity::ids::AccountId;
use ::entity::proposal::{Column, Entity, Model, ProposalStatus};
use ::entity::{event, initiative};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use uuid::Uuid;

use super::subjects::Subject;
use crate::access::{Actor, Owner, Row};
use crate::app::App;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::{Db, Tx, save_all};
use crate::ids;
use crate::problem::Problem;
use crate::rooms::records::{own_event, own_initiative};
use crate::vault::{Keyring, Vault};

/// The table, for the seals.
const TABLE: &str = "proposal";

/// Where a list goes on.
pub(super) type After = (DateTime<Utc>, Uuid);

/// A proposal, and whose business it is.
pub(super) struct Found {
    pub(super) row: Model,
    owner: Option<AccountId>,
}

impl Row for Found {
    const NOUN: &'static str = "proposal";

    fn belongs_to(&self, owner: Owner) -> bool {
        matches!(owner, Owner::Account(account) if self.owner == Some(account))
    }
}

/// The proposals that are an account's business: its own, and those about its own records.
fn own(account: AccountId) -> Condition {
    let events = Query::select()
        .column(event::Column::Id)
        .from(event::Entity)
        .cond_where(own_event(Owner::Account(account)))
        .to_owned();
    let initiatives = Query::select()
        .column(initiative::Column::Id)
        .from(initiative::Entity)
        .cond_where(own_initiative(Owner::Account(account)))
        .to_owned();
    Condition::any()
        .add(Column::ProposedBy.eq(account))
        .add(Column::RecordId.in_subquery(events))
        .add(Column::RecordId.in_subquery(initiatives))
}

/// Finds a proposal for somebody.
pub(super) async fn find<C: ConnectionTrait>(
    conn: &C,
    who: &Actor,
    id: Uuid,
) -> Result<Option<Found>, DbErr> {
    let Some(row) = Entity::find_by_id(id).one(conn).await? else { return Ok(None) };
    let owner = match who.account() {
        Some(account) => {
            let own = Entity::find_by_id(id).filter(own(account)).one(conn).await?;
            own.map(|_| account)
        }
        None => None,
    };
    Ok(Some(Found { row, owner }))
}

/// The same, kept from changing until the transaction ends.
pub(super) async fn find_for_change(tx: &Tx, who: &Actor, id: Uuid) -> Result<Option<Found>, DbErr> {
    Entity::find_by_id(id).lock_exclusive().one(tx).await?;
    find(tx, who, id).await
}

/// One page, newest first, and one more if there is a next page. With an account, of what is its business.
pub(super) async fn page<C: ConnectionTrait>(
    conn: &C,
    of: Option<AccountId>,
    status: &[ProposalStatus],
    now: DateTime<Utc>,
    after: Option<After>,
    limit: u8,
) -> Result<Vec<Model>, DbErr> {
    let mut query = Entity::find();
    if let Some(account) = of {
        query = query.filter(own(account));
    }
    if !status.is_empty() {
        // Whose time is over has expired, whether or not a worker has written that.
        let of_status = status.iter().map(|status| match status {
            ProposalStatus::Open => {
                Condition::all().add(Column::Status.eq(*status)).add(Column::ExpiresAt.gt(now))
            }
            ProposalStatus::Expired => Condition::any().add(Column::Status.eq(*status)).add(
                Condition::all().add(Column::Status.eq(ProposalStatus::Open)).add(Column::ExpiresAt.lte(now)),
            ),
            _ => Condition::all().add(Column::Status.eq(*status)),
        });
        query = query.filter(of_status.fold(Condition::any(), Condition::add));
    }
    if let Some((at, id)) = after {
        let same = Condition::all().add(Column::CreatedAt.eq(at)).add(Column::Id.lt(id));
        query = query.filter(Condition::any().add(Column::CreatedAt.lt(at)).add(same));
    }
    let query = query.order_by_desc(Column::CreatedAt).order_by_desc(Column::Id);
    query.limit(u64::from(limit) + 1).all(conn).await
}

/// The open proposal of the same by the same account.
pub(super) async fn same(tx: &Tx, by: AccountId, subject: &Subject) -> Result<Option<Model>, DbErr> {
    let open = Entity::find()
        .filter(Column::ProposedBy.eq(by))
        .filter(Column::Status.eq(ProposalStatus::Open))
        .filter(Column::ExpiresAt.gt(tx.now()))
        .filter(Column::Subject.eq(subject.subject))
        .filter(Column::RecordVersion.eq(subject.version));
    let open = match &subject.country {
        Some(country) => open.filter(Column::Country.eq(country.as_str())),
        None => open,
    };
    let found = open.all(tx).await?;
    Ok(found.into_iter().find(|row| row.after == subject.after && row.record_id == subject.record_id))
}

/// Writes a new proposal, and notes who proposed it.
pub(super) async fn propose(
    tx: &Tx,
    app: &App,
    by: AccountId,
    subject: Subject,
    reason: &str,
) -> Result<Model, Problem> {
    let id = ids::v4();
    let keys = Keyring::for_writing(tx, &app.vault, vec![id]).await?;
    let Subject { subject, record_id, country, version, before, after } = subject;
    let row = Model {
        id,
        subject,
        record_id,
        country,
        record_version: version,
        before,
        after,
        sealed_reason: keys.seal(TABLE, "sealed_reason", id, Some(&reason.trim()))?,
        status: ProposalStatus::Open,
        proposed_by: by,
        decided_by: None,
        decided_at: None,
        expires_at: tx.now() + app.proposals_last,
        version: 0,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    let row = save(tx, row).await?;
    let proposed = Entry::new(By::Account(by.0), Action::Propose).on(Kind::Proposal, id);
    audit::note(tx, proposed).await?;
    Ok(row)
}

/// Writes a proposal, a version further.
pub(super) async fn save(tx: &Tx, mut row: Model) -> Result<Model, DbErr> {
    row.version += 1;
    row.updated_at = tx.now();
    save_all(tx, vec![row.clone()], &[]).await?;
    Ok(row)
}

/// Why it was proposed.
pub(super) async fn reason<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    row: &Model,
) -> anyhow::Result<Option<String>> {
    Ok(reasons(conn, vault, std::slice::from_ref(row)).await?.remove(&row.id))
}

/// Why these were proposed.
pub(super) async fn reasons<C: ConnectionTrait>(
    conn: &C,
    vault: &Vault,
    rows: &[Model],
) -> anyhow::Result<HashMap<Uuid, String>> {
    let keys = Keyring::for_reading(conn, vault, rows.iter().map(|row| row.id).collect()).await?;
    let mut found = HashMap::new();
    for row in rows {
        let reason = keys.open(TABLE, "sealed_reason", row.id, row.sealed_reason.as_deref())?;
        found.extend(reason.map(|reason| (row.id, reason)));
    }
    Ok(found)
}

/// Writes down of those whose time is over that it is. Gives their number.
///
/// # Errors
/// The database's.
pub async fn expire(db: &Db) -> Result<u64, DbErr> {
    db.write(async |tx| {
        let over = Entity::update_many()
            .col_expr(Column::Status, Expr::value(ProposalStatus::Expired))
            .col_expr(Column::DecidedAt, Expr::value(tx.now()))
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .col_expr(Column::UpdatedAt, Expr::value(tx.now()))
            .filter(Column::Status.eq(ProposalStatus::Open))
            .filter(Column::ExpiresAt.lte(tx.now()));
        Ok(over.exec(tx).await?.rows_affected)
    })
    .await
}
