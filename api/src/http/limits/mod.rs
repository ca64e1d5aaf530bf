//! What one caller, or all of them together, may take of the service.
//!
//! Each limit is a middleware of its own and refuses with a problem that says when to come back: [`rate`] counts requests
//! by address, [`keys`] by API key, [`forms`] those that everybody may send (both in common with other processes: [`exchange`]), [`body`] bounds what is sent in size and time,
//! [`capacity`] bounds how much is worked at once and
//! how long. [`client`] says whose request it is. Nothing here logs or keeps an address.

pub mod body;
pub mod capacity;
pub mod client;
pub mod exchange;
pub mod forms;
pub mod keys;
pub mod rate;

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::HttpRequest;

use capacity::WorkOf;
use client::Proxies;
use exchange::Exchange;
use forms::{FormOf, Forms, InsiderOf};
use rate::{FormRates, Limiter, Rate, Shared};

/// The limits of one process, shared by its threads. Belongs in the app's data.
pub struct Limits {
    limiter: Option<Limiter>,
    /// What forms cost beside that.
    forms: Option<Forms>,
    /// What API keys may ask beside that.
    keys: Option<keys::Keys>,
    /// With whom these two are given out in common.
    exchange: Option<Arc<Exchange>>,
    proxies: Proxies,
    bodies: body::Bodies,
    /// Whose bodies are read by their handlers.
    is_upload: Option<body::UploadOf>,
    gates: capacity::Gates,
}

impl Limits {
    /// How many requests an address may make, and which neighbours are believed when they name another one.
    /// `work_of` says what a request takes of the service.
    pub fn new(rate: Option<Rate>, proxies: Proxies, work_of: WorkOf) -> Self {
        Self {
            limiter: rate.map(|rate| Limiter::new("address", rate, Shared::Caller)),
            forms: None,
            keys: None,
            exchange: None,
            proxies,
            bodies: body::Bodies::new(body::Bounds::default()),
            is_upload: None,
            gates: capacity::Gates::new(work_of),
        }
    }

    /// The address that a request comes from.
    pub fn address(&self, req: &HttpRequest) -> Option<IpAddr> {
        Some(self.proxies.client(req.peer_addr()?.ip(), req.headers()))
    }

    /// The network that a request comes from: an IPv4 address or an IPv6 /64.
    pub fn network(&self, req: &HttpRequest) -> Option<IpAddr> {
        self.address(req).map(client::neighbourhood)
    }

    /// Gives out what is said of keys and forms from now on in common with other processes.
    pub fn in_common(mut self, exchange: Option<Arc<Exchange>>) -> Self {
        self.exchange = exchange;
        self
    }

    /// With whom allowances are given out in common, if any are.
    pub fn exchange(&self) -> Option<&Arc<Exchange>> {
        self.exchange.as_ref().filter(|_| self.forms.is_some() || self.keys.is_some())
    }

    /// Takes what another process gave away of an allowance.
    fn taken_by_others(&self, pool: &str, caller: u64, requests: u32) {
        let forms = self.forms.iter().flat_map(Forms::limiters);
        let keys = self.keys.iter().map(keys::Keys::limiter);
        forms.chain(keys).for_each(|limiter| limiter.taken_by_others(pool, caller, requests));
    }

    /// Counts `forms` that everybody may send against smaller allowances as well, unless nothing is counted. `form_of` says
    /// of a method and a path which of them it is, `insider_of` who is signed in.
    pub fn with_forms(
        mut self,
        rates: Option<FormRates>,
        forms: &[&'static str],
        form_of: FormOf,
        insider_of: InsiderOf,
    ) -> Self {
        let counted = rates.filter(|_| self.limiter.is_some());
        self.forms =
            counted.map(|rates| Forms::new(rates, forms, form_of, insider_of, self.exchange.as_ref()));
        self
    }

    /// Leaves bodies to the handlers that read them in portions.
    pub fn with_uploads(mut self, is_upload: body::UploadOf) -> Self {
        self.is_upload = Some(is_upload);
        self
    }

    /// Counts what is asked with API keys as well, unless nothing is counted. `key_of` says which key asks.
    pub fn with_keys(mut self, rate: Option<Rate>, key_of: keys::KeyOf) -> Self {
        let counted = rate.filter(|_| self.limiter.is_some());
        self.keys = counted.map(|rate| keys::Keys::new(rate, key_of, self.exchange.as_ref()));
        self
    }

    /// Forgets callers who have been quiet for a while, and gives the number of those still remembered. Has to be called
    /// now and then: otherwise what is remembered grows for ever.
    pub fn forget_the_quiet(&self) -> usize {
        if let Some(forms) = &self.forms {
            forms.forget_the_quiet();
        }
        if let Some(keys) = &self.keys {
            keys.forget_the_quiet();
        }
        self.limiter.as_ref().map_or(0, Limiter::forget_the_quiet)
    }

    #[cfg(test)]
    pub(super) fn with_bodies(bounds: body::Bounds) -> Self {
        let bodies = body::Bodies::new(bounds);
        Self { bodies, ..Self::new(None, Proxies::default(), |_, _| capacity::Work::Little) }
    }
}

#[cfg(test)]
mod tests;
