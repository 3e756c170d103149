//! `POST /v1/portal/links`: a link for who asks for one.

use chrono::TimeDelta;
use liaison_mailer::transport::SentMail;
use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines, read_mail};

use super::{say, set, titles};

both_engines!(
    whoever_was_written_to_gets_a_link_that_leads_in,
    the_answer_tells_nothing_and_others_get_nothing,
    one_link_leaves_in_a_quarter_of_an_hour,
);

const IVAN: &str = "ivan@client.example";

/// Anna has written to Ivan.
async fn begin(app: &TestApp) -> (Client, Value, Value) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let task = set(&anna, json!({"title": "Gate"})).await;
    say(&anna, &task, "Hello", &[&ivan]).await;
    (anna, ivan, task)
}

/// Asks, and gives what leaves.
async fn ask(app: &TestApp, account: &str, email: &str) -> Vec<SentMail> {
    let answer = app.anon().post("/v1/portal/links", json!({"account": account, "email": email})).await;
    let answer = answer.expect(204);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    app.work().await;
    app.mail().take()
}

/// DASH-2, DASH-3, DASH-7: by a mail in his language that asks for no answer of a program, and that nobody unsubscribes from.
async fn whoever_was_written_to_gets_a_link_that_leads_in(app: TestApp) {
    let (anna, ivan, task) = begin(&app).await;
    anna.patch(format!("/v1/contacts/{}", ivan.id()), json!({"language": "ru"})).await.expect(200);
    let sent = ask(&app, "Acme", "IVAN@client.example").await;
    let [sent] = &*sent else { panic!("{sent:?}") };
    assert_eq!(sent.envelope.sender, None, "what can't be delivered is reported to nobody");
    let raw = String::from_utf8_lossy(&sent.message);
    assert!(raw.contains("Auto-Submitted: auto-replied\r\n") && !raw.contains("List-Unsubscribe"), "{raw}");
    let mail = read_mail(&sent.message);
    assert_eq!(mail.subject, "Ваша ссылка в «ACME»");
    let text = mail.text.unwrap();
    let (_, token) = text.split_once("?token=").unwrap();
    let token: String = token.chars().take_while(|it| !it.is_whitespace()).collect();
    let session = app.anon().post("/v1/portal/sessions", json!({"token": token})).await.expect(201).json();
    assert_eq!(session["contact"]["id"], ivan["id"]);
    let client = app.anon().with_token(session["access_token"].text());
    assert_eq!(titles(&client).await, ["Gate"]);

    let listed = anna.get(format!("/v1/mail/outgoing?task={}", task.id())).await.expect(200).json();
    assert_eq!(listed.items()[0]["kind"], "portal_link");
    let entry = anna.get(format!("/v1/mail/outgoing/{}", listed.items()[0].id())).await.expect(200);
    assert!(!String::from_utf8_lossy(&entry.body).contains(&token), "who reads the ledger does not get in");
}

/// DASH-3, DASH-6, S26: one answer for all; a link goes only to whom something was addressed and who may come in, and to no
/// employee.
async fn the_answer_tells_nothing_and_others_get_nothing(app: TestApp) {
    let (anna, ivan, _) = begin(&app).await;
    anna.contact("olga").await;
    for (account, email) in [
        ("acme", "nobody@client.example"),
        ("acme", "olga@client.example"),
        ("acme", "anna@acme.example"),
        ("other", IVAN),
    ] {
        assert_eq!(ask(&app, account, email).await, [], "{account} {email}");
    }
    let card = format!("/v1/contacts/{}", ivan.id());
    for out in [json!({"portal_access": false}), json!({"portal_access": true, "spam": true})] {
        anna.patch(&card, out).await.expect(200);
        assert_eq!(ask(&app, "acme", IVAN).await, []);
    }
    anna.delete(&card).await.expect(204);
    assert_eq!(ask(&app, "acme", IVAN).await, []);
}

/// R1: nobody fills another's mailbox by asking.
async fn one_link_leaves_in_a_quarter_of_an_hour(app: TestApp) {
    begin(&app).await;
    assert_eq!(ask(&app, "acme", IVAN).await.len(), 1);
    app.clock().advance(TimeDelta::seconds(899));
    assert_eq!(ask(&app, "acme", IVAN).await, []);
    app.clock().advance(TimeDelta::seconds(2));
    assert_eq!(ask(&app, "acme", IVAN).await.len(), 1);
}
