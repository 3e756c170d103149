//! What leaves over links when something was written here. What crosses is decided by [`liaison_domain::link::crossing`]
//! and written with the change itself.

use std::collections::BTreeSet;

use liaison_domain::{
    Timestamp,
    comment::Comment,
    id::{AccountId, CommentId, LinkOperationId, PersonId, StreamId, TaskId},
    link::{
        crossing::{Candidate, Mirror, decide_comment, is_history_for},
        register::Stamp,
        state::{LinkState, MirrorState},
        wire::{CommentAdded, CommentEdited, Field, FieldChange, Operation, TaskOpened, WireText},
    },
    task::{Task, TaskRole},
    visibility::{Scope, Visible},
};
use liaison_persistence::{
    comment,
    database::{Tx, WriteTx},
    file,
    link::{
        self, LinkRow,
        mirror::{self, MirrorCommentRow, MirrorRow, NewMirror},
        register,
    },
    page::PageRequest,
    project,
    sql::Json,
    task::{self, Members},
};

use super::{
    To, agreement,
    checklist::Checklist,
    edits::{Stamped, broadcast},
    forwarded::list_mails,
    people::Named,
    say,
    snapshot::{self, Told, member_register},
};
use crate::{
    app::App,
    service::{Failure, task::standing},
};

/// Most comments that cross as somebody joins are read at once.
const PAGE: i64 = 200;

/// Somebody linked was addressed in a task: the task crosses where it has not yet, or what he sees does (LINK-3, LINKM-1).
/// The comment that he is addressed in now follows by itself. Who has not consented yet waits; who can't be asked is given.
pub async fn join(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    task: &Task,
    people: &[PersonId],
    besides: Option<CommentId>,
) -> Result<Vec<PersonId>, Failure> {
    let mut unreachable = Vec::new();
    if people.is_empty() {
        return Ok(unreachable);
    }
    let links = link::list_of_persons(tx, account, people.iter().copied()).await?;
    for link in people.iter().filter_map(|id| links.get(id)) {
        let mirror = find_with(tx, account, task.id, link.peer_id).await?;
        let is_in = mirror.as_ref().is_some_and(|(_, joined)| joined.contains(&link.person_id));
        let is_cut = mirror.as_ref().is_some_and(|(it, _)| it.state == MirrorState::Cut);
        match link.state {
            _ if is_in && !is_cut => {}
            LinkState::Introduced if !is_in => {
                if agreement::request_introduced(tx, app, account, link).await? {
                    mirror::wait(tx, account, link.person_id, task.id, app.env.now()).await?;
                } else {
                    unreachable.push(link.person_id);
                }
            }
            LinkState::Active | LinkState::Introduced => {
                enter(tx, app, account, task, link, mirror.map(|it| it.0), besides, None).await?;
            }
            LinkState::Pending => mirror::wait(tx, account, link.person_id, task.id, app.env.now()).await?,
        }
    }
    Ok(unreachable)
}

/// He has consented: what waited for him crosses now.
pub async fn release(tx: &mut WriteTx, app: &App, account: AccountId, link: &LinkRow) -> Result<(), Failure> {
    for waiting in mirror::take_waiting(tx, account, link.person_id).await? {
        let Some(task) = task::find(tx, account, waiting.task_id).await? else { continue };
        let mirror = find_with(tx, account, task.id, link.peer_id).await?.map(|it| it.0);
        enter(tx, app, account, &task, link, mirror, None, Some(waiting.since)).await?;
    }
    Ok(())
}

/// The mirror of a task with a peer, and for whom it is meant.
async fn find_with(
    tx: &mut dyn Tx,
    account: AccountId,
    task: TaskId,
    peer: AccountId,
) -> Result<Option<(MirrorRow, Vec<PersonId>)>, Failure> {
    let mirrors = mirror::list_of_task(tx, account, task).await?;
    let Some(mirror) = mirrors.into_iter().find(|it| it.peer_id == peer) else { return Ok(None) };
    let joined = mirror::list_persons(tx, account, [mirror.id]).await?.remove(&mirror.id);
    Ok(Some((mirror, joined.unwrap_or_default())))
}

