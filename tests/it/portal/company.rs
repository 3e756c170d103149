//! What a contact sees of tasks about his company.

use chrono::TimeDelta;
use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

use super::{enter, path, say, set, texts, titles, write};

both_engines!(
    who_sees_his_companys_tasks_sees_what_its_other_contacts_see,
    a_task_can_be_kept_from_the_company,
    what_he_answers_goes_to_those_who_talk_there,
);

/// A company with three contacts, of whom Vera sees its tasks, and somebody from elsewhere.
struct Firm {
    anna: Client,
    company: Value,
    ivan: Value,
    vera: Value,
    stranger: Value,
}

impl Firm {
    async fn new(app: &TestApp) -> Self {
        let anna = app.sign_up("acme").await;
        let company = json!({"name": "Firm", "is_company": true, "email": "office@firm.example",
            "selectable_as_participant": true});
        let company = anna.post("/v1/contacts", company).await.expect(201).json();
        let (ivan, vera) = (anna.contact("ivan").await, anna.contact("vera").await);
        for contact in [&ivan, &vera] {
            card(&anna, contact, json!({"company_ids": [company["id"]]})).await;
        }
        let seen = card(&anna, &vera, json!({"sees_company_tasks": true})).await;
        assert_eq!(seen["sees_company_tasks"], true);
        assert_eq!(ivan["sees_company_tasks"], false, "nobody does by himself");
        Self { stranger: anna.contact("stranger").await, anna, company, ivan, vera }
    }

    async fn task(&self, title: &str, more: Value) -> Value {
        let mut body = json!({"title": title, "counterparty": self.company["id"]});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        set(&self.anna, body).await
    }

    /// Vera comes in by a mail of another task.
    async fn vera_comes_in(&self) -> Client {
        let other = set(&self.anna, json!({"title": "Other"})).await;
        say(&self.anna, &other, "Hello", &[&self.vera]).await;
        enter(&self.anna, &self.vera).await
    }
}

async fn card(by: &Client, contact: &Value, change: Value) -> Value {
    by.patch(format!("/v1/contacts/{}", contact.id()), change).await.expect(200).json()
}

/// EXT-8, COM-5: the company's own address counts as one of them; what is hidden is for the chosen alone. Who stops seeing the tasks
/// or leaves the company sees nothing of them any more.
async fn who_sees_his_companys_tasks_sees_what_its_other_contacts_see(app: TestApp) {
    let firm = Firm::new(&app).await;
    let anna = &firm.anna;
    let assigned = json!({"assignees": [firm.ivan["id"]], "description": "By Friday"});
    let gate = firm.task("Gate", assigned).await;
    say(anna, &gate, "An internal note", &[]).await;
    let to_ivan = say(anna, &gate, "To Ivan", &[&firm.ivan]).await;
    say(anna, &gate, "To the office", &[&firm.company]).await;
    say(anna, &gate, "To a stranger", &[&firm.stranger]).await;
    let quiet = firm.task("Quiet", json!({})).await;
    let answer = json!({"text": "I am here"});
    enter(anna, &firm.ivan).await.post(path(&gate, "/comments"), answer).await.expect(201);
    app.clock().advance(TimeDelta::seconds(1));
    write(anna, &gate, json!({"text": "Chosen", "hidden": true, "notify": [firm.ivan["id"]]})).await;
    let client = firm.vera_comes_in().await;
    assert_eq!(titles(&client).await, ["Other", "Quiet", "Gate"]);
    assert_eq!(texts(&client, &gate).await, ["To Ivan", "To the office", "I am here"]);
    assert_eq!(texts(&client, &quiet).await, [""; 0]);
    let shown = client.get(path(&gate, "")).await.expect(200).json();
    assert_eq!(shown["description_text"].text().trim_end(), "By Friday", "as Ivan sees it");

    let audience = anna.get(format!("/v1/comments/{}/audience", to_ivan.id())).await.expect(200).json();
    let by = |who: &Value| audience.items().iter().find(|it| it["person"]["id"] == who["id"]);
    assert_eq!(by(&firm.vera).unwrap()["by"], "company");
    assert_eq!(by(&firm.ivan).unwrap()["by"], "addressed");
    assert_eq!(by(&firm.stranger), None);

    for out in [json!({"sees_company_tasks": false}), json!({"sees_company_tasks": true, "company_ids": []})]
    {
        card(anna, &firm.vera, out).await;
        assert_eq!(titles(&client).await, ["Other"]);
        client.get(path(&gate, "/comments")).await.expect(404);
    }
}

/// EXT-9, ROL-7: by a switch of the task, or as long as it is a draft. What was addressed to her stays.
async fn a_task_can_be_kept_from_the_company(app: TestApp) {
    let firm = Firm::new(&app).await;
    let anna = &firm.anna;
    let gate = firm.task("Gate", json!({"company_access": false})).await;
    assert_eq!(gate["company_access"], false);
    let roof = firm.task("Roof", json!({})).await;
    say(anna, &gate, "To Ivan", &[&firm.ivan]).await;
    say(anna, &gate, "To Vera", &[&firm.vera]).await;
    say(anna, &roof, "To Ivan", &[&firm.ivan]).await;
    anna.patch(format!("/v1/tasks/{}", roof.id()), json!({"status": "draft"})).await.expect(200);
    let client = enter(anna, &firm.vera).await;
    assert_eq!(titles(&client).await, ["Gate"]);
    assert_eq!(texts(&client, &gate).await, ["To Vera"]);
    anna.patch(format!("/v1/tasks/{}", gate.id()), json!({"company_access": true})).await.expect(200);
    assert_eq!(texts(&client, &gate).await, ["To Ivan", "To Vera"]);
}

/// EXT-8, CBM-4, DASH-8: she takes part from then on.
async fn what_he_answers_goes_to_those_who_talk_there(app: TestApp) {
    let firm = Firm::new(&app).await;
    let anna = &firm.anna;
    let gate = firm.task("Gate", json!({})).await;
    say(anna, &gate, "To Ivan", &[&firm.ivan]).await;
    let client = firm.vera_comes_in().await;
    client.post(path(&gate, "/comments"), json!({"text": "I can help"})).await.expect(201);
    let listed = anna.get(format!("/v1/tasks/{}/comments", gate.id())).await.expect(200).json();
    let last = listed.items().last().unwrap();
    let told: Vec<&str> = last["audience"].as_array().unwrap().iter().map(|it| it["name"].text()).collect();
    assert_eq!((last["origin"].text(), told), ("portal", vec!["Anna", "ivan"]));
    let task = anna.get(format!("/v1/tasks/{}", gate.id())).await.expect(200).json();
    let participants = task["participants"].as_array().unwrap();
    assert!(participants.iter().any(|it| it["id"] == firm.vera["id"]), "{participants:?}");
    app.work().await;
    app.mail().take();
}
