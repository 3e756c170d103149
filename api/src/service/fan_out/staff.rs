//! Telling employees: in the application and by mail, as each of them wants (NTF).

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use liaison_domain::{
    Timestamp,
    fan_out::MailTo,
    id::{AccountId, CommentId, PersonId, TaskId},
    mail_address::EmailAddress,
    notification::{NotificationKind, TaskMode, Told, decide, notices_of_roles},
    outgoing::{MailKind, decide_sender},
    task::{TaskRight, TaskRole, may},
    visibility::Scope,
};
use liaison_persistence::{
    comment, contact_mail_settings,
    database::WriteTx,
    notification::{self, NewNotification},
    notification_settings::{self, SubscriberRow},
    outgoing_mail::{self, About, Form, NewMail},
    suppression, thread,
};

use super::{Failure, Notice, addressed::Addressed, deputies, form, new_mail};
use crate::{
    app::App,
    service::{departure, task_status},
};

/// Employees who may be told of an event.
#[derive(Debug, Default)]
pub struct Staff {
    /// Each with what the event is to him, the most telling first.
    pub people: HashMap<PersonId, Vec<NotificationKind>>,
    /// What it is to those who want to be told everything of the task (NTF-6).
    pub to_watchers: Option<NotificationKind>,
    /// Who got a mail of it by another way.
    pub mailed: HashSet<PersonId>,
    /// Where a mail of it goes already, by key (R8).
    pub addresses: HashSet<String>,
}

/// Somebody whom an event is told to, as far as he wants to be told.
pub(super) struct ToldEmployee<'a> {
    pub(super) row: &'a SubscriberRow,
    pub(super) kinds: Vec<NotificationKind>,
    /// The name of the one for whom he stands in.
    pub(super) absent: Option<String>,
}

/// Somebody who is told by mail.
struct Mailed {
    to: MailTo,
    kind: NotificationKind,
}

