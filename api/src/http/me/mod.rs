//! `/v1/me`: the caller himself.

mod linked_accounts;
mod primary_account;
mod show;

use crate::http::routes::Routes;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .service(show::show_me)
        .service(linked_accounts::list_linked_accounts)
        .service(linked_accounts::approve_linked_account)
        .service(linked_accounts::refuse_linked_account)
        .service(primary_account::show_primary_account)
        .service(primary_account::set_primary_account)
        .service(primary_account::clear_primary_account);
}
