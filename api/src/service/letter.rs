//! A message of the ledger as it is composed. The same facts give the same bytes, so every attempt sends one mail, and it
//! can be shown at any time without being kept.

pub mod example;
mod own_template;
mod spoken;
mod staff;
mod writing;

use std::{collections::HashMap, sync::Arc};

use liaison_domain::{
    Timestamp,
    comment::Comment,
    file::{AttachedFile, File},
    id::{
        AccountId, CommentId, FileId, MailTemplateId, MailboxId, PersonId, ProjectId, TaskId, TaskStatusId,
    },
    inbound::{
        address::{LocalPart, MailToken},
        marker::BodyMarker,
    },
    mail_address::{EmailAddress, EmailAddressError},
    mailbox::Channel,
    outgoing::MailKind,
    person::PersonRef,
    project::Project,
    task::{Task, custom::CustomStatus},
};
use liaison_mailer::{
    compose::{
        attachment::{DEFAULT_BUDGET, plan_attachments},
        facts::{self, RichText, When},
        message::{Hop, Mailbox},
        message_id::MessageId,
        notification::{self, Addressing, Frame, HistoryEntry, Notification},
    },
    parse::html,
    transport::Envelope,
};
use liaison_persistence::{
    account::{self, AccountRow},
    comment,
    database::Tx,
    file,
    mailbox::{
        self, MailboxRow,
        channel::{self, ChannelRow},
    },
    outgoing_mail::delivery::DeliveryRow,
    person, project, signature,
    task::{self, Members, custom_status},
};
use thiserror::Error;

use self::{own_template::OwnTemplate, staff::Staff};
use super::{
    Failure,
    dkim_key::signing::{self, Signer},
    file_link, opening, portal, unsubscription,
};
use crate::{
    app::App,
    keys::{FileLink, MailLink},
};

/// Bytes of HTML that a mail repeats of earlier ones.
const MAX_HISTORY_BYTES: usize = 128 * 1024;

/// One mail, ready to be composed.
#[derive(Debug)]
pub struct Letter {
    pub account: AccountId,
    notification: Notification,
    attached: Vec<AttachedFile>,
    /// Files of the message that don't travel in it.
    pub linked: Vec<LinkedFile>,
    pub envelope: Envelope,
    /// How the external mailbox is reached that it leaves by; none: it leaves by the server's own way.
    pub leaves_by: Option<ChannelRow>,
    /// How the external mailbox is reached that keeps a copy of it (OUT-11).
    pub copied_to: Option<ChannelRow>,
    /// What signs it.
    signers: Arc<[Signer]>,
    written_at: Timestamp,
    /// The token in its reply address.
    pub token: MailToken,
}

/// A file that a mail names in place of carrying it.
#[derive(Clone, Debug)]
pub struct LinkedFile {
    pub file: File,
    /// Where the recipient gets it; none where nobody said how this server is reached.
    pub url: Option<String>,
    pub expires_at: Timestamp,
}

/// Whether files travel with their bytes, or are only named, to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contents {
    Read,
    LeftOut,
}

