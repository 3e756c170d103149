//! Who an answer's author is, and who is told of it.

use liaison_api::config::MailAuth;
use liaison_mailer::testing::DnsStub;
use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines};

use super::{
    Talk, audience, check_applied, check_state, goes_to, incoming_authenticity::authenticating, text_fixture,
};

both_engines!(
    a_known_contact_who_writes_takes_part,
    an_answer_goes_to_everybody_who_had_the_question_and_to_nobody_else,
    an_employee_is_believed_from_a_trusted_hop_only,
    nobody_writes_from_our_own_addresses,
    an_inactive_employee_is_not_heard,
    an_employee_gets_no_role_by_a_mail,
    a_task_address_reaches_those_who_work_on_it,
    the_author_is_from_and_not_reply_to,
);

const SIGNED_IN: &str =
    "Received: from pc (unknown [192.0.2.7]) by mx.acme.example (Postfix) with ESMTPSA id 4Q; today\r\n";
const FROM_OUTSIDE: &str =
    "Received: from mx (unknown [192.0.2.7]) by mx.acme.example (Postfix) with ESMTP id 4Q; today\r\n";

/// CBM-4
async fn a_known_contact_who_writes_takes_part(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let olga = talk.anna.contact("olga").await;
    let mail = text_fixture("answer.eml", &talk.asked.reply_to).replace("ivan@", "olga@");
    talk.answer(&mail).await;
    let comment = talk.last_comment().await;
    assert_eq!((&comment["author"]["id"], &comment["unrecognized_sender"]), (&olga["id"], &json!(false)));
    assert_eq!(audience(&comment), ["Anna", "ivan"]);
    let mails = app.mail().take();
    assert!(mails.len() == 1 && goes_to(&mails[0], "ivan@client.example"));
}

/// CBN-1, CLI-6
async fn an_answer_goes_to_everybody_who_had_the_question_and_to_nobody_else(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    let zoe = anna.contact("zoe").await;
    let talk = Talk::with(&app, anna, ivan, &[&olga, &boris.me]).await;
    let path = format!("/v1/tasks/{}/participants", talk.task.id());
    talk.anna.post(path, json!({"person_id": zoe.id()})).await.expect(200);

    talk.answer(&text_fixture("answer.eml", &talk.asked.reply_to)).await;
    assert_eq!(audience(&talk.last_comment().await), ["Anna", "olga", "boris"]);
    let mails = app.mail().take();
    assert!(mails.len() == 1 && goes_to(&mails[0], "olga@client.example"), "{}", mails.len());
}

/// S1, S4: From = employee needs the word of a server of ours.
async fn an_employee_is_believed_from_a_trusted_hop_only(app: TestApp) {
    let dns = DnsStub::start("").await;
    let strict = authenticating(&app, MailAuth::Enforce, &dns).await;
    let talk = Talk::begin(&strict).await;
    let forged = text_fixture("answer.eml", &talk.asked.reply_to)
        .replace("Ivan Client <ivan@client.example>", "Anna <anna@acme.example>");
    for (n, received) in ["", FROM_OUTSIDE, &[FROM_OUTSIDE, SIGNED_IN].concat()].iter().enumerate() {
        let mail = format!("{received}{}", forged.replace("answer-1@", &format!("forged-{n}@")));
        check_state(&talk.answer(&mail).await, "quarantined", Some("spoofed_employee"));
    }
    assert_eq!(talk.comments().await.len(), 1);

    check_applied(&talk, &talk.answer(&format!("{SIGNED_IN}{forged}")).await, "reply_token");
    let comment = talk.last_comment().await;
    assert_eq!(comment["author"]["id"], talk.anna.me["id"]);
    assert_eq!(audience(&comment), ["ivan"]);
    let mails = strict.mail().take();
    assert!(mails.len() == 1 && goes_to(&mails[0], "ivan@client.example"), "his answer leaves to the client");
}

/// S1: an internal address is an employee's; others of ours are nobody's.
async fn nobody_writes_from_our_own_addresses(app: TestApp) {
    let dns = DnsStub::start("").await;
    let strict = authenticating(&app, MailAuth::Enforce, &dns).await;
    let talk = Talk::begin(&strict).await;
    for (from, cause) in [("anna", "spoofed_employee"), ("task+1", "no_sender"), ("nobody", "no_sender")] {
        let mail = text_fixture("answer.eml", &talk.asked.reply_to)
            .replace("ivan@client.example", &format!("{from}@acme.liaison.test"));
        check_state(&talk.answer(&mail).await, "quarantined", Some(cause));
    }
}

/// CBM-11
async fn an_inactive_employee_is_not_heard(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let boris = talk.anna.employee("boris").await;
    let path = format!("/v1/employees/{}", boris.me.id());
    talk.anna.patch(path, json!({"status": "inactive"})).await.expect(200);
    let mail =
        text_fixture("answer.eml", &talk.asked.reply_to).replace("ivan@client.example", "boris@acme.example");
    check_state(&talk.answer(&mail).await, "quarantined", Some("inactive_employee"));
}

/// S2: a mail never makes anyone a reader of what was said before.
async fn an_employee_gets_no_role_by_a_mail(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let boris = talk.anna.employee("boris").await;
    let address = talk.task_address();
    let mail = text_fixture("answer.eml", &address).replace("ivan@client.example", "boris@acme.example");
    check_applied(&talk, &talk.hand_in(mail, &[&address]).await, "task_address");
    assert_eq!(talk.last_comment().await["author"]["id"], boris.me["id"]);
    boris.get(format!("/v1/tasks/{}", talk.task.id())).await.expect(404);
}

/// CBN-2, CBN-3
async fn a_task_address_reaches_those_who_work_on_it(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let boris = talk.anna.employee("boris").await;
    let path = format!("/v1/tasks/{}", talk.task.id());
    talk.anna.patch(path, json!({"assignees": [boris.me.id()]})).await.expect(200);
    let address = talk.task_address();
    talk.hand_in(text_fixture("answer.eml", &address), &[&address]).await;
    let comment = talk.last_comment().await;
    assert_eq!(audience(&comment), ["Anna", "boris"]);
    assert_eq!(comment["reply_to"], json!(null));
}

/// R18
async fn the_author_is_from_and_not_reply_to(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let mail = text_fixture("answer.eml", &talk.asked.reply_to)
        .replace("Date:", "Reply-To: anna@acme.example\r\nSender: anna@acme.example\r\nDate:");
    talk.answer(&mail).await;
    assert_eq!(talk.last_comment().await["author"]["id"], talk.ivan["id"]);
}
