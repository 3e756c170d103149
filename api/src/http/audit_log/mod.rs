//! `/v1/audit-log`: who changed what lets data out or in.

mod list;

use crate::http::routes::Routes;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list::list_audit_events);
}
