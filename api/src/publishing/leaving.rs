//! Somebody who is erased leaves the public side.

use ::entity::gallery_document::{self, DocumentKind};
use ::entity::ids::PersonId;
use ::entity::kinds::RecordKind;
use ::entity::person;
use ::entity::quote;
use sea_orm::{
    ColumnTrait as _, DbErr, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QuerySelect as _,
};
use uuid::Uuid;

use super::counts::K;
use super::facts::Facts;
use super::rules::{Decision, WithheldReason};
use super::{Done, RecordRef, publish, store};
use crate::db::{Tx, find_in};

/// Documents rendered anew at once. Further ones are taken away at once and rendered by the worker.
const AT_ONCE: usize = 100;

/// Brings the public side in line with somebody who is no longer there: the events they hosted, what they had said, and, where
/// those who are left are too few for it, what says "an activist, Zambia". All of it shows nothing of them after this
/// transaction; what would take too long to render anew is hidden until it is.
///
/// # Errors
/// The database's.
pub async fn left(tx: &Tx, person: &person::Model, hosted: &[Uuid], said: &[Uuid]) -> Result<Done, DbErr> {
    let mut quotes = said.to_vec();
    quotes.extend(no_crowd(tx, person).await?);
    let quotes: Vec<_> = quotes.into_iter().map(|id| RecordRef::new(RecordKind::Quote, id)).collect();
    let mut done = publish(tx, &quotes).await?;
    let shown = find_in::<gallery_document::Entity, _, _>(tx, gallery_document::Column::Id, hosted.to_vec());
    let shown = shown.await?.into_iter().filter(|document| document.withdrawn_at.is_none());
    let mut shown: Vec<Uuid> = shown.map(|document| document.id).collect();
    shown.sort_unstable();
    let later = shown.split_off(shown.len().min(AT_ONCE));
    let now: Vec<_> = shown.into_iter().map(|id| RecordRef::new(RecordKind::Event, id)).collect();
    done += publish(tx, &now).await?;
    for ids in later.chunks(store::BATCH) {
        store::lock(tx, ids).await?;
        let hidden = Decision {
            withheld: vec![WithheldReason::Deleted],
            absent: true,
            look_again_at: Some(tx.now()),
            ..Decision::default()
        };
        let decided = ids.iter().map(|&id| (id, hidden.clone())).collect();
        done += store::write(tx, DocumentKind::Event, decided, &Facts::default()).await?;
    }
    Ok(done)
}

/// The quotes of those who were just enough before somebody left.
async fn no_crowd(tx: &Tx, left: &person::Model) -> Result<Vec<Uuid>, DbErr> {
    let Some(country) = &left.country else { return Ok(Vec::new()) };
    let alike = person::Entity::find()
        .filter(person::Column::Role.eq(left.role))
        .filter(person::Column::Country.eq(country.as_str()));
    if alike.clone().count(tx).await? != u64::from(K) - 1 {
        return Ok(Vec::new());
    }
    let alike: Vec<PersonId> = alike.select_only().column(person::Column::Id).into_tuple().all(tx).await?;
    let said = find_in::<quote::Entity, _, _>(tx, quote::Column::PersonId, alike).await?;
    Ok(said.into_iter().map(|quote| quote.id.0).collect())
}
