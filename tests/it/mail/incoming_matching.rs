//! Which conversation a mail belongs to: each way back alone, and what is never guessed.

use liaison_domain::mail_address::EmailAddress;
use liaison_mailer::transport::Misbehavior;
use mail_parser::MessageParser;
use serde_json::{Value, json};
use support::{JsonExt as _, TestApp, both_engines};

use super::{Sent, Talk, audience, check_applied, check_new_task, incoming_dry_run::dry_run, text_fixture};

both_engines!(
    an_id_that_a_provider_gave_our_mail_leads_back,
    the_marker_in_a_quoted_text_leads_back,
    a_marker_is_good_for_its_account_and_message_only,
    the_title_behind_re_leads_to_a_task_of_the_sender_only,
    a_ticket_mark_leads_to_the_task_with_the_same_mark,
    the_sender_alone_is_enough_where_the_account_wants_that,
    a_mail_to_any_task_names_it_in_the_subject,
    what_another_system_says_of_our_task_is_a_task_of_its_own,
    every_step_that_was_tried_is_told,
    a_mail_for_which_we_were_a_hidden_receiver_shows_nobody_to_others,
    thirty_answers_to_answers_stay_short,
);

const ANNA: &str = "anna@acme.liaison.test";
const GIVEN: &str = "0100018f5c0d4b2e-1a2b3c4d-5e6f-7a8b-9c0d-1e2f3a4b5c6d-000000";

/// A mail of Ivan to Anna in which nothing of ours is left but what is put in.
fn bare(n: u32, field: &str, text: &str) -> String {
    text_fixture("answer.eml", ANNA)
        .replace("answer-1@", &format!("bare-{n}@"))
        .replace("Re: Gate", "Hello")
        .replace("Date:", &format!("{field}Date:"))
        .replace("Tomorrow at ten.", text)
}

/// TBM-13: its mails of one ticket name each other and not ours, so they gather in a task beside the one that began it.
async fn what_another_system_says_of_our_task_is_a_task_of_its_own(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let mail = |n: u32, fields: &str| {
        format!(
            "From: Tracker <tracker@client.example>\r\nTo: {ANNA}\r\nSubject: Re: Gate\r\n{fields}\
             Message-ID: <GATE-1.{n}@tracker.client.example>\r\n\r\nSomebody looked at it {n} times.\r\n"
        )
    };
    let first = talk.hand_in(mail(1, ""), &[ANNA]).await;
    check_new_task(&talk, &first);
    for (n, name) in [(2, "In-Reply-To"), (3, "References")] {
        let field = format!("{name}: <GATE-1.{}@tracker.client.example>\r\n", n - 1);
        let next = talk.hand_in(mail(n, &field), &[ANNA]).await;
        assert_eq!((&next["matched_by"], &next["task_id"]), (&json!("references"), &first["task_id"]));
    }
    assert_eq!(talk.comments().await.len(), 1, "the question alone");
}

/// R16: providers put their own Message-ID in place of ours and tell it, or its left part, when they take the mail.
async fn an_id_that_a_provider_gave_our_mail_leads_back(app: TestApp) {
    let ivan = EmailAddress::parse("ivan@client.example").unwrap();
    let replies = [format!("250 Ok {GIVEN}"), "250 2.6.0 <given.1@mail.example> Queued".to_owned()];
    let ids = [format!("{GIVEN}@eu-west-1.provider.example"), "given.1@mail.example".to_owned()];
    for (n, (reply, id)) in replies.into_iter().zip(ids).enumerate() {
        app.mail().misbehave(&ivan, Misbehavior::Answer(reply));
        let account = format!("acme{n}");
        let anna = app.sign_up(&account).await;
        let ivan = anna.contact("ivan").await;
        let talk = Talk::with(&app, anna, ivan, &[]).await;
        let to = format!("anna@{account}.liaison.test");
        for (m, field) in ["In-Reply-To", "References"].iter().enumerate() {
            let mail = bare(u32::try_from(m).unwrap(), &format!("{field}: <{id}>\r\n"), "Yes.");
            check_applied(&talk, &talk.hand_in(mail, &[&to]).await, "references");
        }
        let guessed = bare(9, "In-Reply-To: <000000@eu-west-1.provider.example>\r\n", "Yes.");
        assert_eq!(talk.hand_in(guessed, &[&to]).await["matched_by"], "none");
    }
}

