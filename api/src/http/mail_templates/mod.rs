//! `/v1/mail-templates`: an account's own texts of mails to contacts.

mod create;
mod delete;
mod input;
mod list;
mod render;
mod show;
mod update;

use chrono::{DateTime, Utc};
use liaison_persistence::mail_template::{MailTemplateRow, VersionRow};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::routes::Routes;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .service(list::list_mail_templates)
        .service(create::create_mail_template)
        .service(show::show_mail_template)
        .service(update::update_mail_template)
        .service(delete::delete_mail_template)
        .service(render::render_mail_template);
}

/// A template of a mail.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MailTemplate)]
struct MailTemplateView {
    id: Uuid,
    name: String,
    /// One a language. The contact's is used, else the account's, else English, else the first.
    versions: Vec<VersionView>,
    /// The writer's signature stands below the text. See `/v1/signatures`.
    add_signature: bool,
    /// A link to the whole conversation stands below the text, in mails that nobody else reads (DASH-2).
    add_portal_link: bool,
    /// The files of the comment, or of a new task, are in the mail.
    add_files: bool,
    created_at: DateTime<Utc>,
}

/// A template in one language.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MailTemplateVersion)]
struct VersionView {
    /// `en` or `ru`
    language: String,
    subject: String,
    html: String,
    /// Null: made from the HTML.
    #[schema(required)]
    text: Option<String>,
}

impl From<&MailTemplateRow> for MailTemplateView {
    fn from(row: &MailTemplateRow) -> Self {
        Self {
            id: row.id.uuid(),
            name: row.name.clone(),
            versions: row.versions.0.iter().cloned().map(VersionView::from).collect(),
            add_signature: row.add_signature,
            add_portal_link: row.add_portal_link,
            add_files: row.add_files,
            created_at: row.created_at,
        }
    }
}

impl From<VersionRow> for VersionView {
    fn from(version: VersionRow) -> Self {
        let VersionRow { language, subject, html, text } = version;
        Self { language, subject, html, text }
    }
}
