//! What each setting of mail to contacts does, as its receivers see it: by two parsers that know nothing of each other before
//! the mail leaves and after a real Postfix took it, and by a real IMAP server.

use chrono::TimeDelta;
use serde_json::{Value, json};
use support::{
    Client, Dovecot, Engine, JsonExt as _, Seen, TestApp,
    process::{Postfix, hand_over},
    read_inbox, read_mail, run,
};

const TITLE: &str = "Починить ворота: «смета» № 7 ✓";
const NAME: &str = "Иван, сын Петра";
const FILE: &str = "Прайс-лист на весну.csv";
const TEXT: &str = "Добрый день!\n.\nСмета готова =?utf-8?q?x?=\n\u{a0}\n";

/// A setting, and what of it the mail to Ivan shows.
struct Case {
    change: Value,
    shows: fn(&Seen) -> bool,
    /// It shows that by the defaults too.
    by_default: bool,
}

/// Shows this when changed so, and not by the defaults.
fn makes(change: Value, shows: fn(&Seen) -> bool) -> Case {
    Case { change, shows, by_default: false }
}

fn cases() -> Vec<Case> {
    let to_all = |staff: &str| json!({"show_all_recipients": true, "staff_without_email": staff});
    vec![
        Case {
            change: json!({}),
            shows: |it| it.to[0].0 == NAME && it.text().contains("\n.\n"),
            by_default: true,
        },
        makes(json!({"unique_reply_address": false}), |it| it.reply_to[0].1.starts_with("task+")),
        makes(json!({"attach_files": false}), |it| {
            it.parts.iter().all(|(_, name)| name.is_empty()) && it.html().contains("/f/")
        }),
        makes(json!({"plain_text_part": false}), |it| !it.kinds().contains(&"text/plain")),
        makes(json!({"history_messages": 1}), |it| {
            it.html().contains("Раньше.") && !it.html().contains("Давно.")
        }),
        makes(json!({"reply_marker": false}), |it| !it.html().contains("выше этой строки")),
        makes(json!({"open_tracking": true}), |it| it.html().contains("/t/")),
        makes(to_all("omit"), |it| it.receivers().len() == 2),
        makes(to_all("internal_address"), |it| it.receivers().contains(&"boris@acme.liaison.test")),
        makes(to_all("external_address"), |it| it.receivers().contains(&"boris@acme.example")),
    ]
}

/// URA-1, ATT-1, PLT-1, HIS-1, ALL-1, ALL-4, TRK-2; S15, S16, R33
#[test]
fn every_setting_shows_in_the_mail_as_it_is_received() {
    run(Engine::Sqlite, async |app: TestApp| {
        let (postfix, mailbox, world) = (Postfix::find(), Dovecot::mailbox(), World::begin(app).await);
        let by_default = read_mail(&world.mail(&json!({})).await);
        let mut left = Vec::new();
        for case in cases() {
            assert_eq!((case.shows)(&by_default), case.by_default, "without {}", case.change);
            let raw = world.mail(&case.change).await;
            let seen = read_mail(&raw);
            assert!((case.shows)(&seen), "{}: {seen:#?}", case.change);
            hand_to(&postfix, &raw, left.len());
            left.push(seen);
        }
        for (n, seen) in left.iter().enumerate() {
            let received = postfix.wait_for_mail_to(&address(n));
            assert_eq!(read_mail(received.as_bytes()), *seen);
            mailbox.deliver(&received);
        }
        let mut shown = read_inbox(&mailbox);
        let mut left: Vec<Seen> = left.into_iter().map(Seen::without_bodies).collect();
        for list in [&mut shown, &mut left] {
            list.sort_by(|a, b| a.message_id.cmp(&b.message_id));
        }
        assert_eq!(shown, left);
    });
}

/// TPL-8: what does not leave shows nowhere.
#[test]
fn nobody_receives_what_is_suppressed() {
    run(Engine::Sqlite, async |app: TestApp| {
        let world = World::begin(app).await;
        let stopped = json!({"suppressed_addresses": ["ivan@client.test"]});
        world.anna.patch("/v1/settings/contact-mail", stopped).await.expect(200);
        world.write(TEXT, &[&world.ivan]).await;
        world.app.work().await;
        assert_eq!(world.app.mail().take(), []);
    });
}

/// A task in which Ivan was told two things, and Olga and Boris nothing.
struct World {
    app: TestApp,
    anna: Client,
    boris: Client,
    ivan: Value,
    olga: Value,
    task: Value,
    file: Value,
}

impl World {
    async fn begin(app: TestApp) -> Self {
        let anna = app.sign_up("acme").await;
        let boris = anna.employee("boris").await;
        let ivan = json!({"name": NAME, "email": "ivan@client.test", "language": "ru", "selectable_as_participant": true});
        let ivan = anna.post("/v1/contacts", ivan).await.expect(201).json();
        let olga = anna.contact("olga").await;
        let task = anna.post("/v1/tasks", json!({"title": TITLE})).await.expect(201).json();
        let file = anna.upload(FILE, "цена;1\n".as_bytes()).await;
        let world = Self { app, anna, boris, ivan, olga, task, file };
        for text in ["Давно.", "Раньше."] {
            world.write(text, &[&world.ivan]).await;
        }
        world.app.work().await;
        world.app.mail().take();
        world
    }

    async fn write(&self, text: &str, to: &[&Value]) {
        self.app.clock().advance(TimeDelta::seconds(1));
        let notify: Vec<&str> = to.iter().map(|it| it.id()).collect();
        let body = json!({"text": text, "notify": notify, "file_ids": [self.file.id()]});
        self.anna.post(format!("/v1/tasks/{}/comments", self.task.id()), body).await.expect(201);
    }

    /// What leaves to Ivan where the settings are the defaults but for this; earlier messages are always two.
    async fn mail(&self, change: &Value) -> Vec<u8> {
        let mut settings = json!({
            "unique_reply_address": true, "attach_files": true, "plain_text_part": true, "history_messages": 0,
            "show_all_recipients": false, "staff_without_email": "omit", "open_tracking": false, "reply_marker": true,
        });
        for (name, value) in change.as_object().unwrap() {
            settings[name] = value.clone();
        }
        self.anna.patch("/v1/settings/contact-mail", settings).await.expect(200);
        // A task of its own for each would have no history, so what was written here goes away again.
        self.write(TEXT, &[&self.ivan, &self.olga, &self.boris.me]).await;
        self.app.work().await;
        let comments =
            self.anna.get(format!("/v1/tasks/{}/comments", self.task.id())).await.expect(200).json();
        let last = comments.items().last().unwrap().id().to_owned();
        self.anna.delete(format!("/v1/comments/{last}")).await.expect(204);
        let mails = self.app.mail().take();
        let to_ivan = |it: &&liaison_mailer::transport::SentMail| {
            it.envelope.recipients.iter().any(|it| it.as_str() == "ivan@client.test")
        };
        mails.iter().find(to_ivan).unwrap().message.clone()
    }
}

fn address(n: usize) -> String {
    format!("ivan-{}-{n}@client.test", std::process::id())
}

/// Hands a mail to Postfix.
fn hand_to(postfix: &Postfix, raw: &[u8], n: usize) {
    let mail = String::from_utf8(raw.to_vec()).unwrap().replace("\r\n", "\n").replace("\n.", "\n..");
    let reply = hand_over(&postfix.smtp, "EHLO", "anna@client.test", &address(n), mail.trim_end()).unwrap();
    assert!(reply.starts_with("250"), "{reply}");
}
