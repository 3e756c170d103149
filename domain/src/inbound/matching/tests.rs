use uuid::Uuid;

use super::*;
use crate::id::PersonId;

const TOKEN: &str = "abcdefghijklmnopqrstuvwxyz234567";

fn place(n: u128) -> Place {
    Place { task: TaskId::new(Uuid::from_u128(n)), comment: None }
}

fn contact() -> Sender {
    Sender::Contact { id: PersonId::new(Uuid::from_u128(1)) }
}

fn own(titles: &[&str]) -> Vec<OwnTask> {
    let task = |(n, title): (usize, &&str)| OwnTask {
        id: place(n as u128 + 1).task,
        number: i64::try_from(n).unwrap() + 1,
        title: (*title).to_owned(),
    };
    titles.iter().enumerate().map(task).collect()
}

/// R13: every header that names a receiver counts; other domains' look-alikes don't.
#[test]
fn clues_come_from_our_own_addresses_only() {
    let reply = format!("reply+{TOKEN}@Acme.liaison.test");
    let foreign = format!("reply+{TOKEN}@evil.test");
    let clues = Clues::gather(
        [foreign.as_str(), "task+7@acme.liaison.test", reply.as_str(), "anna@acme.liaison.test"],
        "acme.liaison.test",
        &["c".to_owned()],
        &["a".to_owned(), "b".to_owned(), "c".to_owned()],
        Vec::new(),
    );
    assert_eq!(clues.tokens, [MailToken::parse(TOKEN).unwrap()]);
    assert_eq!(clues.task_numbers, [7]);
    assert_eq!(clues.message_ids, ["c", "b", "a"]);
    assert!(!clues.for_any_task);
    let any = Clues::gather(["Task+@acme.liaison.test"], "acme.liaison.test", &[], &[], Vec::new());
    assert!(any.for_any_task);
}

/// Product §5: the stated order, first hit wins, and what was tried is known.
#[test]
fn the_first_hit_wins() {
    let (token, marker) = (MailToken::parse(TOKEN).unwrap(), BodyMarker::parse(&"a".repeat(52)).unwrap());
    let clues = Clues {
        tokens: vec![token.clone()],
        task_numbers: vec![7],
        message_ids: vec!["a".into(), "b".into()],
        markers: vec![marker.clone()],
        ..Clues::default()
    };
    let mut found = Found::default();
    let hit = |found: &Found| follow(&clues, found).hit();
    assert_eq!(hit(&found), None);
    assert_eq!(
        follow(&clues, &found).steps(),
        [
            (MatchedBy::ReplyToken, Look::Unknown(1)),
            (MatchedBy::TaskAddress, Look::Unknown(1)),
            (MatchedBy::References, Look::Unknown(2)),
            (MatchedBy::BodyMarker, Look::Unknown(1)),
        ]
    );
    found.markers.insert(marker, place(4));
    assert_eq!(hit(&found), Some((MatchedBy::BodyMarker, place(4))));
    found.message_ids.insert("b".into(), place(3));
    assert_eq!(hit(&found), Some((MatchedBy::References, place(3))));
    found.tasks.insert(7, place(2).task);
    assert_eq!(hit(&found), Some((MatchedBy::TaskAddress, place(2))));
    found.tokens.insert(token, place(1));
    assert_eq!(hit(&found), Some((MatchedBy::ReplyToken, place(1))));
    assert_eq!(follow(&clues, &found).steps().len(), 1);
    let nothing = follow(&Clues::default(), &found);
    assert!(nothing.steps().iter().all(|(_, look)| *look == Look::Absent));
}

