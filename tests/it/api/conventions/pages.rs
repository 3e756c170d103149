//! Lists in pages: what a cursor promises.

use chrono::TimeDelta;
use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

both_engines!(
    pages_neither_skip_nor_repeat,
    what_is_added_while_reading_disturbs_no_page,
    fifty_are_given_where_nobody_says_how_many,
);

async fn add(client: &Client, name: usize) {
    client.post("/v1/contacts", json!({"name": name.to_string()})).await.expect(201);
}

async fn page(client: &Client, limit: usize, cursor: &Value) -> Value {
    let cursor = cursor.as_str().map(|it| format!("&cursor={it}")).unwrap_or_default();
    client.get(format!("/v1/contacts?limit={limit}{cursor}")).await.expect(200).json()
}

fn names(page: &Value) -> Vec<usize> {
    page.items().iter().map(|it| it["name"].text().parse().unwrap()).collect()
}

/// Some are made in the same moment: then the id decides.
async fn pages_neither_skip_nor_repeat(app: TestApp) {
    let anna = app.sign_up("acme").await;
    for n in 0..7 {
        add(&anna, n).await;
        if n % 3 == 0 {
            app.clock().advance(TimeDelta::microseconds(1));
        }
    }
    for limit in 1..=8 {
        let (mut read, mut cursor) = (Vec::new(), Value::Null);
        loop {
            let page = page(&anna, limit, &cursor).await;
            read.extend(names(&page));
            cursor = page["next_cursor"].clone();
            if cursor.is_null() {
                break;
            }
            assert_eq!(page.items().len(), limit);
        }
        assert_eq!(read, [6, 5, 4, 3, 2, 1, 0], "limit {limit}");
    }
}

async fn what_is_added_while_reading_disturbs_no_page(app: TestApp) {
    let anna = app.sign_up("acme").await;
    for n in 0..4 {
        add(&anna, n).await;
    }
    let first = page(&anna, 2, &Value::Null).await;
    app.clock().advance(TimeDelta::seconds(1));
    add(&anna, 4).await;
    let last = first.items()[1].id();
    anna.delete(format!("/v1/contacts/{last}")).await.expect(204);
    let second = page(&anna, 2, &first["next_cursor"]).await;
    assert_eq!((names(&first), names(&second)), (vec![3, 2], vec![1, 0]));
}

async fn fifty_are_given_where_nobody_says_how_many(app: TestApp) {
    let anna = app.sign_up("acme").await;
    for n in 0..51 {
        add(&anna, n).await;
    }
    let listed = anna.get("/v1/contacts").await.expect(200).json();
    assert_eq!(listed.items().len(), 50);
    assert_eq!(names(&page(&anna, 200, &listed["next_cursor"]).await), [0]);
}
