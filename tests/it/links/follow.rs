//! What follows from elsewhere: comments that are moved, tasks that nobody took, people whom a third account knows.

use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines};

use super::{Pair, assign, comment, link, only_task, tasks, texts};

both_engines!(
    a_comment_that_is_moved_goes_to_the_other_copy_too,
    what_was_declined_begins_anew_with_consent,
    a_third_account_hears_of_people_who_were_cut_off,
);

/// R15, LINK-4: taken back in the one, told in the other, and its author's edits follow.
async fn a_comment_that_is_moved_goes_to_the_other_copy_too(app: TestApp) {
    let Pair { app, acme, globex, contact } = Pair::new(app).await;
    let wrong = assign(&acme, "Wrong", &contact).await;
    let written = comment(&acme, &wrong, "Hello", &[&contact]).await;
    let right = acme.post("/v1/tasks", json!({"title": "Right"})).await.expect(201).json();
    comment(&acme, &right, "Aside", &[]).await;
    app.work().await;
    let path = format!("/v1/comments/{}", written.id());
    acme.post(format!("{path}:move"), json!({"task_id": right["id"]})).await.expect(200);
    acme.patch(&path, json!({"text": "Hello there"})).await.expect(200);
    app.work().await;
    let there = tasks(&globex).await;
    let copy = |title: &str| there.iter().find(|it| it["title"] == title).unwrap();
    assert_eq!(texts(&globex, copy("Wrong")).await, Vec::<String>::new());
    assert_eq!(texts(&globex, copy("Right")).await, ["Hello there"]);
    comment(&globex, copy("Right"), "Answer", &[&copy("Right")["assigner"]]).await;
    app.work().await;
    assert_eq!(texts(&acme, &right).await, ["Hello there", "Aside", "Answer"]);
}

/// LINKD-4, LINKA-6: a task that crossed as he said no leaves nothing behind that would keep it away for ever.
async fn what_was_declined_begins_anew_with_consent(app: TestApp) {
    let Pair { app, acme, globex, contact } = Pair::new(app).await;
    let task = assign(&acme, "Gate", &contact).await;
    let asked = globex.get("/v1/me/linked-accounts").await.expect(200).json();
    let path = format!("/v1/me/linked-accounts/{}:refuse", asked.items()[0].id());
    globex.post(path, json!({})).await.expect(200);
    app.work().await;
    assert!(tasks(&globex).await.is_empty());
    let links = acme.get(format!("/v1/tasks/{}/links", task.id())).await.expect(200).json();
    assert!(links.items().is_empty(), "{links}");
    let again = json!({"email": "anna@globex.liaison.test"});
    acme.patch(format!("/v1/contacts/{}", contact.id()), again).await.expect(200);
    app.work().await;
    comment(&acme, &task, "Hello", &[&contact]).await;
    app.work().await;
    assert_eq!(texts(&globex, &only_task(&globex).await).await, ["Hello"]);
}

/// LINKD-3, LINKM-6
async fn a_third_account_hears_of_people_who_were_cut_off(app: TestApp) {
    let Pair { app, acme, globex, contact } = Pair::new(app).await;
    let initech = app.sign_up("initech").await;
    let third = link(&acme, "Anna of Initech", "anna@initech").await;
    app.work().await;
    let body = json!({"title": "Gate", "assignees": [contact["id"], third["id"]]});
    let task = acme.post("/v1/tasks", body).await.expect(201).json();
    app.work().await;
    assert_eq!(only_task(&initech).await["assignees"].as_array().unwrap().len(), 2);
    acme.delete(format!("/v1/tasks/{}/links/globex", task.id())).await.expect(204);
    app.work().await;
    let copy = only_task(&initech).await;
    let names: Vec<&str> = copy["assignees"].as_array().unwrap().iter().map(|it| it["name"].text()).collect();
    assert_eq!(names, ["Anna"]);
    assert_eq!(only_task(&globex).await["links"][0]["state"], "cut");
}
