//! `/v1/settings/incoming-mail`

mod show;
mod update;

use liaison_domain::inbound::settings::IncomingSettings;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{http::routes::Routes, view::name::ReplyToInactiveName};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(show::show_incoming_settings).service(update::update_incoming_settings);
}

/// What becomes of mail that comes in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IncomingMailSettings)]
#[expect(clippy::struct_excessive_bools, reason = "each switch is set for itself")]
struct IncomingMailSettingsView {
    /// Mail of unknown senders is quarantined as `unknown_sender`. Default false.
    known_senders_only: bool,
    /// What an answer to a completed, rejected or cancelled task becomes: `comment` (default), or a `new_task` that names the
    /// old one.
    reply_to_inactive: ReplyToInactiveName,
    /// `Re:` or `Fwd:` and a task's title lead to the task, for somebody who takes part in it. Default true.
    match_subject_and_sender: bool,
    /// What a contact writes belongs to his latest task where nothing else says where it belongs. Default false.
    match_sender_only: bool,
    /// Contacts get the comments that came by mail. Default true.
    mailed_comments_notify_contacts: bool,
    /// All receivers of a mail take part, also those of one that was sent on to us. Default false.
    add_original_recipients: bool,
    /// Mail of MAILER-DAEMON and postmaster that is no delivery report is taken like any other. Default false.
    accept_robots: bool,
    /// A ticket's mark in the subject, such as `[SR-0123]` or `#123`, leads to the task with the same mark in its title, for
    /// somebody who takes part in it. Default false.
    match_ticket_marks: bool,
    /// The author is whom Reply-To names, unless From or Reply-To is an employee. Default false.
    author_from_reply_to: bool,
}

impl From<&IncomingSettings> for IncomingMailSettingsView {
    fn from(settings: &IncomingSettings) -> Self {
        Self {
            known_senders_only: settings.known_senders_only,
            reply_to_inactive: settings.reply_to_inactive.into(),
            match_subject_and_sender: settings.match_subject_and_sender,
            match_sender_only: settings.match_sender_only,
            mailed_comments_notify_contacts: settings.mailed_comments_notify_contacts,
            add_original_recipients: settings.add_original_recipients,
            accept_robots: settings.accept_robots,
            match_ticket_marks: settings.match_ticket_marks,
            author_from_reply_to: settings.author_from_reply_to,
        }
    }
}
