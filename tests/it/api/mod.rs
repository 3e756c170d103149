//! The API from outside, one file an operation: HTTP in; HTTP, mail and ledgers out.
//!
//! What is alike for all operations stands in [`conventions`].

mod accounts;
mod comments;
mod contact_groups;
mod contacts;
mod conventions;
mod employees;
mod external_users;
mod files;
mod mail_health;
mod mail_outgoing;
mod mail_suppressions;
mod mail_templates;
mod mailboxes;
mod me;
mod notifications;
pub(crate) mod password_links;
mod projects;
mod sessions;
mod settings;
mod signatures;
mod task_statuses;
mod task_templates;
pub(crate) mod tasks;
mod unsubscriptions;
mod virtual_addresses;
