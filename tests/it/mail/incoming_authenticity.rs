//! Whether From may be believed: really signed mails, and a name server that is really asked.

use chrono::TimeDelta;
use liaison_api::config::MailAuth;
use liaison_mailer::{
    sign::{self, Algorithm, SigningKey},
    testing::{DnsStub, seal},
};
use serde_json::{Value, json};
use support::{JsonExt as _, TestApp, both_engines};

use super::{
    Talk, audience, check_applied, check_state, goes_to, hand_in_from, text_fixture, verdict, warnings,
};

both_engines!(
    an_employee_is_believed_when_his_domain_vouches_for_the_mail,
    what_a_mail_says_of_its_own_origin_means_nothing,
    a_domain_without_a_policy_vouches_for_nobody,
    a_forwarder_vouches_where_his_seal_is_trusted,
    an_employee_waits_for_a_dns_that_is_down,
    what_the_dns_never_tells_is_no_proof,
    report_believes_and_says_what_enforce_would_do,
    off_asks_nobody,
    what_a_contacts_domain_disowns_waits_for_a_confirmation,
    a_contact_without_a_proof_is_taken_at_his_word,
    robots_and_reports_are_not_looked_up,
);

/// The zones of the account's own people, of its client, and of a forger with everything in order.
pub(super) const ZONE: &str = "
    acme.example                  TXT  v=spf1 ip4:192.0.2.7 -all
    s1._domainkey.acme.example    TXT  KEY
    _dmarc.acme.example           TXT  v=DMARC1; p=reject
    client.example                TXT  v=spf1 ip4:198.51.100.7 -all
    s1._domainkey.client.example  TXT  KEY
    _dmarc.client.example         TXT  v=DMARC1; p=quarantine
    evil.example                  TXT  v=spf1 ip4:203.0.113.9 -all
    s1._domainkey.evil.example    TXT  KEY
    _dmarc.evil.example           TXT  v=DMARC1; p=reject
";

/// The application as it is with `mail.auth` and this name server.
pub(super) async fn authenticating(app: &TestApp, auth: MailAuth, dns: &DnsStub) -> TestApp {
    app.restart(|config| {
        config.mail.auth = auth;
        config.dns.servers = vec![dns.server()];
        // Patient enough for a busy machine.
        config.dns.query_timeout_ms = 30_000;
        config.dns.verification_timeout_ms = 60_000;
    })
    .await
}

/// A talk, a name server, and the key that every domain in its zone publishes.
struct World {
    talk: Talk,
    dns: DnsStub,
    key: SigningKey,
}

impl World {
    async fn with(app: &TestApp, auth: MailAuth, zone: &str) -> Self {
        let key = SigningKey::generate(Algorithm::Ed25519).unwrap();
        let dns = DnsStub::start(&zone.replace("KEY", &key.dns_record())).await;
        let app = authenticating(app, auth, &dns).await;
        let anna = app.sign_up("acme").await;
        let (ivan, olga) = (anna.contact("ivan").await, anna.contact("olga").await);
        let talk = Talk::with(&app, anna, ivan, &[&olga]).await;
        Self { talk, dns, key }
    }

    /// A mail that nobody signed, each with words of its own.
    fn mail(&self, from: &str, n: u32) -> String {
        text_fixture("answer.eml", &self.talk.asked.reply_to)
            .replace("Ivan Client <ivan@client.example>", from)
            .replace("answer-1@", &format!("authenticity-{n}@"))
            .replace("at ten", &format!("at {n}"))
    }

    fn signed(&self, mail: &str, domain: &str) -> String {
        let now = self.talk.app.parts().env.now();
        String::from_utf8(sign::sign(mail.as_bytes(), domain, "s1", &self.key, now).unwrap()).unwrap()
    }

    /// Hands a mail in as the mail server had it from a client at this address.
    async fn arrives(&self, mail: &str, sender: &str, client: &str) -> Value {
        let received = format!(
            "Received: from mx.example (unknown [{client}]) by mx.acme.example (Postfix) with ESMTPS id 4Q; today\r\n"
        );
        let raw = format!("{received}{mail}");
        let recipients = [self.talk.asked.reply_to.as_str()];
        let taken =
            hand_in_from(&self.talk.app, sender, raw.as_bytes(), &recipients).await.expect(202).json();
        self.talk.app.work().await;
        self.talk.entry(taken.id()).await
    }

