//! What an account may decide about its mail, and the marks by which an author decides.

use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines};

use super::{Talk, audience, check_applied, check_state, text_fixture};

both_engines!(
    strangers_are_kept_out_where_only_known_people_are_heard,
    contacts_are_not_told_of_mailed_comments_where_they_had_the_mail_themselves,
    a_robot_is_heard_where_the_account_wants_it,
    reply_to_names_the_author_where_the_account_wants_it,
    a_mark_in_the_subject_tells_nobody,
    an_answer_to_a_closed_task_begins_a_new_one_where_the_account_wants_that,
    a_new_task_goes_to_the_addresses_that_the_closed_one_came_to,
);

/// IN-1: without a comment and without a contact, token or not; and it can be looked at again.
async fn strangers_are_kept_out_where_only_known_people_are_heard(app: TestApp) {
    let talk = Talk::begin(&app).await;
    talk.set(json!({"known_senders_only": true})).await;
    let known = text_fixture("answer.eml", &talk.asked.reply_to);
    let unknown = known.replace("ivan@client", "pyotr@other").replace("answer-1@", "answer-2@");
    check_applied(&talk, &talk.answer(&known).await, "reply_token");
    let entry = talk.answer(&unknown).await;
    check_state(&entry, "quarantined", Some("unknown_sender"));
    let contacts = talk.anna.get("/v1/contacts?email=pyotr@other.example").await.expect(200).json();
    assert_eq!(contacts.items().len(), 0);

    talk.set(json!({"known_senders_only": false})).await;
    let path = format!("/v1/mail/incoming/{}:reprocess", entry.id());
    talk.anna.post(path, json!({})).await.expect(202);
    app.work().await;
    check_applied(&talk, &talk.entry(entry.id()).await, "reply_token");
}

/// IN-5, NOC-1, CBN-5, CBN-6: who is not told has no part in the audience, and so does not see the comment.
async fn contacts_are_not_told_of_mailed_comments_where_they_had_the_mail_themselves(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    let talk = Talk::with(&app, anna, ivan, &[&olga, &boris.me]).await;
    let mail =
        |n: u32| text_fixture("answer.eml", &talk.asked.reply_to).replace("answer-1@", &format!("{n}@"));
    talk.answer(&mail(1)).await;
    assert_eq!(audience(&talk.last_comment().await), ["Anna", "olga", "boris"]);
    assert_eq!(app.mail().take().len(), 1);
    talk.set(json!({"mailed_comments_notify_contacts": false})).await;
    talk.answer(&mail(2)).await;
    assert_eq!(audience(&talk.last_comment().await), ["Anna", "boris"]);
    assert_eq!(app.mail().take().len(), 0);
}

/// IN-7
async fn a_robot_is_heard_where_the_account_wants_it(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let robot = text_fixture("robot.eml", &talk.asked.reply_to);
    check_state(&talk.answer(&robot).await, "rejected", Some("robot"));
    talk.set(json!({"accept_robots": true})).await;
    check_applied(&talk, &talk.answer(&format!("X-Second: yes\r\n{robot}")).await, "reply_token");
    assert_eq!(talk.last_comment().await["unrecognized_sender"], true);
    check_state(&talk.answer(&text_fixture("bounce.eml", &talk.asked.reply_to)).await, "bounce", None);
}

/// R18: as of contact forms; never for somebody with a login, and nobody speaks for him.
async fn reply_to_names_the_author_where_the_account_wants_it(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let olga = talk.anna.contact("olga").await;
    let mail = |n: u32, from: &str, reply_to: &str| {
        text_fixture("answer.eml", &talk.asked.reply_to)
            .replace("answer-1@", &format!("{n}@"))
            .replace("ivan@client.example", from)
            .replace("Date:", &format!("Reply-To: {reply_to}\r\nDate:"))
    };
    let author = async |mail: String| {
        check_applied(&talk, &talk.answer(&mail).await, "reply_token");
        talk.last_comment().await["author"].clone()
    };
    let ivan = "ivan@client.example";
    assert_eq!(author(mail(1, ivan, "olga@client.example")).await["id"], talk.ivan["id"]);
    talk.set(json!({"author_from_reply_to": true})).await;
    assert_eq!(author(mail(2, ivan, "olga@client.example")).await["id"], olga["id"]);
    assert_eq!(author(mail(3, ivan, "Zoe <zoe@other.example>")).await["name"], "Zoe");
    let ours = &talk.asked.reply_to;
    for (n, reply_to) in
        (4..).zip(["anna@acme.example", "anna@acme.liaison.test", ours, "a@b.example, c@d.example", "x"])
    {
        assert_eq!(author(mail(n, ivan, reply_to)).await["id"], talk.ivan["id"], "{reply_to}");
    }
    assert_eq!(author(mail(9, "anna@acme.example", ivan)).await["id"], talk.anna.me["id"]);
    app.mail().take();
}

