//! Delivering to all webhooks that something is due for.
//!
//! A webhook is taken for a while, with up to eight of its deliveries, by one statement, so that of several processes one delivers to it
//! and its deliveries keep their order. Whoever dies has changed nothing else: when the while is over, they are delivered by somebody
//! else, with the same `webhook-id`. Those that work and those that failed last have lanes of their own, and who says nothing for a second
//! makes room in the first: a thousand that hang hold up nobody.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use ::entity::data_key;
use ::entity::ids::WebhookId;
use ::entity::organisation;
use ::entity::watch::WatchFilter;
use ::entity::webhook_delivery::{self, WebhookDeliveryStatus};
use ::entity::webhook_endpoint::{Column, Entity, Model, WebhookStatus};
use sea_orm::sea_query::{Expr, LockBehavior, LockType, Query, SelectStatement};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, ExprTrait as _,
    FromQueryResult as _, QueryFilter as _, Statement, Value,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

use super::messages;
use super::noting::note;
use super::sign;
use super::store::Delivery;
use super::visit::{MayTell, Parcel, Van, Visit};
use crate::db::{Db, Tx, find_in};
use crate::outbox::{Client, Post};
use crate::problem::Problem;
use crate::publishing;

/// Webhooks that are delivered to at the same time, of those that worked last.
const GOOD: usize = 256;
/// The same of those that failed last.
const FAILING: usize = 64;
/// All that are being delivered to, those that have been silent for a while included.
const AT_ONCE: usize = 600;
/// Deliveries to one webhook at a time.
const PARCEL: usize = 8;
/// How long a webhook is taken for: longer than the last call that is begun may take.
const LEASE: Duration = Duration::from_secs(40);
/// After so long, who has not answered makes room for others.
const PROMPT: Duration = Duration::from_secs(1);

/// Delivers.
pub struct Courier {
    van: Van,
    good: Arc<Semaphore>,
    failing: Arc<Semaphore>,
    running: JoinSet<Visit>,
    ended: Vec<Visit>,
}

impl Courier {
    /// Puts it together.
    pub fn new(db: Db, post: Post, client: Client) -> Self {
        Self {
            van: Van { db, post, client },
            good: Arc::new(Semaphore::new(GOOD)),
            failing: Arc::new(Semaphore::new(FAILING)),
            running: JoinSet::new(),
            ended: Vec::new(),
        }
    }

    /// Waits until somebody has answered, or failed to. For ever, if nobody is asked.
    pub async fn answered(&mut self) {
        match self.running.join_next().await {
            Some(ended) => self.ended.extend(ended.ok()),
            None => std::future::pending().await,
        }
    }

    /// Notes what was answered, and asks those for whom something is due. Must be called inside an actix system. Says whether there was
    /// anything to do.
    ///
    /// # Errors
    /// The database's; what was answered is noted in the next round.
    pub async fn round(&mut self) -> Result<bool, Problem> {
        while let Some(ended) = self.running.try_join_next() {
            self.ended.extend(ended.ok());
        }
        let noted = !self.ended.is_empty();
        if noted {
            let (db, post, ended) = (&self.van.db, &self.van.post, &self.ended);
            db.write(async |tx| note(tx, post, ended).await).await?;
            self.ended.clear();
        }
        Ok(self.send_out().await? || noted)
    }

    /// Delivers everything that is due now, and waits for what comes of it.
    ///
    /// # Errors
    /// The database's.
    pub async fn everything(&mut self) -> Result<(), Problem> {
        while self.round().await? || !self.running.is_empty() {
            if !self.running.is_empty() {
                self.answered().await;
            }
        }
        Ok(())
    }

    /// Waits for what has begun, until then, and notes it.
    pub async fn stop(mut self, end: Instant) {
        while !self.running.is_empty() && timeout_at(end, self.answered()).await.is_ok() {}
        let (db, post, ended) = (&self.van.db, &self.van.post, &self.ended);
        // What is not noted is delivered again.
        let _ = timeout_at(end, db.write(async |tx| note(tx, post, ended).await)).await;
    }