/// CBM-6: a number goes before the text of the subject.
#[test]
fn a_subject_names_the_task_of_a_mail_to_any_task() {
    let named = |task| Found { named: Some(Named(task)), ..Found::default() };
    let clues = Clues { for_any_task: true, ..Clues::default() };
    assert_eq!(follow(&clues, &named(Some(place(3).task))).hit(), Some((MatchedBy::TaskAddress, place(3))));
    assert_eq!(follow(&clues, &named(None)).steps()[1], (MatchedBy::TaskAddress, Look::Unknown(1)));
    let numbered = Clues { task_numbers: vec![7], ..clues };
    let found = Found { tasks: HashMap::from([(7, place(9).task)]), ..named(Some(place(3).task)) };
    assert_eq!(follow(&numbered, &found).hit(), Some((MatchedBy::TaskAddress, place(9))));
}

#[track_caller]
fn check(subject: &str, titles: &[&str], settings: &IncomingSettings, expected: Option<(MatchedBy, u128)>) {
    let subject = Subject::read(subject);
    let chain = guess(Chain::default(), &subject, contact(), &own(titles), settings);
    assert_eq!(chain.hit(), expected.map(|(step, n)| (step, place(n))), "{subject:?}");
    assert!(expected.is_none() || may_guess(&subject, contact(), settings));
}

/// DET-2: on by default; the whole title, and the latest of several.
#[test]
fn a_title_behind_re_leads_to_the_latest_task_of_that_title() {
    let on = IncomingSettings::default();
    let off = IncomingSettings { match_subject_and_sender: false, ..on.clone() };
    let titles = ["Gate", "gate", "Gate repair"];
    check("RE: GATE", &titles, &on, Some((MatchedBy::SubjectAndSender, 2)));
    check("Re: Gate", &titles, &off, None);
    check("Gate", &titles, &on, None);
    check("Re: Gat", &titles, &on, None);
    check("Re: Gate", &[], &on, None);
}

/// TKT-1: off by default, the whole mark, before the title.
#[test]
fn a_ticket_mark_leads_to_the_task_with_the_same_mark() {
    let off = IncomingSettings::default();
    let on = IncomingSettings { match_ticket_marks: true, ..off.clone() };
    let titles = ["Printer [SR-0123]", "Printer [SR-01234]", "Re: [SR-0123] closed"];
    check("[sr-0123] Printer is out", &titles, &on, Some((MatchedBy::TicketMark, 3)));
    check("Re: Printer [SR-01234]", &titles, &on, Some((MatchedBy::TicketMark, 2)));
    check("[SR-012] Printer", &titles, &on, None);
    check("[SR-0123] Printer", &titles, &off, None);
}

/// DET-3: off by default, for contacts only.
#[test]
fn the_sender_alone_leads_to_his_latest_task_where_the_account_wants_that() {
    let off = IncomingSettings::default();
    let on = IncomingSettings { match_sender_only: true, ..off.clone() };
    check("Hello", &["Gate", "Roof"], &on, Some((MatchedBy::Sender, 2)));
    check("Re: gate", &["Gate", "Roof"], &on, Some((MatchedBy::SubjectAndSender, 1)));
    check("Hello", &["Gate"], &off, None);
    let employee = Sender::Employee {
        id: PersonId::new(Uuid::from_u128(1)),
        status: crate::account::EmployeeStatus::Active,
    };
    let subject = Subject::read("Hello");
    let chain = guess(Chain::default(), &subject, employee, &own(&["Gate"]), &on);
    assert_eq!(chain.steps().last(), Some(&(MatchedBy::Sender, Look::Absent)));
    assert!(!may_guess(&subject, employee, &on) && !may_guess(&subject, Sender::Stranger, &on));
}

/// R15: what proves itself is never overruled by a guess.
#[test]
fn nothing_is_guessed_where_something_was_found() {
    let clues = Clues { task_numbers: vec![7], ..Clues::default() };
    let found = Found { tasks: HashMap::from([(7, place(9).task)]), ..Found::default() };
    let chain = follow(&clues, &found);
    let guessed = guess(
        chain.clone(),
        &Subject::read("Re: Gate"),
        contact(),
        &own(&["Gate"]),
        &IncomingSettings::default(),
    );
    assert_eq!(guessed, chain);
}
