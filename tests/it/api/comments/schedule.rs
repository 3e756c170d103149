//! Comments that are held: scheduled ones, and those that the account's delay holds.

use chrono::TimeDelta;
use liaison_api::env::Clock as _;
use serde_json::{Value, json};
use support::{JsonExt as _, TestApp, both_engines};

use super::{of, texts, write};
use crate::api::tasks::{mailed, path, set};

both_engines!(
    a_scheduled_comment_leaves_at_its_time,
    until_then_nobody_else_knows_of_it,
    until_then_its_author_changes_everything_about_it,
    its_audience_is_judged_when_it_leaves,
    what_an_author_may_not_write_any_more_does_not_leave,
    a_comment_cannot_leave_in_the_past,
    an_accounts_delay_holds_what_is_addressed_to_contacts,
    what_is_held_is_shown_at_once_as_it_will_leave,
    a_held_comment_is_neither_answered_nor_moved,
    an_author_finds_what_waits_in_all_his_tasks,
);

fn in_minutes(app: &TestApp, minutes: i64) -> Value {
    json!(app.clock().now() + TimeDelta::minutes(minutes))
}

/// Name, channel and state of each delivery.
fn states(comment: &Value) -> Vec<[&str; 3]> {
    let deliveries = comment["deliveries"].as_array().unwrap();
    deliveries
        .iter()
        .map(|it| [it["person"]["name"].text(), it["channel"].text(), it["state"].text()])
        .collect()
}

/// COM-8
async fn a_scheduled_comment_leaves_at_its_time(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, ivan) = (anna.employee("boris").await, anna.contact("ivan").await);
    let task = set(&anna, json!({"title": "Gate"})).await;
    let at = in_minutes(&app, 6);
    let notify = [boris.me.id(), ivan.id()];
    let made = write(&anna, &task, json!({"text": "Later", "notify": notify, "send_at": at})).await;
    assert_eq!((&made["send_at"], &made["warnings"]), (&at, &json!([])));
    assert_eq!(states(&made), [["boris", "in_app", "held"], ["ivan", "mail", "held"]]);
    write(&anna, &task, json!({"text": "Now"})).await;
    app.clock().advance(TimeDelta::minutes(5));
    assert_eq!(mailed(&app).await, Vec::<String>::new());
    app.clock().advance(TimeDelta::minutes(1));
    assert_eq!(mailed(&app).await, ["ivan@client.example"]);
    let left = boris.get(of(&made, "")).await.expect(200).json();
    assert_eq!((&left["send_at"], &left["created_at"]), (&Value::Null, &at));
    assert_eq!(left["edited_at"], Value::Null);
    assert_eq!(texts(&boris, &task).await, ["Now", "Later"], "it stands where it left");
    let shown = anna.get(path(&task, "")).await.expect(200).json();
    let participants: Vec<&str> =
        shown["participants"].as_array().unwrap().iter().map(|it| it["name"].text()).collect();
    assert_eq!(participants.len(), 2, "COM-4, CBM-4: {participants:?}");
}

/// COM-8, S7: its author and administrators see it; the task does not move, and nobody joins it.
async fn until_then_nobody_else_knows_of_it(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, vera) = (anna.employee("boris").await, anna.employee("vera").await);
    let olga = anna.contact("olga").await;
    let file = boris.upload("plan.txt", b"A plan").await;
    let task = set(&anna, json!({"title": "Gate", "participants": [boris.me.id(), vera.me.id()]})).await;
    let before = anna.get(path(&task, "")).await.expect(200).json();
    app.clock().advance(TimeDelta::seconds(1));
    let body = json!({
        "text": "Later", "notify": [vera.me.id(), olga.id()], "file_ids": [file.id()],
        "send_at": in_minutes(&app, 6),
    });
    let made = write(&boris, &task, body).await;
    for (client, expected) in [(&boris, 200), (&anna, 200), (&vera, 404)] {
        for about in ["", "/audience", "/deliveries"] {
            client.get(of(&made, about)).await.expect(expected);
        }
        client.get(format!("/v1/files/{}", file.id())).await.expect(expected);
        assert_eq!(texts(client, &task).await.len(), usize::from(expected == 200));
    }
    let seen = boris.get(of(&made, "/audience")).await.expect(200).json();
    let names: Vec<&str> = seen.items().iter().map(|it| it["person"]["name"].text()).collect();
    assert_eq!(names, ["boris", "Anna"]);
    assert_eq!(anna.get(path(&task, "")).await.expect(200).json(), before);
    let proposed = boris.get(path(&task, "/default-audience")).await.expect(200).json();
    assert_eq!(proposed["audience"], json!([]), "it is no last word yet");
    boris.post(of(&made, ":cancel"), json!({})).await.expect(200);
}

