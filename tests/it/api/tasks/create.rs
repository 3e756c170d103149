//! `POST /v1/tasks`

use futures_util::future::join_all;
use serde_json::{Value, json};
use support::{JsonExt as _, TestApp, both_engines};

use super::{NOBODY, ids, mailed, path, set};

both_engines!(
    a_task_is_shown_as_it_was_made,
    every_field_of_a_task_is_kept,
    who_names_no_assigner_is_the_assigner,
    a_contact_can_hold_every_role,
    a_person_can_hold_several_roles_each_once,
    numbers_count_up_per_account_without_gaps,
    tasks_set_at_the_same_time_get_numbers_of_their_own,
    a_person_who_is_not_known_here_is_refused,
    a_contact_that_is_not_selectable_gets_no_role,
    a_parent_that_the_caller_does_not_see_is_refused,
    html_is_cleaned_and_its_text_derived,
    what_is_out_of_its_limits_is_refused,
    what_is_at_its_limits_is_taken,
    files_are_shown_in_their_order,
    a_task_set_again_with_its_key_is_the_same_task,
);

async fn a_task_is_shown_as_it_was_made(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let answer = anna.post("/v1/tasks", json!({"title": "  Repair\tthe gate "})).await.expect(201);
    let made = answer.json();
    assert_eq!(made["title"], "Repair the gate");
    assert_eq!((&made["status"], &made["priority"]), (&json!("new"), &json!("normal")));
    assert_eq!((&made["description"], &made["description_text"]), (&json!(""), &json!("")));
    assert_eq!(made["addresses"], json!({"task": "task+1@acme.liaison.test"}));
    for absent in ["start_at", "deadline", "parent_id", "closed_at"] {
        assert_eq!(made[absent], Value::Null, "{absent}");
    }
    assert_eq!(answer.header("location"), Some(path(&made, "").as_str()));
    let shown = anna.get(path(&made, "")).await.expect(200);
    assert_eq!(shown.json(), made);
    assert_eq!(shown.header("etag"), answer.header("etag"));
}

/// Times are kept to the microsecond, whichever zone they come in.
async fn every_field_of_a_task_is_kept(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let parent = set(&anna, json!({"title": "The fence"})).await;
    let body = json!({
        "title": "Починить ворота",
        "description": "Петли <скрипят>\nи замок",
        "priority": "urgent",
        "start_at": "2030-02-01T03:00:00+03:00",
        "deadline": "2030-02-03T04:05:06.123456789Z",
        "parent_id": parent.id(),
    });
    let made = set(&anna, body).await;
    assert_eq!(made["title"], "Починить ворота");
    assert_eq!(made["description"], "Петли &lt;скрипят&gt;<br>\nи замок");
    assert_eq!(made["description_text"], "Петли <скрипят>\nи замок");
    assert_eq!(made["priority"], "urgent");
    assert_eq!(made["start_at"], "2030-02-01T00:00:00Z");
    assert_eq!(made["deadline"], "2030-02-03T04:05:06.123456Z");
    assert_eq!(made["parent_id"], parent["id"]);
    assert_eq!(anna.get(path(&made, "")).await.expect(200).json(), made);
}

/// ROL-1
async fn who_names_no_assigner_is_the_assigner(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let made = set(&boris, json!({"title": "Mine"})).await;
    assert_eq!(made["assigner"], json!({"id": boris.me.id(), "kind": "employee", "name": "boris"}));
    let made = set(&boris, json!({"title": "Hers", "assigner": anna.me.id()})).await;
    assert_eq!(made["assigner"]["id"], anna.me["id"]);
    boris.get(path(&made, "")).await.expect(404).problem("not_found");
}

/// ROL-1, ROL-2, CLI-1, CLI-8
async fn a_contact_can_hold_every_role(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let person = json!({"id": ivan.id(), "kind": "contact", "name": "ivan"});
    let body = json!({
        "title": "His",
        "assigner": ivan.id(),
        "assignees": [ivan.id()],
        "participants": [ivan.id()],
        "auditors": [ivan.id()],
    });
    let made = set(&anna, body).await;
    assert_eq!(made["assigner"], person);
    for role in ["assignees", "participants", "auditors"] {
        assert_eq!(made[role], json!([person]), "{role}");
    }
    // CLI-8: he set the task to himself.
    assert_eq!(mailed(&app).await, Vec::<String>::new());
}

