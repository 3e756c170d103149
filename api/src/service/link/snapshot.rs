//! Tasks and comments as they are told to a peer.

use std::collections::{BTreeMap, HashMap};

use data_encoding::HEXLOWER;
use liaison_domain::{
    comment::Comment,
    file::AttachedFile,
    id::{AccountId, CommentId, PersonId, StreamId},
    link::{
        register::Stamp,
        wire::{Field, FieldChange, MemberChange, WireComment, WireFile, WireRole, WireText},
    },
    person::PersonRef,
    task::{Task, TaskRole, TaskStatus},
};
use liaison_persistence::{
    comment,
    database::Tx,
    file,
    link::mirror::{self, MirrorCommentRow},
    task::Members,
};

use super::people::{Named, step};
use crate::service::Failure;

/// Comments with everything about them, for any peer.
#[derive(Debug)]
pub struct Told {
    comments: Vec<Comment>,
    audiences: HashMap<CommentId, Vec<PersonRef>>,
    files: HashMap<CommentId, Vec<AttachedFile>>,
    crossed: HashMap<CommentId, Vec<MirrorCommentRow>>,
    named: Named,
}

impl Told {
    /// Loads any number of comments with one statement for each thing.
    pub async fn load(tx: &mut dyn Tx, account: AccountId, comments: Vec<Comment>) -> Result<Self, Failure> {
        let ids: Vec<CommentId> = comments.iter().map(|it| it.id).collect();
        let audiences = comment::list_recipients(tx, account, ids.iter().copied()).await?;
        let answered = comments.iter().filter_map(|it| it.reply_to);
        let crossed = mirror::list_crossed(tx, account, ids.iter().copied().chain(answered)).await?;
        let files = file::list_of_comments(tx, account, &ids).await?;
        let authors = comments.iter().map(|it| it.author_id);
        let people: Vec<PersonId> = authors.chain(audiences.values().flatten().map(|it| it.id)).collect();
        let named = Named::load(tx, account, people).await?;
        Ok(Self { comments, audiences, files, crossed, named })
    }

    pub fn comments(&self) -> &[Comment] {
        &self.comments
    }

    pub fn audience(&self, id: CommentId) -> Vec<PersonId> {
        self.audiences.get(&id).into_iter().flatten().map(|it| it.id).collect()
    }

    /// Where a comment has crossed, either way.
    pub fn crossed(&self, id: CommentId) -> &[MirrorCommentRow] {
        self.crossed.get(&id).map(Vec::as_slice).unwrap_or_default()
    }

    /// The accounts that a comment came through; empty where it was written here.
    pub fn path(&self, id: CommentId) -> Vec<AccountId> {
        let arrived = self.crossed(id).iter().find(|it| it.operation_id.is_none());
        arrived.map(|it| it.path.0.iter().copied().map(AccountId::new).collect()).unwrap_or_default()
    }

    /// The comment as a peer is told of it.
    pub fn wire(&self, account: AccountId, peer: AccountId, mirror: StreamId, it: &Comment) -> WireComment {
        let answered = it.reply_to.and_then(|id| self.crossed(id).iter().find(|it| it.mirror_id == mirror));
        WireComment {
            id: it.id.uuid(),
            author: self.named.for_peer(it.author_id, peer),
            created_at: it.created_at,
            edited_at: it.edited_at,
            body: WireText { html: it.html.clone(), text: it.text.clone() },
            visible: it.visible.clone(),
            elided: it.elided.clone(),
            is_hidden: it.hidden,
            reply_to: answered.map(|it| it.wire_id),
            audience: self.audience(it.id).into_iter().map(|id| self.named.for_peer(id, peer)).collect(),
            files: self.files.get(&it.id).into_iter().flatten().map(wire_file).collect(),
            path: self.path(it.id).into_iter().map(step).chain([step(account)]).collect(),
        }
    }
}

/// A file by the digest of its content.
pub fn wire_file(attached: &AttachedFile) -> WireFile {
    WireFile {
        name: attached.file.name.clone(),
        content_type: attached.file.content_type.clone(),
        size: attached.file.size,
        sha256: HEXLOWER.encode(&attached.file.sha256),
        content_id: attached.content_id.clone(),
    }
}

/// A task's fields as they stand.
pub fn fields(task: &Task, stamps: &BTreeMap<String, Stamp>) -> Vec<FieldChange> {
    let description = WireText { html: task.description_html.clone(), text: task.description_text.clone() };
    let fields = [
        Field::Title(task.title.clone()),
        Field::Description(description),
        Field::StartAt(task.start_at),
        Field::Deadline(task.deadline),
    ];
    fields
        .into_iter()
        .chain(status(task.status))
        .map(|field| {
            let stamp = stamps.get(field.register().as_ref()).copied().unwrap_or(Stamp::NEVER);
            FieldChange { field, stamp }
        })
        .collect()
}

/// A status as a peer is told of it; a draft is nobody else's business.
pub fn status(status: TaskStatus) -> Option<Field> {
    (status != TaskStatus::Draft).then(|| Field::Status(status.as_str().to_owned()))
}

/// A role as a peer is told of it (LINKM-9: auditors are not); the assigner is a field of the task.
pub const fn wire_role(role: TaskRole) -> Option<WireRole> {
    match role {
        TaskRole::Assignee => Some(WireRole::Assignee),
        TaskRole::Participant => Some(WireRole::Participant),
        TaskRole::Assigner | TaskRole::Auditor => None,
    }
}

/// A peer's word for a role in our own.
pub const fn role_of(role: WireRole) -> TaskRole {
    match role {
        WireRole::Assignee => TaskRole::Assignee,
        WireRole::Participant => TaskRole::Participant,
    }
}

/// The register of somebody's role.
pub fn member_register(role: TaskRole, person: PersonId) -> String {
    format!("{role}:{person}")
}

/// Everybody in a task as a peer is told of him (LINKM-6).
pub fn people(
    members: &Members,
    named: &Named,
    peer: AccountId,
    stamps: &BTreeMap<String, Stamp>,
) -> Vec<MemberChange> {
    let present = members.0.iter().filter_map(|(role, it)| {
        let stamp = stamps.get(&member_register(*role, it.id)).copied().unwrap_or(Stamp::NEVER);
        let person = named.for_peer(it.id, peer);
        Some(MemberChange { person, role: wire_role(*role)?, is_present: true, stamp })
    });
    present.collect()
}