/// Tells of what happened in one account, in this order, all but who did it (NTF-5); gives for each event those of its people
/// who want to be told nothing of it.
pub async fn tell_all(
    tx: &mut WriteTx,
    app: &App,
    events: Vec<(&Notice<'_>, Staff)>,
) -> Result<Vec<Vec<PersonId>>, Failure> {
    let now = app.env.now();
    let subscribers = list_subscribers(tx, &events, now).await?;
    let (mut all, mut notices, mut mails) = (Vec::with_capacity(events.len()), Vec::new(), Vec::new());
    for (notice, staff) in events {
        let (mut muted, mut by_mail) = (Vec::new(), Vec::new());
        let of_task = subscribers.get(&notice.task.id).map(Vec::as_slice).unwrap_or_default();
        let mut told = Vec::new();
        for it in of_task.iter().filter(|it| it.id != notice.author) {
            let kinds = match staff.people.get(&it.id) {
                Some(kinds) => kinds.clone(),
                None if staff.to_watchers.is_some() && watches(tx, notice, it).await? => {
                    staff.to_watchers.into_iter().collect()
                }
                None => continue,
            };
            if decide(&it.preferences, it.mode, &kinds, now).is_nothing() {
                muted.push(it.id);
            }
            told.push(ToldEmployee { row: it, kinds, absent: None });
        }
        told.extend(deputies::stand_in(tx, app, notice, of_task, &told).await?);
        for ToldEmployee { row, kinds, absent } in told {
            let Told { in_app, email } = decide(&row.preferences, row.mode, &kinds, now);
            notices.extend(in_app.map(|kind| NewNotification {
                id: app.env.id(),
                person: row.id,
                kind,
                task: Some(notice.task.id),
                comment: notice.comment,
                author: Some(notice.author),
                detail: absent,
            }));
            let kind = email.filter(|_| !staff.mailed.contains(&row.id));
            by_mail.extend(kind.and_then(|kind| Mailed::of(row, kind)));
        }
        by_mail.retain(|it| !staff.addresses.contains(&it.to.address.key()));
        mails.push((notice, by_mail));
        all.push(muted);
    }
    if let Some((notice, _)) = mails.first() {
        notification::insert_all(tx, notice.account, notices, now).await?;
    }
    for (notice, by_mail) in mails {
        write_mails(tx, app, notice, &by_mail).await?;
    }
    Ok(all)
}

/// Whom the events of each task may be told to, and who stands in for them.
async fn list_subscribers(
    tx: &mut WriteTx,
    events: &[(&Notice<'_>, Staff)],
    now: Timestamp,
) -> Result<HashMap<TaskId, Vec<SubscriberRow>>, Failure> {
    let mut asked: BTreeMap<TaskId, (AccountId, BTreeSet<PersonId>)> = BTreeMap::new();
    for (notice, staff) in events.iter().filter(|(_, it)| !it.people.is_empty() || it.to_watchers.is_some()) {
        let (_, people) = asked.entry(notice.task.id).or_insert_with(|| (notice.account, BTreeSet::new()));
        people.extend(staff.people.keys());
    }
    let mut subscribers = HashMap::with_capacity(asked.len());
    for (task, (account, people)) in asked {
        let mut found = notification_settings::list_subscribers(tx, account, task, people, now).await?;
        let is_new = |id: &PersonId| found.iter().all(|it| it.id != *id);
        let deputies: BTreeSet<PersonId> = found.iter().filter_map(|it| it.deputy).filter(is_new).collect();
        if !deputies.is_empty() {
            let more =
                notification_settings::list_subscribers(tx, account, task, deputies.clone(), now).await?;
            found.extend(more.into_iter().filter(|it| deputies.contains(&it.id)));
        }
        subscribers.insert(task, found);
    }
    Ok(subscribers)
}

/// Tells those of who was put in roles that are employees and no assignees, who are told of the task by [`super::notify`].
pub async fn tell_joined(
    tx: &mut WriteTx,
    app: &App,
    notice: &Notice<'_>,
    joining: &[(TaskRole, PersonId)],
) -> Result<(), Failure> {
    let people = notices_of_roles(joining).into_iter().collect();
    tell_all(tx, app, vec![(notice, Staff { people, ..Staff::default() })]).await.map(drop)
}

/// Whether somebody who wants to be told everything of the task may see what happened.
async fn watches(tx: &mut WriteTx, notice: &Notice<'_>, it: &SubscriberRow) -> Result<bool, Failure> {
    if it.mode != TaskMode::All || (!it.is_member && !may(TaskRight::View, it.role, &BTreeSet::default())) {
        return Ok(false);
    }
    sees(tx, notice, it).await
}

/// Whether somebody who may enter the task may see what happened.
pub(super) async fn sees(tx: &mut WriteTx, notice: &Notice<'_>, it: &SubscriberRow) -> Result<bool, Failure> {
    let Some(id) = notice.comment else { return Ok(true) };
    let scope = Scope::employee(it.id, it.role);
    Ok(comment::find_visible(tx, notice.account, id, scope).await?.is_some())
}

impl Mailed {
    /// None where his address is none.
    fn of(row: &SubscriberRow, kind: NotificationKind) -> Option<Self> {
        let address = EmailAddress::parse(&row.email).ok()?;
        Some(Self { to: MailTo { person: row.id, name: row.name.clone(), address, language: None }, kind })
    }
}

/// Writes the mails: from the task's address in the author's name, so that an answer is a comment (product §5).
async fn write_mails(
    tx: &mut WriteTx,
    app: &App,
    notice: &Notice<'_>,
    mails: &[Mailed],
) -> Result<(), Failure> {
    if mails.is_empty() {
        return Ok(());
    }
    let (account, task, now) = (notice.account, notice.task, app.env.now());
    let writer = outgoing_mail::find_sender(tx, account, notice.author).await?;
    let writer = writer.ok_or(Failure::Internal("the author is not there", None))?;
    let domain = app.config.mail.domain_of(&writer.account);
    let from = decide_sender(&writer.name, None, &writer.title, task.number);
    let from_address =
        from.address.at(&domain).map_err(|error| Failure::internal("From is no address", error))?;
    let settings = contact_mail_settings::get(tx, account).await?;
    let keys = mails.iter().map(|it| it.to.address.key());
    let mut stopped = settings.suppressed_keys();
    let listed = suppression::list_by_addresses(tx, account, keys, now).await?;
    stopped.extend(listed.into_iter().filter(|it| it.stops(true)).map(|it| it.address_key));
    let people = mails.iter().map(|it| it.to.person);
    let mut known = thread::list_known(tx, account, task.id, people).await?;
    let custom_status = task_status::find_name(tx, account, task).await?;
    let recipients: Vec<MailTo> = mails.iter().map(|it| it.to.clone()).collect();
    let departures = departure::plan(tx, app, notice, &recipients, false).await?;
    let new: Vec<NewMail> = mails
        .iter()
        .map(|Mailed { to, kind }| {
            let addressed = Addressed::alone(to, stopped.contains(&to.address.key()));
            let departure = departures.get(&to.person).filter(|_| !addressed.is_suppressed);
            let form = Form {
                unique_reply_address: true,
                open_tracking: false,
                status: kind.tells_status().then(|| task.status.to_string()),
                custom_status: custom_status.clone(),
                notice: Some(kind.to_string()),
                ..form(&settings, None, None, Vec::<CommentId>::new())
            };
            NewMail {
                references: known.remove(&to.person).unwrap_or_default(),
                leaves_at: departure.map(|it| it.at),
                held_for: departure.and_then(|it| it.held_for),
                ..new_mail(app, account, &writer, &domain, &addressed, form)
            }
        })
        .collect();
    let subject = match notice.comment {
        Some(_) => MailKind::NewComment.subject(&task.title),
        None => MailKind::StaffNotice.subject(&task.title),
    };
    let about = About {
        task: task.id,
        comment: notice.comment,
        kind: MailKind::StaffNotice,
        author: notice.author,
        mailbox: None,
        from_name: &from.name,
        from_address: &from_address,
        subject: &subject,
        hops: notice.hops.saturating_add(1),
        at: now,
    };
    Ok(outgoing_mail::insert_all(tx, account, &about, &new).await?)
}
