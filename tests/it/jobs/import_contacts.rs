//! A table of contacts is taken in once, whatever becomes of the node that is at it.

use std::fmt::Write as _;

use liaison_api::worker;
use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines};

both_engines!(a_table_that_was_cut_goes_on_behind_its_last_row);

/// DUP-7: no row is taken in twice, and none is left out.
async fn a_table_that_was_cut_goes_on_behind_its_last_row(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let mut table = String::from("Name\n");
    for n in 0..230 {
        writeln!(table, "n{n:03}").unwrap();
    }
    let file = anna.upload("a.csv", table.as_bytes()).await;
    let body = json!({"file_id": file["id"], "mode": "all_new"});
    let path = format!(
        "/v1/contacts/imports/{}",
        anna.post("/v1/contacts/imports", body).await.expect(202).json().id()
    );
    let mut cuts = 0;
    loop {
        let before = anna.get(&path).await.expect(200).json()["rows"]["done"].clone();
        let moved_on = async { while anna.get(&path).await.expect(200).json()["rows"]["done"] == before {} };
        tokio::select! {
            () = moved_on => cuts += 1,
            drained = worker::drain(app.parts()) => {
                assert!(drained.unwrap().failed.is_empty());
                break;
            }
        }
        worker::take_back(app.parts()).await.unwrap();
    }
    assert!(cuts > 0, "it was done before it was cut");
    app.work().await;
    let done = anna.get(&path).await.expect(200).json();
    assert_eq!((done["state"].text(), &done["rows"]["created"]), ("done", &json!(230)));
    let (mut rows, mut cursor) = (Vec::new(), String::new());
    while rows.len() < 230 {
        let page = anna.get(format!("{path}/rows?limit=200{cursor}")).await.expect(200).json();
        rows.extend(page.items().iter().map(|it| it["contact"]["name"].text().to_owned()));
        cursor = page["next_cursor"].as_str().map(|it| format!("&cursor={it}")).unwrap_or_default();
    }
    let expected: Vec<String> = (0..230).map(|n| format!("n{n:03}")).collect();
    assert_eq!(rows, expected);
    let listed = anna.get("/v1/contacts?limit=200&q=n").await.expect(200).json();
    assert_eq!(listed.items().len(), 200);
    assert!(anna.get("/v1/contacts/duplicates").await.expect(200).json().items().is_empty());
}
