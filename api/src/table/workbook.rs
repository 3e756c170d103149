//! XLSX: the first sheet of a workbook.
//!
//! It is an archive, so what it says of its sizes is not believed: each part is unpacked once into nothing before anything reads it.

use std::io::{self, Cursor, Read as _};

use calamine::{DataRef, Reader as _, Xlsx};
use csv::StringRecord;
use zip::ZipArchive;

use super::{Limits, Reading, Table, Unreadable};

pub(super) fn read(bytes: &[u8], limits: Limits) -> Result<Table, Unreadable> {
    weigh(bytes, limits)?;
    let mut workbook: Xlsx<_> =
        Xlsx::new(Cursor::new(bytes)).map_err(|_not_a_workbook| Unreadable::NoTable)?;
    let sheet = workbook.sheet_names().into_iter().next().ok_or(Unreadable::NoTable)?;
    let mut cells = workbook.worksheet_cells_reader(&sheet).map_err(|_no_sheet| Unreadable::NoTable)?;
    let mut reading = Reading::new(limits);
    let (mut current, mut record) = (0, StringRecord::new());
    while let Some(cell) = cells.next_cell().map_err(|_broken| Unreadable::NoTable)? {
        let (row, column) = cell.get_position();
        let Some(text) = shown(cell.get_value()) else { continue };
        if row != current {
            reading.push(current.saturating_add(1), std::mem::take(&mut record))?;
            current = row;
        }
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if column >= limits.columns {
            return Err(Unreadable::TooManyColumns(limits.columns));
        }
        // A part that repeats a cell, or goes back, is not what a program writes.
        if column < record.len() {
            return Err(Unreadable::NoTable);
        }
        while record.len() < column {
            record.push_field("");
        }
        record.push_field(&text);
        if record.as_slice().len() > limits.text_bytes {
            return Err(Unreadable::TooMuchText);
        }
    }
    reading.push(current.saturating_add(1), record)?;
    Ok(reading.finish(format!("XLSX, {sheet:?}")))
}

/// Unpacks everything into nothing.
fn weigh(bytes: &[u8], limits: Limits) -> Result<(), Unreadable> {
    let no_archive = |_broken| Unreadable::NoTable;
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(no_archive)?;
    if archive.len() > limits.parts {
        return Err(Unreadable::TooLargeUnpacked);
    }
    let mut left = limits.inflated_bytes;
    for i in 0..archive.len() {
        let part = archive.by_index(i).map_err(no_archive)?;
        let size = io::copy(&mut part.take(left.saturating_add(1)), &mut io::sink())
            .map_err(|_broken| Unreadable::NoTable)?;
        left = left.checked_sub(size).ok_or(Unreadable::TooLargeUnpacked)?;
    }
    Ok(())
}

/// A cell as text; none where there is nothing in it.
fn shown(value: &DataRef<'_>) -> Option<String> {
    match value {
        DataRef::SharedString(text) => Some((*text).to_owned()),
        DataRef::Int(number) => Some(number.to_string()),
        // A phone number that was taken for one has no fraction, and none is written.
        DataRef::Float(number) => Some(number.to_string()),
        DataRef::Bool(value) => Some(if *value { "yes" } else { "no" }.to_owned()),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Some(text.clone()),
        DataRef::DateTime(at) => Some(at.as_f64().to_string()),
        DataRef::Error(_) | DataRef::Empty => None,
    }
}