/// R16, R28: in text and in HTML, quoted, wrapped.
async fn the_marker_in_a_quoted_text_leads_back(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let (text, html) = bodies(&talk.asked);
    let quoted = text.lines().map(|line| format!("> {line}\r\n")).collect::<Vec<_>>().concat();
    let entry = talk.hand_in(bare(1, "", &format!("Yes.\r\n\r\n{quoted}")), &[ANNA]).await;
    check_applied(&talk, &entry, "body_marker");
    let comment = talk.last_comment().await;
    assert_eq!((&comment["visible"], &comment["reply_to"]), (&json!("Yes."), &talk.question["id"]));
    assert_eq!(audience(&comment), ["Anna"]);

    let marker = marker(&text);
    let (head, tail) = marker.split_at(30);
    let wrapped = format!("Indeed.\r\n> > {head}\r\n> > {tail}\r\n");
    check_applied(&talk, &talk.hand_in(bare(2, "", &wrapped), &[ANNA]).await, "body_marker");
    let in_html = format!("<p>So be it.</p><blockquote>{html}</blockquote>");
    let in_html = bare(3, "", &in_html).replace("text/plain", "text/html");
    check_applied(&talk, &talk.hand_in(in_html, &[ANNA]).await, "body_marker");

    let mails = talk.anna.get("/v1/mail/outgoing").await.expect(200).json();
    let mail = talk.anna.get(format!("/v1/mail/outgoing/{}", mails.items()[0].id())).await.expect(200).json();
    let answered = mail["events"].as_array().unwrap().iter().filter(|it| it["type"] == "answered");
    assert_eq!(answered.count(), 3, "{mail:#}");
}

/// S1: a marker of another account, a changed one, and a revoked way back lead nowhere.
async fn a_marker_is_good_for_its_account_and_message_only(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let good = marker(&bodies(&talk.asked).0);
    let other = app.sign_up("globex").await;
    let (ivan, to) = (other.contact("ivan").await, "anna@globex.liaison.test");
    let there = Talk::with(&app, other, ivan, &[]).await;
    assert_eq!(there.hand_in(bare(1, "", &good), &[to]).await["matched_by"], "none");

    for (n, at) in (2..).zip([1, 20, 40]) {
        let mut bent: Vec<char> = good.chars().collect();
        let place = bent.len() - at;
        bent[place] = if bent[place] == 'a' { 'b' } else { 'a' };
        let bent: String = bent.into_iter().collect();
        let entry = talk.hand_in(bare(n, "", &bent), &[ANNA]).await;
        assert_eq!(entry["matched_by"], "none", "{at}: {entry:#}");
    }
    check_applied(&talk, &talk.hand_in(bare(9, "", &good), &[ANNA]).await, "body_marker");
    app.mail().take();
}

/// DET-2, R15: on by default; only `Re` and its like, only the whole title, only who takes part; the latest of several.
async fn the_title_behind_re_leads_to_a_task_of_the_sender_only(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let mail = |n: u32, subject: &str| bare(n, "", "Yes.").replace("Hello", subject);
    check_applied(&talk, &talk.hand_in(mail(1, "RE: gate"), &[ANNA]).await, "subject_and_sender");
    check_applied(&talk, &talk.hand_in(mail(2, "Fwd: Re: Gate"), &[ANNA]).await, "subject_and_sender");
    for (n, subject) in (3..).zip(["Gate", "Re: Gates", "Regarding: Gate"]) {
        assert_eq!(talk.hand_in(mail(n, subject), &[ANNA]).await["matched_by"], "none", "{subject}");
    }
    talk.anna.contact("olga").await;
    for (n, stranger) in (6..).zip(["olga@client.example", "pyotr@other.example"]) {
        let mail = mail(n, "Re: Gate").replace("ivan@client.example", stranger);
        assert_eq!(talk.hand_in(mail, &[ANNA]).await["matched_by"], "none", "{stranger}");
    }
    let later = json!({"title": "GATE", "participants": [talk.ivan["id"]]});
    let later = talk.anna.post("/v1/tasks", later).await.expect(201).json();
    assert_eq!(talk.hand_in(mail(8, "Re: Gate"), &[ANNA]).await["task_id"], later["id"]);
    talk.set(json!({"match_subject_and_sender": false})).await;
    assert_eq!(talk.hand_in(mail(9, "Re: Gate"), &[ANNA]).await["matched_by"], "none");
    app.mail().take();
}

