//! `/v1/contacts/exports`

use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

both_engines!(
    what_is_written_is_taken_in_as_it_was,
    a_table_holds_whom_it_was_asked_for,
    no_cell_of_a_table_is_a_formula,
    a_table_is_for_those_who_may_read_it,
);

/// Writes a table and gives the export when it is over.
async fn export(by: &Client, how: Value) -> Value {
    let made = by.post("/v1/contacts/exports", how).await.expect(202).json();
    assert_eq!((made["state"].text(), &made["file"]), ("running", &Value::Null));
    by.app.work().await;
    let done = by.get(format!("/v1/contacts/exports/{}", made.id())).await.expect(200).json();
    assert_eq!(done["state"], "done", "{done:#}");
    done
}

async fn content(by: &Client, export: &Value) -> Vec<u8> {
    by.get(format!("/v1/files/{}/content", export["file"].id())).await.expect(200).body.to_vec()
}

/// Takes a table in and gives how many rows became what.
async fn import(by: &Client, file: &str, mode: &str) -> Value {
    let body = json!({"file_id": file, "mode": mode, "match_by": "name"});
    let begun = by.post("/v1/contacts/imports", body).await.expect(202).json();
    by.app.work().await;
    by.get(format!("/v1/contacts/imports/{}", begun.id())).await.expect(200).json()["rows"].clone()
}

async fn contacts(by: &Client) -> Vec<Value> {
    by.get("/v1/contacts?limit=200").await.expect(200).json().items().to_vec()
}

/// DUP-7: in the same account nothing changes, in another they are the same people.
async fn what_is_written_is_taken_in_as_it_was(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("globex").await);
    let group = anna.post("/v1/contact-groups", json!({"name": "Friends"})).await.expect(201).json();
    let firm = json!({"name": "North Gate", "is_company": true, "email": "firm@client.example"});
    let firm = anna.post("/v1/contacts", firm).await.expect(201).json();
    let ivan = json!({
        "name": "Vanya", "first_name": "Ivan", "last_name": "=Client", "email": "ivan@client.example",
        "additional_emails": ["vanya@client.example", "i@client.example"], "group_id": group["id"],
        "phones": [{"number": "+7 495 123-45-67", "kind": "mobile"}, {"number": "555-01-02", "kind": "home"}],
        "language": "ru", "time_zone": "Europe/Moscow", "company_ids": [firm["id"]], "position": "Buyer",
        "description": "Rings\r\nlate; \"always\"\n", "address": "Moscow, 1", "selectable_as_participant": true,
        "selectable_as_counterparty": false, "spam": true, "portal_access": false, "sees_company_tasks": true,
    });
    anna.post("/v1/contacts", ivan).await.expect(201);
    anna.post("/v1/contacts", json!({"name": "Nobody"})).await.expect(201);
    let before = contacts(&anna).await;
    for format in ["csv", "xlsx"] {
        let made = export(&anna, json!({"format": format})).await;
        assert_eq!(made["rows_done"], 3);
        assert!(made["file"]["name"].text().ends_with(format), "{made:#}");
        let file = made["file"].id();
        for mode in ["ignore_existing", "update_existing"] {
            assert_eq!(import(&anna, file, mode).await["ignored"], 3, "{format} {mode}");
        }
        assert_eq!(contacts(&anna).await, before);
    }
    let made = export(&anna, json!({"format": "csv", "language": "ru"})).await;
    let file = other.upload("contacts.csv", &content(&anna, &made).await).await;
    // A company that stands below its people is made for them first.
    let rows = import(&other, file.id(), "update_existing").await;
    assert_eq!((&rows["created"], &rows["updated"]), (&json!(2), &json!(1)));
    let copies = contacts(&other).await;
    for it in &before {
        let copy = copies.iter().find(|copy| copy["name"] == it["name"]).unwrap();
        for field in it.as_object().unwrap().keys() {
            if !["id", "created_at", "company_ids", "group_id", "description"].contains(&field.as_str()) {
                assert_eq!(copy[field], it[field], "{field} of {}", it["name"]);
            }
        }
        assert_eq!(
            copy["company_ids"].as_array().unwrap().len(),
            it["company_ids"].as_array().unwrap().len()
        );
        assert_eq!(copy["group_id"].is_null(), it["group_id"].is_null());
    }
}

async fn a_table_holds_whom_it_was_asked_for(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let group = anna.post("/v1/contact-groups", json!({"name": "Friends"})).await.expect(201).json();
    for n in 0..201 {
        let body = json!({"name": format!("n{n:03}"), "group_id": group["id"], "is_company": n == 7});
        anna.post("/v1/contacts", body).await.expect(201);
    }
    anna.contact("ivan").await;
    let made = export(&anna, json!({"format": "csv", "group_id": group["id"]})).await;
    assert_eq!(made["rows_done"], 201);
    let table = String::from_utf8(content(&anna, &made).await).unwrap();
    assert!(table.starts_with("\u{feff}Name,First name,"));
    assert_eq!((table.lines().count(), table.contains("ivan")), (202, false));
    for (how, rows) in [(json!({"q": "IVA"}), 1), (json!({"is_company": true}), 1), (json!({}), 202)] {
        let mut how = how;
        how["format"] = json!("xlsx");
        assert_eq!(export(&anna, how).await["rows_done"], rows);
    }
    let listed = anna.get("/v1/contacts/exports").await.expect(200).json();
    assert_eq!(listed.items().len(), 4);
    assert_eq!(listed.items()[3], made);
}

/// S28
async fn no_cell_of_a_table_is_a_formula(app: TestApp) {
    let anna = app.sign_up("acme").await;
    for name in ["=HYPERLINK(\"http://evil.example\")", "+1", "-1", "@SUM(1)", "＝1"] {
        anna.post("/v1/contacts", json!({"name": name})).await.expect(201);
    }
    let made = export(&anna, json!({"format": "csv"})).await;
    let table = String::from_utf8(content(&anna, &made).await).unwrap();
    for line in table.lines().skip(1) {
        let cell = line.trim_start_matches('"');
        assert!(cell.starts_with('\''), "{line}");
    }
    let rows = import(&anna, made["file"].id(), "all_new").await;
    assert_eq!(rows["created"], 5);
    let names = |it: &[Value]| it.iter().map(|it| it["name"].text().to_owned()).collect::<Vec<_>>();
    let all = contacts(&anna).await;
    let (new, old) = all.split_at(5);
    assert_eq!(names(new).into_iter().rev().collect::<Vec<_>>(), names(old));
}

/// S6
async fn a_table_is_for_those_who_may_read_it(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("globex").await);
    let (admin, member, outsider) =
        (anna.admin("admin").await, anna.employee("member").await, anna.employee("outsider").await);
    let made = export(&member, json!({"format": "csv"})).await;
    let path = format!("/v1/files/{}/content", made["file"].id());
    for (client, status) in [(&member, 200), (&admin, 200), (&outsider, 404), (&other, 404)] {
        client.get(&path).await.expect(status);
    }
    let path = format!("/v1/contacts/exports/{}", made.id());
    other.get(path).await.expect(404).problem("not_found");
}