    async fn send_out(&mut self) -> Result<bool, Problem> {
        let room = AT_ONCE.saturating_sub(self.running.len());
        let (good, failing) =
            (self.good.available_permits().min(room), self.failing.available_permits().min(room));
        let db = &self.van.db;
        let due = due(db.now(), None).limit(1).to_owned();
        if good + failing == 0 || db.reader().query_one(&due).await?.is_none() {
            return Ok(false);
        }
        let taken = db.write(async |tx| take(tx, good, failing).await).await?;
        let parcels = parcels(db, &self.van.post, taken).await?;
        for parcel in &parcels {
            tracing::debug!(webhook = %parcel.webhook.id, deliveries = parcel.deliveries.len(), "delivering");
        }
        let any = !parcels.is_empty();
        for parcel in parcels {
            let failing = parcel.webhook.failing_since.is_some();
            let lane = if failing { &self.failing } else { &self.good };
            let place = lane.clone().try_acquire_owned().ok();
            self.running.spawn_local(visit(self.van.clone(), parcel, place, !failing));
        }
        Ok(any)
    }
}

/// Delivers a parcel. Whoever worked last gives its place away once it is slow.
async fn visit(van: Van, parcel: Parcel, place: Option<OwnedSemaphorePermit>, gives_way: bool) -> Visit {
    let mut visit = std::pin::pin!(van.visit(parcel));
    if gives_way && let Ok(ended) = timeout_at(Instant::now() + PROMPT, &mut visit).await {
        return ended;
    }
    let _place = place.filter(|_| !gives_way);
    visit.await
}

/// The webhooks for which something is due and to which nobody delivers: of those that failed last, or of those that did not, those first
/// who have waited longest. Suspended organisations rest.
fn due(now: chrono::DateTime<chrono::Utc>, failing: Option<bool>) -> SelectStatement {
    use webhook_delivery::Column as Of;
    let is_told = Condition::any()
        .add(Column::State.eq(WebhookStatus::Active))
        .add(Column::State.eq(WebhookStatus::Pending).and(Of::Kind.is_null()));
    let waiting = Query::select()
        .expr(Expr::val(1))
        .from(webhook_delivery::Entity)
        .and_where(Expr::col((webhook_delivery::Entity, Of::EndpointId)).equals((Entity, Column::Id)))
        .and_where(Of::State.eq(WebhookDeliveryStatus::Waiting))
        .and_where(Of::DueAt.lte(now))
        .cond_where(is_told)
        .to_owned();
    let suspended = Query::select()
        .column(organisation::Column::Id)
        .from(organisation::Entity)
        .and_where(organisation::Column::SuspendedAt.is_not_null())
        .to_owned();
    let mut query = Query::select()
        .column((Entity, Column::Id))
        .from(Entity)
        .and_where(Column::BusyUntil.lte(now))
        .and_where(Column::OrganisationId.not_in_subquery(suspended))
        .and_where(Expr::exists(waiting))
        .order_by((Entity, Column::BusyUntil), sea_orm::Order::Asc)
        .to_owned();
    match failing {
        Some(true) => query.and_where(Column::FailingSince.is_not_null()),
        Some(false) => query.and_where(Column::FailingSince.is_null()),
        None => &mut query,
    };
    query
}

/// Takes webhooks with one statement for each lane, so that no two processes get the same.
async fn take(tx: &Tx, good: usize, failing: usize) -> Result<Vec<Model>, DbErr> {
    let mut taken = Vec::new();
    for (is_failing, most) in [(false, good), (true, failing)] {
        if most == 0 {
            continue;
        }
        let mut due = due(tx.now(), Some(is_failing));
        due.limit(most as u64);
        if tx.get_database_backend() == sea_orm::DbBackend::Postgres {
            due.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
        }
        let rows = Entity::update_many()
            .col_expr(Column::BusyUntil, Expr::value(tx.now() + LEASE))
            .filter(Column::Id.in_subquery(due))
            .exec_with_returning(tx)
            .await?;
        taken.extend(rows);
    }
    Ok(taken)
}

