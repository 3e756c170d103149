//! What reading a mail costs: `liaison mail check`, watched from outside.

use std::{
    fs::{self, File},
    path::Path,
    process::Command,
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::process::{binary, memory};

/// The costs of one mail.
pub struct Cost {
    /// Of the processor: what else the machine does makes no difference.
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
        Self::of_all(&[mail])
    }

    /// The same for many mails, one after the other; what was seen is the first one's.
    pub fn of_all(mails: &[&[u8]]) -> Self {
        let folder = TempDir::new().unwrap();
        let [before, after, said] = ["before", "after", "said"].map(|it| folder.path().join(it));
        let files: Vec<_> = (0..mails.len()).map(|i| folder.path().join(format!("{i}.eml"))).collect();
        for (file, mail) in files.iter().zip(mails) {
            fs::write(file, mail).unwrap();
        }
        make_pipe(&before);
        make_pipe(&after);
        let mut check = Command::new(binary());
        check.args(["mail", "check", "--json"]).arg(&before).args(&files).arg(&after);
        let mut child = check.stdout(File::create(&said).unwrap()).spawn().unwrap();
        let gate = File::create(&before).unwrap();
        let (rest, started) = (memory(child.id(), "VmRSS"), time(child.id()));
        drop(gate);
        let gate = File::create(&after).unwrap();
        let (ended, peak) = (time(child.id()), memory(child.id(), "VmHWM"));
        drop(gate);
        assert!(child.wait().unwrap().success());
        let said = fs::read_to_string(said).unwrap();
        let seen = serde_json::from_str(said.lines().nth(1).unwrap()).unwrap();
        Self { time: ended.saturating_sub(started), memory: peak.saturating_sub(rest), seen }
    }
}

/// The time that a process of one thread has had of the processor.
fn time(process: u32) -> Duration {
    let spent = fs::read_to_string(format!("/proc/{process}/schedstat")).unwrap();
    Duration::from_nanos(spent.split(' ').next().unwrap().parse().unwrap())
}

fn make_pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}