/// Lets somebody into a task's mirror, which begins, or goes on, with him. Where it goes on after a cut, nothing that was
/// said in between comes along but what he was addressed in `since` (LINKD-4).
#[expect(clippy::too_many_arguments, reason = "the ways in differ by the last three")]
async fn enter(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    task: &Task,
    link: &LinkRow,
    mirror: Option<MirrorRow>,
    besides: Option<CommentId>,
    since: Option<Timestamp>,
) -> Result<(), Failure> {
    let person = link.person_id;
    let Some(row) = mirror else { return open(tx, app, account, task, link, besides).await };
    mirror::join(tx, account, [(row.id, person)]).await?;
    let is_resumed = row.state == MirrorState::Cut;
    if is_resumed {
        resume(tx, app, account, &row).await?;
    } else {
        tell_roles(tx, app, account, &row, person).await?;
    }
    if is_resumed && since.is_none() {
        return Ok(());
    }
    let mirror = Mirror { id: row.id, peer: row.peer_id, state: MirrorState::Open, joined: vec![person] };
    let history = history(tx, account, task.id, &mirror, person, besides).await?;
    for comment in
        history.comments().iter().filter(|it| !is_resumed || since.is_none_or(|at| it.created_at >= at))
    {
        tell_comment(tx, app, account, &mirror, task.id, &history, comment, true).await?;
    }
    Ok(())
}

/// Begins a mirror with all that the first addressee sees.
async fn open(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    task: &Task,
    link: &LinkRow,
    besides: Option<CommentId>,
) -> Result<(), Failure> {
    let (id, now, peer): (StreamId, _, _) = (app.env.id(), app.env.now(), link.peer_id);
    let stamp = Stamp::after(None, now, account);
    let new = NewMirror { id, task: task.id, peer, began_here: true, stamp, at: now };
    mirror::insert(tx, account, &new).await?;
    standing::share(tx, account, task.id).await?;
    mirror::join(tx, account, [(id, link.person_id)]).await?;
    let mirror = Mirror { id, peer, state: MirrorState::Open, joined: vec![link.person_id] };
    let told = history(tx, account, task.id, &mirror, link.person_id, besides).await?;
    let members = members(tx, account, task.id).await?;
    let stamps = register::list(tx, account, task.id).await?;
    let people = members.0.iter().map(|(_, it)| it.id).chain([task.created_by]);
    let named = Named::load(tx, account, people).await?;
    let assigner = members.of(TaskRole::Assigner).next().map(|it| {
        let field = Field::Assigner(named.for_peer(it.id, peer));
        FieldChange { stamp: stamps.get(field.register().as_ref()).copied().unwrap_or(Stamp::NEVER), field }
    });
    let project = match task.project_id {
        Some(project) => project::find(tx, account, project).await?.map(|it| it.name),
        None => None,
    };
    let parent = match task.parent_id {
        Some(parent) => find_with(tx, account, parent, peer).await?.map(|(it, _)| it.id.uuid()),
        None => None,
    };
    let children = mirror::list_children(tx, account, task.id, peer).await?;
    let files = file::list_of_tasks(tx, account, &[task.id]).await?.remove(&task.id).unwrap_or_default();
    let checklist = Checklist::whole(tx, account, task.id, &members, &stamps).await?;
    let fields = snapshot::fields(task, &stamps).into_iter().chain(assigner);
    let opened = TaskOpened {
        author: named.for_peer(task.created_by, peer),
        fields: fields.chain(checklist.for_peer(peer).iter().cloned()).collect(),
        people: snapshot::people(&members, &named, peer, &stamps),
        project,
        parent,
        children: children.iter().map(|it| it.id.uuid()).collect(),
        files: files.iter().map(snapshot::wire_file).collect(),
        mails: list_mails(tx, account, task.id, link.person_id).await?,
        history: told.comments().iter().map(|it| told.wire(account, peer, id, it)).collect(),
    };
    let to = To { stream: id, peer, task: Some(task.id) };
    let operation = say(tx, app, account, to, Operation::TaskOpened(Box::new(opened))).await?;
    let left: Vec<MirrorCommentRow> = told.comments().iter().map(|it| left(id, it.id, operation)).collect();
    Ok(mirror::insert_comments(tx, account, &left).await?)
}

