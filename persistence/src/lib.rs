//! The only crate with SQL in it. Two engines inside, one text for both wherever the text can be one.
//!
//! Read [`sql`] first: statements are data (`statements!`), a call is `db!(tx, fetch_optional::<Row>(STATEMENT, …))`.
//! Each aggregate has one module of free functions over a [`WriteTx`](database::WriteTx) or any
//! [`Tx`](database::Tx). This crate decides nothing: no rule of the business stands here, and it knows neither HTTP
//! nor mail.
//!
//! To add a statement: put it into the aggregate's `statements!` with `account_id = $1`, call it by `db!`, and run the
//! test `every_statement_prepares_on_both_engines`.

#[macro_use]
pub mod sql;

pub mod account;
pub mod audit;
pub mod change_feed;
pub mod checklist;
pub mod comment;
pub mod contact;
pub mod contact_mail_settings;
pub mod database;
pub mod delivery_report;
pub mod deputy;
pub mod dkim_key;
pub mod employee;
pub mod error;
pub mod external_access;
pub mod file;
pub mod idempotency;
pub mod incoming_mail;
pub mod incoming_settings;
pub mod job;
pub mod link;
pub mod list;
pub mod mail_sender;
pub mod mail_template;
pub mod mailbox;
pub mod migrate;
pub mod notification;
pub mod notification_settings;
pub mod outgoing_mail;
pub mod page;
pub mod password_link;
pub mod person;
pub mod portal;
pub mod project;
pub mod relocation;
pub mod retention;
pub mod signature;
pub mod suppression;
pub mod task;
pub mod task_template;
pub mod thread;
pub mod virtual_address;

mod visibility;

#[cfg(feature = "testing")]
pub mod testing;

/// Every statement of the crate, for the test that prepares each on both engines.
pub fn statements() -> impl Iterator<Item = sql::Sql> {
    [
        account::ALL,
        audit::ALL,
        change_feed::ALL,
        checklist::ALL,
        comment::ALL,
        comment::audience::ALL,
        comment::insert::ALL,
        contact::ALL,
        contact::duplicate::ALL,
        contact::export::ALL,
        contact::group::ALL,
        contact::import::ALL,
        contact::merge::ALL,
        contact::merge::rows::ALL,
        contact::phone::ALL,
        contact::responsible::ALL,
        contact::resemblance::ALL,
        contact_mail_settings::ALL,
        database::ALL,
        delivery_report::ALL,
        deputy::ALL,
        dkim_key::ALL,
        employee::ALL,
        external_access::ALL,
        file::ALL,
        idempotency::ALL,
        incoming_mail::ALL,
        incoming_settings::ALL,
        job::ALL,
        link::ALL,
        link::grant::ALL,
        link::mirror::ALL,
        link::register::ALL,
        link::settings::ALL,
        link::stream::ALL,
        mail_template::ALL,
        mail_sender::ALL,
        mailbox::ALL,
        mailbox::channel::ALL,
        notification::ALL,
        notification::live::ALL,
        notification_settings::ALL,
        outgoing_mail::ALL,
        outgoing_mail::answered::ALL,
        outgoing_mail::automatic::ALL,
        outgoing_mail::delivery::ALL,
        outgoing_mail::history::ALL,
        outgoing_mail::ledger::ALL,
        outgoing_mail::opening::ALL,
        outgoing_mail::recall::ALL,
        outgoing_mail::pace::ALL,
        outgoing_mail::queue::ALL,
        outgoing_mail::reported::ALL,
        outgoing_mail::subscriber::ALL,
        password_link::ALL,
        person::ALL,
        portal::ALL,
        project::ALL,
        project::people::ALL,
        relocation::ALL,
        retention::ALL,
        signature::ALL,
        suppression::ALL,
        task::ALL,
        task::counterparty::ALL,
        task::custom_status::ALL,
        task::members::ALL,
        task_template::ALL,
        thread::ALL,
        virtual_address::ALL,
    ]
    .into_iter()
    .chain(task::list::walk::ALL.iter().copied())
    .flatten()
    .copied()
}
