//! What is sent wrong is refused naming where, whatever the operation, and never breaks the server.
//!
//! The cases come from the schemas of `openapi.yaml`, so that a new field is covered when it is documented.

use serde_json::{Map, Value, json};
use support::{Answer, Client, Contract, JsonExt, Operation, TestApp, both_engines};

use super::{
    guest::is_of_portal,
    requests::{Body, World},
};

both_engines!(
    a_wrong_field_is_refused_by_its_pointer,
    a_text_that_no_database_keeps_breaks_nothing,
    an_id_of_another_account_is_not_there,
    a_body_that_is_not_readable_is_refused,
    a_wrong_parameter_is_refused_by_its_name,
    a_path_with_an_unknown_id_is_not_there,
);

/// A field of a body, wherever it stands.
struct Field {
    pointer: String,
    schema: Value,
    is_required: bool,
}

async fn a_wrong_field_is_refused_by_its_pointer(app: TestApp) {
    let bench = Bench::new(&app).await;
    for (operation, fields) in operations_with_fields() {
        let path = bench.world.path(&operation).await;
        for field in &fields {
            let pointer = field.pointer.as_str();
            for (value, code) in wrong_values(field) {
                bench.send(&operation, &path, pointer, value).await.problem_names(pointer, code);
            }
            if allows_null(&field.schema) {
                let answer = bench.send(&operation, &path, pointer, Some(Value::Null)).await;
                assert!(!answer.names(pointer, "wrong_type"), "null at {pointer} is documented: {answer}");
            }
        }
        for parent in objects(&fields) {
            let pointer = format!("{parent}/surprise");
            let answer = bench.send(&operation, &path, &pointer, Some(json!(1))).await;
            answer.problem_names(&pointer, "unknown_field");
        }
    }
    bench.finish(&app).await;
}

async fn a_text_that_no_database_keeps_breaks_nothing(app: TestApp) {
    let bench = Bench::new(&app).await;
    for (operation, fields) in operations_with_fields() {
        let path = bench.world.path(&operation).await;
        for field in fields {
            for text in ["a\0b", "\u{feff}\u{202e}\u{ffff}", "", " "] {
                let value = match types(&field.schema) {
                    it if it.contains(&"string") => json!(text),
                    it if it.contains(&"array") => json!([text]),
                    _ => continue,
                };
                let answer = bench.send(&operation, &path, &field.pointer, Some(value)).await;
                assert!(answer.status < 500, "{text:?} at {}: {answer}", field.pointer);
            }
        }
    }
    bench.finish(&app).await;
}

/// S6
async fn an_id_of_another_account_is_not_there(app: TestApp) {
    let bench = Bench::new(&app).await;
    for (operation, fields) in operations_with_fields() {
        let path = bench.world.path(&operation).await;
        for field in fields {
            for id in &bench.world.foreign_ids {
                let value = match &field.schema {
                    it if it["format"] == "uuid" => json!(id),
                    it if it["items"]["format"] == "uuid" => json!([id]),
                    _ => continue,
                };
                let answer = bench.send(&operation, &path, &field.pointer, Some(value)).await;
                let errors = answer.problem("not_found")["errors"].clone();
                let named = errors[0]["pointer"].as_str().unwrap_or_default();
                assert!(named.starts_with(&field.pointer), "{} is not named: {answer}", field.pointer);
            }
        }
    }
    bench.finish(&app).await;
}