/// TKT-1, IN-8: off by default; the whole mark, in a task of the sender.
async fn a_ticket_mark_leads_to_the_task_with_the_same_mark(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let ticket = json!({"title": "Printer [SR-0123456] is out", "participants": [talk.ivan["id"]]});
    let ticket = talk.anna.post("/v1/tasks", ticket).await.expect(201).json();
    let mail = |n: u32, subject: &str| bare(n, "", "Yes.").replace("Hello", subject);
    let subject = "[sr-0123456] Printer was repaired";
    let tried = dry_run(&talk.anna, &mail(1, subject), &[ANNA]).await;
    assert_eq!(tried["would"]["matched_by"], "none");
    talk.set(json!({"match_ticket_marks": true})).await;
    let entry = talk.hand_in(mail(2, subject), &[ANNA]).await;
    assert_eq!((&entry["matched_by"], &entry["task_id"]), (&json!("ticket_mark"), &ticket["id"]));
    for (n, other) in (3..).zip(["[SR-012345] Printer", "SR-0123456", "[EXTERNAL] Printer"]) {
        assert_eq!(talk.hand_in(mail(n, other), &[ANNA]).await["matched_by"], "none", "{other}");
    }
    let stranger = mail(6, subject).replace("ivan@client.example", "pyotr@other.example");
    assert_eq!(talk.hand_in(stranger, &[ANNA]).await["matched_by"], "none");
    app.mail().take();
}

/// DET-3, R15: off by default, for contacts only, whatever the task's status.
async fn the_sender_alone_is_enough_where_the_account_wants_that(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let tried = dry_run(&talk.anna, &bare(1, "", "One."), &[ANNA]).await;
    assert_eq!(tried["would"]["matched_by"], "none");
    talk.set(json!({"match_sender_only": true})).await;
    check_applied(&talk, &talk.hand_in(bare(2, "", "Two."), &[ANNA]).await, "sender");
    let path = format!("/v1/tasks/{}", talk.task.id());
    talk.anna.patch(path, json!({"status": "completed"})).await.expect(200);
    check_applied(&talk, &talk.hand_in(bare(3, "", "Three."), &[ANNA]).await, "sender");
    let of = |n: u32, address: &str| bare(n, "", "Four.").replace("ivan@client.example", address);
    for (n, other) in (4..).zip(["anna@acme.example", "pyotr@other.example"]) {
        assert_eq!(talk.hand_in(of(n, other), &[ANNA]).await["matched_by"], "none", "{other}");
    }
    app.mail().take();
}

/// CBM-6: the latest whose title has the text, among those that the sender may see; the mark is not shown.
async fn a_mail_to_any_task_names_it_in_the_subject(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let mail = |n: u32, subject: &str| {
        bare(n, "", "Yes.").replace("Hello", subject).replace("Date:", "Cc: task+@acme.liaison.test\r\nDate:")
    };
    let at_any = async |mail: String| talk.hand_in(mail, &[ANNA]).await;
    check_applied(&talk, &at_any(mail(1, "Offer @nonotify #GAT")).await, "task_address");
    let comment = talk.last_comment().await;
    assert_eq!((&comment["subject"], &comment["audience"]), (&json!("Offer"), &json!([])));
    for (n, subject) in (2..).zip(["Offer #Roof", "Offer", "Offer #"]) {
        assert_eq!(at_any(mail(n, subject)).await["matched_by"], "none", "{subject}");
    }
    let hidden = json!({"title": "Gate of others"});
    let hidden = talk.anna.post("/v1/tasks", hidden).await.expect(201).json();
    check_applied(&talk, &at_any(mail(5, "Offer #Gate")).await, "task_address");
    let stranger = mail(6, "Offer #Gate").replace("ivan@client.example", "pyotr@other.example");
    assert_eq!(at_any(stranger).await["matched_by"], "none");
    let owner = mail(7, "Offer #Gate").replace("ivan@client.example", "anna@acme.example");
    assert_eq!(at_any(owner).await["task_id"], hidden["id"]);
    let numbered = mail(8, "Offer #others").replace("task+@", &format!("task+{}@", talk.task["number"]));
    check_applied(&talk, &at_any(numbered).await, "task_address");
    assert_eq!(talk.last_comment().await["subject"], "Offer #others");
    app.mail().take();
}

