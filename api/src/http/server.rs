//! Puts the routes, the middleware and the documentation together, for the server and for tests alike.

use std::sync::LazyLock;

use actix_web::{
    App as ActixApp, Error, HttpRequest, HttpResponse,
    body::MessageBody,
    dev::{ResourceDef, ServiceFactory, ServiceRequest, ServiceResponse},
    http::header::ALLOW,
    middleware::{Compress, Condition, from_fn},
    web::{self, Bytes, Data, PathConfig},
};
use liaison_domain::refusal::{Code, Refusal};
use utoipa::openapi::{OpenApi, PathItem};
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::{limits, openapi, portal, problem::Problem, request_id, routes, routes::Routes};
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
    let cors = cors(&app.config.http);
    let has_cors = !app.config.http.cors_origins.is_empty();
    ActixApp::new()
        .configure(|config| routes(&mut Routes::Serve(config)))
        .app_data(app)
        .app_data(
            PathConfig::default()
                .error_handler(|_error, _request| Problem::from(Refusal::not_found()).into()),
        )
        .service(web::resource("/openapi.yaml").get(async || page("application/yaml", &PAGES.yaml)))
        .service(web::resource("/openapi.json").get(async || page("application/json", &PAGES.json)))
        .service(web::redirect("/docs", "/docs/"))
        .service(SwaggerUi::new("/docs/{_:.*}").config(Config::from("/openapi.json")))
        .default_service(web::to(unrouted))
        .wrap(from_fn(limits::count))
        .wrap(from_fn(portal::keep_private))
        .wrap(Condition::new(has_cors, cors))
        .wrap(Compress::default())
        .wrap(from_fn(request_id::scope))
}

/// What is made of the document: once for all workers, and not before somebody asks, since it is megabytes.
struct Pages {
    yaml: Bytes,
    json: Bytes,
    paths: Paths,
}

static PAGES: LazyLock<Pages> = LazyLock::new(|| {
    let document = document();
    Pages {
        yaml: document.to_yaml().unwrap_or_default().into(),
        json: document.to_json().unwrap_or_default().into(),
        paths: Paths::of(&document),
    }
});

fn page(content_type: &'static str, content: &'static Bytes) -> HttpResponse {
    HttpResponse::Ok().content_type(content_type).body(content.clone())
}

/// The OpenAPI document of the routes.
pub fn document() -> OpenApi {
    let mut document = openapi::frame();
    routes(&mut Routes::Describe(&mut document));
    openapi::complete(document)
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

async fn unrouted(request: HttpRequest) -> HttpResponse {
    use actix_web::ResponseError as _;
    let found = PAGES.paths.0.iter().find(|(path, _)| path.is_match(request.path()));
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
