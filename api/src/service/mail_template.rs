//! An account's own templates of mails to contacts, and which of them its notices use; for its administrators.

use liaison_domain::{
    Timestamp,
    change::Change,
    contact_mail::NoticeType,
    id::{CommentId, MailTemplateId, PersonId, TaskId},
    language::Language,
    refusal::{Code, FieldCode, FieldRefusal, Refusal},
    text::Name,
};
use liaison_mailer::compose::{
    facts::Person,
    template::{self, ProblemKind, Rendered, Template, TemplateSource},
};
use liaison_persistence::{
    change_feed,
    database::{Tx, WriteTx},
    mail_template::{self, MailTemplateRow, NoticeRow, VersionRow},
    page::{Page, PageRequest},
    sql::Json,
};

use super::{Failure, access, account, caller::StaffCaller, comment, contact, letter, stale};
use crate::{app::App, env::Env};

/// A template as its author writes it.
#[derive(Debug)]
pub struct TemplateFields {
    pub name: Name,
    pub versions: Vec<TemplateSource>,
    pub add_signature: bool,
    pub add_portal_link: bool,
    pub add_files: bool,
}

pub async fn get(
    tx: &mut dyn Tx,
    caller: &StaffCaller,
    id: MailTemplateId,
) -> Result<MailTemplateRow, Failure> {
    caller.require_admin()?;
    Ok(mail_template::find(tx, caller.account, id).await?.ok_or_else(Refusal::not_found)?)
}

/// Newest first.
pub async fn list(
    tx: &mut dyn Tx,
    caller: &StaffCaller,
    page: PageRequest,
) -> Result<Page<MailTemplateRow>, Failure> {
    caller.require_admin()?;
    Ok(mail_template::list(tx, caller.account, page).await?)
}

pub async fn create(
    tx: &mut WriteTx,
    env: &Env,
    caller: &StaffCaller,
    fields: TemplateFields,
) -> Result<MailTemplateRow, Failure> {
    caller.require_admin()?;
    let row = row(fields, env.id(), env.now(), 1)?;
    mail_template::insert(tx, caller.account, &row).await?;
    change_feed::append(tx, caller.account, Change::MailTemplateCreated, row.id.uuid(), env.now());
    Ok(row)
}

/// Changes a template. Mails that wait for their next attempt go by the new one.
pub async fn update(
    tx: &mut WriteTx,
    env: &Env,
    caller: &StaffCaller,
    current: &MailTemplateRow,
    fields: TemplateFields,
) -> Result<MailTemplateRow, Failure> {
    caller.require_admin()?;
    let changed = row(fields, current.id, current.created_at, current.version)?;
    if !mail_template::update(tx, caller.account, &changed).await? {
        return Err(stale().into());
    }
    change_feed::append(tx, caller.account, Change::MailTemplateUpdated, current.id.uuid(), env.now());
    get(tx, caller, current.id).await
}

/// Deletes a template that no notice uses.
pub async fn delete(
    tx: &mut WriteTx,
    env: &Env,
    caller: &StaffCaller,
    current: &MailTemplateRow,
) -> Result<(), Failure> {
    caller.require_admin()?;
    if mail_template::is_used(tx, caller.account, current.id).await? {
        let detail = "A notice uses the template: see /v1/settings/contact-mail/notifications.";
        return Err(Refusal::new(Code::TemplateInUse, detail).into());
    }
    if !mail_template::delete(tx, caller.account, current.id, current.version).await? {
        return Err(stale().into());
    }
    change_feed::append(tx, caller.account, Change::MailTemplateDeleted, current.id.uuid(), env.now());
    Ok(())
}

/// How the account has each type of notice.
pub async fn list_notices(tx: &mut dyn Tx, caller: &StaffCaller) -> Result<Vec<NoticeRow>, Failure> {
    caller.require_admin()?;
    Ok(mail_template::list_notices(tx, caller.account).await?)
}

/// A change of one type of notice.
#[derive(Clone, Copy, Debug)]
pub struct NoticeChange {
    pub kind: NoticeType,
    pub enabled: Option<bool>,
    /// The change, where there is one: to the built-in one, or to this.
    pub template: Option<Option<MailTemplateId>>,
}

/// Changes some types of notices.
pub async fn update_notices(
    tx: &mut WriteTx,
    env: &Env,
    caller: &StaffCaller,
    changes: &[NoticeChange],
) -> Result<Vec<NoticeRow>, Failure> {
    let current = list_notices(tx, caller).await?;
    for (i, change) in changes.iter().enumerate() {
        if let Some(Some(id)) = change.template
            && mail_template::find(tx, caller.account, id).await?.is_none()
        {
            return Err(Refusal::unknown_id(format!("/items/{i}/template_id")).into());
        }
        let Some(old) = current.iter().find(|it| it.kind == change.kind) else { continue };
        let notice = NoticeRow {
            kind: change.kind,
            enabled: change.enabled.unwrap_or(old.enabled),
            template_id: change.template.unwrap_or(old.template_id),
            version: old.version,
        };
        mail_template::update_notice(tx, caller.account, &notice).await?;
    }
    let id = caller.account.uuid();
    change_feed::append(tx, caller.account, Change::ContactNoticesUpdated, id, env.now());
    list_notices(tx, caller).await
}

