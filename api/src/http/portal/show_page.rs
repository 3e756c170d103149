//! `GET /portal`: a page for people whose link leads here because nobody has set a portal up, whose words stand here.

use actix_web::{HttpRequest, HttpResponse, get, http::header};
use liaison_domain::language::Language;

use super::accepted_language;

/// Say that no portal is set up
///
/// A page that loads nothing. A portal of your own takes its place with `portal.url`; it sends the token of the link to
/// `POST /v1/portal/sessions`.
#[utoipa::path(
    operation_id = "show_portal_page", tag = "portal",
    responses((status = 200, description = "The page, in the reader's language", content_type = "text/html"))
)]
#[get("/portal")]
pub(super) async fn show_portal_page(request: HttpRequest) -> HttpResponse {
    let language = accepted_language(&request).unwrap_or_default();
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        ))
        .body(html(language))
}

fn html(language: Language) -> String {
    let (title, said, for_builders) = match language {
        Language::English => (
            "The whole conversation",
            "There is no page to read it on here yet. Answer the mail; your answer arrives.",
            "For developers: a page of yours, named in <code>portal.url</code>, sends the token behind this address to \
             <code>POST /v1/portal/sessions</code>. What it can do then stands in the <a href=\"/docs\">documentation</a>.",
        ),
        Language::Russian => (
            "Вся переписка",
            "Страницы, на которой её можно прочитать, здесь пока нет. Ответьте на письмо — ответ дойдёт.",
            "Разработчикам: ваша страница, названная в <code>portal.url</code>, передаёт ключ из этого адреса в \
             <code>POST /v1/portal/sessions</code>. Что она может дальше, сказано в <a href=\"/docs\">документации</a>.",
        ),
    };
    format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<title>{title}</title>\n</head>\n\
         <body>\n<h1>{title}</h1>\n<p>{said}</p>\n<p><small>{for_builders}</small></p>\n</body>\n</html>\n",
        language.as_str()
    )
}
