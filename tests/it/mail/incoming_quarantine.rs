//! What administrators do with mail that was kept, and with who sent it.

use liaison_api::config::MailAuth;
use serde_json::{Value, json};
use support::{Answer, JsonExt as _, TestApp, both_engines};

use super::{Talk, audience, check_applied, check_refused, check_state, text_fixture};

both_engines!(
    a_released_mail_is_the_comment_of_whom_from_names,
    what_belongs_nowhere_is_attached_to_a_task,
    a_mail_that_names_nobody_is_the_comment_of_who_attaches_it,
    a_mail_that_cannot_be_read_is_attached_as_it_came,
    a_blocked_sender_is_rejected_until_he_is_forgotten,
    a_trusted_sender_is_neither_blocked_nor_a_spammer,
    nobody_blocks_or_trusts_an_employee,
    mail_of_a_spammer_is_rejected,
    what_is_settled_is_not_released,
    the_numbers_of_the_ledger_add_up,
);

impl Talk {
    async fn order(&self, entry: &Value, verb: &str, body: Value) -> Answer {
        self.anna.post(format!("/v1/mail/incoming/{}:{verb}", entry.id()), body).await
    }

    async fn senders(&self) -> Vec<Value> {
        self.anna.get("/v1/mail/senders").await.expect(200).json().items().to_vec()
    }

    /// The fixture that answers, under an id of its own.
    fn mail(&self, n: u32) -> String {
        text_fixture("answer.eml", &self.asked.reply_to).replace("answer-1@", &format!("mail-{n}@"))
    }
}

fn orders(entry: &Value) -> Vec<&str> {
    let steps = entry["explain"].as_array().unwrap().iter();
    steps.filter(|it| it["step"] == "order").map(|it| it["verdict"].text()).collect()
}

/// Product §5
async fn a_released_mail_is_the_comment_of_whom_from_names(app: TestApp) {
    let strict = app.restart(|config| config.mail.auth = MailAuth::Enforce).await;
    let talk = Talk::begin(&strict).await;
    let forged = talk.mail(1).replace("Ivan Client <ivan@client.example>", "Anna <anna@acme.example>");
    let entry = talk.answer(&forged).await;
    check_state(&entry, "quarantined", Some("spoofed_employee"));
    let released = talk.order(&entry, "release", json!({})).await.expect(200).json();
    check_applied(&talk, &released, "reply_token");
    assert_eq!(orders(&released), ["released"]);
    let steps = released["explain"].as_array().unwrap();
    let said = steps.iter().find(|it| it["step"] == "order").unwrap()["detail"].text();
    assert!(said.contains("Anna") && said.contains("spoofed_employee"), "{said}");
    let comment = talk.last_comment().await;
    assert_eq!(comment["author"]["id"], talk.anna.me["id"]);
    assert_eq!(audience(&comment), ["ivan"]);
    strict.work().await;
    assert_eq!(strict.mail().take().len(), 1, "Ivan gets it now");

    let looping = talk.mail(2).replace("Date:", "X-Liaison-Loop: elsewhere; hops=6\r\nDate:");
    let entry = talk.answer(&looping).await;
    check_state(&entry, "quarantined", Some("loop"));
    check_applied(&talk, &talk.order(&entry, "release", json!({})).await.expect(200).json(), "reply_token");
    assert_eq!(talk.last_comment().await["author"]["id"], talk.ivan["id"]);
}

async fn what_belongs_nowhere_is_attached_to_a_task(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let lost = "bounce+abcdefghijklmnopqrstuvwxyz234567@acme.liaison.test";
    let mail = talk.mail(1).replace(&talk.asked.reply_to, lost).replace("Re: Gate", "Roof");
    let entry = talk.hand_in(mail, &[lost]).await;
    check_state(&entry, "quarantined", Some("unmatched"));
    check_refused(&talk.order(&entry, "release", json!({})).await, 409, "not_releasable");
    let body = json!({"task_id": talk.task.id()});
    let attached = talk.order(&entry, "attach", body).await.expect(200).json();
    check_state(&attached, "applied", None);
    assert_eq!((&attached["task_id"], orders(&attached)), (&talk.task["id"], vec!["attached"]));
    let comment = talk.last_comment().await;
    assert_eq!(
        (&comment["author"]["id"], &comment["visible"]),
        (&talk.ivan["id"], &json!("Tomorrow at ten."))
    );
}

