//! CSV, in whatever encoding and with whatever delimiter it comes.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use csv::{ReaderBuilder, StringRecord};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::{Limits, Reading, Table, Unreadable};

/// Enough to tell an encoding by.
const SAMPLE_BYTES: usize = 64 * 1024;

pub(super) fn read(bytes: &[u8], limits: Limits) -> Result<Table, Unreadable> {
    let (text, encoding) = decode(bytes);
    // No text has it, and no database keeps it.
    if text.contains('\0') {
        return Err(Unreadable::NoTable);
    }
    // One sort of line breaks, and one at the end, so that the reader counts the rows before a blank one, too.
    let text = text.replace("\r\n", "\n").replace('\r', "\n") + "\n";
    let delimiter = delimiter(&text);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let (mut reading, mut record, mut breaks_in_cells) = (Reading::new(limits), StringRecord::new(), 0);
    while reader.read_record(&mut record).map_err(|_no_text| Unreadable::NoTable)? {
        breaks_in_cells += record.as_slice().matches('\n').count() as u64;
        let number = reader.position().line().saturating_sub(1 + breaks_in_cells);
        reading.push(u32::try_from(number).unwrap_or(u32::MAX), record.clone())?;
    }
    Ok(reading.finish(format!("CSV, {}, {:?}", encoding.name(), char::from(delimiter))))
}

fn decode(bytes: &[u8]) -> (Cow<'_, str>, &'static Encoding) {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return (encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default()).0, encoding);
    }
    let encoding = match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => return (Cow::Borrowed(text), UTF_8),
        // Line breaks and delimiters have a zero beside them in UTF-16.
        _ if bytes.contains(&0) => {
            let zeros = |parity| bytes.iter().skip(parity).step_by(2).filter(|it| **it == 0).count();
            if zeros(1) > zeros(0) { UTF_16LE } else { UTF_16BE }
        }
        _ => {
            let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
            // What is plain ASCII tells nothing.
            let first = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(0);
            let sample = bytes.get(first..).unwrap_or_default();
            detector.feed(sample.get(..SAMPLE_BYTES).unwrap_or(sample), true);
            detector.guess(None, Utf8Detection::Deny)
        }
    };
    (encoding.decode_without_bom_handling(bytes).0, encoding)
}

/// What stands between the cells of the first row, by what there is most of outside of quotes.
fn delimiter(text: &str) -> u8 {
    let (mut counts, mut is_quoted) = ([(b'\t', 0_usize), (b';', 0), (b',', 0)], false);
    for byte in text.trim_start().bytes() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' | b'\r' if !is_quoted => break,
            _ if is_quoted => {}
            _ => {
                for (delimiter, n) in &mut counts {
                    *n += usize::from(*delimiter == byte);
                }
            }
        }
    }
    // Of equals the one that stands in texts less often.
    counts.iter().rev().filter(|it| it.1 > 0).max_by_key(|it| it.1).map_or(b',', |it| it.0)
}
