//! What another account says is not believed further than it may speak, and what can't be applied is seen.

use chrono::TimeDelta;
use liaison_api::{
    env::Clock as _,
    service::link::{apply, relay},
    worker,
};
use liaison_domain::id::{AccountId, LinkOperationId, StreamId, TaskId};
use liaison_persistence::{
    link::{
        mirror,
        stream::{self, IncomingRow, OperationRow},
    },
    page::PageRequest,
    sql::Json,
};
use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

use super::{Pair, assign, comment, comments, only_task, tasks, texts};

both_engines!(
    another_account_speaks_for_its_own_people_alone,
    nobody_is_reached_by_guessing_his_id,
    what_can_t_be_applied_is_parked_and_holds_up_its_own_stream_alone,
    a_contact_who_answered_by_mail_goes_on_over_the_link,
    mail_that_waits_goes_over_the_link,
);

fn account(of: &Client) -> AccountId {
    AccountId::new(of.account.id().parse().unwrap())
}

/// Has an account say something that its own server would not.
async fn forge(
    app: &TestApp,
    from: &Client,
    to: &Client,
    stream: &str,
    sequence: i64,
    operation: Value,
) -> String {
    let id: LinkOperationId = app.parts().env.id();
    let row = OperationRow {
        id,
        stream_id: StreamId::new(stream.parse().unwrap()),
        sequence,
        peer_id: account(from),
        operation: Json(operation),
    };
    let (mut tx, now) = (app.parts().database.write().await.unwrap(), app.clock().now());
    stream::receive(&mut tx, account(to), account(from), &[row], now).await.unwrap();
    let job = [(app.parts().env.id(), id.uuid())];
    let kind = liaison_domain::job::JobKind::ApplyLink;
    liaison_persistence::job::enqueue(&mut tx, account(to), kind, job, now).await.unwrap();
    tx.commit().await.unwrap();
    id.to_string()
}

/// The stream of a task of `by`, and how far `to` has applied what was said in it.
async fn stream_of(by: &Client, task: &Value, to: &Client) -> (String, i64) {
    let mut tx = by.app.parts().database.write().await.unwrap();
    let id = TaskId::new(task.id().parse().unwrap());
    let stream = mirror::list_of_task(&mut tx, account(by), id).await.unwrap()[0].id;
    let any =
        IncomingRow { id: to.app.parts().env.id(), stream_id: stream, peer_id: account(by), task_id: None };
    let known = stream::list(&mut tx, account(to), &[any]).await.unwrap();
    (stream.to_string(), known[&stream].received)
}

/// S22: neither in our people's names, nor on our comments.
async fn another_account_speaks_for_its_own_people_alone(app: TestApp) {
    let Pair { app, acme, globex, contact } = Pair::new(app).await;
    let task = assign(&acme, "Gate", &contact).await;
    app.work().await;
    let copy = only_task(&globex).await;
    let own = comment(&globex, &copy, "Ours", &[&copy["assigner"]]).await;
    app.work().await;
    let (stream, said) = stream_of(&acme, &task, &globex).await;
    let written = json!({
        "id": task["id"], "author": {"of": "yours", "id": globex.me["id"]}, "created_at": "2030-01-01T00:00:00Z",
        "edited_at": null, "body": {"html": "I resign", "text": "I resign"}, "visible": "", "elided": "",
        "is_hidden": false, "reply_to": null, "audience": [], "files": [], "path": [],
    });
    let body = json!({"html": "Changed", "text": "Changed"});
    for (n, operation) in [
        json!({"v": 1, "type": "comment_added", "is_history": false, "comment": written}),
        json!({"v": 1, "type": "comment_edited", "comment": own["id"], "body": body}),
        json!({"v": 1, "type": "comment_deleted", "comment": own["id"]}),
    ]
    .into_iter()
    .enumerate()
    {
        let sequence = said + 1 + i64::try_from(n).unwrap();
        forge(&app, &acme, &globex, &stream, sequence, operation).await;
    }
    app.work().await;
    assert_eq!(texts(&globex, &copy).await, ["Ours"]);
    assert_eq!(comments(&globex, &copy).await[0]["author"]["id"], globex.me["id"]);
}

/// S22, LINKA-6: a task for somebody who never agreed is no task here.
async fn nobody_is_reached_by_guessing_his_id(app: TestApp) {
    let Pair { app, acme, globex, .. } = Pair::new(app).await;
    let boris = globex.employee("boris").await;
    let never = json!({"clock": 0, "account": "00000000-0000-0000-0000-000000000000"});
    let author = json!({"of": "ours", "id": acme.me["id"], "name": "<b>Anna</b>", "login": "anna"});
    let opened = json!({
        "v": 1, "type": "task_opened", "author": author,
        "fields": [{"field": "title", "value": "Spam", "stamp": never}],
        "people": [{"person": {"of": "yours", "id": boris.me["id"]}, "role": "assignee", "is_present": true, "stamp": never}],
        "project": null, "parent": null, "children": [], "files": [], "history": [],
    });
    let stream = app.parts().env.id::<StreamId>().to_string();
    forge(&app, &acme, &globex, &stream, 1, opened).await;
    app.work().await;
    assert!(tasks(&globex).await.is_empty() && tasks(&boris).await.is_empty());
}

