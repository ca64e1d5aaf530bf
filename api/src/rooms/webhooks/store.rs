//! Queries about webhooks and their deliveries.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use ::entity::ids::{EventId, OrganisationId, WebhookId};
use ::entity::watch::WatchFilter;
use ::entity::webhook_delivery::{self, WebhookDeliveryStatus};
use ::entity::webhook_endpoint::{Column, Entity, Model, WebhookStatus};
use ::entity::{data_key, event_host, registration, submission};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _,
    ExprTrait as _, IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Statement, Value,
};
use uuid::Uuid;

use super::messages::{Audience, Message};
use super::wire::{WebhookDeliveryFilter, WebhookFilter};
use crate::db::{Tx, delete_in, insert_all};
use crate::outbox::Told;

pub(super) use ::entity::webhook_delivery::Model as Delivery;

/// Webhooks that are passed over in one statement at most. The others are asked about once more before anything is sent.
const PASSED_OVER: usize = 20_000;

/// What a list is walked by.
pub(super) type Place = (DateTime<Utc>, Uuid);

/// Writes a new one, with the key of its secrets.
pub(super) async fn insert(tx: &Tx, row: Model, key: data_key::Model) -> Result<(), DbErr> {
    insert_all(tx, vec![key]).await?;
    insert_all(tx, vec![row]).await
}

/// Writes a changed one, a version further.
pub(super) async fn save(tx: &Tx, mut row: Model) -> Result<Model, DbErr> {
    row.version += 1;
    row.updated_at = tx.now();
    write(tx, row).await
}

/// Writes what deliveries change of one.
pub(super) async fn write(tx: &Tx, row: Model) -> Result<Model, DbErr> {
    row.into_active_model().reset_all().update(tx).await
}

/// Removes one, with its secrets and what is known of its deliveries.
pub(super) async fn remove(tx: &Tx, id: WebhookId) -> Result<(), DbErr> {
    tx.erase();
    delete_in::<webhook_delivery::Entity, _>(tx, webhook_delivery::Column::EndpointId, &[id]).await?;
    delete_in::<Entity, _>(tx, Column::Id, &[id]).await?;
    delete_in::<data_key::Entity, _>(tx, data_key::Column::RecordId, &[id.0]).await
}

/// The key of one's secrets.
pub(super) async fn key<C: ConnectionTrait>(conn: &C, id: WebhookId) -> Result<data_key::Model, DbErr> {
    let found = data_key::Entity::find_by_id(id.0).one(conn).await?;
    found.ok_or_else(|| DbErr::RecordNotFound("the key of a webhook".to_owned()))
}

/// One of them.
pub(super) async fn by_id<C: ConnectionTrait>(conn: &C, id: WebhookId) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).one(conn).await
}

/// The same, kept from changing until the transaction ends.
pub(super) async fn for_change(tx: &Tx, id: WebhookId) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).lock_exclusive().one(tx).await
}

/// Those of these that there are, kept from changing until the transaction ends: in one order, so that two processes do not wait for each
/// other.
pub(super) async fn these_for_change(
    tx: &Tx,
    ids: &BTreeSet<WebhookId>,
) -> Result<BTreeMap<WebhookId, Model>, DbErr> {
    let these = Entity::find().filter(Column::Id.is_in(ids.iter().copied())).order_by_asc(Column::Id);
    Ok(these.lock_exclusive().all(tx).await?.into_iter().map(|row| (row.id, row)).collect())
}

/// What waits of these messages for these webhooks, kept from changing until the transaction ends.
pub(super) async fn waiting_for_change(
    tx: &Tx,
    of: &BTreeSet<WebhookId>,
    messages: &BTreeSet<Uuid>,
) -> Result<HashMap<(WebhookId, Uuid), Delivery>, DbErr> {
    use webhook_delivery::Column;
    let these = webhook_delivery::Entity::find()
        .filter(Column::State.eq(WebhookDeliveryStatus::Waiting))
        .filter(Column::EndpointId.is_in(of.iter().copied()))
        .filter(Column::MessageId.is_in(messages.iter().copied()))
        .order_by_asc(Column::EndpointId)
        .order_by_asc(Column::MessageId);
    let found = these.lock_exclusive().all(tx).await?;
    Ok(found.into_iter().map(|row| ((row.endpoint_id, row.message_id), row)).collect())
}

/// How many an organisation has.
pub(super) async fn count_of(tx: &Tx, organisation: OrganisationId) -> Result<u64, DbErr> {
    Entity::find().filter(Column::OrganisationId.eq(organisation)).count(tx).await
}

