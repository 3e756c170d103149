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