/// Has a mirror that was cut go on.
async fn resume(tx: &mut WriteTx, app: &App, account: AccountId, row: &MirrorRow) -> Result<(), Failure> {
    let stamp = Stamp::after(Some(row.stamp()), app.env.now(), account);
    mirror::update_state(tx, account, row.id, MirrorState::Open, stamp).await?;
    standing::share(tx, account, row.task_id).await?;
    let members = members(tx, account, row.task_id).await?;
    let named = Named::load(tx, account, members.0.iter().map(|(_, it)| it.id)).await?;
    let stamps = register::list(tx, account, row.task_id).await?;
    let people = snapshot::people(&members, &named, row.peer_id, &stamps);
    let to = To { stream: row.id, peer: row.peer_id, task: Some(row.task_id) };
    say(tx, app, account, to, Operation::MirrorResumed { stamp, people }).await.map(drop)
}

/// Tells which part somebody has who joins, whoever gave it to him.
async fn tell_roles(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    row: &MirrorRow,
    person: PersonId,
) -> Result<(), Failure> {
    let members = members(tx, account, row.task_id).await?;
    let stamps = register::list(tx, account, row.task_id).await?;
    let roles = members.roles_of(person).into_iter().filter(|it| snapshot::wire_role(*it).is_some());
    let people: Vec<(TaskRole, PersonId, bool, Stamp)> = roles
        .map(|role| {
            let last = stamps.get(&member_register(role, person)).copied();
            (role, person, true, Stamp::after(last, app.env.now(), account))
        })
        .collect();
    let written = people.iter().map(|(role, person, _, stamp)| (member_register(*role, *person), *stamp));
    register::upsert(tx, account, row.task_id, &written.collect()).await?;
    let change = Stamped { people, ..Stamped::default() };
    broadcast(tx, app, account, std::slice::from_ref(row), &change, None).await
}

/// What somebody sees of a task that has not crossed, oldest first.
async fn history(
    tx: &mut WriteTx,
    account: AccountId,
    task: TaskId,
    mirror: &Mirror,
    person: PersonId,
    besides: Option<CommentId>,
) -> Result<Told, Failure> {
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let request = PageRequest { limit: PAGE, after };
        let page = comment::list_visible(tx, account, task, Scope::contact(person), request).await?;
        seen.extend(page.items.into_iter().filter(|it| Some(it.id) != besides));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let told = Told::load(tx, account, seen).await?;
    let crosses = |it: &Comment| {
        let facts = Facts::of(&told, it);
        is_history_for(person, facts.candidate(it), mirror)
    };
    let left: Vec<Comment> = told.comments().iter().filter(|it| crosses(it)).cloned().collect();
    Told::load(tx, account, left).await
}

/// What decides where a comment goes.
struct Facts {
    audience: Vec<PersonId>,
    path: Vec<AccountId>,
    crossed: Vec<StreamId>,
}

impl Facts {
    fn of(told: &Told, comment: &Comment) -> Self {
        Self {
            audience: told.audience(comment.id),
            path: told.path(comment.id),
            crossed: told.crossed(comment.id).iter().map(|it| it.mirror_id).collect(),
        }
    }

    fn candidate(&self, comment: &Comment) -> Candidate<'_> {
        let seen = Visible {
            author: comment.author_id,
            audience: &self.audience,
            hidden: comment.hidden,
            unrecognized_sender: comment.unrecognized_sender,
            held: comment.is_held(),
            concerns_company: false,
        };
        Candidate { seen, path: &self.path, crossed: &self.crossed }
    }
}

pub(super) async fn members(tx: &mut dyn Tx, account: AccountId, task: TaskId) -> Result<Members, Failure> {
    Ok(task::list_members(tx, account, [task]).await?.remove(&task).unwrap_or_default())
}

/// How a comment is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Nobody is told of it.
    pub is_history: bool,
    /// The mirror that it came over.
    pub over: Option<StreamId>,
}

/// What became of a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommentEvent {
    /// Written, or shown to contacts only now (R17).
    Shown(Shown),
    Edited,
    /// By its author (LINKM-10).
    Deleted,
}

