//! `POST /v1/tasks/{id}/comments`

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};
use support::{JsonExt as _, TestApp, both_engines};

use super::{of, texts, write};
use crate::api::tasks::{NOBODY, ids, mailed, path, set};

both_engines!(
    a_comment_is_shown_as_it_was_written,
    everybody_in_the_task_writes_comments,
    a_comment_to_nobody_is_taken_with_a_warning,
    whoever_is_addressed_is_there_once_in_the_order_of_addressing,
    whoever_is_addressed_without_a_role_becomes_a_participant,
    a_contact_without_an_address_is_named_in_a_warning,
    who_may_not_be_addressed_is_refused,
    what_stands_elsewhere_is_not_answered,
    a_hidden_comment_is_not_answered_by_those_who_do_not_see_it,
    an_answer_to_a_hidden_comment_is_hidden_unless_it_says_otherwise,
    html_is_cleaned_and_its_text_derived,
    what_is_out_of_its_limits_is_refused,
    what_is_at_its_limits_is_taken,
    a_comment_may_be_files_alone,
    a_comment_moves_its_task_up,
    a_hidden_comment_leaves_no_trace_in_its_task,
    a_comment_written_again_with_its_key_is_the_same_comment,
    comments_written_at_the_same_time_are_all_there,
    who_may_not_see_a_task_writes_nothing_in_it,
);

async fn a_comment_is_shown_as_it_was_written(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, ivan) = (anna.employee("boris").await, anna.contact("ivan").await);
    let task = set(&anna, json!({"title": "Ours"})).await;
    let body = json!({"text": "Готово,\n<смотрите>", "notify": [ivan.id(), boris.me.id()]});
    let answer = anna.post(path(&task, "/comments"), body).await.expect(201);
    let made = answer.json();
    let person = |it: &Value, kind| json!({"id": it.id(), "kind": kind, "name": it["name"]});
    let mut expected = json!({
        "id": made.id(),
        "task_id": task.id(),
        "author": person(&anna.me, "employee"),
        "origin": "api",
        "created_at": "2030-01-01T00:00:00Z",
        "edited_at": null,
        "send_at": null,
        "html": "Готово,<br>\n&lt;смотрите&gt;",
        "text": "Готово,\n<смотрите>",
        "visible": "Готово,\n<смотрите>",
        "elided": "",
        "files": [],
        "audience": [person(&ivan, "contact"), person(&boris.me, "employee")],
        "hidden": false,
        "reply_to": null,
        "subject": null,
        "unrecognized_sender": false,
        "link_origin": null,
        "warnings": [],
    });
    assert_eq!(answer.header("location"), Some(of(&made, "").as_str()));
    let shown = boris.get(of(&made, "")).await.expect(200);
    assert_eq!(shown.json(), expected);
    assert_eq!(shown.header("etag"), answer.header("etag"));
    expected["deliveries"] = json!([
        delivery(&person(&boris.me, "employee"), "in_app", "delivered"),
        delivery(&person(&ivan, "contact"), "mail", "queued"),
    ]);
    let mailed_to_ivan = &mut expected["deliveries"][1];
    mailed_to_ivan["mail_id"] = made["deliveries"][1]["mail_id"].clone();
    mailed_to_ivan["address"] = json!("ivan@client.example");
    mailed_to_ivan["attempts"] = json!(0);
    assert_eq!(made, expected);
    assert_eq!(mailed(&app).await, ["ivan@client.example"]);
}

/// A delivery of which nothing else is known.
fn delivery(person: &Value, channel: &str, state: &str) -> Value {
    json!({
        "person": person,
        "channel": channel,
        "state": state,
        "at": "2030-01-01T00:00:00Z",
        "detail": null,
        "mail_id": null,
        "address": null,
        "attempts": null,
        "bounce_class": null,
        "opened_at": null,
        "opened_by": null,
        "answered_at": null,
    })
}

/// ROL: view and comment go together.
async fn everybody_in_the_task_writes_comments(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, admin) = (anna.employee("boris").await, anna.admin("admin").await);
    for role in ["assignees", "participants", "auditors"] {
        let task = set(&anna, json!({"title": role, role: [boris.me.id()]})).await;
        assert_eq!(write(&boris, &task, json!({"text": "Hello"})).await["author"]["id"], boris.me["id"]);
        write(&admin, &task, json!({"text": "Hello too"})).await;
        assert_eq!(texts(&anna, &task).await, ["Hello", "Hello too"]);
    }
}

