//! `/v1/contacts/imports`

use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

both_engines!(
    a_table_is_taken_in_with_a_report_of_each_row,
    who_is_there_is_left_or_updated_as_the_mode_says,
    all_new_gives_an_address_to_several_and_the_first_has_it,
    a_table_is_looked_at_before_it_is_taken_in,
    what_is_no_table_or_not_there_is_refused,
);

/// Takes a table in and gives the import when it is over, and `row outcome name code` of each row.
async fn import(by: &Client, name: &str, table: &[u8], how: Value) -> (Value, Vec<String>) {
    let file = by.upload(name, table).await;
    let mut body = json!({"file_id": file["id"], "mode": "ignore_existing"});
    body.as_object_mut().unwrap().extend(how.as_object().unwrap().clone());
    let made = by.post("/v1/contacts/imports", body).await.expect(202).json();
    assert_eq!((made["state"].text(), &made["rows"]["done"]), ("running", &json!(0)));
    by.app.work().await;
    let path = format!("/v1/contacts/imports/{}", made.id());
    let done = by.get(&path).await.expect(200).json();
    assert_eq!(done["rows"]["done"], done["rows"]["total"]);
    let rows = by.get(format!("{path}/rows")).await.expect(200).json();
    let words = rows.items().iter().map(|it| {
        let who = it["contact"]["name"].as_str().or(it["problem"]["code"].as_str()).unwrap();
        format!("{} {} {who}", it["row"], it["outcome"].text())
    });
    (done, words.collect())
}

async fn find(by: &Client, name: &str) -> Value {
    let found = by.get(format!("/v1/contacts?q={name}")).await.expect(200).json();
    assert_eq!(found.items().len(), 1, "{found:#}");
    found.items()[0].clone()
}

/// DUP-7
async fn a_table_is_taken_in_with_a_report_of_each_row(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let table = "Имя;Фамилия;E-mail;E-mail 2;Мобильный;Компания;Группа;Должность;Часовой пояс\n\
        Ivan;Client;ivan@client.example;vanya@client.example;'+7 495 123-45-67;North Gate;Friends;Buyer;Europe/Moscow\n\
        \n\
        Petr;;petr@client.example;;;north gate;Friends;;\n\
        Bad;;nobody;;;;;;\n\
        ;;;;;;;Buyer;\n\
        Twin;;IVAN@client.example;;;;;;\n\
        Anna;;anna@acme.example;;;;;;\n\
        Linked;;anna@acme.liaison.test;;;;;;\n";
    let group = anna.post("/v1/contact-groups", json!({"name": "Others"})).await.expect(201).json();
    let (done, rows) = import(&anna, "a.csv", table.as_bytes(), json!({"group_id": group["id"]})).await;
    assert_eq!(
        rows,
        [
            "2 created Ivan Client",
            "4 created Petr",
            "5 failed invalid",
            "6 failed required",
            "7 ignored Ivan Client",
            "8 failed taken",
            "9 failed reserved",
        ]
    );
    let counts = json!({"total": 7, "done": 7, "created": 2, "updated": 0, "ignored": 1, "failed": 4});
    assert_eq!((done["state"].text(), &done["rows"]), ("done", &counts));
    assert_eq!(done["created_by"]["id"], anna.me["id"]);
    let (company, ivan) = (find(&anna, "North").await, find(&anna, "Ivan").await);
    assert_eq!(company["is_company"], true);
    assert_eq!(
        (&ivan["email"], &ivan["additional_emails"]),
        (&json!("ivan@client.example"), &json!(["vanya@client.example"]))
    );
    assert_eq!(ivan["phones"], json!([{"number": "+7 495 123-45-67", "kind": "mobile"}]));
    assert_eq!(ivan["company_ids"], json!([company["id"]]));
    assert_eq!((ivan["position"].text(), ivan["time_zone"].text()), ("Buyer", "Europe/Moscow"));
    assert_eq!(ivan["selectable_as_participant"], false);
    let petr = find(&anna, "Petr").await;
    assert_eq!((&petr["company_ids"], &petr["group_id"]), (&ivan["company_ids"], &ivan["group_id"]));
    let listed = anna.get("/v1/contacts/imports").await.expect(200).json();
    assert_eq!(listed.items(), [done]);
}

/// DUP-7
async fn who_is_there_is_left_or_updated_as_the_mode_says(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    anna.contact("petr").await;
    let table = b"Name,E-mail,Additional e-mails,Position\nIvan Client,other@client.example,ivan@client.example,Buyer\n";
    let (_, rows) = import(&anna, "a.csv", table, json!({})).await;
    assert_eq!(rows, ["2 ignored ivan"]);
    let (_, rows) = import(&anna, "a.csv", table, json!({"mode": "update_existing"})).await;
    assert_eq!(rows, ["2 updated Ivan Client"]);
    let now = anna.get(format!("/v1/contacts/{}", ivan.id())).await.expect(200).json();
    assert_eq!((now["email"].text(), now["position"].text()), ("ivan@client.example", "Buyer"));
    assert_eq!(now["additional_emails"], json!(["other@client.example"]));
    let (_, rows) = import(&anna, "a.csv", table, json!({"mode": "update_existing"})).await;
    assert_eq!(rows, ["2 ignored Ivan Client"], "nothing was left to change");

    let update = |by: &str| json!({"mode": "update_existing", "match_by": by});
    let (_, rows) = import(&anna, "a.csv", b"Name;Phone\nivan CLIENT;555-01-02\n", update("name")).await;
    assert_eq!(rows, ["2 updated ivan CLIENT"]);
    let table = b"Name;Phone;E-mail\nIvan;5550102;new@client.example\nIvan;5550102;petr@client.example\n";
    let (_, rows) = import(&anna, "a.csv", table, update("phone")).await;
    assert_eq!(rows, ["2 updated Ivan", "3 failed taken"]);
}

