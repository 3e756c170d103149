//! `POST /v1/mail/incoming`: who may hand in what, and that every byte of it comes back.

use actix_web::http::Method;
use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines};

use super::{Talk, check_refused, check_state, hand_in, query, sign, text_fixture};

both_engines!(
    a_signature_that_is_not_right_now_and_for_this_body_is_refused,
    a_request_repeated_is_one_mail,
    what_is_no_mail_or_too_large_is_refused,
    a_recipient_of_no_account_is_named,
    a_mail_that_nobody_reads_is_quarantined,
    a_mail_to_two_accounts_is_a_mail_in_each,
    the_raw_mail_comes_back_byte_for_byte,
    the_ledger_is_for_administrators,
);

/// S21
async fn a_signature_that_is_not_right_now_and_for_this_body_is_refused(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let mail = text_fixture("answer.eml", &talk.asked.reply_to);
    let path = format!("/v1/mail/incoming?{}", query(&[&talk.asked.reply_to]));
    let send = async |signature: Option<String>| {
        let call = app.anon().call(Method::POST, path.clone()).body("message/rfc822", mail.clone());
        match signature {
            Some(signature) => call.header("Liaison-Signature", signature).await,
            None => call.await,
        }
    };
    check_refused(&send(None).await, 401, "invalid_signature");
    for bent in ["", "v1=00", "t=1,v1=00", &sign(&app, 0, b"another body")] {
        check_refused(&send(Some(bent.to_owned())).await, 401, "invalid_signature");
    }
    for seconds in [-301, 301] {
        check_refused(&send(Some(sign(&app, seconds, mail.as_bytes()))).await, 401, "invalid_signature");
    }
    send(Some(sign(&app, -299, mail.as_bytes()))).await.expect(202);
    app.work().await;
    assert_eq!(talk.comments().await.len(), 2);
}

/// S21
async fn a_request_repeated_is_one_mail(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let mail = text_fixture("answer.eml", &talk.asked.reply_to);
    let send = async |recipient: &str| hand_in(&app, mail.as_bytes(), &[recipient]).await.expect(202).json();
    let first = send(&talk.asked.reply_to).await;
    assert_eq!(first["state"], "received");
    assert_eq!(send(&talk.asked.reply_to).await, first);
    app.work().await;
    assert_eq!(send(&talk.asked.reply_to).await, json!({"id": first["id"], "state": "applied"}));
    assert_ne!(send(&talk.task_address()).await["id"], first["id"], "other recipients: another delivery");
    app.work().await;
    assert_eq!(talk.anna.get("/v1/mail/incoming").await.expect(200).json().items().len(), 2);
    assert_eq!(talk.comments().await.len(), 2);
}

async fn what_is_no_mail_or_too_large_is_refused(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let path = format!("/v1/mail/incoming?{}", query(&[&talk.asked.reply_to]));
    let send = async |path: &str, content_type: &str, body: Vec<u8>| {
        let call = app.anon().call(Method::POST, path).header("Liaison-Signature", sign(&app, 0, &body));
        call.body(content_type, body).await
    };
    check_refused(&send(&path, "application/json", b"{}".to_vec()).await, 415, "unsupported_media_type");
    let large = vec![b'a'; 25 * 1024 * 1024 + 1];
    check_refused(&send(&path, "message/rfc822", large).await, 413, "payload_too_large");
    let refused = async |query: &str, field: &str, code: &str| {
        let answer = send(&format!("/v1/mail/incoming{query}"), "message/rfc822", b"a: b\r\n".to_vec()).await;
        answer.expect(422).problem_at("validation_failed", &[(field, code)]);
    };
    refused("", "?recipient", "required").await;
    refused("?recipient=a@b.example&to=x", "?to", "unknown_field").await;
    refused("?recipient=a@b.example&sender=nobody", "?sender", "invalid").await;
}

async fn a_recipient_of_no_account_is_named(app: TestApp) {
    let talk = Talk::begin(&app).await;
    for unknown in ["anna@globex.liaison.test", "anna@liaison.test", "anna@acme.example", "anna"] {
        let answer =
            hand_in(&app, b"From: a@b.example\r\n\r\nx\r\n", &["anna@acme.liaison.test", unknown]).await;
        let problem = answer.expect(422).problem("unknown_recipient");
        assert!(problem["errors"][0]["detail"].text().contains(unknown), "{problem:#}");
    }
    assert_eq!(
        talk.anna.get("/v1/mail/incoming").await.expect(200).json().items().len(),
        0,
        "nothing was kept"
    );
}

