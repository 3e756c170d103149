//! `GET /v1/notifications/events`

use chrono::TimeDelta;
use liaison_api::service::notification::live;
use serde_json::{Value, json};
use support::{Client, Event, Events, JsonExt as _, TestApp, both_engines};

use super::feed;
use crate::api::tasks::{NOBODY, path, set};

both_engines!(
    a_notice_is_told_at_once_and_so_is_that_it_was_read,
    a_stream_goes_on_after_the_last_event,
    what_he_may_not_see_is_no_event,
    what_another_node_commits_is_told,
    a_stream_ends_with_its_session,
    so_many_streams_are_open_at_once,
);

const PATH: &str = "/v1/notifications/events";

/// Opens a stream that begins now; gives what there was to read.
async fn listen(client: &Client) -> (Events, Value) {
    let mut events = client.get(PATH).listen().await;
    let summary = events.next().await.unwrap();
    assert_eq!((summary.name.as_str(), summary.id.as_str()), ("summary", ""));
    (events, summary.data["unread"].clone())
}

/// Opens a stream that goes on after an event.
async fn go_on(client: &Client, last: &str) -> Events {
    let mut events = client.get(PATH).header("Last-Event-ID", last).listen().await;
    assert_eq!(events.next().await.unwrap().name, "summary");
    events
}

/// What an event tells of which task, and how much there is to read.
fn told(event: Option<Event>) -> (String, String, Value) {
    let Event { name, data, .. } = event.unwrap();
    (name, data["notification"]["task"]["title"].text().to_owned(), data["unread"].clone())
}

fn created(title: &str, unread: i64) -> (String, String, Value) {
    ("notification.created".to_owned(), title.to_owned(), json!(unread))
}

fn read(title: &str, unread: i64) -> (String, String, Value) {
    ("notification.read".to_owned(), title.to_owned(), json!(unread))
}

async fn mark(client: &Client, body: Value) {
    client.post("/v1/notifications:mark-read", body).await.expect(200);
}

/// NTF-12: on each device, as the list has it.
async fn a_notice_is_told_at_once_and_so_is_that_it_was_read(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let task = async |title: &str| set(&anna, json!({"title": title, "assignees": [boris.me.id()]})).await;
    task("Before").await;
    let answer = boris.get(PATH).await.expect(200);
    for (name, value) in [
        ("content-type", "text/event-stream"),
        ("cache-control", "no-store"),
        ("content-encoding", "identity"),
    ] {
        assert_eq!(answer.header(name), Some(value));
    }
    let ((mut phone, unread), (mut desk, _)) = (listen(&boris).await, listen(&boris).await);
    assert_eq!(unread, 1);
    let gate = task("Gate").await;
    let event = phone.next().await.unwrap();
    let listed = feed(&boris).await.remove(0);
    assert_eq!((event.name.as_str(), event.id.as_str()), ("notification.created", listed.id()));
    assert_eq!(event.data, json!({"notification": listed, "unread": 2}));
    assert_eq!(desk.next().await, Some(event));
    mark(&boris, json!({"ids": [listed.id()]})).await;
    for device in [&mut phone, &mut desk] {
        let event = device.next().await.unwrap();
        assert_eq!(event.id, format!("{}:read", listed.id()));
        assert_eq!(event.data["notification"]["read"], true);
        assert_eq!(told(Some(event)), read("Gate", 1));
    }
    mark(&boris, json!({"ids": [listed.id()]})).await;
    anna.post(path(&gate, "/comments"), json!({"text": "See", "notify": [boris.me.id()]})).await.expect(201);
    for device in [&mut phone, &mut desk] {
        assert_eq!(told(device.next().await), created("Gate", 2), "twice read is once");
    }
}

