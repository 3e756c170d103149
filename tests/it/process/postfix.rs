//! A round trip over real mail servers: Liaison → Postfix → a mailbox, and the answer → Postfix → LMTP → Liaison.

use serde_json::{Value, json};
use support::{
    Engine, JsonExt as _, PASSWORD,
    process::{Ask, Postfix, Site, hand_over, wait_until},
};

#[test]
fn a_question_goes_out_and_its_answer_comes_in_on_sqlite() {
    round_trip(Engine::Sqlite);
}

#[test]
fn a_question_goes_out_and_its_answer_comes_in_on_postgres() {
    round_trip(Engine::Postgres);
}

/// CLI-2, CBM-1, CBN-1: what is addressed to a contact reaches his mailbox; his answer is his comment, for its author.
fn round_trip(engine: Engine) {
    let postfix = Postfix::find();
    let site = postfix.site(engine);
    let server = site.start();
    let client = format!("ivan-{}@client.test", std::process::id());

    let owner = json!({"name": "Анна", "login": "anna", "email": "anna@acme.example", "password": PASSWORD});
    let body = json!({"name": "acme", "title": "Акме", "language": "ru", "owner": owner});
    let signed_up = ask(&site, "POST", "/v1/accounts", "", &body);
    let token = signed_up["access_token"].text();
    let contact = json!({"name": "Иван", "email": client, "selectable_as_participant": true});
    let contact = ask(&site, "POST", "/v1/contacts", token, &contact);
    let task = ask(&site, "POST", "/v1/tasks", token, &json!({"title": "Починить ворота"}));
    let comments = format!("/v1/tasks/{}/comments", task.id());
    let question = json!({"text": "Когда можно приехать?", "notify": [contact.id()]});
    ask(&site, "POST", &comments, token, &question);

    let mail = postfix.wait_for_mail_to(&client);
    let header = |name: &str| mail.lines().find_map(|it| it.strip_prefix(name)).unwrap().to_owned();
    let reply_to = header("Reply-To: ");
    let reply_to = reply_to.trim_matches(['<', '>']);
    let answer = format!(
        "From: =?utf-8?B?0JjQstCw0L0=?= <{client}>\nTo: {reply_to}\nSubject: Re: {}\nIn-Reply-To: {}\n\
         Message-ID: <answer-{}@client.test>\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\
         Content-Transfer-Encoding: 8bit\n\nЗавтра в десять.\n",
        header("Subject: "),
        header("Message-ID: "),
        std::process::id(),
    );
    let reply = hand_over(&postfix.smtp, "EHLO", &client, reply_to, &answer).unwrap();
    assert!(reply.starts_with("250"), "{reply}");

    let answer = wait_until(|| ask(&site, "GET", &comments, token, &Value::Null).items().get(1).cloned());
    assert_eq!(answer["visible"], "Завтра в десять.");
    assert_eq!(answer["author"]["id"], contact["id"]);
    assert_eq!(answer["audience"][0]["id"], signed_up["employee"]["id"], "CBN-1");
    assert!(server.terminate().success());
}

#[track_caller]
fn ask(site: &Site, method: &str, path: &str, token: &str, body: &Value) -> Value {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let (status, answer) =
        site.ask(&Ask { method, path, token, idempotency_key: None, body: &body }).unwrap();
    assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
    answer
}
