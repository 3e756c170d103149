//! `POST /v1/contacts/{id}:write`

use mail_parser::{MessageParser, MimeHeaders as _};
use serde_json::{Value, json};
use support::{JsonExt as _, TestApp, both_engines};

use crate::api::tasks::{mailed, path, set};

both_engines!(
    a_message_to_a_contact_is_a_task,
    it_is_made_after_the_accounts_template,
    who_may_not_take_part_any_more_is_left_out,
    who_cannot_be_written_to_is_named,
);

fn to(contact: &Value) -> String {
    format!("/v1/contacts/{}:write", contact.id())
}

/// WRT-1, CLI-7: the mail goes out, and its answer comes home.
async fn a_message_to_a_contact_is_a_task(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, ivan) = (anna.employee("boris").await, anna.contact("ivan").await);
    let file = boris.upload("Смета.txt", "Дорого".as_bytes()).await;
    let body = json!({"title": "Our offer", "html": "<b>Dear Ivan</b>", "file_ids": [file.id()]});
    let answer = boris.post(to(&ivan), body).await.expect(201);
    let task = answer.json();
    assert_eq!(answer.header("location"), Some(path(&task, "").as_str()));
    assert_eq!((&task["title"], &task["description"]), (&json!("Our offer"), &json!("<b>Dear Ivan</b>")));
    let of =
        |field: &str| task[field].as_array().unwrap().iter().map(|it| it.id().to_owned()).collect::<Vec<_>>();
    assert_eq!((task["assigner"].id(), of("assignees")), (boris.me.id(), vec![ivan.id().to_owned()]));
    assert_eq!(task["counterparty"]["id"], ivan["id"]);
    assert_eq!((of("participants").len(), of("auditors").len(), &task["project_id"]), (0, 0, &Value::Null));
    app.work().await;
    let sent = app.mail().take();
    let mail = MessageParser::new().parse(&sent[0].message).unwrap();
    assert_eq!(sent[0].envelope.recipients[0].as_str(), "ivan@client.example");
    assert_eq!(mail.subject(), Some("Our offer"));
    assert!(mail.body_html(0).unwrap().contains("<b>Dear Ivan</b>"));
    assert_eq!(mail.attachment(0).unwrap().attachment_name(), Some("Смета.txt"));
}

/// WRT-1: project, priority, participants and auditors.
async fn it_is_made_after_the_accounts_template(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, vera) = (anna.employee("boris").await, anna.employee("vera").await);
    let ivan = anna.contact("ivan").await;
    let project = anna.post("/v1/projects", json!({"name": "Sales"})).await.expect(201).json();
    let template = json!({
        "title": "Offers", "description": "Never sent", "priority": "urgent", "project_id": project.id(),
        "participants": [vera.me.id()], "auditors": [anna.me.id()],
    });
    let template = set(&anna, template).await;
    let choose = json!({"compose_task_template": template.id()});
    let settings = anna.patch("/v1/settings/contact-mail", choose).await.expect(200).json();
    assert_eq!(settings["compose_task_template"], template["id"]);
    let task = boris.post(to(&ivan), json!({"title": "Our offer", "text": "Cheap"})).await.expect(201).json();
    assert_eq!((task["priority"].text(), task["project_id"].text()), ("urgent", project.id()));
    assert_eq!((task["participants"][0].id(), task["auditors"][0].id()), (vera.me.id(), anna.me.id()));
    assert_eq!((task["description_text"].text(), task["title"].text()), ("Cheap", "Our offer"));
    assert_eq!(mailed(&app).await, ["ivan@client.example"]);
    anna.patch("/v1/settings/contact-mail", json!({"compose_task_template": null})).await.expect(200);
    let task = boris.post(to(&ivan), json!({"title": "Our offer", "text": "Cheap"})).await.expect(201).json();
    assert_eq!((task["priority"].text(), &task["project_id"]), ("normal", &Value::Null));
    assert_eq!(mailed(&app).await, ["ivan@client.example"]);
}

/// CONF-1: a template does not fail for it.
async fn who_may_not_take_part_any_more_is_left_out(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, ivan, olga) =
        (anna.employee("boris").await, anna.contact("ivan").await, anna.contact("olga").await);
    let people = json!({"title": "Offers", "participants": [boris.me.id(), olga.id()]});
    let template = set(&anna, people).await;
    let choose = json!({"compose_task_template": template.id()});
    anna.patch("/v1/settings/contact-mail", choose).await.expect(200);
    anna.patch(format!("/v1/employees/{}", boris.me.id()), json!({"status": "inactive"})).await.expect(200);
    let off = json!({"selectable_as_participant": false});
    anna.patch(format!("/v1/contacts/{}", olga.id()), off).await.expect(200);
    let task = anna.post(to(&ivan), json!({"title": "Our offer", "text": "Cheap"})).await.expect(201).json();
    assert_eq!(task["participants"], json!([]));
    assert_eq!(mailed(&app).await, ["ivan@client.example"]);
}

/// CONF-1, and an employee is no contact.
async fn who_cannot_be_written_to_is_named(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let body = json!({"title": "Our offer", "text": "Cheap"});
    let make = async |contact: Value| anna.post("/v1/contacts", contact).await.expect(201).json();
    let mute = make(json!({"name": "Mute", "selectable_as_participant": true})).await;
    let apart = make(json!({"name": "Apart", "email": "apart@client.example"})).await;
    anna.post(to(&mute), body.clone()).await.expect(422).problem("no_address");
    anna.post(to(&apart), body.clone()).await.expect(422).problem("contact_not_selectable");
    anna.post(to(&boris.me), body).await.expect(404).problem("not_found");
    anna.post(to(&mute), json!({"title": ""})).await.expect(422).problem("validation_failed");
}