/// Changes with each notice.
pub fn version_of(notices: &[NoticeRow]) -> i64 {
    notices.iter().map(|it| it.version).sum()
}

/// What a template is to be tried on.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    pub task: Option<TaskId>,
    pub comment: Option<CommentId>,
    pub contact: Option<PersonId>,
    pub language: Option<Language>,
}

/// What a template says of what the caller may see.
pub async fn render(
    tx: &mut dyn Tx,
    app: &App,
    caller: &StaffCaller,
    id: MailTemplateId,
    example: &Example,
) -> Result<Rendered, Failure> {
    let row = get(tx, caller, id).await?;
    let account = account::get(tx, caller.account).await?;
    let contact = match example.contact {
        Some(id) => Some(contact::get(tx, caller, id).await.map_err(named("/contact_id"))?),
        None => None,
    };
    let comment = match example.comment {
        Some(id) => Some(comment::get(tx, caller, id).await.map_err(named("/comment_id"))?.0),
        None => None,
    };
    let task = match example.task.or(comment.as_ref().map(|it| it.task_id)) {
        Some(id) => Some(access::enter(tx, caller, id).await.map_err(named("/task_id"))?.task.id),
        None => None,
    };
    if comment.as_ref().is_some_and(|it| Some(it.task_id) != task) {
        return Err(Refusal::unknown_id("/comment_id").into());
    }
    let mut facts = match task {
        Some(task) => letter::example::facts(tx, app, caller.account, task, comment.map(|it| it.id)).await?,
        None => Template::example(),
    };
    facts.system.now = app.env.now().fixed_offset();
    if let Some(contact) = &contact {
        let person = Person {
            name: contact.card.name.as_str().to_owned(),
            email: contact.card.emails.first().map(ToString::to_string),
        };
        (facts.recipient, facts.contact) = (person.clone(), person);
    }
    let language = example.language.or(contact.and_then(|it| it.card.language));
    let versions = versions(&row);
    let chosen = template::choose(&versions, Template::language, language, account.language);
    let rendered = chosen.ok_or(Failure::Internal("a template without a version", None))?.render(&facts);
    rendered.map_err(|error| Refusal::new(Code::TemplateFailed, error.to_string()).into())
}

/// Says of a thing that is not there which field named it.
fn named(pointer: &'static str) -> impl FnOnce(Failure) -> Failure {
    move |failure| match failure {
        Failure::Refused(it) if it.code == Code::NotFound => Refusal::unknown_id(pointer).into(),
        other => other,
    }
}

/// The checked versions of a template. What was saved under other rules and can't be read any more is left out.
pub fn versions(row: &MailTemplateRow) -> Vec<Template> {
    sources(row).iter().filter_map(|it| Template::parse(it).ok()).collect()
}

/// The versions of a template as they were written.
pub fn sources(row: &MailTemplateRow) -> Vec<TemplateSource> {
    row.versions.0.iter().filter_map(source).collect()
}

fn source(version: &VersionRow) -> Option<TemplateSource> {
    let language: Language = version.language.parse().ok()?;
    let VersionRow { subject, html, text, .. } = version.clone();
    Some(TemplateSource { language, subject, html, text })
}

/// Checks every version; all that is wrong is told at once, with its place.
fn row(
    fields: TemplateFields,
    id: MailTemplateId,
    created_at: Timestamp,
    version: i64,
) -> Result<MailTemplateRow, Refusal> {
    let mut refused = Vec::new();
    for (i, it) in fields.versions.iter().enumerate() {
        if fields.versions.iter().take(i).any(|other| other.language == it.language) {
            let pointer = format!("/versions/{i}/language");
            refused.push(FieldRefusal {
                pointer,
                code: FieldCode::Taken,
                detail: "has a version already".into(),
            });
        }
        for problem in Template::parse(it).err().into_iter().flat_map(|it| it.problems) {
            refused.push(FieldRefusal {
                pointer: format!("/versions/{i}/{}", problem.part),
                code: code(&problem.kind),
                detail: format!("line {}, column {}: {}", problem.line, problem.column, problem.kind).into(),
            });
        }
    }
    if !refused.is_empty() {
        let detail = "Some fields are missing or not as they must be.";
        return Err(Refusal { fields: refused, ..Refusal::new(Code::ValidationFailed, detail) });
    }
    let versions = fields.versions.into_iter().map(|it| VersionRow {
        language: it.language.to_string(),
        subject: it.subject,
        html: it.html,
        text: it.text,
    });
    Ok(MailTemplateRow {
        id,
        name: fields.name.into_string(),
        versions: Json(versions.collect()),
        add_signature: fields.add_signature,
        add_portal_link: fields.add_portal_link,
        add_files: fields.add_files,
        created_at,
        version,
    })
}

const fn code(problem: &ProblemKind) -> FieldCode {
    match problem {
        ProblemKind::UnknownVariable(_) => FieldCode::UnknownVariable,
        ProblemKind::UnknownFilter(_) => FieldCode::UnknownFilter,
        ProblemKind::NotAList(_) => FieldCode::NotAList,
        ProblemKind::Unsupported(_) => FieldCode::UnsupportedTemplateSyntax,
        ProblemKind::Syntax(_) => FieldCode::TemplateSyntax,
        ProblemKind::TooLong => FieldCode::TemplateTooLong,
    }
}
