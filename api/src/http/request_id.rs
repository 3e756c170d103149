//! `X-Request-Id` in and out: names one request in answers and in the log.

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{HeaderName, HeaderValue},
    middleware::Next,
    web::Data,
};
use uuid::Uuid;

use crate::app::App;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// Longest id that is taken from a caller.
const MAX_CHARS: usize = 128;

tokio::task_local! {
    static CURRENT: String;
}

/// The id of the request being answered.
pub fn current() -> String {
    CURRENT.try_with(Clone::clone).unwrap_or_default()
}

/// Takes the caller's id where it is printable and short, else makes one; gives it back with the answer.
pub async fn scope(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let given = request.headers().get(&HEADER).and_then(|it| it.to_str().ok());
    let id = given.filter(|it| is_acceptable(it)).map_or_else(|| fresh(&request), ToOwned::to_owned);
    let header = HeaderValue::from_str(&id);
    let mut response = CURRENT.scope(id, next.call(request)).await?;
    if let Ok(value) = header {
        response.headers_mut().insert(HEADER, value);
    }
    Ok(response)
}

fn is_acceptable(id: &str) -> bool {
    !id.is_empty()
        && id.len() <= MAX_CHARS
        && id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:".contains(c))
}

fn fresh(request: &ServiceRequest) -> String {
    request.app_data::<Data<App>>().map(|app| app.env.id::<Uuid>().simple().to_string()).unwrap_or_default()
}
