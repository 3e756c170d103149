//! Linked contacts who become one with others.

use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines};

use super::{Pair, assign, comment, comments, link, only_task, texts};

both_engines!(
    a_link_passes_to_the_survivor_and_the_conversation_goes_on,
    nobody_becomes_two_persons_of_other_accounts,
);

/// DUP-5, LINKA-4: what came over the link comes home as the survivor, and what is addressed to him crosses.
async fn a_link_passes_to_the_survivor_and_the_conversation_goes_on(app: TestApp) {
    let Pair { app, acme, globex, contact } = Pair::new(app).await;
    let task = assign(&acme, "Repair the gate", &contact).await;
    app.work().await;
    let copy = only_task(&globex).await;
    let ivan = acme.contact("ivan").await;
    let body = json!({"into": ivan["id"], "from": [contact["id"]]});
    let merged = acme.post("/v1/contacts:merge", body).await.expect(200).json();
    assert_eq!(merged["linked_account"], contact["linked_account"]);

    comment(&acme, &task, "When?", &[&ivan]).await;
    app.work().await;
    assert_eq!(texts(&globex, &copy).await, ["When?"]);
    comment(&globex, &copy, "Tomorrow", &[&copy["assigner"]]).await;
    app.work().await;
    let answer = &comments(&acme, &task).await[1];
    assert_eq!((answer["text"].text(), &answer["author"]["id"]), ("Tomorrow", &ivan["id"]));

    let body = json!({"undo_token": merged["undo_token"]});
    acme.post("/v1/contacts:undo-merge", body).await.expect(200);
    comment(&globex, &copy, "At ten", &[&copy["assigner"]]).await;
    app.work().await;
    assert_eq!(comments(&acme, &task).await[2]["author"]["id"], contact["id"]);
}

async fn nobody_becomes_two_persons_of_other_accounts(app: TestApp) {
    let Pair { app, acme, globex, contact } = Pair::new(app).await;
    globex.employee("boris").await;
    let boris = link(&acme, "Boris", "boris@globex").await;
    app.work().await;
    let body = json!({"into": contact["id"], "from": [boris["id"]]});
    let answer = acme.post("/v1/contacts:merge", body).await.expect(409);
    answer.problem_at("already_linked", &[("/from/0", "taken")]);
    acme.get(format!("/v1/contacts/{}", boris.id())).await.expect(200);
}
