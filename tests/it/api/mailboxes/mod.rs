//! `/v1/mailboxes`

mod create;
mod list;
mod secrets;
mod update;

use serde_json::{Value, json};

/// A password that must never be seen again.
const CANARY: &str = "canary-b1rd-of-the-mine";

fn connection(port: u16) -> Value {
    json!({"host": "mail.example", "port": port, "security": "tls", "username": "acme", "password": CANARY})
}

/// A mailbox of the company.
fn company() -> Value {
    json!({
        "owner": "company",
        "address": "support@acme.example",
        "sender_name": "ACME Support",
        "smtp": connection(465),
    })
}

/// A mailbox of the caller's own.
fn own(address: &str) -> Value {
    json!({"owner": "employee", "address": address, "sender_name": "Boris", "smtp": connection(465)})
}
