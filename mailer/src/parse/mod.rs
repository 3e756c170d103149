//! Reads a received message: headers, texts, files, kind; what is new in it and what is quoted.
//!
//! [`parse`] takes the raw bytes and always answers with a [`ParsedMail`]: what can't be read is said in it. The way goes
//! from `mime` (the tree, under [`Limits`]) over `content` (body and files) to the kind (`bounce`, `complaint`,
//! `auto_reply`) and to [`reply_text`]. Nothing here knows tasks, accounts or addresses of ours.

mod auto_reply;
pub mod body;
mod bounce;
mod charset;
mod complaint;
mod content;
mod encoded_word;
mod fingerprint;
mod header;
pub mod html;
mod limits;
mod mail;
mod mime;
mod noise;
mod parameter;
pub mod reply_text;
pub mod segment;
mod tnef;
mod transfer;

#[cfg(test)]
mod tests;

pub use bounce::class_of_refusal as bounce_class;
pub use fingerprint::fingerprint;
pub use limits::{LimitExceeded, Limits};
pub use mail::{
    Attachment, Automation, Bounce, BounceClass, BouncedRecipient, Complaint, LOOP_HEADER, MailDate,
    MailKind, Mailbox, ParsedMail, Route,
};

use bytes::Bytes;

use body::Body;
use charset::Hints;
use header::Headers;
use html::HtmlText;
use segment::{Segment, SegmentKind};

/// Reads a received mail. Never fails: what can't be read is of kind [`MailKind::Unparsable`] and says why.
///
/// Costs time and memory linear in the mail; call it off the async threads.
pub fn parse(raw: &Bytes, limits: &Limits) -> ParsedMail {
    match mime::read(raw, limits) {
        Ok(tree) => read_tree(raw, tree, limits),
        Err(exceeded) => unparsable(raw, exceeded, limits),
    }
}

/// Who the mail says wrote it, where that is one person by any reading: one From field with one address in it.
pub(crate) fn find_sole_author(raw: &[u8]) -> Option<Mailbox> {
    let headers = mime::read_header(raw, &Limits::default());
    let mut mailboxes = headers.mailboxes("From").into_iter();
    let author = mailboxes.next().filter(|_| headers.count("From") == 1)?;
    mailboxes.next().is_none().then_some(author)
}

/// The envelope sender that the delivering server wrote above the mail (RFC 5321 §4.4); empty for the null sender, none
/// where nothing is written.
pub fn return_path(raw: &[u8], limits: &Limits) -> Option<String> {
    let beginning = raw.get(..limits.header_bytes).unwrap_or(raw);
    read_return_path(&mime::split_message(beginning).0)
}

fn read_return_path(headers: &Headers<'_>) -> Option<String> {
    headers.text("Return-Path").map(|it| it.trim_matches(['<', '>']).to_owned())
}

fn read_tree(raw: &Bytes, mut tree: mime::Tree<'_>, limits: &Limits) -> ParsedMail {
    let hints = find_hints(&tree.root);
    tree.root.headers.set_hints(hints.clone());
    let root = &tree.root;
    let mut mail = ParsedMail { warnings: tree.warnings, ..ParsedMail::default() };
    read_headers(&root.headers, limits, &mut mail);

    let content = content::sort(raw, root, &hints, limits);
    mail.warnings.extend(content.warnings);
    mail.attachments = content.attachments;
    let converted = content.html.as_deref().map(html::to_text).unwrap_or_default();
    let body = to_body(content.text, content.html, &converted, &mail);
    if let Some(html) = &body.html {
        let sanitized = html::sanitize(html);
        mail.blocked_remote_images = sanitized.blocked_remote_images;
        mail.html = Some(sanitized.html);
    }
    noise::mark(&mut mail.attachments, &body, &converted);
    mail.segments = reply_text::split(&body);
    (mail.visible, mail.elided) = divide(&mail.segments);
    mail.text = body.text;
    decide_kind(root, limits, &mut mail);
    mail.warnings.dedup();
    mail
}

/// A mail over a limit still shows who wrote it, as far as its header can be read.
fn unparsable(raw: &[u8], exceeded: LimitExceeded, limits: &Limits) -> ParsedMail {
    let mut mail = ParsedMail {
        kind: MailKind::Unparsable,
        exceeds: Some(exceeded),
        reasons: vec![exceeded.to_string()],
        ..ParsedMail::default()
    };
    read_headers(&mime::read_header(raw, limits), limits, &mut mail);
    mail
}

