//! Access tokens: JSON Web Tokens (RFC 7519) of ten minutes, signed with Ed25519. They say which account and session, and
//! nothing that could be out of date: role and state are read for each request.

use ::entity::ids::{AccountId, SessionId};
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::keys::Key;

/// Seconds for which a token holds.
pub const LIFE: i64 = 600;
/// Seconds by which the clocks of our processes may differ.
const LEEWAY: i64 = 5;
/// Who makes them.
const ISSUER: &str = "solidarity";
/// Who reads them.
const AUDIENCE: &str = "solidarity/v1";
/// No token of ours is longer.
const LONGEST: usize = 1024;

/// What a token opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Typ {
    /// Everything that the account may do.
    Access,
    /// The setting up of a second factor.
    Enrolment,
}

/// What a token says.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Claims {
    iss: String,
    aud: String,
    pub(super) typ: Typ,
    pub(super) sub: AccountId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sid: Option<SessionId>,
    iat: i64,
    nbf: i64,
    exp: i64,
}

impl Claims {
    pub(super) fn new(typ: Typ, sub: AccountId, sid: Option<SessionId>, now: DateTime<Utc>) -> Self {
        let now = now.timestamp();
        let (iss, aud) = (ISSUER.to_owned(), AUDIENCE.to_owned());
        Self { iss, aud, typ, sub, sid, iat: now, nbf: now, exp: now + LIFE }
    }

    pub(super) fn sign(&self, key: &Key) -> anyhow::Result<SecretString> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(key.id.to_string());
        Ok(encode(&header, self, &key.signs)?.into())
    }

    /// Reads a token that this key has signed and that holds now. Which algorithm is the key's to say, not the header's;
    /// the time is ours to tell, not the library's.
    pub(super) fn read(token: &str, key: &Key, now: DateTime<Utc>) -> Option<Self> {
        let mut rules = Validation::new(Algorithm::EdDSA);
        rules.set_issuer(&[ISSUER]);
        rules.set_audience(&[AUDIENCE]);
        rules.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        rules.validate_exp = false;
        rules.validate_nbf = false;
        let claims = decode::<Self>(token, &key.verifies, &rules).ok()?.claims;
        let now = now.timestamp();
        let holds = claims.exp > now - LEEWAY && claims.nbf <= now + LEEWAY && claims.iat <= now + LEEWAY;
        (holds && claims.exp - claims.iat <= LIFE).then_some(claims)
    }
}

/// The key that a token says it is signed with.
pub(super) fn key_of(token: &str) -> Option<Uuid> {
    if token.len() > LONGEST {
        return None;
    }
    Uuid::parse_str(&decode_header(token).ok()?.kid?).ok()
}
