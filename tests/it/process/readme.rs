//! The README's walk-through, command by command as it stands there.

use std::{fs, path::Path, process::Command};

use serde_json::{Value, json};
use support::{
    Engine,
    process::{Site, binary},
};

/// The shell blocks under a heading of the README.
fn commands(heading: &str) -> String {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md")).unwrap();
    let section = readme.split(heading).nth(1).unwrap().split("\n## ").next().unwrap();
    let blocks = section.split("```sh\n").skip(1).map(|it| it.split("```").next().unwrap());
    blocks.collect::<Vec<_>>().join("\n")
}

/// Sign up, contact, task, comment → a mail in `var/outbox`; a reply by `liaison ingest` → a comment,
/// a mail to an employee → a task.
#[test]
fn the_walk_through_works_as_it_is_written() {
    let site = Site::new(Engine::Sqlite);
    let _server = site.start();
    fs::create_dir_all(site.path().join("target/debug")).unwrap();
    std::os::unix::fs::symlink(binary(), site.path().join("target/debug/liaison")).unwrap();
    let written = commands("\n## Walk-through\n");
    let walked = written.replace("http://127.0.0.1:8080", &format!("http://{}", site.http));
    assert_ne!(written, walked, "the README names the address once");

    let mut shell = Command::new("bash");
    shell.args(["-euo", "pipefail", "-c", &walked]).current_dir(site.path()).envs(site.environment());
    let output = shell.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));

    assert!(said.contains("To: \"Ivan Client\" <ivan@client.example>"), "the mail was shown: {said}");
    let lists: Vec<Value> = said.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let [.., comments, tasks] = lists.as_slice() else { panic!("two lists were shown: {said}") };
    let answer = &comments["items"][1];
    assert_eq!(answer["author"]["name"], "Ivan Client");
    assert_eq!(answer["origin"], "email");
    assert_eq!(answer["visible"], "Tomorrow at ten.");
    assert!(answer["elided"].as_str().unwrap().contains("> When may we come?"));
    assert!(said.contains("var/new.eml: applied, task 2\n"), "{said}");
    let begun = &tasks["items"][0];
    assert_eq!(
        (&begun["title"], &begun["assigner"]["name"]),
        (&json!("The roof leaks"), &json!("Olga Client"))
    );
}
