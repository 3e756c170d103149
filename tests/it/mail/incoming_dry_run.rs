//! `POST /v1/mail/incoming:dry-run`: says what happens, and nothing happens.

use std::path::Path;

use actix_web::http::Method;
use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

use super::{Talk, check_refused, query, text_fixture};

both_engines!(
    what_is_said_is_what_then_happens,
    nothing_is_left_of_it,
    it_is_for_administrators_and_their_own_addresses,
);

/// Product §5
async fn what_is_said_is_what_then_happens(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let to = talk.asked.reply_to.clone();
    let answer = text_fixture("answer.eml", &to);
    let mails = [
        answer.clone(),
        answer.replace("ivan@client.example", "pyotr@other.example").replace("answer-1@", "answer-2@"),
        text_fixture("files.eml", &to),
        format!("Received: from a by b with SMTP id 1; today\r\n{answer}"),
        text_fixture("auto_reply.eml", &to),
        text_fixture("bounce.eml", &to),
        text_fixture("robot.eml", &to),
        answer.replace("Tomorrow at ten.", " ").replace("answer-1@", "answer-3@"),
        answer.replace("ivan@client.example>", "undisclosed>").replace("answer-1@", "answer-4@"),
        answer.replace("Re: Gate", "Re: Gate @nonotify").replace("answer-1@", "answer-5@"),
        "\r\nno mail at all\r\n".to_owned(),
    ];
    for mail in &mails {
        let tried = dry_run(&talk.anna, mail, &[&to]).await;
        let entry = talk.answer(mail).await;
        let would = &tried["would"];
        for field in ["state", "cause", "matched_by", "task_id"] {
            assert_eq!(would[field], entry[field], "{field}: {tried:#} {entry:#}");
        }
        assert_eq!(tried["parsed"], entry["parsed"]);
        assert_eq!(steps(&tried), steps(&entry));
        if let Some(id) = entry["comment_id"].as_str() {
            let comment = talk.anna.get(format!("/v1/comments/{id}")).await.expect(200).json();
            assert_eq!(would["author"]["name"], comment["author"]["name"]);
            assert_eq!(would["audience"], comment["audience"], "{tried:#}");
        } else {
            assert_eq!((&would["author"], &would["audience"]), (&json!(null), &json!([])));
        }
    }
    app.mail().take();
}

async fn nothing_is_left_of_it(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let before = seen(&talk).await;
    let large = "QUJD".repeat(60_000);
    let parts = format!(
        "--p\r\n\r\nSee this.\r\n--p\r\nContent-Type: application/pdf; name=a.pdf\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{large}\r\n--p--"
    );
    let stranger = text_fixture("answer.eml", &talk.asked.reply_to)
        .replace("ivan@client.example", "pyotr@other.example")
        .replace("text/plain; charset=utf-8", "multipart/mixed; boundary=p")
        .replace("Tomorrow at ten.", &parts);
    let tried = dry_run(&talk.anna, &stranger, &[&talk.asked.reply_to]).await;
    assert_eq!(tried["would"]["state"], "applied", "{tried:#}");
    let author = &tried["would"]["author"];
    assert_eq!((&author["id"], &author["kind"]), (&json!(null), &json!("contact")), "{tried:#}");
    app.work().await;
    assert_eq!(seen(&talk).await, before);
    assert_eq!(app.mail().take().len(), 0);
}

async fn it_is_for_administrators_and_their_own_addresses(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("globex").await);
    let member = anna.employee("member").await;
    let mail = "From: ivan@client.example\r\n\r\nHello.\r\n";
    let call = |client: &Client, to: &str| call(client, mail, &[to]);
    check_refused(&call(&member, "anna@acme.liaison.test").await, 403, "forbidden");
    check_refused(&call(&other, "anna@acme.liaison.test").await, 422, "unknown_recipient");
    check_refused(&call(&anna, "anna@nowhere.liaison.test").await, 422, "unknown_recipient");
    let tried = dry_run(&anna, mail, &["nobody@acme.liaison.test"]).await;
    assert_eq!(tried["would"]["cause"], "unknown_recipient", "{tried:#}");
}

fn call(client: &Client, mail: &str, recipients: &[&str]) -> support::Call {
    let path = format!("/v1/mail/incoming:dry-run?{}sender=ivan@client.example", query(recipients));
    client.call(Method::POST, path).body("message/rfc822", mail.to_owned())
}

pub(super) async fn dry_run(client: &Client, mail: &str, recipients: &[&str]) -> Value {
    call(client, mail, recipients).await.expect(200).json()
}

/// Each step and its verdict; details may name ids.
fn steps(of: &Value) -> Vec<(&str, &str)> {
    let steps = of["explain"].as_array().unwrap();
    steps.iter().map(|it| (it["step"].text(), it["verdict"].text())).collect()
}

/// All that a mail could change.
async fn seen(talk: &Talk) -> Vec<Value> {
    let mut seen = Vec::new();
    let path = format!("/v1/tasks/{}", talk.task.id());
    let comments = format!("{path}/comments");
    for path in [&path, &comments, "/v1/tasks", "/v1/contacts", "/v1/mail/incoming", "/v1/mail/outgoing"] {
        seen.push(talk.anna.get(path).await.expect(200).json());
    }
    seen.push(json!(files_under(&talk.app.folder().join("files"))));
    seen
}

/// The files of the storage, small and large.
fn files_under(folder: &Path) -> Vec<String> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_under(&path));
        } else {
            files.push(path.display().to_string());
        }
    }
    files.sort();
    files
}
