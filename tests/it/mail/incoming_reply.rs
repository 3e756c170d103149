//! An answer finds its conversation and becomes what the author wrote.

use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines};

use super::{Talk, audience, check_applied, check_new_task, fixture, text_fixture, warnings};

both_engines!(
    an_answer_to_the_reply_address_becomes_a_comment,
    each_clue_alone_leads_to_the_conversation,
    the_receiver_may_stand_in_any_field,
    quotes_are_kept_apart,
    html_alone_is_an_answer,
    an_old_charset_is_read,
    files_come_along_with_their_names,
    a_file_alone_is_an_answer,
    a_long_text_is_cut_and_the_raw_mail_keeps_it,
    an_answer_to_an_answer_finds_its_way,
    an_answer_is_told_beside_the_mail_that_it_answers,
);

/// CBM-1, CBM-2, CBN-1
async fn an_answer_to_the_reply_address_becomes_a_comment(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let entry = talk.answer(&text_fixture("answer.eml", &talk.asked.reply_to)).await;
    check_applied(&talk, &entry, "reply_token");
    assert_eq!(entry["message_id"], "answer-1@client.example");
    assert_eq!(entry["sender"], "ivan@client.example");
    assert_eq!(entry["recipients"], json!([talk.asked.reply_to]));
    assert_eq!(entry["authentication"], json!(null));
    assert_eq!(entry["parsed"]["visible"], "Tomorrow at ten.");
    assert!(entry["explain"].as_array().unwrap().len() > 5);

    let comment = talk.last_comment().await;
    assert_eq!(entry["comment_id"], comment["id"]);
    assert_eq!(comment["visible"], "Tomorrow at ten.");
    assert_eq!(comment["subject"], "Re: Gate");
    assert_eq!(comment["author"]["id"], talk.ivan["id"]);
    assert_eq!(comment["reply_to"], talk.question["id"]);
    assert_eq!(comment["unrecognized_sender"], false);
    assert_eq!(audience(&comment), ["Anna"]);

    let mails = talk.anna.get("/v1/mail/outgoing").await.expect(200).json();
    let mail = talk.anna.get(format!("/v1/mail/outgoing/{}", mails.items()[0].id())).await.expect(200).json();
    let events = mail["events"].as_array().unwrap();
    assert!(events.iter().any(|it| it["type"] == "answered"), "{mail:#}");
}

/// R13, R16: token, task address, In-Reply-To, References.
async fn each_clue_alone_leads_to_the_conversation(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let anna = "anna@acme.liaison.test";
    let mail = |n: u32, to: &str, field: &str| {
        text_fixture("answer.eml", to)
            .replace("answer-1@", &format!("clue-{n}@"))
            .replace("MIME-Version", &format!("{field}MIME-Version"))
    };
    let id = &talk.asked.message_id;
    let entry = talk.hand_in(mail(1, "office@client.example", ""), &[&talk.asked.reply_to]).await;
    check_applied(&talk, &entry, "reply_token");
    let address = talk.task_address();
    check_applied(&talk, &talk.hand_in(mail(2, &address, ""), &[&address]).await, "task_address");
    let dotted = address.replace('+', ".");
    check_applied(&talk, &talk.hand_in(mail(3, &dotted, ""), &[&dotted]).await, "task_address");
    let in_reply_to = mail(4, anna, &format!("In-Reply-To: <{id}>\r\n"));
    check_applied(&talk, &talk.hand_in(in_reply_to, &[anna]).await, "references");
    let references = mail(5, anna, &format!("References: <x@y.example>\r\n <{id}>\r\n"));
    check_applied(&talk, &talk.hand_in(references, &[anna]).await, "references");
    let other = mail(6, anna, "").replace("Re: Gate", "Roof");
    check_new_task(&talk, &talk.hand_in(other, &[anna]).await);
}

/// R13: To, Cc, Delivered-To, X-Original-To; but no other domain's look-alike.
async fn the_receiver_may_stand_in_any_field(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let anna = "anna@acme.liaison.test";
    for (n, field) in ["To", "Cc", "Delivered-To", "X-Original-To"].iter().enumerate() {
        let mail = text_fixture("answer.eml", anna)
            .replace("answer-1@", &format!("field-{n}@"))
            .replace("Date:", &format!("{field}: {}\r\nDate:", talk.asked.reply_to));
        check_applied(&talk, &talk.hand_in(mail, &[anna]).await, "reply_token");
    }
    let token = talk.asked.reply_to.split('@').next().unwrap();
    let foreign = text_fixture("answer.eml", anna)
        .replace("answer-1@", "foreign@")
        .replace("Re: Gate", "Roof")
        .replace("Date:", &format!("Cc: {token}@evil.example\r\nDate:"));
    check_new_task(&talk, &talk.hand_in(foreign, &[anna]).await);
}

