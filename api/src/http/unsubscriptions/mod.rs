//! `/u/{token}`: where the link leads by which automatic mail is ended. Pages for people, whose words stand here.

mod create;
mod show;

use actix_web::{HttpResponse, http::header};
use liaison_domain::language::Language;
use liaison_mailer::compose::template::escaped;

use crate::{http::routes::Routes, service::unsubscription::Subscriber};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(show::show_unsubscription).service(create::create_unsubscription);
}

/// What the page is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Page {
    Question,
    Done,
}

/// A page that loads nothing, is kept by nobody and tells nobody where it was.
fn respond(page: Page, subscriber: &Subscriber) -> HttpResponse {
    let policy = "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .body(page.html(subscriber))
}

impl Page {
    fn html(self, subscriber: &Subscriber) -> String {
        let (account, address) = (escaped(&subscriber.account), escaped(&subscriber.address));
        let said = match (self, subscriber.language) {
            (Self::Question, Language::English) => {
                format!("Stop automatic messages of {account} to {address}?")
            }
            (Self::Question, Language::Russian) => {
                format!("Больше не присылать автоматические письма от {account} на {address}?")
            }
            (Self::Done, Language::English) => {
                format!(
                    "No more automatic messages of {account} go to {address}. What people write still arrives."
                )
            }
            (Self::Done, Language::Russian) => format!(
                "Автоматические письма от {account} на {address} больше не приходят. Письма людей приходят по-прежнему."
            ),
        };
        let button = match (self, subscriber.language) {
            (Self::Done, _) => String::new(),
            (Self::Question, Language::English) => form("Stop them"),
            (Self::Question, Language::Russian) => form("Не присылать"),
        };
        format!(
            "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"robots\" content=\"noindex\">\n<title>{account}</title>\n</head>\n\
             <body>\n<p>{said}</p>\n{button}</body>\n</html>\n",
            subscriber.language.as_str()
        )
    }
}

fn form(label: &str) -> String {
    format!("<form method=\"post\"><button>{label}</button></form>\n")
}
