//! `GET /v1/tasks`

use chrono::TimeDelta;
use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

use super::{NOBODY, mailed, path, set};

both_engines!(
    a_list_shows_tasks_as_each_is_shown,
    a_member_lists_the_tasks_that_he_has_a_role_in,
    a_list_is_narrowed_by_status,
    a_list_is_narrowed_by_a_person_and_his_role,
    a_list_is_narrowed_by_a_part_of_the_title_in_any_case,
    a_list_is_narrowed_by_the_time_of_change,
    a_list_is_sorted_by_creation_or_by_change,
    pages_neither_skip_nor_repeat_when_tasks_are_added,
    tasks_of_one_moment_are_paged_through,
    what_no_list_can_be_narrowed_by_is_refused,
);

/// The titles of a list, in its order.
async fn titles(client: &Client, query: &str) -> Vec<String> {
    let page = client.get(format!("/v1/tasks{query}")).await.expect(200).json();
    assert_eq!(page["next_cursor"], Value::Null);
    page.items().iter().map(|it| it["title"].text().to_owned()).collect()
}

async fn a_list_shows_tasks_as_each_is_shown(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let body = json!({"title": "Ours", "participants": [anna.contact("ivan").await.id()]});
    let task = set(&anna, body).await;
    let page = anna.get("/v1/tasks").await.expect(200).json();
    assert_eq!(page, json!({"items": [task], "next_cursor": null}));
}

/// S6, ROL
async fn a_member_lists_the_tasks_that_he_has_a_role_in(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("beta").await);
    let (boris, admin) = (anna.employee("boris").await, anna.admin("admin").await);
    set(&anna, json!({"title": "Hers"})).await;
    set(&anna, json!({"title": "Both", "auditors": [boris.me.id()], "participants": [boris.me.id()]})).await;
    set(&boris, json!({"title": "His"})).await;
    set(&other, json!({"title": "Foreign"})).await;
    assert_eq!(titles(&boris, "").await, ["His", "Both"]);
    assert_eq!(titles(&admin, "").await, ["His", "Both", "Hers"]);
    assert_eq!(titles(&anna, "").await, ["His", "Both", "Hers"]);
    assert_eq!(titles(&other, "").await, ["Foreign"]);
}

async fn a_list_is_narrowed_by_status(app: TestApp) {
    let anna = app.sign_up("acme").await;
    for status in ["new", "in_progress", "done", "cancelled"] {
        let task = set(&anna, json!({"title": status})).await;
        anna.patch(path(&task, ""), json!({"status": status})).await.expect(200);
    }
    assert_eq!(titles(&anna, "?status=done").await, ["done"]);
    assert_eq!(titles(&anna, "?status=deferred").await, Vec::<String>::new());
}

/// The caller's own rights narrow as well: of a colleague's tasks a member sees those that both are in.
async fn a_list_is_narrowed_by_a_person_and_his_role(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, ivan) = (anna.employee("boris").await, anna.contact("ivan").await);
    set(&anna, json!({"title": "1", "assignees": [ivan.id()]})).await;
    set(&anna, json!({"title": "2", "assignees": [boris.me.id()], "participants": [ivan.id()]})).await;
    set(&boris, json!({"title": "3", "auditors": [ivan.id()]})).await;
    set(&anna, json!({"title": "4"})).await;
    let (ivan, anna_id) = (ivan.id(), anna.me.id());
    assert_eq!(titles(&anna, &format!("?person={ivan}")).await, ["3", "2", "1"]);
    assert_eq!(titles(&anna, &format!("?person={ivan}&role=assignee")).await, ["1"]);
    assert_eq!(titles(&boris, &format!("?person={ivan}")).await, ["3", "2"]);
    assert_eq!(titles(&boris, &format!("?person={anna_id}&role=assigner")).await, ["2"]);
    for mine in ["?person=me&role=assigner", "?role=assigner"] {
        assert_eq!(titles(&anna, mine).await, ["4", "2", "1"], "{mine}");
        assert_eq!(titles(&boris, mine).await, ["3"], "{mine}");
    }
    assert_eq!(titles(&anna, "?person=me").await, ["4", "2", "1"]);
    assert_eq!(titles(&boris, "?role=participant").await, Vec::<String>::new());
    assert_eq!(mailed(&app).await, ["ivan@client.example"]);
}

/// What stands for anything in a search elsewhere stands for itself here.
async fn a_list_is_narrowed_by_a_part_of_the_title_in_any_case(app: TestApp) {
    let anna = app.sign_up("acme").await;
    for title in ["Починить ВОРОТА", "Ёлка на площади", "100% готово", "a_b", "C:\\temp"]
    {
        set(&anna, json!({"title": title})).await;
    }
    for (q, expected) in [
        ("%D0%B2%D0%BE%D1%80%D0%BE%D1%82%D0%B0", vec!["Починить ВОРОТА"]), // ворота
        ("%D0%9F%D0%9E%D0%A7", vec!["Починить ВОРОТА"]),                   // ПОЧ
        ("%D1%91%D0%9B%D0%9A", vec!["Ёлка на площади"]),                   // ёЛК
        ("0%25+", vec!["100% готово"]),
        ("%25", vec!["100% готово"]),
        ("_", vec!["a_b"]),
        ("A_B", vec!["a_b"]),
        ("%5C", vec!["C:\\temp"]),
        ("nothing", vec![]),
    ] {
        assert_eq!(titles(&anna, &format!("?q={q}")).await, expected, "{q}");
    }
    assert_eq!(titles(&anna, "?q=").await.len(), 5);
}