/// COM-1: who is addressed by nobody but himself is addressed by nobody.
async fn a_comment_to_nobody_is_taken_with_a_warning(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let task = set(&anna, json!({"title": "Ours"})).await;
    for body in [
        json!({"text": "A note"}),
        json!({"text": "A note", "notify": []}),
        json!({"text": "A note", "notify": [anna.me.id()]}),
    ] {
        let made = write(&anna, &task, body).await;
        assert_eq!((&made["audience"], &made["deliveries"]), (&json!([]), &json!([])));
        assert_eq!(made["warnings"][0]["code"], "nobody_addressed");
        assert_eq!(made["warnings"][0]["person_id"], Value::Null);
        assert_eq!(anna.get(of(&made, "")).await.expect(200).json()["warnings"], made["warnings"]);
    }
}

/// R8
async fn whoever_is_addressed_is_there_once_in_the_order_of_addressing(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, ivan) = (anna.employee("boris").await, anna.contact("ivan").await);
    let task = set(&anna, json!({"title": "Ours"})).await;
    let notify = [ivan.id(), anna.me.id(), boris.me.id(), ivan.id()];
    let made = write(&anna, &task, json!({"text": "Hello", "notify": notify})).await;
    assert_eq!(ids(&made["audience"]), [ivan.id(), boris.me.id()]);
    let read = anna.get(path(&task, "/comments")).await.expect(200).json();
    assert_eq!(read["items"][0]["audience"], made["audience"]);
    assert_eq!(mailed(&app).await, ["ivan@client.example"]);
}

/// COM-4, CBM-4: so that he finds it again; who has a role keeps it.
async fn whoever_is_addressed_without_a_role_becomes_a_participant(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, vera) = (anna.employee("boris").await, anna.employee("vera").await);
    let ivan = anna.contact("ivan").await;
    let task = set(&anna, json!({"title": "Ours", "assignees": [vera.me.id()]})).await;
    boris.get(path(&task, "")).await.expect(404);
    let notify = [boris.me.id(), vera.me.id(), ivan.id()];
    write(&anna, &task, json!({"text": "Hello", "notify": notify})).await;
    let shown = boris.get(path(&task, "")).await.expect(200).json();
    assert_eq!(ids(&shown["participants"]), [boris.me.id(), ivan.id()]);
    assert_eq!(ids(&shown["assignees"]), [vera.me.id()]);
    assert_eq!(mailed(&app).await, ["ivan@client.example"]);
}

/// R12: he is addressed and sees the comment in the portal, but no mail can leave.
async fn a_contact_without_an_address_is_named_in_a_warning(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let mute = json!({"name": "Mute", "selectable_as_participant": true});
    let mute = anna.post("/v1/contacts", mute).await.expect(201).json();
    let task = set(&anna, json!({"title": "Ours"})).await;
    let made = write(&anna, &task, json!({"text": "Hello", "notify": [mute.id()]})).await;
    assert_eq!(ids(&made["audience"]), [mute.id()]);
    let warnings = made["warnings"].as_array().unwrap();
    assert_eq!(warnings.len(), 1);
    assert_eq!((&warnings[0]["code"], &warnings[0]["person_id"]), (&json!("no_address"), &mute["id"]));
    let delivery = &made["deliveries"][0];
    assert_eq!((&delivery["state"], &delivery["detail"]), (&json!("skipped"), &json!("no_address")));
}

/// S6, CONF-1
async fn who_may_not_be_addressed_is_refused(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("beta").await);
    let task = set(&anna, json!({"title": "Ours"})).await;
    let (stranger, gone) = (other.contact("ivan").await, anna.contact("petr").await);
    anna.delete(format!("/v1/contacts/{}", gone.id())).await.expect(204);
    for id in [other.me.id(), stranger.id(), gone.id(), NOBODY] {
        let body = json!({"text": "Hello", "notify": [anna.me.id(), id]});
        let answer = anna.post(path(&task, "/comments"), body).await.expect(404);
        answer.problem_at("not_found", &[("/notify/1", "unknown_id")]);
    }
    let shy = anna.post("/v1/contacts", json!({"name": "Shy"})).await.expect(201).json();
    let body = json!({"text": "Hello", "notify": [shy.id()]});
    let answer = anna.post(path(&task, "/comments"), body).await.expect(422);
    answer.problem_at("contact_not_selectable", &[("/notify/0", "not_selectable")]);
    assert!(answer.json()["detail"].text().contains("selectable_as_participant"), "{answer}");
    assert_eq!(texts(&anna, &task).await, Vec::<String>::new());
}

/// S6
async fn what_stands_elsewhere_is_not_answered(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("beta").await);
    let (task, beside) = (set(&anna, json!({"title": "1"})).await, set(&anna, json!({"title": "2"})).await);
    let foreign = set(&other, json!({"title": "3"})).await;
    let here = write(&anna, &task, json!({"text": "Here"})).await;
    let (beside, foreign) = (
        write(&anna, &beside, json!({"text": "Beside"})).await,
        write(&other, &foreign, json!({"text": "Foreign"})).await,
    );
    let gone = write(&anna, &task, json!({"text": "Gone"})).await;
    anna.delete(of(&gone, "")).await.expect(204);
    for id in [beside.id(), foreign.id(), gone.id(), NOBODY] {
        let body = json!({"text": "Re", "reply_to": id});
        let answer = anna.post(path(&task, "/comments"), body).await.expect(404);
        answer.problem_at("not_found", &[("/reply_to", "unknown_id")]);
    }
    let answer = write(&anna, &task, json!({"text": "Re", "reply_to": here.id()})).await;
    assert_eq!(answer["reply_to"], here["id"]);
}

