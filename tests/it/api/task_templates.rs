//! `/v1/task-templates`, and tasks that begin as they say.

use liaison_persistence::testing::inspect::list_change_events;
use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

use super::tasks::{NOBODY, ids, mailed, path, set};

both_engines!(
    a_template_is_made_changed_listed_and_deleted,
    administrators_and_auditors_of_the_project_write_templates,
    a_template_that_is_not_right_is_refused,
    a_request_counts_before_the_template_and_that_before_the_project,
    who_may_not_take_part_any_more_is_left_out,
    what_names_a_contact_in_a_template_follows_him_through_a_merge,
);

const PATH: &str = "/v1/task-templates";

async fn make(client: &Client, body: Value) -> Value {
    client.post(PATH, body).await.expect(201).json()
}

fn place(template: &Value) -> String {
    format!("{PATH}/{}", template.id())
}

async fn steps(client: &Client, task: &Value) -> Vec<String> {
    let listed = client.get(path(task, "/checklist")).await.expect(200).json();
    listed.items().iter().map(|it| it["text"].text().to_owned()).collect()
}

async fn a_template_is_made_changed_listed_and_deleted(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, ivan) = (anna.employee("boris").await, anna.contact("ivan").await);
    let project = anna.post("/v1/projects", json!({"name": "Gates"})).await.expect(201).json();
    let answer = anna
        .post(
            PATH,
            json!({
                "name": "Repair", "title": "Repair the gate", "description": "<b>All</b><script>x</script>",
                "description_format": "html", "priority": "urgent", "project_id": project.id(),
                "counterparty_id": ivan.id(), "assignees": [ivan.id(), boris.me.id(), ivan.id()],
                "participants": [boris.me.id()], "auditors": [anna.me.id()], "checklist": [" Look ", "Repair"],
                "deadline_in_hours": 48,
            }),
        )
        .await
        .expect(201);
    let made = answer.json();
    assert_eq!(answer.header("location"), Some(place(&made).as_str()));
    assert_eq!((&made["name"], &made["title"]), (&json!("Repair"), &json!("Repair the gate")));
    assert_eq!((&made["description"], &made["description_text"]), (&json!("<b>All</b>"), &json!("All")));
    assert_eq!((&made["priority"], &made["deadline_in_hours"]), (&json!("urgent"), &json!(48)));
    assert_eq!((&made["project_id"], &made["counterparty_id"]), (&project["id"], &ivan["id"]));
    assert_eq!(ids(&made["assignees"]), [ivan.id(), boris.me.id()]);
    assert_eq!(
        (ids(&made["participants"]), ids(&made["auditors"])),
        (vec![boris.me.id()], vec![anna.me.id()])
    );
    assert_eq!(made["checklist"], json!(["Look", "Repair"]));
    let shown = boris.get(place(&made)).await.expect(200);
    assert_eq!((shown.json(), shown.header("etag")), (made.clone(), answer.header("etag")));

    let plain = make(&anna, json!({"name": "Plain", "title": "A task"})).await;
    for (field, value) in [
        ("description", json!("")),
        ("priority", json!("normal")),
        ("project_id", Value::Null),
        ("counterparty_id", Value::Null),
        ("deadline_in_hours", Value::Null),
        ("checklist", json!([])),
        ("assignees", json!([])),
    ] {
        assert_eq!(plain[field], value, "{field}");
    }
    let first = boris.get(format!("{PATH}?limit=1")).await.expect(200).json();
    assert_eq!(first.items(), [plain]);
    let next = boris.get(format!("{PATH}?limit=1&cursor={}", first["next_cursor"].text())).await.expect(200);
    assert_eq!(next.json(), json!({"items": [made], "next_cursor": null}));

    let change = json!({"name": "Doors", "counterparty_id": null, "assignees": [], "checklist": ["Look"],
        "deadline_in_hours": null, "project_id": null, "description": ""});
    let changed = anna.patch(place(&made), change).await.expect(200);
    let mut expected = made.clone();
    for (field, value) in [
        ("name", json!("Doors")),
        ("counterparty_id", Value::Null),
        ("assignees", json!([])),
        ("checklist", json!(["Look"])),
        ("deadline_in_hours", Value::Null),
        ("project_id", Value::Null),
        ("description", json!("")),
        ("description_text", json!("")),
    ] {
        expected[field] = value;
    }
    assert_eq!(changed.json(), expected);
    let old = answer.header("etag").unwrap();
    assert_ne!(changed.header("etag"), Some(old));
    let stale = anna.patch(place(&made), json!({"name": "x"})).header("If-Match", old).await.expect(412);
    stale.problem("stale_version");
    anna.patch(place(&made), json!({})).header("If-Match", changed.header("etag").unwrap()).await.expect(200);

    let task = set(&boris, json!({"template_id": made.id()})).await;
    anna.delete(place(&made)).await.expect(204);
    anna.get(place(&made)).await.expect(404).problem("not_found");
    assert_eq!(steps(&boris, &task).await, ["Look"]);
    let events = list_change_events(&app.parts().database).await.unwrap();
    let of_templates: Vec<_> = events.iter().filter(|it| it.starts_with("task_template.")).collect();
    let what = ["created", "created", "updated", "deleted"].map(|it| format!("task_template.{it}"));
    assert_eq!(of_templates, what.iter().collect::<Vec<_>>());
}

