//! Robots: what they send is answered by nobody, and what goes on from one to another is never much.

use chrono::TimeDelta;
use liaison_persistence::testing::inspect::list_notices;
use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines};

use super::{Talk, check_state, goes_to, text_fixture};

both_engines!(no_automatic_mail_answers_a_robot, two_robots_get_five_mails_an_hour);

/// R1, R2: each header alone. Bulk and list mail is ordinary mail (api.md): no robot answered there.
async fn no_automatic_mail_answers_a_robot(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    let talk = Talk::with(&app, anna, ivan, &[&olga]).await;
    let answer = text_fixture("answer.eml", &talk.asked.reply_to);
    let headers = [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated",
        "Precedence: junk",
        "Precedence: auto_reply",
        "X-Autoreply: yes",
        "X-Autorespond: yes",
    ];
    for (n, header) in headers.into_iter().enumerate() {
        let mail = answer
            .replace("answer-1@", &format!("robot-{n}@"))
            .replace("Date:", &format!("{header}\r\nDate:"));
        check_state(&talk.answer(&mail).await, "auto_reply", None);
    }
    for (n, header) in ["X-Liaison-Loop: elsewhere; hops=6", "Return-Path: <>"].into_iter().enumerate() {
        let mail = answer
            .replace("answer-1@", &format!("loop-{n}@"))
            .replace("Date:", &format!("{header}\r\nDate:"));
        assert_ne!(talk.answer(&mail).await["state"], "applied", "{header}");
    }
    assert_eq!(app.mail().take().len(), 0);
    assert_eq!(talk.comments().await.len(), 1);
}

/// R1: a robot without any header of its kind. What it says waits and is not lost, for people write mail as well.
async fn two_robots_get_five_mails_an_hour(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    let talk = Talk::with(&app, anna, ivan, &[&olga]).await;
    let answer = text_fixture("answer.eml", &talk.asked.reply_to);
    let mut left = 0;
    for n in 0..20 {
        let mail = answer.replace("answer-1@", &format!("robot-{n}@")).replace("at ten", &format!("at {n}"));
        check_state(&talk.answer(&mail).await, "applied", None);
        let mails = app.mail().take();
        assert!(mails.iter().all(|it| goes_to(it, "olga@client.example")));
        left += mails.len();
        app.clock().advance(TimeDelta::seconds(30));
    }
    assert_eq!(left, 5);
    let held = talk.anna.get("/v1/mail/outgoing?state=held").await.expect(200).json();
    assert_eq!(held.items().len(), 15);
    let told = list_notices(&app.parts().database).await.unwrap();
    assert_eq!(told.iter().filter(|it| *it == "mail_held Anna").count(), 1, "once that mail waits");

    app.clock().advance(TimeDelta::hours(1));
    app.work().await;
    assert_eq!(app.mail().take().len(), 5, "five more in the next hour");
    app.clock().advance(TimeDelta::hours(3));
    app.work().await;
    assert_eq!(app.mail().take().len(), 10, "none is lost");
    let anna = app.sign_in("acme", "anna@acme.example").await;
    let body = json!({"text": "By hand", "notify": [olga.id()]});
    for _ in 0..6 {
        anna.post(format!("/v1/tasks/{}/comments", talk.task.id()), body.clone()).await.expect(201);
    }
    app.work().await;
    assert_eq!(app.mail().take().len(), 6, "what people write does not wait");
}
