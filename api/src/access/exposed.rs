//! API keys that turn up in an address. Addresses are kept by proxies, browsers and logs, so such a key is no secret any more: it is
//! refused there, marked, and those who gave it out are told. Nothing here writes an address down.

use std::borrow::Cow;

use ::entity::api_key;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Uri;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpResponse};
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, IntoActiveModel as _, QuerySelect as _};
use tokio::time::timeout;
use url::form_urlencoded;

use super::api_key::{ApiKey, ApiKeys, PREFIX, Secret, secret_of};
use crate::app::App;
use crate::audit::{self, Action, By, Entry};
use crate::db::Db;
use crate::http::limits::capacity::DEADLINE;
use crate::outbox::{self, Fact};
use crate::problem::{Kind, Problem};

/// The most keys of one address that are looked up: everybody can write down what looks like one.
const MOST: usize = 4;

/// Middleware: 400 for a request whose address has a key in it. It has to come before whatever answers from an address alone.
pub async fn refuse_in_address(
    app: Data<App>,
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let Some(text) = with_key(req.uri()) else { return Ok(next.call(req).await?.map_into_boxed_body()) };
    for key in ApiKey::all_in(&text).into_iter().take(MOST) {
        let noted = timeout(DEADLINE, app.access.api_keys.note_exposed(&app.db, &key)).await;
        if let Err(problem) = noted.unwrap_or_else(|_| Err(Problem::of(Kind::Unavailable))) {
            tracing::error!(
                cause = problem.cause(),
                "an API key turned up in an address and could not be marked"
            );
        }
    }
    Ok(req.into_response(HttpResponse::from_error(Problem::of(Kind::KeyExposed))))
}

/// The text of an address, as it was meant, if what keys begin with is in it.
fn with_key(uri: &Uri) -> Option<String> {
    let query = uri.query().unwrap_or_default();
    let decoded = form_urlencoded::parse(query.as_bytes()).flat_map(|(name, value)| [name, value]);
    let written = [Cow::from(uri.path()), Cow::from(query)];
    let parts: Vec<_> = written.into_iter().chain(decoded).collect();
    parts.iter().any(|part| part.contains(PREFIX)).then(|| parts.join("\n"))
}

impl ApiKeys {
    /// Marks the secret of a key as known to others, once, and has its admins told.
    async fn note_exposed(&self, db: &Db, key: &ApiKey) -> Result<(), Problem> {
        let (hash, id) = (key.hash(self.vault())?, key.id());
        let marked = |row: &api_key::Model| match secret_of(row, &hash, db.now()) {
            Some(Secret::Newest) => row.exposed_at.is_some(),
            Some(Secret::Previous) => row.previous_exposed_at.is_some(),
            None => true,
        };
        let found = api_key::Entity::find_by_id(id).one(db.reader()).await?;
        if found.is_none_or(|row| marked(&row)) {
            return Ok(());
        }
        db.write(async |tx| {
            let found = api_key::Entity::find_by_id(id).lock_exclusive().one(tx).await?;
            let Some(mut row) = found.filter(|row| !marked(row)) else { return Ok(()) };
            let at = Some(tx.now());
            match secret_of(&row, &hash, tx.now()) {
                Some(Secret::Newest) => row.exposed_at = at,
                Some(Secret::Previous) => row.previous_exposed_at = at,
                None => return Ok(()),
            }
            row.version += 1;
            row.updated_at = tx.now();
            row.into_active_model().reset_all().update(tx).await?;
            outbox::tell(tx, Fact::KeyExposed { key_id: id.0 }).await?;
            audit::note(tx, Entry::new(By::Nobody, Action::Expose).on(audit::Kind::ApiKey, id)).await?;
            Ok::<_, Problem>(())
        })
        .await?;
        self.forget(id);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_seen_wherever_it_is_in_an_address() {
        let seen = |text: &str| with_key(&text.parse().unwrap()).is_some();
        for text in [
            "/v1/sol_live_x",
            "/v1/events?key=sol_live_x",
            "/v1/events?sol_live_x",
            "/v1/events?key=sol%5Flive%5Fx",
        ] {
            assert!(seen(text), "{text}");
        }
        assert!(!seen("/v1/events?key=sol_mt_x") && !seen("/"));
    }
}
