//! Bodies that become records.

use uuid::Uuid;

use super::merge::{differing, edited, edited_by};
use super::revisions;
use super::{Edit, Mergeable, Named, Record};
use crate::access::action::Action;
use crate::access::{Allowed, Permit};
use crate::db::Tx;
use crate::problem::Problem;
use crate::rooms::bundle::{Incoming, RecordId};

/// The body that a record is written with. It says the same as a line of a bundle, without what only verbs change.
pub trait Written: Mergeable {
    /// The record.
    type Record: Record;

    /// The body that says what a record is.
    fn of(record: Self::Record) -> Self;
    /// The records it names.
    fn names(&self) -> Vec<&RecordId>;
    /// The record it stands for: a new one, or the next version of the one `before`. What is wrong goes into
    /// `incoming.faults`; nothing without any is a record.
    fn into_record(self, incoming: &mut Incoming<'_>, before: Option<&Self::Record>) -> Option<Self::Record>;
}

/// The new record that a body stands for.
///
/// # Errors
/// 422 with every fault.
pub async fn read<W: Written, A: Action>(
    tx: &Tx,
    who: &Allowed<A>,
    permit: &Permit<A>,
    id: Uuid,
    body: W,
) -> Result<W::Record, Problem> {
    read_again(tx, who, permit, id, body, &[]).await
}

/// The same, where whoever asks may also name what was named `before` and checked then.
///
/// # Errors
/// 422 with every fault.
pub async fn read_again<W: Written, A: Action>(
    tx: &Tx,
    who: &Allowed<A>,
    permit: &Permit<A>,
    id: Uuid,
    body: W,
    before: &[&RecordId],
) -> Result<W::Record, Problem> {
    let named = Named::look_up(tx, who, &body.names(), before).await?;
    let (now, created_by) = (tx.now(), permit.by().account());
    let incoming = Incoming {
        id,
        version: 0,
        now,
        created_at: now,
        created_by,
        held_at: None,
        language: None,
        known: &named.0,
        faults: Vec::new(),
    };
    whole(body, incoming, None)
}

/// A record after an edit, and the names of the members that it changed.
///
/// # Errors
/// 422 with every fault of the record as it would be then; 404, 409 or 410 for a revision that cannot be put back.
pub async fn edit<W: Written, A: Action>(
    tx: &Tx,
    who: &Allowed<A>,
    _: &Permit<A>,
    before: &W::Record,
    edit: &Edit<W>,
) -> Result<(W::Record, Vec<&'static str>), Problem> {
    let written = W::of(before.clone());
    let (body, changed) = match edit.revision() {
        None => edited(&written, edit)?,
        Some(version) => {
            let changes = revisions::kept(tx, before.id(), version).await?;
            edited_by(&written, |body| revisions::put_back(body, changes))?
        }
    };
    let file = edit.is_whole().then(|| body.clone());
    let checked = file.as_ref().unwrap_or(&written).names();
    Ok((replaced(tx, who, before, body, &checked).await?, changed))
}

/// A record written anew with a body whose names were checked before, and the names of the members that differ.
///
/// # Errors
/// 422 with every fault.
pub async fn rewrite<W: Written, A: Action>(
    tx: &Tx,
    who: &Allowed<A>,
    _: &Permit<A>,
    before: &W::Record,
    body: W,
) -> Result<(W::Record, Vec<&'static str>), Problem> {
    let changed = differing(&W::of(before.clone()), &body)?;
    let checked = body.clone();
    Ok((replaced(tx, who, before, body, &checked.names()).await?, changed))
}

async fn replaced<W: Written, A: Action>(
    tx: &Tx,
    who: &Allowed<A>,
    before: &W::Record,
    body: W,
    checked: &[&RecordId],
) -> Result<W::Record, Problem> {
    let named = Named::look_up(tx, who, &body.names(), checked).await?;
    let incoming = Incoming {
        id: before.id(),
        version: before.version(),
        now: tx.now(),
        created_at: before.created_at(),
        created_by: before.created_by(),
        held_at: before.held_at(),
        language: None,
        known: &named.0,
        faults: Vec::new(),
    };
    whole(body, incoming, Some(before))
}

fn whole<W: Written>(
    body: W,
    mut incoming: Incoming<'_>,
    before: Option<&W::Record>,
) -> Result<W::Record, Problem> {
    let record = body.into_record(&mut incoming, before);
    match record {
        Some(record) if incoming.faults.is_empty() => Ok(record),
        _ => Err(Problem::invalid_body(incoming.faults)),
    }
}
