//! `/v1/mail`: the ledgers of mail, and the addresses that none leaves to.

mod dkim_keys;
mod health;
mod incoming;
mod outgoing;
mod senders;
mod suppressions;

use crate::http::routes::Routes;

pub(super) fn routes(routes: &mut Routes<'_>) {
    outgoing::routes(routes);
    incoming::routes(routes);
    suppressions::routes(routes);
    senders::routes(routes);
    dkim_keys::routes(routes);
    health::routes(routes);
}
