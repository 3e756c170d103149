//! `/v1/settings`: what an account decides about its mail and its links.

mod account_links;
mod contact_mail;
mod incoming_mail;

use crate::http::routes::Routes;

pub(super) fn routes(routes: &mut Routes<'_>) {
    contact_mail::routes(routes);
    incoming_mail::routes(routes);
    account_links::routes(routes);
}
