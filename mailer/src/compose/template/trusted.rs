//! Our own templates, which are compiled in: same escaping, no bounds, words and finished HTML as values.

use liaison_domain::language::Language;
use minijinja::{Environment, Error, Value};

use super::{
    error::{Part, RenderError},
    render::environment,
};

/// A template of ours, read once: that costs more than a render.
#[derive(Debug)]
pub(in crate::compose) struct Trusted {
    part: Part,
    read: Result<Environment<'static>, Error>,
}

impl Trusted {
    pub(in crate::compose) fn read(part: Part, source: &'static str) -> Self {
        let mut environment = environment(part, Language::English, None);
        let read = environment.add_template(part.as_str(), source).map(|()| environment);
        Self { part, read }
    }

    /// Values that are safe strings are written as they are.
    pub(in crate::compose) fn render(&self, values: Value) -> Result<String, RenderError> {
        let part = self.part;
        let failed = |error: &Error| RenderError::Failed {
            part,
            line: error.line().unwrap_or(1),
            detail: error.to_string(),
        };
        let environment = self.read.as_ref().map_err(failed)?;
        let rendered = environment.get_template(part.as_str()).and_then(|it| it.render(values));
        rendered.map_err(|error| failed(&error))
    }
}