/// COM-5, S7
async fn a_hidden_comment_is_not_answered_by_those_who_do_not_see_it(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, vera) = (anna.employee("boris").await, anna.employee("vera").await);
    let people = [boris.me.id(), vera.me.id()];
    let task = set(&anna, json!({"title": "Ours", "auditors": people})).await;
    let secret = json!({"text": "Between us", "hidden": true, "notify": [vera.me.id()]});
    let secret = write(&boris, &task, secret).await;
    let body = || json!({"text": "Re", "reply_to": secret.id()});
    write(&vera, &task, body()).await;
    write(&anna, &task, body()).await;
    anna.patch(path(&task, ""), json!({"assigner": boris.me.id()})).await.expect(200);
    let galina = anna.employee("galina").await;
    anna.post(path(&task, "/participants"), json!({"person_id": galina.me.id()})).await.expect(200);
    let answer = galina.post(path(&task, "/comments"), body()).await.expect(404);
    answer.problem_at("not_found", &[("/reply_to", "unknown_id")]);
}

/// COM-5
async fn an_answer_to_a_hidden_comment_is_hidden_unless_it_says_otherwise(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let task = set(&anna, json!({"title": "Ours"})).await;
    let secret = write(&anna, &task, json!({"text": "Between us", "hidden": true})).await;
    let open = write(&anna, &task, json!({"text": "To all"})).await;
    for (answered, hidden, expected) in [
        (&secret, Value::Null, true),
        (&secret, json!(false), false),
        (&open, Value::Null, false),
        (&open, json!(true), true),
    ] {
        let body = json!({"text": "Re", "reply_to": answered.id(), "hidden": hidden});
        assert_eq!(write(&anna, &task, body).await["hidden"], expected);
    }
}

/// S10
async fn html_is_cleaned_and_its_text_derived(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let task = set(&anna, json!({"title": "Ours"})).await;
    let html = "<p onclick=\"x()\">Dear <b>all</b></p><script>steal()</script><p style=\"color:red;position:fixed\">Bye</p>";
    let made = write(&anna, &task, json!({"html": html})).await;
    let shown = made["html"].text();
    assert!(shown.starts_with("<p>Dear <b>all</b></p>") && shown.contains("Bye"), "{shown}");
    for gone in ["script", "steal", "onclick", "position"] {
        assert!(!shown.contains(gone), "{shown}");
    }
    assert_eq!(made["text"], "Dear all\n\nBye");
    assert_eq!(made["visible"], made["text"]);
}

async fn what_is_out_of_its_limits_is_refused(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let task = set(&anna, json!({"title": "Ours"})).await;
    let long = "x".repeat(64 * 1024 + 1);
    for (body, pointer, code) in [
        (json!({}), "/text", "required"),
        (json!({"notify": [anna.me.id()]}), "/text", "required"),
        (json!({"text": " \n"}), "/text", "empty"),
        (json!({"html": ""}), "/html", "empty"),
        (json!({"html": "<p> </p>"}), "/html", "empty"),
        (json!({"html": "<script>x()</script>"}), "/html", "empty"),
        (json!({"text": "a", "html": "a"}), "/html", "invalid"),
        (json!({"text": long}), "/text", "too_long"),
        (json!({"html": long}), "/html", "too_long"),
        (json!({"text": "a\u{0}b"}), "/text", "invalid"),
        (json!({"html": "a\u{0}b"}), "/html", "invalid"),
        (json!({"text": "a", "notify": vec![NOBODY; 201]}), "/notify", "too_many"),
        (json!({"text": "a", "file_ids": vec![NOBODY; 101]}), "/file_ids", "too_many"),
        (json!({"text": "a", "notify": ["all"]}), "/notify/0", "wrong_type"),
        (json!({"text": "a", "hidden": "yes"}), "/hidden", "wrong_type"),
        (json!({"text": "a", "audience": []}), "/audience", "unknown_field"),
    ] {
        let answer = anna.post(path(&task, "/comments"), body).await.expect(422);
        answer.problem_at("validation_failed", &[(pointer, code)]);
    }
    assert_eq!(texts(&anna, &task).await, Vec::<String>::new());
}

