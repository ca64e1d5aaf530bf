//! Proofs of what somebody allowed: a partner who registers others says how, when and to whom they allowed it. And what follows from
//! it: partners read the names of those who allow that their names are shared with partners.

use std::collections::{BTreeMap, HashMap};

use ::entity::consent::{ConsentMethod, ConsentPurpose};
use ::entity::ids::RegistrationId;
use ::entity::registration_consent::{self, Column};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QuerySelect as _,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::content;
use super::store::Person;
use super::wire::{RegistrationConsent, RegistrationConsentIn};
use crate::access::Actor;
use crate::http::json::{fault, step};
use crate::http::language::canonical_tag;
use crate::problem::Fault;

/// Who took a consent down, by its purpose. Sealed with the registration.
pub(super) type GivenBy = BTreeMap<ConsentPurpose, String>;

/// What is wrong with proofs: partners need them all, others have none.
pub(super) fn faults(given: &[RegistrationConsentIn], actor: &Actor, now: DateTime<Utc>) -> Vec<Fault> {
    if actor.partner().is_none() {
        return given.iter().enumerate().flat_map(|(at, consent)| unexpected(at, consent)).collect();
    }
    let mut faults: Vec<_> =
        given.iter().enumerate().flat_map(|(at, consent)| missing(at, consent, now)).collect();
    if !given.iter().any(|consent| consent.purpose == ConsentPurpose::Participate) {
        faults.push(fault(
            "/consents",
            "required",
            "must have `participate`: nobody is registered who did not agree",
        ));
    }
    faults
}

fn unexpected(at: usize, consent: &RegistrationConsentIn) -> Vec<Fault> {
    let RegistrationConsentIn { purpose: _, text_version: _, method, language, given_at, given_by } = consent;
    let said = [
        ("method", method.is_some()),
        ("language", language.is_some()),
        ("given_at", given_at.is_some()),
        ("given_by", given_by.is_some()),
    ];
    let said = said.into_iter().filter(|(_, is_there)| *is_there);
    said.map(|(name, _)| fault(&pointer(at, name), "unexpected", "is for partners who register others"))
        .collect()
}

fn missing(at: usize, consent: &RegistrationConsentIn, now: DateTime<Utc>) -> Vec<Fault> {
    let RegistrationConsentIn { purpose: _, text_version, method, language, given_at, given_by } = consent;
    let needed = [
        ("text_version", text_version.is_none()),
        ("method", method.is_none()),
        ("language", language.is_none()),
        ("given_at", given_at.is_none()),
        ("given_by", given_by.is_none()),
    ];
    let needed = needed.into_iter().filter(|(_, is_missing)| *is_missing);
    let mut faults: Vec<_> =
        needed.map(|(name, _)| fault(&pointer(at, name), "required", "is required of a partner")).collect();
    if *method == Some(ConsentMethod::PublishedByTheCampaign) {
        faults.push(fault(&pointer(at, "method"), "out_of_range", "is no way to agree to this"));
    }
    if language.as_deref().is_some_and(|text| canonical_tag(text).is_none()) {
        faults.push(fault(&pointer(at, "language"), "invalid_language", "must be a language tag of BCP 47"));
    }
    if given_at.is_some_and(|at| at > now) {
        faults.push(fault(&pointer(at, "given_at"), "in_future", "must not be in the future"));
    }
    faults
}

fn pointer(at: usize, member: &str) -> String {
    step(&step("/consents", &at.to_string()), member)
}

/// What is allowed, without proofs.
pub(super) fn plain(given: &[RegistrationConsentIn]) -> Vec<RegistrationConsent> {
    let plain = |consent: &RegistrationConsentIn| RegistrationConsent {
        purpose: consent.purpose,
        text_version: consent.text_version.clone(),
    };
    given.iter().map(plain).collect()
}

/// Who took it down.
pub(super) fn given_by(given: &[RegistrationConsentIn]) -> GivenBy {
    let said = |consent: &RegistrationConsentIn| {
        Some((consent.purpose, consent.given_by.as_ref()?.trim().to_owned()))
    };
    given.iter().filter_map(said).collect()
}

/// What is allowed, one record each, with what proves it.
pub(super) fn consents(
    id: RegistrationId,
    given: &[RegistrationConsentIn],
    language: &str,
    now: DateTime<Utc>,
) -> Vec<registration_consent::Model> {
    let rows = content::consents(id, &plain(given), language, now);
    let proven =
        |(row, consent): (registration_consent::Model, &RegistrationConsentIn)| registration_consent::Model {
            method: consent.method,
            given_at: consent.given_at.unwrap_or(row.given_at),
            language: consent.language.as_deref().and_then(canonical_tag).unwrap_or(row.language),
            ..row
        };
    rows.into_iter().zip(given).map(proven).collect()
}

/// Leaves to partners only those people who allow that their names are shared with partners, and of them only the name.
///
/// # Errors
/// The database's.
pub(super) async fn only_shared<C: ConnectionTrait>(
    conn: &C,
    actor: &Actor,
    people: &mut HashMap<RegistrationId, Person>,
) -> Result<(), DbErr> {
    if actor.partner().is_none() || people.is_empty() {
        return Ok(());
    }
    let shared: Vec<RegistrationId> = registration_consent::Entity::find()
        .select_only()
        .column(Column::RegistrationId)
        .filter(Column::RegistrationId.is_in(people.keys().copied()))
        .filter(Column::Purpose.eq(ConsentPurpose::ShareWithPartners))
        .filter(Column::WithdrawnAt.is_null())
        .into_tuple()
        .all(conn)
        .await?;
    people.retain(|id, _| shared.contains(id));
    for person in people.values_mut() {
        let display_name = std::mem::take(&mut person.display_name);
        *person = Person { display_name, ..Person::default() };
    }
    Ok(())
}

/// What somebody allows.
#[derive(Serialize, ToSchema)]
pub(super) struct RegistrationConsentOut {
    /// What is allowed.
    purpose: ConsentPurpose,
    /// The version of the wording that was shown.
    #[schema(required = true)]
    text_version: Option<String>,
    /// The language in which it was shown (BCP 47).
    language: String,
    /// When it was given.
    given_at: DateTime<Utc>,
    /// How it was given, where a partner took it down.
    #[schema(required = true)]
    method: Option<ConsentMethod>,
    /// Who took it down; `null` to partners.
    #[schema(required = true)]
    given_by: Option<String>,
}

impl RegistrationConsentOut {
    pub(super) fn all(rows: Vec<registration_consent::Model>, given_by: &GivenBy) -> Vec<Self> {
        rows.into_iter().map(|row| Self::of(row, given_by)).collect()
    }

    fn of(row: registration_consent::Model, by: &GivenBy) -> Self {
        let registration_consent::Model {
            id: _,
            registration_id: _,
            purpose,
            given_at,
            text_version,
            language,
            method,
            withdrawn_at: _,
        } = row;
        let given_by = method.and_then(|_| by.get(&purpose).cloned());
        Self { purpose, text_version, language, given_at, method, given_by }
    }
}
