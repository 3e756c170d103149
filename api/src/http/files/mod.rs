//! `/v1/files`: what is attached to tasks and comments; `/f`: links to it in mails.

mod create;
mod follow_link;
pub(super) mod form;
mod show;
mod show_content;

use crate::http::routes::Routes;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .service(create::create_file)
        .service(show::show_file)
        .service(show_content::show_file_content)
        .service(follow_link::follow_file_link);
}
