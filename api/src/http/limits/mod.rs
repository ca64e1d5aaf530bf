//! What one caller, or all of them together, may take of the service.
//!
//! Each limit is a middleware of its own and refuses with a problem that says when to come back: [`rate`] counts requests
//! by address, [`body`] bounds what is sent in size and time, [`capacity`] bounds how much asks the database at once and
//! how long. [`client`] says whose request it is. Nothing here logs or keeps an address.

pub mod body;
pub mod capacity;
pub mod client;
pub mod rate;

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::Method;

use client::Proxies;
use rate::{FormRates, Limiter, Rate, Shared};

/// The limits of one process, shared by its threads. Belongs in the app's data.
pub struct Limits {
    limiter: Option<Limiter>,
    /// What forms cost beside that.
    forms: Option<[Limiter; 2]>,
    is_form: fn(&Method, &str) -> bool,
    proxies: Proxies,
    bodies: body::Bodies,
    gate: capacity::Gate,
}

impl Limits {
    /// How many requests an address may make, and which neighbours are believed when they name another one.
    /// `needs_database` says of a path whether the database is asked for it.
    pub fn new(rate: Option<Rate>, proxies: Proxies, needs_database: fn(&str) -> bool) -> Self {
        Self {
            limiter: rate.map(|rate| Limiter::new("address", rate, Shared::ByCaller)),
            forms: None,
            is_form: |_, _| false,
            proxies,
            bodies: body::Bodies::new(body::Bounds::default()),
            gate: capacity::Gate::new(needs_database),
        }
    }

    /// The network that a request comes from: an IPv4 address or an IPv6 /64.
    pub fn network(&self, req: &HttpRequest) -> Option<IpAddr> {
        let connection = req.peer_addr()?.ip();
        Some(client::neighbourhood(self.proxies.client(connection, req.headers())))
    }

    /// Counts forms that everybody may send against a smaller allowance as well, unless nothing is counted. `is_form` says
    /// of a method and a path whether it is one.
    pub fn with_forms(mut self, rates: Option<FormRates>, is_form: fn(&Method, &str) -> bool) -> Self {
        let counted = rates.filter(|_| self.limiter.is_some());
        self.forms = counted.map(|FormRates { each, all }| {
            [Limiter::new("form", each, Shared::ByCaller), Limiter::new("forms", all, Shared::ByAll)]
        });
        self.is_form = is_form;
        self
    }

    /// Forgets callers who have been quiet for a while, and gives the number of those still remembered. Has to be called
    /// now and then: otherwise what is remembered grows for ever.
    pub fn forget_the_quiet(&self) -> usize {
        for limiter in self.forms.iter().flatten() {
            limiter.forget_the_quiet();
        }
        self.limiter.as_ref().map_or(0, Limiter::forget_the_quiet)
    }

    #[cfg(test)]
    pub(super) fn with_bodies(bounds: body::Bounds) -> Self {
        let bodies = body::Bodies::new(bounds);
        Self { bodies, ..Self::new(None, Proxies::default(), |_| false) }
    }
}

#[cfg(test)]
mod tests;
