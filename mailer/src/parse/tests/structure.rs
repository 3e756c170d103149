//! Body, files and facts of the header.

use super::{super::Mailbox, read};

#[track_caller]
fn check_files(name: &str, expected: &[(&str, &str, bool, usize)]) {
    let mail = read(name);
    let files: Vec<_> = mail
        .attachments
        .iter()
        .map(|it| (it.name.as_str(), it.content_type.as_str(), it.inline, it.bytes.len()))
        .collect();
    assert_eq!(files, expected, "{name}");
}

#[test]
fn an_outlook_mail_falls_into_text_html_and_files() {
    let mail = read("structure/outlook");
    assert_eq!(mail.text.trim(), "Grüße aus Köln, der Entwurf ist gut.");
    assert_eq!(mail.message_id.as_deref(), Some("outlook.1@kunde.example"));
    assert_eq!(mail.in_reply_to, ["c17.4@acme.liaison.example"]);
    assert_eq!(mail.references, ["c17.1@acme.liaison.example", "c17.4@acme.liaison.example"]);
    assert_eq!(mail.date.unwrap().to_rfc3339(), "2026-11-04T08:00:00+00:00");
    check_files(
        "structure/outlook",
        &[("logo.png", "image/png", true, 70), ("Entwurf März.pdf", "application/pdf", false, 9)],
    );
}

/// S10, R29, R32
#[test]
fn html_keeps_its_own_images_and_loads_nothing() {
    let mail = read("structure/outlook");
    let html = mail.html.unwrap();
    assert!(html.contains("<img src=\"cid:logo@kunde\">"), "{html}");
    assert!(!html.contains("track.kunde") && !html.contains("alert") && !html.contains("margin"), "{html}");
    assert_eq!(mail.blocked_remote_images, 1);
    assert!(mail.attachments.first().unwrap().inline_noise);
}

#[test]
fn html_without_text_is_converted_and_its_links_lead_to_the_web_only() {
    let mail = read("structure/html-only");
    assert_eq!(mail.text.trim(), "Hello & welcome,\n\n- one\n- two\n\npress visit <https://client.example/>");
    let html = mail.html.unwrap();
    assert!(
        !html.contains("javascript") && !html.contains("onclick") && html.contains("https://client.example/"),
        "{html}"
    );
}

/// S11, S13
#[test]
fn calendars_and_nested_mails_are_files_and_names_are_only_names() {
    assert_eq!(read("structure/calendar-and-forward").text.trim(), "See you on Monday.");
    check_files(
        "structure/calendar-and-forward",
        &[
            ("part-1.ics", "text/calendar", false, 30),
            ("The first letter.eml", "message/rfc822", false, 231),
            ("evilgnp.exe", "text/plain", false, 1),
        ],
    );
}

#[test]
fn a_mail_cut_off_keeps_what_came() {
    let mail = read("structure/unclosed");
    assert_eq!(mail.text, "The line ended early.");
    assert_eq!(mail.warnings, ["a multipart ends without its last boundary"]);
    check_files("structure/unclosed", &[("data.bin", "application/octet-stream", false, 5)]);
}

/// R31
#[test]
fn winmail_dat_is_unpacked() {
    let mail = read("structure/winmail");
    assert_eq!(mail.text, "Смета во вложении.");
    assert_eq!(mail.attachments.first().unwrap().bytes, "12 500\n");
    check_files("structure/winmail", &[("смета.txt", "text/plain", false, 7)]);
    assert_eq!(read("structure/winmail-line-ends").text, "Tomorrow at ten.\nThe left door\nplease.\n");
}

/// R13, S4
#[test]
fn the_way_of_a_mail_is_told_apart_from_its_header() {
    let mail = read("message/forwarded-by-a-program");
    assert_eq!(mail.route.delivered_to, ["task+17@acme.liaison.example", "sales@acme.liaison.example"]);
    let resent = Mailbox { name: None, address: "project@acme.liaison.example".to_owned() };
    assert_eq!(mail.route.resent_to, [resent]);
    assert!(mail.route.received.first().unwrap().contains("ESMTPSA"));
    assert_eq!(read("automatic/our-own").route.hops, ["0190f0; hops=2"]);
}

/// R14
#[test]
fn a_mail_of_nothing_but_a_quote_is_shown_whole() {
    let mail =
        super::parse(&"From: a@b.example\r\n\r\n> only\r\n> a quote\r\n".into(), &super::Limits::default());
    assert_eq!((mail.visible.as_str(), mail.elided.as_str()), ("> only\n> a quote", ""));
}
