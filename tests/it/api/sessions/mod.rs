//! `/v1/sessions`

mod create;
mod delete;
mod refresh;
