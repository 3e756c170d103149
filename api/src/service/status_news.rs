//! Word to the person who set a task of what becomes of it: to a contact by mail (CLI-4, types 4 and 5), to an employee as he
//! wants (NTF-3).

use liaison_domain::{
    contact_mail::NoticeType,
    notification::{self, NotificationKind},
    outgoing::{self, MailKind},
    person::PersonKind,
    task::{Task, TaskRole, custom::ShownStatus},
};
use liaison_persistence::{database::WriteTx, mail_template, person, task::Members};

use super::{
    Failure,
    caller::StaffCaller,
    fan_out::{
        self, Notice,
        staff::{self, Staff},
    },
};
use crate::app::App;

/// Tells the assigner of the new status, by one mail or notice, and who wants to be told everything of the task. Who is linked
/// sees it in his own task. `answers` where an assignee has said it.
pub(super) async fn tell(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    before: ShownStatus,
    (task, members): (&Task, &Members),
    answers: bool,
) -> Result<(), Failure> {
    let kinds = notification::notices_of_status(before, task.shown_status(), answers);
    if kinds.is_empty() {
        return Ok(());
    }
    let assigner = members.of(TaskRole::Assigner).next();
    let employee = assigner.filter(|it| it.kind == PersonKind::Employee);
    let staff = Staff {
        people: employee.map(|it| (it.id, kinds.to_vec())).into_iter().collect(),
        to_watchers: Some(NotificationKind::StatusChanged),
        ..Staff::default()
    };
    staff::tell_all(tx, app, vec![(&notice(caller, task), staff)]).await?;
    tell_contact(tx, app, caller, before, (task, members), answers).await
}

/// Tells the assigner alone, where he is a contact.
pub(super) async fn tell_contact(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    before: ShownStatus,
    (task, members): (&Task, &Members),
    answers: bool,
) -> Result<(), Failure> {
    let assigner = members.of(TaskRole::Assigner).next();
    let Some(contact) = assigner.filter(|it| it.kind == PersonKind::Contact) else { return Ok(()) };
    let known: Vec<_> =
        person::list_addressees(tx, caller.account, [contact.id]).await?.into_values().collect();
    if known.iter().any(|it| it.is_linked) {
        return Ok(());
    }
    for kind in outgoing::notices_of_status(before, task.shown_status(), answers) {
        let Some(told) = NoticeType::of(*kind) else { continue };
        if mail_template::find_notice(tx, caller.account, told).await?.enabled {
            let notice = Notice { kind: *kind, audience: &known, ..notice(caller, task) };
            return fan_out::notify(tx, app, &notice).await.map(drop);
        }
    }
    Ok(())
}

fn notice<'a>(caller: &StaffCaller, task: &'a Task) -> Notice<'a> {
    Notice {
        account: caller.account,
        task,
        kind: MailKind::StatusChanged,
        comment: None,
        author: caller.employee,
        mailbox: None,
        audience: &[],
        contacts_wait: false,
        hops: 0,
        by_mail: false,
        mentioned: &[],
        is_for_others: false,
        rejects: false,
    }
}
