//! One mail for everybody who is told, with all addresses in To.

use liaison_domain::mail_address::EmailAddress;
use serde_json::{Value, json};
use support::{Client, JsonExt as _, Seen, TestApp, both_engines, read_mail};

use super::{address, comment, newest_mail, refuse, task};

both_engines!(
    all_contacts_stand_in_one_mail_and_no_employee,
    employees_stand_in_it_as_the_account_says,
    without_a_contact_nobody_gets_a_mail,
    a_contact_alone_gets_a_mail_of_his_own,
    who_is_suppressed_stands_in_no_mail_of_others,
    a_refused_recipient_keeps_the_mail_from_nobody_else,
    who_was_deferred_gets_it_later_and_nobody_twice,
    the_description_is_for_those_who_may_read_it_all,
    earlier_messages_are_repeated_for_one_contact_only,
    a_hidden_message_is_not_repeated_before_colleagues,
    whoever_answers_is_known_by_his_own_address,
    a_bounce_is_of_the_recipient_that_it_names,
);

async fn set(by: &Client, staff: &str) {
    let change = json!({"show_all_recipients": true, "staff_without_email": staff});
    by.patch("/v1/settings/contact-mail", change).await.expect(200);
}

/// The one mail that left, and to whom it was handed over.
async fn sent(app: &TestApp) -> (Seen, Vec<EmailAddress>) {
    app.work().await;
    let mut sent = app.mail().take();
    assert_eq!(sent.len(), 1, "{:?}", sent.iter().map(|it| &it.envelope).collect::<Vec<_>>());
    let mut sent = sent.remove(0);
    sent.envelope.recipients.sort_by_key(EmailAddress::key);
    (read_mail(&sent.message), sent.envelope.recipients)
}

const IVAN: &str = "ivan@client.example";
const OLGA: &str = "olga@client.example";

async fn people(app: &TestApp) -> (Client, Client, Value, Value) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    (anna, boris, ivan, olga)
}

/// ALL-1, ALL-2, R25: with the mode that is the default nobody's own address leaves.
async fn all_contacts_stand_in_one_mail_and_no_employee(app: TestApp) {
    let (anna, boris, ivan, olga) = people(&app).await;
    let offer = task(&anna).await;
    comment(&anna, &offer, "One", &[&ivan, &olga, &boris.me]).await;
    app.work().await;
    let each = app.mail().take();
    let receivers = each.iter().map(|it| read_mail(&it.message).receivers().join(","));
    assert_eq!(receivers.collect::<std::collections::BTreeSet<_>>(), [IVAN, OLGA].map(String::from).into());

    set(&anna, "omit").await;
    let made = comment(&anna, &offer, "Two", &[&ivan, &olga, &boris.me]).await;
    let states: Vec<&str> =
        made["deliveries"].as_array().unwrap().iter().map(|it| it["channel"].text()).collect();
    assert_eq!(states.len(), 3, "{made:#}");
    app.work().await;
    let sent = app.mail().take().remove(0);
    assert!(!String::from_utf8_lossy(&sent.message).contains("acme.example"));
    assert_eq!(sent.envelope.recipients, [address(IVAN), address(OLGA)]);
    let seen = read_mail(&sent.message);
    assert_eq!(seen.to, [("ivan", IVAN), ("olga", OLGA)].map(|(a, b)| (a.to_owned(), b.to_owned())));
    assert!(seen.text().contains("Two") && seen.reply_to.len() == 1);
    let mail = newest_mail(&anna).await;
    let recipients = mail["recipients"].as_array().unwrap();
    assert_eq!(recipients.len(), 2);
    assert!(recipients.iter().all(|it| it["state"] == "accepted"), "{mail:#}");
}

/// ALL-3, ALL-4: by his internal address he is named and gets nothing; by his own he gets it too.
async fn employees_stand_in_it_as_the_account_says(app: TestApp) {
    let (anna, boris, ivan, olga) = people(&app).await;
    let offer = task(&anna).await;
    set(&anna, "internal_address").await;
    comment(&anna, &offer, "One", &[&ivan, &olga, &boris.me]).await;
    let (seen, handed) = sent(&app).await;
    assert_eq!(seen.receivers(), [IVAN, OLGA, "boris@acme.liaison.test"]);
    assert_eq!(handed, [address(IVAN), address(OLGA)]);

    set(&anna, "external_address").await;
    comment(&anna, &offer, "Two", &[&ivan, &boris.me]).await;
    let (seen, handed) = sent(&app).await;
    assert_eq!(seen.receivers(), [IVAN, "boris@acme.example"]);
    assert_eq!(handed, [address("boris@acme.example"), address(IVAN)]);
    let unread = boris.me.id().to_owned();
    let made = anna.get(format!("/v1/tasks/{}/comments", offer.id())).await.expect(200).json();
    let path = format!("/v1/comments/{}/deliveries", made.items()[1].id());
    let told = anna.get(path).await.expect(200).json();
    let to_boris: Vec<_> = told.items().iter().filter(|it| it["person"]["id"] == unread).collect();
    assert_eq!(to_boris.len(), 2, "by mail and in the application: {told:#}");
}

