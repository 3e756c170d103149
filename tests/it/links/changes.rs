//! What changes after a task has crossed, and how it ends.

use actix_web::http::Method;
use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

use super::{Pair, assign, comment, comments, link, only_task, tasks, texts};

both_engines!(
    a_status_set_in_any_account_is_set_in_all,
    what_an_assignee_answers_crosses_with_his_reason,
    a_task_in_two_accounts_has_one_status_for_all,
    of_two_changes_at_once_the_same_one_wins_on_both_sides,
    what_people_without_a_part_change_stays_at_home,
    an_author_edits_and_deletes_in_both_accounts,
    what_stays_at_home_never_crosses,
    a_copy_goes_into_the_project_of_the_same_name,
    the_tree_is_kept_where_both_have_crossed,
    people_of_the_other_side_can_be_addressed,
    a_copy_is_for_those_whom_its_own_account_lets_in,
    a_task_that_is_cut_stays_until_somebody_is_addressed_anew,
    a_link_that_is_ended_leaves_what_crossed,
    the_report_has_everything_that_left,
);

async fn set(by: &Client, task: &Value, change: Value) -> Value {
    by.patch(format!("/v1/tasks/{}", task.id()), change).await.expect(200).json()
}

async fn show(of: &Client, task: &Value) -> Value {
    of.get(format!("/v1/tasks/{}", task.id())).await.expect(200).json()
}

/// LINKM-3, LINKM-8, LINKM-11: status, title, description and dates.
async fn a_status_set_in_any_account_is_set_in_all(app: TestApp) {
    let Pair { app, acme, globex, contact } = Pair::new(app).await;
    let task = assign(&acme, "Gate", &contact).await;
    app.work().await;
    let copy = only_task(&globex).await;
    set(&globex, &copy, json!({"status": "in_progress"})).await;
    let change = json!({"title": "The gate", "description": "Of iron", "deadline": "2030-02-01T00:00:00Z"});
    set(&acme, &task, change).await;
    app.work().await;
    for (of, task) in [(&acme, &task), (&globex, &copy)] {
        let it = show(of, task).await;
        assert_eq!((it["status"].text(), it["title"].text()), ("in_progress", "The gate"));
        assert_eq!(
            (it["description_text"].text(), it["deadline"].text()),
            ("Of iron", "2030-02-01T00:00:00Z")
        );
    }
    set(&globex, &copy, json!({"status": "completed"})).await;
    app.work().await;
    let closed = show(&acme, &task).await;
    assert_eq!((closed["status"].text(), closed["closed_at"].is_string()), ("completed", true));
}

/// STA-3, LINKM-2, LINKM-3
async fn what_an_assignee_answers_crosses_with_his_reason(app: TestApp) {
    let Pair { app, acme, globex, contact } = Pair::new(app).await;
    let task = assign(&acme, "Gate", &contact).await;
    app.work().await;
    let copy = only_task(&globex).await;
    let path = format!("/v1/tasks/{}:reject", copy.id());
    globex.post(path, json!({"reason": "Not ours"})).await.expect(200);
    app.work().await;
    assert_eq!(show(&acme, &task).await["status"], "rejected");
    let comments = comments(&acme, &task).await;
    let [reason] = &comments[..] else { panic!("{comments:?}") };
    assert_eq!((&reason["text"], &reason["author"]["id"]), (&json!("Not ours"), &contact["id"]));
    assert_eq!(reason["audience"][0]["id"], acme.me["id"]);
}

/// STA-5, LINKM-3: what each made of it before is its status from then on.
async fn a_task_in_two_accounts_has_one_status_for_all(app: TestApp) {
    let Pair { app, acme, globex, contact } = Pair::new(app).await;
    let (boris, olga) = (acme.employee("boris").await, acme.employee("olga").await);
    let body = json!({"title": "Gate", "assignees": [boris.me.id(), olga.me.id()]});
    let task = acme.post("/v1/tasks", body).await.expect(201).json();
    boris.post(format!("/v1/tasks/{}:accept", task.id()), json!({})).await.expect(200);
    comment(&acme, &task, "Look", &[&contact]).await;
    app.work().await;
    let copy = only_task(&globex).await;
    let own = async |of: &Client, task: &Value| {
        let task = show(of, task).await;
        let own = task["assignee_statuses"].as_array().unwrap().iter().map(|it| it["status"].clone());
        (task["status"].clone(), own.collect::<Vec<_>>())
    };
    for (by, status) in [(&olga, "new"), (&boris, "in_progress"), (&olga, "done")] {
        if status != "new" {
            set(by, &task, json!({"status": status})).await;
        }
        app.work().await;
        let expected = (json!(status), vec![json!(status); 2]);
        assert_eq!(own(&acme, &task).await, expected);
        assert_eq!(own(&globex, &copy).await, expected);
    }
}

