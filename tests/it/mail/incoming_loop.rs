//! Mail that goes in circles between accounts ends by itself (R3).

use liaison_mailer::transport::SentMail;
use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

use super::{check_state, hand_in_from};

both_engines!(a_ring_of_two_accounts_ends_after_five_hops);

/// A contact known by exactly this address, who may be addressed.
async fn contact(client: &Client, address: &str) -> Value {
    let body = json!({"name": address, "email": address, "selectable_as_participant": true});
    client.post("/v1/contacts", body).await.expect(201).json()
}

async fn task(client: &Client, assignee: &Value) {
    let body = json!({"title": "Ring", "assignees": [assignee.id()]});
    client.post("/v1/tasks", body).await.expect(201);
}

/// The hop count that a mail carries.
fn hops(mail: &SentMail) -> u32 {
    let text = String::from_utf8_lossy(&mail.message);
    let mark = text.lines().find_map(|it| it.strip_prefix("X-Liaison-Loop: ")).unwrap();
    mark.split_once("hops=").unwrap().1.trim().parse().unwrap()
}

/// R3: each account has a task whose assignee is a task of the other one, so every mail makes another.
async fn a_ring_of_two_accounts_ends_after_five_hops(app: TestApp) {
    let (acme, globex) = (app.sign_up("acme").await, app.sign_up("globex").await);
    let address = |account: &str, number: u32| format!("task+{number}@{account}.liaison.test");
    // acme 1 → globex 1 → acme 2 → globex 2 → acme 1; each sender is known where he writes.
    let (to_globex_1, to_globex_2) =
        (contact(&acme, &address("globex", 1)).await, contact(&acme, &address("globex", 2)).await);
    let (to_acme_1, to_acme_2) =
        (contact(&globex, &address("acme", 1)).await, contact(&globex, &address("acme", 2)).await);
    task(&acme, &to_globex_1).await;
    task(&globex, &to_acme_2).await;
    task(&acme, &to_globex_2).await;
    task(&globex, &to_acme_1).await;
    // The tasks themselves were told of; what begins the ring is somebody's mail to one of them.
    app.work().await;
    app.mail().take();
    let mail = "From: ivan@client.example\r\nTo: task+1@acme.liaison.test\r\nSubject: Ring\r\nMessage-ID: <1@client.example>\r\n\r\nOnce.\r\n";
    contact(&acme, "ivan@client.example").await;
    hand_in_from(&app, "ivan@client.example", mail.as_bytes(), &[&address("acme", 1)]).await.expect(202);
    app.work().await;

    let mut counts = Vec::new();
    let mut last = String::new();
    loop {
        let mails = app.mail().take();
        let Some(mail) = mails.first() else { break };
        assert_eq!(mails.len(), 1, "one mail at a time goes round");
        counts.push(hops(mail));
        assert!(counts.len() < 20, "it goes round for ever: {counts:?}");
        let recipient = mail.envelope.recipients[0].to_string();
        let sender = mail.envelope.sender.as_ref().unwrap().to_string();
        let taken = hand_in_from(&app, &sender, &mail.message, &[&recipient]).await.expect(202).json();
        app.work().await;
        taken.id().clone_into(&mut last);
    }
    assert_eq!(counts, [1, 2, 3, 4, 5, 6]);
    let entry = acme.get(format!("/v1/mail/incoming/{last}")).await.expect(200).json();
    check_state(&entry, "quarantined", Some("loop"));
}
