//! What the text of a message may speak of: the task, the comment, the people.

use liaison_domain::{
    Timestamp,
    comment::Comment,
    file::AttachedFile,
    task::{Task, TaskRole},
};
use liaison_mailer::compose::facts::{self, Facts, Person, RichText, When};
use liaison_persistence::outgoing_mail::delivery::DeliveryRow;

use super::{Around, Unmade, body_for_others, is_shown, utc};

impl Around {
    /// What the mail speaks of, and the files that belong to it: those of its comment, or of its task (TPL-7).
    pub(super) fn facts(&self, row: &DeliveryRow, task: &Task) -> Result<(Facts, Vec<AttachedFile>), Unmade> {
        let recipient = Person { name: row.name.clone(), email: Some(row.address.clone()) };
        let (comment, files) = if let Some(id) = row.comment_id {
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
        let works_on_it = |role| self.members.get(&task.id).is_some_and(|it| it.holds(role, row.person_id));
        // Who was only written to was never told what the task is (DASH-6).
        if row.comment_id.is_some() && !(works_on_it(TaskRole::Assignee) || works_on_it(TaskRole::Assigner)) {
            facts.task.description = RichText::default();
        }
        Ok((facts, files))
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
        facts::Task {
            number: task.number,
            title: task.title.clone(),
            description: RichText {
                html: task.description_html.clone(),
                text: task.description_text.clone(),
            },
            status: task.status.to_string(),
            priority: task.priority.to_string(),
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
