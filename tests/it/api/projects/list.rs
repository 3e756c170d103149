//! `GET /v1/projects`

use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines};

use super::begin;

both_engines!(projects_are_listed_newest_first_in_pages,);

async fn projects_are_listed_newest_first_in_pages(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("globex").await);
    let boris = anna.employee("boris").await;
    for name in ["1", "2", "3"] {
        begin(&anna, name).await;
    }
    let first = boris.get("/v1/projects?limit=2").await.expect(200).json();
    let names =
        |page: &serde_json::Value| page.items().iter().map(|it| it["name"].clone()).collect::<Vec<_>>();
    assert_eq!(names(&first), [json!("3"), json!("2")]);
    let next = format!("/v1/projects?limit=2&cursor={}", first["next_cursor"].text());
    let second = boris.get(next).await.expect(200).json();
    assert_eq!((names(&second), &second["next_cursor"]), (vec![json!("1")], &json!(null)));
    assert!(other.get("/v1/projects").await.expect(200).json().items().is_empty());
}
