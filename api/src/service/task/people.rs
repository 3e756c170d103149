//! Who takes part in a task.

use std::collections::{BTreeSet, HashMap};

use liaison_domain::{
    change::Change,
    fan_out::notified_of_new_task,
    id::PersonId,
    person::Addressee,
    refusal::{Code, FieldCode, Refusal},
    task::{Task, TaskRight, TaskRole},
};
use liaison_persistence::{
    change_feed,
    database::WriteTx,
    task::{self, Members},
};

use super::{assigner_of, standing, tell, tell_joined};
use crate::{
    app::App,
    service::{
        Failure,
        access::Entered,
        caller::StaffCaller,
        link::edits,
        people::{Named, get_selectable},
        status_news,
    },
};

/// The people of a task, as a caller names them.
#[derive(Clone, Debug, Default)]
pub struct People {
    pub assigner: Option<PersonId>,
    pub assignees: Option<Vec<PersonId>>,
    pub participants: Option<Vec<PersonId>>,
    pub auditors: Option<Vec<PersonId>>,
}

impl People {
    /// The roles that are named, each with its whole list.
    pub(super) fn named(&self) -> impl Iterator<Item = (TaskRole, &[PersonId])> {
        [
            (TaskRole::Assigner, self.assigner.as_ref().map(std::slice::from_ref)),
            (TaskRole::Assignee, self.assignees.as_deref()),
            (TaskRole::Participant, self.participants.as_deref()),
            (TaskRole::Auditor, self.auditors.as_deref()),
        ]
        .into_iter()
        .filter_map(|(role, people)| Some((role, people?)))
    }

    /// Loads who joins. Who is not known here or may not take part is refused; who holds the role already may stay,
    /// whatever became of him.
    pub(super) async fn get_joining(
        &self,
        tx: &mut WriteTx,
        caller: &StaffCaller,
        members: &Members,
    ) -> Result<HashMap<PersonId, Addressee>, Failure> {
        let mut joining = Vec::new();
        for (role, people) in self.named() {
            let named = match role {
                TaskRole::Assigner => {
                    people.iter().map(|id| Named { pointer: "/assigner".to_owned(), id: *id }).collect()
                }
                TaskRole::Assignee => Named::each("/assignees", people).collect::<Vec<_>>(),
                TaskRole::Participant => Named::each("/participants", people).collect(),
                TaskRole::Auditor => Named::each("/auditors", people).collect(),
            };
            joining.extend(named.into_iter().filter(|it| !members.holds(role, it.id)));
        }
        get_selectable(tx, caller.account, &joining).await
    }
}

/// Puts a person in a role, or leaves him there.
pub async fn add_member(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    entered: &Entered,
    role: TaskRole,
    person: PersonId,
) -> Result<(), Failure> {
    require_not_assigner(role, "/role")?;
    entered.require(caller, TaskRight::to_fill(role))?;
    let Entered { task, members, .. } = entered;
    if members.holds(role, person) {
        return Ok(());
    }
    let named = Named { pointer: "/person_id".to_owned(), id: person };
    let known = get_selectable(tx, caller.account, &[named]).await?;
    task::insert_members(tx, caller.account, task.id, [(role, person)]).await?;
    let mut assignees = standing::assignees_of(members);
    assignees.extend(Some(person).filter(|_| role == TaskRole::Assignee));
    let task = &moved(tx, app, caller, (task, members), &assignees).await?;
    if role == TaskRole::Assignee {
        let told = notified_of_new_task(assigner_of(members), known.values());
        tell(tx, app, caller.account, caller.employee, task, &told, None).await?;
    }
    tell_joined(tx, app, caller.account, caller.employee, task, &[(role, person)], None).await?;
    task::touch(tx, caller.account, task.id, app.env.now()).await?;
    change_feed::append(tx, caller.account, Change::TaskUpdated, task.id.uuid(), app.env.now());
    Ok(())
}

/// Takes a person out of a role; who does not hold it is 404.
pub async fn remove_member(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    entered: &Entered,
    role: TaskRole,
    person: PersonId,
) -> Result<(), Failure> {
    require_not_assigner(role, "?role")?;
    entered.require(caller, TaskRight::to_fill(role))?;
    if !task::delete_member(tx, caller.account, entered.task.id, role, person).await? {
        return Err(Refusal::unknown_id("?person").into());
    }
    let Entered { task, members, .. } = entered;
    let mut assignees = standing::assignees_of(members);
    if role == TaskRole::Assignee {
        assignees.remove(&person);
    }
    moved(tx, app, caller, (task, members), &assignees).await?;
    task::touch(tx, caller.account, entered.task.id, app.env.now()).await?;
    change_feed::append(tx, caller.account, Change::TaskUpdated, entered.task.id.uuid(), app.env.now());
    Ok(())
}

/// Does what follows from somebody's having joined or left; gives the task as it is now.
async fn moved(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    (task, members): (&Task, &Members),
    assignees: &BTreeSet<PersonId>,
) -> Result<Task, Failure> {
    let changed = standing::settle(tx, app, caller.account, (task, members), assignees).await?;
    edits::task_updated(tx, app, caller.account, caller.employee, (task, members), &changed).await?;
    status_news::tell(tx, app, caller, task.shown_status(), (&changed, members), false).await?;
    Ok(changed)
}

/// The assigner is replaced, never added or taken out (ROL-1).
fn require_not_assigner(role: TaskRole, pointer: &str) -> Result<(), Refusal> {
    if role != TaskRole::Assigner {
        return Ok(());
    }
    let detail = "A task has exactly one assigner; name another one instead.";
    Err(Refusal::new(Code::AssignerRequired, detail).at(pointer, FieldCode::Invalid, "can't be assigner"))
}