/// R40
async fn of_two_changes_at_once_the_same_one_wins_on_both_sides(app: TestApp) {
    let Pair { app, acme, globex, contact } = Pair::new(app).await;
    let task = assign(&acme, "Gate", &contact).await;
    app.work().await;
    let copy = only_task(&globex).await;
    set(&acme, &task, json!({"status": "deferred"})).await;
    set(&globex, &copy, json!({"status": "in_progress"})).await;
    app.work().await;
    let (ours, theirs) = (show(&acme, &task).await, show(&globex, &copy).await);
    assert_eq!(ours["status"], theirs["status"]);
    set(&acme, &task, json!({"status": "done"})).await;
    app.work().await;
    assert_eq!(show(&globex, &copy).await["status"], "done", "who answers wins, though no clock has moved");
}

/// LINKM-8
async fn what_people_without_a_part_change_stays_at_home(app: TestApp) {
    let Pair { app, acme, globex, contact } = Pair::new(app).await;
    let admin = acme.admin("boss").await;
    let task = assign(&acme, "Gate", &contact).await;
    app.work().await;
    let copy = only_task(&globex).await;
    set(&admin, &task, json!({"title": "Our gate", "status": "done"})).await;
    set(&acme, &task, json!({"description": "Of iron"})).await;
    app.work().await;
    let it = show(&globex, &copy).await;
    assert_eq!((it["title"].text(), it["status"].text()), ("Gate", "new"));
    assert_eq!(it["description_text"], "Of iron");
}

/// LINKM-10, S22: nobody but the author's account.
async fn an_author_edits_and_deletes_in_both_accounts(app: TestApp) {
    let Pair { app, acme, globex, contact } = Pair::new(app).await;
    let task = assign(&acme, "Gate", &contact).await;
    let first = comment(&acme, &task, "One", &[&contact]).await;
    let second = comment(&acme, &task, "Two", &[&contact]).await;
    app.work().await;
    let copy = only_task(&globex).await;
    acme.patch(format!("/v1/comments/{}", first.id()), json!({"text": "First"})).await.expect(200);
    acme.delete(format!("/v1/comments/{}", second.id())).await.expect(204);
    app.work().await;
    assert_eq!(texts(&globex, &copy).await, ["First"]);
    // The copy is the owner's to delete, and his alone.
    let copied = comments(&globex, &copy).await[0].clone();
    globex.patch(format!("/v1/comments/{}", copied.id()), json!({"text": "?"})).await.expect(403);
    globex.delete(format!("/v1/comments/{}", copied.id())).await.expect(204);
    app.work().await;
    assert_eq!(texts(&acme, &task).await, ["First"]);
}

/// LINKM-9: auditors, priority; a draft is nobody's business (ROL-7).
async fn what_stays_at_home_never_crosses(app: TestApp) {
    let Pair { app, acme, globex, contact } = Pair::new(app).await;
    let auditor = acme.employee("auditor").await;
    let task = assign(&acme, "Gate", &contact).await;
    app.work().await;
    let copy = only_task(&globex).await;
    set(&acme, &task, json!({"auditors": [auditor.me["id"]], "priority": "urgent"})).await;
    set(&acme, &task, json!({"status": "draft"})).await;
    app.work().await;
    let it = show(&globex, &copy).await;
    assert_eq!((it["priority"].text(), it["status"].text()), ("normal", "new"));
    assert_eq!(it["auditors"], json!([]));
    let contacts = globex.get("/v1/contacts?q=auditor").await.expect(200).json();
    assert!(contacts.items().is_empty());
}

