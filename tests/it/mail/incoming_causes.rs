//! The closed list of causes: each comes of some mail, and no mail is kept for another.

use std::collections::BTreeSet;

use liaison_api::config::MailAuth;
use liaison_domain::inbound::verdict::Cause;
use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines};

use super::{Talk, check_state, text_fixture};

both_engines!(each_cause_comes_of_a_mail);

/// Product §5, R10
async fn each_cause_comes_of_a_mail(app: TestApp) {
    let app = app.restart(|config| config.mail.auth = MailAuth::Enforce).await;
    let talk = Talk::begin(&app).await;
    let (boris, pyotr) = (talk.anna.employee("boris").await, talk.anna.contact("pyotr").await);
    let boris = format!("/v1/employees/{}", boris.me.id());
    talk.anna.patch(boris, json!({"status": "inactive"})).await.expect(200);
    talk.anna.patch(format!("/v1/contacts/{}", pyotr.id()), json!({"spam": true})).await.expect(200);

    let nobody = "nobody@acme.liaison.test";
    let (to, lost) = (&talk.asked.reply_to, "bounce+abcdefghijklmnopqrstuvwxyz234567@acme.liaison.test");
    let answer = text_fixture("answer.eml", to);
    let from = |address: &str| answer.replace("ivan@client.example", address);
    let many_parts = "--p\r\n\r\nx\r\n".repeat(501);
    let cases = [
        (
            Cause::OverLimits,
            answer
                .replace("text/plain; charset=utf-8", "multipart/mixed; boundary=p")
                .replace("Tomorrow at ten.", &format!("{many_parts}--p--")),
        ),
        (Cause::Unparsable, "\r\nno mail at all\r\n".to_owned()),
        (Cause::NoSender, from("undisclosed")),
        (Cause::SpoofedEmployee, from("anna@acme.example")),
        (Cause::InactiveEmployee, from("boris@acme.example")),
        (Cause::Unmatched, answer.replace(to, lost).replace("Re: Gate", "Hello")),
        (Cause::Blank, answer.replace("Tomorrow at ten.", " ")),
        (Cause::Loop, answer.replace("Date:", "X-Liaison-Loop: elsewhere; hops=6\r\nDate:")),
        (Cause::OwnMail, String::from_utf8(talk.asked.raw.clone()).unwrap()),
        (Cause::Robot, text_fixture("robot.eml", to)),
        (Cause::Spam, from("pyotr@client.example")),
        (Cause::UnknownRecipient, answer.replace(to, nobody).replace("Re: Gate", "Hello")),
        (Cause::UnknownSender, from("stranger@other.example")),
        // Last, since he is blocked for good.
        (Cause::BlockedSender, answer.clone()),
    ];
    let mut produced = BTreeSet::new();
    for (n, (cause, mail)) in cases.into_iter().enumerate() {
        let mail = mail.replace("answer-1@", &format!("cause-{n}@"));
        let recipient = match cause {
            Cause::Unmatched => lost,
            Cause::UnknownRecipient => nobody,
            _ => to,
        };
        let known_only = json!({"known_senders_only": cause == Cause::UnknownSender});
        talk.anna.patch("/v1/settings/incoming-mail", known_only).await.expect(200);
        let mut entry = talk.hand_in(mail, &[recipient]).await;
        if cause == Cause::BlockedSender {
            check_state(&entry, "applied", None);
            talk.anna.post(format!("/v1/mail/incoming/{}:block", entry.id()), json!({})).await.expect(200);
            entry = talk.hand_in(answer.replace("answer-1@", "blocked@"), &[to]).await;
        }
        check_state(&entry, cause.state().as_str(), Some(cause.as_str()));
        produced.insert(cause);
    }
    assert_eq!(produced, Cause::ALL.iter().copied().collect(), "a case for each cause");
    app.mail().take();
}
