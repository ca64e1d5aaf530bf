//! What callers send and read.

use ::entity::account;
use ::entity::account::{AccountState, Role};
use ::entity::ids::{AccountId, PersonId};
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use utoipa::{IntoParams, ToSchema};

use super::store::Removal;
use crate::http::patch::clearable;

/// An account.
#[derive(Serialize, ToSchema)]
pub(super) struct AccountOut {
    /// Identifier.
    #[schema(value_type = uuid::Uuid)]
    id: AccountId,
    /// The name or pseudonym that others see.
    display_name: String,
    /// The e-mail address; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    email: Option<String>,
    /// What it may do.
    role: Role,
    /// Whether it can be used.
    state: AccountState,
    /// The language its letters are in (BCP 47).
    language: Option<String>,
    /// The person behind it.
    person: Option<PersonId>,
    /// Whether it has a second factor.
    second_factor: bool,
    /// The last time that an admin took a lost one away, if that happened; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    second_factor_removed: Option<SecondFactorRemoved>,
    /// When it was closed for good: nothing tells whose it was.
    closed_at: Option<DateTime<Utc>>,
    /// Grows by one with every edit; the `ETag` is made of it.
    version: i64,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When it was last edited.
    updated_at: DateTime<Utc>,
}

/// That a lost second factor was taken away.
#[derive(Serialize, ToSchema)]
pub(super) struct SecondFactorRemoved {
    /// Which account did.
    by: AccountId,
    /// When.
    at: DateTime<Utc>,
    /// Why.
    reason: String,
}

/// What is told of an account where it is read by itself.
pub(super) struct Details {
    /// The e-mail address; none once it is closed.
    pub(super) email: Option<String>,
    /// The last time that its second factor was taken away.
    pub(super) removal: Option<Removal>,
}

impl AccountOut {
    pub(super) fn new(row: account::Model, details: Option<Details>) -> Self {
        let account::Model {
            id,
            display_name,
            role,
            state,
            language,
            email_hash: _,
            sealed_email: _,
            password_hash: _,
            sealed_totp: _,
            totp_confirmed_at,
            totp_step: _,
            person_id,
            closed_at,
            created_by: _,
            version,
            created_at,
            updated_at,
        } = row;
        let second_factor = totp_confirmed_at.is_some();
        let (email, removal) = details.map(|told| (told.email, told.removal)).unzip();
        let removed = |Removal { by, at, reason }| SecondFactorRemoved { by, at, reason };
        Self {
            id,
            display_name,
            email: email.flatten(),
            role,
            state,
            language,
            person: person_id,
            second_factor,
            second_factor_removed: removal.flatten().map(removed),
            closed_at,
            version,
            created_at,
            updated_at,
        }
    }
}

/// A page of accounts.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only described")]
pub(super) struct AccountPage {
    /// The accounts.
    items: Vec<AccountOut>,
    /// Where the next page begins; `null` on the last one.
    next_cursor: Option<String>,
}

/// Which account.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AccountPath {
    /// The account.
    #[serde(deserialize_with = "crate::http::id::canonical")]
    #[param(value_type = uuid::Uuid)]
    pub account_id: uuid::Uuid,
}

/// An invitation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InviteIn {
    /// The e-mail address.
    #[schema(format = "email", min_length = 3, max_length = 254, example = "amina@example.org")]
    pub(super) email: String,
    /// What the account may do.
    pub(super) role: Role,
    /// The name or pseudonym that others see.
    #[schema(min_length = 1, max_length = 100, pattern = r"\S", example = "Amina")]
    pub(super) display_name: String,
    /// The language of the letters (BCP 47).
    #[serde(default)]
    #[schema(max_length = 35, pattern = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", example = "sw")]
    pub(super) language: Option<String>,
}

