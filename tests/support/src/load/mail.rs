//! Mails of every kind, each with the end that it was made for.

use crate::process::Office;

/// A mail and what must become of it.
pub(super) struct Mail {
    /// The envelope's sender; no two mails have the same, so the ledger tells them apart.
    pub(super) sender: String,
    pub(super) recipient: String,
    pub(super) text: String,
    pub(super) fate: Fate,
    /// What stands in the task by it.
    pub(super) comment: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Ends(&'static str),
    /// At RCPT.
    Refused,
}

/// `n` mails, kinds in turn: half of them answers, as in a company's day.
pub(super) fn mixed(office: &Office<'_>, n: usize) -> Vec<Mail> {
    let mut mails: Vec<Mail> = Vec::with_capacity(n);
    for i in 0..n {
        let mail = match i % 20 {
            0..=6 => answer(i, "ivan@client.test", &office.reply_to, ""),
            7 | 8 => {
                let references = format!("References: <{}>\r\n", office.field("Message-ID: "));
                answer(i, "ivan@client.test", &office.address("anna"), &references)
            }
            9 | 10 => {
                let task = office.address(&format!("task+{}", office.task["number"]));
                answer(i, "ivan@client.test", &task, "")
            }
            11 => answer(i, &format!("stranger{}@elsewhere.test", i % 5), &office.reply_to, ""),
            12 => copy(i, &mails[i - 12]),
            13 => bounce(i, &office.field("Return-Path: ")),
            14 => kept(i, &office.reply_to, "Auto-Submitted: auto-replied\r\n", "auto_reply"),
            15 => deep(i, &office.reply_to),
            16 => garbage(i, &office.reply_to),
            17 => robot(i, &office.reply_to),
            18 => kept(i, &office.reply_to, "X-Liaison-Loop: elsewhere; hops=9\r\n", "quarantined"),
            _ => Mail {
                fate: Fate::Refused,
                comment: None,
                ..answer(i, "ivan@client.test", &office.address("nobody"), "")
            },
        };
        mails.push(mail);
    }
    mails
}

/// Somebody's answer, with the question below it.
fn answer(i: usize, from: &str, to: &str, fields: &str) -> Mail {
    let text = header(i, from, fields)
        + &format!(
            "Answer {i}.\r\n\r\nOn Mon, Mar 4, 2024 at 9:15 AM Anna <anna@acme.example> wrote:\r\n> The question.\r\n"
        );
    let comment = Some(format!("Answer {i}."));
    Mail { sender: sender(i), recipient: to.to_owned(), text, fate: Fate::Ends("applied"), comment }
}

/// The same mail by another way (R7).
fn copy(i: usize, first: &Mail) -> Mail {
    let text = format!("Received: from elsewhere by mx.client.test\r\n{}", first.text);
    Mail {
        sender: sender(i),
        recipient: first.recipient.clone(),
        text,
        fate: Fate::Ends("applied"),
        comment: None,
    }
}

/// A mail that changes no task.
fn kept(i: usize, to: &str, fields: &str, state: &'static str) -> Mail {
    Mail { fate: Fate::Ends(state), comment: None, ..answer(i, "ivan@client.test", to, fields) }
}

fn robot(i: usize, to: &str) -> Mail {
    let text =
        header(i, "Mail Delivery Subsystem <MAILER-DAEMON@mx.client.test>", "Subject: Your weekly queue\r\n");
    let text = text.replace("Subject: Re: gate\r\n", "") + "All is well with the queue.\r\n";
    Mail { text, ..kept(i, to, "", "rejected") }
}

fn bounce(i: usize, to: &str) -> Mail {
    let fields = "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n";
    let text = header(i, "MAILER-DAEMON@mx.client.test", fields)
        + "--b\r\n\r\nUser unknown.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
           Reporting-MTA: dns; mx.client.test\r\n\r\nFinal-Recipient: rfc822; somebody@client.test\r\n\
           Action: failed\r\nStatus: 4.2.2\r\n--b--\r\n";
    Mail { text, ..kept(i, to, "", "bounce") }
}

/// More levels than are read.
fn deep(i: usize, to: &str) -> Mail {
    let level = |n: usize| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n");
    let text = header(i, "ivan@client.test", "").trim_end().to_owned() + "\r\n";
    Mail { text: text + &(0..30).map(level).collect::<String>(), ..kept(i, to, "", "quarantined") }
}

fn garbage(i: usize, to: &str) -> Mail {
    Mail { text: format!("\0{i}\u{7f}\r\nno mail\r\n"), ..kept(i, to, "", "quarantined") }
}

fn header(i: usize, from: &str, fields: &str) -> String {
    format!(
        "Received: from mx.client.test by mx.acme.example\r\nFrom: {from}\r\nSubject: Re: gate\r\n\
         Message-ID: <{i}@client.test>\r\n{fields}\r\n"
    )
}

fn sender(i: usize) -> String {
    format!("m{i}@client.test")
}
