//! Delivery reports and complaints: each counts once, for the mail that it is proven to be about, and ends mail to an
//! address that takes none.

use chrono::TimeDelta;
use liaison_persistence::testing::inspect::list_notices;
use serde_json::{Value, json};
use support::{JsonExt as _, TestApp, both_engines};

use super::{Talk, check_state, goes_to, text_fixture};

both_engines!(
    a_report_to_the_bounce_address_counts_once,
    a_returned_message_id_counts_beside_its_recipients_name_only,
    a_report_that_proves_nothing_changes_nothing,
    only_an_address_that_is_dead_is_suppressed,
    a_report_of_delay_or_delivery_is_an_event_only,
    a_report_stops_the_next_attempt,
    a_complaint_ends_mail_to_the_address,
    the_author_alone_is_told,
);

impl Talk {
    /// The mail that Ivan got, as the ledger has it.
    async fn asked_entry(&self) -> Value {
        let mails = self.anna.get(format!("/v1/mail/outgoing?person={}", self.ivan.id())).await;
        let mails = mails.expect(200).json();
        let first = mails.items().last().unwrap().id().to_owned();
        self.anna.get(format!("/v1/mail/outgoing/{first}")).await.expect(200).json()
    }

    async fn suppressions(&self) -> Vec<Value> {
        self.anna.get("/v1/mail/suppressions").await.expect(200).json().items().to_vec()
    }

    /// A report on the mail that Ivan got, handed in for this address.
    async fn report(&self, to: &str, report: &str) -> Value {
        self.hand_in(report, &[to]).await
    }
}

fn bounce(to: &str) -> String {
    text_fixture("bounce.eml", to)
}

/// The same, with the mail that it is about.
fn returning(to: &str, message_id: &str) -> String {
    let returned = format!(
        "--report\r\nContent-Type: text/rfc822-headers\r\n\r\nFrom: anna@acme.liaison.test\r\n\
         Message-ID: <{message_id}>\r\n--report--"
    );
    bounce(to).replace("--report--", &returned)
}

fn events(mail: &Value) -> Vec<&str> {
    mail["events"].as_array().unwrap().iter().map(|it| it["type"].text()).collect()
}

fn step<'a>(entry: &'a Value, step: &str) -> Vec<&'a str> {
    let steps = entry["explain"].as_array().unwrap().iter();
    steps.filter(|it| it["step"] == step).map(|it| it["verdict"].text()).collect()
}

/// Product §4, R4, R5
async fn a_report_to_the_bounce_address_counts_once(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let to = talk.asked.bounces_to.clone();
    let entry = talk.report(&to, &bounce(&to)).await;
    check_state(&entry, "bounce", None);
    assert_eq!((&entry["task_id"], &entry["comment_id"]), (&talk.task["id"], &talk.question["id"]));
    assert_eq!(step(&entry, "report"), ["bounced"]);
    let mail = talk.asked_entry().await;
    assert_eq!((mail["state"].text(), events(&mail)), ("bounced", vec!["queued", "accepted", "bounced"]));
    let recipient = &mail["recipients"][0];
    assert_eq!((&recipient["bounce_class"], &recipient["attempts"]), (&json!("hard"), &json!(1)));
    assert!(recipient["last_reply"].text().contains("550 5.1.1 user unknown"), "{recipient:#}");
    let [suppression] = &talk.suppressions().await[..] else { panic!("not one suppression") };
    assert_eq!(suppression["address"], "ivan@client.example");
    assert_eq!(suppression["cause"], "hard_bounce");
    assert_eq!(suppression["until"], "2030-01-31T00:00:00Z");
    assert_eq!(talk.comments().await.len(), 1, "a report is no comment");

    let copy = talk.report(&to, &format!("Received: from a by b; today\r\n{}", bounce(&to))).await;
    assert_eq!(step(&copy, "report"), ["copy"]);
    assert_eq!(copy["comment_id"], talk.question["id"]);
    assert_eq!(talk.asked_entry().await["events"].as_array().unwrap().len(), 3);

    let path = format!("/v1/tasks/{}/comments", talk.task.id());
    let body = json!({"text": "Are you there?", "notify": [talk.ivan.id()]});
    let comment = talk.anna.post(path, body).await.expect(201).json();
    assert_eq!(comment["deliveries"][0]["state"], "suppressed");
    assert_eq!(comment["warnings"][0]["code"], "suppressed");
    assert_eq!(comment["warnings"][0]["person_id"], talk.ivan["id"]);
    app.work().await;
    assert_eq!(app.mail().take().len(), 0);
}

/// S5, R16: the address that it comes to may be any of ours.
async fn a_returned_message_id_counts_beside_its_recipients_name_only(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let anna = "anna@acme.liaison.test";
    let id = &talk.asked.message_id;
    let of_another = returning(anna, id).replace("ivan@client", "olga@client").replace("report-1@", "r2@");
    let entry = talk.report(anna, &of_another).await;
    check_state(&entry, "bounce", None);
    assert_eq!((step(&entry, "report"), &entry["task_id"]), (vec!["unbound"], &json!(null)));
    assert_eq!(talk.asked_entry().await["state"], "accepted");
    let entry = talk.report(anna, &returning(anna, id)).await;
    assert_eq!((step(&entry, "report"), &entry["comment_id"]), (vec!["bounced"], &talk.question["id"]));
    assert_eq!(talk.asked_entry().await["state"], "bounced");
}

