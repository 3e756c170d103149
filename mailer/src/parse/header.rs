//! The fields of one header block (RFC 5322 §2.2): found, unfolded, decoded.

use mail_parser::{Address, DateTime, HeaderValue, parsers::MessageStream};

use super::{
    charset::Hints,
    encoded_word,
    mail::{MailDate, Mailbox},
    parameter::Parameterized,
};

/// One header block, top field first.
#[derive(Clone, Debug, Default)]
pub(super) struct Headers<'a> {
    fields: Vec<(&'a str, &'a [u8])>,
    hints: Hints,
}

impl<'a> Headers<'a> {
    /// Reads the block's lines. A line that is neither a field nor a continuation is left out.
    pub(super) fn read(block: &'a [u8]) -> Self {
        let mut fields: Vec<(&'a str, &'a [u8])> = Vec::new();
        let mut start_of_value = 0;
        let mut at = 0;
        for line in block.split_inclusive(|byte| *byte == b'\n') {
            let start = at;
            at += line.len();
            if matches!(line.first(), Some(b' ' | b'\t')) {
                if let Some((_, value)) = fields.last_mut() {
                    *value = block.get(start_of_value..at).unwrap_or_default();
                }
            } else if let Some((name, value_at)) = field_name(line) {
                start_of_value = start + value_at;
                fields.push((name, block.get(start_of_value..at).unwrap_or_default()));
            }
        }
        Self { fields, hints: Hints::default() }
    }

    /// `true` when the line starts a field.
    pub(super) fn is_field(line: &[u8]) -> bool {
        field_name(line).is_some()
    }

    pub(super) fn set_hints(&mut self, hints: Hints) {
        self.hints = hints;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// How many fields are called `name`.
    pub(super) fn count(&self, name: &str) -> usize {
        self.all_raw(name).count()
    }

    /// All values of `name`, topmost first, unfolded, encoded words undone, without control characters.
    pub(super) fn texts(&self, name: &str) -> impl Iterator<Item = String> {
        self.all_raw(name).map(|raw| without_controls(&encoded_word::decode(&unfold(raw), &self.hints)))
    }

    /// The topmost non-empty value of `name`.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.texts(name).find(|text| !text.is_empty())
    }

    /// The topmost value of `name` in lower case, empty when absent: for comparing with keywords.
    pub(super) fn keyword(&self, name: &str) -> String {
        self.text(name).unwrap_or_default().to_lowercase()
    }

    /// The message ids of all fields `name`, without angle brackets.
    pub(super) fn ids(&self, name: &str) -> Vec<String> {
        self.all_raw(name).flat_map(|raw| message_ids(&String::from_utf8_lossy(&unfold(raw)))).collect()
    }

    /// The mailboxes of all fields `name`; groups are dissolved.
    pub(super) fn mailboxes(&self, name: &str) -> Vec<Mailbox> {
        self.all_raw(name).flat_map(|raw| mailboxes(&unfold(raw), &self.hints)).collect()
    }

    pub(super) fn date(&self, name: &str) -> Option<MailDate> {
        let mut value = unfold(self.raw(name)?);
        value.push(b'\n');
        match MessageStream::new(&value).parse_date() {
            HeaderValue::DateTime(date) if date.is_valid() => to_utc(&date),
            _ => None,
        }
    }

    /// All values of `name`, topmost first, with encoded words left as they are.
    pub(super) fn all_unfolded(&self, name: &str) -> impl Iterator<Item = String> {
        self.all_raw(name).map(|raw| String::from_utf8_lossy(&unfold(raw)).into_owned())
    }

    /// The topmost value of `name` with encoded words left as they are.
    pub(super) fn unfolded(&self, name: &str) -> Option<String> {
        self.all_unfolded(name).next().filter(|it| !it.is_empty())
    }

    /// A value with parameters, like that of Content-Type.
    pub(super) fn parameterized(&self, name: &str) -> Option<Parameterized> {
        Some(Parameterized::read(&unfold(self.raw(name)?), &self.hints)).filter(|it| !it.value.is_empty())
    }

    /// The topmost value of `name` as it stands in the mail.
    pub(super) fn raw(&self, name: &str) -> Option<&'a [u8]> {
        self.all_raw(name).next()
    }

    fn all_raw(&self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.fields.iter().filter(move |(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }
}

/// Joins the lines of a value. Folding stands where a blank is; a line cut without one is joined as it is.
fn unfold(raw: &[u8]) -> Vec<u8> {
    raw.iter()
        .filter(|byte| !matches!(byte, b'\r' | b'\n'))
        .copied()
        .collect::<Vec<u8>>()
        .trim_ascii()
        .to_vec()
}

/// The field's name and where its value starts. Blanks before the colon are an old, still seen form.
fn field_name(line: &[u8]) -> Option<(&str, usize)> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = std::str::from_utf8(line.get(..colon)?).ok()?.trim_end();
    let is_name = !name.is_empty() && name.len() <= 100 && name.bytes().all(|byte| byte.is_ascii_graphic());
    is_name.then_some((name, colon + 1))
}

/// Control characters and direction marks have no business in a name or a subject (S11, S16).
pub(super) fn without_controls(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\r' | '\n' | '\t' => {
                if !cleaned.ends_with(' ') {
                    cleaned.push(' ');
                }
            }
            '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{061c}'
            | '\u{feff}' => {}
            c if c.is_control() => {}
            c => cleaned.push(c),
        }
    }
    cleaned.trim().to_owned()
}

/// Everything in angle brackets; without brackets, every word with an `@`, and failing that the whole value if it is
/// one word.
pub(super) fn message_ids(value: &str) -> Vec<String> {
    let clean = |id: &str| id.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect::<String>();
    let mut ids: Vec<String> =
        value.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(id, _)| clean(id)).collect();
    if ids.is_empty() {
        let words = || value.split([' ', '\t', ',', ';']).map(|word| word.trim_matches(['<', '>', '"']));
        ids = words().filter(|word| word.contains('@')).map(clean).collect();
        if ids.is_empty() && words().count() == 1 {
            ids = words().map(clean).collect();
        }
    }
    ids.retain(|id| !id.is_empty());
    ids
}

/// Reads an unfolded address list (RFC 5322 §3.4). A name may stand without an address.
pub(super) fn mailboxes(value: &[u8], hints: &Hints) -> Vec<Mailbox> {
    let mut value = encoded_word::normalize(value, hints);
    value.push('\n');
    let HeaderValue::Address(addresses) = MessageStream::new(value.as_bytes()).parse_address() else {
        return Vec::new();
    };
    let addresses = match addresses {
        Address::List(list) => list,
        Address::Group(groups) => groups.into_iter().flat_map(|group| group.addresses).collect(),
    };
    addresses
        .into_iter()
        .map(|it| Mailbox {
            name: it.name.map(|name| without_controls(&name)).filter(|name| !name.is_empty()),
            address: it
                .address
                .map(|address| without_controls(&address).replace(' ', ""))
                .unwrap_or_default(),
        })
        .filter(|it| !it.address.is_empty() || it.name.is_some())
        .collect()
}

fn to_utc(date: &DateTime) -> Option<MailDate> {
    MailDate::from_timestamp(date.to_timestamp(), 0)
}