/// DUP-1, DUP-3
async fn all_new_gives_an_address_to_several_and_the_first_has_it(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let ivan = anna.contact("ivan").await;
    let table = b"Name;E-mail\nTwin;ivan@client.example\nThird;ivan@client.example\n";
    let (_, rows) = import(&anna, "a.csv", table, json!({"mode": "all_new"})).await;
    assert_eq!(rows, ["2 created Twin", "3 created Third"]);
    let listed = anna.get("/v1/contacts/duplicates").await.expect(200).json();
    let names: Vec<_> = listed.items().iter().map(|it| it["contact"]["name"].text()).collect();
    assert_eq!(names, ["Third", "Twin"]);
    for it in listed.items() {
        let expected = json!([{"reason": "same_email", "value": "ivan@client.example",
            "first": {"id": ivan["id"], "kind": "contact", "name": "ivan"}}]);
        assert_eq!(it["matches"], expected);
    }
    let task = json!({"title": "Gate", "assignee_emails": ["ivan@client.example"]});
    let task = anna.post("/v1/tasks", task).await.expect(201).json();
    assert_eq!(task["assignees"][0]["id"], ivan["id"]);
    app.work().await;
    app.mail().take();

    // Who shares an address keeps it when he is changed, and nobody else gets it by hand.
    let twin = find(&anna, "Twin").await;
    let path = format!("/v1/contacts/{}", twin.id());
    let changed = anna.patch(&path, json!({"position": "Buyer"})).await.expect(200).json();
    assert_eq!(changed["email"], "ivan@client.example");
    let body = json!({"name": "Fourth", "email": "ivan@client.example"});
    anna.post("/v1/contacts", body).await.expect(409).problem("email_taken");
    let merge = json!({"into": ivan["id"], "from": [twin["id"], find(&anna, "Third").await["id"]]});
    anna.post("/v1/contacts:merge", merge).await.expect(200);
    assert!(anna.get("/v1/contacts/duplicates").await.expect(200).json().items().is_empty());
}

async fn a_table_is_looked_at_before_it_is_taken_in(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let file =
        anna.upload("a.csv", "ФИО\tПочта\tРазмер обуви\nИван\tivan@client.example\t44\n".as_bytes()).await;
    let body = json!({"file_id": file["id"]});
    let shown = anna.post("/v1/contacts/imports:preview", body).await.expect(200).json();
    assert_eq!(
        shown,
        json!({
            "reading": "CSV, UTF-8, '\\t'",
            "columns": [
                {"column": "A", "heading": "ФИО", "field": "name"},
                {"column": "B", "heading": "Почта", "field": "email"},
                {"column": "C", "heading": "Размер обуви", "field": null},
            ],
            "rows": [["Иван", "ivan@client.example", "44"]],
            "rows_total": 1,
        })
    );
    assert!(anna.get("/v1/contacts").await.expect(200).json().items().is_empty());
    let columns = json!([{"column": "a", "field": "last_name"}, {"column": "C", "field": "position"}]);
    let table = "ФИО\tПочта\tРазмер обуви\nИван\tivan@client.example\t44\n";
    let (done, rows) = import(&anna, "a.csv", table.as_bytes(), json!({"columns": columns})).await;
    assert_eq!(rows, ["2 created Иван"]);
    assert_eq!(done["columns"][1], json!({"column": "C", "heading": "Размер обуви", "field": "position"}));
    let made = &anna.get("/v1/contacts").await.expect(200).json().items()[0].clone();
    assert_eq!(
        (made["last_name"].text(), made["position"].text(), &made["email"]),
        ("Иван", "44", &Value::Null)
    );
}

/// S6, S12
async fn what_is_no_table_or_not_there_is_refused(app: TestApp) {
    let (anna, other) = (app.sign_up("acme").await, app.sign_up("globex").await);
    let (path, preview) = ("/v1/contacts/imports", "/v1/contacts/imports:preview");
    let bomb = anna.upload("a.xlsx", b"PK\x03\x04").await;
    let body = json!({"file_id": bomb["id"], "mode": "all_new"});
    anna.post(path, body).await.expect(422).problem_at("validation_failed", &[("/file_id", "unreadable")]);
    let answer = anna.post(preview, json!({"file_id": bomb["id"]})).await.expect(422);
    answer.problem_at("validation_failed", &[("/file_id", "unreadable")]);
    let file = anna.upload("a.csv", b"Shoe size\n44\n").await;
    let body = json!({"file_id": file["id"], "mode": "all_new"});
    anna.post(path, body.clone())
        .await
        .expect(422)
        .problem_at("validation_failed", &[("/columns", "required")]);
    other.post(path, body).await.expect(404).problem_at("not_found", &[("/file_id", "unknown_id")]);
    let (done, _) = import(&anna, "a.csv", b"Name\nIvan\n", json!({})).await;
    for path in [format!("{path}/{}", done.id()), format!("{path}/{}/rows", done.id())] {
        other.get(path).await.expect(404).problem("not_found");
    }
}
