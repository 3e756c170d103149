//! Renders our own templates, which are compiled in: same escaping, no bounds, words and finished HTML as values.

use liaison_domain::language::Language;
use minijinja::{Error, Value};

use super::{
    error::{Part, RenderError},
    render::environment,
};

/// Values that are safe strings are written as they are.
pub(in crate::compose) fn render(part: Part, source: &str, values: Value) -> Result<String, RenderError> {
    let environment = environment(part, Language::English, None);
    environment.render_named_str(part.as_str(), source, values).map_err(|error: Error| RenderError::Failed {
        part,
        line: error.line().unwrap_or(1),
        detail: error.to_string(),
    })
}