/// CBM-7, CBN-5: and the mark is not shown.
async fn a_mark_in_the_subject_tells_nobody(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    let talk = Talk::with(&app, anna, ivan, &[&olga]).await;
    let mail = text_fixture("answer.eml", &talk.asked.reply_to).replace("Re: Gate", "Re: Gate @NoNotify");
    check_applied(&talk, &talk.answer(&mail).await, "reply_token");
    let comment = talk.last_comment().await;
    assert_eq!((&comment["subject"], &comment["audience"]), (&json!("Re: Gate"), &json!([])));
    assert_eq!(app.mail().take().len(), 0);
}

/// IN-2, INA-1, INA-3: a comment by default; else a new task for those who worked on the closed one.
async fn an_answer_to_a_closed_task_begins_a_new_one_where_the_account_wants_that(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let boris = talk.anna.employee("boris").await;
    let path = format!("/v1/tasks/{}", talk.task.id());
    talk.anna.patch(&path, json!({"status": "completed", "assignees": [boris.me.id()]})).await.expect(200);
    let mail =
        |n: u32| text_fixture("answer.eml", &talk.asked.reply_to).replace("answer-1@", &format!("{n}@"));
    check_applied(&talk, &talk.answer(&mail(1)).await, "reply_token");
    talk.set(json!({"reply_to_inactive": "new_task"})).await;
    let entry = talk.answer(&mail(2)).await;
    check_state(&entry, "applied", None);
    assert_eq!((&entry["matched_by"], &entry["comment_id"]), (&json!("reply_token"), &json!(null)));
    let new = talk.anna.get(format!("/v1/tasks/{}", entry["task_id"].text())).await.expect(200).json();
    assert_ne!(new["id"], talk.task["id"]);
    assert_eq!((&new["assigner"]["id"], &new["assignees"][0]["id"]), (&talk.ivan["id"], &boris.me["id"]));
    let text = new["description_text"].text();
    let first = format!("Continues task no. {}, which is closed.", talk.task["number"]);
    assert!(text.starts_with(&first) && text.contains("Tomorrow at ten."), "{text}");
    assert_eq!(talk.comments().await.len(), 2);
    let sent = talk.anna.get("/v1/mail/outgoing").await.expect(200).json();
    let sent = format!("/v1/mail/outgoing/{}", sent.items().last().unwrap().id());
    let sent = talk.anna.get(sent).await.expect(200).json();
    let answered = sent["events"].as_array().unwrap().iter().filter(|it| it["type"] == "answered");
    assert_eq!(answered.count(), 2, "by either of them: {sent:#}");

    talk.anna.patch(&path, json!({"status": "in_progress"})).await.expect(200);
    check_applied(&talk, &talk.answer(&mail(3)).await, "reply_token");
}

/// INA-1, INA-2
async fn a_new_task_goes_to_the_addresses_that_the_closed_one_came_to(app: TestApp) {
    let talk = Talk::begin(&app).await;
    talk.anna.employee("boris").await;
    talk.set(json!({"reply_to_inactive": "new_task"})).await;
    let boris = "boris@acme.liaison.test";
    let first = text_fixture("answer.eml", boris).replace("Re: Gate", "Roof");
    let first = talk.hand_in(first, &[boris]).await;
    let path = format!("/v1/tasks/{}", first["task_id"].text());
    let begun = talk.anna.get(&path).await.expect(200).json();
    talk.anna.patch(&path, json!({"status": "cancelled", "assignees": []})).await.expect(200);
    let address = format!("task+{}@acme.liaison.test", begun["number"]);
    let answer = text_fixture("answer.eml", &address).replace("answer-1@", "answer-2@");
    let entry = talk.hand_in(answer, &[&address]).await;
    let new = talk.anna.get(format!("/v1/tasks/{}", entry["task_id"].text())).await.expect(200).json();
    assert_ne!(new["id"], begun["id"]);
    assert_eq!(new["assignees"][0]["name"], "boris", "{new:#}");
}
