//! `/v1/mail`: the ledgers of mail.

mod incoming;
mod outgoing;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    outgoing::routes(config);
    incoming::routes(config);
}