/// R9, R40: with its cause, tried anew when asked for.
async fn what_can_t_be_applied_is_parked_and_holds_up_its_own_stream_alone(app: TestApp) {
    let Pair { app, acme, globex, contact } = Pair::new(app).await;
    let task = assign(&acme, "One", &contact).await;
    app.work().await;
    let (stream, said) = stream_of(&acme, &task, &globex).await;
    let id = forge(&app, &acme, &globex, &stream, said + 1, json!({"v": 2, "type": "link_ended"})).await;
    for _attempt in 0..5 {
        let drained = worker::drain(app.parts()).await.unwrap();
        assert_eq!(drained.failed.len(), 1);
        app.clock().advance(TimeDelta::minutes(10));
    }
    let acme = app.sign_in("acme", "anna@acme.example").await;
    let globex = app.sign_in("globex", "anna@globex.example").await;
    assign(&acme, "Two", &contact).await;
    app.work().await;
    assert_eq!(tasks(&globex).await.len(), 2, "other streams go on");
    let parked = globex.get("/v1/account-links/parked").await.expect(200).json();
    assert_eq!((parked.items()[0].id(), parked.items()[0]["account"].text()), (id.as_str(), "acme"));
    assert!(parked.items()[0]["cause"].text().contains("newer release"), "{parked}");
    globex.post(format!("/v1/account-links/parked/{id}:retry"), json!({})).await.expect(204);
    let drained = worker::drain(app.parts()).await.unwrap();
    assert_eq!(drained.failed.len(), 1, "it was tried");
    app.clock().advance(TimeDelta::hours(1));
    for _attempt in 1..5 {
        worker::drain(app.parts()).await.unwrap();
        app.clock().advance(TimeDelta::minutes(10));
    }
}

/// LINKA-4, LINKM-1: the same task goes on, what he wrote is his own, and nothing is mailed any more.
async fn a_contact_who_answered_by_mail_goes_on_over_the_link(app: TestApp) {
    let (acme, globex) = (app.sign_up("acme").await, app.sign_up("globex").await);
    let ivan = acme.contact("ivan").await;
    let task = acme.post("/v1/tasks", json!({"title": "Gate"})).await.expect(201).json();
    comment(&acme, &task, "When?", &[&ivan]).await;
    app.work().await;
    assert_eq!(app.mail().take().len(), 1);
    let address = task["addresses"]["task"].text();
    let mail = "From: ivan@client.example\r\nSubject: Re: Gate\r\n\r\nTomorrow.\r\n";
    crate::mail::hand_in(&app, mail.as_bytes(), &[address]).await.expect(202);
    app.work().await;
    app.mail().take();

    let change = json!({"email": "anna@globex.liaison.test"});
    acme.patch(format!("/v1/contacts/{}", ivan.id()), change).await.expect(200);
    app.work().await;
    assert!(tasks(&globex).await.is_empty(), "making a link moves nothing");
    comment(&acme, &task, "Good", &[&ivan]).await;
    app.work().await;
    let copy = only_task(&globex).await;
    let there = comments(&globex, &copy).await;
    let told: Vec<(&str, &str)> =
        there.iter().map(|it| (it["visible"].text().trim(), it["author"]["kind"].text())).collect();
    assert_eq!(told, [("When?", "contact"), ("Tomorrow.", "employee"), ("Good", "contact")]);
    assert_eq!(there[1]["author"]["id"], globex.me["id"]);
    assert_eq!(app.mail().sent().len(), 0, "over the link, and by no mail");
}

/// Hands over and applies what an account has said, and does nothing else.
async fn carry(app: &TestApp, from: &Client, to: &Client) {
    let mut tx = app.parts().database.read().await.unwrap();
    let page = PageRequest { limit: 50, after: None };
    let left = stream::list_left(&mut tx, account(from), None, page).await.unwrap();
    drop(tx);
    let ids: Vec<LinkOperationId> = left.items.iter().map(|it| it.id).collect();
    relay::relay(app.parts(), account(from), &ids).await.unwrap();
    apply::apply(app.parts(), account(to), &ids).await.unwrap();
}

/// LINKA-4: what waits to be mailed as he is linked crosses instead, and its mail does not leave any more.
async fn mail_that_waits_goes_over_the_link(app: TestApp) {
    let (acme, globex) = (app.sign_up("acme").await, app.sign_up("globex").await);
    let ivan = acme.contact("ivan").await;
    let task = acme.post("/v1/tasks", json!({"title": "Gate"})).await.expect(201).json();
    let written = comment(&acme, &task, "When?", &[&ivan]).await;
    let change = json!({"email": "anna@globex.liaison.test"});
    acme.patch(format!("/v1/contacts/{}", ivan.id()), change).await.expect(200);
    // The two accounts have agreed before the worker comes to the mail.
    carry(&app, &acme, &globex).await;
    carry(&app, &globex, &acme).await;
    app.work().await;
    assert_eq!(app.mail().sent().len(), 0);
    assert_eq!(texts(&globex, &only_task(&globex).await).await, ["When?"]);
    let path = format!("/v1/comments/{}/deliveries", written.id());
    let shown = acme.get(path).await.expect(200).json();
    assert!(shown.items().iter().any(|it| it["channel"] == "link" && it["state"] == "delivered"), "{shown}");
}
