//! Mails on their way through a real mail server that takes no UTF-8 in headers: what arrives is what left.

use std::sync::atomic::{AtomicU32, Ordering};

use liaison_mailer::transport::{SentMail, TransportUrl};
use mail_parser::{MessageParser, MimeHeaders as _};
use serde_json::json;
use support::{JsonExt as _, TestApp, both_engines, process::Postfix};

both_engines!(what_is_written_arrives_as_it_was_written);

/// What has ended mails, split headers and closed quotes in other programs.
const TRAPS: &str =
    "Первая строка\n.\nвторая\n.\r\nтретья\r\n.\r\nFrom evil@x.example\nBcc: evil@x.example\n\n--\n";

/// R33, S15, S16: Cyrillic names, subjects and file names; lines that are too long; dots alone on a line.
async fn what_is_written_arrives_as_it_was_written(app: TestApp) {
    let postfix = Postfix::find();
    let anna = app.sign_up("acme").await;
    anna.patch("/v1/account", json!({"title": "Акме «Ворота и заборы»"})).await.expect(200);
    let name = "Анна Сергеевна Ёлкина-Преображенская, «Акме»; <ворота>";
    anna.patch(format!("/v1/employees/{}", anna.me.id()), json!({"name": name})).await.expect(200);
    let address = client_address();
    let reader = "Иван \"Грозный\" Васильевич, <царь>";
    let ivan = json!({"name": reader, "email": address, "selectable_as_participant": true});
    let ivan = anna.post("/v1/contacts", ivan).await.expect(201).json();
    let title = format!("Смета на ворота: {}", "длинные слова ".repeat(16).trim_end());
    let task = anna.post("/v1/tasks", json!({"title": title})).await.expect(201).json();
    let file_name = "Смета на март (окончательная, исправленная) — копия.txt";
    let file = anna.upload(file_name, TRAPS.as_bytes()).await;
    let text = format!("{TRAPS}{}\n{}\n.", "я".repeat(3000), "x".repeat(3000));
    let body = json!({"text": text, "notify": [ivan.id()], "file_ids": [file.id()]});
    anna.post(format!("/v1/tasks/{}/comments", task.id()), body).await.expect(201);
    app.work().await;
    let sent = app.mail().take();
    let arrived = pass(&postfix, &sent[0]).await;
    let mail = MessageParser::new().parse(arrived.as_bytes()).unwrap();
    assert_eq!(mail.subject(), Some(format!("Re: {title}").as_str()));
    let from = mail.from().unwrap().first().unwrap();
    assert_eq!((from.name(), from.address()), (Some(name), Some("anna@acme.liaison.test")));
    let to = mail.to().unwrap().first().unwrap();
    assert_eq!((to.name(), to.address()), (Some(reader), Some(address.as_str())));
    let shown = mail.body_text(0).unwrap().replace("\r\n", "\n");
    for line in text.lines().filter(|it| it.len() > 1) {
        assert!(shown.contains(line.trim()), "{line} is not in: {shown}");
    }
    let [file] = <[_; 1]>::try_from(mail.attachments().collect::<Vec<_>>()).unwrap();
    assert_eq!((file.attachment_name(), file.contents()), (Some(file_name), TRAPS.as_bytes()));
}

/// Hands a mail to the server and waits until it arrives; gives what arrived.
async fn pass(postfix: &Postfix, sent: &SentMail) -> String {
    let url: TransportUrl = format!("smtp://{}", postfix.smtp).parse().unwrap();
    url.build(None).send(&sent.envelope, &sent.message).await.unwrap();
    let arrived = postfix.wait_for_mail_to(sent.envelope.recipients[0].as_str());
    assert!(arrived.is_ascii());
    assert!(arrived.lines().all(|it| it.len() <= 998), "{arrived}");
    arrived
}

fn client_address() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("ivan-{}-{}@client.test", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}
