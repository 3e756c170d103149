//! What follows from comments when they leave.

use std::collections::BTreeSet;

use liaison_domain::{
    change::Change,
    comment::{Comment, Origin},
    id::{AccountId, PersonId, StreamId},
    outgoing::MailKind,
    person::Addressee,
    task::{Task, TaskRole},
};
use liaison_persistence::{
    change_feed,
    comment::{self, Warning},
    database::WriteTx,
    file,
    task::{self, Members},
};

use super::warnings::{template_failed, too_large, warnings_of};
use crate::{
    app::App,
    service::{
        Failure,
        fan_out::{self, Notice, Told},
        letter::left_out,
        link::{
            crossing::{self, Shown},
            edits::{self, TaskEdit},
        },
        mention,
    },
};

/// A comment that leaves now.
#[derive(Debug)]
pub(in crate::service) struct Publication<'a> {
    pub task: &'a Task,
    pub members: &'a Members,
    pub comment: &'a Comment,
    pub audience: &'a [Addressee],
    pub has_files: bool,
    /// Systems like ours that the mail which brought it went through (R3).
    pub hops: u32,
    /// The mirror that it came over.
    pub over: Option<StreamId>,
    /// It was there before its reader joined: nobody is told of it.
    pub is_history: bool,
    /// It says why its author rejected the task.
    pub rejects: bool,
    /// What was noticed before.
    pub warnings: Vec<Warning>,
}

/// Whom a comment is addressed to as it leaves, and whom of them it names.
type Addressed = (Vec<Addressee>, Vec<PersonId>);

impl Publication<'_> {
    fn notice<'a>(&'a self, account: AccountId, (audience, mentioned): &'a Addressed) -> Notice<'a> {
        let row = self.comment;
        Notice {
            account,
            task: self.task,
            kind: MailKind::NewComment,
            comment: Some(row.id),
            author: row.author_id,
            mailbox: row.mailbox_id,
            audience,
            contacts_wait: row.unrecognized_sender,
            hops: self.hops,
            by_mail: row.origin == Origin::Email,
            mentioned,
            is_for_others: false,
            rejects: self.rejects,
        }
    }
}

/// Does what follows from comments: the notices, the warnings, the change feed; who is addressed without a role in the
/// task becomes a participant, so that he finds it again (COM-4, CBM-4).
pub(in crate::service) async fn publish_all(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    published: &[Publication<'_>],
) -> Result<(), Failure> {
    let (mut moved, mut addressed) = (BTreeSet::new(), Vec::with_capacity(published.len()));
    for it in published {
        let (task, row) = (it.task.id, it.comment);
        let to = mention::address(tx, account, row, it.audience).await?;
        let people = to.0.iter().map(|it| it.id);
        let joining: Vec<PersonId> = people.filter(|id| it.members.roles_of(*id).is_empty()).collect();
        let roles = joining.iter().map(|it| (TaskRole::Participant, *it));
        let n_joined = task::insert_members(tx, account, task, roles).await?;
        if it.over.is_none() {
            let people = joining.iter().map(|it| (TaskRole::Participant, *it, true)).collect();
            let edit = TaskEdit { people, ..TaskEdit::default() };
            edits::task_changed(tx, app, account, row.author_id, task, it.members, edit).await?;
        }
        // Who does not see a hidden comment must not see the task move either (S7).
        if !row.hidden || n_joined > 0 {
            moved.insert(task);
        }
        addressed.push(to);
    }
    let told = published.iter().zip(&addressed).filter(|(it, _)| !it.is_history);
    let notices: Vec<Notice<'_>> = told.map(|(it, to)| it.notice(account, to)).collect();
    let told = fan_out::notify_all(tx, app, &notices).await?;
    let mut told = notices.iter().zip(&told).peekable();
    for it in published {
        let mut warnings = it.warnings.clone();
        if let Some((notice, told)) = told.next_if(|(notice, _)| notice.comment == Some(it.comment.id)) {
            warnings.extend(judge(tx, app, notice, told, it.has_files).await?);
        }
        if !warnings.is_empty() {
            comment::update_warnings(tx, account, it.comment.id, &warnings).await?;
        }
        change_feed::append(tx, account, Change::CommentCreated, it.comment.id.uuid(), app.env.now());
    }
    task::touch_all(tx, account, &moved, app.env.now()).await?;
    let shown = |it: &Publication<'_>| Shown { is_history: it.is_history, over: it.over };
    let shown: Vec<_> = published.iter().map(|it| (it.comment, shown(it))).collect();
    crossing::comments_shown(tx, app, account, &shown).await
}

/// Tells the audience of a comment; gives what its author should know of that.
pub(in crate::service) async fn tell(
    tx: &mut WriteTx,
    app: &App,
    notice: &Notice<'_>,
    has_files: bool,
) -> Result<Vec<Warning>, Failure> {
    let told = fan_out::notify(tx, app, notice).await?;
    judge(tx, app, notice, &told, has_files).await
}

async fn judge(
    tx: &mut WriteTx,
    app: &App,
    notice: &Notice<'_>,
    (fan_out, failed): &Told,
    has_files: bool,
) -> Result<Vec<Warning>, Failure> {
    let mut warnings = warnings_of(notice.audience, fan_out);
    warnings.extend(failed.as_deref().map(template_failed));
    if let Some(id) = notice.comment.filter(|_| has_files && !fan_out.mails.is_empty()) {
        let files = file::list_of_comments(tx, notice.account, &[id]).await?.remove(&id).unwrap_or_default();
        warnings.extend(left_out(files).iter().map(|it| too_large(app, it)));
    }
    Ok(warnings)
}
