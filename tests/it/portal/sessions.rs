//! `POST /v1/portal/sessions`, and who may stay.

use chrono::TimeDelta;
use serde_json::{Value, json};
use support::{Call, Client, JsonExt as _, TestApp, both_engines};

use super::{enter, say, set, titles, token};
use crate::contract::unsubscribe_path;

both_engines!(
    a_link_leads_in_as_often_as_it_is_followed,
    a_link_leads_nowhere_when_its_time_is_over,
    a_session_ends_with_its_hour_and_with_its_link,
    who_may_not_come_in_any_more_is_out_at_once,
    a_link_of_another_kind_leads_nowhere,
    the_language_is_the_contacts_then_his_programs_then_the_accounts,
    where_no_portal_is_set_up_a_page_says_so,
);

/// Anna has written to Ivan.
async fn begin(app: &TestApp) -> (Client, Value) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    say(&anna, &set(&anna, json!({"title": "Gate"})).await, "Hello", &[&ivan]).await;
    (anna, ivan)
}

fn come_in(app: &TestApp, token: &str) -> Call {
    app.anon().post("/v1/portal/sessions", json!({"token": token}))
}

async fn leads_nowhere(app: &TestApp, token: &str) {
    come_in(app, token).await.expect(401).problem("invalid_credentials");
}

/// DASH-1, DASH-3, S8: it stands in a mail that is read for weeks, and programs look at it before people do.
async fn a_link_leads_in_as_often_as_it_is_followed(app: TestApp) {
    let (anna, ivan) = begin(&app).await;
    let token = token(&anna, &ivan).await;
    for _ in 0..2 {
        let answer = come_in(&app, &token).await.expect(201);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        let session = answer.json();
        assert_eq!(session["expires_in"], 3600);
        assert_eq!(session["contact"], json!({"id": ivan.id(), "name": "ivan", "language": "en"}));
        let client = app.anon().with_token(session["access_token"].text());
        assert_eq!(titles(&client).await, ["Gate"]);
    }
}

async fn a_link_leads_nowhere_when_its_time_is_over(app: TestApp) {
    let (anna, ivan) = begin(&app).await;
    let token = token(&anna, &ivan).await;
    app.clock().advance(TimeDelta::days(30) - TimeDelta::seconds(2));
    come_in(&app, &token).await.expect(201);
    app.clock().advance(TimeDelta::seconds(2));
    leads_nowhere(&app, &token).await;
}

async fn a_session_ends_with_its_hour_and_with_its_link(app: TestApp) {
    let (anna, ivan) = begin(&app).await;
    let (link, client) = (token(&anna, &ivan).await, enter(&anna, &ivan).await);
    app.clock().advance(TimeDelta::seconds(3599));
    client.get("/v1/portal/tasks").await.expect(200);
    app.clock().advance(TimeDelta::seconds(1));
    client.get("/v1/portal/tasks").await.expect(401).problem("unauthenticated");
    app.clock().advance(TimeDelta::days(30) - TimeDelta::seconds(3602));
    let session = come_in(&app, &link).await.expect(201).json();
    let client = app.anon().with_token(session["access_token"].text());
    client.get("/v1/portal/tasks").await.expect(200);
    app.clock().advance(TimeDelta::seconds(1));
    let answer = client.get("/v1/portal/tasks").await.expect(401);
    assert_eq!(answer.header("cache-control"), Some("no-store"), "whatever the answer is");
}

/// DASH-1, SPM-2: and by an address that was taken from him nobody comes in his place.
async fn who_may_not_come_in_any_more_is_out_at_once(app: TestApp) {
    let (anna, ivan) = begin(&app).await;
    let (link, client) = (token(&anna, &ivan).await, enter(&anna, &ivan).await);
    let card = format!("/v1/contacts/{}", ivan.id());
    for (out, back) in [
        (json!({"spam": true}), json!({"spam": false})),
        (json!({"portal_access": false}), json!({"portal_access": true})),
        (json!({"email": "new@client.example"}), json!({"additional_emails": ["ivan@client.example"]})),
    ] {
        anna.patch(&card, out).await.expect(200);
        client.get("/v1/portal/tasks").await.expect(401).problem("unauthenticated");
        leads_nowhere(&app, &link).await;
        anna.patch(&card, back).await.expect(200);
        client.get("/v1/portal/tasks").await.expect(200);
    }
    anna.delete(&card).await.expect(204);
    client.get("/v1/portal/tasks").await.expect(401);
    leads_nowhere(&app, &link).await;
}

/// S1, S2: an address to answer to, a link to a file or one that ends mail let nobody in.
async fn a_link_of_another_kind_leads_nowhere(app: TestApp) {
    let (anna, ivan) = begin(&app).await;
    let link = token(&anna, &ivan).await;
    let cut = link.get(..link.len() - 4).unwrap();
    let mail = anna.get("/v1/mail/outgoing?limit=1").await.expect(200).json().items()[0].clone();
    let unsubscribe = unsubscribe_path(&app, &anna.account, &mail).replace("/u/", "");
    for bent in [cut, &format!("{cut}AAAA"), &unsubscribe, "x", "", anna.token.as_ref().unwrap()] {
        leads_nowhere(&app, bent).await;
    }
    app.anon().get(format!("/f/{link}")).await.expect(404);
    app.anon().get(format!("/u/{link}")).await.expect(404);
}

/// DASH-7
async fn the_language_is_the_contacts_then_his_programs_then_the_accounts(app: TestApp) {
    let (anna, ivan) = begin(&app).await;
    let link = token(&anna, &ivan).await;
    let language = async |accepted: &str| {
        let session = come_in(&app, &link).header("Accept-Language", accepted).await.expect(201).json();
        session["contact"]["language"].text().to_owned()
    };
    assert_eq!(language("fr, ru-RU;q=0.9, en;q=0.8").await, "ru");
    assert_eq!(language("fr").await, "en");
    anna.patch("/v1/account", json!({"language": "ru"})).await.expect(200);
    assert_eq!(language("fr").await, "ru");
    anna.patch(format!("/v1/contacts/{}", ivan.id()), json!({"language": "ru"})).await.expect(200);
    assert_eq!(language("en").await, "ru");
}

/// DASH-3, S8
async fn where_no_portal_is_set_up_a_page_says_so(app: TestApp) {
    let (anna, ivan) = begin(&app).await;
    let path = format!("/portal?token={}", token(&anna, &ivan).await);
    for (language, words) in [("en", "Answer the mail"), ("ru", "Ответьте на письмо")] {
        let page = app.anon().get(&path).header("Accept-Language", language).await.expect(200);
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert!(page.header("content-security-policy").unwrap().contains("default-src 'none'"));
        let html = String::from_utf8(page.body.to_vec()).unwrap();
        assert!(html.contains(words) && html.contains("/v1/portal/sessions"), "{html}");
    }
}
