use std::io::{Cursor, Write as _};

use encoding_rs::WINDOWS_1251;
use rust_xlsxwriter::Workbook;
use zip::{ZipWriter, write::SimpleFileOptions};

use super::*;

const RUSSIAN: &str =
    "Имя;E-mail;Телефон\nИван Петров;ivan@client.example;\"+7 495 1;2\"\n\nОльга;olga@client.example\n";

fn read(bytes: &[u8]) -> Result<Table, Unreadable> {
    Table::read(bytes, Limits::default())
}

fn utf_16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(to_bytes).collect()
}

/// Heading and rows as the same text.
#[track_caller]
fn check_russian(bytes: &[u8], encoding: &str) {
    let table = read(bytes).unwrap();
    assert_eq!(table.reading, format!("CSV, {encoding}, ';'"));
    assert_eq!(table.heading, ["Имя", "E-mail", "Телефон"]);
    let rows: Vec<_> = table.rows.iter().map(|it| [it.cell(0), it.cell(1), it.cell(2), it.cell(3)]).collect();
    assert_eq!(
        rows,
        [["Иван Петров", "ivan@client.example", "+7 495 1;2", ""], ["Ольга", "olga@client.example", "", ""]]
    );
}

/// DUP-7
#[test]
fn a_table_is_read_in_any_encoding() {
    check_russian(RUSSIAN.as_bytes(), "UTF-8");
    check_russian(format!("\u{feff}{RUSSIAN}").as_bytes(), "UTF-8");
    check_russian(&WINDOWS_1251.encode(RUSSIAN).0, "windows-1251");
    let marked = format!("\u{feff}{RUSSIAN}");
    check_russian(&utf_16(&marked, u16::to_le_bytes), "UTF-16LE");
    check_russian(&utf_16(&marked, u16::to_be_bytes), "UTF-16BE");
    check_russian(&utf_16(RUSSIAN, u16::to_le_bytes), "UTF-16LE");
    check_russian(&utf_16(RUSSIAN, u16::to_be_bytes), "UTF-16BE");
    let table = read(b"Name\r\n\r\n\"Ivan\r\nClient\"\r\n\r\nPetr").unwrap();
    let rows: Vec<_> = table.rows.iter().map(|it| (it.number, it.cell(0))).collect();
    assert_eq!(rows, [(3, "Ivan\nClient"), (5, "Petr")]);
    let tabs = read(b"Name\tE-mail, main\nIvan\ta@x.example\n").unwrap();
    assert_eq!(tabs.heading, ["Name", "E-mail, main"]);
}

fn workbook(rows: &[&[&str]]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (r, row) in (0..).zip(rows) {
        for (c, cell) in (0..).zip(*row) {
            match cell.parse::<f64>() {
                Ok(number) => sheet.write_number(r, c, number).unwrap(),
                Err(_text) => sheet.write_string(r, c, *cell).unwrap(),
            };
        }
    }
    workbook.save_to_buffer().unwrap()
}

/// DUP-7
#[test]
fn a_workbook_is_read_as_it_looks() {
    let rows: &[&[&str]] = &[&["Имя", "", "Телефон"], &["Иван", "", "74951234567"], &[], &["Ольга\nПетрова"]];
    let table = read(&workbook(rows)).unwrap();
    assert_eq!(table.reading, "XLSX, \"Sheet1\"");
    assert_eq!(table.heading, ["Имя", "", "Телефон"]);
    let rows: Vec<_> = table.rows.iter().map(|it| (it.number, it.cell(0), it.cell(2))).collect();
    assert_eq!(rows, [(2, "Иван", "74951234567"), (4, "Ольга\nПетрова", "")]);
}

/// S12
#[test]
fn what_is_larger_than_a_table_may_be_is_refused() {
    #[track_caller]
    fn check(bytes: &[u8], limits: Limits, expected: Unreadable) {
        assert_eq!(Table::read(bytes, limits).unwrap_err(), expected);
    }

    let limits = Limits {
        rows: 2,
        columns: 3,
        cells: 12,
        text_bytes: 100,
        inflated_bytes: 20_000,
        parts: 20,
        file_bytes: 9_000,
    };
    check(&[b'x'; 9_001], limits, Unreadable::FileTooLarge(9_000));
    check(b"Name\na\nb\nc\n", limits, Unreadable::TooManyRows(2));
    check(b"Name\n1,2,3,4\n", limits, Unreadable::TooManyColumns(3));
    check(&workbook(&[&["Name"], &["1", "2", "3", "4"]]), limits, Unreadable::TooManyColumns(3));
    check(format!("Name\n{}\n", "x".repeat(100)).as_bytes(), limits, Unreadable::TooMuchText);
    let long = "x".repeat(50);
    check(&workbook(&[&["Name"], &[&long, &long]]), limits, Unreadable::TooMuchText);
    check(b"Name\n\n \n", limits, Unreadable::Empty);
    check(b"", limits, Unreadable::Empty);
    check(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", limits, Unreadable::NoTable);
    check(b"PK\x03\x04nothing", limits, Unreadable::NoTable);
    check(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", limits, Unreadable::OldExcel);

    let mut bomb = ZipWriter::new(Cursor::new(Vec::new()));
    bomb.start_file("xl/workbook.xml", SimpleFileOptions::default()).unwrap();
    bomb.write_all(&vec![b' '; 20_001]).unwrap();
    check(&bomb.finish().unwrap().into_inner(), limits, Unreadable::TooLargeUnpacked);
    let mut many = ZipWriter::new(Cursor::new(Vec::new()));
    for n in 0..21 {
        many.start_file(n.to_string(), SimpleFileOptions::default()).unwrap();
    }
    check(&many.finish().unwrap().into_inner(), limits, Unreadable::TooLargeUnpacked);
}

/// S28
#[test]
fn a_cell_that_looks_like_a_formula_is_guarded_and_comes_back() {
    for cell in ["=1+1", "+7 495", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'=1", "''=1"] {
        assert_eq!(guarded(cell), format!("'{cell}"));
        assert_eq!(unguarded(&guarded(cell)), cell);
    }
    for cell in ["", "Ivan", "'tis", "1+1", "'"] {
        assert_eq!(guarded(cell), cell);
        assert_eq!(unguarded(cell), cell);
    }
}
