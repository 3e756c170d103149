//! `scripts/mail-samples`: the built-in mails as their readers see them. Composes each, reads it back from its bytes, and
//! writes its HTML into a folder, to be shown by a browser.

#![expect(clippy::unwrap_used, reason = "a tool ends at what it did not expect")]

use std::{fs, path::PathBuf, sync::Arc};

use chrono::{DateTime, NaiveDate};
use liaison_domain::{
    language::Language,
    mail_address::EmailAddress,
    task::{Priority, TaskStatus},
};
use liaison_mailer::compose::{
    facts::{Comment, Facts, File, Person, RichText, System, Task, When},
    message::Mailbox,
    message_id::MessageId,
    notification::{Addressing, Frame, HistoryEntry, Kind, Notification, compose},
};
use mail_parser::MessageParser;

fn main() {
    // `cargo test --all-targets` starts it too, and means something else.
    let Some(folder) = std::env::args().skip_while(|it| it != "--folder").nth(1) else { return };
    let folder = PathBuf::from(folder);
    for kind in Kind::ALL {
        for language in [Language::English, Language::Russian] {
            let composed = compose(&notification(kind, language)).unwrap();
            let mail = MessageParser::new().parse(&composed.bytes).unwrap();
            let name = format!("{kind}.{}.html", language.as_str());
            fs::write(folder.join(name), mail.body_html(0).unwrap().as_bytes()).unwrap();
        }
    }
}

/// What differs between the languages.
struct Words {
    account: &'static str,
    title: &'static str,
    description: &'static str,
    comment: &'static str,
    asked: &'static str,
    author: &'static str,
    reader: &'static str,
    signature: &'static str,
    file: &'static str,
}

const ENGLISH: Words = Words {
    account: "North Gate & Fence",
    title: "A new gate for the yard",
    description: "<p>Please tell us which of these suits you:</p><ul><li>steel, painted green</li><li>larch, oiled</li></ul>",
    comment: "<p>The gate is ready, and it is a beauty. We could bring it <b>on Tuesday at ten</b>.</p>\
              <p>Would that suit you? It takes two hours, and we clean up behind us.</p>",
    asked: "<p>Is it going to be done before Easter?</p>",
    author: "Olga Summer",
    reader: "Anna Field",
    signature: "Olga Summer<br>North Gate &amp; Fence, +44 20 7946 0000",
    file: "gate-drawing.dwg",
};

const RUSSIAN: Words = Words {
    account: "Северные ворота",
    title: "Новые ворота во двор",
    description: "<p>Скажите, пожалуйста, что вам больше подходит:</p><ul><li>сталь, зелёная краска</li><li>лиственница, масло</li></ul>",
    comment: "<p>Ворота готовы, получилось красиво. Можем привезти их <b>во вторник в десять</b>.</p>\
              <p>Вам удобно? Установка займёт два часа, за собой уберём.</p>",
    asked: "<p>Успеете до Пасхи?</p>",
    author: "Ольга Летова",
    reader: "Анна Полева",
    signature: "Ольга Летова<br>«Северные ворота», +7 812 000-00-00",
    file: "чертёж ворот.dwg",
};

fn notification(kind: Kind, language: Language) -> Notification {
    let words = match language {
        Language::English => &ENGLISH,
        Language::Russian => &RUSSIAN,
    };
    let address = |text: &str| EmailAddress::parse(text).unwrap();
    let id = |text: &str| MessageId::parse(text).unwrap();
    Notification {
        kind,
        is_for_staff: false,
        recipient_language: Some(language),
        account_language: language,
        templates: Arc::default(),
        facts: facts(kind, words),
        frame: frame(kind, words),
        addressing: Addressing {
            from: Mailbox::new(words.author, address("olga@north.liaison.example")),
            sender: None,
            to: vec![Mailbox::new(words.reader, address("anna@client.example"))],
            reply_to: Some(address("reply+0123456789@north.liaison.example").into()),
            message_id: id("<2@north.liaison.example>"),
            in_reply_to: None,
            references: Vec::new(),
            hop: None,
        },
        attachments: Vec::new(),
        inline_images: Vec::new(),
        has_text_part: true,
    }
}

fn facts(kind: Kind, words: &Words) -> Facts {
    let now = DateTime::parse_from_rfc3339("2030-03-05T14:30:00+03:00").unwrap();
    let reader = Person { name: words.reader.to_owned(), email: Some("anna@client.example".to_owned()) };
    let comment = Comment {
        body: rich(words.comment),
        author: Person::named(words.author),
        date: When::Moment(now),
        files: Vec::new(),
    };
    Facts {
        system: System { now, account: words.account.to_owned() },
        recipient: reader.clone(),
        task: Task {
            number: 12,
            title: words.title.to_owned(),
            description: rich(words.description),
            status: TaskStatus::InProgress,
            custom_status: None,
            priority: Priority::Normal,
            start: None,
            deadline: NaiveDate::from_ymd_opt(2030, 3, 31).map(When::Day),
            created: When::Moment(now),
            assigner: Person::named(words.author),
            assignees: vec![Person::named(words.author)],
            participants: Vec::new(),
            auditors: Vec::new(),
            counterparty: None,
            project: None,
            files: Vec::new(),
        },
        comment: (kind == Kind::NewComment).then_some(comment),
        contact: reader,
    }
}

/// A comment with all that may stand around it; of the others what every mail has.
fn frame(kind: Kind, words: &Words) -> Frame {
    let asked_at = DateTime::parse_from_rfc3339("2030-03-04T09:05:00+03:00").unwrap();
    let earlier = HistoryEntry {
        author: Person::named(words.reader),
        date: When::Moment(asked_at),
        body: rich(words.asked),
    };
    let file = File {
        name: words.file.to_owned(),
        size: 26_214_400,
        url: Some("https://liaison.example/f/0123456789".to_owned()),
    };
    let is_comment = kind == Kind::NewComment;
    Frame {
        reply_marker: true,
        body_marker: Some("[liaison-ref:4f2a9c0d]".to_owned()),
        linked_files: is_comment.then_some(file).into_iter().collect(),
        history: is_comment.then_some(earlier).into_iter().collect(),
        signature_html: is_comment.then(|| words.signature.to_owned()),
        unsubscribe_url: Some("https://liaison.example/u/0123456789".to_owned()),
        ..Frame::default()
    }
}

fn rich(html: &str) -> RichText {
    RichText { html: html.to_owned(), text: String::new() }
}