/// ALL-1
async fn without_a_contact_nobody_gets_a_mail(app: TestApp) {
    let (anna, boris, ..) = people(&app).await;
    set(&anna, "external_address").await;
    comment(&anna, &task(&anna).await, "One", &[&boris.me]).await;
    app.work().await;
    assert_eq!(app.mail().take(), []);
}

async fn a_contact_alone_gets_a_mail_of_his_own(app: TestApp) {
    let (anna, boris, ivan, _) = people(&app).await;
    set(&anna, "omit").await;
    comment(&anna, &task(&anna).await, "One", &[&ivan, &boris.me]).await;
    let (seen, handed) = sent(&app).await;
    assert_eq!((seen.receivers(), handed), (vec![IVAN], vec![address(IVAN)]));
}

/// TPL-8: an employee's address neither.
async fn who_is_suppressed_stands_in_no_mail_of_others(app: TestApp) {
    let (anna, boris, ivan, olga) = people(&app).await;
    let petr = anna.contact("petr").await;
    set(&anna, "external_address").await;
    let stopped = json!({"suppressed_addresses": [OLGA, "boris@acme.example"]});
    anna.patch("/v1/settings/contact-mail", stopped).await.expect(200);
    let made = comment(&anna, &task(&anna).await, "One", &[&olga, &ivan, &petr, &boris.me]).await;
    assert_eq!(made["warnings"][0]["code"], "suppressed");
    let (seen, handed) = sent(&app).await;
    assert_eq!(seen.receivers(), [IVAN, "petr@client.example"]);
    assert_eq!(handed.len(), 2);
}

/// R8
async fn a_refused_recipient_keeps_the_mail_from_nobody_else(app: TestApp) {
    let (anna, _, ivan, olga) = people(&app).await;
    set(&anna, "omit").await;
    app.mail().misbehave(&address(OLGA), refuse(550, "5.1.1 no such user"));
    comment(&anna, &task(&anna).await, "One", &[&ivan, &olga]).await;
    let (seen, handed) = sent(&app).await;
    assert_eq!((seen.receivers(), handed), (vec![IVAN, OLGA], vec![address(IVAN)]));
    let mail = newest_mail(&anna).await;
    assert_eq!(state_of(&mail, OLGA), "bounced");
    assert_eq!((state_of(&mail, IVAN), mail["state"].text()), ("accepted", "bounced"));
    assert_eq!(mail["recipients"][0]["attempts"], 1);
    let suppressed = anna.get("/v1/mail/suppressions").await.expect(200).json();
    assert_eq!(suppressed.items()[0]["address"], OLGA);
}

fn state_of<'a>(mail: &'a Value, address: &str) -> &'a str {
    let recipients = mail["recipients"].as_array().unwrap();
    recipients.iter().find(|it| it["address"] == address).unwrap()["state"].text()
}

/// R6: the later mail is the same, under the same Message-ID.
async fn who_was_deferred_gets_it_later_and_nobody_twice(app: TestApp) {
    let (anna, _, ivan, olga) = people(&app).await;
    set(&anna, "omit").await;
    app.mail().misbehave_times(&address(IVAN), refuse(452, "4.2.2 full"), 1);
    comment(&anna, &task(&anna).await, "One", &[&ivan, &olga]).await;
    let (first, handed) = sent(&app).await;
    assert_eq!(handed, [address(OLGA)]);
    assert_eq!(state_of(&newest_mail(&anna).await, IVAN), "deferred");
    app.clock().advance(chrono::TimeDelta::minutes(2));
    let (second, handed) = sent(&app).await;
    assert_eq!((handed, second), (vec![address(IVAN)], first));
    assert_eq!(newest_mail(&anna).await["state"], "accepted");
}

/// DASH-6, R23: who was only written to stands beside who does the task.
async fn the_description_is_for_those_who_may_read_it_all(app: TestApp) {
    let (anna, _, ivan, olga) = people(&app).await;
    let versions =
        json!([{"language": "en", "subject": "S", "html": "{{ comment.text }}: {{ task.description }}"}]);
    let made = anna.post("/v1/mail-templates", json!({"name": "T", "versions": versions})).await;
    let change = json!({"items": [{"type": "new_comment", "template_id": made.expect(201).json().id()}]});
    anna.patch("/v1/settings/contact-mail/notifications", change).await.expect(200);
    let body = json!({"title": "Paint", "description": "For 300.", "assignees": [ivan.id()]});
    let painting = anna.post("/v1/tasks", body).await.expect(201).json();
    app.work().await;
    app.mail().take();
    set(&anna, "omit").await;
    comment(&anna, &painting, "One", &[&ivan, &olga]).await;
    assert!(!sent(&app).await.0.text().contains("300"));
    comment(&anna, &painting, "Two", &[&ivan]).await;
    assert!(sent(&app).await.0.text().contains("300"));
}

