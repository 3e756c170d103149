//! The image that tells that a mail was opened.

use chrono::TimeDelta;
use serde_json::{Value, json};
use support::{Answer, Client, JsonExt as _, Seen, TestApp, both_engines, read_mail};

use super::{comment, newest_mail, task};

both_engines!(
    an_image_tells_when_a_mail_was_opened,
    without_the_setting_a_mail_loads_nothing,
    a_machine_that_fetches_the_image_opens_nothing,
    of_a_mail_to_several_somebody_opened_it,
    who_looks_at_a_mail_here_opens_it_not,
    a_token_that_was_not_made_here_tells_nothing,
    without_a_public_address_there_is_no_image,
);

const THUNDERBIRD: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.0";
const GMAIL: &str = "Mozilla/5.0 (Windows NT 5.1) (via ggpht.com GoogleImageProxy)";

/// Anna, who wants to know, Ivan and Olga.
async fn begin(app: &TestApp) -> (Client, Value, Value) {
    let anna = app.sign_up("acme").await;
    anna.patch("/v1/settings/contact-mail", json!({"open_tracking": true})).await.expect(200);
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    (anna, ivan, olga)
}

/// The one mail that left.
async fn sent(app: &TestApp) -> Seen {
    app.work().await;
    let sent = app.mail().take();
    assert_eq!(sent.len(), 1);
    read_mail(&sent[0].message)
}

/// The path of the one image in a mail, which is in its HTML alone.
fn image(mail: &Seen) -> String {
    assert_eq!(mail.html().matches("<img").count(), 1);
    assert!(!mail.text().contains("/t/"));
    let (_, path) = mail.html().split_once("src=\"https://liaison.test").unwrap();
    path.split('"').next().unwrap().to_owned()
}

async fn fetch(app: &TestApp, path: &str, agent: &str) -> Answer {
    app.anon().get(path).header("User-Agent", agent).await.expect(200)
}

/// What the ledger says of openings: by whom, and of which recipient.
fn openings(mail: &Value) -> Vec<(&str, Option<&str>)> {
    let events = mail["events"].as_array().unwrap().iter().filter(|it| it["type"] == "opened");
    events.map(|it| (it["by"].text(), it["recipient"]["name"].as_str())).collect()
}

