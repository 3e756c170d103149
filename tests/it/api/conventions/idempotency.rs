//! `Idempotency-Key`: a repeated request changes nothing and gets the first answer.

use std::future::IntoFuture as _;

use chrono::TimeDelta;
use futures_util::future::join;
use serde_json::{Value, json};
use support::{Call, Client, JsonExt as _, TestApp, both_engines};

both_engines!(
    a_repeated_request_gets_the_first_answer_and_changes_nothing,
    a_key_is_good_for_one_request,
    a_key_belongs_to_who_used_it,
    a_refused_request_may_be_repeated_until_it_succeeds,
    a_key_is_forgotten_after_a_day,
    of_twins_at_the_same_moment_one_does_it_and_both_are_told,
    a_sign_up_may_be_repeated,
);

fn create(client: &Client, key: &str, body: &Value) -> Call {
    client.post("/v1/contacts", body.clone()).header("Idempotency-Key", key)
}

async fn count(client: &Client) -> usize {
    client.get("/v1/contacts").await.expect(200).json().items().len()
}

async fn a_repeated_request_gets_the_first_answer_and_changes_nothing(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let body = json!({"name": "Ivan", "email": "ivan@client.example"});
    let first = create(&anna, "one", &body).await.expect(201);
    let second = create(&anna, "one", &body).await.expect(201);
    assert_eq!(second.json(), first.json());
    assert_eq!(first.header("idempotency-replayed"), None);
    assert_eq!(second.header("idempotency-replayed"), Some("true"));
    for header in ["location", "etag"] {
        assert!(first.header(header).is_some(), "{header}");
        assert_eq!(second.header(header), first.header(header));
    }
    assert_eq!(count(&anna).await, 1);
}

async fn a_key_is_good_for_one_request(app: TestApp) {
    let anna = app.sign_up("acme").await;
    create(&anna, "one", &json!({"name": "Ivan"})).await.expect(201);
    let answer = create(&anna, "one", &json!({"name": "Petr"})).await;
    answer.expect(422).problem("idempotency_key_reused");
    let elsewhere = anna.post("/v1/tasks", json!({"title": "A task"})).header("Idempotency-Key", "one");
    elsewhere.await.expect(422).problem("idempotency_key_reused");
    for bent in ["", &"x".repeat(256)] {
        create(&anna, bent, &json!({"name": "Ivan"})).await.expect(422).problem("validation_failed");
    }
    assert_eq!(count(&anna).await, 1);
}

async fn a_key_belongs_to_who_used_it(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, other) = (anna.employee("boris").await, app.sign_up("globex").await);
    let body = json!({"name": "Ivan"});
    let mut ids = Vec::new();
    for client in [&anna, &boris, &other] {
        ids.push(create(client, "one", &body).await.expect(201).json().id().to_owned());
    }
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

async fn a_refused_request_may_be_repeated_until_it_succeeds(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let body = json!({"name": "Twin", "email": "ivan@client.example"});
    create(&anna, "one", &body).await.expect(409).problem("email_taken");
    anna.delete(format!("/v1/contacts/{}", ivan.id())).await.expect(204);
    create(&anna, "one", &body).await.expect(201);
}

async fn a_key_is_forgotten_after_a_day(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let body = json!({"name": "Ivan"});
    create(&anna, "one", &body).await.expect(201);
    app.clock().advance(TimeDelta::hours(24));
    let anna = app.sign_in("acme", "anna@acme.example").await;
    let second = create(&anna, "one", &body).await.expect(201);
    assert_eq!(second.header("idempotency-replayed"), None);
    assert_eq!(count(&anna).await, 2);
    let third = create(&anna, "one", &body).await.expect(201);
    assert_eq!(third.json(), second.json());
}

async fn of_twins_at_the_same_moment_one_does_it_and_both_are_told(app: TestApp) {
    let anna = app.sign_up("acme").await;
    for body in [json!({"name": "Ivan"}), json!({"name": "Petr", "email": "petr@client.example"})] {
        let key = body["name"].text();
        let twins = join(create(&anna, key, &body).into_future(), create(&anna, key, &body).into_future());
        let (a, b) = twins.await;
        let (a, b) = (a.expect(201), b.expect(201));
        assert_eq!(a.json(), b.json());
        let replayed = [&a, &b].map(|it| it.header("idempotency-replayed").is_some());
        assert!(replayed[0] != replayed[1], "one of them did it");
    }
    assert_eq!(count(&anna).await, 2);
}

async fn a_sign_up_may_be_repeated(app: TestApp) {
    let owner =
        json!({"name": "Anna", "login": "anna", "email": "a@x.example", "password": support::PASSWORD});
    let body = json!({"name": "acme", "title": "Acme", "owner": owner});
    let sign_up = || app.anon().post("/v1/accounts", body.clone()).header("Idempotency-Key", "one");
    let first = sign_up().await.expect(201).json();
    let second = sign_up().await.expect(201).json();
    assert_eq!(first, second);
    app.anon().with_token(second["access_token"].text()).get("/v1/me").await.expect(200);
}