/// LINKM-5
async fn a_copy_goes_into_the_project_of_the_same_name(app: TestApp) {
    let Pair { app, acme, globex, contact } = Pair::new(app).await;
    let project = |by: &Client| by.post("/v1/projects", json!({"name": "Fence"}));
    let (ours, theirs) = (project(&acme).await.expect(201).json(), project(&globex).await.expect(201).json());
    project(&globex).await.expect(201);
    let body = json!({"title": "Gate", "assignees": [contact["id"]], "project_id": ours["id"]});
    acme.post("/v1/tasks", body).await.expect(201);
    app.work().await;
    assert_eq!(only_task(&globex).await["project_id"], theirs["id"], "the oldest of several");
    let other = acme.post("/v1/projects", json!({"name": "fence"})).await.expect(201).json();
    let body = json!({"title": "Post", "assignees": [contact["id"]], "project_id": other["id"]});
    acme.post("/v1/tasks", body).await.expect(201);
    app.work().await;
    assert_eq!(tasks(&globex).await[0]["project_id"], Value::Null);
}

/// LINKM-4: whichever crosses first.
async fn the_tree_is_kept_where_both_have_crossed(app: TestApp) {
    let Pair { app, acme, globex, contact } = Pair::new(app).await;
    let body = json!({"title": "Parent"});
    let parent = acme.post("/v1/tasks", body).await.expect(201).json();
    let child =
        |title: &str| json!({"title": title, "assignees": [contact["id"]], "parent_id": parent["id"]});
    acme.post("/v1/tasks", child("Before")).await.expect(201);
    app.work().await;
    assert_eq!(only_task(&globex).await["parent_id"], Value::Null);
    set(&acme, &parent, json!({"assignees": [contact["id"]]})).await;
    app.work().await;
    acme.post("/v1/tasks", child("After")).await.expect(201);
    app.work().await;
    let there = tasks(&globex).await;
    let above = there.iter().find(|it| it["title"] == "Parent").unwrap();
    for title in ["Before", "After"] {
        let child = there.iter().find(|it| it["title"] == title).unwrap();
        assert_eq!(child["parent_id"], above["id"], "{title}");
    }
}

/// LINKM-6, LINKM-12: as contacts with the mark of the link, each once.
async fn people_of_the_other_side_can_be_addressed(app: TestApp) {
    let Pair { app, acme, globex, contact } = Pair::new(app).await;
    let boris = acme.employee("boris").await;
    for title in ["One", "Two"] {
        let body = json!({"title": title, "assignees": [contact["id"]], "participants": [boris.me["id"]]});
        acme.post("/v1/tasks", body).await.expect(201);
    }
    app.work().await;
    let known = globex.get("/v1/contacts").await.expect(200).json();
    assert_eq!(known.items().len(), 2, "Anna and Boris of Acme, each once: {known}");
    let there = tasks(&globex).await;
    let boris_there = &there[1]["participants"][0];
    assert_eq!(boris_there["linked_account"], json!({"account": "acme", "login": "boris"}));
    comment(&globex, &there[1], "For Boris", &[boris_there]).await;
    app.work().await;
    let here = tasks(&boris).await;
    let one = here.iter().find(|it| it["title"] == "One").unwrap();
    let arrived = &comments(&boris, one).await[0];
    assert_eq!(arrived["audience"][0]["id"], boris.me["id"]);
    assert_eq!(arrived["link_origin"]["account"], "globex");
    assert_eq!(arrived["author"]["linked_account"]["account"], "globex");
    assert_eq!(there[1]["link_origin"]["account"], "acme");
}

/// LINK-5: all of them see what was addressed to one of theirs, and no more.
async fn a_copy_is_for_those_whom_its_own_account_lets_in(app: TestApp) {
    let Pair { app, acme, globex, contact } = Pair::new(app).await;
    let (outsider, admin) = (globex.employee("outsider").await, globex.admin("boss").await);
    let task = assign(&acme, "Gate", &contact).await;
    comment(&acme, &task, "Aside", &[]).await;
    comment(&acme, &task, "Hello", &[&contact]).await;
    app.work().await;
    let copy = only_task(&admin).await;
    outsider.get(format!("/v1/tasks/{}", copy.id())).await.expect(404);
    let body = json!({"person_id": outsider.me["id"]});
    globex.post(format!("/v1/tasks/{}/participants", copy.id()), body).await.expect(200);
    app.work().await;
    for it in [&outsider, &admin, &globex] {
        assert_eq!(texts(it, &copy).await, ["Hello"]);
    }
}

