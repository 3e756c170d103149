//! Mail that leaves by external mailboxes.

use chrono::TimeDelta;
use liaison_api::{config::Config, worker};
use liaison_persistence::testing::inspect::list_change_events;
use mail_parser::MessageParser;
use serde_json::{Value, json};
use support::{Client, Dovecot, JsonExt as _, SmtpServer, TestApp, both_engines};

use super::{comment, newest_mail, task};

both_engines!(
    mail_leaves_by_the_employees_default_mailbox_before_the_companys,
    an_author_chooses_among_the_mailboxes_that_he_may_use,
    a_mailbox_of_projects_is_for_their_tasks_alone,
    a_token_logs_in_where_the_server_wants_one,
    answers_go_where_the_mailbox_says,
    a_copy_is_put_into_the_folder_of_sent_mail,
    a_refused_password_defers_the_mail_and_shows_in_the_mailboxs_health,
    mail_of_a_deleted_mailbox_fails_and_its_author_is_told,
    a_silent_mailbox_delays_no_other_accounts_mail,
    a_test_says_where_it_fails,
);

/// OUT-1, OUT-2, OUT-5
async fn mail_leaves_by_the_employees_default_mailbox_before_the_companys(app: TestApp) {
    let (app, server) = (reaching(&app).await, SmtpServer::start());
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let ivan = anna.contact("ivan").await;
    add(&anna, "company", "support@acme.example", &server, json!({"is_default": true})).await;
    add(&anna, "company", "unused@acme.example", &server, json!({})).await;
    add(&boris, "employee", "boris@mail.example", &server, json!({"is_default": true})).await;
    for author in [&anna, &boris] {
        comment(author, &task(author).await, "Hello", &[&ivan]).await;
    }
    app.work().await;
    let mut taken = server.take();
    taken.sort_by(|a, b| a.from.cmp(&b.from));
    let senders: Vec<&str> = taken.iter().map(|it| it.from.as_str()).collect();
    assert_eq!(senders, ["boris@mail.example", "support@acme.example"]);
    let mail = MessageParser::new().parse(&taken[1].message).unwrap();
    let from = mail.from().unwrap().first().unwrap();
    assert_eq!((from.name(), from.address()), (Some("Sender of mail"), Some("support@acme.example")));
    assert_eq!(taken[1].to, ["ivan@client.example"]);
    assert!(mail.body_html(0).unwrap().contains("<b>ACME</b>"), "its signature is there");
    let reply_to = mail.reply_to().unwrap().first().unwrap().address().unwrap();
    assert!(reply_to.starts_with("reply+") && reply_to.ends_with("@acme.liaison.test"), "{reply_to}");
    assert_eq!(newest_mail(&anna).await["state"], "accepted");
}

/// OUT-6
async fn an_author_chooses_among_the_mailboxes_that_he_may_use(app: TestApp) {
    let (app, server) = (reaching(&app).await, SmtpServer::start());
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let ivan = anna.contact("ivan").await;
    let shared = add(&anna, "company", "sales@acme.example", &server, json!({})).await;
    let private = add(&boris, "employee", "boris@mail.example", &server, json!({})).await;
    let offer = task(&anna).await;
    let path = format!("/v1/tasks/{}/comments", offer.id());
    let by = |mailbox: &str| json!({"text": "Hello", "notify": [ivan.id()], "mailbox_id": mailbox});
    anna.post(&path, by(&private))
        .await
        .expect(404)
        .problem_at("not_found", &[("/mailbox_id", "unknown_id")]);
    anna.post(&path, by(&shared)).await.expect(201);
    app.work().await;
    assert_eq!(server.take()[0].from, "sales@acme.example");
    comment(&anna, &offer, "Hello", &[&ivan]).await;
    app.work().await;
    assert_eq!((server.take().len(), app.mail().take().len()), (0, 1), "none is the default one");
}

