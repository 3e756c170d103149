//! `/u/{token}`: automatic mail ended by its recipient (RFC 8058, R37).

use chrono::TimeDelta;
use serde_json::{Value, json};
use support::{Call, Client, JsonExt as _, TestApp, both_engines};

use crate::contract::unsubscribe_path;

both_engines!(
    one_post_ends_automatic_mail_and_nothing_that_people_write,
    looking_at_the_link_changes_nothing,
    a_link_that_is_bent_old_or_of_another_kind_leads_nowhere,
);

/// R37, S8
async fn one_post_ends_automatic_mail_and_nothing_that_people_write(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let path = unsubscribe_path(&app, &anna.account, &write(&anna, &ivan).await);
    for _ in 0..2 {
        let done = one_click(&app, &path).await.expect(200);
        assert_eq!(done.header("cache-control"), Some("no-store"));
        assert!(done.header("content-security-policy").unwrap().contains("default-src 'none'"));
    }
    let listed = anna.get("/v1/mail/suppressions").await.expect(200).json();
    let [ended] = listed.items() else { panic!("{listed:#}") };
    assert_eq!(
        (&ended["address"], &ended["cause"], &ended["automatic_only"], &ended["until"]),
        (&json!("ivan@client.example"), &json!("unsubscribed"), &json!(true), &Value::Null)
    );
    assert_eq!(write(&anna, &ivan).await["state"], "accepted", "people still write to him");

    let by_hand = anna.post("/v1/mail/suppressions", json!({"address": "ivan@client.example"})).await;
    let by_hand = by_hand.expect(201).json();
    assert_eq!(anna.get("/v1/mail/suppressions").await.expect(200).json().items().len(), 2);
    anna.delete(format!("/v1/mail/suppressions/{}", by_hand.id())).await.expect(204);
    anna.delete(format!("/v1/mail/suppressions/{}", ended.id())).await.expect(204);
}

/// RFC 8058 §3.2: scanners follow every link.
async fn looking_at_the_link_changes_nothing(app: TestApp) {
    let anna = app.sign_up("acme").await;
    anna.patch("/v1/account", json!({"title": "A & <B>"})).await.expect(200);
    let ivan = anna.contact("ivan").await;
    let path = unsubscribe_path(&app, &anna.account, &write(&anna, &ivan).await);
    let page = app.anon().get(&path).await.expect(200);
    let html = String::from_utf8(page.body.to_vec()).unwrap();
    assert!(html.contains("A &amp; &lt;B&gt;") && html.contains("<form method=\"post\">"), "{html}");
    assert_eq!(anna.get("/v1/mail/suppressions").await.expect(200).json().items().len(), 0);
}

/// S1, S8
async fn a_link_that_is_bent_old_or_of_another_kind_leads_nowhere(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let path = unsubscribe_path(&app, &anna.account, &write(&anna, &ivan).await);
    let bent = path.replacen("/u/", "/u/x", 1);
    one_click(&app, &bent).await.expect(404).problem("not_found");
    app.anon().get(path.replacen("/u/", "/f/", 1)).await.expect(404).problem("not_found");
    app.clock().advance(TimeDelta::days(181));
    one_click(&app, &path).await.expect(404).problem("not_found");
}

fn one_click(app: &TestApp, path: &str) -> Call {
    let call = app.anon().call(actix_web::http::Method::POST, path);
    call.body("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click")
}

/// A mail to a client, as the ledger has it.
async fn write(anna: &Client, contact: &Value) -> Value {
    let task = anna.post("/v1/tasks", json!({"title": "Gate"})).await.expect(201).json();
    let body = json!({"text": "Hello", "notify": [contact.id()]});
    anna.post(format!("/v1/tasks/{}/comments", task.id()), body).await.expect(201);
    anna.app.work().await;
    anna.app.mail().take();
    anna.get("/v1/mail/outgoing?limit=1").await.expect(200).json().items()[0].clone()
}