/// HIS-3, R26
async fn earlier_messages_are_repeated_for_one_contact_only(app: TestApp) {
    let (anna, boris, ivan, olga) = people(&app).await;
    let offer = task(&anna).await;
    comment(&anna, &offer, "Earlier.", &[&ivan]).await;
    app.work().await;
    app.mail().take();
    set(&anna, "external_address").await;
    anna.patch("/v1/settings/contact-mail", json!({"history_messages": 5})).await.expect(200);
    comment(&anna, &offer, "Now.", &[&ivan, &olga, &boris.me]).await;
    assert!(!sent(&app).await.0.text().contains("Earlier."));
    comment(&anna, &offer, "Then.", &[&ivan, &boris.me]).await;
    let (seen, _) = sent(&app).await;
    assert!(seen.receivers().len() == 2 && seen.text().contains("Earlier."), "{seen:#?}");
}

/// COM-5, R23
async fn a_hidden_message_is_not_repeated_before_colleagues(app: TestApp) {
    let (anna, boris, ivan, _) = people(&app).await;
    let offer = task(&anna).await;
    anna.patch("/v1/settings/contact-mail", json!({"history_messages": 5})).await.expect(200);
    let path = format!("/v1/tasks/{}/comments", offer.id());
    let secret = json!({"text": "For you alone.", "notify": [ivan.id()], "hidden": true});
    anna.post(path, secret).await.expect(201);
    app.work().await;
    app.mail().take();
    set(&anna, "external_address").await;
    comment(&anna, &offer, "Now.", &[&ivan, &boris.me]).await;
    assert!(!sent(&app).await.0.text().contains("alone"));
    comment(&anna, &offer, "Then.", &[&ivan]).await;
    assert!(sent(&app).await.0.text().contains("alone"));
}

/// R26: the reply address is of the mail, and From says who writes.
async fn whoever_answers_is_known_by_his_own_address(app: TestApp) {
    let (anna, _, ivan, olga) = people(&app).await;
    set(&anna, "omit").await;
    let offer = task(&anna).await;
    let asked = comment(&anna, &offer, "When?", &[&ivan, &olga]).await;
    let reply_to = sent(&app).await.0.reply_to.remove(0).1;
    for (n, from) in [IVAN, OLGA].iter().enumerate() {
        let mail = format!(
            "From: {from}\r\nTo: {reply_to}\r\nMessage-ID: <{n}@x.example>\r\nSubject: Re\r\n\r\nNow {n}.\r\n"
        );
        crate::mail::hand_in_from(&app, from, mail.as_bytes(), &[&reply_to]).await.expect(202);
        app.work().await;
    }
    app.mail().take();
    let comments = anna.get(format!("/v1/tasks/{}/comments", offer.id())).await.expect(200).json();
    let written: Vec<(&str, &Value)> = comments.items()[1..]
        .iter()
        .map(|it| (it["author"]["name"].text(), &it["unrecognized_sender"]))
        .collect();
    assert_eq!(written, [("ivan", &json!(false)), ("olga", &json!(false))]);
    let mails = anna.get(format!("/v1/mail/outgoing?task={}", offer.id())).await.expect(200).json();
    let asked = mails.items().iter().find(|it| it["comment_id"] == asked["id"]).unwrap();
    let mail = anna.get(format!("/v1/mail/outgoing/{}", asked.id())).await.expect(200).json();
    let answered = mail["events"].as_array().unwrap().iter().filter(|it| it["type"] == "answered");
    assert_eq!(answered.map(|it| it["recipient"]["name"].text()).collect::<Vec<_>>(), ["ivan", "olga"]);
}

/// S5, R5: whatever else the bounce address proves, it is everybody's.
async fn a_bounce_is_of_the_recipient_that_it_names(app: TestApp) {
    let (anna, _, ivan, olga) = people(&app).await;
    set(&anna, "omit").await;
    comment(&anna, &task(&anna).await, "One", &[&ivan, &olga]).await;
    app.work().await;
    let bounces_to = app.mail().take().remove(0).envelope.sender.unwrap().to_string();
    for (n, gone, states) in
        [(1, "petr@client.example", ("accepted", "accepted")), (2, OLGA, ("accepted", "bounced"))]
    {
        let report = format!(
            "From: MAILER-DAEMON@mx.example\r\nMessage-ID: <{n}@mx.example>\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nGone.\r\n--b\r\n\
             Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n\
             Final-Recipient: rfc822; {gone}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
        );
        crate::mail::hand_in_from(&app, "", report.as_bytes(), &[&bounces_to]).await.expect(202);
        app.work().await;
        let mail = newest_mail(&anna).await;
        assert_eq!((state_of(&mail, IVAN), state_of(&mail, OLGA)), states);
    }
}