fn read_headers(headers: &Headers<'_>, limits: &Limits, mail: &mut ParsedMail) {
    let mut left = limits.addresses;
    let mut read = |name: &str| {
        let mut found = headers.mailboxes(name);
        // Nobody can answer to a name; an author is shown even so.
        found.retain(|it| name == "From" || !it.address.is_empty());
        if found.len() > left {
            mail.warnings.push(format!("{} addresses of {name} were left out", found.len() - left));
            found.truncate(left);
        }
        left -= found.len();
        found
    };
    mail.from = read("From").into_iter().next();
    mail.sender = read("Sender").into_iter().next();
    mail.to = read("To");
    mail.cc = read("Cc");
    mail.reply_to = read("Reply-To");
    let mut resent_to = read("Resent-To");
    resent_to.extend(read("Resent-Cc"));
    mail.subject = headers.text("Subject").unwrap_or_default();
    mail.date = headers.date("Date");
    mail.message_id = headers.ids("Message-ID").into_iter().next();
    mail.in_reply_to = headers.ids("In-Reply-To");
    mail.references = headers.ids("References");
    mail.automation = auto_reply::read(headers);
    let delivered = ["Delivered-To", "X-Original-To", "X-Envelope-To", "Envelope-To"];
    mail.route = Route {
        delivered_to: delivered
            .iter()
            .flat_map(|name| headers.mailboxes(name))
            .map(|it| it.address)
            .take(limits.addresses)
            .collect(),
        resent_to,
        // Undecoded: by an encoded word in its greeting a client would write in the server's name (S4).
        received: headers.all_unfolded("Received").collect(),
        authentication_results: headers.texts("Authentication-Results").collect(),
        return_path: read_return_path(headers),
        hops: headers.texts(LOOP_HEADER).collect(),
    };
}

/// What the mail itself tells about text without a label.
fn find_hints(root: &mime::Part<'_>) -> Hints {
    let label = root.walk().into_iter().find_map(|part| part.charset().map(str::to_owned));
    let from = root.headers.mailboxes("From").into_iter().next().unwrap_or_default().address;
    let domain = from.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let is_domain = !domain.is_empty() && domain.bytes().all(|byte| byte.is_ascii_lowercase());
    Hints { label, top_level_domain: is_domain.then_some(domain) }
}

fn to_body(text: Option<String>, html: Option<String>, converted: &HtmlText, mail: &ParsedMail) -> Body {
    let text_is_converted = text.is_none() && html.is_some();
    Body {
        text: text.unwrap_or_else(|| converted.text.clone()),
        html,
        text_is_converted,
        marks: if text_is_converted { converted.marks.clone() } else { Vec::new() },
        subject: mail.subject.clone(),
        from_name: mail.from.as_ref().and_then(|it| it.name.clone()).unwrap_or_default(),
    }
}

/// What the sender wrote now and what he carried along. A mail that holds nothing new is shown whole (R14).
fn divide(segments: &[Segment]) -> (String, String) {
    let join = |new: bool| {
        let texts =
            segments.iter().filter(|it| (it.kind == SegmentKind::New) == new).map(|it| it.text.as_str());
        texts.collect::<String>().trim().to_owned()
    };
    let visible = join(true);
    if visible.is_empty() { (join(false), visible) } else { (visible, join(false)) }
}

fn decide_kind(root: &mime::Part<'_>, limits: &Limits, mail: &mut ParsedMail) {
    let (kind, reason) = if root.headers.is_empty() {
        (MailKind::Unparsable, "it has no header fields".to_owned())
    } else if let Some(report) = complaint::read(root, &mail.text, limits) {
        mail.complaint = Some(report.complaint);
        (MailKind::Complaint, report.reason)
    } else if let Some(report) = bounce::read(root, &mail.text, limits) {
        mail.bounce = Some(report.bounce);
        (MailKind::Bounce, report.reason)
    } else if let Some(reason) = auto_reply::find(root, &mail.automation) {
        (MailKind::AutoReply, reason)
    } else if let Some(report) = bounce::read_without_return_path(root, &mail.text, limits) {
        mail.bounce = Some(report.bounce);
        (MailKind::Bounce, report.reason)
    } else {
        (MailKind::Message, "nothing says otherwise".to_owned())
    };
    mail.kind = kind;
    mail.reasons.push(reason);
}
