//! What is told to linked accounts of a task that somebody changed here, or that another account did.

use std::collections::BTreeMap;

use liaison_domain::{
    id::{AccountId, PersonId, StreamId, TaskId},
    link::{
        crossing::may_transmit,
        register::Stamp,
        state::MirrorState,
        wire::{Field, FieldChange, MemberChange, Operation, TaskChanged, WireText},
    },
    task::{Task, TaskRole},
};
use liaison_persistence::{
    database::WriteTx,
    link::{
        mirror::{self, MirrorRow},
        register,
    },
    task::Members,
};

use super::{
    To,
    checklist::Checklist,
    crossing::members,
    people::Named,
    say,
    snapshot::{self, member_register},
};
use crate::{app::App, service::Failure};

/// What somebody changed of a task.
#[derive(Debug, Default)]
pub struct TaskEdit {
    pub fields: Vec<Field>,
    pub assigner: Option<PersonId>,
    /// Who joined or left which role.
    pub people: Vec<(TaskRole, PersonId, bool)>,
}

impl TaskEdit {
    /// What differs between a task and its people before and after.
    pub fn between(before: (&Task, &Members), after: (&Task, &Members)) -> Self {
        let ((old, were), (new, are)) = (before, after);
        let mut fields = Vec::new();
        if old.title != new.title {
            fields.push(Field::Title(new.title.clone()));
        }
        if old.description_html != new.description_html {
            let description =
                WireText { html: new.description_html.clone(), text: new.description_text.clone() };
            fields.push(Field::Description(description));
        }
        if old.status != new.status {
            fields.extend(snapshot::status(new.status));
        }
        if old.start_at != new.start_at {
            fields.push(Field::StartAt(new.start_at));
        }
        if old.deadline != new.deadline {
            fields.push(Field::Deadline(new.deadline));
        }
        let assigner = |members: &Members| members.of(TaskRole::Assigner).next().map(|it| it.id);
        let joined = are.0.iter().filter(|(role, it)| !were.holds(*role, it.id));
        let left = were.0.iter().filter(|(role, it)| !are.holds(*role, it.id));
        let people = joined.map(|(role, it)| (*role, it.id, true));
        let people = people.chain(left.map(|(role, it)| (*role, it.id, false)));
        Self {
            fields,
            assigner: assigner(are).filter(|it| Some(*it) != assigner(were)),
            people: people.collect(),
        }
    }
}

/// Tells linked accounts what somebody changed of a task, as it stands now: the hook beside the change feed.
pub async fn task_updated(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    by: PersonId,
    before: (&Task, &Members),
    task: &Task,
) -> Result<(), Failure> {
    if mirror::list_of_task(tx, account, task.id).await?.is_empty() {
        return Ok(());
    }
    let members = members(tx, account, task.id).await?;
    let edit = TaskEdit::between(before, (task, &members));
    task_changed(tx, app, account, by, task.id, before.1, edit).await
}

/// Tells linked accounts of a change. What somebody may not change for them stays here (LINKM-8).
pub async fn task_changed(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    by: PersonId,
    task: TaskId,
    were: &Members,
    edit: TaskEdit,
) -> Result<(), Failure> {
    if !may_transmit(&were.roles_of(by)) {
        return Ok(());
    }
    tell(tx, app, account, task, edit, None).await
}

/// Tells linked accounts of a change, all but `besides`, whoever made it.
pub(super) async fn tell(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    task: TaskId,
    mut edit: TaskEdit,
    besides: Option<StreamId>,
) -> Result<(), Failure> {
    edit.people.retain(|(role, ..)| snapshot::wire_role(*role).is_some());
    let is_empty = edit.fields.is_empty() && edit.assigner.is_none() && edit.people.is_empty();
    if is_empty {
        return Ok(());
    }
    let mut rows = mirror::list_of_task(tx, account, task).await?;
    rows.retain(|it| Some(it.id) != besides);
    if rows.is_empty() {
        return Ok(());
    }
    let now = app.env.now();
    let stamps = register::list(tx, account, task).await?;
    let mut written = BTreeMap::new();
    let mut next = |register: String| {
        let stamp = Stamp::after(stamps.get(&register).copied(), now, account);
        written.insert(register, stamp);
        stamp
    };
    let change = Stamped {
        fields: edit
            .fields
            .into_iter()
            .map(|field| FieldChange { stamp: next(field.register().into_owned()), field })
            .collect(),
        assigner: edit.assigner.map(|it| (it, next("assigner".to_owned()))),
        people: edit
            .people
            .into_iter()
            .map(|(role, person, is_present)| (role, person, is_present, next(member_register(role, person))))
            .collect(),
    };
    register::upsert(tx, account, task, &written).await?;
    broadcast(tx, app, account, &rows, &change, besides).await
}

/// A change with the stamps by which it wins or loses elsewhere.
#[derive(Debug, Default)]
pub struct Stamped {
    /// All but the assigner, who is another one for each peer.
    pub fields: Vec<FieldChange>,
    pub assigner: Option<(PersonId, Stamp)>,
    pub people: Vec<(TaskRole, PersonId, bool, Stamp)>,
}

impl Stamped {
    pub const fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.assigner.is_none() && self.people.is_empty()
    }

    /// Whether somebody sets or does the task who did not before.
    pub fn puts_in_charge(&self) -> bool {
        let is_put = |it: &(TaskRole, PersonId, bool, Stamp)| it.0 == TaskRole::Assignee && it.2;
        self.assigner.is_some() || self.people.iter().any(is_put)
    }
}

/// Tells all peers but the one that it came from.
pub async fn broadcast(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    rows: &[MirrorRow],
    change: &Stamped,
    besides: Option<StreamId>,
) -> Result<(), Failure> {
    let told = |row: &&MirrorRow| row.state == MirrorState::Open && Some(row.id) != besides;
    let Some(task) = rows.iter().find(told).map(|it| it.task_id) else { return Ok(()) };
    let people = change.people.iter().map(|it| it.1).chain(change.assigner.iter().map(|it| it.0));
    let named = Named::load(tx, account, people).await?;
    let checklist = Checklist::of(tx, account, task, change).await?;
    for row in rows.iter().filter(told) {
        let fields = change.fields.iter().filter(|it| !it.is_of_checklist());
        let assigner = change.assigner.map(|(person, stamp)| {
            let field = Field::Assigner(named.for_peer(person, row.peer_id));
            FieldChange { field, stamp }
        });
        let member = |(role, person, is_present, stamp): &(TaskRole, PersonId, bool, Stamp)| {
            let person = named.for_peer(*person, row.peer_id);
            let (is_present, stamp) = (*is_present, *stamp);
            Some(MemberChange { person, role: snapshot::wire_role(*role)?, is_present, stamp })
        };
        let changed = TaskChanged {
            fields: fields
                .cloned()
                .chain(assigner)
                .chain(checklist.for_peer(row.peer_id).iter().cloned())
                .collect(),
            people: change.people.iter().filter_map(member).collect(),
        };
        if changed.fields.is_empty() && changed.people.is_empty() {
            continue;
        }
        let to = To { stream: row.id, peer: row.peer_id, task: Some(row.task_id) };
        say(tx, app, account, to, Operation::TaskChanged(changed)).await?;
    }
    Ok(())
}
