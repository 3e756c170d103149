//! Mail that is forwarded from one account to another, and what becomes of the conversation once they are linked.

use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

use super::{assign, comment, comments, only_task, texts};
use crate::mail::hand_in;

both_engines!(
    mail_of_a_trusted_account_makes_a_link,
    both_accounts_have_to_trust_each_other,
    a_mail_that_was_not_written_to_him_makes_no_link,
    a_conversation_by_mail_goes_on_over_the_link,
);

/// Two accounts; to the first the owner of the second is a contact with an ordinary address.
struct Forwarding {
    app: TestApp,
    acme: Client,
    globex: Client,
    contact: Value,
}

impl Forwarding {
    async fn new(app: TestApp, acme_trusts: &[&str], globex_trusts: &[&str]) -> Self {
        let (acme, globex) = (app.sign_up("acme").await, app.sign_up("globex").await);
        for (of, trusts) in [(&acme, acme_trusts), (&globex, globex_trusts)] {
            let trusted = json!({"trusted_accounts": trusts});
            of.patch("/v1/settings/account-links", trusted).await.expect(200);
        }
        let contact = acme.contact("boris").await;
        Self { app, acme, globex, contact }
    }

    /// Sends what waits, and forwards it as a mailbox does that keeps no copy.
    async fn forward(&self) -> usize {
        self.app.work().await;
        let mails = self.app.mail().take();
        for mail in &mails {
            hand_in(&self.app, &mail.message, &["anna@globex.liaison.test"]).await.expect(202);
        }
        self.app.work().await;
        mails.len()
    }

    async fn linked_account(&self) -> Value {
        let path = format!("/v1/contacts/{}", self.contact.id());
        self.acme.get(path).await.expect(200).json()["linked_account"].clone()
    }
}

/// Whether a conversation is these words, whatever frame mails have put around them.
async fn check_said(of: &Client, task: &Value, words: &[&str]) {
    let texts = texts(of, task).await;
    let is_said = texts.iter().zip(words).all(|(text, words)| text.contains(words));
    assert!(texts.len() == words.len() && is_said, "{texts:?}");
}

/// LINKT-2
async fn mail_of_a_trusted_account_makes_a_link(app: TestApp) {
    let it = Forwarding::new(app, &["globex"], &["acme"]).await;
    let task = assign(&it.acme, "Repair the gate", &it.contact).await;
    assert_eq!(it.forward().await, 1);
    assert_eq!(it.linked_account().await, json!({"account": "globex", "login": "anna"}));
    let copy = only_task(&it.globex).await;
    assert_eq!((copy["title"].text(), copy["links"][0]["account"].text()), ("Repair the gate", "acme"));
    assert_eq!(copy["assigner"]["linked_account"]["account"], "acme");
    // Further exchange runs over the link.
    comment(&it.acme, &task, "When?", &[&it.contact]).await;
    assert_eq!(it.forward().await, 0, "no mail");
    let copy = only_task(&it.globex).await;
    comment(&it.globex, &copy, "Tomorrow", &[&copy["assigner"]]).await;
    assert_eq!(it.forward().await, 0, "no mail");
    assert_eq!(texts(&it.globex, &copy).await, ["When?", "Tomorrow"]);
    assert_eq!(texts(&it.acme, &task).await, ["When?", "Tomorrow"]);
    let answer = &comments(&it.acme, &task).await[1];
    assert_eq!((&answer["author"]["id"], answer["origin"].text()), (&it.contact["id"], "link"));
}

/// LINKT-2, LINKT-3, S23
async fn both_accounts_have_to_trust_each_other(app: TestApp) {
    let it = Forwarding::new(app, &[], &["acme"]).await;
    let task = assign(&it.acme, "Gate", &it.contact).await;
    assert_eq!(it.forward().await, 1);
    assert_eq!(it.linked_account().await, Value::Null);
    let copy = only_task(&it.globex).await;
    assert_eq!((copy["title"].text(), &copy["links"]), ("Gate", &json!([])), "it is plain mail");
    let policy = |of: &Client, trusted: &[&str]| {
        of.patch("/v1/settings/account-links", json!({"trusted_accounts": trusted}))
    };
    policy(&it.acme, &["globex"]).await.expect(200);
    policy(&it.globex, &[]).await.expect(200);
    comment(&it.acme, &task, "When?", &[&it.contact]).await;
    assert_eq!(it.forward().await, 1);
    assert_eq!(it.linked_account().await, Value::Null);
    check_said(&it.globex, &copy, &["When?"]).await;
}

/// S1, S22: a marker of another mail proves nothing.
async fn a_mail_that_was_not_written_to_him_makes_no_link(app: TestApp) {
    let it = Forwarding::new(app, &["globex"], &["acme"]).await;
    for title in ["Gate", "Fence"] {
        assign(&it.acme, title, &it.contact).await;
    }
    it.app.work().await;
    let mails = it.app.mail().take();
    let text = |n: usize| String::from_utf8(mails[n].message.clone()).unwrap();
    let id = |mail: &str| mail.lines().find(|it| it.starts_with("Message-ID:")).unwrap().to_owned();
    let bent = text(0).replace(&id(&text(0)), &id(&text(1)));
    hand_in(&it.app, bent.as_bytes(), &["anna@globex.liaison.test"]).await.expect(202);
    it.app.work().await;
    assert_eq!(it.linked_account().await, Value::Null);
}

/// LINKA-4, R7: what both have already by mail does not come again, neither the task nor a word of it.
async fn a_conversation_by_mail_goes_on_over_the_link(app: TestApp) {
    let it = Forwarding::new(app, &[], &[]).await;
    let task = assign(&it.acme, "Repair the gate", &it.contact).await;
    it.forward().await;
    comment(&it.acme, &task, "When?", &[&it.contact]).await;
    it.forward().await;
    let copy = only_task(&it.globex).await;
    check_said(&it.globex, &copy, &["When?"]).await;
    // He answers from where he reads it.
    comment(&it.globex, &copy, "Tomorrow", &[&copy["assigner"]]).await;
    it.app.work().await;
    for mail in it.app.mail().take() {
        let recipient = mail.envelope.recipients[0].to_string();
        hand_in(&it.app, &mail.message, &[&recipient]).await.expect(202);
    }
    it.app.work().await;
    check_said(&it.acme, &task, &["When?", "Tomorrow"]).await;
    let path = format!("/v1/contacts/{}", it.contact.id());
    let linked = it.acme.patch(path, json!({"email": "anna@globex.liaison.test"})).await.expect(200).json();
    it.app.work().await;
    comment(&it.acme, &task, "Fine", &[&linked]).await;
    assert_eq!(it.forward().await, 0, "no mail");
    let copy = only_task(&it.globex).await;
    assert_eq!(copy["links"][0]["account"], "acme");
    check_said(&it.globex, &copy, &["When?", "Tomorrow", "Fine"]).await;
    // What was written here is still the author's alone, and follows his changes.
    let own = &comments(&it.globex, &copy).await[1];
    it.globex.patch(format!("/v1/comments/{}", own.id()), json!({"text": "At ten"})).await.expect(200);
    it.app.work().await;
    check_said(&it.globex, &copy, &["When?", "At ten", "Fine"]).await;
}
