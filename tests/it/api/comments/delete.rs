//! `DELETE /v1/comments/{id}`

use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines};

use super::{of, texts, write};
use crate::api::tasks::{mailed, path, set};

both_engines!(
    its_author_and_administrators_delete_a_comment,
    a_deleted_comment_is_gone_everywhere,
    a_deletion_of_what_was_changed_meanwhile_is_refused,
);

/// COM-6
async fn its_author_and_administrators_delete_a_comment(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, vera) = (anna.employee("boris").await, anna.employee("vera").await);
    let admin = anna.admin("admin").await;
    let task = set(&boris, json!({"title": "His", "auditors": [vera.me.id()]})).await;
    for (text, deleter, status) in [
        ("by its author", &vera, 204),
        ("by an administrator", &admin, 204),
        ("by the owner", &anna, 204),
        ("by the assigner", &boris, 403),
    ] {
        let made = write(&vera, &task, json!({"text": text, "notify": [boris.me.id()]})).await;
        deleter.delete(of(&made, "")).await.expect(status);
    }
    assert_eq!(texts(&boris, &task).await, ["by the assigner"]);
}

/// Answers to it stay. Mail that has not left yet stays too.
async fn a_deleted_comment_is_gone_everywhere(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, ivan) = (anna.employee("boris").await, anna.contact("ivan").await);
    let task = set(&anna, json!({"title": "Ours"})).await;
    let notify = [boris.me.id(), ivan.id()];
    let made = write(&anna, &task, json!({"text": "Hello", "notify": notify})).await;
    let answer = write(&boris, &task, json!({"text": "Re", "reply_to": made.id()})).await;
    anna.delete(of(&made, "")).await.expect(204);
    for client in [&anna, &boris] {
        for about in ["", "/audience", "/deliveries"] {
            client.get(of(&made, about)).await.expect(404).problem("not_found");
        }
        assert_eq!(texts(client, &task).await, ["Re"]);
    }
    anna.patch(of(&made, ""), json!({"text": "Back"})).await.expect(404).problem("not_found");
    anna.delete(of(&made, "")).await.expect(404).problem("not_found");
    let body = json!({"text": "Re", "reply_to": made.id()});
    anna.post(path(&task, "/comments"), body).await.expect(404).problem("not_found");
    boris.get(of(&answer, "")).await.expect(200);
    assert_eq!(mailed(&app).await, Vec::<String>::new());
}

/// RFC 9110 §13.1.1
async fn a_deletion_of_what_was_changed_meanwhile_is_refused(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let task = set(&anna, json!({"title": "Ours"})).await;
    let made = write(&anna, &task, json!({"text": "1"})).await;
    let seen = anna.get(of(&made, "")).await.expect(200);
    let changed = anna.patch(of(&made, ""), json!({"text": "2"})).await.expect(200);
    let delete = |tag: &str| anna.delete(of(&made, "")).header("if-match", tag);
    delete(seen.header("etag").unwrap()).await.expect(412).problem("stale_version");
    delete(changed.header("etag").unwrap()).await.expect(204);
}