/// An invited account, and once the token that opens it.
#[derive(Serialize, ToSchema)]
pub(super) struct InvitedOut {
    /// The account.
    pub(super) account: AccountOut,
    /// What `POST /v1/invitations/accept` takes, once. It is mailed too, where mail is sent; otherwise hand it over in a safe
    /// way.
    #[serde(serialize_with = "shown_once")]
    #[schema(value_type = String)]
    pub(super) token: SecretString,
    /// Until when.
    pub(super) expires_at: DateTime<Utc>,
}

/// What an admin changes in an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountPatch {
    /// What it may do. Its sessions end.
    #[serde(default)]
    #[schema(nullable = false)]
    pub(super) role: Option<Role>,
    /// The person behind it; what they and their organisations host and carry becomes the account's own.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<PersonId>)]
    pub(super) person: Option<Option<PersonId>>,
}

/// What somebody changes in the own account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MePatch {
    /// The name or pseudonym that others see.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100, pattern = r"\S", nullable = false)]
    pub(super) display_name: Option<String>,
    /// The language of the letters (BCP 47); `null` takes it away.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<String>, max_length = 35, pattern = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
    pub(super) language: Option<Option<String>>,
}

/// A new password in place of the old one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordIn {
    /// The password that holds now.
    #[schema(value_type = String, format = Password, min_length = 1, max_length = 256)]
    pub(super) old_password: SecretString,
    /// The new one: 15 characters or more, 12 with a second factor, and hard to guess.
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 256)]
    pub(super) new_password: SecretString,
}

/// A password, chosen with a one-time token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChosenPasswordIn {
    /// The token that came with the letter.
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    pub(super) token: SecretString,
    /// The password: 15 characters or more, 12 with a second factor, and hard to guess.
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 256)]
    pub(super) password: SecretString,
}

/// Whose password is forgotten.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordResetIn {
    /// The e-mail address.
    #[schema(value_type = String, format = "email", min_length = 3, max_length = 254)]
    pub(super) email: SecretString,
}

/// An authenticator that is to be set up.
#[derive(Serialize, ToSchema)]
pub(super) struct TotpOut {
    /// The secret, for typing (base 32).
    #[serde(serialize_with = "shown_once")]
    #[schema(value_type = String)]
    pub(super) secret: SecretString,
    /// The same as an `otpauth:` address, for a QR code.
    #[serde(serialize_with = "shown_once")]
    #[schema(value_type = String, format = "uri")]
    pub(super) otpauth_url: SecretString,
}

/// The proof that an authenticator has been set up.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TotpConfirmIn {
    /// The code that it shows now.
    #[schema(value_type = String, pattern = "^[0-9]{6}$", example = "287082")]
    pub(super) code: SecretString,
}

/// Codes for the day when the authenticator is lost.
#[derive(Serialize, ToSchema)]
pub(super) struct RecoveryCodesOut {
    /// Each works once in place of a code. They are not shown again.
    #[schema(min_items = 10, max_items = 10)]
    pub(super) recovery_codes: Vec<String>,
}

/// The second factor is to be taken away.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TotpRemoveIn {
    /// The password.
    #[schema(value_type = String, format = Password, min_length = 1, max_length = 256)]
    pub(super) password: SecretString,
    /// The code that the authenticator shows now.
    #[serde(default)]
    #[schema(value_type = String, nullable = false, pattern = "^[0-9]{6}$")]
    pub(super) totp: Option<SecretString>,
    /// A recovery code, where the authenticator is lost.
    #[serde(default)]
    #[schema(value_type = String, nullable = false, min_length = 10, max_length = 20)]
    pub(super) recovery_code: Option<SecretString>,
}

/// Somebody's lost second factor is to be taken away.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TotpTakeIn {
    /// In a sentence: how it is known that they asked. The account's owner and admins read it.
    #[schema(
        max_length = 500,
        pattern = r"\S",
        example = "Her phone was taken at the border; we met and spoke."
    )]
    pub(super) reason: String,
}

/// Writes a secret into the one answer that it is meant for.
fn shown_once<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}
