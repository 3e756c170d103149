//! `POST /v1/comments/{id}:move`

use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

use crate::mail::hand_in;

both_engines!(
    a_moved_comment_takes_its_files_and_later_answers_along,
    a_comment_moves_to_a_task_made_for_it,
    its_contacts_take_part_and_see_nothing_earlier,
    a_move_goes_to_one_other_task_that_the_caller_may_change,
);

async fn set(client: &Client, title: &str) -> Value {
    client.post("/v1/tasks", json!({"title": title})).await.expect(201).json()
}

async fn write(client: &Client, task: &Value, body: Value) -> Value {
    client.post(format!("/v1/tasks/{}/comments", task.id()), body).await.expect(201).json()
}

async fn comments(client: &Client, task: &Value) -> Vec<Value> {
    let path = format!("/v1/tasks/{}/comments", task.id());
    client.get(path).await.expect(200).json().items().to_vec()
}

fn path(comment: &Value) -> String {
    format!("/v1/comments/{}:move", comment.id())
}

/// R15: with attachments, Message-IDs and reply addresses.
async fn a_moved_comment_takes_its_files_and_later_answers_along(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let (wrong, right) = (set(&anna, "Wrong").await, set(&anna, "Right").await);
    let address = format!("task+{}@acme.liaison.test", wrong["number"]);
    let mail = "From: ivan@client.example\r\nSubject: Gate\r\nMessage-ID: <first@client.example>\r\n\
                Content-Type: multipart/mixed; boundary=p\r\n\r\n--p\r\n\r\nA question.\r\n--p\r\n\
                Content-Type: text/csv; name=sums.csv\r\n\r\na,b\r\n--p--\r\n";
    let taken = hand_in(&app, mail.as_bytes(), &[&address]).await.expect(202).json();
    app.work().await;
    let comment = comments(&anna, &wrong).await.remove(0);
    let moved = anna.post(path(&comment), json!({"task_id": right.id()})).await.expect(200).json();
    assert_eq!((&moved["id"], &moved["task_id"]), (&comment["id"], &right["id"]));
    assert_eq!((&moved["files"], comments(&anna, &wrong).await.len()), (&comment["files"], 0));
    let entry = anna.get(format!("/v1/mail/incoming/{}", taken.id())).await.expect(200).json();
    assert_eq!(entry["task_id"], right["id"]);

    let again = mail
        .replace("first@", "second@")
        .replace("Subject:", "In-Reply-To: <first@client.example>\r\nSubject:");
    let taken = hand_in(&app, again.as_bytes(), &["anna@acme.liaison.test"]).await.expect(202).json();
    app.work().await;
    let entry = anna.get(format!("/v1/mail/incoming/{}", taken.id())).await.expect(200).json();
    assert_eq!((&entry["task_id"], &entry["matched_by"]), (&right["id"], &json!("references")));

    let answer = write(&anna, &wrong, json!({"text": "Ours", "notify": [ivan.id()]})).await;
    app.work().await;
    let sent = app.mail().take().remove(0);
    let sent = String::from_utf8(sent.message).unwrap();
    let reply_to = sent.split_once("Reply-To: ").unwrap().1.lines().next().unwrap().to_owned();
    anna.post(path(&answer), json!({"task_id": right.id()})).await.expect(200);
    let third = "From: ivan@client.example\r\nSubject: Re: Gate\r\nMessage-ID: <third@client.example>\r\n\r\nYes.\r\n";
    let taken = hand_in(&app, third.as_bytes(), &[&reply_to]).await.expect(202).json();
    app.work().await;
    let entry = anna.get(format!("/v1/mail/incoming/{}", taken.id())).await.expect(200).json();
    assert_eq!((&entry["task_id"], &entry["matched_by"]), (&right["id"], &json!("reply_token")));
}

async fn a_comment_moves_to_a_task_made_for_it(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let task = set(&anna, "Gate").await;
    let comment = write(&anna, &task, json!({"text": "Hello", "notify": [ivan.id()]})).await;
    app.work().await;
    app.mail().take();
    let moved = anna.post(path(&comment), json!({"new_task": {"title": "Fence"}})).await.expect(200).json();
    assert_ne!(moved["task_id"], task["id"]);
    let made = anna.get(format!("/v1/tasks/{}", moved["task_id"].text())).await.expect(200).json();
    assert_eq!((&made["title"], &made["assigner"]["id"]), (&json!("Fence"), &anna.me["id"]));
    assert_eq!(made["participants"][0]["id"], ivan["id"]);
    app.work().await;
    assert_eq!(app.mail().take().len(), 0, "nobody is told once more");
}

/// S2
async fn its_contacts_take_part_and_see_nothing_earlier(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    let (from, to) = (set(&anna, "From").await, set(&anna, "To").await);
    let earlier = write(&anna, &to, json!({"text": "For Olga", "notify": [olga.id()]})).await;
    let comment = write(&anna, &from, json!({"text": "For Ivan", "notify": [ivan.id()]})).await;
    app.work().await;
    app.mail().take();
    anna.post(path(&comment), json!({"task_id": to.id()})).await.expect(200);
    let seen = anna.get(format!("/v1/comments/{}/audience", earlier.id())).await.expect(200);
    let seen = String::from_utf8(seen.body.to_vec()).unwrap();
    assert!(!seen.contains(ivan.id()), "{seen}");
    let seen = anna.get(format!("/v1/comments/{}/audience", comment.id())).await.expect(200);
    let seen = String::from_utf8(seen.body.to_vec()).unwrap();
    assert!(seen.contains(ivan.id()) && !seen.contains(olga.id()), "{seen}");
}

async fn a_move_goes_to_one_other_task_that_the_caller_may_change(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let (ours, annas) = (set(&boris, "Ours").await, set(&anna, "Anna's").await);
    let comment = write(&boris, &ours, json!({"text": "Hello"})).await;
    let refused = async |body: Value, code: &str| {
        boris
            .post(path(&comment), body)
            .await
            .expect(422)
            .problem_at("validation_failed", &[("/task_id", code)]);
    };
    refused(json!({}), "required").await;
    refused(json!({"task_id": ours.id()}), "invalid").await;
    refused(json!({"task_id": ours.id(), "new_task": {"title": "x"}}), "invalid").await;
    boris.post(path(&comment), json!({"task_id": annas.id()})).await.expect(404).problem("not_found");
    let participant = json!({"person_id": boris.me.id()});
    anna.post(format!("/v1/tasks/{}/participants", annas.id()), participant).await.expect(200);
    let annas_comment = write(&anna, &annas, json!({"text": "Hello"})).await;
    let body = json!({"task_id": ours.id()});
    boris.post(path(&annas_comment), body).await.expect(403).problem("forbidden");
    boris.post(path(&comment), json!({"task_id": annas.id()})).await.expect(200);
}
