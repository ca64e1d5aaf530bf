//! What people write when they register, put into its one form.

use std::collections::BTreeSet;

use ::entity::consent::ConsentPurpose;
use ::entity::ids::{ConsentId, RegistrationId};
use ::entity::registration_consent;
use ::entity::values::RegistrationQuestion;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use unicode_normalization::UnicodeNormalization as _;

use super::store::Person;
use super::wire::{RegistrationConsent, RegistrationIn, RegistrationPatch};
use super::{proofs, rules};
use crate::http::json::{fault, step};
use crate::http::language::canonical_tag;
use crate::ids;
use crate::problem::{Fault, Problem};
use crate::vault::Vault;

/// Letters and digits that are not taken for each other (Crockford's base 32).
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Refuses what no schema can say, beside the `faults` that were found before. The event's questions are asked later.
///
/// # Errors
/// 422 with every fault.
pub(super) fn check(
    language: Option<&str>,
    time_zone: Option<&str>,
    consents: &[RegistrationConsent],
    mut faults: Vec<Fault>,
) -> Result<Option<String>, Problem> {
    let tag = language.map(|text| {
        canonical_tag(text).unwrap_or_else(|| {
            faults.push(fault("/language", "invalid_language", "must be a language tag of BCP 47"));
            text.to_owned()
        })
    });
    if time_zone.is_some_and(|name| name.parse::<Tz>().is_err()) {
        let detail = "must be a time zone of the IANA database, such as `Africa/Juba`";
        faults.push(fault("/time_zone", "unknown_time_zone", detail));
    }
    let mut named = BTreeSet::new();
    for (at, consent) in consents.iter().enumerate() {
        let pointer = step(&step("/consents", &at.to_string()), "purpose");
        if consent.purpose == ConsentPurpose::PublishQuote {
            faults.push(fault(&pointer, "out_of_range", "is given with the words of the quote"));
        } else if !named.insert(consent.purpose) {
            faults.push(fault(&pointer, "repeated", "is named before"));
        }
    }
    if faults.is_empty() { Ok(tag) } else { Err(Problem::invalid_body(faults)) }
}

/// Who registers, in one form.
pub(super) fn person(body: &RegistrationIn) -> Person {
    Person {
        display_name: body.display_name.trim().to_owned(),
        access_needs: body.access_needs.as_ref().map(|needs| needs.trim().to_owned()),
        time_zone: body.time_zone.clone(),
        answers: body.answers.clone(),
        given_by: proofs::given_by(&body.consents),
    }
}

/// Puts an edit into what is there. Gives the names of the members that were edited.
///
/// # Errors
/// 422 for answers that fit no question.
pub(super) fn edit(
    person: &mut Person,
    patch: &RegistrationPatch,
    questions: &[RegistrationQuestion],
) -> Result<Vec<&'static str>, Problem> {
    let mut fields = Vec::new();
    if let Some(name) = &patch.display_name {
        person.display_name = name.trim().to_owned();
        fields.push("display_name");
    }
    if let Some(needs) = &patch.access_needs {
        person.access_needs = needs.as_ref().map(|needs| needs.trim().to_owned());
        fields.push("access_needs");
    }
    if let Some(zone) = &patch.time_zone {
        person.time_zone.clone_from(zone);
        fields.push("time_zone");
    }
    if let Some(answers) = &patch.answers {
        answered(questions, answers)?;
        person.answers.clone_from(answers);
        fields.push("answers");
    }
    Ok(fields)
}

/// Refuses answers that fit no question, and questions without the answer that they need.
///
/// # Errors
/// 422 with every fault.
pub(super) fn answered(
    questions: &[RegistrationQuestion],
    answers: &std::collections::BTreeMap<String, String>,
) -> Result<(), Problem> {
    let faults: Vec<Fault> = rules::faults(questions, answers);
    if faults.is_empty() { Ok(()) } else { Err(Problem::invalid_body(faults)) }
}

/// What is allowed, one record each.
pub(super) fn consents(
    id: RegistrationId,
    given: &[RegistrationConsent],
    language: &str,
    now: DateTime<Utc>,
) -> Vec<registration_consent::Model> {
    let one = |consent: &RegistrationConsent| registration_consent::Model {
        id: ConsentId(ids::v4()),
        registration_id: id,
        purpose: consent.purpose,
        given_at: now,
        text_version: consent.text_version.clone(),
        language: language.to_owned(),
        method: None,
        withdrawn_at: None,
    };
    given.iter().map(one).collect()
}

/// The keyed hash by which registrations of one address for one event find each other. Two spellings that differ in case
/// or in Unicode's forms are one address.
///
/// # Errors
/// None that happen; see [`Vault::keyed_hash`].
pub(super) fn address_hash(vault: &Vault, event: uuid::Uuid, email: &str) -> anyhow::Result<Vec<u8>> {
    let normal = zeroize::Zeroizing::new(email.trim().nfkc().collect::<String>().to_lowercase());
    Ok(vault.keyed_hash("registration e-mail", &[event.as_bytes(), normal.as_bytes()])?.to_vec())
}

/// What is told at the door: eight letters and digits, 40 random bits.
///
/// # Errors
/// If the system has no randomness.
pub(super) fn new_code() -> anyhow::Result<String> {
    let bits = ids::secret::<5>()?.iter().fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
    let letter = |at: u32| char::from(LETTERS[((bits >> (5 * at)) & 31) as usize]);
    Ok((0..8).map(letter).collect())
}

/// The code as it was meant, whatever it was typed as.
pub(super) fn read_code(typed: &str) -> String {
    let plain = typed.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase());
    let meant = |letter| match letter {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    plain.map(meant).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_was_typed() {
        let code = new_code().unwrap();
        assert!(code.len() == 8 && code.bytes().all(|byte| LETTERS.contains(&byte)), "{code}");
        let (front, back) = code.split_at(4);
        assert_eq!(read_code(&format!(" {}-{back}", front.to_lowercase())), code);
        assert_eq!(read_code("oil0"), "0110");
    }

    #[test]
    fn each_purpose_is_named_once_and_quotes_are_consented_to_with_their_words() {
        let one = |purpose| RegistrationConsent { purpose, text_version: None };
        assert_eq!(
            check(Some("EN"), None, &[one(ConsentPurpose::Contact)], vec![]).ok().unwrap().as_deref(),
            Some("en")
        );
        let wrong = [ConsentPurpose::Contact, ConsentPurpose::Contact, ConsentPurpose::PublishQuote].map(one);
        let refused = check(Some("no language at all"), Some("Mars/Olympus"), &wrong, vec![]).err().unwrap();
        let codes: Vec<_> = refused.faults().iter().map(|fault| fault.code).collect();
        assert_eq!(codes, ["invalid_language", "unknown_time_zone", "repeated", "out_of_range"]);
    }
}
