//! Which records a reader sees: by the conditions that lists and items have.

use std::collections::HashMap;

use ::entity::change_entry::ChangeKind;
use ::entity::ids::OrganisationId;
use ::entity::kinds::RecordKind;
use ::entity::{
    event, initiative, organisation, outcome, person, quote, registration, series, story, submission, theme,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait as _, DbBackend, DbErr, EntityTrait, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Statement,
};
use uuid::Uuid;

use crate::access::action::{
    Action as _, Reach, Reaches, ReadEvents, ReadInitiatives, ReadOrganisations, ReadOutcomes, ReadPeople,
    ReadQuotes, ReadRegistrations, ReadStories, ReadThemes, ReviewSubmissions,
};
use crate::access::{Actor, Owner};
use crate::db::Tx;
use crate::rooms::series as series_room;
use crate::rooms::{records, registrations};

/// The reader that all of the staff are.
pub(super) const STAFF: Uuid = Uuid::nil();

/// Who may read records of a kind.
const fn reaches(kind: ChangeKind) -> Reaches {
    match kind {
        ChangeKind::Theme => ReadThemes::MAY,
        ChangeKind::Organisation => ReadOrganisations::MAY,
        ChangeKind::Person => ReadPeople::MAY,
        ChangeKind::Initiative => ReadInitiatives::MAY,
        ChangeKind::Series | ChangeKind::Event => ReadEvents::MAY,
        ChangeKind::Outcome => ReadOutcomes::MAY,
        ChangeKind::Quote => ReadQuotes::MAY,
        ChangeKind::Story => ReadStories::MAY,
        ChangeKind::Registration => ReadRegistrations::MAY,
        ChangeKind::Submission => ReviewSubmissions::MAY,
    }
}

/// The kinds that somebody is told of: with an API key those that its scopes let it read.
pub(super) fn kinds_of(actor: &Actor) -> Vec<ChangeKind> {
    let all = ChangeKind::ALL.iter().copied();
    all.filter(|kind| reaches(*kind).of(actor) != Reach::None).collect()
}

/// Which records of a kind.
#[derive(Clone, Copy)]
pub(super) enum Which<'a> {
    /// These.
    These(&'a [Uuid]),
    /// At most so many, in the order of their identifiers, from behind this one on.
    Behind(Option<Uuid>, u64),
}

/// The versions of those records that a reader sees.
pub(super) async fn seen(
    tx: &Tx,
    reader: Uuid,
    kind: ChangeKind,
    which: Which<'_>,
) -> Result<HashMap<Uuid, i64>, DbErr> {
    let owner = (reader != STAFF).then_some(Owner::Organisation(OrganisationId(reader)));
    if owner.is_some() && reaches(kind).partner == Reach::None {
        return Ok(HashMap::new());
    }
    macro_rules! of {
        ($table:ident, $own:expr) => {{
            let own = owner.map($own);
            versions::<$table::Entity>(tx, $table::Column::Id, $table::Column::Version, own, which).await
        }};
    }
    let record = |kind: RecordKind| move |owner| records::own(kind, owner);
    match kind {
        ChangeKind::Theme => of!(theme, record(RecordKind::Theme)),
        ChangeKind::Organisation => of!(organisation, record(RecordKind::Organisation)),
        ChangeKind::Person => of!(person, record(RecordKind::Person)),
        ChangeKind::Initiative => of!(initiative, record(RecordKind::Initiative)),
        ChangeKind::Series => of!(series, series_room::own),
        ChangeKind::Event => of!(event, record(RecordKind::Event)),
        ChangeKind::Outcome => of!(outcome, record(RecordKind::Outcome)),
        ChangeKind::Quote => of!(quote, record(RecordKind::Quote)),
        ChangeKind::Story => of!(story, record(RecordKind::Story)),
        ChangeKind::Registration => of!(registration, registrations::own),
        // Those who ask are no organisations.
        ChangeKind::Submission => of!(submission, |_| Condition::any().add(submission::Column::Id.is_null())),
    }
}

async fn versions<E: EntityTrait>(
    tx: &Tx,
    id: E::Column,
    version: E::Column,
    own: Option<Condition>,
    which: Which<'_>,
) -> Result<HashMap<Uuid, i64>, DbErr> {
    let mut query = E::find().select_only().column(id).column(version);
    query = match which {
        Which::These(ids) => query.filter(id.is_in(ids.iter().copied())),
        Which::Behind(None, most) => query.order_by_asc(id).limit(most),
        Which::Behind(Some(last), most) => query.filter(id.gt(last)).order_by_asc(id).limit(most),
    };
    if let Some(own) = own {
        query = query.filter(own);
    }
    Ok(query.into_tuple::<(Uuid, i64)>().all(tx).await?.into_iter().collect())
}

/// Marks what is somebody's own because these events or initiatives are.
pub(super) async fn mark_dependents(tx: &Tx, kind: ChangeKind, ids: &[Uuid]) -> Result<(), DbErr> {
    use ChangeKind::{Outcome, Quote, Registration, Story};
    let (column, dependents, further): (_, &[ChangeKind], _) = match kind {
        ChangeKind::Event => ("event_id", &[Outcome, Quote, Story, Registration], ""),
        // What came from an event is for those who host that.
        ChangeKind::Initiative => ("initiative_id", &[Quote, Story], "AND r.event_id IS NULL"),
        _ => return Ok(()),
    };
    if ids.is_empty() {
        return Ok(());
    }
    let backend = tx.get_database_backend();
    let random = if backend == DbBackend::Postgres { "gen_random_uuid()" } else { "randomblob(16)" };
    let places: Vec<String> = (1..=ids.len()).map(|place| format!("${place}")).collect();
    for dependent in dependents {
        let sql = format!(
            "INSERT INTO change_mark (id, kind, record_id) SELECT {random}, '{dependent}', r.id \
             FROM {dependent} r WHERE r.{column} IN ({}) {further}",
            places.join(", ")
        );
        let values: Vec<sea_orm::Value> = ids.iter().map(|id| (*id).into()).collect();
        tx.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    }
    Ok(())
}