/// COM-8: text, audience and time, as often as he likes; nobody else, and nothing of it counts as an edit.
async fn until_then_its_author_changes_everything_about_it(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    let task = set(&boris, json!({"title": "Gate"})).await;
    let body = json!({"text": "Draft", "notify": [ivan.id()], "send_at": in_minutes(&app, 6)});
    let made = write(&boris, &task, body).await;
    anna.patch(of(&made, ""), json!({"text": "Hers"})).await.expect(403).problem("forbidden");
    let change = async |change: Value| boris.patch(of(&made, ""), change).await;
    let changed = change(json!({"text": "Final"})).await.expect(200).json();
    assert_eq!((&changed["visible"], &changed["edited_at"]), (&json!("Final"), &Value::Null));
    let changed = change(json!({"notify": []})).await.expect(200).json();
    assert_eq!(changed["warnings"][0]["code"], "nobody_addressed");
    let changed = change(json!({"notify": [olga.id(), boris.me.id()]})).await.expect(200).json();
    assert_eq!((&changed["audience"][0]["name"], &changed["audience"][1]), (&json!("olga"), &Value::Null));
    assert_eq!(changed["warnings"], json!([]));
    change(json!({"send_at": in_minutes(&app, 0)})).await.expect(422).problem("validation_failed");
    let later = in_minutes(&app, 9);
    assert_eq!(change(json!({"send_at": later})).await.expect(200).json()["send_at"], later);
    app.clock().advance(TimeDelta::minutes(6));
    assert_eq!(mailed(&app).await, Vec::<String>::new());
    change(json!({"send_at": in_minutes(&app, 2)})).await.expect(200);
    app.clock().advance(TimeDelta::minutes(5));
    app.work().await;
    let sent = app.mail().take();
    assert_eq!(sent[0].envelope.recipients[0].as_str(), "olga@client.example");
    let text = String::from_utf8_lossy(&sent[0].message).into_owned();
    assert!(text.contains("Final") && !text.contains("Draft"), "{text}");
    assert_eq!(change(json!({"text": "Corrected"})).await.expect(200).json()["text"], "Corrected");
    change(json!({"notify": []})).await.expect(409).problem("already_sent");
}

/// CONF-1: who may not be addressed any more is left out, and the author is told.
async fn its_audience_is_judged_when_it_leaves(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, olga, petr) =
        (anna.contact("ivan").await, anna.contact("olga").await, anna.contact("petr").await);
    let task = set(&anna, json!({"title": "Gate"})).await;
    let notify = [ivan.id(), olga.id(), petr.id()];
    let body = json!({"text": "Later", "notify": notify, "send_at": in_minutes(&app, 6)});
    let made = write(&anna, &task, body).await;
    let contact = |it: &Value| format!("/v1/contacts/{}", it.id());
    anna.patch(contact(&olga), json!({"selectable_as_participant": false})).await.expect(200);
    anna.patch(contact(&ivan), json!({"email": "ivan@new.example"})).await.expect(200);
    anna.delete(contact(&petr)).await.expect(204);
    app.clock().advance(TimeDelta::minutes(6));
    assert_eq!(mailed(&app).await, ["ivan@new.example"]);
    let left = anna.get(of(&made, "")).await.expect(200).json();
    assert_eq!(left["audience"].as_array().unwrap().len(), 1);
    let warned: Vec<(&str, &Value)> =
        left["warnings"].as_array().unwrap().iter().map(|it| (it["code"].text(), &it["person_id"])).collect();
    assert_eq!(warned, [("not_addressed", &olga["id"]), ("not_addressed", &petr["id"])]);
}

/// It stays held, and administrators see why.
async fn what_an_author_may_not_write_any_more_does_not_leave(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, vera) = (anna.employee("boris").await, anna.employee("vera").await);
    let ivan = anna.contact("ivan").await;
    let task = set(&anna, json!({"title": "Gate", "participants": [boris.me.id(), vera.me.id()]})).await;
    let body = json!({"text": "Later", "notify": [ivan.id()], "send_at": in_minutes(&app, 6)});
    let (his, hers) = (write(&boris, &task, body.clone()).await, write(&vera, &task, body).await);
    anna.patch(format!("/v1/employees/{}", boris.me.id()), json!({"status": "inactive"})).await.expect(200);
    anna.patch(path(&task, ""), json!({"participants": []})).await.expect(200);
    app.clock().advance(TimeDelta::minutes(6));
    assert_eq!(mailed(&app).await, Vec::<String>::new());
    for made in [&his, &hers] {
        let kept = anna.get(of(made, "")).await.expect(200).json();
        assert_eq!(
            (&kept["send_at"], &kept["warnings"][0]["code"]),
            (&made["send_at"], &json!("not_published"))
        );
        anna.post(of(made, ":cancel"), json!({})).await.expect(200);
    }
}