/// LIM-1; product §9: 200 persons.
async fn what_is_at_its_limits_is_taken(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let task = set(&anna, json!({"title": "Ours"})).await;
    let text = "<".repeat(64 * 1024);
    let made = write(&anna, &task, json!({"text": text, "notify": vec![ivan.id(); 200]})).await;
    assert_eq!(made["text"], text);
    assert_eq!(ids(&made["audience"]), [ivan.id()]);
    assert_eq!(mailed(&app).await, ["ivan@client.example"]);
}

/// S6: who may not read a file attaches it to nothing.
async fn a_comment_may_be_files_alone(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("beta").await);
    let boris = anna.employee("boris").await;
    let task = set(&anna, json!({"title": "Ours", "participants": [boris.me.id()]})).await;
    let (plan, photo) = (boris.upload("plan.txt", b"Plan").await, boris.upload("photo.txt", b"Photo").await);
    let made = write(&boris, &task, json!({"file_ids": [photo.id(), plan.id(), photo.id()]})).await;
    assert_eq!((&made["text"], &made["html"]), (&json!(""), &json!("")));
    let names: Vec<_> = made["files"].as_array().unwrap().iter().map(|it| it["name"].text()).collect();
    assert_eq!(names, ["photo.txt", "plan.txt"]);
    assert_eq!(anna.get(of(&made, "")).await.expect(200).json()["files"], made["files"]);
    let (hers, foreign) = (anna.upload("hers.txt", b"Hers").await, other.upload("b.txt", b"Foreign").await);
    for id in [hers.id(), foreign.id(), NOBODY] {
        let body = json!({"text": "See", "file_ids": [plan.id(), id]});
        let answer = boris.post(path(&task, "/comments"), body).await.expect(404);
        answer.problem_at("not_found", &[("/file_ids/1", "unknown_id")]);
    }
}

async fn a_comment_moves_its_task_up(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let task = set(&anna, json!({"title": "Ours"})).await;
    let before = anna.get(path(&task, "")).await.expect(200);
    app.clock().advance(TimeDelta::seconds(1));
    write(&anna, &task, json!({"text": "Hello"})).await;
    let after = anna.get(path(&task, "")).await.expect(200);
    assert_eq!(after.json()["updated_at"], "2030-01-01T00:00:01Z");
    assert_ne!(after.header("etag"), before.header("etag"));
}

/// S7: neither by the task's time of change nor by its tag.
async fn a_hidden_comment_leaves_no_trace_in_its_task(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let task = set(&anna, json!({"title": "Ours", "participants": [boris.me.id()]})).await;
    let before = boris.get(path(&task, "")).await.expect(200);
    app.clock().advance(TimeDelta::seconds(1));
    write(&anna, &task, json!({"text": "A secret", "hidden": true, "notify": [boris.me.id()]})).await;
    let after = boris.get(path(&task, "")).await.expect(200);
    assert_eq!(after.json(), before.json());
    assert_eq!(after.header("etag"), before.header("etag"));
}

async fn a_comment_written_again_with_its_key_is_the_same_comment(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, task) = (anna.contact("ivan").await, set(&anna, json!({"title": "Ours"})).await);
    let ask = |text: &str| {
        let body = json!({"text": text, "notify": [ivan.id()]});
        anna.post(path(&task, "/comments"), body).header("idempotency-key", "k1")
    };
    let made = ask("Once").await.expect(201);
    let again = ask("Once").await.expect(201);
    assert_eq!(again.json(), made.json());
    assert_eq!(again.header("etag"), made.header("etag"));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    ask("Twice").await.expect(422).problem("idempotency_key_reused");
    assert_eq!(texts(&anna, &task).await, ["Once"]);
    assert_eq!(mailed(&app).await, ["ivan@client.example"]);
}

async fn comments_written_at_the_same_time_are_all_there(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, task) = (anna.contact("ivan").await, set(&anna, json!({"title": "Ours"})).await);
    let bodies = (0..5).map(|n| json!({"text": n.to_string(), "notify": [ivan.id()]}));
    join_all(bodies.map(|body| write(&anna, &task, body))).await;
    let mut read = texts(&anna, &task).await;
    read.sort();
    assert_eq!(read.concat(), "01234");
    assert_eq!(mailed(&app).await.len(), 5);
}

/// S6
async fn who_may_not_see_a_task_writes_nothing_in_it(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("beta").await);
    let boris = anna.employee("boris").await;
    let task = set(&anna, json!({"title": "Hers"})).await;
    for client in [&boris, &other] {
        client
            .post(path(&task, "/comments"), json!({"text": "Hello"}))
            .await
            .expect(404)
            .problem("not_found");
    }
    let nowhere = format!("/v1/tasks/{NOBODY}/comments");
    anna.post(nowhere, json!({"text": "Hello"})).await.expect(404).problem("not_found");
    app.anon().post(path(&task, "/comments"), json!({"text": "Hello"})).await.expect(401);
}
