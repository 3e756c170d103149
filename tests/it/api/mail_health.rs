//! `/v1/mail/health`: whether an account's mail can arrive.

use chrono::TimeDelta;
use liaison_api::config::{Config, MailAuth};
use liaison_domain::mail_address::EmailAddress;
use liaison_mailer::{
    testing::DnsStub,
    transport::{Misbehavior, Reply},
};
use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

both_engines!(
    a_domain_in_order_is_ok_and_each_lack_is_named,
    the_queue_is_judged_by_its_age,
    who_asks_no_dns_knows_nothing_of_it,
);

const PATH: &str = "/v1/mail/health";

/// Product §4, R11
async fn a_domain_in_order_is_ok_and_each_lack_is_named(app: TestApp) {
    let dns = DnsStub::start("").await;
    let app = asking(&app, &dns).await;
    let anna = app.sign_up("acme").await;
    let states = json!({"spf": "failing", "dkim": "warning", "dmarc": "failing", "mx": "failing", "smtp": "ok", "queue": "ok"});
    assert_eq!(by_name(&health(&anna).await), states);

    let key = anna.post("/v1/mail/dkim-keys", json!({"algorithm": "rsa2048"})).await.expect(201).json();
    let record = &key["record"];
    assert_eq!(by_name(&health(&anna).await)["dkim"], "failing", "it is not published");
    dns.replace_zone(&format!(
        "acme.liaison.test TXT v=spf1 ip4:192.0.2.25 -all\n{} TXT {}\n_dmarc.acme.liaison.test TXT v=DMARC1; p=reject\n\
         acme.liaison.test MX mail.example.com",
        record["name"].text(),
        record["value"].text()
    ));
    let found = health(&anna).await;
    assert_eq!((&found["state"], &found["domain"]), (&json!("ok"), &json!("acme.liaison.test")), "{found:#}");
    assert_eq!(found["checks"][0]["found"], json!(["v=spf1 ip4:192.0.2.25 -all"]));
    assert_eq!(found["checks"][3]["found"], json!(["mail.example.com."]));

    dns.replace_zone("acme.liaison.test SERVFAIL\n");
    let states = by_name(&health(&anna).await);
    assert_eq!(
        (&states["spf"], &states["dkim"], &states["mx"]),
        (&json!("unknown"), &json!("unknown"), &json!("unknown"))
    );
}

/// R11
async fn the_queue_is_judged_by_its_age(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let address = EmailAddress::parse("ivan@client.example").unwrap();
    write(&anna, &ivan).await;
    app.work().await;
    app.mail().take();
    let sent_at = health(&anna).await["last_success_at"].clone();
    assert!(sent_at.is_string());
    app.mail().misbehave(&address, Misbehavior::Refuse(Reply::new(451, "4.7.1 later")));
    write(&anna, &ivan).await;
    app.work().await;
    app.clock().advance(TimeDelta::minutes(6));
    let found = health(&anna).await;
    assert_eq!(by_name(&found)["queue"], "warning");
    assert_eq!((&found["queue"]["deferred"], &found["queue"]["age_seconds"]), (&json!(1), &json!(360)));
    assert_eq!(found["last_success_at"], sent_at);
    app.work().await;
}

/// S17: the server's words are for its operator.
async fn who_asks_no_dns_knows_nothing_of_it(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let states = by_name(&health(&anna).await);
    assert_eq!((&states["spf"], &states["smtp"]), (&json!("unknown"), &json!("ok")));
    let app = app.restart(|config| config.mail.transport = "smtp://127.0.0.1:1?tls=none".into()).await;
    let anna = app.sign_in("acme", "anna@acme.example").await;
    let found = health(&anna).await;
    assert_eq!(found["checks"][4]["detail"], "The server takes no mail; it fails at: refused.");
}

async fn health(anna: &Client) -> Value {
    anna.get(PATH).await.expect(200).json()
}

/// The state of each check.
fn by_name(health: &Value) -> Value {
    let checks = health["checks"].as_array().unwrap();
    checks.iter().map(|it| (it["name"].text().to_owned(), it["state"].clone())).collect()
}

async fn write(anna: &Client, contact: &Value) {
    let task = anna.post("/v1/tasks", json!({"title": "Gate"})).await.expect(201).json();
    let body = json!({"text": "Hello", "notify": [contact.id()]});
    anna.post(format!("/v1/tasks/{}/comments", task.id()), body).await.expect(201);
}

/// The application, asking this name server.
async fn asking(app: &TestApp, dns: &DnsStub) -> TestApp {
    app.restart(|config: &mut Config| {
        config.mail.auth = MailAuth::Report;
        config.dns.servers = vec![dns.server()];
        config.dns.query_timeout_ms = 30_000;
    })
    .await
}
