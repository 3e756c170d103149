//! What the machine can do at all: syncs of the disk, commits of SQLite, mails read in memory.

use std::{
    fs::File,
    io::Write as _,
    time::{Duration, Instant},
};

use liaison_persistence::testing::ceiling::commits_per_second;
use support::cost::Cost;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::{incoming::SESSIONS, incoming::mail, line};

const TIME: Duration = Duration::from_secs(3);
const MAILS: usize = 2_000;

pub(super) fn measure() {
    let mail = mail(0, "reply@acme.example");
    println!("\nceilings, {} bytes each", mail.len());
    let folder = TempDir::new().unwrap();
    let mut file = File::create(folder.path().join("syncs")).unwrap();
    let syncs = per_second(|| {
        file.write_all(mail.as_bytes()).unwrap();
        file.sync_data().unwrap();
    });
    line("appended and synced to a file", format!("{syncs:.0}/s"));
    let runtime = Runtime::new().unwrap();
    for rows in [1, SESSIONS] {
        let path = folder.path().join(format!("{rows}.db"));
        let commits = runtime.block_on(commits_per_second(&path, mail.len(), rows, TIME)).unwrap();
        line(&format!("SQLite commits of {rows} rows, synced"), format!("{commits:.0}/s"));
    }
    let cost = Cost::of_all(&vec![mail.as_bytes(); MAILS]);
    let reads = MAILS as f64 / cost.time.as_secs_f64();
    line("mails read and printed, one core", format!("{reads:.0}/s"));
}

fn per_second(mut work: impl FnMut()) -> f64 {
    let (started, mut times) = (Instant::now(), 0);
    while started.elapsed() < TIME {
        work();
        times += 1;
    }
    f64::from(times) / started.elapsed().as_secs_f64()
}