/// As with what reaches from a project into its tasks.
async fn administrators_and_auditors_of_the_project_write_templates(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, clara) = (anna.employee("boris").await, anna.employee("clara").await);
    let project = json!({"name": "Gates", "auditors": [boris.me.id()]});
    let gates = anna.post("/v1/projects", project).await.expect(201).json();
    let doors = anna.post("/v1/projects", json!({"name": "Doors"})).await.expect(201).json();
    let of = |project: &Value| json!({"name": "Repair", "title": "Repair", "project_id": project["id"]});
    clara.post(PATH, of(&gates)).await.expect(403).problem("forbidden");
    boris.post(PATH, of(&doors)).await.expect(403).problem("forbidden");
    boris.post(PATH, of(&Value::Null)).await.expect(403).problem("forbidden");
    let template = make(&boris, of(&gates)).await;
    boris.patch(place(&template), json!({"title": "Mend"})).await.expect(200);
    for elsewhere in [&doors["id"], &Value::Null] {
        let answer = boris.patch(place(&template), json!({"project_id": elsewhere})).await.expect(403);
        answer.problem("forbidden");
    }
    clara.patch(place(&template), json!({"title": "x"})).await.expect(403).problem("forbidden");
    clara.delete(place(&template)).await.expect(403).problem("forbidden");
    anna.admin("admin").await.patch(place(&template), json!({"project_id": doors.id()})).await.expect(200);
    boris.delete(place(&template)).await.expect(403).problem("forbidden");
    // Everybody uses them.
    assert_eq!(set(&clara, json!({"template_id": template.id()})).await["title"], "Mend");
}

/// CONF-1, CONF-2, CT-1, LIM-1, S6
async fn a_template_that_is_not_right_is_refused(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("globex").await);
    let shy = anna.post("/v1/contacts", json!({"name": "Shy"})).await.expect(201).json();
    let theirs = other.post("/v1/projects", json!({"name": "Gates"})).await.expect(201).json();
    let template = make(&anna, json!({"name": "Repair", "title": "Repair"})).await;
    for (field, value, status, code, pointer, what) in [
        ("assignees", json!([anna.me.id(), NOBODY]), 404, "not_found", "/assignees/1", "unknown_id"),
        ("auditors", json!([shy.id()]), 422, "contact_not_selectable", "/auditors/0", "not_selectable"),
        ("counterparty_id", anna.me["id"].clone(), 404, "not_found", "/counterparty_id", "unknown_id"),
        ("project_id", theirs["id"].clone(), 404, "not_found", "/project_id", "unknown_id"),
        ("priority", json!("x"), 422, "validation_failed", "/priority", "invalid"),
        ("checklist", json!(["a", " "]), 422, "validation_failed", "/checklist/1", "empty"),
        ("checklist", json!(vec!["a"; 151]), 422, "validation_failed", "/checklist", "too_many"),
        ("deadline_in_hours", json!(0), 422, "validation_failed", "/deadline_in_hours", "out_of_range"),
        ("deadline_in_hours", json!(87_601), 422, "validation_failed", "/deadline_in_hours", "out_of_range"),
    ] {
        let mut body = json!({"name": "Repair", "title": "Repair"});
        body[field] = value;
        anna.post(PATH, body.clone()).await.expect(status).problem_at(code, &[(pointer, what)]);
        anna.patch(place(&template), body).await.expect(status).problem_at(code, &[(pointer, what)]);
    }
    let answer = anna.post("/v1/tasks", json!({})).await.expect(422);
    answer.problem_at("validation_failed", &[("/title", "required")]);
    let answer = other.post("/v1/tasks", json!({"template_id": template.id()})).await.expect(404);
    answer.problem_at("not_found", &[("/template_id", "unknown_id")]);
}