async fn a_person_can_hold_several_roles_each_once(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    let twice = [boris.me.id(), boris.me.id()];
    let made = set(&anna, json!({"title": "Both", "assignees": twice, "auditors": twice})).await;
    assert_eq!(ids(&made["assignees"]), [boris.me.id()]);
    assert_eq!(ids(&made["auditors"]), [boris.me.id()]);
    assert_eq!(made["participants"], json!([]));
}

/// A task that is refused takes no number.
async fn numbers_count_up_per_account_without_gaps(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("beta").await);
    for number in 1..=3 {
        assert_eq!(set(&anna, json!({"title": "One more"})).await["number"], number);
        anna.post("/v1/tasks", json!({"title": "No", "assignees": [NOBODY]})).await.expect(404);
        anna.post("/v1/tasks", json!({"title": "No", "file_ids": [NOBODY]})).await.expect(404);
        anna.post("/v1/tasks", json!({"title": ""})).await.expect(422);
    }
    let first = set(&other, json!({"title": "First"})).await;
    assert_eq!(first["number"], 1);
    assert_eq!(first["addresses"]["task"], "task+1@beta.liaison.test");
}

async fn tasks_set_at_the_same_time_get_numbers_of_their_own(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let made = join_all((0..6).map(|n| set(&anna, json!({"title": format!("Task {n}")})))).await;
    let mut numbers: Vec<_> = made.iter().map(|it| it["number"].as_i64().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);
}

/// S6: an employee or contact of another account is as unknown as nobody; so is a contact who was deleted.
async fn a_person_who_is_not_known_here_is_refused(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("beta").await);
    let (stranger, gone) = (other.contact("ivan").await, anna.contact("petr").await);
    anna.delete(format!("/v1/contacts/{}", gone.id())).await.expect(204);
    for id in [other.me.id(), stranger.id(), gone.id(), NOBODY] {
        let body = json!({"title": "For whom?", "assigner": id});
        let answer = anna.post("/v1/tasks", body).await.expect(404);
        answer.problem_at("not_found", &[("/assigner", "unknown_id")]);
        for field in ["assignees", "participants", "auditors"] {
            let body = json!({"title": "For whom?", field: [anna.me.id(), id]});
            let answer = anna.post("/v1/tasks", body).await.expect(404);
            answer.problem_at("not_found", &[(&format!("/{field}/1"), "unknown_id")]);
        }
    }
}

/// CONF-1
async fn a_contact_that_is_not_selectable_gets_no_role(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let shy = anna.post("/v1/contacts", json!({"name": "Shy"})).await.expect(201).json();
    for (field, people, pointer) in [
        ("assigner", shy["id"].clone(), "/assigner"),
        ("assignees", json!([anna.me.id(), shy.id()]), "/assignees/1"),
        ("participants", json!([shy.id()]), "/participants/0"),
        ("auditors", json!([shy.id()]), "/auditors/0"),
    ] {
        let body = json!({"title": "For whom?", field: people});
        let answer = anna.post("/v1/tasks", body).await.expect(422);
        answer.problem_at("contact_not_selectable", &[(pointer, "not_selectable")]);
        assert!(answer.json()["detail"].text().contains("selectable_as_participant"), "{answer}");
    }
}

/// S6: what the caller may not enter sounds like what is not there.
async fn a_parent_that_the_caller_does_not_see_is_refused(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("beta").await);
    let boris = anna.employee("boris").await;
    let (hers, foreign) =
        (set(&anna, json!({"title": "Hers"})).await, set(&other, json!({"title": "Foreign"})).await);
    for id in [hers.id(), foreign.id(), NOBODY] {
        let answer = boris.post("/v1/tasks", json!({"title": "Below", "parent_id": id})).await.expect(404);
        answer.problem_at("not_found", &[("/parent_id", "unknown_id")]);
    }
    let below = set(&anna, json!({"title": "Below", "parent_id": hers.id()})).await;
    assert_eq!(below["parent_id"], hers["id"]);
}

/// S10
async fn html_is_cleaned_and_its_text_derived(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let html =
        "<p onclick=\"x()\">Dear <b>all</b><script>steal()</script></p><a href=\"javascript:x()\">here</a>";
    let body = json!({"title": "Read", "description": html, "description_format": "html"});
    let made = set(&anna, body).await;
    let shown = made["description"].text();
    assert!(shown.starts_with("<p>Dear <b>all</b></p>"), "{shown}");
    assert!(!shown.contains("script"), "{shown}");
    assert_eq!(made["description_text"], "Dear all\n\nhere");
}

