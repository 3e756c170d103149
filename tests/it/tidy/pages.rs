//! What the pages promise: their links lead somewhere, their commands exist.

use std::path::Path;

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