async fn a_list_is_narrowed_by_the_time_of_change(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (old, commented) = (set(&anna, json!({"title": "1"})).await, set(&anna, json!({"title": "2"})).await);
    app.clock().advance(TimeDelta::seconds(10));
    set(&anna, json!({"title": "3"})).await;
    anna.post(path(&commented, "/comments"), json!({"text": "Done?"})).await.expect(201);
    assert_eq!(titles(&anna, "?updated_since=2030-01-01T00:00:10Z").await, ["3", "2"]);
    assert_eq!(titles(&anna, "?updated_since=2030-01-01T03:00:10%2B03:00").await, ["3", "2"]);
    assert_eq!(titles(&anna, "?updated_since=2030-01-01T00:00:10.000001Z").await, Vec::<String>::new());
    assert_eq!(titles(&anna, &format!("?updated_since={}", old["updated_at"].text())).await.len(), 3);
}

async fn a_list_is_sorted_by_creation_or_by_change(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let first = set(&anna, json!({"title": "1"})).await;
    app.clock().advance(TimeDelta::milliseconds(1));
    set(&anna, json!({"title": "2"})).await;
    app.clock().advance(TimeDelta::milliseconds(1));
    anna.patch(path(&first, ""), json!({"priority": "low"})).await.expect(200);
    assert_eq!(titles(&anna, "").await, ["2", "1"]);
    assert_eq!(titles(&anna, "?order=created").await, ["2", "1"]);
    assert_eq!(titles(&anna, "?order=updated").await, ["1", "2"]);
}

/// Reads a list to its end, two by two; what `meanwhile` does happens after each page.
async fn read_all(client: &Client, order: &str, meanwhile: &str) -> Vec<String> {
    let (mut titles, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.get(format!("/v1/tasks?limit=2&order={order}{cursor}")).await.expect(200).json();
        assert!(page.items().len() <= 2);
        titles.extend(page.items().iter().map(|it| it["title"].text().to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { return titles };
        cursor = format!("&cursor={next}");
        if !meanwhile.is_empty() {
            set(client, json!({"title": meanwhile})).await;
        }
    }
}

async fn pages_neither_skip_nor_repeat_when_tasks_are_added(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    for n in 0..7 {
        set(&anna, json!({"title": n.to_string(), "participants": [boris.me.id()]})).await;
        app.clock().advance(TimeDelta::microseconds(400));
    }
    for order in ["created", "updated"] {
        assert_eq!(read_all(&anna, order, "later").await.concat().replace("later", ""), "6543210", "{order}");
    }
    assert_eq!(read_all(&boris, "created", "").await.concat(), "6543210");
}

async fn tasks_of_one_moment_are_paged_through(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let boris = anna.employee("boris").await;
    for n in 0..6 {
        set(
            &anna,
            json!({"title": n.to_string(), "participants": [boris.me.id()], "auditors": [boris.me.id()]}),
        )
        .await;
    }
    for client in [&anna, &boris] {
        for order in ["created", "updated"] {
            assert_eq!(read_all(client, order, "").await.concat(), "543210", "{order}");
        }
    }
}

/// S6: a person of another account is not known.
async fn what_no_list_can_be_narrowed_by_is_refused(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("beta").await);
    let stranger = other.contact("ivan").await;
    for id in [other.me.id(), stranger.id(), NOBODY] {
        let answer = anna.get(format!("/v1/tasks?person={id}")).await.expect(404);
        answer.problem_at("not_found", &[("?person", "unknown_id")]);
    }
    let long = format!("q={}", "x".repeat(251));
    for (query, pointer, code) in [
        ("status=open", "?status", "invalid"),
        ("role=owner", "?role", "invalid"),
        ("person=anna", "?person", "invalid"),
        ("order=title", "?order", "invalid"),
        ("updated_since=yesterday", "?updated_since", "invalid"),
        (&long, "?q", "too_long"),
        ("q=a%00b", "?q", "invalid"),
        ("limit=0", "?limit", "out_of_range"),
        ("limit=201", "?limit", "out_of_range"),
        ("limit=many", "?limit", "out_of_range"),
        ("state=new", "?state", "unknown_field"),
    ] {
        let answer = anna.get(format!("/v1/tasks?{query}")).await.expect(422);
        answer.problem_at("validation_failed", &[(pointer, code)]);
    }
    for cursor in ["", "x", "AQ"] {
        let answer = anna.get(format!("/v1/tasks?cursor={cursor}")).await.expect(422);
        answer.problem_at("invalid_cursor", &[("?cursor", "invalid")]);
    }
}
