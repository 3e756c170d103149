//! `/v1/me`: the caller himself.

mod show;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(show::show_me);
}
