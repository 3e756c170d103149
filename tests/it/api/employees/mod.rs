//! `/v1/employees`

mod create;
mod update;