/// TRK-1, TRK-2: the first time counts.
async fn an_image_tells_when_a_mail_was_opened(app: TestApp) {
    let (anna, ivan, _) = begin(&app).await;
    let made = comment(&anna, &task(&anna).await, "One", &[&ivan]).await;
    let path = image(&sent(&app).await);
    let deliveries = format!("/v1/comments/{}/deliveries", made.id());
    assert_eq!(anna.get(&deliveries).await.expect(200).json().items()[0]["opened_at"], Value::Null);
    app.clock().advance(TimeDelta::seconds(10));
    let answer = fetch(&app, &path, THUNDERBIRD).await;
    for (name, value) in [
        ("content-type", "image/gif"),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    assert!(answer.body.starts_with(b"GIF89a") && answer.body.len() == 43);
    let mail = newest_mail(&anna).await;
    assert_eq!(openings(&mail), [("human", Some("ivan"))]);
    let at = &mail["recipients"][0]["opened_at"];
    assert!(at.is_string());
    app.clock().advance(TimeDelta::seconds(10));
    fetch(&app, &path, THUNDERBIRD).await;
    assert_eq!(newest_mail(&anna).await["events"], mail["events"]);
    let delivery = anna.get(&deliveries).await.expect(200).json().items()[0].clone();
    assert_eq!((&delivery["opened_at"], &delivery["opened_by"]), (at, &json!("recipient")));
}

/// R36
async fn without_the_setting_a_mail_loads_nothing(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    comment(&anna, &task(&anna).await, "See https://acme.example/offer", &[&ivan]).await;
    let mail = sent(&app).await;
    assert!(!mail.html().contains("<img") && !mail.html().contains("https://liaison.test"), "{mail:#?}");
    assert!(mail.html().contains("https://acme.example/offer"), "links lead where they led");
}

/// R36: proxies, and whoever comes in the first seconds.
async fn a_machine_that_fetches_the_image_opens_nothing(app: TestApp) {
    let (anna, ivan, _) = begin(&app).await;
    let made = comment(&anna, &task(&anna).await, "One", &[&ivan]).await;
    let path = image(&sent(&app).await);
    fetch(&app, &path, THUNDERBIRD).await;
    app.clock().advance(TimeDelta::minutes(1));
    fetch(&app, &path, GMAIL).await;
    app.anon()
        .get(&path)
        .header("User-Agent", THUNDERBIRD)
        .header("Sec-Purpose", "prefetch")
        .await
        .expect(200);
    let mail = newest_mail(&anna).await;
    assert_eq!(openings(&mail), [("machine", Some("ivan"))]);
    assert_eq!(mail["recipients"][0]["opened_at"], Value::Null);
    let deliveries = anna.get(format!("/v1/comments/{}/deliveries", made.id())).await.expect(200).json();
    assert_eq!(deliveries.items()[0]["opened_by"], Value::Null);
    fetch(&app, &path, THUNDERBIRD).await;
    assert_eq!(openings(&newest_mail(&anna).await), [("machine", Some("ivan")), ("human", Some("ivan"))]);
}

/// ALL-6
async fn of_a_mail_to_several_somebody_opened_it(app: TestApp) {
    let (anna, ivan, olga) = begin(&app).await;
    anna.patch("/v1/settings/contact-mail", json!({"show_all_recipients": true})).await.expect(200);
    let made = comment(&anna, &task(&anna).await, "One", &[&ivan, &olga]).await;
    let path = image(&sent(&app).await);
    app.clock().advance(TimeDelta::minutes(1));
    fetch(&app, &path, THUNDERBIRD).await;
    let mail = newest_mail(&anna).await;
    assert_eq!(openings(&mail), [("human", None)]);
    assert!(mail["recipients"].as_array().unwrap().iter().all(|it| it["opened_at"].is_null()));
    let deliveries = anna.get(format!("/v1/comments/{}/deliveries", made.id())).await.expect(200).json();
    let seen: Vec<&str> = deliveries.items().iter().map(|it| it["opened_by"].text()).collect();
    assert_eq!(seen, ["someone", "someone"]);
}

/// R36: neither before it leaves nor in the ledger.
async fn who_looks_at_a_mail_here_opens_it_not(app: TestApp) {
    let (anna, ivan, _) = begin(&app).await;
    let path = format!("/v1/tasks/{}/comments", task(&anna).await.id());
    let body = json!({"text": "One", "notify": [ivan.id()]});
    let preview = anna.post(format!("{path}:preview"), body.clone()).await.expect(200).json();
    assert!(!preview["items"][0]["mail"]["html"].text().contains("<img"), "{preview:#}");
    anna.post(path, body).await.expect(201);
    sent(&app).await;
    let source = newest_mail(&anna).await["source"].text().replace("=\r\n", "");
    assert!(source.contains("One") && !source.contains("/t/"), "{source}");
}

/// S1: and it is answered like any other.
async fn a_token_that_was_not_made_here_tells_nothing(app: TestApp) {
    let (anna, ivan, _) = begin(&app).await;
    comment(&anna, &task(&anna).await, "One", &[&ivan]).await;
    let path = image(&sent(&app).await);
    app.clock().advance(TimeDelta::minutes(1));
    let image = fetch(&app, "/t/x.gif", THUNDERBIRD).await.body;
    let cut = path.strip_suffix(".gif").unwrap();
    let bent = cut.get(..cut.len() - 4).unwrap();
    for path in [format!("{bent}AAAA.gif"), format!("{bent}.gif"), "/t/%00.gif".to_owned()] {
        assert_eq!(fetch(&app, &path, THUNDERBIRD).await.body, image);
    }
    assert_eq!(openings(&newest_mail(&anna).await), []);
    app.clock().advance(TimeDelta::days(181));
    assert_eq!(fetch(&app, &path, THUNDERBIRD).await.body, image);
    app.clock().advance(-TimeDelta::days(181));
    assert_eq!(openings(&newest_mail(&anna).await), []);
}

async fn without_a_public_address_there_is_no_image(app: TestApp) {
    let app = app.restart(|config| {
        config.http.public_url = String::new();
        config.http.listen = "0.0.0.0:8080".into();
    });
    let app = app.await;
    let (anna, ivan, _) = begin(&app).await;
    comment(&anna, &task(&anna).await, "One", &[&ivan]).await;
    assert!(!sent(&app).await.html().contains("<img"));
}
