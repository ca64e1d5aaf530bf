//! Queries about calendars of accounts.

use ::entity::account::{self, AccountState, Role};
use ::entity::calendar_feed::{Column, Entity, Model};
use ::entity::event::{self, EventStatus, WhenPrecision};
use ::entity::ids::AccountId;
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use crate::access::Owner;
use crate::db::{Tx, insert_all};
use crate::publishing;
use crate::rooms::records::{events_with_a_part, own_event};

/// The one of an account.
pub(super) async fn of_account(tx: &Tx, account: AccountId) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::AccountId.eq(account)).one(tx).await
}

/// Writes a new one.
pub(super) async fn insert(tx: &Tx, row: Model) -> Result<(), DbErr> {
    insert_all(tx, vec![row]).await
}

/// Removes one.
pub(super) async fn remove(tx: &Tx, row: &Model) -> Result<(), DbErr> {
    Entity::delete_by_id(row.id).exec(tx).await.map(drop)
}

/// Whose address this is, if the account is in use.
pub(super) async fn owner<C: ConnectionTrait>(
    conn: &C,
    token_hash: Vec<u8>,
) -> Result<Option<account::Model>, DbErr> {
    let Some(feed) = Entity::find().filter(Column::TokenHash.eq(token_hash)).one(conn).await? else {
        return Ok(None);
    };
    let account = account::Entity::find_by_id(feed.account_id);
    account.filter(account::Column::State.eq(AccountState::Active)).one(conn).await
}

/// The events that an account hosts or helps at, the newest records first, as dangerous as their countries. Drafts are for those who may edit them.
pub(super) async fn events<C: ConnectionTrait>(
    conn: &C,
    account: &account::Model,
    since: DateTime<Utc>,
    most: u64,
) -> Result<Vec<event::Model>, DbErr> {
    let planned = event::Column::Status.is_not_in([EventStatus::Draft, EventStatus::InReview]);
    let mut own = Condition::any()
        .add(Condition::all().add(events_with_a_part(Owner::Account(account.id))).add(planned));
    if account.role != Role::Member {
        own = own.add(own_event(Owner::Account(account.id)));
    }
    let on_a_day = Condition::all()
        .add(event::Column::WhenPrecision.eq(WhenPrecision::Day))
        .add(event::Column::WhenDate.gte(since.date_naive().to_string()));
    let recent = Condition::any().add(event::Column::EndsAt.gte(since)).add(on_a_day);
    let newest = event::Entity::find().filter(own).filter(recent).order_by_desc(event::Column::CreatedAt);
    let mut rows = newest.order_by_desc(event::Column::Id).limit(most).all(conn).await?;
    publishing::beware(conn, &mut rows).await?;
    Ok(rows)
}
