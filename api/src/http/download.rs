//! Files as answers: conditional and range requests (RFC 9110 §13, §14), and headers that make no upload a page of this
//! server (S11).

use std::ops::Range;

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError as _,
    body::{BoxBody, MessageBody as _, SizedStream},
    http::{
        StatusCode,
        header::{
            self, Charset, ContentDisposition, ContentRange, ContentRangeSpec, DispositionParam,
            DispositionType, EntityTag, ExtendedValue, Header as _, IfRange,
        },
    },
};
use bytes::Bytes;
use data_encoding::HEXLOWER;
use liaison_domain::{
    file::{File, served_type},
    refusal::{Code, Refusal},
};

use super::{precondition::is_known, problem::Problem};
use crate::{service::Failure, storage::Storage};

/// Answers with the content of a file or the part that the request names; `inline` is the content where it is small.
pub async fn respond(
    storage: &Storage,
    request: &HttpRequest,
    file: &File,
    inline: Option<Bytes>,
) -> Result<HttpResponse, Problem> {
    let size = file.size.cast_unsigned();
    let tag = EntityTag::new_strong(HEXLOWER.encode(&file.sha256));
    let (mut response, range) = match Wanted::of(request, &tag, size) {
        Wanted::Nothing => {
            return Ok(kept_private(StatusCode::NOT_MODIFIED, tag).finish());
        }
        Wanted::Unsatisfiable => return Ok(unsatisfiable(size)),
        Wanted::Whole => (kept_private(StatusCode::OK, tag), 0..size),
        Wanted::Part { first, last } => {
            let spec = ContentRangeSpec::Bytes { range: Some((first, last)), instance_length: Some(size) };
            let mut response = kept_private(StatusCode::PARTIAL_CONTENT, tag);
            response.insert_header(ContentRange(spec));
            (response, first..last + 1)
        }
    };
    let body = body(storage, file, inline, range).await?;
    Ok(response
        .insert_header((header::CONTENT_TYPE, served_type(&file.content_type)))
        .insert_header(disposition(&file.name))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        // Compressed, the content would have another length and another digest.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"))
        .body(body))
}

/// The same for a mail as received: saved and not shown, so that it may go by its own type.
pub async fn respond_mail(
    storage: &Storage,
    request: &HttpRequest,
    mail: &File,
    inline: Option<Bytes>,
) -> Result<HttpResponse, Problem> {
    let mut response = respond(storage, request, mail, inline).await?;
    if response.status().is_success() {
        let mail_type = header::HeaderValue::from_static("message/rfc822");
        response.headers_mut().insert(header::CONTENT_TYPE, mail_type);
    }
    Ok(response)
}

/// The same for a link that is a secret in itself: nobody keeps the answer, nobody is told the address (S8).
pub async fn respond_to_link(
    storage: &Storage,
    request: &HttpRequest,
    file: &File,
    inline: Option<Bytes>,
) -> Result<HttpResponse, Problem> {
    let mut response = respond(storage, request, file, inline).await?;
    for (name, value) in [(header::CACHE_CONTROL, "no-store"), (header::REFERRER_POLICY, "no-referrer")] {
        response.headers_mut().insert(name, header::HeaderValue::from_static(value));
    }
    Ok(response)
}

/// What a request asks of content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Whole,
    /// Both ends inclusive and within the content.
    Part {
        first: u64,
        last: u64,
    },
    /// The caller has it already.
    Nothing,
    /// A range outside the content.
    Unsatisfiable,
}

impl Wanted {
    fn of(request: &HttpRequest, tag: &EntityTag, size: u64) -> Self {
        if is_known(request, tag) {
            return Self::Nothing;
        }
        // A date can't tell one content from another, so only the tag counts.
        let is_current = !request.headers().contains_key(header::IF_RANGE)
            || matches!(IfRange::parse(request), Ok(IfRange::EntityTag(it)) if it.strong_eq(tag));
        match header::Range::parse(request) {
            Ok(header::Range::Bytes(ranges)) if is_current => match ranges.as_slice() {
                [one] => one
                    .to_satisfiable_range(size)
                    .map_or(Self::Unsatisfiable, |(first, last)| Self::Part { first, last }),
                // Several at once are answered with the whole, as any server may.
                _ => Self::Whole,
            },
            _ => Self::Whole,
        }
    }
}

/// Rights change, so only the caller may keep it.
fn kept_private(status: StatusCode, tag: EntityTag) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response.insert_header(header::ETag(tag)).insert_header((header::CACHE_CONTROL, "private"));
    response
}

