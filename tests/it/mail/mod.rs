//! Mail from outside: what comes in by every way, and what it becomes.

mod answer;
mod fetch;
mod history;
mod incoming_authenticity;
mod incoming_causes;
mod incoming_door;
mod incoming_dry_run;
mod incoming_ledger;
mod incoming_lmtp;
mod incoming_loop;
mod incoming_matching;
mod incoming_people;
mod incoming_quarantine;
mod incoming_reply;
mod incoming_reports;
mod incoming_retention;
mod incoming_robots;
mod incoming_settings;
mod incoming_stranger;
mod incoming_task;
mod merge;
mod passage;

use std::{fs, path::Path};

use actix_web::http::Method;
use liaison_mailer::transport::SentMail;
use mail_parser::MessageParser;
use serde_json::{Value, json};
use support::{Answer, Call, Client, JsonExt, TestApp};

/// A conversation in which Anna asked Ivan something, and Ivan got it.
struct Talk {
    app: TestApp,
    anna: Client,
    ivan: Value,
    task: Value,
    question: Value,
    /// The mail that Ivan got.
    asked: Sent,
}

impl Talk {
    async fn begin(app: &TestApp) -> Self {
        let anna = app.sign_up("acme").await;
        let ivan = anna.contact("ivan").await;
        Self::with(app, anna, ivan, &[]).await
    }

    /// The same with further people addressed; gives what they got in `app.mail()`.
    async fn with(app: &TestApp, anna: Client, ivan: Value, others: &[&Value]) -> Self {
        let task = anna.post("/v1/tasks", json!({"title": "Gate"})).await.expect(201).json();
        let notify: Vec<&str> = [&ivan].into_iter().chain(others.iter().copied()).map(JsonExt::id).collect();
        let path = format!("/v1/tasks/{}/comments", task.id());
        let body = json!({"text": "When may we come?", "notify": notify});
        let question = anna.post(path, body).await.expect(201).json();
        app.work().await;
        let mut mails = app.mail().take();
        let to_ivan = mails.iter().position(|it| goes_to(it, "ivan@client.example")).unwrap();
        let asked = Sent::read(&mails.remove(to_ivan));
        Self { app: app.clone(), anna, ivan, task, question, asked }
    }

    /// Hands in a mail for the reply address, and has it looked at; gives its entry.
    async fn answer(&self, mail: &str) -> Value {
        self.hand_in(mail, &[&self.asked.reply_to]).await
    }

    async fn hand_in(&self, mail: impl AsRef<[u8]>, recipients: &[&str]) -> Value {
        let taken = hand_in(&self.app, mail.as_ref(), recipients).await.expect(202).json();
        self.app.work().await;
        self.entry(taken.id()).await
    }

    async fn entry(&self, id: &str) -> Value {
        self.anna.get(format!("/v1/mail/incoming/{id}")).await.expect(200).json()
    }

    async fn comments(&self) -> Vec<Value> {
        let path = format!("/v1/tasks/{}/comments", self.task.id());
        self.anna.get(path).await.expect(200).json().items().to_vec()
    }

    /// The latest comment, which a mail brought.
    async fn last_comment(&self) -> Value {
        let comment = self.comments().await.pop().unwrap();
        assert_eq!(comment["origin"], "email", "{comment:#}");
        comment
    }

    /// Changes how incoming mail is treated.
    async fn set(&self, settings: Value) {
        self.anna.patch("/v1/settings/incoming-mail", settings).await.expect(200);
    }

    fn task_address(&self) -> String {
        format!("task+{}@acme.liaison.test", self.task["number"])
    }
}

/// What a test needs of a mail that left.
struct Sent {
    raw: Vec<u8>,
    reply_to: String,
    /// The envelope's sender.
    bounces_to: String,
    /// Without angle brackets.
    message_id: String,
}

impl Sent {
    fn read(mail: &SentMail) -> Self {
        let parsed = MessageParser::default().parse(&mail.message).unwrap();
        let reply_to = parsed.reply_to().unwrap().first().unwrap().address().unwrap().to_owned();
        let message_id = parsed.message_id().unwrap().to_owned();
        let bounces_to = mail.envelope.sender.as_ref().unwrap().to_string();
        Self { raw: mail.message.clone(), reply_to, bounces_to, message_id }
    }
}

