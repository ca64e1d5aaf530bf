//! Which accounts are asked for.

use ::entity::account::{self, AccountState, Column, Role};
use ::entity::person_organisation;
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait as _, Condition};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;
use uuid::Uuid;

use super::Address;
use crate::text::fold;
use crate::vault::Vault;

/// Which accounts. It has no `Debug`: what is sought may be an e-mail address.
#[derive(Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AccountFilters {
    /// Roles, separated by commas: one of them.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 4)]
    role: Vec<Role>,
    /// States, separated by commas: one of them.
    #[serde(default)]
    #[param(inline, style = Form, explode = false, required = false, min_items = 1, max_items = 3)]
    state: Vec<AccountState>,
    /// Ids of organisations, separated by commas: those whose person belongs to one of them.
    #[serde(default)]
    #[param(style = Form, explode = false, required = false, min_items = 1, max_items = 20)]
    organisation: Vec<Uuid>,
    /// A part of the name, whatever its case and accents; or a whole e-mail address.
    #[param(
        nullable = false,
        min_length = 1,
        max_length = 254,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]+$",
        example = "amina"
    )]
    q: Option<String>,
}

impl AccountFilters {
    /// What can be asked of the database.
    pub(super) fn fitting(&self) -> Condition {
        let members = (!self.organisation.is_empty()).then(|| {
            let people = Query::select()
                .column(person_organisation::Column::PersonId)
                .from(person_organisation::Entity)
                .cond_where(person_organisation::Column::OrganisationId.is_in(self.organisation.clone()))
                .to_owned();
            Column::PersonId.in_subquery(people)
        });
        let roles = (!self.role.is_empty()).then(|| Column::Role.is_in(self.role.clone()));
        let states = (!self.state.is_empty()).then(|| Column::State.is_in(self.state.clone()));
        Condition::all().add_option(members).add_option(roles).add_option(states)
    }

    /// What is sought, if anything.
    ///
    /// # Errors
    /// None that happen; see [`Vault::keyed_hash`].
    pub(super) fn sought(&self, vault: &Vault) -> anyhow::Result<Option<Sought>> {
        let Some(text) = &self.q else { return Ok(None) };
        let email_hash = match text.contains('@') {
            true => Some(*Address::new(vault, text)?.hash()),
            false => None,
        };
        Ok(Some(Sought { text: text.trim().to_owned(), folded: fold(text), email_hash }))
    }
}

/// What is sought: a part of a name, or an address as its keyed hash, for of addresses nothing else can be compared. The
/// engines know different letters, so names are compared here: accounts are few enough.
pub(super) struct Sought {
    text: String,
    folded: String,
    email_hash: Option<[u8; 32]>,
}

impl Sought {
    /// Whether this account is one of those.
    pub(super) fn is(&self, row: &account::Model) -> bool {
        self.is_address_of(row) || self.is_in_name(&row.display_name)
    }

    /// Whether it is the address of this account.
    pub(super) fn is_address_of(&self, row: &account::Model) -> bool {
        self.email_hash.is_some_and(|hash| row.email_hash == hash)
    }

    fn is_in_name(&self, name: &str) -> bool {
        match self.folded.is_empty() {
            // Signs that fold to no letter.
            true => !self.text.is_empty() && name.contains(&self.text),
            false => fold(name).contains(&self.folded),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_by_a_part_of_it_whatever_its_case_and_accents() {
        let sought =
            |text: &str| Sought { text: text.trim().to_owned(), folded: fold(text), email_hash: None };
        for text in ["élise", "ELISE", " lis ", "Élise O", "🌻"] {
            assert!(sought(text).is_in_name("Élise Okello 🌻"), "{text}");
        }
        for text in ["elsie", "okello elise", "🌵", " "] {
            assert!(!sought(text).is_in_name("Élise Okello 🌻"), "{text}");
        }
    }
}
