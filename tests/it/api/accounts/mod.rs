//! `/v1/accounts` and `/v1/account`

mod create;
mod update;