/// Why there is no mail.
#[derive(Debug, Error)]
pub enum Unmade {
    /// Trying again would not help.
    #[error("{0}")]
    Impossible(String),
    /// A failure of ours, which may pass.
    #[error(transparent)]
    Failed(#[from] Failure),
}

/// What the messages of an account are composed of.
struct Around {
    account: AccountRow,
    tasks: HashMap<TaskId, Task>,
    members: HashMap<TaskId, Members>,
    comments: HashMap<CommentId, Comment>,
    /// Authors and counterparties.
    people: HashMap<PersonId, PersonRef>,
    projects: HashMap<ProjectId, Project>,
    statuses: HashMap<TaskStatusId, CustomStatus>,
    task_files: HashMap<TaskId, Vec<AttachedFile>>,
    comment_files: HashMap<CommentId, Vec<AttachedFile>>,
    templates: HashMap<MailTemplateId, OwnTemplate>,
    /// By their digests.
    signatures: HashMap<String, String>,
    mailboxes: HashMap<MailboxId, MailboxRow>,
    channels: HashMap<MailboxId, Vec<ChannelRow>>,
    signers: Arc<[Signer]>,
    staff: Staff,
}

/// Loads what the messages are composed of, in as many statements for many as for one. In the order of the rows.
pub async fn load(
    tx: &mut dyn Tx,
    app: &App,
    account: AccountId,
    rows: &[DeliveryRow],
) -> Result<Vec<Result<Letter, Unmade>>, Failure> {
    let tasks: Vec<TaskId> = distinct(rows.iter().map(|it| it.task_id));
    let comments: Vec<CommentId> = distinct(rows.iter().filter_map(|it| it.comment_id));
    let repeated = rows.iter().flat_map(|it| &it.form.0.history).map(|it| CommentId::new(*it));
    let texts = comment::list_by_ids(tx, account, distinct(comments.iter().copied().chain(repeated))).await?;
    let authors = rows.iter().map(|it| it.author_id).chain(texts.values().map(|it| it.author_id));
    let with_task_files: Vec<TaskId> =
        distinct(rows.iter().filter(|it| it.comment_id.is_none()).map(|it| it.task_id));
    let mailboxes: Vec<MailboxId> = distinct(rows.iter().filter_map(|it| it.mailbox_id));
    let signatures: Vec<String> = distinct(rows.iter().filter_map(|it| it.form.0.signature.clone()));
    let found = account::find(tx, account).await?;
    let found = found.ok_or(Failure::Internal("the account is not there", None))?;
    let known = task::list_by_ids(tx, account, tasks.iter().copied()).await?;
    let counterparties = known.values().filter_map(|it| it.counterparty_id);
    let projects = distinct(known.values().filter_map(|it| it.project_id));
    let statuses = distinct(known.values().filter_map(|it| it.custom_status_id));
    let around = Around {
        signers: signing::load(tx, app, account, &app.config.mail.domain_of(&found.name)).await?,
        account: found,
        people: person::list_refs(tx, account, authors.chain(counterparties)).await?,
        projects: project::list_by_ids(tx, account, projects).await?,
        statuses: custom_status::list_by_ids(tx, account, statuses).await?,
        tasks: known,
        members: task::list_members(tx, account, tasks).await?,
        comments: texts,
        task_files: file::list_of_tasks(tx, account, &with_task_files).await?,
        comment_files: file::list_of_comments(tx, account, &comments).await?,
        templates: own_template::load(tx, account, rows).await?,
        signatures: signature::list_carried(tx, account, &signatures).await?,
        mailboxes: mailbox::list_by_ids(tx, account, mailboxes.iter().copied()).await?,
        channels: channel::list(tx, account, mailboxes).await?,
        staff: Staff::load(tx, account, rows).await?,
    };
    Ok(rows.iter().map(|row| around.letter(app, row)).collect())
}

impl Letter {
    /// The names of the files that travel in it, but for the images in its text.
    pub fn attached_names(&self) -> Vec<String> {
        let files = self.attached.iter().filter(|it| it.content_id.is_none());
        files.map(|it| it.file.name.clone()).collect()
    }

    /// The subject, and why the account's template could not be used where it could not; none where nothing can be
    /// composed.
    pub fn subject(&self) -> Option<(String, Option<String>)> {
        let (rendered, warnings) = notification::render(&self.notification).ok()?;
        Some((rendered.subject, warnings.first().map(ToString::to_string)))
    }

    /// Leaves out the image that would tell that the mail was opened.
    pub fn leave_image_out(&mut self) {
        self.notification.frame.pixel_url = None;
    }