/// OUT-4, OUT-5, OUT-7
async fn a_mailbox_of_projects_is_for_their_tasks_alone(app: TestApp) {
    let (app, server) = (reaching(&app).await, SmtpServer::start());
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let fence = anna.post("/v1/projects", json!({"name": "Fence"})).await.expect(201).json();
    let of_fence = json!({"is_default": true, "projects": [fence.id()]});
    let special = add(&anna, "company", "fence@acme.example", &server, of_fence).await;
    add(&anna, "company", "info@acme.example", &server, json!({"is_default": true})).await;
    let (inside, outside) = (
        anna.post("/v1/tasks", json!({"title": "Gate", "project_id": fence.id()})).await.expect(201).json(),
        task(&anna).await,
    );
    for offer in [&inside, &outside] {
        comment(&anna, offer, "Hello", &[&ivan]).await;
        app.work().await;
    }
    let senders: Vec<String> = server.take().into_iter().map(|it| it.from).collect();
    assert_eq!(senders, ["fence@acme.example", "info@acme.example"]);

    let by_it = json!({"text": "Hello", "notify": [ivan.id()], "mailbox_id": special});
    anna.post(format!("/v1/tasks/{}/comments", outside.id()), by_it.clone())
        .await
        .expect(422)
        .problem_names("/mailbox_id", "invalid");
    let path = format!("/v1/mailboxes/{special}");
    let nowhere = json!({"projects": [ivan.id()]});
    anna.patch(&path, nowhere).await.expect(404).problem_at("not_found", &[("/projects/0", "unknown_id")]);
    let everything = anna.patch(&path, json!({"projects": []})).await.expect(200).json();
    assert_eq!(everything["projects"], json!([]));
    anna.post(format!("/v1/tasks/{}/comments", outside.id()), by_it).await.expect(201);
    app.work().await;
    assert_eq!(server.take()[0].from, "fence@acme.example");
}

/// Product §4: AUTH XOAUTH2
async fn a_token_logs_in_where_the_server_wants_one(app: TestApp) {
    let (app, server) = (reaching(&app).await, SmtpServer::start());
    let anna = app.sign_up("acme").await;
    let mailbox = add(&anna, "company", "support@acme.example", &server, json!({"is_default": true})).await;
    let path = format!("/v1/mailboxes/{mailbox}");
    let by_token = |token: &str| json!({"smtp": {"authentication": "xoauth2", "password": token}});
    anna.patch(&path, json!({"smtp": {"authentication": "xoauth2"}}))
        .await
        .expect(422)
        .problem_names("/smtp/password", "required");
    for (token, verdict) in [("expired", "auth"), (SmtpServer::TOKEN, "ok")] {
        anna.patch(&path, by_token(token)).await.expect(200);
        assert_eq!(verdicts(&anna, &mailbox).await, [verdict]);
    }
    let ivan = anna.contact("ivan").await;
    comment(&anna, &task(&anna).await, "Hello", &[&ivan]).await;
    app.work().await;
    assert_eq!(server.take().len(), 1);
    assert_eq!(anna.get(&path).await.expect(200).json()["smtp"]["authentication"], "xoauth2");
}

/// OUT-10
async fn answers_go_where_the_mailbox_says(app: TestApp) {
    let (app, server) = (reaching(&app).await, SmtpServer::start());
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let further = json!({"is_default": true, "replies_to_this_address": true});
    add(&anna, "company", "support@acme.example", &server, further).await;
    comment(&anna, &task(&anna).await, "Hello", &[&ivan]).await;
    app.work().await;
    let taken = server.take();
    let mail = MessageParser::new().parse(&taken[0].message).unwrap();
    assert!(mail.reply_to().is_none(), "answers go to From");
}

