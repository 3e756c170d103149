//! What becomes of what another account tells of a task that is here, by our own rules. How one begins: [`super::opening`];
//! new comments: [`super::comments`].
//!
//! The other account is not trusted (S22): it speaks for its own people alone, changes and deletes only what it has sent,
//! and reaches nobody who has not agreed. What it may not do changes nothing, and the operation is kept with the reason.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use liaison_domain::{
    change::Change,
    comment::Comment,
    fan_out::notified_of_new_task,
    file::{Attachment, File, UNKNOWN_TYPE, safe_name},
    id::{AccountId, FileId, PersonId, StreamId},
    link::{
        register::Stamp,
        state::{GrantState, LinkState, MirrorState},
        wire::{
            Field, FieldChange, MAX_PEOPLE, MAX_TEXT_BYTES, MemberChange, Operation, WireFile, WirePerson,
            WireText,
        },
    },
    person::{Addressee, PersonKind},
    task::{Task, TaskRole, TaskStatus},
    text::Title,
};
use liaison_mailer::parse::html;
use liaison_persistence::{
    change_feed, comment,
    database::{Tx, WriteTx},
    file,
    link::{
        self, grant,
        mirror::{self, MirrorRow},
        register,
    },
    person,
    task::{self, Members},
};
use uuid::Uuid;

use super::{
    To, checklist,
    crossing::{CommentEvent, comment_changed, members},
    edits::{Stamped, broadcast},
    ending,
    people::settle,
    say,
    snapshot::{member_register, role_of},
};
use crate::{
    app::App,
    service::{
        Failure,
        rich_text::RichText,
        task::{standing, tell},
    },
};

/// Something more about a task that is here.
pub(super) async fn go_on(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    stream: StreamId,
    operation: Operation,
) -> Result<Option<&'static str>, Failure> {
    let Some(row) = mirror::find(tx, account, stream).await? else {
        return Ok(Some("there is no such task here"));
    };
    match operation {
        Operation::TaskDeclined {} if row.began_here => {
            ending::withdraw(tx, app, account, &row).await?;
            Ok(None)
        }
        Operation::MirrorCut { stamp } if stamp.wins_over(Some(row.stamp())) => {
            ending::close(tx, app, account, &row, stamp).await?;
            Ok(None)
        }
        Operation::MirrorResumed { stamp, people } if stamp.wins_over(Some(row.stamp())) => {
            if !is_agreed(tx, account, &row).await? {
                let stamp = Stamp::after(Some(stamp), app.env.now(), account);
                mirror::update_state(tx, account, row.id, MirrorState::Cut, stamp).await?;
                let to = To { stream, peer: row.peer_id, task: Some(row.task_id) };
                say(tx, app, account, to, Operation::MirrorCut { stamp }).await?;
                return Ok(Some("nobody here agrees to it any more"));
            }
            mirror::update_state(tx, account, row.id, MirrorState::Open, stamp).await?;
            standing::share(tx, account, row.task_id).await?;
            attach(tx, app, account, &row, people).await?;
            Ok(None)
        }
        _ if row.state == MirrorState::Cut => Ok(Some("the task has been cut off")),
        Operation::TaskChanged(changed) => {
            change(tx, app, account, &row, changed.fields, changed.people).await
        }
        Operation::CommentEdited(edited) => {
            let current = match find_theirs(tx, account, &row, edited.comment).await? {
                Ok(current) => current,
                Err(because) => return Ok(Some(because)),
            };
            let Some(body) = clean(&edited.body) else { return Ok(Some("a text larger than any may be")) };
            let (now, version) = (app.env.now(), current.version);
            if !comment::update_body(tx, account, current.id, &body.html, &body.text, now, version).await? {
                return Err(Failure::Internal("somebody here changed the comment just now", None));
            }
            change_feed::append(tx, account, Change::CommentUpdated, current.id.uuid(), app.env.now());
            let edited = Comment { html: body.html, text: body.text, ..current };
            comment_changed(tx, app, account, &edited, CommentEvent::Edited).await?;
            Ok(None)
        }
        Operation::CommentDeleted { comment } => {
            let current = match find_theirs(tx, account, &row, comment).await? {
                Ok(current) => current,
                Err(because) => return Ok(Some(because)),
            };
            if !comment::delete(tx, account, current.id, app.env.now(), current.version).await? {
                return Err(Failure::Internal("somebody here changed the comment just now", None));
            }
            change_feed::append(tx, account, Change::CommentDeleted, current.id.uuid(), app.env.now());
            comment_changed(tx, app, account, &current, CommentEvent::Deleted).await?;
            Ok(None)
        }
        Operation::TaskDeclined {} => Ok(Some("the task began in the sender's account")),
        _ => Ok(Some("an older word about whether the task crosses")),
    }
}

