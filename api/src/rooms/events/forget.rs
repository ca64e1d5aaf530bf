//! Taking somebody who is erased out of the events that name them.

use std::collections::BTreeSet;

use ::entity::ids::PersonId;
use ::entity::{event, event_helper, event_host, series_occurrence};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::Tx;
use crate::rooms::bundle;

/// The most ids in one statement.
const PORTION: usize = 1000;

/// Has nobody of this name host or help at events. They are a version further, and for imports and series nobody edited them.
/// Gives the events that the person hosted; the public side is the caller's.
///
/// # Errors
/// The database's.
pub async fn forget_person(tx: &Tx, by: By, person: PersonId) -> Result<Vec<Uuid>, DbErr> {
    let hosts = event_host::Entity::find().filter(event_host::Column::PersonId.eq(person)).all(tx).await?;
    let hosted: BTreeSet<Uuid> = hosts.iter().map(|row| row.event_id.0).collect();
    let helpers =
        event_helper::Entity::find().filter(event_helper::Column::PersonId.eq(person)).all(tx).await?;
    let mut named = hosted.clone();
    named.extend(helpers.iter().map(|row| row.event_id.0));
    let named: Vec<Uuid> = named.into_iter().collect();
    for ids in named.chunks(PORTION) {
        let rows = event::Entity::find().select_only().column(event::Column::Id);
        let rows = rows.filter(event::Column::Id.is_in(ids.to_vec())).order_by_asc(event::Column::Id);
        rows.lock_exclusive().into_tuple::<Uuid>().all(tx).await?;
    }
    event_host::Entity::delete_many().filter(event_host::Column::PersonId.eq(person)).exec(tx).await?;
    event_helper::Entity::delete_many().filter(event_helper::Column::PersonId.eq(person)).exec(tx).await?;
    further(tx, &named).await?;
    for &id in &named {
        audit::note(tx, Entry::new(by, Action::Update).on(Kind::Event, id).fields(["hosts"])).await?;
    }
    Ok(hosted.into_iter().collect())
}

/// Has events be a version further, though nobody edited them.
async fn further(tx: &Tx, events: &[Uuid]) -> Result<(), DbErr> {
    for ids in events.chunks(PORTION) {
        // Before the event itself: what follows it does so as long as it has this very version.
        let as_made =
            "event_version = (SELECT version FROM event WHERE event.id = series_occurrence.event_id)";
        series_occurrence::Entity::update_many()
            .col_expr(series_occurrence::Column::EventVersion, Expr::cust("event_version + 1"))
            .filter(series_occurrence::Column::EventId.is_in(ids.to_vec()))
            .filter(Expr::cust(as_made))
            .exec(tx)
            .await?;
        event::Entity::update_many()
            .col_expr(event::Column::Version, Expr::cust("version + 1"))
            .col_expr(event::Column::UpdatedAt, Expr::value(tx.now()))
            .filter(event::Column::Id.is_in(ids.to_vec()))
            .exec(tx)
            .await?;
    }
    bundle::events_not_edited(tx, events).await
}