/// One page, newest first, and one more if there is a next page: of this organisation's alone, if one is given.
pub(super) async fn page<C: ConnectionTrait>(
    conn: &C,
    of: Option<OrganisationId>,
    filter: &WebhookFilter,
    after: Option<Place>,
    limit: u8,
) -> Result<Vec<Model>, DbErr> {
    let mut query = Entity::find();
    if let Some(organisation) = of {
        query = query.filter(Column::OrganisationId.eq(organisation));
    }
    if let Some(organisation) = filter.organisation {
        query = query.filter(Column::OrganisationId.eq(organisation));
    }
    if !filter.status.is_empty() {
        query = query.filter(Column::State.is_in(filter.status.iter().copied()));
    }
    if let Some((at, id)) = after {
        let same = Condition::all().add(Column::CreatedAt.eq(at)).add(Column::Id.lt(id));
        query = query.filter(Condition::any().add(Column::CreatedAt.lt(at)).add(same));
    }
    let query = query.order_by_desc(Column::CreatedAt).order_by_desc(Column::Id);
    query.limit(u64::from(limit) + 1).all(conn).await
}

/// One page of deliveries to a webhook, newest first, and one more if there is a next page.
pub(super) async fn deliveries<C: ConnectionTrait>(
    conn: &C,
    of: WebhookId,
    filter: &WebhookDeliveryFilter,
    after: Option<Place>,
    limit: u8,
) -> Result<Vec<Delivery>, DbErr> {
    use webhook_delivery::Column;
    let mut query = webhook_delivery::Entity::find().filter(Column::EndpointId.eq(of));
    if !filter.status.is_empty() {
        query = query.filter(Column::State.is_in(filter.status.iter().copied()));
    }
    if !filter.kind.is_empty() {
        query = query.filter(Column::Kind.is_in(filter.kind.iter().copied()));
    }
    if let Some((at, id)) = after {
        let same = Condition::all().add(Column::CreatedAt.eq(at)).add(Column::MessageId.lt(id));
        query = query.filter(Condition::any().add(Column::CreatedAt.lt(at)).add(same));
    }
    let query = query.order_by_desc(Column::CreatedAt).order_by_desc(Column::MessageId);
    query.limit(u64::from(limit) + 1).all(conn).await
}

/// A delivery to a webhook, kept from changing until the transaction ends.
pub(super) async fn delivery(tx: &Tx, of: WebhookId, id: Uuid) -> Result<Option<Delivery>, DbErr> {
    webhook_delivery::Entity::find_by_id((of, id)).lock_exclusive().one(tx).await
}

/// Writes a changed delivery.
pub(super) async fn write_delivery(tx: &Tx, row: Delivery) -> Result<Delivery, DbErr> {
    row.into_active_model().reset_all().update(tx).await
}

/// Removes deliveries.
pub(super) async fn forget_deliveries(tx: &Tx, these: BTreeMap<WebhookId, Vec<Uuid>>) -> Result<(), DbErr> {
    use webhook_delivery::Column;
    for (webhook, messages) in these {
        let these = Column::EndpointId.eq(webhook).and(Column::MessageId.is_in(messages));
        webhook_delivery::Entity::delete_many().filter(these).exec(tx).await?;
    }
    Ok(())
}

/// Has a webhook challenged, instead of what challenges wait.
pub(super) async fn challenge(tx: &Tx, webhook: WebhookId, message: Uuid) -> Result<(), DbErr> {
    use webhook_delivery::Column;
    let waiting = Column::Kind.is_null().and(Column::State.eq(WebhookDeliveryStatus::Waiting));
    webhook_delivery::Entity::delete_many()
        .filter(Column::EndpointId.eq(webhook).and(waiting))
        .exec(tx)
        .await?;
    let row = Delivery {
        endpoint_id: webhook,
        message_id: message,
        kind: None,
        record_id: webhook.0,
        record_version: 0,
        happened_at: tx.now(),
        fact_seq: 0,
        state: WebhookDeliveryStatus::Waiting,
        attempts: 0,
        due_at: tx.now(),
        tried_at: None,
        took_ms: None,
        status: None,
        reason: None,
        created_at: tx.now(),
        ended_at: None,
    };
    insert_all(tx, vec![row]).await
}

/// Whether any webhook is active.
pub(super) async fn anybody_listens(tx: &Tx) -> Result<bool, DbErr> {
    let active = Entity::find().filter(Column::State.eq(WebhookStatus::Active));
    Ok(active.limit(1).one(tx).await?.is_some())
}

