//! The filters of templates. None of them makes more of a text than it was given, but for `join` of a short list.

use liaison_domain::language::Language;
use minijinja::{Environment, Error, ErrorKind, Value, value::ValueKind};

use super::{dates, render::shown, values::Date};
use crate::compose::{header_text, words::human_size};

/// Adds every filter named in [`super::variables::FILTERS`].
pub(super) fn add(environment: &mut Environment<'_>, language: Language) {
    environment.add_filter("date", move |value: &Value, pattern: &str| date(value, pattern, language));
    environment.add_filter("default", default);
    environment.add_filter("first", |value: &Value| nth(value, false));
    environment.add_filter("join", join);
    environment.add_filter("last", |value: &Value| nth(value, true));
    environment.add_filter("length", length);
    environment.add_filter("lower", |value: &Value| text(value).map(|it| it.to_lowercase()));
    environment.add_filter("size", move |value: &Value| size(value, language));
    environment.add_filter("trim", |value: &Value| text(value).map(|it| it.trim().to_owned()));
    environment.add_filter("truncate", truncate);
    environment.add_filter("upper", |value: &Value| text(value).map(|it| it.to_uppercase()));
}

fn date(value: &Value, pattern: &str, language: Language) -> Result<String, Error> {
    if !value.is_true() {
        return Ok(String::new());
    }
    let date = value.downcast_object_ref::<Date>().ok_or_else(|| refused("`date` takes a date"))?;
    dates::formatted(date.when, pattern, language).ok_or_else(|| refused("`date` does not know this pattern"))
}

fn default(value: &Value, other: Value) -> Value {
    if value.is_true() { value.clone() } else { other }
}

fn nth(value: &Value, is_last: bool) -> Result<Value, Error> {
    let mut items = items(value)?;
    Ok(if is_last { items.pop() } else { items.into_iter().next() }.unwrap_or(Value::from("")))
}

fn join(value: &Value, separator: Option<&str>) -> Result<String, Error> {
    let texts = items(value)?.iter().map(text).collect::<Result<Vec<_>, _>>()?;
    Ok(texts.join(separator.unwrap_or(", ")))
}

fn length(value: &Value) -> Result<usize, Error> {
    match items(value) {
        Ok(items) => Ok(items.len()),
        Err(_no_list) => text(value).map(|it| it.chars().count()),
    }
}

fn size(value: &Value, language: Language) -> Result<String, Error> {
    let bytes = u64::try_from(value.clone()).map_err(|_source| refused("`size` takes a number of bytes"))?;
    Ok(human_size(bytes, language))
}

fn truncate(value: &Value, length: usize) -> Result<String, Error> {
    Ok(header_text::shortened(&text(value)?, length))
}

fn items(value: &Value) -> Result<Vec<Value>, Error> {
    if value.kind() != ValueKind::Seq {
        return Err(refused("this filter takes a list"));
    }
    Ok(value.try_iter()?.collect())
}

fn text(value: &Value) -> Result<String, Error> {
    shown(value, false)
}

fn refused(detail: &'static str) -> Error {
    Error::new(ErrorKind::InvalidOperation, detail)
}
