//! Puts the routes, the middleware and the documentation together, for the server and for tests alike.

use actix_web::{
    App as ActixApp, Error, HttpRequest, HttpResponse,
    body::MessageBody,
    dev::{ResourceDef, ServiceFactory, ServiceRequest, ServiceResponse},
    http::header::ALLOW,
    middleware::{Compress, Condition, from_fn},
    web::{self, Data, PathConfig},
};
use liaison_domain::refusal::{Code, Refusal};
use utoipa::openapi::{OpenApi, PathItem};
use utoipa_actix_web::AppExt as _;
use utoipa_swagger_ui::SwaggerUi;

use super::{limits, openapi, problem::Problem, request_id, routes};
use crate::{app::App, config::Http};

/// One worker's application.
pub fn build(
    app: Data<App>,
) -> ActixApp<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let (routes, document) =
        ActixApp::new().into_utoipa_app().openapi(openapi::frame()).configure(routes).split_for_parts();
    let document = openapi::complete(document);
    let paths = Data::new(Paths::of(&document));
    let yaml = document.to_yaml().unwrap_or_default();
    let cors = cors(&app.config.http);
    let has_cors = !app.config.http.cors_origins.is_empty();
    routes
        .app_data(app)
        .app_data(paths)
        .app_data(
            PathConfig::default()
                .error_handler(|_error, _request| Problem::from(Refusal::not_found()).into()),
        )
        .service(web::resource("/openapi.yaml").get(move || std::future::ready(yaml_page(yaml.clone()))))
        .service(web::redirect("/docs", "/docs/"))
        .service(SwaggerUi::new("/docs/{_:.*}").url("/openapi.json", document))
        .default_service(web::to(unrouted))
        .wrap(from_fn(limits::count))
        .wrap(Condition::new(has_cors, cors))
        .wrap(Compress::default())
        .wrap(from_fn(request_id::scope))
}

/// The OpenAPI document of the routes.
pub fn document() -> OpenApi {
    let app = ActixApp::new().into_utoipa_app().openapi(openapi::frame()).configure(routes);
    openapi::complete(app.split_for_parts().1)
}

fn yaml_page(yaml: String) -> HttpResponse {
    HttpResponse::Ok().content_type("application/yaml").body(yaml)
}

fn cors(http: &Http) -> actix_cors::Cors {
    let mut cors =
        actix_cors::Cors::default().allow_any_method().allow_any_header().expose_any_header().max_age(3600);
    for origin in &http.cors_origins {
        cors = if origin == "*" { cors.allow_any_origin() } else { cors.allowed_origin(origin) };
    }
    cors
}

/// Which paths have which methods, to tell a wrong method (405) from an unknown path (404).
struct Paths(Vec<(ResourceDef, String)>);

impl Paths {
    fn of(document: &OpenApi) -> Self {
        let paths = document.paths.paths.iter();
        Self(paths.map(|(path, item)| (ResourceDef::new(path.as_str()), allowed(item))).collect())
    }
}

fn allowed(item: &PathItem) -> String {
    let methods = [
        ("GET", item.get.is_some()),
        ("POST", item.post.is_some()),
        ("PUT", item.put.is_some()),
        ("PATCH", item.patch.is_some()),
        ("DELETE", item.delete.is_some()),
    ];
    let names: Vec<&str> = methods.iter().filter(|(_, there)| *there).map(|(name, _)| *name).collect();
    names.join(", ")
}

async fn unrouted(request: HttpRequest, paths: Data<Paths>) -> HttpResponse {
    use actix_web::ResponseError as _;
    let found = paths.0.iter().find(|(path, _)| path.is_match(request.path()));
    let Some((_, methods)) = found else {
        return Problem::from(Refusal::not_found()).error_response();
    };
    let refusal = Refusal::new(Code::MethodNotAllowed, format!("This path takes {methods}."));
    let mut response = Problem::from(refusal).error_response();
    if let Ok(value) = methods.parse() {
        response.headers_mut().insert(ALLOW, value);
    }
    response
}