fn goes_to(mail: &SentMail, address: &str) -> bool {
    mail.envelope.recipients.iter().any(|it| it.as_str() == address)
}

/// A mail of the fixtures with its receiver filled in, in the line ends of the wire.
fn fixture(name: &str, to: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/mail").join(name);
    let mail = fs::read(path).unwrap();
    let mail = mail.split(|byte| *byte == b'\n').collect::<Vec<_>>().join(b"\r\n".as_slice());
    let at = mail.windows(4).position(|it| it == b"{to}").unwrap();
    [&mail[..at], to.as_bytes(), &mail[at + 4..]].concat()
}

/// The same, where it is text throughout.
fn text_fixture(name: &str, to: &str) -> String {
    String::from_utf8(fixture(name, to)).unwrap()
}

/// A signed request that hands a mail in.
pub(super) fn hand_in(app: &TestApp, mail: &[u8], recipients: &[&str]) -> Call {
    hand_in_from(app, "ivan@client.example", mail, recipients)
}

/// The same with another sender in the envelope.
pub(crate) fn hand_in_from(app: &TestApp, sender: &str, mail: &[u8], recipients: &[&str]) -> Call {
    let path = format!("/v1/mail/incoming?{}sender={sender}", query(recipients));
    let request = app.anon().call(Method::POST, path).header("Liaison-Signature", sign(app, 0, mail));
    request.body("message/rfc822", mail.to_vec())
}

fn query(recipients: &[&str]) -> String {
    recipients
        .iter()
        .flat_map(|it| ["recipient=".to_owned(), it.replace('+', "%2B"), "&".to_owned()])
        .collect()
}

/// A signature made so many seconds from now.
fn sign(app: &TestApp, seconds: i64, body: &[u8]) -> String {
    let time = (app.parts().env.now().timestamp() + seconds).to_string();
    let hex = app.parts().keys.ingest_signature(&[time.as_bytes(), b".", body]);
    format!("t={time},v1={hex}")
}

/// Fails unless the entry is in this state, for this cause.
#[track_caller]
fn check_state(entry: &Value, state: &str, cause: Option<&str>) {
    assert_eq!((&entry["state"], &entry["cause"]), (&json!(state), &json!(cause)), "{entry:#}");
}

/// Fails unless the mail was added to the talk, found by this clue.
#[track_caller]
fn check_applied(talk: &Talk, entry: &Value, matched_by: &str) {
    check_state(entry, "applied", None);
    assert_eq!(entry["matched_by"], matched_by, "{entry:#}");
    assert_eq!(entry["task_id"], talk.task["id"], "{entry:#}");
}

/// Fails unless the mail led to no conversation and began a task.
#[track_caller]
fn check_new_task(talk: &Talk, entry: &Value) {
    check_state(entry, "applied", None);
    assert_eq!((&entry["matched_by"], &entry["comment_id"]), (&json!("none"), &Value::Null), "{entry:#}");
    assert_ne!(entry["task_id"], talk.task["id"], "{entry:#}");
}

/// The codes of a comment's warnings.
fn warnings(comment: &Value) -> Vec<&str> {
    comment["warnings"].as_array().unwrap().iter().map(|it| it["code"].text()).collect()
}

/// What the explanation says of a step.
fn verdict<'a>(entry: &'a Value, step: &str) -> &'a str {
    let steps = entry["explain"].as_array().unwrap();
    steps.iter().find(|it| it["step"] == step).unwrap_or_else(|| panic!("no {step}: {entry:#}"))["verdict"]
        .text()
}

/// The names of a comment's audience.
fn audience(comment: &Value) -> Vec<&str> {
    comment["audience"].as_array().unwrap().iter().map(|it| it["name"].text()).collect()
}

/// Refused with this code.
#[track_caller]
fn check_refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{answer}");
    answer.problem(code);
}
