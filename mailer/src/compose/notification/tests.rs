//! Whole mails: every built-in text in every language, and what stands around it.

use chrono::{DateTime, NaiveDate};
use liaison_domain::{
    mail_address::EmailAddress,
    task::{Priority, TaskStatus},
};
use mail_parser::{MessageParser, MimeHeaders as _};

use super::*;
use crate::compose::{
    facts::{Comment, System, Task},
    template::{TemplateSource, variables},
    words::words,
};

const HOSTILE: &str = "<script>alert(1)</script> \"quoted\" {{ task.title }} & 'more'\r\nBcc: evil@x.example";

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn id(text: &str) -> MessageId {
    MessageId::parse(text).unwrap()
}

fn facts() -> Facts {
    let now = DateTime::parse_from_rfc3339("2030-03-05T14:30:00+03:00").unwrap();
    Facts {
        system: System { now, account: "Студия «Север»".to_owned() },
        recipient: Person {
            name: "Анна Петрова".to_owned(), email: Some("anna@client.example".to_owned())
        },
        task: Task {
            number: 12,
            title: "Смета на март".to_owned(),
            description: RichText {
                html: "<p>Нужна <b>смета</b></p>".to_owned(),
                text: "Нужна смета".to_owned(),
            },
            status: TaskStatus::InProgress,
            custom_status: None,
            priority: Priority::Normal,
            start: None,
            deadline: NaiveDate::from_ymd_opt(2030, 3, 31).map(When::Day),
            created: When::Moment(now),
            assigner: Person::named("Иван Соколов"),
            assignees: vec![Person::named("Ольга Белова"), Person::named("Пётр Ли")],
            participants: Vec::new(),
            auditors: Vec::new(),
            counterparty: None,
            project: None,
            files: Vec::new(),
        },
        comment: Some(Comment {
            body: RichText {
                html: "<p>Смета <b>готова</b>.</p>".to_owned(),
                text: "Смета готова.\n".to_owned(),
            },
            author: Person::named("Ольга Белова"),
            date: When::Moment(now),
            files: Vec::new(),
        }),
        contact: Person::named("Анна Петрова"),
    }
}

fn frame() -> Frame {
    Frame {
        reply_marker: true,
        body_marker: Some("[#a1b2c3d4#]".to_owned()),
        linked_files: vec![File {
            name: "План & чертёж.dwg".to_owned(),
            size: 26_214_400,
            url: Some("https://liaison.example/f/abc?x=1&y=2".to_owned()),
        }],
        portal_url: Some("https://liaison.example/portal?token=t".to_owned()),
        signature_html: Some("<p>Ольга Белова<br>Студия «Север»</p><script>alert(1)</script>".to_owned()),
        history: vec![HistoryEntry {
            author: Person::named("Анна Петрова"),
            date: When::Moment(DateTime::parse_from_rfc3339("2030-03-04T09:00:00+03:00").unwrap()),
            body: RichText { html: "<p>Когда?</p>".to_owned(), text: "Когда?\nЖду.".to_owned() },
        }],
        pixel_url: Some("https://liaison.example/t/p.gif".to_owned()),
        unsubscribe_url: Some("https://liaison.example/u/abc".to_owned()),
    }
}

fn notification(kind: Kind, language: Language) -> Notification {
    Notification {
        kind,
        is_for_staff: false,
        recipient_language: Some(language),
        account_language: Language::English,
        templates: Arc::default(),
        facts: facts(),
        frame: frame(),
        addressing: Addressing {
            from: Mailbox::new("Ольга Белова (Север)", address("olga@sever.liaison.example")),
            sender: None,
            to: vec![Mailbox::new("Анна Петрова", address("anna@client.example"))],
            reply_to: Some(address("r+0123456789abcdef@sever.liaison.example").into()),
            message_id: id("<m2@sever.liaison.example>"),
            in_reply_to: Some(id("<m1@client.example>")),
            references: vec![id("<m0@sever.liaison.example>"), id("<m1@client.example>")],
            hop: None,
        },
        attachments: Vec::new(),
        inline_images: Vec::new(),
        has_text_part: true,
    }
}

