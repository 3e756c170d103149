//! The HTTP interface. The only place that knows HTTP, JSON and OpenAPI.
//!
//! A handler reads the request, calls one service inside [`transact`] and shows what it gave; one endpoint is one file.
//! [`problem`] alone knows status codes. Routes are registered through `utoipa_actix_web`, so that what is served and what
//! `openapi.yaml` says can't differ.

pub mod accounts;
pub mod answer;
pub mod caller;
pub mod command;
pub mod comments;
pub mod contacts;
pub mod download;
pub mod employees;
pub mod fields;
pub mod files;
pub mod health;
pub mod limits;
pub mod mail;
pub mod me;
pub mod openapi;
pub mod page;
pub mod patch;
pub mod precondition;
pub mod problem;
pub mod query;
pub mod request_id;
pub mod server;
pub mod sessions;
pub mod tasks;
pub mod transact;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers every operation.
pub fn routes(config: &mut ServiceConfig<'_>) {
    accounts::routes(config);
    sessions::routes(config);
    me::routes(config);
    employees::routes(config);
    contacts::routes(config);
    files::routes(config);
    tasks::routes(config);
    comments::routes(config);
    mail::routes(config);
    health::routes(config);
}
