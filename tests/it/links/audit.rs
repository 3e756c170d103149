//! Who changed what lets data out or in, and what those may try who look for a way.

use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

use super::{Pair, assign, card, link};

both_engines!(
    what_lets_data_out_or_in_stands_in_the_audit_log,
    the_audit_log_comes_in_pages,
    who_tries_one_address_after_another_is_stopped,
);

async fn log(of: &Client) -> Vec<Value> {
    of.get("/v1/audit-log").await.expect(200).json().items().to_vec()
}

/// Actions with those who did them, oldest first.
fn acts(log: &[Value]) -> Vec<(&str, &str)> {
    log.iter().rev().map(|it| (it["action"].text(), it["actor"]["name"].as_str().unwrap_or("-"))).collect()
}

/// §6, LINKT-4: settings and links, by whom.
async fn what_lets_data_out_or_in_stands_in_the_audit_log(app: TestApp) {
    let Pair { app, acme, globex, contact } = Pair::new(app).await;
    let admin = acme.admin("boss").await;
    let path = "/v1/settings/account-links";
    admin.patch(path, json!({"outgoing": "listed", "outgoing_accounts": ["globex"]})).await.expect(200);
    let task = assign(&acme, "Gate", &contact).await;
    app.work().await;
    acme.delete(format!("/v1/tasks/{}/links/globex", task.id())).await.expect(204);
    acme.delete(format!("/v1/contacts/{}/link", contact.id())).await.expect(204);
    app.work().await;
    let here = log(&acme).await;
    assert_eq!(
        acts(&here),
        [
            ("link.requested", "Anna"),
            ("link.accepted", "-"),
            ("link_settings.updated", "boss"),
            ("task.unlinked", "Anna"),
            ("link.ended", "Anna"),
        ]
    );
    assert_eq!(here[2]["detail"]["before"]["outgoing"], "any");
    assert_eq!(here[2]["detail"]["after"]["outgoing_accounts"], json!(["globex"]));
    assert_eq!((&here[1]["subject"], &here[1]["detail"]["account"]), (&task["id"], &json!("globex")));
    assert_eq!(here[0]["subject"], contact["id"]);
    let there = log(&globex).await;
    assert_eq!(acts(&there), [("link.accepted", "-"), ("link.ended", "-")]);
    assert_eq!(there[0]["detail"], json!({"account": "acme", "direction": "incoming"}));
    acme.employee("member").await.get("/v1/audit-log").await.expect(403);
}

async fn the_audit_log_comes_in_pages(app: TestApp) {
    let acme = app.sign_up("acme").await;
    for incoming in ["approve", "refuse", "accept"] {
        acme.patch("/v1/settings/account-links", json!({"incoming": incoming})).await.expect(200);
    }
    let first = acme.get("/v1/audit-log?limit=2").await.expect(200).json();
    let path = format!("/v1/audit-log?limit=2&cursor={}", first["next_cursor"].text());
    let second = acme.get(path).await.expect(200).json();
    let of = |page: &Value| -> Vec<String> {
        page.items().iter().map(|it| it["detail"]["after"]["incoming"].text().to_owned()).collect()
    };
    assert_eq!((of(&first), of(&second)), (vec!["accept".into(), "refuse".into()], vec!["approve".into()]));
}

/// S23: also where each of them tries few.
async fn who_tries_one_address_after_another_is_stopped(app: TestApp) {
    let app = app.restart(|config| config.http.link_limit_per_minute = 3).await;
    let (acme, globex) = (app.sign_up("acme").await, app.sign_up("globex").await);
    let boris = acme.employee("boris").await;
    link(&acme, "Anna", "anna@globex").await;
    acme.post("/v1/contacts", card("X", "nobody@globex")).await.expect(422);
    let typed = |address: &str| json!({"title": "Gate", "assignee_emails": [address]});
    boris.post("/v1/tasks", typed("nobody@globex.liaison.test")).await.expect(422);
    boris.post("/v1/tasks", typed("nobody@nowhere.liaison.test")).await.expect(429).problem("rate_limited");
    acme.post("/v1/contacts", card("X", "anna@globex")).await.expect(429);
    // Ordinary addresses are nobody's secret, and another account has its own measure.
    acme.contact("ivan").await;
    link(&globex, "Anna", "anna@acme").await;
    app.work().await;
}
