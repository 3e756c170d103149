//! `make bench`: how fast mail is taken in and turned into comments, how fast it leaves, and how fast linked accounts speak
//! to each other, beside what the machine can do at all; and what a page of a large account costs. A word after it measures that part alone: `cargo bench -- outgoing`.
//!
//! Everything is measured on the production build, over sockets, on SQLite with `synchronous = full`, links on PostgreSQL; the
//! ceilings are measured in the same run on the same disk. Figures of two runs compare only under the same load of the machine.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::print_stdout,
    reason = "a bench ends at what it did not expect, and prints what it found"
)]

mod ceiling;
mod connection;
mod hostile;
mod incoming;
mod jobs;
mod links;
mod lists;
mod outgoing;

use std::{fs, thread::available_parallelism};

use support::{
    Engine, load,
    process::{Site, use_program},
};

fn main() {
    // `cargo test --all-targets` starts it too, and means something else.
    if !std::env::args().any(|it| it == "--bench") {
        return;
    }
    use_program(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/release/liaison"));
    println!("{} cores, load {}", available_parallelism().unwrap(), load_average());
    let parts: [(&str, fn()); 7] = [
        ("ceiling", ceiling::measure),
        ("incoming", incoming::measure),
        ("outgoing", outgoing::measure),
        ("links", links::measure),
        ("lists", lists::measure),
        ("hostile", hostile::measure),
        ("load", measure_load),
    ];
    let is_asked = |name: &str| !std::env::args().skip(1).any(|it| !it.starts_with('-') && it != name);
    for (_, measure) in parts.into_iter().filter(|(name, _)| is_asked(name)) {
        measure();
    }
    println!("load {} at the end", load_average());
}

/// R10: five thousand mails of every kind, and the server killed three times among them.
fn measure_load() {
    const MAILS: usize = 5_000;
    let report = load::run(&Site::new(Engine::Sqlite), MAILS);
    println!("\n{MAILS} mixed mails, 4 sessions, 3 SIGKILLs: every one where it belongs");
    line("time", format!("{:.1} s", report.time.as_secs_f64()));
    line("deliveries cut and repeated", report.cut.to_string());
    line("entries in the ledger", report.received.to_string());
    for (state, mails) in report.ended {
        line(&state, mails.to_string());
    }
}

fn load_average() -> String {
    fs::read_to_string("/proc/loadavg").unwrap().split(' ').take(3).collect::<Vec<_>>().join(" ")
}

/// A line of the output.
fn line(what: &str, value: impl AsRef<str>) {
    println!("  {what:<44} {:>14}", value.as_ref());
}

fn mib(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / 1024.0 / 1024.0)
}