/// The comment that the sender told of under this id, or why he may not change it.
async fn find_theirs(
    tx: &mut dyn Tx,
    account: AccountId,
    row: &MirrorRow,
    wire_id: Uuid,
) -> Result<Result<Comment, &'static str>, Failure> {
    let Some(known) = mirror::find_by_wire(tx, account, row.id, wire_id).await? else {
        return Ok(Err("there is no such comment here"));
    };
    if known.operation_id.is_some() {
        return Ok(Err("the comment is none of the sender's"));
    }
    let found = comment::find(tx, account, known.comment_id).await?;
    Ok(found.ok_or("the comment has been deleted here"))
}

/// Whether somebody still wants the task to go on: one of the other account's to whom we send, or one of ours who lets
/// them.
async fn is_agreed(tx: &mut dyn Tx, account: AccountId, row: &MirrorRow) -> Result<bool, Failure> {
    let joined = mirror::list_persons(tx, account, [row.id]).await?.remove(&row.id);
    let links = link::list_of_persons(tx, account, joined.unwrap_or_default()).await?;
    if links.values().any(|it| it.state == LinkState::Active) {
        return Ok(true);
    }
    let members = members(tx, account, row.task_id).await?;
    for (_, it) in members.0.iter().filter(|(_, it)| it.kind == PersonKind::Employee) {
        let grant = grant::find_of(tx, account, it.id, row.peer_id).await?;
        if grant.is_some_and(|it| it.state == GrantState::Active) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A text that is safe to show (S10); none where it is larger than any may be.
pub(super) fn clean(text: &WireText) -> Option<RichText> {
    let is_small = text.html.len() <= MAX_TEXT_BYTES && text.text.len() <= MAX_TEXT_BYTES;
    let is_readable = is_small && html::is_affordable(&text.html);
    is_readable.then(|| RichText { html: html::sanitize(&text.html).html, text: text.text.clone() })
}

/// Applies what wins over what is known, and tells other accounts of it (LINKM-3, LINKM-8).
pub(super) async fn change(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    row: &MirrorRow,
    fields: Vec<FieldChange>,
    people: Vec<MemberChange>,
) -> Result<Option<&'static str>, Failure> {
    if people.len() > MAX_PEOPLE {
        return Ok(Some("more people than a task may have"));
    }
    let now = app.env.now();
    let Some(current) = task::find_to_change(tx, account, row.task_id).await? else {
        return Ok(Some("there is no such task here"));
    };
    let members = members(tx, account, row.task_id).await?;
    let known = register::list(tx, account, row.task_id).await?;
    let wins = |register: &str, stamp: Stamp| {
        stamp.is_credible(now) && (known.get(register).is_none_or(|it| stamp > *it))
    };
    let mut written: BTreeMap<String, Stamp> = BTreeMap::new();
    let mut passed_on = Stamped::default();
    let mut changed = current.clone();
    let (steps, fields): (Vec<_>, Vec<_>) = fields.into_iter().partition(FieldChange::is_of_checklist);
    for FieldChange { field, stamp } in fields {
        let register = field.register();
        if !wins(&register, stamp) {
            continue;
        }
        if let Field::Assigner(person) = &field {
            if let Some(person) = settle(tx, app, account, row.peer_id, Some((row, &members)), person).await?
            {
                passed_on.assigner = Some((person, stamp));
                written.insert(register.into_owned(), stamp);
            }
        } else if set(&mut changed, &field) {
            written.insert(register.into_owned(), stamp);
            passed_on.fields.push(FieldChange { field, stamp });
        }
    }
    for MemberChange { person, role, is_present, stamp } in people {
        let role = role_of(role);
        let place = Some((row, &members));
        let settled = settle(tx, app, account, row.peer_id, place, &person).await?;
        // Who has been in the role can be taken out and put back, so that the same change wins everywhere.
        let Some(person) = settled.or_else(|| has_been(&known, role, &person)) else { continue };
        let register = member_register(role, person);
        if wins(&register, stamp) {
            written.insert(register, stamp);
            passed_on.people.push((role, person, is_present, stamp));
        }
    }
    if passed_on.is_empty() && steps.is_empty() {
        return Ok(Some("nothing in it is newer than what is known"));
    }
    let is_new = !same(&changed, &current);
    if is_new {
        let status = changed.status;
        changed = Task { updated_at: now, ..changed.with_status(status, now) };
        task::update(tx, account, &changed).await?;
    }
    let moved = move_people(tx, app, account, &changed, &members, &passed_on).await?;
    let told = steps.clone();
    let steps = checklist::take(tx, account, row, steps, wins).await?;
    written.extend(steps.iter().map(|it| (it.field.register().into_owned(), it.stamp)));
    let moved = moved || !steps.is_empty();
    passed_on.fields.extend(steps);
    register::upsert(tx, account, row.task_id, &written).await?;
    if moved && !is_new {
        task::touch(tx, account, row.task_id, now).await?;
    }
    if moved || is_new {
        change_feed::append(tx, account, Change::TaskUpdated, row.task_id.uuid(), app.env.now());
    }
    let rows = mirror::list_of_task(tx, account, row.task_id).await?;
    broadcast(tx, app, account, &rows, &passed_on, Some(row.id)).await?;
    if passed_on.puts_in_charge() {
        checklist::answer(tx, app, account, row, &told).await?;
    }
    Ok(None)
}

/// One of ours who held a role in the task before.
fn has_been(known: &BTreeMap<String, Stamp>, role: TaskRole, person: &WirePerson) -> Option<PersonId> {
    let WirePerson::Yours { id } = person else { return None };
    let id = PersonId::new(*id);
    known.contains_key(&member_register(role, id)).then_some(id)
}

/// Writes a field's value; false where it is none that a task can have.
fn set(task: &mut Task, field: &Field) -> bool {
    match field {
        Field::Title(title) => task.title = Title::make(title, &task.title).into_string(),
        Field::Description(text) => {
            let Some(text) = clean(text) else { return false };
            (task.description_html, task.description_text) = (text.html, text.text);
        }
        Field::Status(status) => match status.parse() {
            Ok(TaskStatus::Draft) | Err(_) => return false,
            Ok(status) => {
                task.custom_status_id = task.custom_status_id.filter(|_| task.status == status);
                task.status = status;
            }
        },
        Field::StartAt(at) => task.start_at = *at,
        Field::Deadline(at) => task.deadline = *at,
        Field::Assigner(_) | Field::ChecklistItem(_) => return false,
    }
    true
}

/// Whether a task stands as it stood, as far as links change it.
fn same(one: &Task, other: &Task) -> bool {
    let facts = |it: &Task| {
        (
            it.title.clone(),
            it.description_html.clone(),
            it.description_text.clone(),
            it.status,
            it.start_at,
            it.deadline,
        )
    };
    facts(one) == facts(other)
}

/// Puts people in their roles and takes them out, and tells those of ours who are set to work now.
async fn move_people(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    task: &Task,
    members: &Members,
    change: &Stamped,
) -> Result<bool, Failure> {
    let mut moved = false;
    if let Some((assigner, _)) = change.assigner.filter(|(it, _)| !members.holds(TaskRole::Assigner, *it)) {
        task::replace_members(tx, account, task.id, TaskRole::Assigner, &[assigner]).await?;
        moved = true;
    }
    let mut joined = Vec::new();
    for (role, person, is_present, _) in &change.people {
        if *is_present == members.holds(*role, *person) {
            continue;
        }
        moved = true;
        if *is_present {
            task::insert_members(tx, account, task.id, [(*role, *person)]).await?;
            joined.extend((*role == TaskRole::Assignee).then_some(*person));
        } else {
            task::delete_member(tx, account, task.id, *role, *person).await?;
        }
    }
    let assigner = members.of(TaskRole::Assigner).next();
    let joined = addressees(tx, account, joined).await?;
    let theirs = mirror::list_of_task(tx, account, task.id).await?;
    let theirs = mirror::list_persons(tx, account, theirs.iter().map(|it| it.id)).await?;
    let is_ours = |it: &&Addressee| !theirs.values().flatten().any(|id| *id == it.id);
    let told = notified_of_new_task(assigner.map(|it| it.kind), joined.iter().filter(is_ours));
    let author = assigner.map_or(task.created_by, |it| it.id);
    tell(tx, app, account, author, task, &told, None).await?;
    Ok(moved)
}

/// Brings back the people of a mirror that goes on after a cut.
async fn attach(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    row: &MirrorRow,
    people: Vec<MemberChange>,
) -> Result<(), Failure> {
    let members = members(tx, account, row.task_id).await?;
    for MemberChange { person, role, .. } in people.iter().take(MAX_PEOPLE).filter(|it| it.is_present) {
        let place = Some((row, &members));
        if let Some(person) = settle(tx, app, account, row.peer_id, place, person).await? {
            task::insert_members(tx, account, row.task_id, [(role_of(*role), person)]).await?;
        }
    }
    task::touch(tx, account, row.task_id, app.env.now()).await?;
    change_feed::append(tx, account, Change::TaskUpdated, row.task_id.uuid(), app.env.now());
    Ok(())
}

/// Files under our own names for them; one whose content has not come is left out.
pub(super) async fn take_files(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    uploader: PersonId,
    files: &[WireFile],
) -> Result<Vec<Attachment>, Failure> {
    let mut taken = Vec::new();
    for it in files.iter().take(MAX_PEOPLE) {
        let Ok(sha256) = HEXLOWER.decode(it.sha256.as_bytes()) else { continue };
        let Some(blob) = file::find_blob(tx, account, &sha256).await? else { continue };
        let is_type = it.content_type.len() <= 255 && it.content_type.chars().all(|c| c.is_ascii_graphic());
        let id: FileId = app.env.id();
        let row = File {
            id,
            name: safe_name(&it.name),
            content_type: if is_type { it.content_type.clone() } else { UNKNOWN_TYPE.to_owned() },
            size: blob.size,
            sha256,
            created_at: app.env.now(),
        };
        file::insert_named(tx, account, uploader, &row).await?;
        taken.push(Attachment { file: id, content_id: it.content_id.clone() });
    }
    Ok(taken)
}

/// How people are reached, in this order.
pub(super) async fn addressees(
    tx: &mut dyn Tx,
    account: AccountId,
    people: impl IntoIterator<Item = PersonId>,
) -> Result<Vec<Addressee>, Failure> {
    let people: Vec<PersonId> = people.into_iter().collect();
    let mut known = person::list_addressees(tx, account, people.iter().copied()).await?;
    Ok(people.iter().filter_map(|it| known.remove(it)).collect())
}