async fn a_comment_cannot_leave_in_the_past(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let task = set(&anna, json!({"title": "Gate"})).await;
    for at in [in_minutes(&app, 0), in_minutes(&app, -1), json!("+012030-01-01T00:00:00Z")] {
        let answer = anna.post(path(&task, "/comments"), json!({"text": "Late", "send_at": at})).await;
        answer.expect(422).problem("validation_failed");
    }
}

/// Product §3: what stays in the house is told at once; what somebody scheduled keeps its time.
async fn an_accounts_delay_holds_what_is_addressed_to_contacts(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, ivan) = (anna.employee("boris").await, anna.contact("ivan").await);
    anna.patch("/v1/account", json!({"send_delay_seconds": 30})).await.expect(200);
    let task = set(&anna, json!({"title": "Gate"})).await;
    let note = write(&anna, &task, json!({"text": "A note", "notify": [boris.me.id()]})).await;
    assert_eq!((&note["send_at"], states(&note)), (&Value::Null, vec![["boris", "in_app", "delivered"]]));
    let body = json!({"text": "An offre", "notify": [boris.me.id(), ivan.id()]});
    let made = write(&anna, &task, body.clone()).await;
    assert_eq!(made["send_at"], json!(app.clock().now() + TimeDelta::seconds(30)));
    let mut scheduled = body.clone();
    scheduled["send_at"] = in_minutes(&app, 1);
    assert_eq!(write(&anna, &task, scheduled).await["send_at"], in_minutes(&app, 1));
    app.clock().advance(TimeDelta::seconds(29));
    assert_eq!(mailed(&app).await, Vec::<String>::new());
    assert_eq!(texts(&boris, &task).await, ["A note"]);
    anna.patch(of(&made, ""), json!({"text": "An offer"})).await.expect(200);
    app.clock().advance(TimeDelta::seconds(1));
    assert_eq!(mailed(&app).await, ["ivan@client.example"]);
    assert_eq!(texts(&boris, &task).await, ["A note", "An offer"]);
    app.clock().advance(TimeDelta::seconds(30));
    assert_eq!(mailed(&app).await, ["ivan@client.example"]);
}

/// Product §3: the preview is of the mail, not of the wait.
async fn what_is_held_is_shown_at_once_as_it_will_leave(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    anna.patch("/v1/account", json!({"send_delay_seconds": 30})).await.expect(200);
    let task = set(&anna, json!({"title": "Gate"})).await;
    let body = json!({"text": "Later", "notify": [ivan.id()], "send_at": in_minutes(&app, 6)});
    let shown = anna.post(path(&task, "/comments:preview"), body).await.expect(200).json();
    assert_eq!(shown.items()[0]["mail"]["address"], "ivan@client.example");
    assert_eq!(texts(&anna, &task).await, [] as [&str; 0]);
}

async fn a_held_comment_is_neither_answered_nor_moved(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let task = set(&anna, json!({"title": "Gate"})).await;
    let made = write(&anna, &task, json!({"text": "Later", "send_at": in_minutes(&app, 6)})).await;
    let answer = json!({"text": "Re", "reply_to": made.id()});
    anna.post(path(&task, "/comments"), answer).await.expect(404).problem("not_found");
    let elsewhere = json!({"new_task": {"title": "Its own"}});
    anna.post(of(&made, ":move"), elsewhere).await.expect(409).problem("not_sent");
    anna.delete(of(&made, "")).await.expect(204);
}

/// COM-8: what leaves first before the others; nobody else's, and nothing that has left.
async fn an_author_finds_what_waits_in_all_his_tasks(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    for (text, minutes) in [("Third", 30), ("First", 10), ("Second", 20)] {
        let task = set(&anna, json!({"title": "Gate", "assignees": [boris.me.id()]})).await;
        write(&anna, &task, json!({"text": text, "send_at": in_minutes(&app, minutes)})).await;
        write(&anna, &task, json!({"text": "Now"})).await;
        write(&boris, &task, json!({"text": "His", "send_at": in_minutes(&app, 15)})).await;
    }
    let waiting = async |query: &str| {
        let path = format!("/v1/me/held-comments?{query}");
        anna.get(path).await.expect(200).json()
    };
    let texts_of = |page: &Value| -> Vec<String> {
        page.items().iter().map(|it| it["text"].text().to_owned()).collect()
    };
    let first = waiting("limit=2").await;
    assert_eq!(texts_of(&first), ["First", "Second"]);
    let next = waiting(&format!("limit=2&cursor={}", first["next_cursor"].text())).await;
    assert_eq!(texts_of(&next), ["Third"]);
    app.clock().advance(TimeDelta::minutes(10));
    app.work().await;
    let anna = app.sign_in("acme", "anna@acme.example").await;
    let left = anna.get("/v1/me/held-comments").await.expect(200).json();
    assert_eq!(texts_of(&left), ["Second", "Third"]);
}