async fn a_body_that_is_not_readable_is_refused(app: TestApp) {
    let bench = Bench::new(&app).await;
    let nested = "[".repeat(100_000);
    let large = format!("{{\"title\": \"{}\"}}", "x".repeat(1024 * 1024));
    let cases: &[(&str, &[u8], u16, &str)] = &[
        ("application/json", b"{", 400, "malformed_json"),
        ("application/json", b"\xff\xfe", 400, "malformed_json"),
        ("application/json", b"[\"x\", \"x\", \"x\"]", 422, "validation_failed"),
        ("application/json", b"7", 422, "validation_failed"),
        ("application/json", b"null", 422, "validation_failed"),
        ("application/json", b"[{}]", 422, "validation_failed"),
        ("application/json", nested.as_bytes(), 422, "validation_failed"),
        ("text/plain", b"{}", 415, "unsupported_media_type"),
        ("application/x-www-form-urlencoded", b"title=x", 415, "unsupported_media_type"),
        ("application/json", large.as_bytes(), 413, "payload_too_large"),
    ];
    for (operation, _) in operations_with_fields() {
        let path = bench.world.path(&operation).await;
        for &(content_type, body, status, code) in cases {
            let call = bench.client(&operation).call(operation.method.clone(), &path);
            call.body(content_type, body.to_vec()).await.expect(status).problem(code);
        }
        let Body::Json(good) = bench.world.body(&operation).await else { continue };
        let call = bench.client(&operation).call(operation.method.clone(), &path);
        call.body("application/json", format!("{good} {{}}")).await.expect(400).problem("malformed_json");
    }
    bench.finish(&app).await;
}

async fn a_wrong_parameter_is_refused_by_its_name(app: TestApp) {
    let bench = Bench::new(&app).await;
    for operation in Contract::shared(|contract| contract.operations.clone()) {
        let parameters: Vec<_> = operation.parameters().filter(|it| it["in"] == "query").cloned().collect();
        // A mail without a right signature is refused whatever else is wrong with the request.
        if parameters.is_empty() || operation.id == "receive_mail" {
            continue;
        }
        let (path, body) = (bench.world.path(&operation).await, bench.world.body(&operation).await);
        let path = path.split('?').next().unwrap();
        let ask = |query: String| {
            World::call(bench.client(&operation), &operation, &format!("{path}?{query}"), &body)
        };
        ask("surprise=1".into()).await.problem_names("?surprise", "unknown_field");
        for name in parameters.iter().map(|it| it["name"].text()) {
            for value in ["%00", "%FF", "", "%D0%AF%25_%5C", "9".repeat(40).as_str()] {
                ask(format!("{name}={value}")).await;
            }
            match name {
                "limit" => {
                    for value in ["0", "201", "-1", "x", "", "1.5"] {
                        ask(format!("limit={value}")).await.problem_names("?limit", "out_of_range");
                    }
                }
                "cursor" => {
                    for value in ["x", "AQ", "AQAAAAAAAAAA"] {
                        ask(format!("cursor={value}")).await.expect(422).problem("invalid_cursor");
                    }
                }
                _ => {}
            }
        }
    }
    bench.finish(&app).await;
}

/// S6
async fn a_path_with_an_unknown_id_is_not_there(app: TestApp) {
    let bench = Bench::new(&app).await;
    for operation in Contract::shared(|contract| contract.operations.clone()) {
        if !operation.path.contains("{id}") {
            continue;
        }
        let body = bench.world.body(&operation).await;
        let query = bench.world.path(&operation).await;
        let query = query.split_once('?').map_or(String::new(), |(_, query)| format!("?{query}"));
        let foreign = bench.world.foreign_ids.iter().map(String::as_str);
        for id in ["0", "%00", "..%2f", "00000000-0000-0000-0000-000000000000"].into_iter().chain(foreign) {
            let path = operation.path.replace("{id}", id) + &query;
            World::call(bench.client(&operation), &operation, &path, &body)
                .await
                .expect(404)
                .problem("not_found");
        }
    }
    bench.finish(&app).await;
}

struct Bench {
    world: World,
}

impl Bench {
    async fn new(app: &TestApp) -> Self {
        Self { world: World::new(app).await }
    }

    /// Who may do everything with what the operation is about.
    fn client(&self, operation: &Operation) -> &Client {
        if is_of_portal(operation) { &self.world.guest } else { &self.world.owner }
    }

