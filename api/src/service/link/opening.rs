//! How a task begins here that another account tells of: a task of our own, for those who have agreed to it.

use liaison_domain::{
    change::Change,
    id::{AccountId, PersonId, StreamId, TaskId},
    link::{
        register::Stamp,
        wire::{Field, FieldChange, MAX_PEOPLE, Operation, TaskOpened, WireComment, WirePerson},
    },
    task::{Priority, Task, TaskRole},
    text::Title,
};
use liaison_persistence::{
    change_feed,
    database::{Tx, WriteTx},
    link::mirror::{self, NewMirror},
    project, task,
};

use super::{
    To,
    arrival::{addressees, change, clean, take_files},
    comments::{self, Came},
    crossing::members,
    forwarded::Begun,
    people::settle,
    say,
    snapshot::role_of,
};
use crate::{
    app::App,
    service::{
        Failure,
        rich_text::RichText,
        task::{NewTask, add as add_task, standing},
    },
};

/// A task begins its life here (LINKM-1). Somebody of ours has to have agreed; otherwise the other side is told that there
/// is no copy.
pub(super) async fn open(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    peer: AccountId,
    stream: StreamId,
    opened: TaskOpened,
) -> Result<Option<&'static str>, Failure> {
    if mirror::find(tx, account, stream).await?.is_some() {
        return Ok(Some("the task is here already"));
    }
    if opened.people.len() > MAX_PEOPLE {
        return Ok(Some("more people than a task may have"));
    }
    let now = app.env.now();
    let ours = opened.people.iter().filter(|it| matches!(it.person, WirePerson::Yours { .. }));
    let mut agreed = Vec::new();
    for member in ours {
        agreed.extend(settle(tx, app, account, peer, None, &member.person).await?);
    }
    if agreed.is_empty() {
        let to = To { stream, peer, task: None };
        say(tx, app, account, to, Operation::TaskDeclined {}).await?;
        return Ok(Some("nobody here has agreed to it"));
    }
    let Some(author) = settle(tx, app, account, peer, None, &opened.author).await? else {
        return Ok(Some("its author is none of the sender's"));
    };
    let begun = Begun::find(tx, app, account, peer, &opened, &agreed).await?;
    let made = match &begun {
        Some(begun) => begun.task.clone(),
        None => begin(tx, app, account, peer, &opened, author, &agreed).await?,
    };
    let stamp = Stamp::after(None, now, account);
    let new = NewMirror {
        id: stream,
        task: made.id,
        peer,
        began_here: false,
        stamp: Stamp { clock: 0, ..stamp },
        at: now,
    };
    mirror::insert(tx, account, &new).await?;
    standing::share(tx, account, made.id).await?;
    let Some(row) = mirror::find(tx, account, stream).await? else { return Ok(Some("the mirror is gone")) };
    let members = members(tx, account, made.id).await?;
    let theirs = members.0.iter().map(|(_, it)| it.id).chain([author]).filter(|it| !agreed.contains(it));
    mirror::join(tx, account, theirs.map(|it| (stream, it))).await?;
    if let Some(begun) = &begun {
        begun.join(tx, app, account, &row).await?;
    }
    change(tx, app, account, &row, opened.fields, opened.people).await?;
    for child in opened.children {
        if let Some(child) = find_task(tx, account, peer, StreamId::new(child)).await? {
            adopt(tx, app, account, child, made.id).await?;
        }
    }
    let is_new = |it: &&WireComment| !begun.as_ref().is_some_and(|begun| begun.has(it.id));
    let history: Vec<Came<'_>> = opened
        .history
        .iter()
        .filter(is_new)
        .map(|comment| Came { mirror: &row, comment, is_history: true })
        .collect();
    comments::take(tx, app, account, &history).await?;
    Ok(None)
}

/// Makes the task of our own.
async fn begin(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    peer: AccountId,
    opened: &TaskOpened,
    author: PersonId,
    agreed: &[PersonId],
) -> Result<Task, Failure> {
    let (title, description) = text_of(&opened.fields);
    let assigner = opened.fields.iter().find_map(|it| match &it.field {
        Field::Assigner(person) => Some(person),
        _ => None,
    });
    let assigner = match assigner {
        Some(person) => settle(tx, app, account, peer, None, person).await?.unwrap_or(author),
        None => author,
    };
    let mut roles = vec![(TaskRole::Assigner, assigner)];
    for member in opened.people.iter().filter(|it| it.is_present) {
        let person = settle(tx, app, account, peer, None, &member.person).await?;
        roles.extend(person.map(|it| (role_of(member.role), it)));
    }
    let project = match &opened.project {
        Some(name) => project::find_by_name(tx, account, name).await?.map(|it| it.id),
        None => None,
    };
    let parent = match opened.parent {
        Some(parent) => find_task(tx, account, peer, StreamId::new(parent)).await?,
        None => None,
    };
    let files = take_files(tx, app, account, author, &opened.files).await?;
    let assignees = roles.iter().filter(|(role, it)| *role == TaskRole::Assignee && agreed.contains(it));
    let told = addressees(tx, account, assignees.map(|it| it.1)).await?;
    let new = NewTask {
        title,
        description,
        priority: Priority::Normal,
        start_at: None,
        deadline: None,
        parent_id: parent,
        project_id: project,
        counterparty_id: None,
        company_access: true,
        incoming_mail_id: None,
        created_by: author,
        roles,
        told,
        checklist: Vec::new(),
        files,
        warnings: Vec::new(),
        mail_hops: None,
    };
    add_task(tx, app, account, new).await
}

/// The task of ours that a mirror with this peer is of.
async fn find_task(
    tx: &mut dyn Tx,
    account: AccountId,
    peer: AccountId,
    stream: StreamId,
) -> Result<Option<TaskId>, Failure> {
    let found = mirror::find(tx, account, stream).await?;
    Ok(found.filter(|it| it.peer_id == peer).map(|it| it.task_id))
}

/// Puts a task that came earlier below one that comes now, unless it has a place already (LINKM-4).
async fn adopt(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    child: TaskId,
    parent: TaskId,
) -> Result<(), Failure> {
    let Some(task) = task::find_to_change(tx, account, child).await? else { return Ok(()) };
    if task.parent_id.is_some() || task::is_above(tx, account, child, parent).await? {
        return Ok(());
    }
    let changed = Task { parent_id: Some(parent), updated_at: app.env.now(), ..task };
    task::update(tx, account, &changed).await?;
    change_feed::append(tx, account, Change::TaskUpdated, child.uuid(), app.env.now());
    Ok(())
}

/// Title and description of a task that begins.
fn text_of(fields: &[FieldChange]) -> (Title, RichText) {
    let title = fields.iter().find_map(|it| match &it.field {
        Field::Title(title) => Some(title.as_str()),
        _ => None,
    });
    let description = fields.iter().find_map(|it| match &it.field {
        Field::Description(text) => clean(text),
        _ => None,
    });
    (Title::make(title.unwrap_or_default(), "?"), description.unwrap_or_default())
}
