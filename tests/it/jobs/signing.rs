//! Mail of ours is signed in the account's name (RFC 6376, RFC 8463).

use liaison_api::{service::dkim_key::secret, startup};
use liaison_mailer::{
    authenticate::{AuthResult, Authenticator, Hop},
    testing::DnsStub,
    transport::SentMail,
};
use serde_json::{Value, json};
use support::{Client, JsonExt as _, SmtpServer, TestApp, both_engines};

use super::{comment, task};

both_engines!(
    every_key_of_the_account_signs_what_leaves,
    a_deleted_key_signs_nothing_more,
    what_leaves_by_a_mailbox_is_its_servers_to_sign,
    a_private_key_is_sealed_and_never_shown,
    an_account_has_at_most_four_keys,
);

const PATH: &str = "/v1/mail/dkim-keys";

/// Product §4: verified as a receiver does, by the records that the API shows.
async fn every_key_of_the_account_signs_what_leaves(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let keys = [anna.post(PATH, json!({})).await, key(&anna).await];
    let keys = keys.map(|it| it.expect(201).json());
    let algorithms = [&keys[0]["algorithm"], &keys[1]["algorithm"]];
    assert_eq!(
        (algorithms, &keys[0]["domain"]),
        ([&json!("rsa2048"), &json!("ed25519")], &json!("acme.liaison.test"))
    );
    assert!(keys[0]["record"]["zone_line"].text().contains("\" \""), "longer than one string of a record");
    let sent = write(&anna).await;

    let [rsa, ed25519] = keys
        .each_ref()
        .map(|it| format!("{} TXT {}\n", it["record"]["name"].text(), it["record"]["value"].text()));
    let policy = "_dmarc.acme.liaison.test TXT v=DMARC1; p=reject; adkim=s\n";
    for zone in [format!("{rsa}{policy}"), format!("{ed25519}{policy}")] {
        assert_eq!(verify(&sent.message, &zone).await, [AuthResult::Pass; 2], "{zone}");
    }
    let changed = String::from_utf8(sent.message.clone()).unwrap().replace("Subject: ", "Subject: Urgent: ");
    assert_eq!(verify(changed.as_bytes(), &format!("{rsa}{policy}")).await, [AuthResult::Fail; 2]);
    let forged = [b"From: boss@acme.liaison.test\r\n", sent.message.as_slice()].concat();
    assert_ne!(verify(&forged, &format!("{rsa}{policy}")).await[1], AuthResult::Pass, "a second From");
}

async fn a_deleted_key_signs_nothing_more(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let made = key(&anna).await.expect(201).json();
    assert_eq!(n_signatures(&write(&anna).await.message), 1);
    anna.delete(format!("{PATH}/{}", made.id())).await.expect(204);
    assert_eq!(n_signatures(&write(&anna).await.message), 0);
    anna.delete(format!("{PATH}/{}", made.id())).await.expect(404);
}

async fn what_leaves_by_a_mailbox_is_its_servers_to_sign(app: TestApp) {
    let app = app.restart(|config| config.network.allow_private = vec!["127.0.0.0/8".parse().unwrap()]).await;
    let (anna, server) = (app.sign_up("acme").await, SmtpServer::start());
    key(&anna).await.expect(201);
    let mailbox = json!({"owner": "company", "address": "support@acme.example", "sender_name": "ACME",
        "smtp": server.connection(SmtpServer::PASSWORD), "is_default": true});
    anna.post("/v1/mailboxes", mailbox).await.expect(201);
    let ivan = anna.contact("ivan").await;
    comment(&anna, &task(&anna).await, "Hello", &[&ivan]).await;
    app.work().await;
    assert_eq!(n_signatures(&server.take()[0].message), 0);
}

/// S18, S19
async fn a_private_key_is_sealed_and_never_shown(app: TestApp) {
    let anna = app.sign_up("acme").await;
    let made = key(&anna).await.expect(201).json();
    let shown: Vec<&String> = made.as_object().unwrap().keys().collect();
    assert_eq!(shown, ["algorithm", "created_at", "domain", "id", "record", "selector"]);
    assert_eq!(anna.get(PATH).await.expect(200).json().items(), [made]);

    let old_key = app.parts().config.secrets.key.clone();
    let with = async |previous: Vec<String>| {
        app.restart(|config| {
            config.secrets.key = "another sealing key of this test app".into();
            config.secrets.previous_keys = previous;
        })
        .await
    };
    assert!(startup::require_keys(with(Vec::new()).await.parts()).await.is_err());
    let both = with(vec![old_key]).await;
    assert_eq!(secret::rotate(both.parts()).await.unwrap(), 1);
    assert_eq!(secret::rotate(both.parts()).await.unwrap(), 0);
    let rotated = with(Vec::new()).await;
    startup::require_keys(rotated.parts()).await.unwrap();
    let anna = rotated.sign_in("acme", "anna@acme.example").await;
    assert_eq!(n_signatures(&write(&anna).await.message), 1);
}

async fn an_account_has_at_most_four_keys(app: TestApp) {
    let anna = app.sign_up("acme").await;
    for _ in 0..4 {
        key(&anna).await.expect(201);
    }
    key(&anna).await.expect(409).problem("too_many_keys");
    anna.post(PATH, json!({"algorithm": "rsa512"})).await.expect(422).problem_names("/algorithm", "invalid");
}

async fn key(anna: &Client) -> support::Answer {
    anna.post(PATH, json!({"algorithm": "ed25519"})).await
}

/// A mail of Anna's to a client.
async fn write(anna: &Client) -> SentMail {
    let known = anna.get("/v1/contacts?email=ivan@client.example").await.expect(200).json();
    let ivan: Value = match known.items().first() {
        Some(ivan) => ivan.clone(),
        None => anna.contact("ivan").await,
    };
    comment(anna, &task(anna).await, "Hello", &[&ivan]).await;
    anna.app.work().await;
    anna.app.mail().take().remove(0)
}

/// What a receiver finds whom the DNS tells this: DKIM and DMARC.
async fn verify(message: &[u8], zone: &str) -> [AuthResult; 2] {
    let dns = DnsStub::start(zone).await;
    let receiver = Authenticator::new(&dns.settings()).unwrap();
    let verdict = receiver.verify(message, &Hop::default(), "2030-01-07T10:00:00Z".parse().unwrap()).await;
    [verdict.dkim.result, verdict.dmarc.result]
}

fn n_signatures(message: &[u8]) -> usize {
    String::from_utf8_lossy(message).matches("DKIM-Signature: ").count()
}
