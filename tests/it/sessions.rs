//! `/v1/sessions`

mod refresh;
mod second_factor;
mod sign_in;
mod tokens;
