//! `/v1/settings`: what an account decides about its mail.

mod incoming_mail;

use crate::http::routes::Routes;

pub(super) fn routes(routes: &mut Routes<'_>) {
    incoming_mail::routes(routes);
}