/// Without a gap, nothing twice: what was told in one commit is cut in the middle, too.
async fn a_stream_goes_on_after_the_last_event(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let task = async |title: &str| set(&anna, json!({"title": title, "assignees": [boris.me.id()]})).await;
    let (mut events, _) = listen(&boris).await;
    let mut ids = Vec::new();
    for title in ["1", "2", "3"] {
        task(title).await;
        ids.push(events.next().await.unwrap().id);
    }
    drop(events);
    mark(&boris, json!({"ids": [ids[0], ids[2]]})).await;
    task("4").await;
    let mut events = go_on(&boris, &ids[0]).await;
    let expected = [created("2", 2), read("1", 2), read("3", 2), created("4", 2)];
    let mut seen = Vec::new();
    for it in &expected {
        let event = events.next().await.unwrap();
        seen.push(event.id.clone());
        assert_eq!(&told(Some(event)), it);
    }
    for (i, last) in seen.iter().enumerate() {
        let mut events = go_on(&boris, last).await;
        task("marks the end").await;
        for it in expected.iter().skip(i + 1) {
            assert_eq!(told(events.next().await).1, it.1);
        }
        let mut marks = Vec::new();
        for _ in 0..=i {
            marks.push(told(events.next().await).1);
        }
        assert!(marks.iter().all(|it| it == "marks the end"), "{marks:?}");
    }
    let parameter = format!("{PATH}?last_event_id={}", seen[3]);
    let mut events = boris.get(&parameter).header("Last-Event-ID", seen[2].clone()).listen().await;
    events.next().await;
    assert_eq!(told(events.next().await).1, "4", "the header is stronger");
    let mut events = boris.get(parameter).listen().await;
    events.next().await;
    assert_eq!(told(events.next().await).1, "marks the end");
    let unread = format!("{}:read", ids[1]);
    for unknown in [NOBODY, unread.as_str()] {
        let answer = boris.get(PATH).header("Last-Event-ID", unknown).await.expect(404);
        answer.problem_at("not_found", &[("?last_event_id", "unknown_id")]);
    }
    anna.get(format!("{PATH}?last_event_id={}", ids[1])).await.expect(404);
    boris.get(format!("{PATH}?last_event_id=7")).await.expect(422).problem_names("?last_event_id", "invalid");
}

/// S7: the list's own rule, at the time that the event is told.
async fn what_he_may_not_see_is_no_event(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let task = async |title: &str| set(&anna, json!({"title": title, "assignees": [boris.me.id()]})).await;
    let (mut events, _) = listen(&boris).await;
    let first = task("First").await;
    let last = events.next().await.unwrap().id;
    drop(events);
    let body = json!({"text": "Gone", "notify": [boris.me.id()]});
    let gone = anna.post(path(&first, "/comments"), body).await.expect(201).json();
    anna.delete(format!("/v1/comments/{}", gone.id())).await.expect(204);
    let out = task("Out").await;
    anna.patch(path(&out, ""), json!({"assignees": []})).await.expect(200);
    task("Last").await;
    let mut events = go_on(&boris, &last).await;
    assert_eq!(told(events.next().await), created("Last", 2));
}

/// One question a second for all streams of a node.
async fn what_another_node_commits_is_told(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.another_node().await);
    let boris = anna.employee("boris").await;
    let (mut events, _) = listen(&boris.at(&other)).await;
    live::look(other.parts()).await.unwrap();
    set(&anna, json!({"title": "Gate", "assignees": [boris.me.id()]})).await;
    live::look(other.parts()).await.unwrap();
    assert_eq!(told(events.next().await), created("Gate", 1));
    let comment = json!({"title": "Fence", "assignees": [boris.me.id()]});
    set(&anna.at(&other), comment).await;
    assert_eq!(told(events.next().await), created("Fence", 2));
    other.parts().database.close().await;
}

/// Signed out, run out, employed no more, or the node stops.
async fn a_stream_ends_with_its_session(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, vera) = (anna.employee("boris").await, anna.employee("vera").await);
    let boris_elsewhere = app.sign_in("acme", "boris@acme.example").await;
    let (mut ended, _) = listen(&boris_elsewhere).await;
    let (mut fired, _) = listen(&vera).await;
    let (mut stays, _) = listen(&boris).await;
    boris_elsewhere.delete("/v1/sessions/current").await.expect(204);
    anna.patch(format!("/v1/employees/{}", vera.me.id()), json!({"status": "inactive"})).await.expect(200);
    live::look(app.parts()).await.unwrap();
    assert_eq!((ended.next().await, fired.next().await), (None, None));
    set(&anna, json!({"title": "Gate", "assignees": [boris.me.id()]})).await;
    assert_eq!(told(stays.next().await), created("Gate", 1));
    app.clock().advance(TimeDelta::days(30));
    live::look(app.parts()).await.unwrap();
    assert_eq!(stays.next().await, None);
    let (mut events, _) = listen(&app.sign_in("acme", "anna@acme.example").await).await;
    app.parts().database.listeners().close();
    assert_eq!(events.next().await, None);
}

async fn so_many_streams_are_open_at_once(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let mut open = Vec::new();
    for _ in 0..live::LIMITS.of_person {
        open.push(listen(&boris).await);
    }
    let refused = boris.get(PATH).await.expect(429);
    assert_eq!(refused.header("retry-after"), Some("5"));
    refused.problem("too_many_streams");
    listen(&anna).await;
    open.pop();
    listen(&boris).await;
}
