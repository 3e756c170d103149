//! `GET /v1/comments/{id}/deliveries`

use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

use super::{of, write};
use crate::api::tasks::{mailed, set};

both_engines!(
    each_person_is_told_by_his_own_way,
    who_got_nothing_is_named_with_the_reason,
    the_author_is_told_nothing,
);

/// Name, channel, state and detail of each line.
async fn lines(client: &Client, comment: &Value) -> Vec<[String; 4]> {
    let page = client.get(of(comment, "/deliveries")).await.expect(200).json();
    let line = |it: &Value| {
        let detail = it["detail"].as_str().unwrap_or_default();
        [it["person"]["name"].text(), it["channel"].text(), it["state"].text(), detail].map(str::to_owned)
    };
    page.items().iter().map(line).collect()
}

/// CLI-2, CLI-3: a contact by mail, a colleague in the application, others not at all.
async fn each_person_is_told_by_his_own_way(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, vera) = (anna.employee("boris").await, anna.employee("vera").await);
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    let body = json!({"title": "Ours", "auditors": [vera.me.id()], "participants": [olga.id()]});
    let task = set(&anna, body).await;
    let made = write(&anna, &task, json!({"text": "Hello", "notify": [boris.me.id(), ivan.id()]})).await;
    let expected = [["boris", "in_app", "delivered", ""], ["ivan", "mail", "queued", ""]];
    assert_eq!(lines(&vera, &made).await, expected);
    assert_eq!(made["deliveries"].as_array().unwrap().len(), 2);
    assert_eq!(mailed(&app).await, ["ivan@client.example"]);
    let [_, mail] = lines(&vera, &made).await.try_into().unwrap();
    assert_eq!(mail[2], "accepted");
}

/// R8, R12: nobody is left out in silence.
async fn who_got_nothing_is_named_with_the_reason(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let mute = json!({"name": "mute", "selectable_as_participant": true});
    let mute = anna.post("/v1/contacts", mute).await.expect(201).json();
    anna.patch(format!("/v1/employees/{}", boris.me.id()), json!({"status": "inactive"})).await.expect(200);
    let task = set(&anna, json!({"title": "Ours"})).await;
    let made = write(&anna, &task, json!({"text": "Hello", "notify": [boris.me.id(), mute.id()]})).await;
    let expected =
        [["boris", "in_app", "skipped", "inactive_employee"], ["mute", "mail", "skipped", "no_address"]];
    assert_eq!(lines(&anna, &made).await, expected);
    let warnings = made["warnings"].as_array().unwrap();
    let codes: Vec<_> = warnings.iter().map(|it| it["code"].text()).collect();
    assert_eq!(codes, ["inactive_employee", "no_address"]);
}

/// NTF-5
async fn the_author_is_told_nothing(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let task = set(&anna, json!({"title": "Ours"})).await;
    let made = write(&anna, &task, json!({"text": "Hello", "notify": [anna.me.id(), boris.me.id()]})).await;
    assert_eq!(lines(&anna, &made).await, [["boris", "in_app", "delivered", ""]]);
    let note = write(&anna, &task, json!({"text": "To myself"})).await;
    assert_eq!(lines(&anna, &note).await, Vec::<[String; 4]>::new());
}