/// S5: forged, by who may answer, and from another account.
async fn a_report_that_proves_nothing_changes_nothing(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let globex = app.sign_up("globex").await;
    let (anna, reply_to) = ("anna@acme.liaison.test", talk.asked.reply_to.clone());
    let as_bounce = reply_to.replace("reply+", "bounce+");
    for (n, (to, report)) in [
        (anna, bounce(anna)),
        (&reply_to, bounce(&reply_to)),
        (&as_bounce, bounce(&as_bounce)),
        (anna, returning(anna, "guessed@acme.liaison.test")),
    ]
    .into_iter()
    .enumerate()
    {
        let entry = talk.report(to, &report.replace("report-1@", &format!("forged-{n}@"))).await;
        check_state(&entry, "bounce", None);
        assert_eq!((step(&entry, "report"), &entry["task_id"]), (vec!["unbound"], &json!(null)), "{n}");
    }
    let elsewhere = talk.asked.bounces_to.replace("@acme.", "@globex.");
    let returned = returning(&elsewhere, &talk.asked.message_id);
    super::hand_in(&app, returned.as_bytes(), &[&elsewhere]).await.expect(202);
    app.work().await;
    let there = globex.get("/v1/mail/incoming").await.expect(200).json();
    assert_eq!((&there.items()[0]["state"], &there.items()[0]["task_id"]), (&json!("bounce"), &json!(null)));
    assert_eq!(talk.asked_entry().await["state"], "accepted");
    assert_eq!(talk.suppressions().await.len(), 0);
}

/// R4: 5.2.2 and 5.7.x say nothing of the address.
async fn only_an_address_that_is_dead_is_suppressed(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let to = talk.asked.bounces_to.clone();
    let full = bounce(&to).replace("5.1.1", "5.2.2").replace("user unknown", "mailbox full");
    talk.report(&to, &full).await;
    let mail = talk.asked_entry().await;
    assert_eq!((mail["state"].text(), &mail["recipients"][0]["bounce_class"]), ("bounced", &json!("soft")));
    assert_eq!(talk.suppressions().await.len(), 0);
}

async fn a_report_of_delay_or_delivery_is_an_event_only(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let to = talk.asked.bounces_to.clone();
    for (action, status) in [("delayed", "4.4.1"), ("delivered", "2.0.0")] {
        let report = bounce(&to).replace("failed", action).replace("5.1.1", status);
        let report = report.replace("550", "250").replace("report-1@", &format!("{action}@"));
        let entry = talk.report(&to, &report).await;
        check_state(&entry, "bounce", None);
        assert_eq!(step(&entry, "report"), [action]);
    }
    let mail = talk.asked_entry().await;
    let expected = vec!["queued", "accepted", "delayed", "delivered"];
    assert_eq!((mail["state"].text(), events(&mail)), ("accepted", expected));
    assert_eq!(talk.suppressions().await.len(), 0);
}

/// A server took the mail and its answer was lost: what it reports counts.
async fn a_report_stops_the_next_attempt(app: TestApp) {
    use liaison_domain::mail_address::EmailAddress;
    use liaison_mailer::transport::Misbehavior;

    let talk = Talk::begin(&app).await;
    let ivans = EmailAddress::parse("ivan@client.example").unwrap();
    app.mail().misbehave_times(&ivans, Misbehavior::DropAfterData, 1);
    let path = format!("/v1/tasks/{}/comments", talk.task.id());
    let body = json!({"text": "Are you there?", "notify": [talk.ivan.id()]});
    talk.anna.post(path, body).await.expect(201);
    app.work().await;
    let sent = app.mail().take();
    let to = super::Sent::read(&sent[0]).bounces_to;
    talk.report(&to, &bounce(&to)).await;
    app.clock().advance(TimeDelta::minutes(2));
    app.work().await;
    assert_eq!(app.mail().take().len(), 0, "it is not sent again");
}

/// R37
async fn a_complaint_ends_mail_to_the_address(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let anna = "anna@acme.liaison.test";
    let forged = talk.report(anna, &text_fixture("complaint.eml", anna)).await;
    check_state(&forged, "bounce", None);
    assert_eq!((step(&forged, "report"), talk.suppressions().await.len()), (vec!["unbound"], 0));
    let complaint =
        text_fixture("complaint.eml", anna).replace("m1@acme.liaison.test", &talk.asked.message_id);
    let entry = talk.report(anna, &complaint).await;
    assert_eq!((step(&entry, "report"), &entry["comment_id"]), (vec!["complained"], &talk.question["id"]));
    let mail = talk.asked_entry().await;
    assert_eq!((mail["state"].text(), events(&mail).pop()), ("accepted", Some("complained")));
    let [suppression] = &talk.suppressions().await[..] else { panic!("not one suppression") };
    assert_eq!((&suppression["cause"], &suppression["until"]), (&json!("complaint"), &json!(null)));
}

/// R5
async fn the_author_alone_is_told(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let (boris, ivan) = (anna.employee("boris").await, anna.contact("ivan").await);
    let talk = Talk::with(&app, anna, ivan, &[&boris.me]).await;
    let to = talk.asked.bounces_to.clone();
    let told = async || list_notices(&app.parts().database).await.unwrap();
    assert_eq!(told().await, ["new_comment boris"]);
    talk.report(&to, &bounce(&to)).await;
    assert_eq!(told().await, ["mail_failed Anna", "new_comment boris"]);
    talk.report(&to, &bounce(&to).replace("report-1@", "report-2@")).await;
    assert_eq!(told().await, ["mail_failed Anna", "new_comment boris"], "once");
    assert!(!app.mail().take().iter().any(|it| goes_to(it, "anna@acme.example")));
}
