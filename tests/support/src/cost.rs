//! What reading a mail costs: `liaison mail check`, watched from outside.

use std::{
    fs::{self, File},
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::process::{binary, memory};

/// The costs of one mail.
pub struct Cost {
    pub time: Duration,
    /// The most memory that was in use at any time, in bytes above what the program needs for itself.
    pub memory: u64,
    /// What was seen in the mail.
    pub seen: Value,
}

impl Cost {
    /// Reads `mail` between two pipes. The program takes its files in order, and opening a pipe waits for the one who
    /// reads it: so the clock and the memory are looked at right before and right after.
    pub fn of(mail: &[u8]) -> Self {
        let folder = TempDir::new().unwrap();
        let [before, file, after, said] =
            ["before", "mail.eml", "after", "said"].map(|it| folder.path().join(it));
        fs::write(&file, mail).unwrap();
        make_pipe(&before);
        make_pipe(&after);
        let mut check = Command::new(binary());
        check.args(["mail", "check", "--json"]).args([&before, &file, &after]);
        let mut child = check.stdout(File::create(&said).unwrap()).spawn().unwrap();
        let gate = File::create(&before).unwrap();
        let rest = memory(child.id(), "VmRSS");
        let started = Instant::now();
        drop(gate);
        let gate = File::create(&after).unwrap();
        let (time, peak) = (started.elapsed(), memory(child.id(), "VmHWM"));
        drop(gate);
        assert!(child.wait().unwrap().success());
        let said = fs::read_to_string(said).unwrap();
        let seen = serde_json::from_str(said.lines().nth(1).unwrap()).unwrap();
        Self { time, memory: peak.saturating_sub(rest), seen }
    }
}

fn make_pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}