/// What is to be delivered to each of these.
async fn parcels(db: &Db, post: &Post, taken: Vec<Model>) -> Result<Vec<Parcel>, Problem> {
    let ids: Vec<Uuid> = taken.iter().map(|row| row.id.0).collect();
    let keys = find_in::<data_key::Entity, _, _>(db.reader(), data_key::Column::RecordId, ids).await?;
    let keys: HashMap<Uuid, data_key::Model> = keys.into_iter().map(|key| (key.record_id, key)).collect();
    let mut due = first_due(db, &taken).await?;
    let shown = due.values().flatten().filter(|row| row.kind.is_some_and(messages::shows));
    let records: Vec<Uuid> = shown.map(|row| row.record_id).collect();
    let filtered = taken.iter().any(|webhook| webhook.filter.is_some());
    let about = if filtered { records.clone() } else { Vec::new() };
    let about = publishing::watched(db.reader(), about, db.now()).await?;
    let shown = publishing::standing(db.reader(), records, db.now()).await?;
    let may = |row: &Delivery, filter: Option<&WatchFilter>| {
        let fits =
            || filter.is_none_or(|filter| about.get(&row.record_id).is_some_and(|doc| doc.fits(filter)));
        match (row.kind.is_some_and(messages::shows), shown.get(&row.record_id)) {
            (false, _) => MayTell::Yes,
            (true, Some(standing)) if standing.is_fed && standing.is_hidden => MayTell::Hidden,
            (true, Some(standing)) if standing.is_fed && fits() => MayTell::Yes,
            (true, Some(standing)) if standing.is_fed => MayTell::Unwanted,
            (true, _) => MayTell::Withdrawn,
        }
    };
    let mut parcels = Vec::with_capacity(taken.len());
    for webhook in taken {
        let deliveries = due.remove(&webhook.id).unwrap_or_default();
        let filter = webhook.filter.as_ref();
        let deliveries =
            deliveries.into_iter().map(|row| (may(&row, filter), row)).map(|(may, row)| (row, may)).collect();
        let Some(key) = keys.get(&webhook.id.0) else { continue };
        // One that cannot be signed for must not keep the others from being told.
        let secrets = match sign::secrets(post.vault(), key, &webhook, db.now()) {
            Ok(secrets) => secrets,
            Err(error) => {
                let cause = crate::problem::unquoted(&format!("{error:#}"));
                tracing::error!(webhook = %webhook.id, cause, "the secret of a webhook does not open");
                continue;
            }
        };
        parcels.push(Parcel { webhook, secrets, deliveries });
    }
    Ok(parcels)
}

/// The first deliveries that are due for each of these.
async fn first_due(db: &Db, taken: &[Model]) -> Result<HashMap<WebhookId, Vec<Delivery>>, DbErr> {
    let mut found: HashMap<WebhookId, Vec<Delivery>> = HashMap::new();
    if taken.is_empty() {
        return Ok(found);
    }
    let mut values: Vec<Value> = vec![db.now().into()];
    values.extend(taken.iter().map(|row| Value::from(row.id.0)));
    let places: Vec<String> = (2..values.len() + 1).map(|place| format!("${place}")).collect();
    let sql = format!(
        "SELECT * FROM (SELECT d.*, row_number() OVER (PARTITION BY d.endpoint_id ORDER BY d.due_at, d.fact_seq) AS place \
         FROM webhook_delivery d JOIN webhook_endpoint e ON e.id = d.endpoint_id \
         WHERE d.state = 'waiting' AND d.due_at <= $1 AND (e.state = 'active' OR d.kind IS NULL) AND d.endpoint_id IN ({})) t \
         WHERE place <= {PARCEL} ORDER BY place",
        places.join(", ")
    );
    let rows = db.reader().query_all_raw(Statement::from_sql_and_values(db.backend(), sql, values)).await?;
    for row in rows {
        let row = Delivery::from_query_result(&row, "")?;
        found.entry(row.endpoint_id).or_default().push(row);
    }
    Ok(found)
}
