//! `POST /v1/files`

use actix_web::http::Method;
use serde_json::json;
use support::{Form, JsonExt as _, TestApp, both_engines};

use super::count_files;

both_engines!(
    files_are_taken_in_order_with_safe_names_and_true_types,
    a_form_of_anything_but_files_is_refused,
    what_is_no_form_is_refused,
    a_file_over_the_limit_is_refused_and_leaves_nothing,
    the_same_form_again_gets_the_same_answer,
);

const PDF: &[u8] = b"%PDF-1.7 ...";

/// S11
async fn files_are_taken_in_order_with_safe_names_and_true_types(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let form = Form::new("x")
        .file("Отчёт за май.pdf", PDF)
        .file("../../etc/invoice\u{202e}gnp.html", b"<!DOCTYPE html><script>1</script>")
        .part("name=\"file\"; filename=\"_\"; filename*=UTF-8''%D1%81%D1%87%D1%91%D1%82.csv", b"a;b")
        .file("photo.jpg", PDF)
        .file("", b"");
    let made = anna.send_form(form).await.expect(201).json();
    let shown: Vec<_> =
        made.items().iter().map(|it| json!([it["name"], it["content_type"], it["size"]])).collect();
    assert_eq!(
        json!(shown),
        json!([
            ["Отчёт за май.pdf", "application/pdf", 12],
            ["invoicegnp.html", "text/html", 33],
            ["счёт.csv", "text/csv", 3],
            ["photo.jpg", "application/pdf", 12],
            ["file", "application/octet-stream", 0],
        ])
    );
    assert_eq!(made.items()[0]["sha256"], made.items()[3]["sha256"], "the same content is kept once");
    for file in made.items() {
        assert_eq!(anna.get(format!("/v1/files/{}", file.id())).await.expect(200).json(), *file);
    }
}

async fn a_form_of_anything_but_files_is_refused(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let refused = |form, pointer, code| {
        let call = anna.send_form(form);
        async move { call.await.expect(422).problem_at("validation_failed", &[(pointer, code)]) }
    };
    refused(Form::new("x").file("a.txt", b"a").part("name=\"note\"", b"b"), "/note", "unknown_field").await;
    refused(Form::new("x"), "/file", "required").await;
    let many = (0..21).fold(Form::new("x"), |form, _| form.file("a.txt", b"a"));
    refused(many, "/file", "too_many").await;
}

async fn what_is_no_form_is_refused(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (content_type, body) = Form::new("x").file("a.txt", b"a").finish();
    let post = |content_type: &str, body: &[u8]| {
        anna.call(Method::POST, "/v1/files").body(content_type, body.to_vec())
    };
    for other in ["application/json", "text/plain", "multipart/mixed; boundary=x", ""] {
        post(other, &body).await.expect(415).problem("unsupported_media_type");
    }
    post("multipart/form-data", &body).await.expect(400).problem("malformed_multipart");
    post("multipart/form-data; boundary=y", &body).await.expect(400).problem("malformed_multipart");
    for end in [0, 30, body.len() - 9, body.len() - 7] {
        post(&content_type, &body[..end]).await.expect(400).problem("malformed_multipart");
    }
    let unnamed = Form::new("x").part("filename=\"a.txt\"", b"a");
    anna.send_form(unnamed).await.expect(400).problem("malformed_multipart");
    app.anon().send_form(Form::new("x").file("a.txt", b"a")).await.expect(401).problem("unauthenticated");
}

/// product §9: with the limit itself a file is taken, with a byte more it is not.
async fn a_file_over_the_limit_is_refused_and_leaves_nothing(app: TestApp) {
    let app = app.restart(|config| config.storage.max_file_bytes = 100_000).await;
    let anna = app.sign_up("acme").await;
    let content = vec![7; 100_001];
    anna.send_form(Form::new("x").file("a", &content)).await.expect(413).problem("payload_too_large");
    assert_eq!(count_files(&app.folder().join("files")), 0);
    anna.upload("a", &content[1..]).await;
    assert_eq!(count_files(&app.folder().join("files")), 1);
}

/// The key goes by what is uploaded: a second attempt has another boundary.
async fn the_same_form_again_gets_the_same_answer(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let send = |form| anna.send_form(form).header("Idempotency-Key", "k1");
    let large = vec![7; 70_000];
    let first = send(Form::new("x").file("a.txt", b"a").file("b.txt", &large)).await.expect(201);
    let again = send(Form::new("y").file("a.txt", b"a").file("b.txt", &large)).await.expect(201);
    assert_eq!(again.json(), first.json());
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    for other in [
        Form::new("x").file("a.txt", b"a"),
        Form::new("x").file("a.txt", b"b").file("b.txt", &large),
        Form::new("x").file("c.txt", b"a").file("b.txt", &large),
    ] {
        send(other).await.expect(422).problem("idempotency_key_reused");
    }
}
