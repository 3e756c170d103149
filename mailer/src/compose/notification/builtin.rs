//! The texts that come with Liaison, in every language. They are templates like any user's, and pass the same check.

use std::{collections::HashMap, sync::LazyLock};

use liaison_domain::language::Language;

use super::Kind;
use crate::compose::template::{Part, RenderError, Template, TemplateSource};

/// The source of a built-in template, to be shown as an example and to start one's own from.
pub fn source(kind: Kind, language: Language) -> TemplateSource {
    let (html, text) = bodies(kind, language);
    TemplateSource {
        language,
        subject: subject(kind, language).to_owned(),
        html: html.to_owned(),
        text: Some(text.to_owned()),
    }
}

/// Read once: that costs more than many renders.
pub(super) fn template(kind: Kind, language: Language) -> Result<&'static Template, RenderError> {
    static TEMPLATES: LazyLock<HashMap<(Kind, Language), Result<Template, RenderError>>> =
        LazyLock::new(|| {
            let all = Kind::ALL.into_iter().flat_map(|kind| Language::ALL.iter().map(move |it| (kind, *it)));
            all.map(|(kind, language)| ((kind, language), parse(kind, language))).collect()
        });
    // Every one of them is parsed by a test, so neither error comes up.
    let missing =
        || RenderError::Failed { part: Part::Html, line: 1, detail: "there is no such text".to_owned() };
    TEMPLATES.get(&(kind, language)).ok_or_else(missing)?.as_ref().map_err(Clone::clone)
}

fn parse(kind: Kind, language: Language) -> Result<Template, RenderError> {
    Template::parse(&source(kind, language)).map_err(|invalid| RenderError::Failed {
        part: invalid.problems.first().map_or(Part::Html, |it| it.part),
        line: invalid.problems.first().map_or(1, |it| it.line),
        detail: invalid.to_string(),
    })
}

/// One subject for all mails of a task, so that mail programs keep them together (TPL-4). Only the answer to a mail
/// says nothing that its sender chose, or anybody could have us write to anybody (S3).
const fn subject(kind: Kind, language: Language) -> &'static str {
    match (kind, language) {
        (Kind::TaskFromMail, Language::English) => {
            "We have received your message (task no. {{ task.number }})"
        }
        (Kind::TaskFromMail, Language::Russian) => "Мы получили ваше письмо (задача № {{ task.number }})",
        (Kind::PortalLink, Language::English) => "Your link to {{ system.account }}",
        (Kind::PortalLink, Language::Russian) => "Ваша ссылка в «{{ system.account }}»",
        (Kind::NewComment | Kind::Mention, _) => "Re: {{ task.title }}",
        (
            Kind::NewTask
            | Kind::TaskAccepted
            | Kind::StatusChanged
            | Kind::Reminder
            | Kind::AddedAsParticipant
            | Kind::AddedAsAuditor,
            _,
        ) => "{{ task.title }}",
    }
}

macro_rules! bodies {
    ($name:literal) => {
        (
            include_str!(concat!("../../../templates/", $name, ".html")),
            include_str!(concat!("../../../templates/", $name, ".txt")),
        )
    };
}

const fn bodies(kind: Kind, language: Language) -> (&'static str, &'static str) {
    match (kind, language) {
        (Kind::NewTask, Language::English) => bodies!("en/new_task"),
        (Kind::NewTask, Language::Russian) => bodies!("ru/new_task"),
        // The author's own words and nothing else, in whatever language they are.
        (Kind::NewComment, _) => bodies!("new_comment"),
        (Kind::TaskFromMail, Language::English) => bodies!("en/task_from_mail"),
        (Kind::TaskFromMail, Language::Russian) => bodies!("ru/task_from_mail"),
        (Kind::TaskAccepted, Language::English) => bodies!("en/task_accepted"),
        (Kind::TaskAccepted, Language::Russian) => bodies!("ru/task_accepted"),
        (Kind::StatusChanged, Language::English) => bodies!("en/status_changed"),
        (Kind::StatusChanged, Language::Russian) => bodies!("ru/status_changed"),
        (Kind::Reminder, Language::English) => bodies!("en/reminder"),
        (Kind::Reminder, Language::Russian) => bodies!("ru/reminder"),
        (Kind::PortalLink, Language::English) => bodies!("en/portal_link"),
        (Kind::PortalLink, Language::Russian) => bodies!("ru/portal_link"),
        (Kind::Mention, Language::English) => bodies!("en/mention"),
        (Kind::Mention, Language::Russian) => bodies!("ru/mention"),
        (Kind::AddedAsParticipant, Language::English) => bodies!("en/added_as_participant"),
        (Kind::AddedAsParticipant, Language::Russian) => bodies!("ru/added_as_participant"),
        (Kind::AddedAsAuditor, Language::English) => bodies!("en/added_as_auditor"),
        (Kind::AddedAsAuditor, Language::Russian) => bodies!("ru/added_as_auditor"),
    }
}