/// Product §5: every step leaves a line.
async fn every_step_that_was_tried_is_told(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let steps = |entry: &Value| -> Vec<String> {
        let names = [
            "reply_token",
            "task_address",
            "references",
            "body_marker",
            "ticket_mark",
            "subject_and_sender",
            "sender",
        ];
        let steps =
            entry["explain"].as_array().unwrap().iter().map(|it| (it["step"].text(), it["verdict"].text()));
        let of_chain = steps.skip_while(|it| *it != ("sender", "contact")).skip(1);
        of_chain
            .filter(|(step, _)| names.contains(step))
            .map(|(step, verdict)| format!("{step} {verdict}"))
            .collect()
    };
    let nothing = talk.hand_in(bare(1, "References: <x@y.example>\r\n", "Yes."), &[ANNA]).await;
    assert_eq!(
        steps(&nothing),
        [
            "reply_token absent",
            "task_address absent",
            "references unknown",
            "body_marker absent",
            "ticket_mark off",
            "subject_and_sender absent",
            "sender off",
        ]
    );
    let address = talk.task_address();
    let found = talk.hand_in(bare(2, "", "Yes."), &[&address]).await;
    assert_eq!(steps(&found), ["reply_token absent", "task_address found"]);
    app.mail().take();
}

/// R20: who got the mail beside us is nobody's business, and who asked stays who he is.
async fn a_mail_for_which_we_were_a_hidden_receiver_shows_nobody_to_others(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
    let talk = Talk::with(&app, anna, ivan, &[&olga]).await;
    let mail = text_fixture("answer.eml", "boss@client.example");
    check_applied(&talk, &talk.answer(&mail).await, "reply_token");
    let mails = app.mail().take();
    assert_eq!(mails.len(), 1);
    let sent = String::from_utf8_lossy(&mails[0].message).into_owned();
    assert!(!sent.contains("boss@client.example") && !sent.contains(&talk.asked.reply_to), "{sent}");
    let now = talk.anna.get(format!("/v1/tasks/{}", talk.task.id())).await.expect(200).json();
    assert_eq!(now["assigner"]["id"], talk.anna.me["id"]);
    let boss = talk.anna.get("/v1/contacts?email=boss@client.example").await.expect(200).json();
    assert_eq!(boss.items().len(), 0);
}

/// R28: however much is quoted, what is shown grows with what is written.
async fn thirty_answers_to_answers_stay_short(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let mut last = bodies(&talk.asked).0;
    for n in 0..15 {
        let quoted = last.lines().map(|line| format!("> {line}\r\n")).collect::<Vec<_>>().concat();
        let text = format!("Answer {n}.\r\n\r\nOn Monday, Acme wrote:\r\n{quoted}");
        check_applied(&talk, &talk.hand_in(bare(n, "", &text), &[ANNA]).await, "body_marker");
        assert_eq!(talk.last_comment().await["visible"], format!("Answer {n}."));
        let path = format!("/v1/tasks/{}/comments", talk.task.id());
        let body = json!({"text": format!("Question {n}?"), "notify": [talk.ivan["id"]]});
        talk.anna.post(path, body).await.expect(201);
        app.work().await;
        last = format!("{}\n\n{text}", bodies(&Sent::read(&app.mail().take()[0])).0);
    }
    let visible: usize = talk.comments().await.iter().map(|it| it["visible"].text().len()).sum();
    assert!(visible < 31 * 40, "{visible}");
}

/// The text and the HTML of a mail that left.
fn bodies(sent: &Sent) -> (String, String) {
    let parsed = MessageParser::default().parse(&sent.raw).unwrap();
    (parsed.body_text(0).unwrap().into_owned(), parsed.body_html(0).unwrap().into_owned())
}

/// The marker in a mail's text.
fn marker(text: &str) -> String {
    text.split_whitespace().find(|it| it.starts_with("liaison-ref:")).unwrap().to_owned()
}