/// CLI-7, CT-4, ROL-4
async fn a_request_counts_before_the_template_and_that_before_the_project(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, clara) = (anna.employee("boris").await, anna.employee("clara").await);
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    let project = json!({"name": "Gates", "default_assignees": [clara.me.id()], "auditors": [clara.me.id()],
        "default_participants": [clara.me.id()], "counterparty_id": olga.id()});
    let project = anna.post("/v1/projects", project).await.expect(201).json();
    let template = make(
        &anna,
        json!({
            "name": "Repair", "title": "Repair", "description": "All of it", "priority": "urgent",
            "project_id": project.id(), "counterparty_id": ivan.id(), "assignees": [ivan.id()],
            "auditors": [boris.me.id()], "checklist": ["Look", "Repair", "Go"], "deadline_in_hours": 48,
        }),
    )
    .await;
    let task = set(&anna, json!({"template_id": template.id()})).await;
    assert_eq!((&task["title"], &task["description_text"]), (&json!("Repair"), &json!("All of it")));
    assert_eq!((&task["priority"], &task["deadline"]), (&json!("urgent"), &json!("2030-01-03T00:00:00Z")));
    assert_eq!((&task["project_id"], &task["counterparty"]["id"]), (&project["id"], &ivan["id"]));
    assert_eq!((ids(&task["assignees"]), ids(&task["participants"])), (vec![ivan.id()], vec![clara.me.id()]));
    assert_eq!(ids(&task["auditors"]), [boris.me.id(), clara.me.id()]);
    assert_eq!(ids(&json!([task["assigner"]])), [anna.me.id()]);
    assert_eq!(steps(&anna, &task).await, ["Look", "Repair", "Go"]);
    assert_eq!(mailed(&app).await, ["ivan@client.example"]);
    // What was laid out can be added to.
    let last = json!({"text": "Tell"});
    anna.post(path(&task, "/checklist"), last).await.expect(201);
    assert_eq!(steps(&anna, &task).await, ["Look", "Repair", "Go", "Tell"]);

    let named = json!({
        "template_id": template.id(), "title": "Mend", "description": "", "priority": "low",
        "deadline": "2031-01-01T00:00:00Z", "counterparty": olga.id(), "assignees": [],
        "participants": [boris.me.id()], "auditors": [anna.me.id()],
    });
    let task = set(&anna, named).await;
    assert_eq!((&task["title"], &task["description_text"]), (&json!("Mend"), &json!("")));
    assert_eq!((&task["priority"], &task["deadline"]), (&json!("low"), &json!("2031-01-01T00:00:00Z")));
    assert_eq!((ids(&task["assignees"]), &task["counterparty"]["id"]), (vec![], &olga["id"]));
    assert_eq!(ids(&task["participants"]), [boris.me.id()]);
    let mut auditors = ids(&task["auditors"]);
    auditors.sort_unstable();
    assert_eq!(auditors, [anna.me.id(), clara.me.id()]);
    let by_address = json!({"template_id": template.id(), "assignee_emails": ["olga@client.example"]});
    assert_eq!(ids(&set(&anna, by_address).await["assignees"]), [olga.id()]);
    assert_eq!(mailed(&app).await, ["olga@client.example"]);
}

/// CONF-1, CONF-2
async fn who_may_not_take_part_any_more_is_left_out(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, clara) = (anna.employee("boris").await, anna.employee("clara").await);
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    let project = json!({"name": "Gates", "default_participants": [clara.me.id()]});
    let project = anna.post("/v1/projects", project).await.expect(201).json();
    let body = json!({"name": "Repair", "title": "Repair", "project_id": project.id(), "counterparty_id": olga.id(),
        "assignees": [boris.me.id(), clara.me.id()], "participants": [ivan.id()], "auditors": [olga.id()]});
    let template = make(&anna, body).await;
    anna.patch(format!("/v1/employees/{}", boris.me.id()), json!({"status": "inactive"})).await.expect(200);
    let off = json!({"selectable_as_participant": false});
    anna.patch(format!("/v1/contacts/{}", ivan.id()), off).await.expect(200);
    anna.delete(format!("/v1/contacts/{}", olga.id())).await.expect(204);
    let task = set(&anna, json!({"template_id": template.id()})).await;
    assert_eq!(ids(&task["assignees"]), [clara.me.id()]);
    assert_eq!(ids(&task["participants"]), [clara.me.id()], "the project's, where nobody is left");
    assert_eq!((ids(&task["auditors"]), &task["counterparty"]), (vec![], &Value::Null));
    // He keeps his place in the template.
    let kept =
        json!({"assignees": [boris.me.id()], "participants": [ivan.id()], "counterparty_id": olga.id()});
    anna.patch(place(&template), kept).await.expect(200);
}

/// DUP-5
async fn what_names_a_contact_in_a_template_follows_him_through_a_merge(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, vanya) = (anna.contact("ivan").await, anna.contact("vanya").await);
    let body = json!({"name": "Repair", "title": "Repair", "counterparty_id": vanya.id(),
        "assignees": [vanya.id(), ivan.id()], "participants": [vanya.id()]});
    let template = make(&anna, body).await;
    let merge = json!({"into": ivan.id(), "from": [vanya.id()]});
    let merged = anna.post("/v1/contacts:merge", merge).await.expect(200).json();
    let shown = anna.get(place(&template)).await.expect(200).json();
    assert_eq!((ids(&shown["assignees"]), ids(&shown["participants"])), (vec![ivan.id()], vec![ivan.id()]));
    assert_eq!(shown["counterparty_id"], ivan["id"]);
    let undo = json!({"undo_token": merged["undo_token"]});
    anna.post("/v1/contacts:undo-merge", undo).await.expect(200);
    assert_eq!(anna.get(place(&template)).await.expect(200).json(), template);
}
