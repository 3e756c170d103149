//! The OpenAPI document, made of the very routes that are served.

use utoipa::{
    IntoParams, Modify, OpenApi,
    openapi::{
        Content, Ref, RefOr,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

/// What the document says beside its operations.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Liaison",
        version = env!("CARGO_PKG_VERSION"),
        description = "Tasks with clients who need no login: what is addressed to them leaves as mail, what they answer comes back.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    modifiers(&Bearer)
)]
struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        openapi
            .components
            .get_or_insert_with(Default::default)
            .add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// The frame that the routes are added to.
pub fn frame() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

/// Adds what is the same for every operation: a change takes the name of merge patches too (RFC 7396), and the body of an
/// action may be left out.
pub fn complete(mut document: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    let empty = RefOr::T(Content::new(Some(Ref::from_schema_name("Empty"))));
    for path in document.paths.paths.values_mut() {
        if let Some(RefOr::T(body)) = path.patch.as_mut().and_then(|it| it.request_body.as_mut())
            && let Some(content) = body.content.get(JSON).cloned()
        {
            body.content.insert("application/merge-patch+json".to_owned(), content);
        }
        if let Some(RefOr::T(body)) = path.post.as_mut().and_then(|it| it.request_body.as_mut())
            && body.content.get(JSON) == Some(&empty)
        {
            body.required = None;
        }
    }
    document
}

const JSON: &str = "application/json";

/// The document as YAML: what `openapi.yaml` holds.
pub fn yaml() -> anyhow::Result<String> {
    Ok(super::server::document().to_yaml()?)
}

/// `Idempotency-Key`
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
pub struct IdempotencyKeyParam {
    /// A repeated request with the same key and body gets the first answer again, for 24 hours, and changes nothing.
    #[param(rename = "Idempotency-Key", max_length = 255)]
    #[expect(dead_code, reason = "documents a header")]
    key: Option<String>,
}

/// `If-None-Match`
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
pub struct IfNoneMatchParam {
    /// The `ETag` of the version that the caller has; the answer is 304 where nothing changed since.
    #[param(rename = "If-None-Match")]
    #[expect(dead_code, reason = "documents a header")]
    tag: Option<String>,
}

/// `If-Match`
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
pub struct IfMatchParam {
    /// The `ETag` of the version that is to be changed; another one is refused with 412.
    #[param(rename = "If-Match")]
    #[expect(dead_code, reason = "documents a header")]
    tag: Option<String>,
}