/// R27: nothing is lost, the new is shown.
async fn quotes_are_kept_apart(app: TestApp) {
    let talk = Talk::begin(&app).await;
    talk.answer(&text_fixture("quoted.eml", &talk.asked.reply_to)).await;
    let comment = talk.last_comment().await;
    assert_eq!(comment["visible"], "Tomorrow at ten.");
    assert!(comment["elided"].text().contains("> When may we come?"));
    assert!(comment["text"].text().contains("Tomorrow at ten.") && comment["text"].text().contains("> When"));
}

/// S10
async fn html_alone_is_an_answer(app: TestApp) {
    let talk = Talk::begin(&app).await;
    talk.answer(&text_fixture("html_only.eml", &talk.asked.reply_to)).await;
    let comment = talk.last_comment().await;
    assert_eq!(comment["visible"], "Tomorrow at ten.");
    assert!(comment["html"].text().contains("<b>at ten</b>"), "{comment:#}");
    assert!(!comment["html"].text().contains("script"), "{comment:#}");
}

/// R30
async fn an_old_charset_is_read(app: TestApp) {
    let talk = Talk::begin(&app).await;
    talk.hand_in(fixture("koi8.eml", &talk.asked.reply_to), &[&talk.asked.reply_to]).await;
    let comment = talk.last_comment().await;
    assert_eq!(comment["visible"], "Завтра в десять.");
    assert_eq!(comment["subject"], "Re: Ворота");
}

/// CBM-1, RFC 2392
async fn files_come_along_with_their_names(app: TestApp) {
    let talk = Talk::begin(&app).await;
    talk.answer(&text_fixture("files.eml", &talk.asked.reply_to)).await;
    let comment = talk.last_comment().await;
    assert_eq!(comment["subject"], "Re: Ворота");
    let files = comment["files"].as_array().unwrap();
    let names: Vec<_> = files.iter().map(|it| json!([it["name"], it["content_type"]])).collect();
    assert_eq!(names, [json!(["drawing.png", "image/png"]), json!(["Счёт №1.pdf", "application/pdf"])]);
    assert_eq!(files[0]["content_id"], "drawing@client.example");
    assert!(comment["html"].text().contains("cid:drawing@client.example"), "{comment:#}");
    let content = talk.anna.get(format!("/v1/files/{}/content", files[1].id())).await.expect(200);
    assert_eq!(&content.body[..], b"%PDF-1.7\n% a bill\n");
}

/// R14
async fn a_file_alone_is_an_answer(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let mail = text_fixture("files.eml", &talk.asked.reply_to);
    let (before, rest) = mail.split_once("<p>").unwrap();
    let mail = [before, rest.split_once("</p>").unwrap().1].concat();
    check_applied(&talk, &talk.answer(&mail).await, "reply_token");
    assert_eq!(talk.last_comment().await["files"].as_array().unwrap().len(), 2);
}

/// R12, CBM-10
async fn a_long_text_is_cut_and_the_raw_mail_keeps_it(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let long = "It is a long story. ".repeat(5_000);
    let mail = text_fixture("answer.eml", &talk.asked.reply_to).replace("Tomorrow at ten.", &long);
    check_applied(&talk, &talk.answer(&mail).await, "reply_token");
    let comment = talk.last_comment().await;
    assert_eq!(comment["text"].text().len(), 64 * 1024);
    assert_eq!(warnings(&comment), ["text_cut"]);
    let raw = talk.anna.get(format!("/v1/comments/{}/raw", comment.id())).await.expect(200);
    assert_eq!(&raw.body[..], mail.as_bytes());
}

/// DET-1: the Message-ID of a mail that came in belongs to the conversation too.
async fn an_answer_to_an_answer_finds_its_way(app: TestApp) {
    let talk = Talk::begin(&app).await;
    talk.answer(&text_fixture("answer.eml", &talk.asked.reply_to)).await;
    let anna = "anna@acme.liaison.test";
    let second = text_fixture("answer.eml", anna)
        .replace("answer-1@", "answer-2@")
        .replace("MIME-Version", "In-Reply-To: <answer-1@client.example>\r\nMIME-Version");
    check_applied(&talk, &talk.hand_in(second, &[anna]).await, "references");
}

/// TRK-1
async fn an_answer_is_told_beside_the_mail_that_it_answers(app: TestApp) {
    let talk = Talk::begin(&app).await;
    app.clock().advance(chrono::TimeDelta::minutes(1));
    talk.answer("From: ivan@client.example\r\nSubject: Re: Gate\r\n\r\nTomorrow.").await;
    let report = format!("/v1/comments/{}/deliveries", talk.question.id());
    let report = talk.anna.get(report).await.expect(200).json();
    let line = &report.items()[0];
    assert_eq!((&line["state"], &line["at"]), (&json!("accepted"), &json!("2030-01-01T00:00:00Z")));
    assert_eq!(line["answered_at"], "2030-01-01T00:01:00Z");
}
