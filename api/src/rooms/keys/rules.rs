//! What may become of a key: active → expired; active → revoked. Pure.

use std::net::IpAddr;

use ::entity::api_key::{ApiScope, ApiScopes, Model};
use ::entity::ids::{AccountId, ApiKeyId, OrganisationId};
use ::entity::values::Texts;
use chrono::{DateTime, TimeDelta, Utc};
use ipnet::{IpNet, Ipv4Net};

use super::wire::{KeyIn, KeyNetwork, KeyStatus};
use crate::access::Permit;
use crate::access::action::ManageKeys;
use crate::http::json::{fault, step};
use crate::problem::{Fault, Kind, Problem};

/// How long a key works unless it is said.
const YEAR: TimeDelta = TimeDelta::days(365);
/// How long it works at most.
const LONGEST: TimeDelta = TimeDelta::days(2 * 365);

/// What is settled about a new key.
#[derive(Debug)]
pub(super) struct Terms {
    /// What it is good for, each once, in the order of the list.
    pub(super) scopes: Vec<ApiScope>,
    /// The networks it may be used from.
    pub(super) addresses: Vec<String>,
    /// From when on it works no more.
    pub(super) expires_at: DateTime<Utc>,
}

impl Terms {
    /// Everything, for a year and from everywhere.
    pub(super) fn widest(now: DateTime<Utc>) -> Self {
        Self { scopes: ApiScope::ALL.to_vec(), addresses: Vec::new(), expires_at: now + YEAR }
    }
}

/// Settles what no schema can say.
///
/// # Errors
/// 422 with every fault.
pub(super) fn terms(body: &KeyIn, now: DateTime<Utc>) -> Result<Terms, Problem> {
    let mut faults = Vec::new();
    let mut scopes = body.scopes.clone();
    scopes.sort_unstable();
    scopes.dedup();
    let expires_at = body.expires_at.unwrap_or(now + YEAR);
    if expires_at <= now {
        faults.push(fault("/expires_at", "not_ahead", "must be in the future"));
    } else if expires_at > now + LONGEST {
        faults.push(fault("/expires_at", "out_of_range", "must be in two years at most"));
    }
    let listed = body.addresses.iter().enumerate();
    let addresses = listed.filter_map(|(at, one)| network(at, one).map_err(|fault| faults.push(fault)).ok());
    let addresses = addresses.map(|network| network.trunc().to_string()).collect();
    match faults.is_empty() {
        true => Ok(Terms { scopes, addresses, expires_at }),
        false => Err(Problem::invalid_body(faults)),
    }
}

fn network(at: usize, KeyNetwork(text): &KeyNetwork) -> Result<IpNet, Fault> {
    let single = || text.parse::<IpAddr>().map(|address| IpNet::from(address.to_canonical()));
    text.parse::<IpNet>().map(unmapped).or_else(|_| single()).map_err(|_| {
        let detail = "must be a network such as 192.0.2.0/24, or an address";
        fault(&step("/addresses", &at.to_string()), "invalid_network", detail)
    })
}

/// The IPv4 network that an IPv6 one stands for, since callers are compared as IPv4 addresses (RFC 4291 §2.5.5.2).
fn unmapped(network: IpNet) -> IpNet {
    let IpNet::V6(mapped) = network else { return network };
    let ipv4 = mapped.addr().to_ipv4_mapped().zip(mapped.prefix_len().checked_sub(96));
    ipv4.and_then(|(address, prefix)| Ipv4Net::new(address, prefix).ok()).map_or(network, IpNet::V4)
}

/// A key that was never used.
pub(super) fn given_out(
    id: ApiKeyId,
    organisation: OrganisationId,
    name: &str,
    terms: &Terms,
    secret_hash: Vec<u8>,
    created_by: Option<AccountId>,
    now: DateTime<Utc>,
) -> Model {
    Model {
        id,
        organisation_id: organisation,
        name: name.trim().to_owned(),
        scopes: ApiScopes(terms.scopes.clone()),
        addresses: Texts(terms.addresses.clone()),
        secret_hash,
        exposed_at: None,
        previous_hash: None,
        previous_until: None,
        previous_exposed_at: None,
        expires_at: terms.expires_at,
        used_on: None,
        revoked_at: None,
        created_by,
        version: 1,
        created_at: now,
        updated_at: now,
    }
}

/// Where a key stands.
pub(super) fn status(row: &Model, now: DateTime<Utc>) -> KeyStatus {
    match row.revoked_at {
        Some(_) => KeyStatus::Revoked,
        None if row.expires_at <= now => KeyStatus::Expired,
        None => KeyStatus::Active,
    }
}

