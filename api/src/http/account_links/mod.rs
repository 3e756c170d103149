//! `/v1/account-links`: what has left the account over links, and what came and could not be applied.

mod parked;
mod report;
mod retry;

use crate::http::routes::Routes;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .service(report::report_account_links)
        .service(parked::list_parked_operations)
        .service(retry::retry_parked_operation);
}

/// What an operation is, by the name in it.
fn kind(operation: &serde_json::Value) -> String {
    operation.get("type").and_then(serde_json::Value::as_str).unwrap_or("unknown").to_owned()
}