async fn a_mail_that_names_nobody_is_the_comment_of_who_attaches_it(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let entry = talk.answer(&talk.mail(1).replace("From: Ivan Client <ivan@client.example>\r\n", "")).await;
    check_state(&entry, "quarantined", Some("no_sender"));
    check_refused(&talk.order(&entry, "release", json!({})).await, 409, "not_releasable");
    talk.order(&entry, "attach", json!({"task_id": talk.task.id()})).await.expect(200);
    let comment = talk.last_comment().await;
    assert_eq!(
        (&comment["author"]["id"], &comment["visible"]),
        (&talk.anna.me["id"], &json!("Tomorrow at ten."))
    );
}

async fn a_mail_that_cannot_be_read_is_attached_as_it_came(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let entry = talk.answer("\r\nno mail at all\r\n").await;
    check_state(&entry, "quarantined", Some("unparsable"));
    talk.order(&entry, "attach", json!({"task_id": talk.task.id()})).await.expect(200);
    let comment = talk.last_comment().await;
    let file = &comment["files"][0];
    assert_eq!(file["name"], format!("{}.eml", entry.id()));
    let content = talk.anna.get(format!("/v1/files/{}/content", file.id())).await.expect(200);
    assert_eq!(&content.body[..], b"\r\nno mail at all\r\n");
}

/// SPM-2
async fn a_blocked_sender_is_rejected_until_he_is_forgotten(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let blank = talk.answer(&talk.mail(1).replace("Tomorrow at ten.", " ")).await;
    check_state(&blank, "quarantined", Some("blank"));
    let blocked = talk.order(&blank, "block", json!({})).await.expect(200).json();
    check_state(&blocked, "rejected", Some("blocked_sender"));
    assert_eq!(orders(&blocked), ["blocked"]);
    let next = talk.answer(&talk.mail(2)).await;
    check_state(&next, "rejected", Some("blocked_sender"));
    let [sender] = &talk.senders().await[..] else { panic!("not one sender") };
    assert_eq!((&sender["address"], &sender["standing"]), (&json!("ivan@client.example"), &json!("blocked")));
    talk.anna.delete(format!("/v1/mail/senders/{}", sender.id())).await.expect(204);
    talk.order(&next, "reprocess", json!({})).await.expect(202);
    app.work().await;
    check_applied(&talk, &talk.entry(next.id()).await, "reply_token");
    check_applied(&talk, &talk.answer(&talk.mail(3)).await, "reply_token");
}

/// SPM-3: mail that came meanwhile is not lost.
async fn a_trusted_sender_is_neither_blocked_nor_a_spammer(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let ivan = format!("/v1/contacts/{}", talk.ivan.id());
    talk.anna.patch(ivan.clone(), json!({"spam": true})).await.expect(200);
    let entry = talk.answer(&talk.mail(1)).await;
    check_state(&entry, "rejected", Some("spam"));
    let trusted = talk.order(&entry, "trust", json!({})).await.expect(202).json();
    assert_eq!((&trusted["state"], orders(&trusted)), (&json!("received"), vec!["trusted"]));
    app.work().await;
    check_applied(&talk, &talk.entry(entry.id()).await, "reply_token");
    assert_eq!(talk.anna.get(ivan).await.expect(200).json()["spam"], false);
    assert_eq!(talk.senders().await[0]["standing"], "trusted");
    let blocked = talk.order(&entry, "block", json!({})).await.expect(200).json();
    assert_eq!(blocked["state"], "applied", "what was applied stays");
    check_state(&talk.answer(&talk.mail(2)).await, "rejected", Some("blocked_sender"));
    assert_eq!(talk.senders().await.len(), 1, "what was said last counts");
}