/// Until when the secret before works, if it still does.
pub(super) fn overlap(row: &Model, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    row.previous_until.filter(|until| *until > now && status(row, now) == KeyStatus::Active)
}

/// What can be done with a key, as the last segments of the addresses.
pub(super) fn allowed(row: &Model, now: DateTime<Utc>) -> &'static [&'static str] {
    match (status(row, now), overlap(row, now)) {
        (KeyStatus::Active, None) => &["rotate", "revoke"],
        (KeyStatus::Active, Some(_)) => &["rotate", "end-overlap", "revoke"],
        (KeyStatus::Expired, _) => &["revoke"],
        (KeyStatus::Revoked, _) => &[],
    }
}

fn in_state(row: &Model, now: DateTime<Utc>, verb: &str) -> Result<(), Problem> {
    let allowed = allowed(row, now);
    if allowed.contains(&verb) { Ok(()) } else { Err(Problem::wrong_state(allowed)) }
}

/// Gives a key a new secret; the one before works on for a while.
///
/// # Errors
/// 409 unless it is active; and while the secret before still works, for another overlap would cut off whoever uses it.
pub(super) fn rotate(
    mut row: Model,
    _: &Permit<ManageKeys>,
    secret_hash: Vec<u8>,
    overlap_hours: u16,
    now: DateTime<Utc>,
) -> Result<Model, Problem> {
    in_state(&row, now, "rotate")?;
    if overlap_hours > 0 && overlap(&row, now).is_some() {
        let detail = "The secret before the last one still works. End that (`end-overlap`), or rotate with `overlap_hours` 0, which \
                      leaves the new one alone.";
        return Err(Problem::of(Kind::Conflict).with_detail(detail));
    }
    let before = std::mem::replace(&mut row.secret_hash, secret_hash);
    let exposed_at = row.exposed_at.take();
    row = without_previous(row);
    if overlap_hours > 0 {
        row.previous_hash = Some(before);
        row.previous_until = Some(now + TimeDelta::hours(overlap_hours.into()));
        row.previous_exposed_at = exposed_at;
    }
    Ok(row)
}

/// Ends the secret before at once.
///
/// # Errors
/// 409 unless it still works.
pub(super) fn end_overlap(row: Model, _: &Permit<ManageKeys>, now: DateTime<Utc>) -> Result<Model, Problem> {
    in_state(&row, now, "end-overlap")?;
    Ok(without_previous(row))
}

/// Takes a key back, for good.
///
/// # Errors
/// 409 if it was before.
pub(super) fn revoke(row: Model, _: &Permit<ManageKeys>, now: DateTime<Utc>) -> Result<Model, Problem> {
    in_state(&row, now, "revoke")?;
    Ok(revoked(row, now))
}

/// A key that works no more.
pub(super) fn revoked(row: Model, now: DateTime<Utc>) -> Model {
    Model { revoked_at: Some(now), ..without_previous(row) }
}

fn without_previous(row: Model) -> Model {
    Model { previous_hash: None, previous_until: None, previous_exposed_at: None, ..row }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(expires_at: Option<DateTime<Utc>>, addresses: &[&str]) -> KeyIn {
        let addresses = addresses.iter().map(|text| KeyNetwork((*text).to_owned())).collect();
        let scopes = vec![ApiScope::QuotesRead, ApiScope::EventsRead, ApiScope::QuotesRead];
        KeyIn { name: "Desk".to_owned(), scopes, expires_at, addresses }
    }

    #[test]
    fn a_key_works_for_a_year_and_two_at_most() {
        let now = DateTime::UNIX_EPOCH;
        let settled =
            terms(&body(None, &["192.0.2.7/24", "2001:db8::1", "::ffff:198.51.100.7/120"]), now).unwrap();
        assert_eq!((settled.expires_at, settled.scopes.len()), (now + YEAR, 2));
        assert_eq!(settled.addresses, ["192.0.2.0/24", "2001:db8::1/128", "198.51.100.0/24"]);
        let codes = |body: KeyIn| {
            let refused = terms(&body, now).unwrap_err();
            refused.faults().iter().map(|fault| fault.code).collect::<Vec<_>>()
        };
        assert_eq!(
            codes(body(Some(now), &["example.org", "192.0.2.0/33"])),
            ["not_ahead", "invalid_network", "invalid_network"]
        );
        assert_eq!(codes(body(Some(now + LONGEST + TimeDelta::seconds(1)), &[])), ["out_of_range"]);
        assert!(terms(&body(Some(now + LONGEST), &[]), now).is_ok());
    }
}
