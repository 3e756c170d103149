//! `/v1/invitations`, `/v1/password-resets`: mailed links by which people set the password that they sign in with.

mod accept_invitation;
mod complete_reset;
mod create_reset;

use crate::http::routes::Routes;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .service(accept_invitation::accept_invitation)
        .service(create_reset::create_password_reset)
        .service(complete_reset::complete_password_reset);
}
