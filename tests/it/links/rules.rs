//! Every rule about links by its id: the test that proves it, or why there is nothing to prove yet.

use std::{fs, path::Path};

/// Rules and tests, which name them in their doc lines.
const PROVEN: &[(&str, &str)] = &[
    ("LINK-1", "a_comment_that_is_not_addressed_never_crosses"),
    ("LINK-2", "what_is_addressed_to_somebody_appears_in_his_primary_account"),
    ("LINK-3", "a_task_crosses_with_what_was_addressed_and_the_answer_comes_back"),
    ("LINK-4", "a_comment_that_is_not_addressed_never_crosses"),
    ("LINK-5", "a_copy_is_for_those_whom_its_own_account_lets_in"),
    ("LINKA-1", "an_internal_address_makes_a_link_and_leaves_the_card"),
    ("LINKA-2", "an_internal_address_makes_a_link_and_leaves_the_card"),
    ("LINKA-3", "an_internal_address_makes_a_link_and_leaves_the_card"),
    ("LINKA-4", "a_contact_who_answered_by_mail_goes_on_over_the_link"),
    ("LINKA-5", "a_task_crosses_with_what_was_addressed_and_the_answer_comes_back"),
    ("LINKA-6", "an_address_that_names_nobody_sounds_like_one_that_must_not_be_known"),
    ("LINKB-1", "what_is_addressed_to_somebody_appears_in_his_primary_account"),
    ("LINKB-2", "what_is_addressed_to_somebody_appears_in_his_primary_account"),
    ("LINKB-3", "what_is_addressed_to_somebody_appears_in_his_primary_account"),
    ("LINKB-4", "what_is_addressed_to_somebody_appears_in_his_primary_account"),
    ("LINKB-5", "a_choice_that_closes_a_circle_is_refused"),
    ("LINKB-6", "what_is_addressed_to_somebody_appears_in_his_primary_account"),
    ("LINKC-1", "an_internal_address_makes_a_contact_who_is_linked"),
    ("LINKC-2", "an_internal_address_makes_a_contact_who_is_linked"),
    ("LINKC-3", "an_ordinary_address_makes_a_contact_of_that_name_who_is_mailed"),
    ("LINKR-1", "an_account_lets_links_out_to_the_listed_alone"),
    ("LINKR-2", "an_account_lets_links_out_to_the_listed_alone"),
    ("LINKR-3", "an_account_lets_links_out_to_the_listed_alone"),
    ("LINKR-4", "an_account_lets_links_out_to_the_listed_alone"),
    ("LINKR-5", "an_account_lets_links_out_to_the_listed_alone"),
    ("LINKT-1", "a_trusted_account_needs_no_consent"),
    ("LINKT-2", "mail_of_a_trusted_account_makes_a_link"),
    ("LINKT-3", "both_accounts_have_to_trust_each_other"),
    ("LINKT-4", "only_administrators_see_and_change_the_settings"),
    ("LINKM-1", "a_task_crosses_with_what_was_addressed_and_the_answer_comes_back"),
    ("LINKM-2", "a_task_crosses_with_what_was_addressed_and_the_answer_comes_back"),
    ("LINKM-3", "a_status_set_in_any_account_is_set_in_all"),
    ("LINKM-4", "the_tree_is_kept_where_both_have_crossed"),
    ("LINKM-5", "a_copy_goes_into_the_project_of_the_same_name"),
    ("LINKM-6", "people_of_the_other_side_can_be_addressed"),
    ("LINKM-7", "a_checklist_is_one_in_both_accounts"),
    ("LINKM-8", "what_people_without_a_part_change_stays_at_home"),
    ("LINKM-9", "what_stays_at_home_never_crosses"),
    ("LINKM-10", "an_author_edits_and_deletes_in_both_accounts"),
    ("LINKM-11", "a_status_set_in_any_account_is_set_in_all"),
    ("LINKM-12", "people_of_the_other_side_can_be_addressed"),
    ("LINKD-1", "a_link_that_is_ended_leaves_what_crossed"),
    ("LINKD-2", "a_task_that_is_cut_stays_until_somebody_is_addressed_anew"),
    ("LINKD-3", "a_task_that_is_cut_stays_until_somebody_is_addressed_anew"),
    ("LINKD-4", "a_task_that_is_cut_stays_until_somebody_is_addressed_anew"),
];

/// Rules without a ground here.
const WITHOUT_GROUND: &[(&str, &str)] =
    &[("LINK-6", "an advice to people; what they do in a secondary account stays there")];

#[test]
fn every_rule_has_a_test_that_names_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("it/links");
    let files = fs::read_dir(folder).unwrap().map(|it| fs::read_to_string(it.unwrap().path()).unwrap());
    let text: String = files.collect();
    for (rule, test) in PROVEN {
        let (before, _) =
            text.split_once(&format!("async fn {test}(")).unwrap_or_else(|| panic!("no {test}"));
        let doc: String = before.lines().rev().take_while(|it| it.starts_with("///")).collect();
        let names = |it: &str| it.trim_matches(|c: char| !c.is_alphanumeric()) == *rule;
        assert!(doc.split([' ', ',']).any(names), "{test} does not name {rule}: {doc}");
    }
}

#[test]
fn every_rule_is_counted() {
    let counts = [
        ("LINK", 6),
        ("LINKA", 6),
        ("LINKB", 6),
        ("LINKC", 3),
        ("LINKR", 5),
        ("LINKT", 4),
        ("LINKM", 12),
        ("LINKD", 4),
    ];
    let all = counts.iter().flat_map(|(group, n)| (1..=*n).map(move |it| format!("{group}-{it}")));
    for rule in all {
        let listed = PROVEN.iter().chain(WITHOUT_GROUND).filter(|(it, _)| *it == rule).count();
        assert_eq!(listed, 1, "{rule}");
    }
}
