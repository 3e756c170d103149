//! `GET /v1/comments/{id}/audience`

use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

use super::{of, write};
use crate::api::tasks::{mailed, set};

both_engines!(
    everybody_who_can_see_a_comment_is_named_with_the_first_reason,
    a_hidden_comment_is_seen_by_no_role,
    a_contact_is_named_only_where_he_was_addressed,
);

/// Who sees it by what, by name.
async fn seers(client: &Client, comment: &Value) -> Vec<(String, String)> {
    let page = client.get(of(comment, "/audience")).await.expect(200).json();
    let seer = |it: &Value| (it["person"]["name"].text().to_owned(), it["by"].text().to_owned());
    page.items().iter().map(seer).collect()
}

#[track_caller]
fn check(seers: &[(String, String)], expected: &[(&str, &str)]) {
    let seers: Vec<_> = seers.iter().map(|(name, by)| (name.as_str(), by.as_str())).collect();
    assert_eq!(seers, expected);
}

async fn everybody_who_can_see_a_comment_is_named_with_the_first_reason(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, vera) = (anna.employee("boris").await, anna.employee("vera").await);
    anna.admin("admin").await;
    anna.employee("stranger").await;
    let ivan = anna.contact("ivan").await;
    let people = [boris.me.id(), vera.me.id()];
    let task = set(&boris, json!({"title": "His", "assignees": people, "auditors": people})).await;
    let comment = write(&boris, &task, json!({"text": "Hello", "notify": [ivan.id(), anna.me.id()]})).await;
    let expected = [
        ("boris", "author"),
        ("ivan", "addressed"),
        ("Anna", "addressed"),
        ("vera", "role"),
        ("admin", "administrator"),
    ];
    check(&seers(&vera, &comment).await, &expected);
    assert_eq!(mailed(&app).await, ["ivan@client.example"]);
}

/// COM-5
async fn a_hidden_comment_is_seen_by_no_role(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, vera) = (anna.employee("boris").await, anna.employee("vera").await);
    let task = set(&boris, json!({"title": "His", "auditors": [vera.me.id()]})).await;
    let secret = write(&boris, &task, json!({"text": "A secret", "hidden": true})).await;
    check(&seers(&boris, &secret).await, &[("boris", "author"), ("Anna", "administrator")]);
}

/// DASH-5, CLI-3: a role is no reason for a contact.
async fn a_contact_is_named_only_where_he_was_addressed(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    let both = [ivan.id(), olga.id()];
    let body = json!({"title": "Ours", "assignees": both, "participants": both, "auditors": both});
    let task = set(&anna, body).await;
    let note = write(&anna, &task, json!({"text": "Among us"})).await;
    check(&seers(&anna, &note).await, &[("Anna", "author")]);
    let comment = write(&anna, &task, json!({"text": "Hello", "notify": [olga.id()]})).await;
    check(&seers(&anna, &comment).await, &[("Anna", "author"), ("olga", "addressed")]);
    // The task itself went to both, the comment to one.
    assert_eq!(mailed(&app).await.len(), 3);
}
