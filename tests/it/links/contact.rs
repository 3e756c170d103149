//! Links by contact card.

use serde_json::{Value, json};
use support::{JsonExt as _, TestApp, both_engines};

use super::{Pair, assign, card, comment, comments, link, only_task, tasks, texts};

both_engines!(
    an_internal_address_makes_a_link_and_leaves_the_card,
    a_task_crosses_with_what_was_addressed_and_the_answer_comes_back,
    a_comment_that_is_not_addressed_never_crosses,
    an_address_that_names_nobody_sounds_like_one_that_must_not_be_known,
    files_cross_by_reference,
);

/// LINKA-1, LINKA-2, LINKA-3, LINKA-4
async fn an_internal_address_makes_a_link_and_leaves_the_card(app: TestApp) {
    let Pair { acme, contact, .. } = Pair::new(app).await;
    assert_eq!(contact["linked_account"], json!({"account": "globex", "login": "anna"}));
    assert_eq!(contact["email"], Value::Null);
    let path = format!("/v1/contacts/{}", contact.id());
    let changed = acme.patch(&path, json!({"email": "anna@home.example"})).await.expect(200).json();
    assert_eq!(changed["email"], "anna@home.example");
    assert_eq!(changed["linked_account"], contact["linked_account"]);
}

/// LINK-3, LINKA-5, LINKM-1, LINKM-2
async fn a_task_crosses_with_what_was_addressed_and_the_answer_comes_back(app: TestApp) {
    let Pair { app, acme, globex, contact } = Pair::new(app).await;
    let task = assign(&acme, "Repair the gate", &contact).await;
    comment(&acme, &task, "When?", &[&contact]).await;
    app.work().await;

    let copy = only_task(&globex).await;
    assert_eq!(copy["title"], "Repair the gate");
    assert_eq!(copy["assigner"]["name"], "Anna");
    assert_eq!(copy["assigner"]["kind"], "contact");
    assert_eq!(copy["assignees"][0]["id"], globex.me["id"]);
    let arrived = comments(&globex, &copy).await;
    assert_eq!(arrived.len(), 1);
    assert_eq!((arrived[0]["text"].text(), arrived[0]["origin"].text()), ("When?", "link"));

    comment(&globex, &copy, "Tomorrow", &[&copy["assigner"]]).await;
    app.work().await;
    assert_eq!(texts(&acme, &task).await, ["When?", "Tomorrow"]);
    let answer = &comments(&acme, &task).await[1];
    assert_eq!(answer["author"]["id"], contact["id"]);
    assert_eq!(answer["audience"][0]["id"], acme.me["id"]);
    assert_eq!(tasks(&acme).await.len(), 1, "nothing echoes");
}

/// LINK-1, LINK-4
async fn a_comment_that_is_not_addressed_never_crosses(app: TestApp) {
    let Pair { app, acme, globex, contact } = Pair::new(app).await;
    let task = assign(&acme, "Repair the gate", &contact).await;
    comment(&acme, &task, "They are too dear", &[]).await;
    comment(&acme, &task, "Your price?", &[&contact]).await;
    app.work().await;
    let copy = only_task(&globex).await;
    comment(&globex, &copy, "Let us ask for more", &[]).await;
    app.work().await;
    assert_eq!(texts(&globex, &copy).await, ["Your price?", "Let us ask for more"]);
    assert_eq!(texts(&acme, &task).await, ["They are too dear", "Your price?"]);
}

/// LINKA-6, S23
async fn an_address_that_names_nobody_sounds_like_one_that_must_not_be_known(app: TestApp) {
    let Pair { acme, globex, .. } = Pair::new(app).await;
    globex.employee("closed").await;
    let unknown = |address: &str| acme.post("/v1/contacts", card("X", address));
    let no_login = unknown("nobody@globex").await.expect(422);
    no_login.problem_at("validation_failed", &[("/email", "unknown_address")]);
    let words = |it: &support::Answer| it.json()["detail"].text().to_owned();
    let no_account = unknown("anna@nowhere").await.expect(422);
    assert_eq!(words(&no_account), words(&no_login));
    unknown("anna@acme").await.expect(422).problem_at("validation_failed", &[("/email", "invalid")]);
    unknown("anna@globex").await.expect(409).problem("already_linked");
    assert_eq!(link(&acme, "Closed", "closed@globex").await["linked_account"]["login"], "closed");
    acme.app.work().await;
}

/// §6: by reference to the same content, each account by its own rights.
async fn files_cross_by_reference(app: TestApp) {
    let Pair { app, acme, globex, contact } = Pair::new(app).await;
    let outsider = globex.employee("outsider").await;
    let form = "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"plan.txt\"\r\n\
                Content-Type: text/plain\r\n\r\nA plan.\r\n--cut--\r\n";
    let call = acme.call(actix_web::http::Method::POST, "/v1/files");
    let file =
        call.body("multipart/form-data; boundary=cut", form).await.expect(201).json().items()[0].clone();
    let body = json!({"title": "Build", "assignees": [contact["id"]], "file_ids": [file["id"]]});
    let task = acme.post("/v1/tasks", body).await.expect(201).json();
    let path = format!("/v1/tasks/{}/comments", task.id());
    let body = json!({"text": "See", "notify": [contact["id"]], "file_ids": [file["id"]]});
    acme.post(path, body).await.expect(201);
    app.work().await;
    let copy = only_task(&globex).await;
    let arrived = &comments(&globex, &copy).await[0]["files"][0];
    for it in [&copy["files"][0], arrived] {
        assert_eq!((it["name"].text(), it["sha256"].text()), ("plan.txt", file["sha256"].text()));
        assert_ne!(it["id"], file["id"]);
        let content = globex.get(format!("/v1/files/{}/content", it.id())).await.expect(200);
        assert_eq!(&content.body[..], b"A plan.");
        outsider.get(format!("/v1/files/{}", it.id())).await.expect(404);
    }
    globex.get(format!("/v1/files/{}", file.id())).await.expect(404);
}
