//! Checklists over links (LINKM-7).

use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

use super::{Pair, assign, comment, link, only_task};

both_engines!(
    a_checklist_is_one_in_both_accounts,
    a_checklist_comes_along_with_who_is_to_do_the_task,
    a_checklist_stays_with_those_who_do_the_task,
    of_two_changes_of_a_step_at_once_the_same_one_wins_on_both_sides,
    a_checklist_goes_on_from_account_to_account,
);

async fn add(by: &Client, task: &Value, text: &str) -> Value {
    by.post(format!("/v1/tasks/{}/checklist", task.id()), json!({"text": text})).await.expect(201).json()
}

async fn change(by: &Client, task: &Value, step: &Value, change: Value) {
    by.patch(format!("/v1/tasks/{}/checklist/{}", task.id(), step.id()), change).await.expect(200);
}

async fn delete(by: &Client, task: &Value, step: &Value) {
    by.delete(format!("/v1/tasks/{}/checklist/{}", task.id(), step.id())).await.expect(204);
}

async fn list(of: &Client, task: &Value) -> Vec<Value> {
    of.get(format!("/v1/tasks/{}/checklist", task.id())).await.expect(200).json().items().to_vec()
}

async fn texts(of: &Client, task: &Value) -> Vec<String> {
    list(of, task).await.iter().map(|it| it["text"].text().to_owned()).collect()
}

/// LINKM-7
async fn a_checklist_is_one_in_both_accounts(app: TestApp) {
    let Pair { app, acme, globex, contact } = Pair::new(app).await;
    let task = acme.post("/v1/tasks", json!({"title": "Gate"})).await.expect(201).json();
    let weld = add(&acme, &task, "Weld it").await;
    let paint = add(&acme, &task, "Paint it").await;
    let people = json!({"assignees": [contact.id()]});
    acme.patch(format!("/v1/tasks/{}", task.id()), people).await.expect(200);
    app.work().await;
    let copy = only_task(&globex).await;
    assert_eq!(texts(&globex, &copy).await, ["Weld it", "Paint it"], "it crosses with the task");
    let measure = add(&globex, &copy, "Measure it").await;
    change(&globex, &copy, &measure, json!({"before": weld.id()})).await;
    change(&globex, &copy, &weld, json!({"is_done": true})).await;
    app.work().await;
    assert_eq!(list(&acme, &task).await, list(&globex, &copy).await);
    assert_eq!(texts(&acme, &task).await, ["Measure it", "Weld it", "Paint it"]);
    assert_eq!(list(&acme, &task).await[1]["is_done"], true);
    change(&acme, &task, &paint, json!({"text": "Paint it green"})).await;
    delete(&acme, &task, &measure).await;
    app.work().await;
    assert_eq!(texts(&globex, &copy).await, ["Weld it", "Paint it green"]);
}

/// LINKM-7: from when somebody there is to do the task.
async fn a_checklist_comes_along_with_who_is_to_do_the_task(app: TestApp) {
    let Pair { app, acme, globex, contact } = Pair::new(app).await;
    let task = acme.post("/v1/tasks", json!({"title": "Gate"})).await.expect(201).json();
    let weld = add(&acme, &task, "Weld it").await;
    comment(&acme, &task, "Could you?", &[&contact]).await;
    app.work().await;
    let copy = only_task(&globex).await;
    assert_eq!(texts(&globex, &copy).await, Vec::<String>::new());
    add(&globex, &copy, "Think").await;
    app.work().await;
    assert_eq!(texts(&acme, &task).await, ["Weld it"], "who is only asked keeps his own");
    let people = json!({"assignees": [contact.id()]});
    acme.patch(format!("/v1/tasks/{}", task.id()), people).await.expect(200);
    app.work().await;
    assert_eq!(list(&acme, &task).await, list(&globex, &copy).await);
    let mut both = texts(&acme, &task).await;
    both.sort();
    assert_eq!(both, ["Think", "Weld it"]);
    // And no longer.
    acme.patch(format!("/v1/tasks/{}", task.id()), json!({"assignees": []})).await.expect(200);
    delete(&acme, &task, &weld).await;
    app.work().await;
    assert_eq!((texts(&acme, &task).await.len(), texts(&globex, &copy).await.len()), (1, 2));
    // What was deleted meanwhile does not come back.
    acme.patch(format!("/v1/tasks/{}", task.id()), json!({"assignees": [contact.id()]})).await.expect(200);
    app.work().await;
    assert_eq!(
        (texts(&acme, &task).await, texts(&globex, &copy).await),
        (vec!["Think".into()], vec!["Think".into()])
    );
}

/// LINKM-7, LINKM-8: what an administrator without a part changes stays at home.
async fn a_checklist_stays_with_those_who_do_the_task(app: TestApp) {
    let Pair { app, acme, globex, contact } = Pair::new(app).await;
    let admin = acme.admin("boss").await;
    let task = assign(&acme, "Gate", &contact).await;
    app.work().await;
    let copy = only_task(&globex).await;
    add(&admin, &task, "Look closely").await;
    app.work().await;
    assert_eq!(texts(&globex, &copy).await, Vec::<String>::new());
    add(&acme, &task, "Paint it").await;
    app.work().await;
    assert_eq!(texts(&globex, &copy).await, ["Paint it"]);
    acme.delete(format!("/v1/tasks/{}/links/globex", task.id())).await.expect(204);
    add(&acme, &task, "Send the bill").await;
    app.work().await;
    assert_eq!(texts(&globex, &copy).await, ["Paint it"], "nothing crosses after a cut");
}

/// LINKM-7, R40
async fn of_two_changes_of_a_step_at_once_the_same_one_wins_on_both_sides(app: TestApp) {
    let Pair { app, acme, globex, contact } = Pair::new(app).await;
    let task = assign(&acme, "Gate", &contact).await;
    let (weld, paint) = (add(&acme, &task, "Weld it").await, add(&acme, &task, "Paint it").await);
    app.work().await;
    let copy = only_task(&globex).await;
    change(&acme, &task, &weld, json!({"text": "Weld it well"})).await;
    change(&globex, &copy, &weld, json!({"is_done": true})).await;
    delete(&acme, &task, &paint).await;
    change(&globex, &copy, &paint, json!({"text": "Paint it green"})).await;
    add(&acme, &task, "Ring").await;
    add(&globex, &copy, "Write").await;
    app.work().await;
    assert_eq!(list(&acme, &task).await, list(&globex, &copy).await);
}

/// LINKM-7: hop by hop.
async fn a_checklist_goes_on_from_account_to_account(app: TestApp) {
    let Pair { app, acme, globex, contact } = Pair::new(app).await;
    let initech = app.sign_up("initech").await;
    let carol = link(&globex, "Carol", "anna@initech").await;
    let task = assign(&acme, "Gate", &contact).await;
    add(&acme, &task, "Weld it").await;
    app.work().await;
    let copy = only_task(&globex).await;
    let people = json!({"assignees": [globex.me.id(), carol.id()]});
    globex.patch(format!("/v1/tasks/{}", copy.id()), people).await.expect(200);
    app.work().await;
    let third = only_task(&initech).await;
    let step = list(&initech, &third).await.remove(0);
    change(&initech, &third, &step, json!({"is_done": true})).await;
    add(&initech, &third, "Paint it").await;
    app.work().await;
    let expected = list(&initech, &third).await;
    assert_eq!(expected.len(), 2);
    assert_eq!((list(&globex, &copy).await, list(&acme, &task).await), (expected.clone(), expected));
}
