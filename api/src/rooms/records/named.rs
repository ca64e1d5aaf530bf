//! The records that a body names, as far as whoever sends it may see them.

use std::collections::{HashMap, HashSet};

use ::entity::kinds::RecordKind;
use ::entity::{event, initiative, organisation, person, theme};
use sea_orm::{ColumnTrait as _, EntityTrait, QueryFilter as _, QuerySelect as _};
use uuid::Uuid;

use super::owner;
use crate::access::action::{Action, Reach};
use crate::access::{Allowed, Owner};
use crate::db::Tx;
use crate::problem::Problem;
use crate::rooms::bundle::RecordId;

/// The records that may be named, by the text of their identifiers.
#[derive(Default)]
pub(super) struct Named(pub(super) HashMap<String, (RecordKind, Uuid)>);

impl Named {
    /// Looks the named records up and keeps them from being removed until the transaction ends. Whoever reaches only
    /// their own records may name only these, themes, and what the record named `before`.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn look_up<A: Action>(
        tx: &Tx,
        who: &Allowed<A>,
        names: &[&RecordId],
        before: &[&RecordId],
    ) -> Result<Self, Problem> {
        let ids: HashSet<Uuid> = names.iter().filter_map(|name| Uuid::parse_str(&name.0).ok()).collect();
        let limit = match who.reach() {
            Reach::All => None,
            Reach::Own | Reach::None => Some(who.owner()?),
        };
        let before: HashSet<Uuid> = before.iter().filter_map(|name| Uuid::parse_str(&name.0).ok()).collect();
        let (ids, mut found) = (Ids { ids: &ids, before: &before, limit }, HashMap::new());
        if !ids.ids.is_empty() {
            ids.of(tx, theme::Entity, theme::Column::Id, RecordKind::Theme, &mut found).await?;
            ids.of(tx, organisation::Entity, organisation::Column::Id, RecordKind::Organisation, &mut found)
                .await?;
            ids.of(tx, person::Entity, person::Column::Id, RecordKind::Person, &mut found).await?;
            ids.of(tx, initiative::Entity, initiative::Column::Id, RecordKind::Initiative, &mut found)
                .await?;
            ids.of(tx, event::Entity, event::Column::Id, RecordKind::Event, &mut found).await?;
        }
        // As they were written: an identifier in capitals is the same.
        let of = |name: &&RecordId| Some((name.0.clone(), *found.get(&Uuid::parse_str(&name.0).ok()?)?));
        Ok(Self(names.iter().filter_map(of).collect()))
    }
}

/// Which of these names are identifiers of records that somebody may name, by the name. They are not removed until the
/// transaction ends.
///
/// # Errors
/// The database's.
pub async fn nameable<A: Action>(
    tx: &Tx,
    who: &Allowed<A>,
    names: &[RecordId],
) -> Result<HashMap<String, (RecordKind, Uuid)>, Problem> {
    let names: Vec<&RecordId> = names.iter().collect();
    Ok(Named::look_up(tx, who, &names, &[]).await?.0)
}

struct Ids<'a> {
    ids: &'a HashSet<Uuid>,
    before: &'a HashSet<Uuid>,
    limit: Option<Owner>,
}

impl Ids<'_> {
    async fn of<E: EntityTrait>(
        &self,
        tx: &Tx,
        _table: E,
        key: E::Column,
        kind: RecordKind,
        found: &mut HashMap<Uuid, (RecordKind, Uuid)>,
    ) -> Result<(), Problem> {
        let mut query = E::find().select_only().column(key).filter(key.is_in(self.ids.iter().copied()));
        if let Some(owner) = self.limit.filter(|_| kind != RecordKind::Theme) {
            query = query.filter(owner::own(kind, owner).add(key.is_in(self.before.iter().copied())));
        }
        let rows = query.lock_shared().into_tuple::<Uuid>().all(tx).await?;
        found.extend(rows.into_iter().map(|id| (id, (kind, id))));
        Ok(())
    }
}
