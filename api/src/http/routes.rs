//! Where a resource names its endpoints, once for both who ask: a worker, who serves them, and the OpenAPI document, which
//! describes them.

use actix_web::{dev::HttpServiceFactory, web::ServiceConfig};
use utoipa::openapi::OpenApi;
use utoipa_actix_web::OpenApiFactory;

/// Takes endpoints one by one. Describing is kept apart from serving because a description is megabytes of memory, and every
/// worker builds its own application.
#[expect(missing_debug_implementations, reason = "what it borrows has none")]
pub enum Routes<'a> {
    Serve(&'a mut ServiceConfig),
    Describe(&'a mut OpenApi),
}

impl Routes<'_> {
    pub fn service(&mut self, endpoint: impl HttpServiceFactory + OpenApiFactory + 'static) -> &mut Self {
        match self {
            Self::Serve(config) => {
                config.service(endpoint);
            }
            Self::Describe(document) => {
                document.paths.merge(endpoint.paths());
                let mut schemas = Vec::new();
                endpoint.schemas(&mut schemas);
                document.components.get_or_insert_default().schemas.extend(schemas);
            }
        }
        self
    }
}