/// OUT-11
async fn a_copy_is_put_into_the_folder_of_sent_mail(app: TestApp) {
    let (app, server, dovecot) = (reaching(&app).await, SmtpServer::start(), Dovecot::mailbox());
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let mut further = json!({"is_default": true, "save_to_sent": true});
    let mut body = json!({"owner": "employee", "address": "anna@mail.example", "sender_name": "Anna",
        "smtp": server.connection(SmtpServer::PASSWORD), "save_to_sent": true});
    anna.post("/v1/mailboxes", body.take()).await.problem_names("/save_to_sent", "invalid");
    further["imap"] = dovecot.at(&dovecot.imap);
    add(&anna, "employee", "anna@mail.example", &server, further).await;
    comment(&anna, &task(&anna).await, "Hello", &[&ivan]).await;
    app.work().await;
    let sent = server.take().remove(0).message;
    while dovecot.sent().is_empty() {
        tokio::task::yield_now().await;
    }
    let copy = dovecot.sent().remove(0).replace('\n', "\r\n").replace("\r\r", "\r");
    assert_eq!(copy.trim_end(), String::from_utf8(sent).unwrap().trim_end());
}

/// OUT-13, R11
async fn a_refused_password_defers_the_mail_and_shows_in_the_mailboxs_health(app: TestApp) {
    let (app, server) = (reaching(&app).await, SmtpServer::start());
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let mailbox = add(&anna, "company", "support@acme.example", &server, json!({"is_default": true})).await;
    let path = format!("/v1/mailboxes/{mailbox}");
    let password = |it: &str| json!({"smtp": {"password": it}});
    anna.patch(&path, password("wrong")).await.expect(200);
    comment(&anna, &task(&anna).await, "Hello", &[&ivan]).await;
    for failures in 1..=3 {
        app.work().await;
        assert_eq!(newest_mail(&anna).await["state"], "deferred");
        let health = anna.get(&path).await.expect(200).json()["health"]["smtp"].clone();
        assert_eq!(
            (&health["last_error"], &health["consecutive_failures"]),
            (&json!("auth"), &json!(failures))
        );
        app.clock().advance(TimeDelta::minutes(if failures == 1 { 1 } else { 5 }));
    }
    let events = list_change_events(&app.parts().database).await.unwrap();
    assert!(events.iter().any(|it| it == "mailbox.failing"), "{events:?}");
    assert_eq!(server.take(), []);

    anna.patch(&path, password(SmtpServer::PASSWORD)).await.expect(200);
    let mail = newest_mail(&anna).await;
    anna.post(format!("/v1/mail/outgoing/{}:retry", mail.id()), json!({})).await.expect(202);
    app.work().await;
    assert_eq!(server.take().len(), 1);
    assert_eq!(anna.get(&path).await.expect(200).json()["health"]["smtp"]["state"], "ok");
}

async fn mail_of_a_deleted_mailbox_fails_and_its_author_is_told(app: TestApp) {
    let (app, server) = (reaching(&app).await, SmtpServer::start());
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let mailbox = add(&anna, "company", "support@acme.example", &server, json!({"is_default": true})).await;
    comment(&anna, &task(&anna).await, "Hello", &[&ivan]).await;
    anna.delete(format!("/v1/mailboxes/{mailbox}")).await.expect(204);
    app.work().await;
    let mail = newest_mail(&anna).await;
    assert_eq!((mail["state"].text(), server.take().len()), ("failed", 0));
    assert!(mail["events"][1]["detail"].text().contains("mailbox"), "{mail:#}");
}

/// R38
async fn a_silent_mailbox_delays_no_other_accounts_mail(app: TestApp) {
    let (app, server) = (reaching(&app).await, SmtpServer::start());
    let (anna, boris) = (app.sign_up("acme").await, app.sign_up("bravo").await);
    let (ivan, olga) = (anna.contact("ivan").await, boris.contact("olga").await);
    add(&anna, "company", "support@acme.example", &server, json!({"is_default": true})).await;
    server.fall_silent();
    for _ in 0..10 {
        comment(&anna, &task(&anna).await, "Hello", &[&ivan]).await;
    }
    comment(&boris, &task(&boris).await, "Hello", &[&olga]).await;
    let arrived = async { while newest_mail(&boris).await["state"] != "accepted" {} };
    tokio::select! {
        () = arrived => {}
        _ = worker::drain(app.parts()) => panic!("a silent server never answers"),
    }
    assert_eq!(app.mail().take().len(), 1);
}

