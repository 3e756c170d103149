//! The HTTP interface. The only place that knows HTTP, JSON and OpenAPI.
//!
//! A handler reads the request, calls one service inside [`transact`] and shows what it gave; one endpoint is one file.
//! [`problem`] alone knows status codes. Endpoints are registered through [`Routes`], so that what is
//! served and what `openapi.yaml` says can't differ.

pub mod account_links;
pub mod accounts;
pub mod answer;
pub mod audit_log;
pub mod caller;
pub mod command;
pub mod comments;
pub mod contact_groups;
pub mod contacts;
pub mod download;
pub mod employees;
pub mod fields;
pub mod files;
pub mod health;
pub mod limits;
pub mod mail;
pub mod mail_templates;
pub mod mailboxes;
pub mod me;
pub mod notification_settings;
pub mod notifications;
pub mod openapi;
pub mod page;
pub mod password_links;
pub mod patch;
pub mod portal;
pub mod precondition;
pub mod problem;
pub mod projects;
pub mod query;
pub mod request_id;
pub mod routes;
pub mod server;
pub mod sessions;
pub mod settings;
pub mod signatures;
pub mod task_statuses;
pub mod task_templates;
pub mod tasks;
pub mod transact;
pub mod unsubscriptions;
pub mod virtual_addresses;

use self::routes::Routes;

/// Registers every operation.
pub fn routes(routes: &mut Routes<'_>) {
    accounts::routes(routes);
    sessions::routes(routes);
    password_links::routes(routes);
    me::routes(routes);
    employees::routes(routes);
    contacts::routes(routes);
    contact_groups::routes(routes);
    files::routes(routes);
    projects::routes(routes);
    task_statuses::routes(routes);
    task_templates::routes(routes);
    tasks::routes(routes);
    comments::routes(routes);
    unsubscriptions::routes(routes);
    virtual_addresses::routes(routes);
    mail::routes(routes);
    mail_templates::routes(routes);
    mailboxes::routes(routes);
    settings::routes(routes);
    account_links::routes(routes);
    notifications::routes(routes);
    notification_settings::routes(routes);
    portal::routes(routes);
    audit_log::routes(routes);
    signatures::routes(routes);
    health::routes(routes);
}