    /// Who got mail since the last look.
    fn told(&self) -> Vec<String> {
        let mails = self.talk.app.mail().take();
        mails.iter().flat_map(|it| &it.envelope.recipients).map(ToString::to_string).collect()
    }
}

const ANNAS_SERVER: &str = "192.0.2.7";
const CLIENTS_SERVER: &str = "198.51.100.7";
const FORGER: &str = "203.0.113.9";
const NOWHERE: &str = "bounces@nowhere.example";

fn authentication(spf: &str, dkim: &str, dmarc: &str) -> Value {
    json!({"spf": spf, "dkim": dkim, "dmarc": dmarc, "arc": "none"})
}

/// S1, S20: aligned DKIM, or aligned SPF; a forger's own good name is not enough.
async fn an_employee_is_believed_when_his_domain_vouches_for_the_mail(app: TestApp) {
    let world = World::with(&app, MailAuth::Enforce, ZONE).await;
    let talk = &world.talk;
    let anna = |n| world.mail("Anna <anna@acme.example>", n);

    let by_dkim = world.signed(&anna(1), "acme.example");
    let entry = world.arrives(&by_dkim, NOWHERE, FORGER).await;
    check_applied(talk, &entry, "reply_token");
    assert_eq!(entry["authentication"], authentication("none", "pass", "pass"));
    assert_eq!(verdict(&entry, "authenticity"), "believed");
    assert_eq!(verdict(&entry, "dmarc"), "pass");
    let comment = talk.last_comment().await;
    assert_eq!((&comment["author"]["id"], comment["warnings"].clone()), (&talk.anna.me["id"], json!([])));

    let entry = world.arrives(&anna(2), "anna@acme.example", ANNAS_SERVER).await;
    check_applied(talk, &entry, "reply_token");
    assert_eq!(entry["authentication"], authentication("pass", "none", "pass"));
    let large = anna(8).replace("Tomorrow", &"A long story.\r\n".repeat(20_000));
    let entry = world.arrives(&world.signed(&large, "acme.example"), NOWHERE, FORGER).await;
    assert_eq!((&entry["state"], &entry["authentication"]["dmarc"]), (&json!("applied"), &json!("pass")));
    assert_eq!(world.told().len(), 6, "Ivan and Olga got all of them");

    let n_comments = talk.comments().await.len();
    let by_forger = world.signed(&anna(3), "evil.example");
    let entry = world.arrives(&by_forger, "a@evil.example", FORGER).await;
    check_state(&entry, "quarantined", Some("spoofed_employee"));
    assert_eq!(entry["authentication"], authentication("pass", "pass", "fail"));
    let changed = world.signed(&anna(4), "acme.example").replace("at 4", "never");
    for (mail, sender, client) in [
        (anna(5), "anna@acme.example", FORGER),
        (anna(6), "", ANNAS_SERVER),
        (changed, NOWHERE, FORGER),
        (format!("From: anna@acme.example\r\n{}", world.signed(&anna(7), "acme.example")), NOWHERE, FORGER),
    ] {
        let entry = world.arrives(&mail, sender, client).await;
        check_state(&entry, "quarantined", Some("spoofed_employee"));
        assert_eq!(verdict(&entry, "authenticity"), "refused");
    }
    assert_eq!(talk.comments().await.len(), n_comments);
    assert_eq!(world.told(), [""; 0]);
}