/// OUT-8
async fn a_test_says_where_it_fails(app: TestApp) {
    let closed = app.sign_up("bravo").await;
    let (app, server) = (reaching(&app).await, SmtpServer::start());
    let forbidden = add(&closed, "company", "support@bravo.example", &server, json!({})).await;
    let anna = app.sign_up("acme").await;
    let dovecot = Dovecot::mailbox();
    let further = json!({"imap": dovecot.at(&dovecot.imap), "deliver_to": "anna@acme.liaison.test"});
    let mailbox = add(&anna, "company", "support@acme.example", &server, further).await;
    let path = format!("/v1/mailboxes/{mailbox}");
    assert_eq!(verdicts(&anna, &mailbox).await, ["ok", "ok"]);
    let health = anna.get(&path).await.expect(200).json()["health"].clone();
    assert_eq!((&health["smtp"]["state"], &health["imap"]["state"]), (&json!("ok"), &json!("ok")));

    anna.patch(&path, json!({"smtp": {"password": "wrong"}, "imap": {"password": "wrong"}}))
        .await
        .expect(200);
    assert_eq!(verdicts(&anna, &mailbox).await, ["auth", "auth"]);
    let mut smtp = server.connection(SmtpServer::PASSWORD);
    smtp["security"] = json!("starttls");
    anna.patch(&path, json!({"smtp": smtp, "imap": null})).await.expect(200);
    assert_eq!(verdicts(&anna, &mailbox).await, ["tls"]);
    anna.patch(&path, json!({"smtp": server.connection(SmtpServer::PASSWORD)})).await.expect(200);
    server.refuse_sender("support@acme.example");
    assert_eq!(verdicts(&anna, &mailbox).await, ["sender"]);
    let mut nobody = server.connection(SmtpServer::PASSWORD);
    nobody["port"] = json!(1);
    anna.patch(&path, json!({"smtp": nobody})).await.expect(200);
    assert_eq!(verdicts(&anna, &mailbox).await, ["refused"]);

    // S17, and no server's words.
    let unreaching = app.restart(|config| config.network.allow_private.clear()).await;
    let boris = unreaching.sign_in("bravo", "anna@bravo.example").await;
    assert_eq!(verdicts(&boris, &forbidden).await, ["forbidden"]);
}

/// What `:test` says of SMTP, and of IMAP where it is fetched.
async fn verdicts(client: &Client, mailbox: &str) -> Vec<String> {
    let tested = client.post(format!("/v1/mailboxes/{mailbox}:test"), json!({})).await.expect(200);
    assert!(!tested.to_string().contains("secret"), "{tested}");
    let tested = tested.json();
    let shown = [&tested["smtp"], &tested["imap"]].into_iter().filter(|it| !it.is_null());
    shown.map(|it| it["verdict"].text().to_owned()).collect()
}

/// A mailbox whose mail leaves by this server; its id.
pub(super) async fn add(
    client: &Client,
    owner: &str,
    address: &str,
    server: &SmtpServer,
    further: Value,
) -> String {
    let mut body = json!({"owner": owner, "address": address, "sender_name": "Sender of mail",
        "smtp": server.connection(SmtpServer::PASSWORD), "signature_html": "<b>ACME</b>"});
    for (name, value) in further.as_object().unwrap() {
        body[name] = value.clone();
    }
    client.post("/v1/mailboxes", body).await.expect(201).json().id().to_owned()
}

/// The application, allowed to reach this machine.
pub(super) async fn reaching(app: &TestApp) -> TestApp {
    app.restart(|config: &mut Config| config.network.allow_private = vec!["127.0.0.0/8".parse().unwrap()])
        .await
}
