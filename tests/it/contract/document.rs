//! `openapi.yaml`: that it is the one the handlers make, and that it says what a reader needs.

use std::{collections::BTreeSet, fs};

use actix_web::http::Method;
use liaison_api::http::openapi;
use liaison_domain::refusal::{Code, FieldCode};
use support::{Contract, Operation};

/// Operations that need no token.
const PUBLIC: &[&str] = &[
    "accept_invitation",
    "complete_password_reset",
    "create_account",
    "create_password_reset",
    "create_portal_link",
    "create_portal_session",
    "create_session",
    "follow_file_link",
    "note_opening",
    "receive_mail",
    "refresh_session",
    "show_health",
    "show_portal_page",
    "show_readiness",
    "show_unsubscription",
    "create_unsubscription",
];

/// POSTs that take no `Idempotency-Key`, by why.
const NOT_REPEATABLE: &[(&str, &str)] = &[
    ("render_mail_template", "it changes nothing"),
    ("create_portal_session", "it changes nothing"),
    ("preview_comment", "it changes nothing"),
    ("check_contact", "it changes nothing"),
    ("preview_contact_import", "it changes nothing"),
    ("receive_mail", "the same mail for the same recipients is one mail, whoever repeats it"),
    ("dry_run_incoming_mail", "nothing comes of it"),
    ("create_unsubscription", "whoever ends it again ends nothing more"),
    ("test_mailbox", "it asks the servers anew, and changes nothing but what is known of them"),
    ("refresh_session", "a repeated token must never give tokens again"),
];

#[test]
fn the_checked_in_document_is_the_one_the_handlers_make() {
    let checked_in = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi.yaml")).unwrap();
    let made = openapi::yaml().unwrap();
    let differs = checked_in.lines().zip(made.lines()).position(|(a, b)| a != b);
    assert!(checked_in == made, "`make openapi` writes it anew; it differs from line {differs:?}");
}

#[test]
fn every_operation_is_named_once_and_by_verb_and_thing() {
    let mut ids = BTreeSet::new();
    for_each(|operation, _| {
        assert!(ids.insert(operation.id.clone()), "{} is there twice", operation.id);
        let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase());
        operation.id.contains('_') && operation.id.split('_').all(is_word)
    });
}

#[test]
fn every_operation_has_a_summary_and_one_tag() {
    for_each(|operation, _| {
        operation.object["summary"].is_string() && operation.object["tags"].as_array().unwrap().len() == 1
    });
}

#[test]
fn every_operation_but_the_public_ones_needs_a_token() {
    for_each(|operation, _| {
        PUBLIC.contains(&operation.id.as_str()) == operation.object["security"].is_null()
    });
}

#[test]
fn every_operation_that_writes_says_what_it_takes() {
    for_each(|operation, _| {
        let takes = [Method::POST, Method::PUT, Method::PATCH].contains(&operation.method);
        takes == operation.object["requestBody"].is_object()
    });
}

#[test]
fn every_post_takes_an_idempotency_key() {
    for_each(|operation, _| {
        let is_exempt = NOT_REPEATABLE.iter().any(|(id, _)| *id == operation.id);
        operation.method != Method::POST || has_parameter(operation, "Idempotency-Key") != is_exempt
    });
}

#[test]
fn every_change_of_one_thing_takes_a_precondition() {
    for_each(|operation, _| operation.method != Method::PATCH || has_parameter(operation, "If-Match"));
}

#[test]
fn every_refusal_is_a_problem_with_known_codes() {
    for_each(|operation, _| {
        let responses = operation.object["responses"].as_object().unwrap();
        responses.iter().filter(|(status, _)| status.starts_with(['4', '5'])).all(|(_, response)| {
            let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
            let codes = response["description"].as_str().unwrap().split('`').skip(1).step_by(2);
            let mut codes = codes.map(|code| code.parse::<Code>().is_ok());
            schema == "#/components/schemas/Problem" && codes.all(|is_known| is_known)
        })
    });
}

#[test]
fn every_code_of_a_problem_is_listed() {
    let listed = |schema: &str| {
        Contract::shared(|contract| {
            let names =
                contract.document["components"]["schemas"][schema]["properties"]["code"]["enum"].clone();
            serde_json::from_value::<Vec<String>>(names).unwrap()
        })
    };
    assert_eq!(listed("Problem"), Code::ALL.iter().map(|it| it.as_str()).collect::<Vec<_>>());
    assert_eq!(listed("FieldProblem"), FieldCode::ALL.iter().map(|it| it.as_str()).collect::<Vec<_>>());
}

#[test]
fn every_body_refuses_fields_that_it_does_not_know() {
    for_each(|operation, contract| match operation.request_schema() {
        Some(schema) => contract.resolve(schema)["additionalProperties"] == false,
        None => true,
    });
}

/// Fails naming each operation that does not hold.
#[track_caller]
fn for_each(mut holds: impl FnMut(&Operation, &Contract) -> bool) {
    let offenses: Vec<_> = Contract::shared(|contract| {
        let operations = contract.operations.iter();
        operations.filter(|it| !holds(it, contract)).map(|it| it.id.clone()).collect()
    });
    assert!(offenses.is_empty(), "{}", offenses.join(", "));
}

fn has_parameter(operation: &Operation, name: &str) -> bool {
    operation.parameters().any(|it| it["name"] == name)
}
