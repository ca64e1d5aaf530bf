//! `/v1/accounts`, `/v1/me`, `/v1/invitations`, `/v1/password-resets`

mod admin;
mod invitations;
mod lists;
mod lost_factor;
mod me;
mod secrecy;