/// Tells linked accounts of a comment: the hook beside the change feed.
pub async fn comment_changed(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    comment: &Comment,
    event: CommentEvent,
) -> Result<(), Failure> {
    if let CommentEvent::Shown(shown) = event {
        return comments_shown(tx, app, account, &[(comment, shown)]).await;
    }
    let mut rows = mirror::list_of_task(tx, account, comment.task_id).await?;
    rows.retain(|it| it.state == MirrorState::Open);
    if rows.is_empty() {
        return Ok(());
    }
    let crossed = mirror::list_crossed(tx, account, [comment.id]).await?.remove(&comment.id);
    for it in crossed.unwrap_or_default().iter().filter(|it| it.operation_id.is_some()) {
        let Some(row) = rows.iter().find(|row| row.id == it.mirror_id) else { continue };
        let body = WireText { html: comment.html.clone(), text: comment.text.clone() };
        let operation = match event {
            CommentEvent::Deleted => Operation::CommentDeleted { comment: it.wire_id },
            _ => Operation::CommentEdited(CommentEdited { comment: it.wire_id, body }),
        };
        let to = To { stream: row.id, peer: row.peer_id, task: Some(comment.task_id) };
        say(tx, app, account, to, operation).await?;
    }
    Ok(())
}

/// Tells linked accounts of new comments.
pub async fn comments_shown(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    shown: &[(&Comment, Shown)],
) -> Result<(), Failure> {
    let tasks: BTreeSet<TaskId> = shown.iter().map(|(it, _)| it.task_id).collect();
    let mirrors = mirror::list_of_tasks(tx, account, tasks).await?;
    for (comment, Shown { is_history, over }) in shown {
        let leads_on = |it: &&MirrorRow| it.state == MirrorState::Open && Some(it.id) != *over;
        let rows = mirrors.get(&comment.task_id).map(Vec::as_slice).unwrap_or_default();
        let rows: Vec<MirrorRow> = rows.iter().filter(leads_on).cloned().collect();
        if rows.is_empty() {
            continue;
        }
        let mirrors = with_people(tx, account, &rows).await?;
        let told = Told::load(tx, account, vec![(*comment).clone()]).await?;
        let facts = Facts::of(&told, comment);
        for mirror in decide_comment(facts.candidate(comment), &mirrors) {
            tell_comment(tx, app, account, mirror, comment.task_id, &told, comment, *is_history).await?;
        }
    }
    Ok(())
}

/// Has a comment follow to another task (R15): what has left for copies of the first is taken back there, and who is linked
/// and sees it is let into the other, where nobody is told of it once more.
pub async fn comment_moved(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    from: &Comment,
    moved: &Comment,
    task: &Task,
    audience: &[PersonId],
) -> Result<(), Failure> {
    comment_changed(tx, app, account, from, CommentEvent::Deleted).await?;
    mirror::forget_comment(tx, account, from.id).await?;
    join(tx, app, account, task, audience, Some(moved.id)).await?;
    let shown = CommentEvent::Shown(Shown { is_history: true, over: None });
    comment_changed(tx, app, account, moved, shown).await
}

async fn with_people(
    tx: &mut dyn Tx,
    account: AccountId,
    rows: &[MirrorRow],
) -> Result<Vec<Mirror>, Failure> {
    let mut joined = mirror::list_persons(tx, account, rows.iter().map(|it| it.id)).await?;
    let mirror = |row: &MirrorRow| Mirror {
        id: row.id,
        peer: row.peer_id,
        state: row.state,
        joined: joined.remove(&row.id).unwrap_or_default(),
    };
    Ok(rows.iter().map(mirror).collect())
}

#[expect(clippy::too_many_arguments, reason = "all of one sentence: who tells whom what")]
async fn tell_comment(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    mirror: &Mirror,
    task: TaskId,
    told: &Told,
    comment: &Comment,
    is_history: bool,
) -> Result<(), Failure> {
    let wire = told.wire(account, mirror.peer, mirror.id, comment);
    let added = CommentAdded { comment: wire, is_history };
    let to = To { stream: mirror.id, peer: mirror.peer, task: Some(task) };
    let operation = say(tx, app, account, to, Operation::CommentAdded(Box::new(added))).await?;
    Ok(mirror::insert_comments(tx, account, &[left(mirror.id, comment.id, operation)]).await?)
}

/// That a comment of ours has left: both accounts call it by our id.
const fn left(mirror: StreamId, comment: CommentId, operation: LinkOperationId) -> MirrorCommentRow {
    MirrorCommentRow {
        mirror_id: mirror,
        comment_id: comment,
        wire_id: comment.uuid(),
        operation_id: Some(operation),
        path: Json(Vec::new()),
    }
}
