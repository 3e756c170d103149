//! Writes a table row by row, through a temporary file: a table of any length costs the same memory.

use std::{
    fs::File,
    io::{self, BufWriter, Seek as _},
};

use liaison_domain::contact::table::TableFormat;
use rust_xlsxwriter::{Workbook, XlsxError};
use thiserror::Error;

use super::guarded;

/// Most rows of a sheet, the heading too.
const SHEET_ROWS: u32 = 1_048_576;

/// A table that is being written. It waits for the disk.
pub enum Writer {
    Csv(Box<csv::Writer<BufWriter<File>>>),
    Xlsx { workbook: Box<Workbook>, rows: u32 },
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Writer")
    }
}

/// Why a table was not written.
#[derive(Debug, Error)]
pub enum WriteError {
    #[error("a sheet has at most 1,048,576 rows: write it as CSV")]
    TooManyRows,
    #[error("the table can't be written")]
    Disk(#[from] io::Error),
    #[error("the table can't be written as CSV")]
    Csv(#[from] csv::Error),
    #[error("a cell of a workbook has at most 32,767 characters: write it as CSV")]
    CellTooLong,
    #[error("the table can't be written as a workbook")]
    Workbook(#[source] XlsxError),
}

impl From<XlsxError> for WriteError {
    fn from(error: XlsxError) -> Self {
        match error {
            XlsxError::MaxStringLengthExceeded => Self::CellTooLong,
            error => Self::Workbook(error),
        }
    }
}

impl Writer {
    pub fn new(format: TableFormat) -> Result<Self, WriteError> {
        Ok(match format {
            TableFormat::Csv => {
                let mut file = BufWriter::new(tempfile::tempfile()?);
                // Without the mark spreadsheets take UTF-8 for something older.
                io::Write::write_all(&mut file, "\u{feff}".as_bytes())?;
                Self::Csv(Box::new(csv::Writer::from_writer(file)))
            }
            TableFormat::Xlsx => {
                let mut workbook = Box::new(Workbook::new());
                workbook.add_worksheet_with_constant_memory()?;
                Self::Xlsx { workbook, rows: 0 }
            }
        })
    }

    /// Adds a row. In CSV a cell that looks like a formula is guarded; in a workbook a text is never one (S28).
    pub fn push(&mut self, cells: &[String]) -> Result<(), WriteError> {
        match self {
            Self::Csv(writer) => Ok(writer.write_record(cells.iter().map(|it| guarded(it)))?),
            Self::Xlsx { workbook, rows } => {
                if *rows == SHEET_ROWS {
                    return Err(WriteError::TooManyRows);
                }
                let sheet = workbook.worksheet_from_index(0)?;
                for (column, cell) in (0..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
                    sheet.write_string(*rows, column, cell)?;
                }
                *rows += 1;
                Ok(())
            }
        }
    }

    /// The whole file, to be read from its beginning.
    pub fn finish(self) -> Result<File, WriteError> {
        let mut file = match self {
            Self::Csv(writer) => {
                let file = writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
                file.into_inner().map_err(io::IntoInnerError::into_error)?
            }
            Self::Xlsx { mut workbook, .. } => {
                let mut file = tempfile::tempfile()?;
                workbook.save_to_writer(&mut file)?;
                file
            }
        };
        file.rewind()?;
        Ok(file)
    }
}