/// ADR-1, ADR-4: what an account has no mailbox for waits for its administrators.
async fn a_mail_that_nobody_reads_is_quarantined(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let boris = talk.anna.employee("boris").await;
    let change = async |change: serde_json::Value| {
        talk.anna.patch(format!("/v1/employees/{}", boris.me.id()), change).await.expect(200);
    };
    change(json!({"login": "boris.k"})).await;
    for unknown in ["nobody", "boris", "task+99", "project+1", "reply+short", "a..b"] {
        let recipient = format!("{unknown}@acme.liaison.test");
        let mail = text_fixture("answer.eml", unknown).replace("Re: Gate", "Roof");
        let entry = talk.hand_in(mail, &[&recipient]).await;
        check_state(&entry, "quarantined", Some("unknown_recipient"));
    }
    change(json!({"status": "inactive"})).await;
    let mail = text_fixture("answer.eml", "x").replace("Re: Gate", "Roof");
    let entry = talk.hand_in(mail, &["boris.k@acme.liaison.test"]).await;
    check_state(&entry, "quarantined", Some("unknown_recipient"));
}

async fn a_mail_to_two_accounts_is_a_mail_in_each(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let globex = app.sign_up("globex").await;
    let mail = text_fixture("answer.eml", &talk.asked.reply_to);
    let recipients = [talk.asked.reply_to.as_str(), "anna@globex.liaison.test"];
    let taken = hand_in(&app, mail.as_bytes(), &recipients).await.expect(202).json();
    app.work().await;
    assert_eq!(talk.entry(taken.id()).await["recipients"], json!([talk.asked.reply_to]));
    let there = globex.get("/v1/mail/incoming").await.expect(200).json();
    assert_eq!(there.items()[0]["recipients"], json!(["anna@globex.liaison.test"]));
    assert_eq!(there.items()[0]["matched_by"], "none", "another account's token leads nowhere here");
    globex.get(format!("/v1/mail/incoming/{}", taken.id())).await.expect(404);
}

async fn the_raw_mail_comes_back_byte_for_byte(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let mail = text_fixture("answer.eml", &talk.asked.reply_to);
    let large = mail.replace("answer-1@", "large@").replace("Tomorrow", &"\u{1f511} ".repeat(30_000));
    for mail in [mail, large] {
        let entry = talk.answer(&mail).await;
        for path in [
            format!("/v1/mail/incoming/{}/raw", entry.id()),
            format!("/v1/comments/{}/raw", entry["comment_id"].text()),
        ] {
            let raw = talk.anna.get(path).await.expect(200);
            assert!(raw.body == mail.as_bytes(), "{} and {} bytes", raw.body.len(), mail.len());
            assert_eq!(raw.header("content-type"), Some("message/rfc822"));
            assert_eq!(raw.header("x-content-type-options"), Some("nosniff"));
            assert!(raw.header("content-disposition").unwrap().starts_with("attachment;"));
        }
    }
    talk.anna.get(format!("/v1/comments/{}/raw", talk.question.id())).await.expect(404);
}

async fn the_ledger_is_for_administrators(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let entry = talk.answer(&text_fixture("answer.eml", &talk.asked.reply_to)).await;
    let boris = talk.anna.employee("boris").await;
    let one = format!("/v1/mail/incoming/{}", entry.id());
    let raw = format!("{one}/raw");
    let of_comment = format!("/v1/comments/{}/raw", entry["comment_id"].text());
    for path in ["/v1/mail/incoming", &one, &raw] {
        check_refused(&boris.get(path).await, 403, "forbidden");
        check_refused(&app.anon().get(path).await, 401, "unauthenticated");
    }
    boris.get(&of_comment).await.expect(404);
    let path = format!("/v1/tasks/{}/participants", talk.task.id());
    talk.anna.post(path, json!({"person_id": boris.me.id()})).await.expect(200);
    boris.get(&of_comment).await.expect(200);
}
