//! `/v1/contacts`

mod create;
