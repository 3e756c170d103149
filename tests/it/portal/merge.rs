//! Contacts who became one, in the portal.

use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines};

use super::{enter, path, say, set, texts, titles};

both_engines!(a_merged_contact_comes_in_as_the_survivor_and_sees_what_was_for_each);

/// DUP-5, DASH-5: by the links of both, and never what was for neither.
async fn a_merged_contact_comes_in_as_the_survivor_and_sees_what_was_for_each(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, vanya, petr) =
        (anna.contact("ivan").await, anna.contact("vanya").await, anna.contact("petr").await);
    let gate = set(&anna, json!({"title": "Gate"})).await;
    let roof = set(&anna, json!({"title": "Roof"})).await;
    say(&anna, &gate, "For Ivan", &[&ivan]).await;
    say(&anna, &gate, "For Vanya", &[&vanya]).await;
    say(&anna, &gate, "For Petr", &[&petr]).await;
    say(&anna, &roof, "For Vanya alone", &[&vanya]).await;
    let (by_ivan, by_vanya) = (enter(&anna, &ivan).await, enter(&anna, &vanya).await);
    assert_eq!(texts(&by_ivan, &gate).await, ["For Ivan"]);
    let uploaded = by_vanya.call(actix_web::http::Method::POST, "/v1/portal/files");
    let form =
        "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nA\r\n--cut--\r\n";
    let uploaded = uploaded.body("multipart/form-data; boundary=cut", form).await.expect(201).json();

    let body = json!({"into": ivan["id"], "from": [vanya["id"]]});
    let merged = anna.post("/v1/contacts:merge", body).await.expect(200).json();
    for guest in [&by_ivan, &by_vanya] {
        assert_eq!(texts(guest, &gate).await, ["For Ivan", "For Vanya"]);
        assert_eq!(titles(guest).await, ["Roof", "Gate"]);
    }
    let answer = json!({"text": "At ten", "file_ids": [uploaded.items()[0]["id"]]});
    by_vanya.post(path(&roof, "/comments"), answer).await.expect(201);
    app.work().await;
    app.mail().take();
    let comments = anna.get(format!("/v1/tasks/{}/comments", roof.id())).await.expect(200).json();
    assert_eq!(comments.items()[1]["author"]["id"], ivan["id"]);

    let body = json!({"undo_token": merged["undo_token"]});
    anna.post("/v1/contacts:undo-merge", body).await.expect(200);
    assert_eq!(texts(&by_ivan, &gate).await, ["For Ivan"]);
    assert_eq!(texts(&by_vanya, &gate).await, ["For Vanya"]);
    let comments = anna.get(format!("/v1/tasks/{}/comments", roof.id())).await.expect(200).json();
    assert_eq!(comments.items()[1]["author"]["id"], ivan["id"], "what was made since stays");
    // To have written in it opens no task.
    by_ivan.get(path(&roof, "")).await.expect(404);
}
