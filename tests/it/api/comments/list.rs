//! `GET /v1/tasks/{id}/comments`

use chrono::TimeDelta;
use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines};

use super::{of, texts, write};
use crate::api::tasks::{mailed, path, set};

both_engines!(
    comments_are_listed_oldest_first_as_each_is_shown,
    hidden_comments_are_for_the_chosen_and_for_administrators,
    pages_neither_skip_nor_repeat_when_comments_are_added,
    hidden_comments_take_no_place_in_a_page,
    who_may_not_see_a_task_reads_nothing_of_it,
);

async fn comments_are_listed_oldest_first_as_each_is_shown(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, task) = (anna.contact("ivan").await, set(&anna, json!({"title": "Ours"})).await);
    let beside = set(&anna, json!({"title": "Beside"})).await;
    write(&anna, &beside, json!({"text": "Not here"})).await;
    let mut expected = Vec::new();
    for text in ["First", "Second"] {
        let made = write(&anna, &task, json!({"text": text, "notify": [ivan.id()]})).await;
        expected.push(anna.get(of(&made, "")).await.expect(200).json());
        app.clock().advance(TimeDelta::microseconds(1));
    }
    let page = anna.get(path(&task, "/comments")).await.expect(200).json();
    assert_eq!(page, json!({"items": expected, "next_cursor": null}));
    assert_eq!(mailed(&app).await.len(), 2);
}

/// COM-5: not for auditors, not for the task's own assigner.
async fn hidden_comments_are_for_the_chosen_and_for_administrators(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, vera) = (anna.employee("boris").await, anna.employee("vera").await);
    let (galina, admin) = (anna.employee("galina").await, anna.admin("admin").await);
    let body = json!({
        "title": "Ours",
        "assigner": boris.me.id(),
        "participants": [vera.me.id()],
        "auditors": [galina.me.id()],
    });
    let task = set(&anna, body).await;
    let secret = json!({"text": "Between us", "hidden": true, "notify": [boris.me.id()]});
    let secret = write(&vera, &task, secret).await;
    let alone = write(&galina, &task, json!({"text": "To myself", "hidden": true})).await;
    write(&boris, &task, json!({"text": "To all"})).await;
    for (client, expected) in [
        (&anna, vec!["Between us", "To myself", "To all"]),
        (&admin, vec!["Between us", "To myself", "To all"]),
        (&vera, vec!["Between us", "To all"]),
        (&boris, vec!["Between us", "To all"]),
        (&galina, vec!["To myself", "To all"]),
    ] {
        assert_eq!(texts(client, &task).await, expected);
        for (comment, text) in [(&secret, "Between us"), (&alone, "To myself")] {
            let status = if expected.contains(&text) { 200 } else { 404 };
            for about in ["", "/audience", "/deliveries"] {
                client.get(of(comment, about)).await.expect(status);
            }
        }
    }
}

async fn pages_neither_skip_nor_repeat_when_comments_are_added(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let task = set(&anna, json!({"title": "Ours"})).await;
    for n in 0..5 {
        // Two and two are of one moment.
        app.clock().advance(TimeDelta::microseconds(n % 2));
        write(&anna, &task, json!({"text": n.to_string()})).await;
    }
    let (mut read, mut query) = (String::new(), "?limit=2".to_owned());
    loop {
        let page = anna.get(path(&task, &format!("/comments{query}"))).await.expect(200).json();
        read.extend(page.items().iter().map(|it| it["text"].text()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        query = format!("?limit=2&cursor={next}");
        if read.len() < 6 {
            app.clock().advance(TimeDelta::microseconds(1));
            write(&anna, &task, json!({"text": "+"})).await;
        }
    }
    assert_eq!(read, "01234++");
}

/// S7: what is not for the reader is not counted either.
async fn hidden_comments_take_no_place_in_a_page(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let task = set(&anna, json!({"title": "Ours", "participants": [boris.me.id()]})).await;
    for (text, hidden) in [("1", false), ("-", true), ("2", false), ("-", true), ("-", true)] {
        write(&anna, &task, json!({"text": text, "hidden": hidden})).await;
    }
    let page = boris.get(path(&task, "/comments?limit=2")).await.expect(200).json();
    assert_eq!(page.items().len(), 2);
    assert_eq!(page["next_cursor"], json!(null));
    assert_eq!(texts(&boris, &task).await, ["1", "2"]);
}

/// S6
async fn who_may_not_see_a_task_reads_nothing_of_it(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("beta").await);
    let boris = anna.employee("boris").await;
    let task = set(&anna, json!({"title": "Hers"})).await;
    write(&anna, &task, json!({"text": "Hello"})).await;
    for client in [&boris, &other] {
        client.get(path(&task, "/comments")).await.expect(404).problem("not_found");
    }
    for query in ["?limit=0", "?limit=201", "?order=created"] {
        anna.get(path(&task, &format!("/comments{query}"))).await.expect(422).problem("validation_failed");
    }
    anna.get(path(&task, "/comments?cursor=x")).await.expect(422).problem("invalid_cursor");
}
