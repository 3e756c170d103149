//! What the pages promise: their links lead somewhere, their commands exist.

use std::path::Path;

use liaison_domain::inbound::verdict::Cause;

use super::{File, ROOT, assert_none, files};

#[test]
fn every_link_between_pages_leads_to_a_file() {
    let mut offenses = Vec::new();
    for page in files(".md") {
        let folder = Path::new(ROOT).join(&page.path).parent().unwrap().to_owned();
        for (place, line) in page.lines() {
            let targets = line.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
            let dead =
                targets.filter(|it| !it.is_empty() && !it.contains("://") && !folder.join(it).exists());
            offenses.extend(dead.map(|target| format!("{place}: {target}")));
        }
    }
    assert_none(offenses);
}

/// Product §5: the causes are a closed list, and the page has it.
#[test]
fn every_cause_of_a_received_mail_stands_in_the_page() {
    let page = File::read("docs/incoming-mail.md").text;
    let (_, table) = page.split_once("| state | cause | what it is |").unwrap();
    let (mut state, mut found) = (String::new(), Vec::new());
    for line in table.lines().skip(2).take_while(|line| line.starts_with('|')) {
        let cells: Vec<&str> = line.split('|').map(|it| it.trim().trim_matches('`')).collect();
        if !cells[1].is_empty() {
            cells[1].clone_into(&mut state);
        }
        if !cells[2].is_empty() {
            found.push(format!("{state} {}", cells[2]));
        }
    }
    let mut causes: Vec<String> = Cause::ALL.iter().map(|it| format!("{} {it}", it.state())).collect();
    found.sort();
    causes.sort();
    assert_eq!(found, causes);
}

#[test]
fn every_make_command_in_a_page_is_a_target() {
    let makefile = File::read("Makefile").text;
    let is_target = |name: &str| makefile.lines().any(|line| line.starts_with(&format!("{name}:")));
    let mut offenses = Vec::new();
    for page in files(".md") {
        for (place, line) in page.lines() {
            let names = line.split("`make ").skip(1).filter_map(|rest| rest.split(['`', ' ']).next());
            offenses
                .extend(names.filter(|name| !is_target(name)).map(|name| format!("{place}: make {name}")));
        }
    }
    assert_none(offenses);
}

#[test]
fn every_script_named_in_a_page_is_there() {
    let mut offenses = Vec::new();
    for page in files(".md") {
        for (place, line) in page.lines() {
            let paths = line.split('`').skip(1).step_by(2).filter(|code| code.starts_with("scripts/"));
            let paths = paths.filter_map(|code| code.split(' ').next());
            offenses.extend(
                paths.filter(|it| !Path::new(ROOT).join(it).exists()).map(|it| format!("{place}: {it}")),
            );
        }
    }
    assert_none(offenses);
}