async fn what_is_out_of_its_limits_is_refused(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (many_people, many_files) = (vec![NOBODY; 201], vec![NOBODY; 101]);
    for (body, pointer, code) in [
        (json!({}), "/title", "required"),
        (json!({"title": " "}), "/title", "empty"),
        (json!({"title": "я".repeat(251)}), "/title", "too_long"),
        (json!({"title": "a\u{0}b"}), "/title", "invalid"),
        (json!({"title": 7}), "/title", "wrong_type"),
        (json!({"title": "a", "description": "x".repeat(64 * 1024 + 1)}), "/description", "too_long"),
        (json!({"title": "a", "description": "a\u{0}b"}), "/description", "invalid"),
        (json!({"title": "a", "description_format": "markdown"}), "/description_format", "wrong_type"),
        (json!({"title": "a", "priority": "highest"}), "/priority", "invalid"),
        (json!({"title": "a", "deadline": "tomorrow"}), "/deadline", "wrong_type"),
        (json!({"title": "a", "deadline": "-262143-01-01T00:00:00Z"}), "/deadline", "out_of_range"),
        (json!({"title": "a", "start_at": "+262142-12-31T23:59:59Z"}), "/start_at", "out_of_range"),
        (json!({"title": "a", "parent_id": "7"}), "/parent_id", "wrong_type"),
        (json!({"title": "a", "assignees": many_people}), "/assignees", "too_many"),
        (json!({"title": "a", "participants": many_people}), "/participants", "too_many"),
        (json!({"title": "a", "auditors": many_people}), "/auditors", "too_many"),
        (json!({"title": "a", "file_ids": many_files}), "/file_ids", "too_many"),
        (json!({"title": "a", "number": 7}), "/number", "unknown_field"),
    ] {
        let answer = anna.post("/v1/tasks", body).await.expect(422);
        answer.problem_at("validation_failed", &[(pointer, code)]);
    }
    let body = json!({"title": "", "priority": "highest", "auditors": many_people});
    anna.post("/v1/tasks", body).await.expect(422).problem_at(
        "validation_failed",
        &[("/title", "empty"), ("/priority", "invalid"), ("/auditors", "too_many")],
    );
}

/// LIM-1
async fn what_is_at_its_limits_is_taken(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (title, description) = ("я".repeat(250), "<".repeat(64 * 1024));
    let body = json!({
        "title": title,
        "description": description,
        "deadline": "9999-12-31T23:59:59.999999Z",
        "participants": vec![anna.me.id(); 200],
    });
    let made = set(&anna, body).await;
    assert_eq!(made["title"], title);
    assert_eq!(made["description_text"], description);
    assert_eq!(made["deadline"], "9999-12-31T23:59:59.999999Z");
}

/// S6: who may not read a file attaches it to nothing.
async fn files_are_shown_in_their_order(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("beta").await);
    let boris = anna.employee("boris").await;
    let (plan, photo) = (boris.upload("plan.txt", b"Plan").await, boris.upload("photo.txt", b"Photo").await);
    let files = [photo.id(), plan.id(), photo.id()];
    let made = set(&boris, json!({"title": "Ours", "file_ids": files})).await;
    let attached = |file: &Value| {
        let mut file = file.clone();
        file["content_id"] = Value::Null;
        file
    };
    assert_eq!(made["files"], json!([attached(&photo), attached(&plan)]));
    assert_eq!(anna.get(path(&made, "")).await.expect(200).json()["files"], made["files"]);
    let (hers, foreign) = (anna.upload("hers.txt", b"Hers").await, other.upload("b.txt", b"Foreign").await);
    for id in [hers.id(), foreign.id(), NOBODY] {
        let body = json!({"title": "Ours", "file_ids": [plan.id(), id]});
        let answer = boris.post("/v1/tasks", body).await.expect(404);
        answer.problem_at("not_found", &[("/file_ids/1", "unknown_id")]);
    }
}

async fn a_task_set_again_with_its_key_is_the_same_task(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ask = || anna.post("/v1/tasks", json!({"title": "Once"})).header("idempotency-key", "k1");
    let (made, again) = (ask().await.expect(201), ask().await.expect(201));
    assert_eq!(again.json(), made.json());
    assert_eq!(anna.get("/v1/tasks").await.expect(200).json().items().len(), 1);
    assert_eq!(set(&anna, json!({"title": "Next"})).await["number"], 2);
}
