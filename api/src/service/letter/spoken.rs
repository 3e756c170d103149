//! What the text of a message may speak of: the task, the comment, the people.

use liaison_domain::{
    Timestamp,
    comment::Comment,
    file::AttachedFile,
    id::PersonId,
    outgoing::MailKind,
    task::{Task, TaskRole},
};
use liaison_mailer::compose::facts::{self, Facts, Person, RichText, When};
use liaison_persistence::outgoing_mail::delivery::DeliveryRow;

use super::{Around, Unmade, body_for_others, is_shown, utc};

impl Around {
    /// What the mail speaks of, and the files that belong to it: those of its comment, or of its task (TPL-7).
    pub(super) fn facts(&self, row: &DeliveryRow, task: &Task) -> Result<(Facts, Vec<AttachedFile>), Unmade> {
        let first = row.form.0.common.as_ref().and_then(|it| it.shown.first());
        let (name, address) = first.cloned().unwrap_or_else(|| (row.name.clone(), row.address.clone()));
        let recipient = Person { name, email: Some(address) };
        let (comment, mut files) = if let Some(id) = row.comment_id {
            let deleted = || Unmade::Impossible("the comment was deleted".to_owned());
            let comment = self.comments.get(&id).ok_or_else(deleted)?;
            let mut files = self.comment_files.get(&id).cloned().unwrap_or_default();
            let body = body_for_others(comment);
            for file in &mut files {
                file.content_id = file.content_id.take().filter(|it| is_shown(&body.html, it));
            }
            (Some(self.comment_fact(comment, body)), files)
        } else {
            let mut files = self.task_files.get(&row.task_id).cloned().unwrap_or_default();
            for file in &mut files {
                file.content_id = file.content_id.take().filter(|it| is_shown(&task.description_html, it));
            }
            (None, files)
        };
        let mut facts = self.spoken_of(task, comment, recipient, row.created_at);
        if row.kind.is_answer() {
            leave_out_what_was_chosen(&mut facts);
        }
        if row.kind.is_automatic() && row.kind != MailKind::StaffNotice {
            files.clear();
        }
        if let Some(status) = row.form.0.status() {
            (facts.task.status, facts.task.custom_status) = (status, row.form.0.custom_status.clone());
        }
        // Who was only written to was never told what the task is (DASH-6).
        if row.comment_id.is_some() && !self.work_on_it(row, task) {
            facts.task.description = RichText::default();
        }
        Ok((facts, files))
    }

    /// Whether everybody from outside who reads the mail does the task or set it.
    fn work_on_it(&self, row: &DeliveryRow, task: &Task) -> bool {
        let contacts = row.form.0.common.as_ref().map(|it| it.contacts.as_slice()).unwrap_or_default();
        let contacts = contacts.iter().map(|it| PersonId::new(*it));
        let readers: Vec<PersonId> = contacts.chain([row.form.0.token_owner(row.person_id)]).collect();
        self.members.get(&task.id).is_some_and(|members| {
            let works = |it: &PersonId| {
                [TaskRole::Assignee, TaskRole::Assigner].iter().any(|role| members.holds(*role, *it))
            };
            readers.iter().all(works)
        })
    }

    pub(super) fn spoken_of(
        &self,
        task: &Task,
        comment: Option<facts::Comment>,
        recipient: Person,
        at: Timestamp,
    ) -> Facts {
        let system = facts::System { now: utc(at), account: self.account.title.clone() };
        Facts {
            system,
            recipient: recipient.clone(),
            task: self.task_fact(task),
            comment,
            contact: recipient,
        }
    }

    pub(super) fn author(&self, comment: &Comment) -> Person {
        Person::named(self.people.get(&comment.author_id).map(|it| it.name.as_str()).unwrap_or_default())
    }

    pub(super) fn comment_fact(&self, comment: &Comment, body: RichText) -> facts::Comment {
        facts::Comment {
            body,
            author: self.author(comment),
            date: When::Moment(utc(comment.created_at)),
            files: Vec::new(),
        }
    }

    fn task_fact(&self, task: &Task) -> facts::Task {
        let members = self.members.get(&task.id);
        let holding = |role| -> Vec<Person> {
            members.iter().flat_map(|it| it.of(role)).map(|it| Person::named(it.name.as_str())).collect()
        };
        let counterparty = task.counterparty_id.and_then(|it| self.people.get(&it));
        let project = task.project_id.and_then(|it| self.projects.get(&it));
        let status = task.custom_status_id.and_then(|it| self.statuses.get(&it));
        facts::Task {
            number: task.number,
            title: task.title.clone(),
            description: RichText {
                html: task.description_html.clone(),
                text: task.description_text.clone(),
            },
            status: task.status,
            custom_status: status.map(|it| it.name.clone()),
            priority: task.priority,
            start: task.start_at.map(|it| When::Moment(utc(it))),
            deadline: task.deadline.map(|it| When::Moment(utc(it))),
            created: When::Moment(utc(task.created_at)),
            assigner: holding(TaskRole::Assigner).pop().unwrap_or_default(),
            assignees: holding(TaskRole::Assignee),
            participants: holding(TaskRole::Participant),
            auditors: holding(TaskRole::Auditor),
            counterparty: counterparty.map(|it| Person::named(it.name.as_str())),
            project: project.map(|it| it.name.clone()),
            files: Vec::new(),
        }
    }
}

/// Leaves out what the sender of a mail chose: whoever forges From must not have us write his words to anybody (S3).
fn leave_out_what_was_chosen(facts: &mut Facts) {
    let (recipient, task) = (facts.recipient.clone(), &mut facts.task);
    task.title = task.number.to_string();
    task.description = RichText::default();
    task.assigner = recipient.clone();
    task.participants.clear();
    task.counterparty = None;
    facts.contact = recipient;
}
