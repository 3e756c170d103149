//! Outlook's `winmail.dat` (Transport Neutral Encapsulation Format, [MS-OXTNEF]): the files in it, and its text where
//! the mail has none (R31).

use bytes::Bytes;
use thiserror::Error;

use super::{
    charset::{self, Hints},
    mail::Attachment,
};

/// What a `winmail.dat` holds.
#[derive(Debug, Default)]
pub(super) struct Unpacked {
    pub(super) text: Option<String>,
    pub(super) html: Option<String>,
    pub(super) files: Vec<Attachment>,
    pub(super) warnings: Vec<String>,
}

/// Why a `winmail.dat` stays packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum TnefError {
    #[error("it is no TNEF stream")]
    Signature,
    #[error("it holds too many files")]
    TooManyFiles,
    #[error("it holds too many attributes")]
    TooManyAttributes,
    #[error("there is nothing in it")]
    Empty,
}

const SIGNATURE: u32 = 0x223e_9f78;
/// A file takes four or five.
const MAX_ATTRIBUTES: usize = 10_000;

/// Attributes of the stream ([MS-OXTNEF] 2.1.3.3).
mod attribute {
    pub(super) const BODY: u32 = 0x0002_800c;
    pub(super) const MAPI_PROPERTIES: u32 = 0x0006_9003;
    pub(super) const OEM_CODE_PAGE: u32 = 0x0006_9007;
    pub(super) const ATTACH_RENDER_DATA: u32 = 0x0006_9002;
    pub(super) const ATTACH_TITLE: u32 = 0x0001_8010;
    pub(super) const ATTACH_DATA: u32 = 0x0006_800f;
    pub(super) const ATTACH_PROPERTIES: u32 = 0x0006_9005;
}

/// MAPI properties ([MS-OXPROPS]).
mod property {
    pub(super) const BODY: u16 = 0x1000;
    pub(super) const BODY_HTML: u16 = 0x1013;
    pub(super) const DISPLAY_NAME: u16 = 0x3001;
    pub(super) const ATTACH_DATA: u16 = 0x3701;
    pub(super) const ATTACH_FILE_NAME: u16 = 0x3704;
    pub(super) const ATTACH_LONG_FILE_NAME: u16 = 0x3707;
    pub(super) const ATTACH_MIME_TAG: u16 = 0x370e;
    pub(super) const ATTACH_CONTENT_ID: u16 = 0x3712;
}

/// Unpacks `bytes`, at most so many files. A stream cut short gives what came before the cut.
pub(super) fn unpack(stream: &Bytes, max_files: usize) -> Result<Unpacked, TnefError> {
    let mut input = Input(stream);
    if input.u32() != Some(SIGNATURE) {
        return Err(TnefError::Signature);
    }
    let _key = input.take(2);
    let mut unpacked = Unpacked::default();
    let (mut code_page, mut attributes) = (None, 0);
    while let Some((id, data)) = input.attribute() {
        attributes += 1;
        if attributes > MAX_ATTRIBUTES {
            return Err(TnefError::TooManyAttributes);
        }
        if id == attribute::ATTACH_RENDER_DATA {
            if unpacked.files.len() >= max_files {
                return Err(TnefError::TooManyFiles);
            }
            unpacked.files.push(empty_file(unpacked.files.len() + 1));
        }
        match id {
            attribute::OEM_CODE_PAGE => code_page = Input(data).u32().map(code_page_label),
            attribute::BODY => unpacked.text = Some(decode(data, code_page.as_deref())),
            attribute::MAPI_PROPERTIES => read_message(data, code_page.as_deref(), &mut unpacked),
            attribute::ATTACH_TITLE | attribute::ATTACH_DATA | attribute::ATTACH_PROPERTIES => {
                if let Some(file) = unpacked.files.last_mut() {
                    read_file(stream, id, data, code_page.as_deref(), file);
                }
            }
            _ => {}
        }
    }
    for file in &mut unpacked.files {
        if file.content_type.is_empty() {
            file.content_type = mime_guess::from_path(&file.name).first_or_octet_stream().to_string();
        }
    }
    if !input.0.is_empty() {
        unpacked.warnings.push("winmail.dat ends early or is damaged".to_owned());
    }
    if unpacked.files.is_empty() && unpacked.text.is_none() && unpacked.html.is_none() {
        return Err(TnefError::Empty);
    }
    Ok(unpacked)
}

fn empty_file(number: usize) -> Attachment {
    Attachment {
        name: format!("file-{number}"),
        content_type: String::new(),
        inline: false,
        content_id: None,
        inline_noise: false,
        bytes: Bytes::new(),
    }
}

/// The last value of a kind counts, and only that one is decoded.
fn read_message(data: &[u8], code_page: Option<&str>, unpacked: &mut Unpacked) {
    let (mut text, mut html) = (None, None);
    for (id, value) in properties(data, code_page) {
        match id {
            property::BODY => text = Some(value),
            property::BODY_HTML => html = Some(value),
            _ => {}
        }
    }
    unpacked.text = text.map(|it| it.text()).or(unpacked.text.take());
    unpacked.html = html.map(|it| it.text()).or(unpacked.html.take());
}

