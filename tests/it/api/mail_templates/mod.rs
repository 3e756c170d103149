//! `/v1/mail-templates`; what the mails that leave by them are like stands in `jobs::mail_template`.

mod create;
mod render;
mod update;

use serde_json::{Value, json};
use support::{Client, JsonExt as _};

const PATH: &str = "/v1/mail-templates";

/// A template with one version in English.
async fn template(by: &Client, html: &str) -> Value {
    by.post(PATH, body(html)).await.expect(201).json()
}

fn body(html: &str) -> Value {
    json!({"name": "News", "versions": [{"language": "en", "subject": "{{ task.title }}", "html": html}]})
}

fn of(template: &Value) -> String {
    format!("{PATH}/{}", template.id())
}