/// LINKD-2, LINKD-3, LINKD-4
async fn a_task_that_is_cut_stays_until_somebody_is_addressed_anew(app: TestApp) {
    let Pair { app, acme, globex, contact } = Pair::new(app).await;
    let task = assign(&acme, "Gate", &contact).await;
    comment(&acme, &task, "Before", &[&contact]).await;
    app.work().await;
    let copy = only_task(&globex).await;
    acme.delete(format!("/v1/tasks/{}/links/globex", task.id())).await.expect(204);
    app.work().await;
    for (of, it) in [(&acme, &task), (&globex, &copy)] {
        let links = of.get(format!("/v1/tasks/{}/links", it.id())).await.expect(200).json();
        assert_eq!(links.items()[0]["state"], "cut");
    }
    assert_eq!(show(&acme, &task).await["assignees"], json!([]));
    assert_eq!(show(&globex, &copy).await["assigner"]["id"], globex.me["id"]);
    set(&acme, &task, json!({"title": "Fence"})).await;
    comment(&globex, &copy, "A note", &[]).await;
    app.work().await;
    assert_eq!(show(&globex, &copy).await["title"], "Gate");
    acme.delete(format!("/v1/tasks/{}/links/globex", task.id())).await.expect(404);

    comment(&acme, &task, "Anew", &[&contact]).await;
    app.work().await;
    assert_eq!(tasks(&globex).await.len(), 1, "the same mirror goes on");
    assert_eq!(texts(&globex, &copy).await, ["Before", "A note", "Anew"]);
    let assigner = show(&globex, &copy).await["participants"].clone();
    assert!(assigner.as_array().unwrap().iter().all(|it| it["kind"] == "employee"), "{assigner}");
}

/// LINKD-1, LINK-1
async fn a_link_that_is_ended_leaves_what_crossed(app: TestApp) {
    let Pair { app, acme, globex, contact } = Pair::new(app).await;
    let task = assign(&acme, "Gate", &contact).await;
    comment(&acme, &task, "Before", &[&contact]).await;
    app.work().await;
    let copy = only_task(&globex).await;
    acme.delete(format!("/v1/contacts/{}/link", contact.id())).await.expect(204);
    app.work().await;
    comment(&acme, &task, "After", &[&contact]).await;
    comment(&globex, &copy, "Answer", &[&copy["assigner"]]).await;
    app.work().await;
    assert_eq!(texts(&globex, &copy).await, ["Before", "Answer"]);
    assert_eq!(texts(&acme, &task).await, ["Before", "After"]);
    let listed = globex.get("/v1/me/linked-accounts").await.expect(200).json();
    assert_eq!(listed.items()[0]["state"], "ended");
    // Linked again, the same task goes on, with what is addressed to him now.
    link(&acme, "Again", "anna@globex").await;
    app.work().await;
    acme.delete(format!("/v1/contacts/{}/link", contact.id())).await.expect(404);
}

/// §6: all that left, for administrators.
async fn the_report_has_everything_that_left(app: TestApp) {
    let Pair { app, acme, contact, .. } = Pair::new(app).await;
    let task = assign(&acme, "Gate", &contact).await;
    comment(&acme, &task, "A secret", &[]).await;
    comment(&acme, &task, "Hello", &[&contact]).await;
    app.work().await;
    let report = acme.get("/v1/account-links/report?account=globex").await.expect(200).json();
    let kinds: Vec<&str> = report.items().iter().map(|it| it["type"].text()).collect();
    assert_eq!(kinds, ["comment_added", "task_opened", "link_requested"]);
    assert!(!report.to_string().contains("A secret"));
    assert_eq!(report.items()[0]["operation"]["comment"]["body"]["text"], "Hello");
    assert!(acme.get("/v1/account-links/report?account=other").await.expect(200).json().items().is_empty());
    let call = acme.employee("member").await.call(Method::GET, "/v1/account-links/report");
    call.await.expect(403);
}
