//! Two people for what shows more of somebody: lowering a risk, showing a place more finely, ending a lockdown. One proposes it,
//! an admin who neither proposed it nor made the record approves it, and it is done in that transaction by the room whose it is,
//! if the record is still what it was when it was proposed. Nothing else ever does these things.

mod api;
mod rules;
mod store;
mod subjects;
mod wire;

use ::entity::ids::AccountId;
use ::entity::kinds::Risk;
use ::entity::proposal::{Guarded, ProposalSubject};

use crate::app::App;
use crate::db::Tx;
use crate::http::routes::Routes;
use crate::problem::Problem;

pub use store::expire;
pub use wire::ProposalOut;

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(api::create)
        .service(api::list)
        .service(api::get)
        .service(api::approve)
        .service(api::reject)
        .service(api::withdraw);
}

/// Proposes that a country is less dangerous, or gives the open proposal of the same by the same account.
///
/// # Errors
/// The database's or the vault's.
pub async fn lower_country(
    tx: &Tx,
    app: &App,
    by: AccountId,
    country: &str,
    (now, version): (Risk, i64),
    risk: Risk,
    reason: &str,
) -> Result<ProposalOut, Problem> {
    let subject = subjects::Subject {
        subject: ProposalSubject::Country,
        record_id: None,
        country: Some(country.to_owned()),
        version,
        before: Guarded { risk: Some(now), ..Guarded::default() },
        after: Guarded { risk: Some(risk), ..Guarded::default() },
    };
    let row = match store::same(tx, by, &subject).await? {
        Some(row) => row,
        None => store::propose(tx, app, by, subject, reason).await?,
    };
    let reason = store::reason(tx, &app.vault, &row).await?;
    Ok(ProposalOut::new(row, reason, tx.now()))
}
