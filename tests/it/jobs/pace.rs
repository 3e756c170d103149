//! At most so many mails to one recipient: the next ones wait, and none is dropped (OUT-15).

use chrono::TimeDelta;
use support::{JsonExt as _, TestApp, both_engines};

use super::{comment, history, newest_mail, task};

both_engines!(the_fifty_first_mail_in_ten_minutes_waits_and_leaves, one_recipient_waits_for_no_other);

/// OUT-15
async fn the_fifty_first_mail_in_ten_minutes_waits_and_leaves(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let offer = task(&anna).await;
    for n in 0..50 {
        comment(&anna, &offer, &format!("{n}"), &[&ivan]).await;
    }
    app.clock().advance(TimeDelta::minutes(9));
    let last = comment(&anna, &offer, "one too many", &[&ivan]).await;
    assert_eq!(last["deliveries"][0]["state"], "held");
    app.work().await;
    assert_eq!(app.mail().take().len(), 50);
    let mail = newest_mail(&anna).await;
    assert_eq!((mail["state"].text(), history(&mail)), ("held", vec!["held"]));
    assert!(mail["events"][0]["detail"].text().contains("ten minutes"), "{mail:#}");
    app.clock().advance(TimeDelta::minutes(1));
    app.work().await;
    assert_eq!(app.mail().take().len(), 1);
    let mail = newest_mail(&anna).await;
    assert_eq!((mail["state"].text(), history(&mail)), ("accepted", vec!["held", "accepted"]));
}

async fn one_recipient_waits_for_no_other(app: TestApp) {
    let app = app.restart(|config| config.mail.max_per_recipient = 2).await;
    let anna = app.sign_up("acme").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    let offer = task(&anna).await;
    for text in ["one", "two"] {
        comment(&anna, &offer, text, &[&ivan]).await;
    }
    let both = comment(&anna, &offer, "three", &[&ivan, &olga]).await;
    let states = both["deliveries"].as_array().unwrap().iter().map(|it| it["state"].text());
    assert_eq!(states.collect::<Vec<_>>(), ["held", "queued"]);
    app.work().await;
    assert_eq!(app.mail().take().len(), 3);
    app.clock().advance(TimeDelta::minutes(10));
    app.work().await;
    assert_eq!(app.mail().take().len(), 1);
}
