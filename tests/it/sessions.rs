//! `/v1/sessions`

mod refresh;
pub mod second_factor;
mod sign_in;
mod tokens;
