//! Links in mails that lead into the portal. Each is for one recipient of one message, and lets in whoever has it: for
//! looking at it no less than for answering, until its time is over.
//!
//! A link may be used again. It stands in a mail that its reader comes back to for weeks, and programs that look into mail
//! use nothing up, because only `POST` takes the token. Nobody keeps it: it is made whenever the mail is composed, and
//! proves itself.

use chrono::TimeDelta;
use liaison_domain::Timestamp;

use crate::{app::App, keys::MailLink};

/// Where the link leads; none where nobody said how this server is reached.
pub fn url(app: &App, link: MailLink) -> Option<String> {
    Some(format!("{}{QUERY}{}", app.config.portal_url()?, app.keys.portal_token(link)))
}

/// The link as others may read it.
pub fn masked(url: &str) -> String {
    url.split_once(QUERY).map_or_else(String::new, |(page, _)| format!("{page}{QUERY}…"))
}

/// Links in mails that were written before lead nowhere.
pub fn good_since(app: &App) -> Timestamp {
    app.env.now() - TimeDelta::seconds(app.config.portal.link_ttl_seconds.into())
}

const QUERY: &str = "?token=";
