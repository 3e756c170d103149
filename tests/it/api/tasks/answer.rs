//! `POST /v1/tasks/{id}:accept`, `:reject`

use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines, read_mail};

use super::{ids, path, set};

both_engines!(
    an_assignee_accepts_a_new_task_once,
    who_rejects_a_task_tells_its_assigner_why,
    a_contact_who_set_the_task_gets_the_reason_by_mail,
    who_sets_a_task_for_himself_alone_has_accepted_it,
);

/// STA-3, ROL, S6
async fn an_assignee_accepts_a_new_task_once(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, olga) = (anna.employee("boris").await, anna.employee("olga").await);
    let body = json!({"title": "Gate", "assignees": [boris.me.id()]});
    let task = set(&anna, body).await;
    for answer in [":accept", ":reject"] {
        let body = json!({"reason": "No"});
        let body = if answer == ":reject" { body } else { json!({}) };
        anna.post(path(&task, answer), body.clone()).await.expect(403).problem("forbidden");
        olga.post(path(&task, answer), body).await.expect(404).problem("not_found");
    }
    let ask = || boris.post(path(&task, ":accept"), json!({})).header("idempotency-key", "k1");
    let (accepted, again) = (ask().await.expect(200), ask().await.expect(200));
    assert_eq!((accepted.json(), &accepted.json()["status"]), (again.json(), &json!("in_progress")));
    boris.post(path(&task, ":accept"), json!({})).await.expect(409).problem("task_not_new");
    let late = boris.post(path(&task, ":reject"), json!({"reason": "No"})).await;
    late.expect(409).problem("task_not_new");
    let told = anna.get("/v1/notifications").await.expect(200).json();
    assert_eq!((told.items().len(), &told.items()[0]["type"]), (1, &json!("task_accepted")));
}

/// STA-3, NTF-2, R8: by one notice, with the reason in it.
async fn who_rejects_a_task_tells_its_assigner_why(app: TestApp) {
    let anna = app.sign_up("acme").await;
    anna.set_mail(true).await;
    let boris = anna.employee("boris").await;
    let task = set(&anna, json!({"title": "Gate", "assignees": [boris.me.id()]})).await;
    for (reason, code) in [(" ", "empty"), (&*"x".repeat(64 * 1024 + 1), "too_long")] {
        let answer = boris.post(path(&task, ":reject"), json!({"reason": reason})).await.expect(422);
        answer.problem_at("validation_failed", &[("/reason", code)]);
    }
    let rejected = boris.post(path(&task, ":reject"), json!({"reason": "Not <ours>"})).await;
    let rejected = rejected.expect(200).json();
    assert_eq!((&rejected["status"], rejected["closed_at"].is_string()), (&json!("rejected"), true));
    let comments = anna.get(path(&task, "/comments")).await.expect(200).json();
    let [reason] = comments.items() else { panic!("{comments}") };
    assert_eq!((&reason["text"], &reason["author"]["id"]), (&json!("Not <ours>"), &boris.me["id"]));
    assert_eq!(ids(&reason["audience"]), [anna.me.id()]);
    let told = anna.get("/v1/notifications").await.expect(200).json();
    let [told] = told.items() else { panic!("{told}") };
    assert_eq!((&told["type"], &told["comment_id"]), (&json!("task_rejected"), &reason["id"]));
    app.work().await;
    let [mail] = &app.mail().take()[..] else { panic!("one notice is one mail") };
    let seen = read_mail(&mail.message);
    assert!(seen.text().contains("Rejected.\n\nNot <ours>\n"), "{}", seen.text());
    assert!(seen.html().contains("Not &lt;ours&gt;"), "{}", seen.html());
}

/// CLI-4, CLI-7: as a comment does; and of the status, where the account tells of that.
async fn a_contact_who_set_the_task_gets_the_reason_by_mail(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, shy) = (anna.contact("ivan").await, anna.contact("shy").await);
    let rejected = async |by: &str| {
        let body = json!({"title": "Gate", "assigner": by, "assignees": [anna.me.id()]});
        let task = set(&anna, body).await;
        anna.post(path(&task, ":reject"), json!({"reason": "Not ours"})).await.expect(200);
        app.work().await;
        let texts = app.mail().take().iter().map(|it| read_mail(&it.message).text().to_owned()).collect();
        let mut texts: Vec<String> = texts;
        texts.sort();
        let listed = anna.get(path(&task, "/comments")).await.expect(200).json();
        (texts, listed.items()[0]["audience"].clone())
    };
    let (texts, audience) = rejected(ivan.id()).await;
    assert!(texts.len() == 1 && texts[0].contains("Not ours"), "{texts:?}");
    assert_eq!(ids(&audience), [ivan.id()]);
    let on = json!({"items": [{"type": "status_changed", "enabled": true}]});
    anna.patch("/v1/settings/contact-mail/notifications", on).await.expect(200);
    let (texts, _) = rejected(ivan.id()).await;
    assert!(texts.len() == 2 && texts.iter().any(|it| it.contains("Rejected")), "{texts:?}");
    // Whom nobody may write to gets nothing, and the task is rejected all the same (CONF-1).
    let body = json!({"title": "Gate", "assigner": shy.id(), "assignees": [anna.me.id()]});
    let task = set(&anna, body).await;
    let off = json!({"selectable_as_participant": false});
    anna.patch(format!("/v1/contacts/{}", shy.id()), off).await.expect(200);
    anna.post(path(&task, ":reject"), json!({"reason": "Not ours"})).await.expect(200);
    let listed = anna.get(path(&task, "/comments")).await.expect(200).json();
    assert_eq!(listed.items()[0]["audience"], json!([]));
    app.work().await;
    app.mail().take();
}

/// STA-3
async fn who_sets_a_task_for_himself_alone_has_accepted_it(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let me = anna.me.id();
    let own = set(&anna, json!({"title": "Gate", "assignees": [me]})).await;
    assert_eq!(own["status"], "in_progress");
    anna.post(path(&own, ":accept"), json!({})).await.expect(409).problem("task_not_new");
    let shared = set(&anna, json!({"title": "Gate", "assignees": [me, boris.me.id()]})).await;
    assert_eq!(shared["status"], "new");
}
