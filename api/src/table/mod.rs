//! Tables as files: CSV and XLSX to rows of text, and back. Knows no contacts.
//!
//! Whoever uploads a file chooses its bytes, so everything that a file could make large is counted while it is read (S12). Start
//! with [`Table::read`] and [`write::Writer`].

mod text;
mod workbook;
pub mod write;

use bytes::Bytes;
use csv::StringRecord;
use thiserror::Error;
use tokio::{sync::Semaphore, task::spawn_blocking};

/// What is read of a file at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub file_bytes: usize,
    /// Rows below the heading that are not blank.
    pub rows: usize,
    pub columns: usize,
    /// Cells of all rows.
    pub cells: usize,
    /// UTF-8 of all cells.
    pub text_bytes: usize,
    /// All parts of an XLSX file together, inflated.
    pub inflated_bytes: u64,
    /// Parts of an XLSX file.
    pub parts: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 16 * 1024 * 1024,
            rows: 50_000,
            columns: 100,
            cells: 1_000_000,
            text_bytes: 32 * 1024 * 1024,
            inflated_bytes: 64 * 1024 * 1024,
            parts: 1_000,
        }
    }
}

/// The rows of a file as text.
#[derive(Clone, Debug)]
pub struct Table {
    /// How it was read, in words: `CSV, windows-1251, ";"`.
    pub reading: String,
    /// The first row that is not blank.
    pub heading: Vec<String>,
    /// The others that are not blank.
    pub rows: Vec<Row>,
}

/// A row as a spreadsheet counts it.
#[derive(Clone, Debug)]
pub struct Row {
    /// From 1, blank rows too.
    pub number: u32,
    cells: StringRecord,
}

impl Row {
    /// A cell, counted from 0; blank where the row is shorter. What keeps a spreadsheet from taking it for a formula is no part
    /// of it.
    pub fn cell(&self, column: usize) -> &str {
        unguarded(self.cells.get(column).unwrap_or_default())
    }
}

/// Why a file is no table that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Unreadable {
    #[error("is neither a CSV nor an XLSX file")]
    NoTable,
    #[error("is an old Excel file: save it as XLSX or CSV")]
    OldExcel,
    #[error("has nothing below its heading")]
    Empty,
    #[error("has more than {0} bytes")]
    FileTooLarge(usize),
    #[error("has more than {0} rows")]
    TooManyRows(usize),
    #[error("has more than {0} columns")]
    TooManyColumns(usize),
    #[error("has more text or cells than can be taken at once")]
    TooMuchText,
    #[error("would be too large unpacked")]
    TooLargeUnpacked,
}

impl Table {
    /// Reads a file, by what its bytes look like. Takes its time: up to a second for the largest.
    pub fn read(bytes: &[u8], limits: Limits) -> Result<Self, Unreadable> {
        if bytes.len() > limits.file_bytes {
            return Err(Unreadable::FileTooLarge(limits.file_bytes));
        }
        let table = match bytes {
            [b'P', b'K', 3, 4, ..] => workbook::read(bytes, limits),
            [0xd0, 0xcf, 0x11, 0xe0, ..] => Err(Unreadable::OldExcel),
            _ => text::read(bytes, limits),
        }?;
        if table.rows.is_empty() { Err(Unreadable::Empty) } else { Ok(table) }
    }
}

/// Where tables are read: off the threads that answer, two at once, for each is in memory meanwhile.
#[derive(Debug)]
pub struct Desk(Semaphore);

impl Default for Desk {
    fn default() -> Self {
        Self(Semaphore::new(2))
    }
}

impl Desk {
    /// Reads a file within the usual limits.
    pub async fn read(&self, bytes: Bytes) -> Result<Table, Unreadable> {
        let _seat = self.0.acquire().await;
        let read = spawn_blocking(move || Table::read(&bytes, Limits::default()));
        // What breaks the reader is no table.
        read.await.unwrap_or(Err(Unreadable::NoTable))
    }
}

/// A table that is being read, with what it holds so far.
struct Reading {
    limits: Limits,
    heading: Option<StringRecord>,
    rows: Vec<Row>,
    cells: usize,
    text_bytes: usize,
}

impl Reading {
    const fn new(limits: Limits) -> Self {
        Self { limits, heading: None, rows: Vec::new(), cells: 0, text_bytes: 0 }
    }

    /// Adds a row, but for one that is blank.
    fn push(&mut self, number: u32, cells: StringRecord) -> Result<(), Unreadable> {
        // Each row has a number of its own, whatever the file says.
        let number = self.rows.last().map_or(number, |it| number.max(it.number.saturating_add(1)));
        let filled = cells.iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty());
        let Some((last, _)) = filled.last() else { return Ok(()) };
        if last >= self.limits.columns {
            return Err(Unreadable::TooManyColumns(self.limits.columns));
        }
        self.cells += cells.len();
        self.text_bytes += cells.as_slice().len();
        if self.cells > self.limits.cells || self.text_bytes > self.limits.text_bytes {
            return Err(Unreadable::TooMuchText);
        }
        if self.heading.is_none() {
            self.heading = Some(cells);
            return Ok(());
        }
        if self.rows.len() == self.limits.rows {
            return Err(Unreadable::TooManyRows(self.limits.rows));
        }
        self.rows.push(Row { number, cells });
        Ok(())
    }

    fn finish(self, reading: String) -> Table {
        let heading = self.heading.iter().flatten().take(self.limits.columns);
        Table { reading, heading: heading.map(|it| it.trim().to_owned()).collect(), rows: self.rows }
    }
}

/// A cell that no spreadsheet takes for a formula (S28).
fn guarded(cell: &str) -> String {
    if looks_like_formula(cell) { format!("'{cell}") } else { cell.to_owned() }
}

fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|it| looks_like_formula(it)).unwrap_or(cell)
}

/// Whether it begins as a formula does, behind any guards that it has.
fn looks_like_formula(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests;
