//! `openapi.yaml` as a judge: every answer a test gets must be one that its operation promises.

use std::{cell::RefCell, collections::HashMap};

use actix_web::http::Method;
use jsonschema::Validator;
use liaison_api::http::server;
use serde_json::{Map, Value, json};

use crate::Answer;

/// The document that the routes make; that `openapi.yaml` says the same is a test of its own.
pub struct Contract {
    pub document: Value,
    pub operations: Vec<Operation>,
    validators: RefCell<HashMap<String, Validator>>,
}

/// One operation of the document.
#[derive(Clone, Debug)]
pub struct Operation {
    pub id: String,
    pub method: Method,
    /// With its parameters in braces.
    pub path: String,
    pub object: Value,
}

impl Operation {
    /// The schema of its JSON body, where it takes one.
    pub fn request_schema(&self) -> Option<&Value> {
        self.object.pointer("/requestBody/content/application~1json/schema")
    }

    /// Its path, query and header parameters.
    pub fn parameters(&self) -> impl Iterator<Item = &Value> {
        self.object["parameters"].as_array().into_iter().flatten()
    }

    /// How much of this path is literal, where the operation takes it.
    fn match_length(&self, path: &str) -> Option<usize> {
        let (mut template, mut given) = (self.path.split('/'), path.split('/'));
        let mut length = 0;
        loop {
            match (template.next(), given.next()) {
                (None, None) => return Some(length),
                (Some(segment), Some(text)) => length += match_segment(segment, text)?,
                _ => return None,
            }
        }
    }
}

/// `{id}:retry` takes `7:retry`.
fn match_segment(template: &str, text: &str) -> Option<usize> {
    let Some((prefix, rest)) = template.split_once('{') else {
        return (template == text).then_some(template.len());
    };
    let suffix = rest.split_once('}')?.1;
    let value = text.strip_prefix(prefix)?.strip_suffix(suffix)?;
    (!value.is_empty()).then_some(prefix.len() + suffix.len())
}

thread_local! {
    static SHARED: Contract = Contract::read();
}

impl Contract {
    /// The document, read once a thread.
    pub fn shared<T>(look: impl FnOnce(&Self) -> T) -> T {
        SHARED.with(look)
    }

    fn read() -> Self {
        let document = serde_json::to_value(server::document()).unwrap();
        let mut operations = Vec::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                if let Some(object) = item.get(method.as_str().to_lowercase()) {
                    let id = object["operationId"].as_str().unwrap().to_owned();
                    operations.push(Operation { id, method, path: path.clone(), object: object.clone() });
                }
            }
        }
        Self { document, operations, validators: RefCell::default() }
    }

    /// The operation that answers this request.
    pub fn find(&self, method: &Method, path: &str) -> Option<&Operation> {
        let path = path.split('?').next()?;
        let candidates = self.operations.iter().filter(|it| it.method == *method);
        candidates.filter_map(|it| Some((it.match_length(path)?, it))).max_by_key(|it| it.0).map(|it| it.1)
    }

    /// Fails where the answer is not one that the operation promises, or where it took a body that it says it refuses.
    pub(crate) fn judge(&self, method: &Method, path: &str, body: &[u8], answer: &Answer) {
        let Some(operation) = self.find(method, path) else { return };
        let promised = &operation.object["responses"];
        let range = format!("{}XX", answer.status / 100);
        let status = [answer.status.to_string(), range].into_iter().find(|it| promised.get(it).is_some());
        let Some(status) = status else {
            panic!("openapi.yaml: {} promises no such status: {answer}", operation.id);
        };
        let name = format!("{} {status}", operation.id);
        self.judge_answer(&name, &promised[&status], answer);
        if let Some(schema) = operation.request_schema()
            && answer.status < 300
        {
            let body = if body.is_empty() { json!({}) } else { serde_json::from_slice(body).unwrap() };
            self.judge_json(&format!("{} request", operation.id), schema, &body);
        }
    }

    fn judge_answer(&self, name: &str, promised: &Value, answer: &Answer) {
        let Some(content) = promised.get("content").and_then(Value::as_object) else {
            assert!(answer.body.is_empty(), "openapi.yaml: {name} promises no body: {answer}");
            return;
        };
        let given = answer.header("content-type").unwrap_or_default();
        let given = given.split(';').next().unwrap_or_default();
        let Some(promised) = content.get(given).or_else(|| content.get("*/*")) else {
            panic!("openapi.yaml: {name} promises no {given:?}: {answer}");
        };
        let is_encoded = answer.headers.contains_key("content-encoding");
        if let Some(schema) = promised.get("schema").filter(|_| given.ends_with("json") && !is_encoded) {
            self.judge_json(name, schema, &answer.json());
        }
    }

    fn judge_json(&self, name: &str, schema: &Value, value: &Value) {
        let mut validators = self.validators.borrow_mut();
        let validator = validators.entry(name.to_owned()).or_insert_with(|| self.validator(schema));
        let errors: Vec<_> =
            validator.iter_errors(value).map(|it| format!("{}: {it}", it.instance_path())).collect();
        assert!(errors.is_empty(), "openapi.yaml: {name}: {}\n{value:#}", errors.join("; "));
    }

    /// What a schema says, or the one that it refers to.
    pub fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let reference = schema["$ref"].as_str().and_then(|it| it.strip_prefix('#'));
        reference.map_or(schema, |pointer| self.document.pointer(pointer).unwrap())
    }

    /// A schema with what it refers to. Not with the whole document: each test reads its own, and that would be half of its
    /// time.
    fn validator(&self, schema: &Value) -> Validator {
        let mut reached = Map::new();
        let mut ahead = vec![schema];
        while let Some(part) = ahead.pop() {
            match part {
                Value::Object(fields) => {
                    let reference = fields.get("$ref").and_then(Value::as_str);
                    let name = reference.and_then(|it| it.strip_prefix("#/components/schemas/"));
                    if let Some(name) = name.filter(|it| !reached.contains_key(*it)) {
                        let found = &self.document["components"]["schemas"][name];
                        reached.insert(name.to_owned(), found.clone());
                        ahead.push(found);
                    }
                    ahead.extend(fields.values());
                }
                Value::Array(items) => ahead.extend(items),
                _ => {}
            }
        }
        let whole = json!({"allOf": [schema], "components": {"schemas": reached}});
        jsonschema::draft202012::new(&whole).unwrap()
    }
}
