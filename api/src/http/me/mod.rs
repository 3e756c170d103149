//! `/v1/me`: the caller himself.

mod show;

use crate::http::routes::Routes;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(show::show_me);
}
