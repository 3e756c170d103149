//! Facts as the values that MiniJinja reads. What each is called stands in [`super::variables`].

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use liaison_domain::language::Language;
use minijinja::value::{DynObject, Object, ObjectRepr, Value};

use super::dates;
use crate::{
    compose::{
        facts::{Comment, Facts, File, Person, RichText, Task, When},
        words,
    },
    parse::html::sanitize_own,
};

/// The variables that stand first.
pub(in crate::compose) fn of(facts: &Facts, language: Language) -> Value {
    let system = record(
        Value::from(facts.system.account.as_str()),
        vec![
            ("today", date(When::Day(facts.system.now.date_naive()), language)),
            ("now", date(When::Moment(facts.system.now), language)),
            ("account", Value::from(facts.system.account.as_str())),
        ],
    );
    record(
        Value::UNDEFINED,
        vec![
            ("system", system),
            ("recipient", person(&facts.recipient)),
            ("task", task(&facts.task, language)),
            ("comment", comment(facts.comment.as_ref(), language)),
            ("contact", person(&facts.contact)),
        ],
    )
}

fn task(task: &Task, language: Language) -> Value {
    let day = |when: Option<When>| when.map_or(Value::from(()), |it| date(it, language));
    record(
        Value::from(task.title.as_str()),
        vec![
            ("title", Value::from(task.title.as_str())),
            ("number", Value::from(task.number)),
            ("description", rich(&task.description)),
            (
                "status",
                Value::from(task.custom_status.as_deref().unwrap_or(words::status(task.status, language))),
            ),
            ("priority", Value::from(words::priority(task.priority, language))),
            ("start", day(task.start)),
            ("deadline", day(task.deadline)),
            ("created", date(task.created, language)),
            ("assigner", person(&task.assigner)),
            ("assignees", list(task.assignees.iter().map(person))),
            ("participants", list(task.participants.iter().map(person))),
            ("auditors", list(task.auditors.iter().map(person))),
            ("counterparty", person(task.counterparty.as_ref().unwrap_or(&Person::default()))),
            ("project", Value::from(task.project.clone().unwrap_or_default())),
            ("files", list(task.files.iter().map(file))),
        ],
    )
}

/// Where there is no comment, its variables are there and empty.
fn comment(comment: Option<&Comment>, language: Language) -> Value {
    let empty = (RichText::default(), Person::default());
    let (body, author) = comment.map_or((&empty.0, &empty.1), |it| (&it.body, &it.author));
    let html = rich(body);
    record(
        html.clone(),
        vec![
            ("html", html),
            ("text", Value::from(body.text.as_str())),
            ("author", person(author)),
            ("date", comment.map_or(Value::from(()), |it| date(it.date, language))),
            ("files", list(comment.iter().flat_map(|it| &it.files).map(file))),
        ],
    )
}

fn person(person: &Person) -> Value {
    let name = Value::from(person.name.as_str());
    let email = Value::from(person.email.clone().unwrap_or_default());
    record(name.clone(), vec![("name", name), ("email", email)])
}

fn file(file: &File) -> Value {
    let name = Value::from(file.name.as_str());
    let url = Value::from(file.url.clone().unwrap_or_default());
    record(name.clone(), vec![("name", name), ("size", Value::from(file.size)), ("url", url)])
}

fn record(shown: Value, fields: Vec<(&'static str, Value)>) -> Value {
    Value::from_object(Record { shown, fields })
}

fn list(items: impl Iterator<Item = Value>) -> Value {
    Value::from(items.collect::<Vec<_>>())
}

fn rich(text: &RichText) -> Value {
    Value::from_object(Rich { source: text.html.clone(), html: OnceLock::new(), text: text.text.clone() })
}

fn date(when: When, language: Language) -> Value {
    Value::from_object(Date { when, language })
}

/// Something with fields that is a text itself.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) shown: Value,
    fields: Vec<(&'static str, Value)>,
}

impl Object for Record {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let key = key.as_str()?;
        self.fields.iter().find(|(name, _)| *name == key).map(|(_, value)| value.clone())
    }

    fn is_true(self: &Arc<Self>) -> bool {
        self.shown.is_true()
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.shown, f)
    }
}

/// HTML in an HTML part, text elsewhere.
#[derive(Debug)]
pub(super) struct Rich {
    source: String,
    html: OnceLock<String>,
    pub(super) text: String,
}

impl Rich {
    /// Sanitized once, where a template writes it: that costs more than the rest of a render.
    pub(super) fn html(&self) -> &str {
        self.html.get_or_init(|| sanitize_own(&self.source))
    }
}

impl Object for Rich {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn is_true(self: &Arc<Self>) -> bool {
        !(self.text.trim().is_empty() && self.html().trim().is_empty())
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A day or a moment, in the language of the template.
#[derive(Debug)]
pub(super) struct Date {
    pub(super) when: When,
    language: Language,
}

impl Object for Date {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<std::cmp::Ordering> {
        let other = other.downcast_ref::<Self>()?;
        Some(dates::sort_key(self.when).cmp(&dates::sort_key(other.when)))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&dates::shown(self.when, self.language))
    }
}
