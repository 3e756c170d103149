//! What a server's refusal means for the mail.

use chrono::TimeDelta;
use support::{Client, JsonExt as _, TestApp, both_engines};

use super::{address, comment, history, newest_mail, refuse, task};

both_engines!(
    a_refusal_for_now_is_tried_again_over_five_days,
    a_refusal_for_good_is_never_tried_again,
    a_mail_that_is_refused_keeps_no_other_back,
);

/// Product §4, OUT-13: 1, 5, 15 min, 1 h, then 4 h each; one Message-ID.
async fn a_refusal_for_now_is_tried_again_over_five_days(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    app.mail().misbehave(&address("ivan@client.example"), refuse(451, "4.7.1 Greylisted"));
    comment(&anna, &task(&anna).await, "Hello", &[&ivan]).await;
    app.work().await;
    let mail = newest_mail(&anna).await;
    assert_eq!((mail["state"].text(), history(&mail)), ("deferred", vec!["queued", "deferred"]));
    assert_eq!(mail["recipients"][0]["last_reply"], "451 4.7.1 Greylisted");

    for (minutes, attempts) in [(1, 2), (5, 3), (15, 4), (60, 5), (240, 6)] {
        app.clock().advance(TimeDelta::minutes(minutes) - TimeDelta::seconds(1));
        app.work().await;
        assert_eq!(newest_mail(&again(&app).await).await["recipients"][0]["attempts"], attempts - 1);
        app.clock().advance(TimeDelta::seconds(1));
        app.work().await;
        assert_eq!(newest_mail(&again(&app).await).await["recipients"][0]["attempts"], attempts);
    }
    for _ in 0..40 {
        app.clock().advance(TimeDelta::hours(4));
        app.work().await;
    }
    let mail = newest_mail(&again(&app).await).await;
    assert_eq!((mail["state"].text(), &mail["recipients"][0]["bounce_class"]), ("failed", &"soft".into()));
    assert_eq!(mail["recipients"][0]["attempts"], 34);
}

/// Product §4, api.md: bounced, told, and done with.
async fn a_refusal_for_good_is_never_tried_again(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let ivans = address("ivan@client.example");
    app.mail().misbehave_times(&ivans, refuse(550, "5.1.1 No such user"), 1);
    comment(&anna, &task(&anna).await, "Hello", &[&ivan]).await;
    app.work().await;
    let mail = newest_mail(&anna).await;
    assert_eq!((mail["state"].text(), history(&mail)), ("bounced", vec!["queued", "bounced"]));
    let recipient = &mail["recipients"][0];
    assert_eq!(recipient["bounce_class"], "hard");
    assert_eq!(recipient["last_reply"], "550 5.1.1 No such user");
    app.clock().advance(TimeDelta::days(6));
    app.work().await;
    let retry = format!("/v1/mail/outgoing/{}:retry", mail.id());
    again(&app).await.post(retry, serde_json::json!({})).await.expect(409).problem("not_retryable");
}

/// One delivery each.
async fn a_mail_that_is_refused_keeps_no_other_back(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    app.mail().misbehave_times(&address("ivan@client.example"), refuse(451, "4.2.0 Later"), 1);
    comment(&anna, &task(&anna).await, "Hello", &[&ivan, &olga]).await;
    app.work().await;
    let sent = app.mail().take();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].envelope.recipients, [address("olga@client.example")]);
    app.clock().advance(TimeDelta::minutes(1));
    app.work().await;
    let sent = app.mail().take();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].envelope.recipients, [address("ivan@client.example")]);
}

/// Anna signs in once more, since tokens end before mail is given up.
async fn again(app: &TestApp) -> Client {
    app.sign_in("acme", "anna@acme.example").await
}