    /// Leaves the token out of the link into the portal, which would let whoever reads it in.
    pub fn mask_portal_link(&mut self) {
        let url = &mut self.notification.frame.portal_url;
        *url = url.take().map(|it| portal::link::masked(&it));
    }
}

impl Around {
    fn letter(&self, app: &App, row: &DeliveryRow) -> Result<Letter, Unmade> {
        let bent = |error: &dyn std::fmt::Display| Unmade::Impossible(error.to_string());
        let domain = app.config.mail.domain_of(&self.account.name);
        let (form, task) = (&row.form.0, self.task(row)?);
        self.require_seen(row)?;
        let token_owner = form.token_owner(row.person_id);
        let parse =
            |token: String| MailToken::parse(&token).ok_or(Failure::Internal("a mail token is none", None));
        let token = parse(app.keys.reply_token(self.account.id, row.mail_id, token_owner))?;
        let bounce_token = parse(app.keys.bounce_token(self.account.id, row.mail_id, token_owner))?;
        let marker = app.keys.body_marker(self.account.id, row.mail_id, token_owner);
        let at = |local: LocalPart| local.at(&domain).map_err(|error| bent(&error));
        let recipient = EmailAddress::parse(&row.address).map_err(|error| bent(&error))?;
        let from = EmailAddress::parse(&row.from_address).map_err(|error| bent(&error))?;
        let mailbox = row.mailbox_id.map(|id| self.mailbox(id)).transpose()?;
        let answers_come_here = mailbox.is_none_or(|(it, _)| !it.replies_to_this_address);
        // Servers of others send for their own addresses only; what bounces comes to the mailbox.
        let bounces_to = match mailbox {
            Some(_) => from.clone(),
            None => at(LocalPart::Bounce(bounce_token))?,
        };
        let known = |id: &String| MessageId::parse(&format!("<{id}>"));
        let reply_to = if form.unique_reply_address {
            LocalPart::Reply(token.clone())
        } else {
            LocalPart::Task(task.number)
        };
        let reply_to = answers_come_here.then(|| at(reply_to)).transpose()?;
        let addressing = Addressing {
            from: Mailbox::new(row.from_name.clone(), from),
            sender: None,
            to: shown(row, &recipient).map_err(|error| bent(&error))?,
            reply_to: reply_to.map(Into::into),
            message_id: known(&row.message_id).map_err(|error| bent(&error))?,
            in_reply_to: row.in_reply_to.as_ref().and_then(|it| known(it).ok()),
            references: row.reference_ids.0.iter().filter_map(|it| known(it).ok()).collect(),
            hop: Some(Hop { installation: app.keys.installation(), count: hops(row) }),
        };
        // Nobody wrote an answer of ourselves, so nobody is told that it came to nothing (RFC 3834 §3.3).
        let sender = Some(bounces_to).filter(|_| !row.kind.is_answer());
        let envelope = Envelope { sender, recipients: vec![recipient] };
        let own = form.template.and_then(|id| self.templates.get(&MailTemplateId::new(id)));
        let (mut facts, mut files) = self.facts(row, task)?;
        let pixel_url = form.open_tracking.then(|| opening::url(app, self.account.id, row.mail_id)).flatten();
        let signature = form.signature.as_ref().and_then(|it| self.signatures.get(it));
        let signature = signature.filter(|_| own.is_none_or(|own| own.adds_signature));
        // What the text shows is no file of its own (TPL-7).
        files.retain(|it| own.is_none_or(|own| own.adds_files) || it.content_id.is_some());
        let (attached, left_out) = divide(files.clone(), form.attach_files);
        let linked: Vec<LinkedFile> = left_out.into_iter().map(|it| self.link(app, row, it)).collect();
        let shown = files.iter().map(|it| file_fact(&it.file, &linked)).collect();
        match &mut facts.comment {
            Some(comment) => comment.files = shown,
            None => facts.task.files = shown,
        }
        let notification = Notification {
            kind: staff::kind(row)?,
            is_for_staff: row.kind == MailKind::StaffNotice,
            recipient_language: Some(row.language),
            account_language: self.account.language,
            templates: own.map(|it| it.versions.clone()).unwrap_or_default(),
            facts,
            frame: Frame {
                reply_marker: form.reply_marker,
                body_marker: BodyMarker::parse(&marker).map(|it| it.written()),
                linked_files: linked.iter().map(|it| file_fact(&it.file, &linked)).collect(),
                history: self.history(row),
                unsubscribe_url: self.unsubscribe_url(app, row),
                portal_url: (row.kind == MailKind::PortalLink || own.is_some_and(|own| own.adds_portal_link))
                    .then(|| portal_url(app, self.account.id, row))
                    .flatten(),
                signature_html: signature.cloned(),
                pixel_url,
            },
            addressing,
            attachments: Vec::new(),
            inline_images: Vec::new(),
            has_text_part: form.plain_text_part,
        };
        let leaves_by = mailbox.map(|(_, smtp)| smtp.clone());
        let copied_to =
            mailbox.filter(|(it, _)| it.save_to_sent).and_then(|(it, _)| self.channel(it.id, Channel::Imap));
        Ok(Letter {
            account: self.account.id,
            notification,
            attached,
            linked,
            envelope,
            leaves_by,
            copied_to: copied_to.cloned(),
            // What leaves by a mailbox is its server's to sign.
            signers: if mailbox.is_none() { self.signers.clone() } else { Arc::default() },
            written_at: row.created_at,
            token,
        })
    }

    /// Where the recipient ends such mail, where no person wrote it (R37).
    fn unsubscribe_url(&self, app: &App, row: &DeliveryRow) -> Option<String> {
        let link = MailLink { account: self.account.id, mail: row.mail_id, person: row.person_id };
        row.kind.can_be_ended().then(|| unsubscription::url(app, link)).flatten()
    }

    /// The external mailbox that a message leaves by, and how it is reached.
    fn mailbox(&self, id: MailboxId) -> Result<(&MailboxRow, &ChannelRow), Unmade> {
        let found = self.mailboxes.get(&id).zip(self.channel(id, Channel::Smtp));
        found.ok_or_else(|| Unmade::Impossible("the mailbox that it leaves by was deleted".to_owned()))
    }

    fn channel(&self, id: MailboxId, kind: Channel) -> Option<&ChannelRow> {
        self.channels.get(&id).into_iter().flatten().find(|it| it.channel == kind)
    }