/// The active webhooks that ask for some public documents alone, and for which.
pub(super) async fn filters(
    tx: &Tx,
    only: Option<WebhookId>,
) -> Result<Vec<(WebhookId, WatchFilter)>, DbErr> {
    let mut query = Entity::find().select_only().column(Column::Id).column(Column::Filter);
    query = query.filter(Column::State.eq(WebhookStatus::Active)).filter(Column::Filter.is_not_null());
    if let Some(only) = only {
        query = query.filter(Column::Id.eq(only));
    }
    query.into_tuple().all(tx).await
}

/// Writes a delivery of a message for every active webhook that asked for its type and may know, once each, in one statement however
/// many there are; those of `passed_over` do not want it. With one webhook given, for that alone, and what it was told before is told
/// again.
pub(super) async fn fan_out(
    tx: &Tx,
    told: &Told,
    message: &Message,
    passed_over: &[WebhookId],
    again: Option<WebhookId>,
) -> Result<(), DbErr> {
    let mut values: Vec<Value> = vec![
        told.id.into(),
        message.kind.as_str().into(),
        message.record.into(),
        message.version.into(),
        told.told_at.into(),
        tx.now().into(),
        // The list is closed, and of none of its words another one is a part with its quotes.
        format!("%\"{}\"%", message.kind).into(),
        told.seq.into(),
    ];
    let mut sql = "INSERT INTO webhook_delivery (endpoint_id, message_id, kind, record_id, record_version, happened_at, fact_seq, state, \
                   attempts, due_at, created_at) \
                   SELECT e.id, $1, $2, $3, $4, $5, $8, 'waiting', 0, $6, $6 FROM webhook_endpoint e \
                   JOIN organisation o ON o.id = e.organisation_id \
                   WHERE e.state = 'active' AND o.suspended_at IS NULL AND CAST(e.kinds AS text) LIKE $7"
        .to_owned();
    let mut bind = |value: Value| {
        values.push(value);
        format!("${}", values.len())
    };
    if let Audience::Organisations(whose) = &message.audience {
        let whose: Vec<String> = whose.iter().map(|id| bind(id.0.into())).collect();
        sql += &format!(" AND e.organisation_id IN ({})", whose.join(", "));
    }
    if !passed_over.is_empty() {
        let ids: Vec<String> = passed_over.iter().take(PASSED_OVER).map(|id| bind(id.0.into())).collect();
        sql += &format!(" AND e.id NOT IN ({})", ids.join(", "));
    }
    match again {
        None => sql += " ON CONFLICT (endpoint_id, message_id) DO NOTHING",
        Some(id) => {
            sql += &format!(
                " AND e.id = {} ON CONFLICT (endpoint_id, message_id) DO UPDATE SET state = 'waiting', attempts = 0, \
                 due_at = excluded.due_at, ended_at = NULL WHERE webhook_delivery.state <> 'waiting'",
                bind(id.0.into())
            );
        }
    }
    tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await?;
    Ok(())
}

/// The webhooks that are being told again what they asked for.
pub(super) async fn replaying<C: ConnectionTrait>(conn: &C) -> Result<Vec<WebhookId>, DbErr> {
    let asking = Entity::find().select_only().column(Column::Id).filter(Column::ReplayAfter.is_not_null());
    asking.order_by_asc(Column::Id).into_tuple().all(conn).await
}

/// The organisations that host an event.
pub(super) async fn hosting(tx: &Tx, event: EventId) -> Result<Vec<OrganisationId>, DbErr> {
    let hosts = event_host::Entity::find().filter(event_host::Column::EventId.eq(event)).all(tx).await?;
    Ok(hosts.into_iter().filter_map(|host| host.organisation_id).collect())
}

/// The version of a submission; 0 if it is gone.
pub(super) async fn version_of_submission(tx: &Tx, id: Uuid) -> Result<i64, DbErr> {
    Ok(submission::Entity::find_by_id(id).one(tx).await?.map_or(0, |row| row.version))
}

/// The version of a registration; 0 if it is gone.
pub(super) async fn version_of_registration(tx: &Tx, id: Uuid) -> Result<i64, DbErr> {
    Ok(registration::Entity::find_by_id(id).one(tx).await?.map_or(0, |row| row.version))
}

/// Forgets deliveries from before this instant, however they ended. Gives their number.
pub(super) async fn forget_before(tx: &Tx, before: DateTime<Utc>) -> Result<u64, DbErr> {
    let old = webhook_delivery::Column::CreatedAt.lt(before);
    Ok(webhook_delivery::Entity::delete_many().filter(old).exec(tx).await?.rows_affected)
}