/// S1: an address is no proof.
async fn nobody_blocks_or_trusts_an_employee(app: TestApp) {
    let strict = app.restart(|config| config.mail.auth = MailAuth::Enforce).await;
    let talk = Talk::begin(&strict).await;
    for (n, from) in (0..).zip(["anna@acme.example", "anna@acme.liaison.test", "nobody"]) {
        let entry = talk.answer(&talk.mail(n).replace("ivan@client.example", from)).await;
        assert_eq!(entry["state"], "quarantined");
        for verb in ["block", "trust"] {
            check_refused(&talk.order(&entry, verb, json!({})).await, 409, "invalid_sender");
        }
    }
    assert_eq!(talk.senders().await.len(), 0);
}

/// SPM-1 … SPM-3
async fn mail_of_a_spammer_is_rejected(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let path = format!("/v1/contacts/{}", talk.ivan.id());
    let further = json!({"spam": true, "additional_emails": ["ivan@home.example"]});
    talk.anna.patch(path.clone(), further).await.expect(200);
    for (n, from) in (0..).zip(["ivan@client.example", "ivan@home.example"]) {
        let entry = talk.answer(&talk.mail(n).replace("ivan@client.example", from)).await;
        check_state(&entry, "rejected", Some("spam"));
    }
    assert_eq!(talk.comments().await.len(), 1);
    let listed = async |query: &str| {
        let found = talk.anna.get(format!("/v1/contacts?spam={query}")).await.expect(200).json();
        found.items().iter().map(|it| it["name"].text().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!((listed("true").await, listed("false").await), (vec!["ivan".to_owned()], Vec::new()));
    talk.anna.patch(path, json!({"spam": false})).await.expect(200);
    check_applied(&talk, &talk.answer(&talk.mail(9)).await, "reply_token");
}

async fn what_is_settled_is_not_released(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let to = &talk.asked.reply_to;
    for mail in [talk.mail(1), text_fixture("auto_reply.eml", to), text_fixture("robot.eml", to)] {
        let entry = talk.answer(&mail).await;
        check_refused(&talk.order(&entry, "release", json!({})).await, 409, "not_releasable");
        let body = json!({"task_id": talk.task.id()});
        check_refused(&talk.order(&entry, "attach", body).await, 409, "not_releasable");
    }
    let boris = talk.anna.employee("boris").await;
    let entry = talk.answer(&talk.mail(2).replace("Tomorrow at ten.", " ")).await;
    for verb in ["release", "block", "trust"] {
        let path = format!("/v1/mail/incoming/{}:{verb}", entry.id());
        check_refused(&boris.post(path, json!({})).await, 403, "forbidden");
    }
}

/// R10
async fn the_numbers_of_the_ledger_add_up(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let to = &talk.asked.reply_to;
    for mail in [
        talk.mail(1),
        talk.mail(2),
        talk.mail(3).replace("Tomorrow at ten.", " "),
        text_fixture("auto_reply.eml", to),
        text_fixture("bounce.eml", to),
        text_fixture("robot.eml", to),
    ] {
        talk.answer(&mail).await;
    }
    super::hand_in(&app, talk.mail(4).as_bytes(), &[to]).await.expect(202);
    let summary = async || talk.anna.get("/v1/mail/incoming/summary").await.expect(200).json();
    let causes = json!([
        {"cause": "blank", "state": "quarantined", "count": 1},
        {"cause": "robot", "state": "rejected", "count": 1},
    ]);
    let expected = json!({
        "received": 7, "waiting": 1, "applied": 2, "quarantined": 1, "rejected": 1, "bounce": 1, "auto_reply": 1,
        "failed": 0, "causes": causes,
    });
    assert_eq!(summary().await, expected);
    app.work().await;
    assert_eq!((&summary().await["waiting"], &summary().await["applied"]), (&json!(0), &json!(3)));
}
