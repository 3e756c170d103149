//! `/v1/mail`: the ledgers of mail.

mod incoming;
mod outgoing;

use crate::http::routes::Routes;

pub(super) fn routes(routes: &mut Routes<'_>) {
    outgoing::routes(routes);
    incoming::routes(routes);
}