    /// Sends a good request but for one field, which has this value or is not there.
    async fn send(&self, operation: &Operation, path: &str, pointer: &str, value: Option<Value>) -> Answer {
        let Body::Json(mut body) = self.world.body(operation).await else {
            panic!("{} takes no JSON", operation.id)
        };
        put(&mut body, pointer, value);
        // Only its author changes a comment.
        let client =
            if operation.id == "update_comment" { &self.world.member } else { self.client(operation) };
        World::call(client, operation, path, &Body::Json(body)).await
    }

    async fn finish(self, app: &TestApp) {
        app.work().await;
        app.mail().take();
    }
}

/// The operations that take JSON, with all fields of their bodies.
fn operations_with_fields() -> Vec<(Operation, Vec<Field>)> {
    Contract::shared(|contract| {
        let with_fields = contract.operations.iter().filter_map(|operation| {
            let mut fields = Vec::new();
            collect(contract, operation.request_schema()?, "", &mut fields);
            Some((operation.clone(), fields))
        });
        with_fields.collect()
    })
}

fn collect(contract: &Contract, schema: &Value, parent: &str, fields: &mut Vec<Field>) {
    let schema = contract.resolve(schema);
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    for (name, schema) in schema["properties"].as_object().unwrap_or(&Map::new()) {
        let mut schema = contract.resolve(schema).clone();
        if schema["items"].is_object() {
            schema["items"] = contract.resolve(&schema["items"]).clone();
        }
        let pointer = format!("{parent}/{name}");
        if schema["properties"].is_object() {
            collect(contract, &schema, &pointer, fields);
        }
        fields.push(Field { pointer, schema, is_required: required.contains(&json!(name)) });
    }
}

/// The pointers of all objects that the fields stand in.
fn objects(fields: &[Field]) -> Vec<&str> {
    let mut parents: Vec<_> =
        fields.iter().filter_map(|it| it.pointer.rsplit_once('/')).map(|it| it.0).collect();
    parents.sort_unstable();
    parents.dedup();
    parents
}

/// Values that the schema excludes, with the code of each; none is the absent field.
fn wrong_values(field: &Field) -> Vec<(Option<Value>, &'static str)> {
    let (schema, mut wrong) = (&field.schema, Vec::new());
    if field.is_required {
        wrong.push((None, "required"));
    }
    if !allows_null(schema) {
        wrong.push((Some(Value::Null), "wrong_type"));
    }
    let types = types(schema);
    let other = if types.contains(&"string") { json!(7) } else { json!("x") };
    wrong.push((Some(other), "wrong_type"));
    if schema["format"] == "uuid" || schema["format"] == "date-time" || schema["enum"].is_array() {
        wrong.push((Some(json!("x")), "wrong_type"));
    }
    if let Some(max) = schema["maxLength"].as_u64() {
        wrong.push((Some(json!("x".repeat(usize::try_from(max).unwrap() + 1))), "too_long"));
    }
    if let Some(min) = schema["minLength"].as_u64() {
        wrong.push((Some(json!("x".repeat(usize::try_from(min).unwrap() - 1))), "too_short"));
    }
    if let Some(max) = schema["maxItems"].as_u64() {
        let item = match &schema["items"] {
            it if it["format"] == "uuid" => json!(uuid::Uuid::nil()),
            it if it["properties"].is_object() => {
                let required = it["required"].as_array().into_iter().flatten();
                required.map(|name| (name.text().to_owned(), json!("x"))).collect::<Map<_, _>>().into()
            }
            _ => json!("x"),
        };
        wrong.push((Some(json!(vec![item; usize::try_from(max).unwrap() + 1])), "too_many"));
    }
    wrong
}

fn allows_null(schema: &Value) -> bool {
    types(schema).contains(&"null")
}

fn types(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::Array(types) => types.iter().map(JsonExt::text).collect(),
        Value::String(name) => vec![name],
        _ => schema["oneOf"].as_array().into_iter().flatten().flat_map(types).collect(),
    }
}

/// Sets what the pointer names, or takes it away.
fn put(body: &mut Value, pointer: &str, value: Option<Value>) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => parent.insert(name.to_owned(), value),
        None => parent.remove(name),
    };
}
