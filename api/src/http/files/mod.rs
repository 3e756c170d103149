//! `/v1/files`: what is attached to tasks and comments.

mod create;
mod show;
mod show_content;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(create::create_file).service(show::show_file).service(show_content::show_file_content);
}
