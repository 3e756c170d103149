//! What a mail repeats of the conversation.

use chrono::TimeDelta;
use liaison_mailer::transport::SentMail;
use mail_parser::MessageParser;
use serde_json::{Value, json};
use support::{JsonExt as _, TestApp, both_engines};

use super::{Sent, Talk, goes_to};

both_engines!(
    a_mail_repeats_what_its_recipient_wrote_and_was_told,
    without_the_setting_nothing_is_repeated,
    what_a_mail_repeats_is_no_part_of_its_answer,
    a_long_history_does_not_keep_a_mail_from_leaving,
);

impl Talk {
    async fn repeats(&self, messages: u32) {
        let change = json!({"history_messages": messages});
        self.anna.patch("/v1/settings/contact-mail", change).await.expect(200);
    }

    async fn tell(&self, text: &str, people: &[&Value]) {
        self.app.clock().advance(TimeDelta::minutes(1));
        let notify: Vec<&str> = people.iter().map(|it| it.id()).collect();
        let path = format!("/v1/tasks/{}/comments", self.task.id());
        self.anna.post(path, json!({"text": text, "notify": notify})).await.expect(201);
    }

    async fn ivan_writes(&self, text: &str) -> Value {
        self.app.clock().advance(TimeDelta::minutes(1));
        let mail = format!("From: ivan@client.example\r\nSubject: Re: Gate\r\n\r\n{text}");
        self.answer(&mail).await
    }

    /// What leaves to whom; its text.
    fn mail_to(&self, address: &str) -> (SentMail, String) {
        let mail = self.app.mail().sent().into_iter().find(|it| goes_to(it, address)).unwrap();
        let text = MessageParser::new().parse(&mail.message).unwrap().body_text(0).unwrap().into_owned();
        (mail, text)
    }
}

/// HIS-2, R23, R24: newest first, and what he quoted is not repeated.
async fn a_mail_repeats_what_its_recipient_wrote_and_was_told(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let olga = talk.anna.contact("olga").await;
    talk.repeats(5).await;
    let quoted = "Tomorrow.\r\n\r\nOn Tue, Jan 1, 2030 at 9:00 AM Anna wrote:\r\n> When may we come?\r\n";
    talk.ivan_writes(quoted).await;
    talk.tell("He pays late.", &[]).await;
    talk.tell("Dear Olga", &[&olga]).await;
    talk.tell("At ten, then.", &[&talk.ivan]).await;
    talk.app.work().await;
    let (_, text) = talk.mail_to("ivan@client.example");
    let places: Vec<usize> =
        ["At ten, then.", "Earlier in this conversation", "Tomorrow.", "When may we come?"]
            .map(|it| text.find(it).unwrap_or_else(|| panic!("{it} is not in: {text}")))
            .into();
    assert!(places.is_sorted(), "{text}");
    assert_eq!(text.matches("When may we come?").count(), 1, "{text}");
    assert!(!text.contains("late") && !text.contains("Olga"), "{text}");
    let (_, text) = talk.mail_to("olga@client.example");
    assert!(!text.contains("Earlier") && !text.contains("Tomorrow") && !text.contains("come"), "{text}");
    app.mail().take();
}

async fn without_the_setting_nothing_is_repeated(app: TestApp) {
    let talk = Talk::begin(&app).await;
    talk.tell("At ten, then.", &[&talk.ivan]).await;
    app.work().await;
    let (_, text) = talk.mail_to("ivan@client.example");
    assert!(!text.contains("When may we come?"), "{text}");
    app.mail().take();
}

/// R28
async fn what_a_mail_repeats_is_no_part_of_its_answer(app: TestApp) {
    let mut talk = Talk::begin(&app).await;
    talk.repeats(20).await;
    for n in 0..5 {
        talk.tell(&format!("Question {n}"), &[&talk.ivan]).await;
        app.work().await;
        let (mail, text) = talk.mail_to("ivan@client.example");
        app.mail().take();
        talk.asked = Sent::read(&mail);
        let quoted: Vec<String> = text.lines().map(|it| format!("> {it}\r\n")).collect();
        talk.ivan_writes(&format!("Answer {n}\r\n\r\n{}", quoted.concat())).await;
        assert_eq!(talk.last_comment().await["visible"], format!("Answer {n}"));
    }
}

/// R12
async fn a_long_history_does_not_keep_a_mail_from_leaving(app: TestApp) {
    let talk = Talk::begin(&app).await;
    talk.repeats(20).await;
    for _ in 0..8 {
        talk.tell(&"Long ".repeat(12_000), &[&talk.ivan]).await;
        app.work().await;
        app.mail().take();
    }
    talk.tell("Still there?", &[&talk.ivan]).await;
    app.work().await;
    let (mail, text) = talk.mail_to("ivan@client.example");
    assert!(text.contains("Still there?") && mail.message.len() < 512 * 1024);
    app.mail().take();
}
