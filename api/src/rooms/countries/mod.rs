//! How dangerous it is to be seen in a country. Raising it hides at once everything of the country that was shown under a lower
//! one; lowering it takes a second person (`proposals`).

mod api;
mod store;
mod wire;

use ::entity::kinds::Risk;

use crate::access::Actor;
use crate::app::App;
use crate::audit::{self, Action, By, Entry, Kind};
use crate::db::Tx;
use crate::http::routes::Routes;
use crate::problem::{Kind as Wrong, Problem};
use crate::publishing;

/// Registers all of this.
pub fn routes(routes: &mut Routes<'_>) {
    routes.service(api::get).service(api::put);
}

/// What is proposed about a country is proposed about this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RiskNow {
    /// How dangerous it is.
    pub risk: Risk,
    /// Grows by one with every change.
    pub version: i64,
}

/// How dangerous a country is, kept from changing until the transaction ends.
///
/// # Errors
/// The database's.
pub async fn risk_now(tx: &Tx, country: &str) -> Result<RiskNow, Problem> {
    let row = store::find_for_change(tx, country).await?;
    Ok(RiskNow { risk: row.risk, version: row.version })
}

/// Sets the risk of a country as a second person has decided.
///
/// # Errors
/// 409 if it is another one than when this was proposed.
pub async fn decided(
    tx: &Tx,
    app: &App,
    by: &Actor,
    country: &str,
    version: i64,
    risk: Risk,
) -> Result<(), Problem> {
    let row = store::find_for_change(tx, country).await?;
    if row.version != version {
        let detail = "The risk has changed since this was proposed: propose it anew.";
        return Err(Problem::of(Wrong::Conflict).with_detail(detail));
    }
    set(tx, app, by, row, risk, None).await.map(|_| ())
}

async fn set(
    tx: &Tx,
    app: &App,
    by: &Actor,
    row: ::entity::country_risk::Model,
    risk: Risk,
    reason: Option<&str>,
) -> Result<::entity::country_risk::Model, Problem> {
    let row = store::save(tx, &app.vault, row, risk, reason).await?;
    publishing::risk_changed(tx, &row.country, risk).await?;
    let set = Entry::new(By::from(by), Action::Update).on(Kind::CountryRisk, row.id);
    audit::note(tx, set.fields(["risk", "reason"])).await?;
    Ok(row)
}