/// S4, S27: whoever wrote it and wherever it stands, above what the mail server writes or below.
async fn what_a_mail_says_of_its_own_origin_means_nothing(app: TestApp) {
    let world = World::with(&app, MailAuth::Enforce, ZONE).await;
    let talk = &world.talk;
    let installation = talk.app.parts().keys.installation();
    let claims = [
        "Authentication-Results: mx.acme.example; spf=pass smtp.mailfrom=acme.example; dkim=pass \
         header.d=acme.example; dmarc=pass header.from=acme.example\r\n"
            .to_owned(),
        "Authentication-Results: acme.liaison.test; auth=pass smtp.auth=anna; dmarc=pass\r\n".to_owned(),
        "ARC-Authentication-Results: i=1; mx.acme.example; dmarc=pass header.from=acme.example\r\n"
            .to_owned(),
        "Received-SPF: pass (mx.acme.example: domain of anna@acme.example)\r\n".to_owned(),
        "Return-Path: <anna@acme.example>\r\nDelivered-To: anna@acme.liaison.test\r\n".to_owned(),
        "X-Liaison-Sender: anna\r\nX-Liaison-Authenticated: yes\r\nX-Liaison-Account: acme\r\n".to_owned(),
        format!("X-Liaison-Loop: {installation}; hops=1\r\n"),
        "Sender: anna@acme.example\r\nResent-From: anna@acme.example\r\nX-Original-From: anna\r\n".to_owned(),
        "Received: from pc (unknown [127.0.0.1]) by mx.acme.example (Postfix) with ESMTPSA id 4Q; today\r\n"
            .to_owned(),
    ];
    for (n, claim) in (0..).step_by(2).zip(&claims) {
        let above = format!("{claim}{}", world.mail("Anna <anna@acme.example>", n));
        let below = world
            .mail("Anna <anna@acme.example>", n + 1)
            .replace("MIME-Version", &format!("{claim}MIME-Version"));
        for mail in [above, below] {
            let entry = world.arrives(&mail, "anna@acme.example", FORGER).await;
            check_state(&entry, "quarantined", Some("spoofed_employee"));
            assert_eq!(entry["authentication"]["dmarc"], "fail", "{claim}");
            assert_ne!(entry["authentication"]["spf"], "pass", "{claim}");
        }
    }
    // Nor do they change whose a stranger's words are, or take anything from an honest mail.
    let everything: String = claims.iter().filter(|it| !it.starts_with("X-Liaison-Loop")).cloned().collect();
    let stranger = world.mail("Pyotr <pyotr@other.example>", 100);
    check_applied(
        talk,
        &world.arrives(&format!("{everything}{stranger}"), NOWHERE, FORGER).await,
        "reply_token",
    );
    let comment = talk.last_comment().await;
    assert_eq!(
        (&comment["author"]["name"], &comment["unrecognized_sender"]),
        (&json!("Pyotr"), &json!(true))
    );
    let denied = claims[0].replace("pass", "fail");
    let honest = world.signed(&world.mail("Anna <anna@acme.example>", 101), "acme.example");
    check_applied(talk, &world.arrives(&format!("{denied}{honest}"), NOWHERE, FORGER).await, "reply_token");
    assert_eq!(world.told().len(), 2, "of the honest mail alone");
}

async fn a_domain_without_a_policy_vouches_for_nobody(app: TestApp) {
    let zone = ZONE.replace("_dmarc.acme.example", "_dmarc.other.example");
    let world = World::with(&app, MailAuth::Enforce, &zone).await;
    let mail = world.signed(&world.mail("Anna <anna@acme.example>", 1), "acme.example");
    let entry = world.arrives(&mail, "anna@acme.example", ANNAS_SERVER).await;
    check_state(&entry, "quarantined", Some("spoofed_employee"));
    assert_eq!(entry["authentication"], authentication("pass", "pass", "none"));
}

/// RFC 8617: a forwarder may change the mail, and his domain must be named, not only end alike (S20).
async fn a_forwarder_vouches_where_his_seal_is_trusted(app: TestApp) {
    let app = app.restart(|config| config.mail.trusted_sealers = vec!["list.example".to_owned()]).await;
    let zone = format!(
        "{ZONE}
        s1._domainkey.list.example      TXT  KEY
        s1._domainkey.evillist.example  TXT  KEY"
    );
    let world = World::with(&app, MailAuth::Enforce, &zone).await;
    let forwarded = |from: &str, n: u32, domain: &str, results: &str| {
        let mail =
            world.signed(&world.mail(from, n), "acme.example").replace("Subject: Re:", "Subject: [list] Re:");
        seal(&mail, domain, results, &world.key)
    };
    let (anna, pass) = ("Anna <anna@acme.example>", "dmarc=pass header.from=acme.example");
    for (n, domain, results) in [
        (1, "evillist.example", pass),
        (2, "list.example", "dmarc=fail header.from=acme.example"),
        (3, "list.example", "dmarc=pass header.from=evil.example"),
    ] {
        let entry = world.arrives(&forwarded(anna, n, domain, results), NOWHERE, FORGER).await;
        check_state(&entry, "quarantined", Some("spoofed_employee"));
        assert_eq!(entry["authentication"]["arc"], "pass", "{entry:#}");
    }
    let bent = forwarded(anna, 4, "list.example", pass).replace("at 4", "never");
    check_state(&world.arrives(&bent, NOWHERE, FORGER).await, "quarantined", Some("spoofed_employee"));

    let entry = world.arrives(&forwarded(anna, 5, "list.example", pass), NOWHERE, FORGER).await;
    check_applied(&world.talk, &entry, "reply_token");
    let expected = json!({"spf": "none", "dkim": "fail", "dmarc": "fail", "arc": "pass"});
    assert_eq!(entry["authentication"], expected);
    let ivan = "Ivan <ivan@client.example>";
    let entry = world
        .arrives(
            &forwarded(ivan, 6, "list.example", "dmarc=pass header.from=client.example"),
            NOWHERE,
            FORGER,
        )
        .await;
    check_applied(&world.talk, &entry, "reply_token");
    assert_eq!(world.talk.last_comment().await["unrecognized_sender"], false);
    assert_eq!(world.told().len(), 3, "Anna's to Ivan and Olga, Ivan's to Olga");
}

