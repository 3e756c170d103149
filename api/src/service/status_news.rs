//! Word to the contact who set a task of what becomes of it (CLI-4, types 4 and 5).

use liaison_domain::{
    outgoing::notices_of_status,
    person::PersonKind,
    task::{Task, TaskRole, TaskStatus},
};
use liaison_persistence::{database::WriteTx, mail_template, person, task::Members};

use super::{
    Failure,
    caller::StaffCaller,
    fan_out::{self, Notice},
};
use crate::app::App;

/// Tells the assigner of the new status where the account wants that, by one mail. Who is linked sees it in his own task.
pub(super) async fn tell(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    before: TaskStatus,
    task: &Task,
    members: &Members,
) -> Result<(), Failure> {
    let by_assignee = members.holds(TaskRole::Assignee, caller.employee);
    let kinds = notices_of_status(before, task.status, by_assignee);
    let assigner = members.of(TaskRole::Assigner).find(|it| it.kind == PersonKind::Contact);
    let Some(assigner) = assigner.map(|it| it.id).filter(|_| !kinds.is_empty()) else { return Ok(()) };
    let known: Vec<_> =
        person::list_addressees(tx, caller.account, [assigner]).await?.into_values().collect();
    if known.iter().any(|it| it.is_linked) {
        return Ok(());
    }
    for kind in kinds {
        if !mail_template::find_notice(tx, caller.account, (*kind).into()).await?.enabled {
            continue;
        }
        let notice = Notice {
            account: caller.account,
            task,
            kind: *kind,
            comment: None,
            author: caller.employee,
            mailbox: None,
            audience: &known,
            contacts_wait: false,
            hops: 0,
            by_mail: false,
        };
        return fan_out::notify(tx, app, &notice).await.map(drop);
    }
    Ok(())
}
