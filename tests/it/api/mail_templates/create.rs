//! `POST`, `GET /v1/mail-templates`

use serde_json::{Value, json};
use support::{JsonExt as _, TestApp, both_engines};

use super::{PATH, body, of, template};

both_engines!(
    a_template_is_kept_as_it_was_written,
    what_can_not_work_is_refused_with_its_place,
    a_language_has_one_version,
    templates_are_for_administrators_of_the_account,
);

/// TPL-2
async fn a_template_is_kept_as_it_was_written(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let whole = json!({
        "name": "Новости",
        "versions": [
            {"language": "ru", "subject": "{{ Задача.Название }}", "html": "<p>{{ Действие.Текст }}</p>", "text": "Т"},
            {"language": "en", "subject": "{{ task.title }}", "html": "{{ comment.html }}", "text": null},
        ],
        "add_signature": false, "add_portal_link": true, "add_files": false,
    });
    let made = anna.post(PATH, whole.clone()).await.expect(201).json();
    for (name, value) in whole.as_object().unwrap() {
        assert_eq!(&made[name], value, "{name}");
    }
    assert_eq!(anna.get(of(&made)).await.expect(200).json(), made);
    let defaults = template(&anna, "x").await;
    let flags = ["add_signature", "add_portal_link", "add_files"].map(|it| defaults[it].as_bool().unwrap());
    assert_eq!(flags, [true, false, true]);
    let listed = anna.get(PATH).await.expect(200).json();
    assert_eq!(listed.items().len(), 2);
}

/// S25, VAR-8: all that is wrong at once, each with part, line and column.
async fn what_can_not_work_is_refused_with_its_place(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let wrong = json!({"name": "News", "versions": [{
        "language": "en", "subject": "{{ nobody }}", "html": "Hello,\n{{ task.shade }}", "text": "{% for x in task.title %}{% endfor %}",
    }]});
    let answer = anna.post(PATH, wrong).await.expect(422);
    answer.problem_at(
        "validation_failed",
        &[
            ("/versions/0/subject", "unknown_variable"),
            ("/versions/0/html", "unknown_variable"),
            ("/versions/0/text", "not_a_list"),
        ],
    );
    let details = answer.json()["errors"].clone();
    assert!(details[0]["detail"].text().starts_with("line 1, column 4: "), "{details}");
    assert!(details[1]["detail"].text().starts_with("line 2, column 4: "), "{details}");
    for (html, code) in [
        ("{{ task.title | shout }}", "unknown_filter"),
        ("{% include 'x' %}", "unsupported_template_syntax"),
        ("{% if task.title %}", "template_syntax"),
        ("x".repeat(64 * 1024 + 1).as_str(), "template_too_long"),
    ] {
        anna.post(PATH, body(html)).await.expect(422).problem_names("/versions/0/html", code);
    }
    assert_eq!(anna.get(PATH).await.expect(200).json().items(), &[] as &[Value]);
}

/// TPL-5
async fn a_language_has_one_version(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let version = |language: &str| json!({"language": language, "subject": "x", "html": "x"});
    let of = |versions: &[Value]| json!({"name": "News", "versions": versions});
    anna.post(PATH, of(&[])).await.expect(422).problem_names("/versions", "empty");
    let twice = of(&[version("en"), version("en")]);
    anna.post(PATH, twice).await.expect(422).problem_names("/versions/1/language", "taken");
    anna.post(PATH, of(&[version("fr")])).await.expect(422).problem_names("/versions/0/language", "invalid");
}

/// S6
async fn templates_are_for_administrators_of_the_account(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("globex").await);
    let member = anna.employee("member").await;
    let made = template(&anna, "x").await;
    member.post(PATH, body("x")).await.expect(403).problem("forbidden");
    member.get(PATH).await.expect(403).problem("forbidden");
    member.get(of(&made)).await.expect(403).problem("forbidden");
    other.get(of(&made)).await.expect(404).problem("not_found");
    assert_eq!(other.get(PATH).await.expect(200).json().items().len(), 0);
}
