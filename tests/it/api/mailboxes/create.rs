//! `POST /v1/mailboxes`

use serde_json::{Value, json};
use support::{JsonExt as _, TestApp, both_engines};

use super::{company, connection, own};

both_engines!(
    a_mailbox_is_shown_as_it_was_made,
    only_administrators_set_up_the_companys_mailboxes,
    an_address_has_one_mailbox,
    what_is_fetched_from_a_companys_mailbox_is_for_somebody,
    what_no_server_is_reached_by_is_refused,
);

/// OUT-3
async fn a_mailbox_is_shown_as_it_was_made(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let mut body = company();
    body["imap"] = connection(993);
    body["deliver_to"] = json!("anna@acme.liaison.test");
    body["is_default"] = json!(true);
    body["signature_html"] = json!("<p>ACME<script>alert(1)</script></p>");
    let made = anna.post("/v1/mailboxes", body).await.expect(201).json();
    let server = |port| {
        json!({"host": "mail.example", "port": port, "security": "tls", "username": "acme",
        "authentication": "password"})
    };
    let unused = json!({"state": "unknown", "last_success_at": null, "last_error": null, "last_error_at": null,
        "consecutive_failures": 0});
    let expected = json!({
        "id": made["id"],
        "owner": "company",
        "employee": null,
        "address": "support@acme.example",
        "sender_name": "ACME Support",
        "smtp": server(465),
        "imap": server(993),
        "deliver_to": "anna@acme.liaison.test",
        "projects": [],
        "is_default": true,
        "replies_to_this_address": false,
        "save_to_sent": false,
        "signature_html": "<p>ACME</p>",
        "health": {"smtp": unused, "imap": unused},
        "created_at": made["created_at"],
    });
    assert_eq!(made, expected);
    let shown = anna.get(format!("/v1/mailboxes/{}", made.id())).await.expect(200);
    assert_eq!((shown.json(), shown.header("etag")), (made, Some("\"1\"")));
}

async fn only_administrators_set_up_the_companys_mailboxes(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    boris.post("/v1/mailboxes", company()).await.expect(403).problem("forbidden");
    let made = boris.post("/v1/mailboxes", own("boris@mail.example")).await.expect(201).json();
    assert_eq!(
        (&made["employee"]["id"], &made["deliver_to"]),
        (&boris.me["id"], &json!("boris@acme.liaison.test"))
    );
    anna.get(format!("/v1/mailboxes/{}", made.id())).await.expect(404).problem("not_found");
}

async fn an_address_has_one_mailbox(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let made = anna.post("/v1/mailboxes", company()).await.expect(201).json();
    let mut other = own("Support@Acme.Example");
    let refused = anna.post("/v1/mailboxes", other.clone()).await.expect(409);
    refused.problem_at("email_taken", &[("/address", "taken")]);
    anna.delete(format!("/v1/mailboxes/{}", made.id())).await.expect(204);
    anna.post("/v1/mailboxes", other.clone()).await.expect(201);
    // Another account's addresses are its own affair.
    other["address"] = json!("support@acme.example");
    app.sign_up("globex").await.post("/v1/mailboxes", other).await.expect(201);
}

async fn what_is_fetched_from_a_companys_mailbox_is_for_somebody(app: TestApp) {
    let anna = app.sign_up("acme").await;
    app.sign_up("globex").await;
    let mut body = company();
    body["imap"] = connection(993);
    anna.post("/v1/mailboxes", body.clone()).await.problem_names("/deliver_to", "required");
    for nobody in [
        "nobody@acme.liaison.test",
        "anna@globex.liaison.test",
        "anna@acme.example",
        "task+1@acme.liaison.test",
        "anna",
        "",
    ] {
        body["deliver_to"] = json!(nobody);
        anna.post("/v1/mailboxes", body.clone()).await.problem_names("/deliver_to", "unknown_id");
    }
    let mut own = own("anna@mail.example");
    own["deliver_to"] = json!("anna@acme.liaison.test");
    anna.post("/v1/mailboxes", own).await.problem_names("/deliver_to", "invalid");
}

async fn what_no_server_is_reached_by_is_refused(app: TestApp) {
    let anna = app.sign_up("acme").await;
    for (field, value, code) in [
        ("host", json!("a b"), "invalid"),
        ("host", json!(""), "empty"),
        ("host", json!("mail.example/../"), "invalid"),
        ("port", json!(0), "out_of_range"),
        ("port", json!(70_000), "wrong_type"),
        ("security", json!("ssl"), "invalid"),
        ("username", json!("a\r\nA1 LOGOUT"), "invalid"),
        ("password", json!(""), "empty"),
        ("password", Value::Null, "wrong_type"),
    ] {
        let mut body = company();
        body["smtp"][field] = value;
        anna.post("/v1/mailboxes", body).await.problem_names(&format!("/smtp/{field}"), code);
    }
    let mut body = company();
    body["signature_html"] = json!("x".repeat(65 * 1024));
    anna.post("/v1/mailboxes", body).await.problem_names("/signature_html", "too_long");
}
