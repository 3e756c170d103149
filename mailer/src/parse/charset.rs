//! Turns bytes into text: by the label where it tells the truth, by what the bytes look like where it doesn't (R30).

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    Encoding, IBM866, ISO_8859_5, ISO_8859_7, KOI8_R, KOI8_U, UTF_8, WINDOWS_1251, WINDOWS_1252,
    WINDOWS_1253, WINDOWS_1255,
};
use mail_parser::decoders::charsets::map::charset_decoder;

/// Text with a note on how it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decoded<'a> {
    pub(super) text: Cow<'a, str>,
    /// Set where the label was missing or wrong: the character set that was taken instead.
    pub(super) guessed: Option<&'static str>,
}

/// What the rest of the mail tells about the character set of a piece without a label.
#[derive(Clone, Debug, Default)]
pub(super) struct Hints {
    /// A character set that another part of the mail names.
    pub(super) label: Option<String>,
    /// Top-level domain of the sender: texts of few words look alike in several alphabets.
    pub(super) top_level_domain: Option<String>,
}

/// Decodes `bytes` that are labelled `label`.
pub(super) fn decode<'a>(bytes: &'a [u8], label: Option<&str>, hints: &Hints) -> Decoded<'a> {
    let label = label.map(normalize_label).filter(|label| !label.is_empty());
    let named = label.as_deref().and_then(|label| Encoding::for_label(label.as_bytes()));
    if let Some(encoding) = named {
        let (text, _, had_errors) = encoding.decode(bytes);
        if !had_errors && !is_mislabelled(bytes, encoding) {
            return Decoded { text, guessed: None };
        }
    } else if let Some(decoder) = label.as_deref().and_then(|label| charset_decoder(label.as_bytes())) {
        return Decoded { text: Cow::Owned(decoder(bytes)), guessed: None };
    }
    guess(bytes, named, hints)
}

/// Decodes what has no label or a wrong one. `named` stays the choice when nothing better is found.
fn guess<'a>(bytes: &'a [u8], named: Option<&'static Encoding>, hints: &Hints) -> Decoded<'a> {
    if bytes.is_ascii() && !bytes.contains(&0x1b) {
        return Decoded { text: String::from_utf8_lossy(bytes), guessed: None };
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && !bytes.contains(&0x1b)
    {
        return Decoded {
            text: Cow::Borrowed(text),
            // Without a label it is what everybody expects.
            guessed: named.filter(|it| *it != UTF_8).map(|_| UTF_8.name()),
        };
    }
    let hinted =
        hints.label.as_deref().and_then(|label| Encoding::for_label(normalize_label(label).as_bytes()));
    let hinted = hinted.filter(|it| {
        *it != UTF_8 && *it != WINDOWS_1252 && !it.decode(bytes).2 && !is_mislabelled(bytes, it)
    });
    let encoding = hinted.unwrap_or_else(|| detect(bytes, hints));
    let (text, _, had_errors) = encoding.decode(bytes);
    match named {
        // A few damaged bytes in long text: the label was right after all.
        Some(named) if had_errors || is_mostly_readable(bytes, named) => {
            let (text, ..) = named.decode(bytes);
            Decoded { text, guessed: None }
        }
        _ => Decoded { text, guessed: Some(encoding.name()) },
    }
}

fn detect(bytes: &[u8], hints: &Hints) -> &'static Encoding {
    /// Enough to be sure, little enough to be fast.
    const SAMPLE_BYTES: usize = 64 * 1024;
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    // Plain ASCII tells nothing, so the sample starts at the first line with something else.
    let first =
        bytes.iter().position(|byte| !byte.is_ascii() || *byte == 0x1b).unwrap_or(0).saturating_sub(256);
    let sample = bytes.get(first..).unwrap_or_default();
    detector.feed(sample.get(..SAMPLE_BYTES).unwrap_or(sample), true);
    let domain = hints.top_level_domain.as_deref().map(str::as_bytes);
    detector.guess(domain, Utf8Detection::Allow)
}

/// Programs that don't know their own character set say ASCII or Latin-1. Western text has few accents, so text made of
/// them that looks Cyrillic, Greek or the like is that; and bytes that are valid UTF-8 several times over are UTF-8.
fn is_mislabelled(bytes: &[u8], encoding: &'static Encoding) -> bool {
    if encoding == UTF_8 || !encoding.is_single_byte() || bytes.is_ascii() {
        return false;
    }
    let high = bytes.iter().filter(|byte| !byte.is_ascii()).count();
    if high >= 4 && std::str::from_utf8(bytes).is_ok() {
        return true;
    }
    let letters = bytes.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    encoding == WINDOWS_1252
        && high >= 4
        && high > letters
        && NOT_WESTERN.contains(&detect(bytes, &Hints::default()))
}

/// Single-byte character sets whose letters are all beyond ASCII.
static NOT_WESTERN: [&Encoding; 8] =
    [WINDOWS_1251, KOI8_R, KOI8_U, ISO_8859_5, IBM866, WINDOWS_1253, ISO_8859_7, WINDOWS_1255];

/// The label is right and a few bytes are damaged: at least half of the characters beyond ASCII can be read.
fn is_mostly_readable(bytes: &[u8], encoding: &'static Encoding) -> bool {
    if is_mislabelled(bytes, encoding) {
        return false;
    }
    let (text, ..) = encoding.decode(bytes);
    let (unreadable, all) =
        text.chars().filter(|c| !c.is_ascii()).fold((0_usize, 0_usize), |(unreadable, all), c| {
            (unreadable + usize::from(c == char::REPLACEMENT_CHARACTER), all + 1)
        });
    unreadable * 2 <= all
}

/// `"UTF-8*fr"` and `charset="cp-1251"` mean what they mean.
fn normalize_label(label: &str) -> String {
    let label = label.trim_matches(|c: char| c.is_whitespace() || "\"';,".contains(c)).to_ascii_lowercase();
    let label = label.split_once('*').map_or(label.as_str(), |(name, _language)| name);
    match label {
        // Without a mark the big end comes first (RFC 2781 §4.3); a mark is obeyed in either case.
        "utf-16" | "utf16" => "utf-16be".to_owned(),
        "utf8mb4" | "utf-8-sig" | "utf" | "unicode" | "unicode-1-1-utf-8" => "utf-8".to_owned(),
        "cp-1251" | "win-1251" | "win1251" | "windows1251" | "ansi-1251" | "microsoft-cp1251" => {
            "windows-1251".to_owned()
        }
        "cp-1252" | "win-1252" | "win1252" | "windows1252" | "default" | "iso-8859-0" => {
            "windows-1252".to_owned()
        }
        "koi8r" | "koi-8" | "koi-8r" => "koi8-r".to_owned(),
        "koi8u" => "koi8-u".to_owned(),
        "shift-jis" | "cp932" | "x-ms-cp932" => "shift_jis".to_owned(),
        "iso-2022-jp-ms" | "iso-2022-jp-2" | "iso-2022-jp-3" | "iso2022jp" | "cp50220" => {
            "iso-2022-jp".to_owned()
        }
        "gb-2312" | "cp936" => "gbk".to_owned(),
        "cp949" | "uhc" => "euc-kr".to_owned(),
        "iso-8859-8-i" => "iso-8859-8".to_owned(),
        "unknown-8bit" | "x-unknown" | "unknown" | "8bit" | "none" | "x-user-defined" | "binary" => {
            String::new()
        }
        label => label.to_owned(),
    }
}
