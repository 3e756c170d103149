//! `GET /t/{token}.gif`

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{self, HeaderName},
    web::{Data, Path},
};

use crate::{app::App, http::problem::Problem, service::opening};

/// One transparent point.
const IMAGE: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\
    \x01\x00\x01\x00\x00\x02\x02D\x01\x00;";
/// Who fetches ahead of a reader says so in one of these.
const AHEAD: [HeaderName; 3] = [
    HeaderName::from_static("sec-purpose"),
    HeaderName::from_static("purpose"),
    HeaderName::from_static("x-moz"),
];

/// The image in a mail
///
/// An image of one transparent point, whatever the token is. Where it is a mail's, the mail's history says that it was
/// opened, by a human or by a machine: proxies of mail providers, scanners, and whoever comes in the first ten seconds.
#[utoipa::path(
    operation_id = "note_opening", tag = "mail",
    params(("token" = String, Path, description = "As it stands in the mail")),
    responses((status = 200, description = "The image", content_type = "image/gif"))
)]
#[get("/t/{token}.gif")]
pub(super) async fn note_opening(
    request: HttpRequest,
    app: Data<App>,
    token: Path<String>,
) -> Result<HttpResponse, Problem> {
    let said = |name: &HeaderName| {
        request.headers().get(name).and_then(|it| it.to_str().ok()).unwrap_or_default().to_owned()
    };
    let is_prefetch = AHEAD.iter().any(|it| said(it).contains("prefetch") || said(it).contains("preview"));
    opening::note(&app, &token, &said(&header::USER_AGENT), is_prefetch).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "image/gif"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .body(IMAGE))
}