fn read_file(stream: &Bytes, id: u32, data: &[u8], code_page: Option<&str>, file: &mut Attachment) {
    match id {
        attribute::ATTACH_TITLE => file.name = decode(data, code_page),
        attribute::ATTACH_DATA => file.bytes = stream.slice_ref(data),
        _ => {
            let (mut long_name, mut name, mut content_type, mut content_id) = (None, None, None, None);
            for (id, value) in properties(data, code_page) {
                match id {
                    property::ATTACH_LONG_FILE_NAME => long_name = Some(value),
                    property::ATTACH_FILE_NAME | property::DISPLAY_NAME => name = Some(value),
                    property::ATTACH_MIME_TAG => content_type = Some(value),
                    property::ATTACH_CONTENT_ID => content_id = Some(value),
                    property::ATTACH_DATA if file.bytes.is_empty() => {
                        file.bytes = stream.slice_ref(value.bytes);
                    }
                    _ => {}
                }
            }
            if let Some(name) = long_name.or(name) {
                file.name = name.text();
            }
            if let Some(content_type) = content_type {
                file.content_type = content_type.text().to_ascii_lowercase();
            }
            if let Some(id) = content_id {
                file.content_id =
                    Some(id.text().trim_matches(['<', '>']).to_owned()).filter(|id| !id.is_empty());
            }
        }
    }
}

/// A property of variable length.
struct Value<'a> {
    bytes: &'a [u8],
    is_utf_16: bool,
    code_page: Option<&'a str>,
}

impl Value<'_> {
    fn text(&self) -> String {
        if self.is_utf_16 {
            let units =
                self.bytes.chunks_exact(2).filter_map(|it| it.try_into().ok()).map(u16::from_le_bytes);
            let text: String =
                char::decode_utf16(units).map(|it| it.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
            return text.trim_end_matches('\0').to_owned();
        }
        decode(self.bytes, self.code_page)
    }
}

fn decode(bytes: &[u8], code_page: Option<&str>) -> String {
    let bytes = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    charset::decode(bytes, code_page, &Hints::default()).text.into_owned()
}

/// The strings, binaries and objects of a property list ([MS-OXTNEF] 2.1.3.4); numbers and times are passed over.
fn properties<'a>(data: &'a [u8], code_page: Option<&'a str>) -> impl Iterator<Item = (u16, Value<'a>)> {
    let mut input = Input(data);
    let count = input.u32().unwrap_or_default();
    let read = (0..count).map_while(move |_| input.property(code_page));
    read.filter_map(|(id, value)| Some((id, value?)))
}

/// What is left to read, little-endian.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_le_bytes)
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(self.u32()?).ok()
    }

    /// Level, id, length, data, checksum.
    fn attribute(&mut self) -> Option<(u32, &'a [u8])> {
        let _level = self.take(1)?;
        let id = self.u32()?;
        let length = self.length()?;
        let data = self.take(length)?;
        let _checksum = self.take(2)?;
        Some((id, data))
    }

    /// One property; `None` inside for a value of fixed length.
    fn property(&mut self, code_page: Option<&'a str>) -> Option<(u16, Option<Value<'a>>)> {
        const NAMED: u16 = 0x8000;
        const MULTIPLE: u16 = 0x1000;
        let kind = self.u16()?;
        let id = self.u16()?;
        if id >= NAMED {
            self.property_name()?;
        }
        let single = kind & !MULTIPLE;
        let fixed = match single {
            0x0002 | 0x0003 | 0x0004 | 0x000a | 0x000b => Some(4),
            0x0005 | 0x0006 | 0x0007 | 0x0014 | 0x0040 => Some(8),
            0x0048 => Some(16),
            0x000d | 0x001e | 0x001f | 0x0102 => None,
            _ => return None,
        };
        let count = if kind & MULTIPLE != 0 || fixed.is_none() { self.u32()? } else { 1 };
        let mut first = None;
        for _ in 0..count {
            if let Some(length) = fixed {
                self.take(length)?;
                continue;
            }
            let bytes = self.padded()?;
            // An object starts with the id of its interface.
            let bytes = if single == 0x000d { bytes.get(16..).unwrap_or_default() } else { bytes };
            first = first.or(Some(Value { bytes, is_utf_16: single == 0x001f, code_page }));
        }
        Some((id, first))
    }

    fn property_name(&mut self) -> Option<()> {
        let _set = self.take(16)?;
        if self.u32()? == 0 { self.take(4) } else { self.padded() }.map(drop)
    }

    /// Length, bytes, and zeros up to the next multiple of four.
    fn padded(&mut self) -> Option<&'a [u8]> {
        let length = self.length()?;
        let bytes = self.take(length)?;
        let _padding = self.take(length.wrapping_neg() % 4);
        Some(bytes)
    }
}

/// The name of a Windows code page.
fn code_page_label(number: u32) -> String {
    match number {
        65001 => "utf-8".to_owned(),
        20127 => "us-ascii".to_owned(),
        20866 => "koi8-r".to_owned(),
        21866 => "koi8-u".to_owned(),
        866 | 850 | 437 => format!("ibm{number}"),
        932 => "shift_jis".to_owned(),
        936 => "gbk".to_owned(),
        949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        number @ 28591..=28606 => format!("iso-8859-{}", number - 28590),
        number => format!("windows-{number}"),
    }
}