    fn task(&self, row: &DeliveryRow) -> Result<&Task, Failure> {
        self.tasks.get(&row.task_id).ok_or(Failure::Internal("the task is not there", None))
    }

    /// What the recipient has had of the conversation, newest first, as far as there is room for it: a long history must
    /// not keep a mail from leaving. What was deleted or moved away since is not repeated.
    fn history(&self, row: &DeliveryRow) -> Vec<HistoryEntry> {
        let mut room = MAX_HISTORY_BYTES;
        let repeated = row.form.0.history.iter().filter_map(|id| self.comments.get(&CommentId::new(*id)));
        // Colleagues who read the mail too may not see everything that the contact does.
        let is_for_all = |it: &&Comment| !it.hidden || row.form.0.common.is_none();
        let repeated = repeated.filter(|it| it.task_id == row.task_id).filter(is_for_all);
        let entries = repeated.map(|comment| {
            let mut body = body_for_others(comment);
            if body.html.contains("cid:") {
                // The image is in the mail that it came with.
                body.html = html::from_text(&body.text);
            }
            HistoryEntry { author: self.author(comment), date: When::Moment(utc(comment.created_at)), body }
        });
        entries
            .take_while(|it| {
                let left = room.checked_sub(it.body.html.len());
                room = left.unwrap_or_default();
                left.is_some()
            })
            .collect()
    }

    /// A file of the message, which its recipient gets by a link.
    fn link(&self, app: &App, row: &DeliveryRow, file: File) -> LinkedFile {
        let link = FileLink { account: self.account.id, mail: row.mail_id, file: file.id };
        LinkedFile {
            url: file_link::url(app, link),
            expires_at: file_link::expires_at(app, row.created_at),
            file,
        }
    }
}

/// Everybody in To.
fn shown(row: &DeliveryRow, recipient: &EmailAddress) -> Result<Vec<Mailbox>, EmailAddressError> {
    match &row.form.0.common {
        None => Ok(vec![Mailbox::new(row.name.clone(), recipient.clone())]),
        Some(common) => {
            let shown = common.shown.iter();
            shown
                .map(|(name, address)| Ok(Mailbox::new(name.clone(), EmailAddress::parse(address)?)))
                .collect()
        }
    }
}

/// Where the recipient finds the whole conversation; none in a mail that others read too, since it lets whoever has it in
/// (DASH-2).
fn portal_url(app: &App, account: AccountId, row: &DeliveryRow) -> Option<String> {
    let link = MailLink { account, mail: row.mail_id, person: row.person_id };
    row.form.0.common.is_none().then(|| portal::link::url(app, link)).flatten()
}

/// What others get of a comment: what its author wrote now. What his mail quoted may be from messages that they were
/// not addressed in (R23, R24).
pub(super) fn body_for_others(comment: &Comment) -> RichText {
    if comment.elided.is_empty() {
        RichText { html: comment.html.clone(), text: comment.text.clone() }
    } else {
        RichText { html: html::from_text(&comment.visible), text: comment.visible.clone() }
    }
}

/// Whether the text shows the image (RFC 2392).
fn is_shown(html: &str, content_id: &str) -> bool {
    html.contains(&format!("cid:{content_id}\""))
}

/// Those of a comment's files that no mail can carry.
pub fn left_out(files: Vec<AttachedFile>) -> Vec<File> {
    divide(files, true).1
}

/// The files that travel in the mail, and those that don't: none but the images in its text where files are not to be
/// attached (ATT-1), and none that it has no room for (R35).
fn divide(files: Vec<AttachedFile>, attach_files: bool) -> (Vec<AttachedFile>, Vec<File>) {
    let may_travel = files.iter().filter(|it| attach_files || it.content_id.is_some());
    let sizes: Vec<(FileId, u64)> = may_travel.map(|it| (it.file.id, it.file.size.cast_unsigned())).collect();
    let attached = plan_attachments(&sizes, DEFAULT_BUDGET).attached;
    let (inside, outside): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|it| attached.contains(&it.file.id));
    (inside, outside.into_iter().map(|it| it.file).collect())
}

/// A file as a template speaks of it: with the link where it is one of those that don't travel in the mail.
fn file_fact(file: &File, linked: &[LinkedFile]) -> facts::File {
    let url = linked.iter().find(|it| it.file.id == file.id).and_then(|it| it.url.clone());
    facts::File { name: file.name.clone(), size: file.size.cast_unsigned(), url }
}

fn hops(row: &DeliveryRow) -> u32 {
    u32::try_from(row.hops).unwrap_or(u32::MAX)
}

fn utc(at: Timestamp) -> chrono::DateTime<chrono::FixedOffset> {
    at.fixed_offset()
}

fn distinct<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.collect();
    items.sort_unstable();
    items.dedup();
    items
}