fn unsatisfiable(size: u64) -> HttpResponse {
    let refusal = Refusal::new(Code::RangeNotSatisfiable, format!("The content has {size} bytes."));
    let mut response = Problem::from(refusal).error_response();
    if let Ok(value) = format!("bytes */{size}").parse() {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    response
}

/// Saved under its name, in any script (RFC 8187).
fn disposition(name: &str) -> ContentDisposition {
    let value = name.as_bytes().to_vec();
    let name = ExtendedValue { charset: Charset::Ext("UTF-8".to_owned()), language_tag: None, value };
    ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::FilenameExt(name)],
    }
}

async fn body(
    storage: &Storage,
    file: &File,
    inline: Option<Bytes>,
    range: Range<u64>,
) -> Result<BoxBody, Failure> {
    let Some(content) = inline else {
        let length = range.end - range.start;
        let stream = storage
            .read(&file.sha256, range)
            .await
            .map_err(|error| Failure::internal("a file's content can't be read", error))?;
        return Ok(SizedStream::new(length, stream).boxed());
    };
    let part = usize::try_from(range.start).ok().zip(usize::try_from(range.end).ok());
    let part = part.and_then(|(start, end)| content.get(start..end));
    let part = part.ok_or(Failure::Internal("a file's content has another size than the file", None))?;
    Ok(content.slice_ref(part).boxed())
}

#[cfg(test)]
mod tests {
    use actix_web::{http::header::TryIntoHeaderValue as _, test::TestRequest};

    use super::*;

    const SIZE: u64 = 1000;

    fn tag() -> EntityTag {
        EntityTag::new_strong("abc".into())
    }

    #[track_caller]
    fn check(headers: &[(&str, &str)], size: u64, expected: Wanted) {
        let mut request = TestRequest::default();
        for header in headers {
            request = request.append_header(*header);
        }
        assert_eq!(Wanted::of(&request.to_http_request(), &tag(), size), expected, "{headers:?} of {size}");
    }

    const fn part(first: u64, last: u64) -> Wanted {
        Wanted::Part { first, last }
    }

    #[test]
    fn one_range_of_bytes_is_honored() {
        let check = |range, expected| check(&[("Range", range)], SIZE, expected);
        check("bytes=0-0", part(0, 0));
        check("bytes=0-499", part(0, 499));
        check("bytes=500-", part(500, 999));
        check("bytes=500-9999", part(500, 999));
        check("bytes=-1", part(999, 999));
        check("bytes=-5000", part(0, 999));
        check("bytes=1000-", Wanted::Unsatisfiable);
        check("bytes=-0", Wanted::Unsatisfiable);
        check("bytes=9-5", Wanted::Whole);
        check("bytes=0-1,5-6", Wanted::Whole);
        check("bytes=", Wanted::Whole);
        check("bytes=a-b", Wanted::Whole);
        check("bytes=99999999999999999999-", Wanted::Whole);
        check("lines=0-1", Wanted::Whole);
    }

    #[test]
    fn nothing_has_no_part() {
        check(&[], 0, Wanted::Whole);
        check(&[("Range", "bytes=0-")], 0, Wanted::Unsatisfiable);
    }

    #[test]
    fn content_that_the_caller_has_is_not_sent_again() {
        check(&[("If-None-Match", "\"abc\"")], SIZE, Wanted::Nothing);
        check(&[("If-None-Match", "\"x\", W/\"abc\"")], SIZE, Wanted::Nothing);
        check(&[("If-None-Match", "*")], SIZE, Wanted::Nothing);
        check(&[("If-None-Match", "\"abc\""), ("Range", "bytes=0-1")], SIZE, Wanted::Nothing);
        check(&[("If-None-Match", "\"x\""), ("Range", "bytes=0-1")], SIZE, part(0, 1));
    }

    #[test]
    fn a_range_of_other_content_is_answered_with_the_whole() {
        let check = |tag, expected| check(&[("Range", "bytes=0-1"), ("If-Range", tag)], SIZE, expected);
        check("\"abc\"", part(0, 1));
        check("\"x\"", Wanted::Whole);
        check("W/\"abc\"", Wanted::Whole);
        check("Sat, 29 Oct 2033 19:43:31 GMT", Wanted::Whole);
        check("nonsense", Wanted::Whole);
    }

    /// S11: the name is data, whatever stands in it.
    #[test]
    fn a_file_is_saved_under_its_name() {
        let header = |name| disposition(name).try_into_value().unwrap();
        assert_eq!(header("a.pdf"), "attachment; filename*=UTF-8''a.pdf");
        assert_eq!(
            header("Счёт №1.pdf"),
            "attachment; filename*=UTF-8''%D0%A1%D1%87%D1%91%D1%82%20%E2%84%961.pdf"
        );
        assert_eq!(header("a\"b; c'd\r\n.txt"), "attachment; filename*=UTF-8''a%22b%3B%20c%27d%0D%0A.txt");
    }
}