/// A name server that is down for a moment makes no forger of an employee, and no failed job.
async fn an_employee_waits_for_a_dns_that_is_down(app: TestApp) {
    let world = World::with(&app, MailAuth::Enforce, "example SERVFAIL").await;
    let mail = world.signed(&world.mail("Anna <anna@acme.example>", 1), "acme.example");
    let entry = world.arrives(&mail, NOWHERE, FORGER).await;
    check_state(&entry, "received", None);
    assert_eq!(verdict(&entry, "authenticity"), "postponed");
    assert_eq!(entry["authentication"], json!(null));

    world.dns.replace_zone(&ZONE.replace("KEY", &world.key.dns_record()));
    world.talk.app.work().await;
    check_state(&world.talk.entry(entry.id()).await, "received", None);
    app.clock().advance(TimeDelta::seconds(5));
    world.talk.app.work().await;
    let entry = world.talk.entry(entry.id()).await;
    check_applied(&world.talk, &entry, "reply_token");
    assert_eq!(entry["authentication"]["dmarc"], "pass");
    assert_eq!(world.told().len(), 2);
}

async fn what_the_dns_never_tells_is_no_proof(app: TestApp) {
    let mut world = World::with(&app, MailAuth::Enforce, "example SERVFAIL").await;
    let mail = world.signed(&world.mail("Anna <anna@acme.example>", 1), "acme.example");
    let mut entry = world.arrives(&mail, NOWHERE, FORGER).await;
    let mut looks = 1;
    while entry["state"] == "received" {
        app.clock().advance(TimeDelta::minutes(2));
        world.talk.app.work().await;
        world.talk.anna = world.talk.app.sign_in("acme", "anna@acme.example").await;
        entry = world.talk.entry(entry.id()).await;
        looks += 1;
        assert!(looks < 20, "it is never decided");
    }
    check_state(&entry, "quarantined", Some("spoofed_employee"));
    assert_eq!(entry["authentication"]["dmarc"], "temperror");
    // A client is not held up by it.
    let entry = world.arrives(&world.mail("Ivan <ivan@client.example>", 2), NOWHERE, FORGER).await;
    assert_eq!(entry["state"], "applied");
    assert_eq!(world.told().len(), 1);
}

async fn report_believes_and_says_what_enforce_would_do(app: TestApp) {
    let world = World::with(&app, MailAuth::Report, ZONE).await;
    let forged = world.mail("Anna <anna@acme.example>", 1);
    let entry = world.arrives(&forged, NOWHERE, FORGER).await;
    check_applied(&world.talk, &entry, "reply_token");
    assert_eq!(entry["authentication"], authentication("none", "none", "fail"));
    assert_eq!(verdict(&entry, "authenticity"), "unproven");
    assert_eq!(world.told().len(), 2);

    let forged = world.mail("Ivan <ivan@client.example>", 2);
    check_applied(&world.talk, &world.arrives(&forged, NOWHERE, FORGER).await, "reply_token");
    let comment = world.talk.last_comment().await;
    assert_eq!(comment["unrecognized_sender"], false);
    assert_eq!(warnings(&comment), ["sender_disowned"]);
    assert_eq!(world.told(), ["olga@client.example"]);
}