#[test]
fn a_comment_leaves_as_its_text_within_the_frame() {
    let composed = compose(&notification(Kind::NewComment, Language::Russian)).unwrap();
    assert_eq!(composed.subject, "Re: Смета на март");
    assert_eq!(composed.warnings, []);
    insta::assert_snapshot!(composed.text, @r"
    --- Пожалуйста, напишите ответ выше этой строки ---

    Смета готова.

    Файлы для скачивания:
    * План & чертёж.dwg (25 МБ)
      https://liaison.example/f/abc?x=1&y=2

    Посмотреть всю переписку: https://liaison.example/portal?token=t

    -- 
    Ольга Белова
    Студия «Север»

    Ранее в этой переписке:

    Анна Петрова, 4 марта 2030, 09:00:
    > Когда?
    > Жду.

    [#a1b2c3d4#]
    ");
}

#[test]
fn a_new_task_greets_and_asks() {
    let mut notification = notification(Kind::NewTask, Language::English);
    notification.frame = Frame { reply_marker: true, ..Frame::default() };
    let composed = compose(&notification).unwrap();
    insta::assert_snapshot!(composed.text, @r"
    --- Please type your reply above this line ---

    Hello Анна Петрова,

    Иван Соколов has a task for you:

    Смета на март

    Нужна смета

    Please have it done by 31 March 2030.

    To ask something or to report back, simply answer this mail.
    ");
}

/// Each built-in mail in each language, with as little and as much as there can be, composed twice.
#[test]
fn every_built_in_mail_is_whole_escaped_and_the_same_each_time() {
    for kind in Kind::ALL {
        for &language in Language::ALL {
            for facts in [facts(), bare_facts(), hostile_facts()] {
                let mut notification = notification(kind, language);
                notification.facts = facts;
                let composed = compose(&notification).unwrap();
                assert_eq!(composed.bytes, compose(&notification).unwrap().bytes, "{kind} {language}");
                check_mail(kind, language, &composed);
            }
        }
    }
}

#[track_caller]
fn check_mail(kind: Kind, language: Language, composed: &Composed) {
    let name = format!("{kind} in {language}");
    let marker = words(language).reply_marker;
    assert!(!composed.subject.contains(['\r', '\n']) && composed.subject.chars().count() <= 250, "{name}");
    assert_eq!(composed.text.lines().next().unwrap(), format!("--- {marker} ---"), "{name}");
    assert!(composed.html.contains(&format!("&mdash; {marker} &mdash;")), "{name}");
    assert!(
        !composed.html.contains("<script") && !composed.html.contains("alert(1)</"),
        "{name}: {}",
        composed.html
    );
    assert!(!composed.html.contains("{{") || composed.html.contains("{{ task.title }}"), "{name}");
    let mail = MessageParser::new().parse(&composed.bytes).unwrap();
    assert_eq!(mail.subject().unwrap_or_default(), composed.subject, "{name}");
    assert_eq!(
        mail.body_text(0).unwrap().replace("\r\n", "\n").trim_end(),
        composed.text.trim_end(),
        "{name}"
    );
    assert_eq!(
        mail.body_html(0).unwrap().replace("\r\n", "\n").trim_end(),
        composed.html.trim_end(),
        "{name}"
    );
    assert!(mail.bcc().is_none(), "{name}");
    let is_automatic = kind.automatic_cause().is_some();
    for header in ["Auto-Submitted", "List-Unsubscribe", "List-Unsubscribe-Post"] {
        assert_eq!(mail.header_raw(header).is_some(), is_automatic, "{name}: {header} (R37)");
    }
    assert_eq!(composed.html.contains("/u/abc"), is_automatic, "{name}");
}

fn bare_facts() -> Facts {
    let mut facts = facts();
    facts.recipient = Person::default();
    facts.comment = None;
    facts.task.description = RichText::default();
    facts.task.deadline = None;
    facts.task.assignees.clear();
    facts
}

fn hostile_facts() -> Facts {
    let hostile = || HOSTILE.to_owned();
    let mut facts = facts();
    facts.system.account = hostile();
    facts.recipient.name = hostile();
    facts.task.title = hostile();
    facts.task.assigner.name = hostile();
    facts.task.assignees = vec![Person::named(HOSTILE)];
    facts.task.description = RichText { html: hostile(), text: hostile() };
    facts.comment.as_mut().unwrap().body = RichText { html: hostile(), text: hostile() };
    facts
}

/// S3: or anybody could have us write his words to anybody.
#[test]
fn the_answer_to_a_mail_says_nothing_that_its_sender_chose() {
    for &language in Language::ALL {
        let mut notification = notification(Kind::TaskFromMail, language);
        notification.frame = Frame::default();
        for name in [&mut notification.facts.task.title, &mut notification.facts.recipient.name] {
            "canary".clone_into(name);
        }
        notification.facts.task.description =
            RichText { html: "canary".to_owned(), text: "canary".to_owned() };
        notification.facts.comment = None;
        let (rendered, _) = render(&notification).unwrap();
        assert!(!format!("{rendered:?}").contains("canary"), "{rendered:?}");
    }
}

/// TPL-4
#[test]
fn all_mails_of_a_task_share_a_subject() {
    let subject = |kind, title: &str| {
        let mut notification = notification(kind, Language::English);
        title.clone_into(&mut notification.facts.task.title);
        render(&notification).unwrap().0.subject
    };
    for kind in [Kind::NewTask, Kind::TaskAccepted, Kind::StatusChanged, Kind::Reminder] {
        assert_eq!(subject(kind, "Estimate"), "Estimate");
    }
    assert_eq!(subject(Kind::NewComment, "Estimate"), "Re: Estimate");
    assert_eq!(subject(Kind::NewComment, "RE: re: Estimate"), "Re: Estimate");
}

fn own_template(language: Language, html: &str) -> Template {
    let source = TemplateSource {
        language,
        subject: "{{ task.title }}".to_owned(),
        html: html.to_owned(),
        text: None,
    };
    Template::parse(&source).unwrap()
}

/// TPL-5
#[test]
fn the_version_in_the_contacts_language_is_used_then_the_accounts_then_english() {
    let english = || own_template(Language::English, "<p>English</p>");
    let russian = || own_template(Language::Russian, "<p>Русский</p>");
    let chosen = |templates: &[Template], recipient, account| {
        let mut notification = notification(Kind::NewTask, Language::English);
        (notification.recipient_language, notification.account_language) = (recipient, account);
        notification.frame = Frame::default();
        let notification = Notification { templates: templates.into(), ..notification };
        render(&notification).unwrap().0.text.trim().to_owned()
    };
    let both = [english(), russian()];
    assert_eq!(chosen(&both, Some(Language::Russian), Language::English), "Русский");
    assert_eq!(chosen(&both, None, Language::Russian), "Русский");
    assert_eq!(chosen(&[english()], Some(Language::Russian), Language::Russian), "English");
    assert_eq!(chosen(&[russian()], Some(Language::English), Language::English), "Русский");
}

/// R12: a template never keeps a mail from leaving.
#[test]
fn a_template_that_fails_on_these_facts_is_replaced_and_named_in_a_warning() {
    let nested = "{% for a in task.assignees %}".repeat(5) + "{{ task.title }}" + &"{% endfor %}".repeat(5);
    let template = [own_template(Language::English, &nested)];
    let mut notification = notification(Kind::NewTask, Language::English);
    notification.facts.task.assignees = vec![Person::named("x"); 200];
    let composed = compose(&Notification { templates: template.into(), ..notification }).unwrap();
    assert_eq!(composed.warnings, [Warning::TemplateFailed(RenderError::TooMuchWork(template::Part::Html))]);
    assert!(composed.text.contains("has a task for you"));
}

#[test]
fn every_built_in_template_passes_the_check_for_users_templates() {
    for kind in Kind::ALL {
        for &language in Language::ALL {
            Template::parse(&builtin::source(kind, language)).unwrap();
        }
    }
    assert_eq!(variables::ROOTS.len(), 5);
}

#[test]
fn without_a_text_part_the_mail_is_html_alone() {
    let mut notification = notification(Kind::NewComment, Language::English);
    notification.has_text_part = false;
    let composed = compose(&notification).unwrap();
    let mail = MessageParser::new().parse(&composed.bytes).unwrap();
    assert_eq!(mail.parts.len(), 1);
    assert_eq!(mail.parts[0].content_type().unwrap().subtype(), Some("html"));
}