async fn off_asks_nobody(app: TestApp) {
    let world = World::with(&app, MailAuth::Off, ZONE).await;
    let entry = world.arrives(&world.mail("Anna <anna@acme.example>", 1), NOWHERE, FORGER).await;
    check_applied(&world.talk, &entry, "reply_token");
    assert_eq!(entry["authentication"], json!(null));
    assert_eq!(world.dns.asked(), [""; 0]);
    assert_eq!(world.told().len(), 2);
}

/// R17: a forged From of a contact neither speaks for him nor takes anything from him.
async fn what_a_contacts_domain_disowns_waits_for_a_confirmation(app: TestApp) {
    let world = World::with(&app, MailAuth::Enforce, ZONE).await;
    let talk = &world.talk;
    let zoe = talk.anna.contact("zoe").await;
    let entry = world.arrives(&world.mail("Zoe <zoe@client.example>", 1), NOWHERE, FORGER).await;
    check_applied(talk, &entry, "reply_token");
    assert_eq!(verdict(&entry, "authenticity"), "refused");
    let forged = talk.last_comment().await;
    assert_eq!((&forged["author"]["id"], &forged["unrecognized_sender"]), (&zoe["id"], &json!(true)));
    assert!(warnings(&forged).contains(&"sender_disowned"), "{forged:#}");
    let shown = talk.anna.get(format!("/v1/tasks/{}", talk.task.id())).await.expect(200).json();
    let takes_part =
        |shown: &Value| shown["participants"].as_array().unwrap().iter().any(|it| it["id"] == zoe["id"]);
    assert!(!takes_part(&shown), "{shown:#}");
    assert_eq!(world.told(), [""; 0]);

    let honest = world.signed(&world.mail("Zoe <zoe@client.example>", 2), "client.example");
    check_applied(talk, &world.arrives(&honest, NOWHERE, FORGER).await, "reply_token");
    assert_eq!(talk.last_comment().await["unrecognized_sender"], false);
    assert_eq!(world.told().len(), 2, "Ivan and Olga");

    let path = format!("/v1/comments/{}:confirm-sender", forged.id());
    let confirmed = talk.anna.post(path, json!({})).await.expect(200).json();
    assert_eq!(confirmed["unrecognized_sender"], false);
    assert_eq!(warnings(&confirmed), ["sender_disowned"]);
    app.work().await;
    assert_eq!(world.told().len(), 2, "Ivan and Olga");
}

/// Product §5: the author is whoever From says, unless his domain says otherwise.
async fn a_contact_without_a_proof_is_taken_at_his_word(app: TestApp) {
    let zone = ZONE.replace("v=DMARC1; p=quarantine", "v=DMARC1; p=none");
    let world = World::with(&app, MailAuth::Enforce, &zone).await;
    let talk = &world.talk;
    let ivan = |n| world.mail("Ivan <ivan@client.example>", n);
    for (mail, client, expected) in [
        (ivan(1), FORGER, authentication("none", "none", "fail")),
        (ivan(2), CLIENTS_SERVER, authentication("none", "none", "fail")),
        (world.signed(&ivan(3), "client.example"), FORGER, authentication("none", "pass", "pass")),
    ] {
        let entry = world.arrives(&mail, NOWHERE, client).await;
        check_applied(talk, &entry, "reply_token");
        assert_eq!(entry["authentication"], expected);
        let comment = talk.last_comment().await;
        assert_eq!((&comment["author"]["id"], warnings(&comment)), (&talk.ivan["id"], vec![]));
        assert_eq!(
            (audience(&comment), &comment["unrecognized_sender"]),
            (vec!["Anna", "olga"], &json!(false))
        );
        let mails = talk.app.mail().take();
        assert!(mails.len() == 1 && goes_to(&mails[0], "olga@client.example"));
    }
}

async fn robots_and_reports_are_not_looked_up(app: TestApp) {
    let world = World::with(&app, MailAuth::Enforce, ZONE).await;
    for name in ["auto_reply.eml", "bounce.eml", "robot.eml"] {
        let mail = text_fixture(name, &world.talk.asked.reply_to);
        let entry = world.arrives(&mail, "", CLIENTS_SERVER).await;
        assert_eq!(entry["authentication"], json!(null), "{entry:#}");
    }
    let asked = world.dns.asked();
    assert!(asked.iter().all(|it| it == "."), "{asked:?}");
}
