//! A mail that belongs to no conversation begins a task (TBM-1 … TBM-16).

use liaison_api::config::MailAuth;
use liaison_mailer::testing::DnsStub;
use serde_json::{Value, json};
use support::{Client, JsonExt as _, TestApp, both_engines};

use super::{
    Talk, audience, check_state, hand_in,
    incoming_authenticity::{ZONE, authenticating},
    text_fixture, warnings,
};

both_engines!(
    every_rule_of_tasks_by_mail_holds,
    the_mail_of_a_task_is_kept_with_its_files_and_its_thread,
    a_second_delivery_makes_its_owner_an_assignee,
    a_second_delivery_never_shows_what_was_said,
    a_mass_mailing_makes_a_task_and_no_contacts,
    our_own_addresses_are_nobody,
    bulk_mail_is_a_task_and_is_not_answered,
    a_suspicious_mail_is_a_task_with_a_warning,
    who_passed_a_mail_on_takes_part_where_the_account_wants_it,
    a_mail_that_an_employee_passes_on_is_its_authors,
    a_mail_that_a_forger_passes_on_is_his_own,
    a_copy_gives_no_look_at_what_was_said_before,
    a_task_of_a_contact_goes_to_no_contact_by_mail,
);

/// A company with two employees, a virtual address, and a project.
struct Office {
    app: TestApp,
    anna: Client,
    boris: Client,
    count: std::cell::Cell<u32>,
}

impl Office {
    async fn open(app: &TestApp) -> Self {
        let anna = app.sign_up("acme").await;
        let boris = anna.employee("boris").await;
        Self { app: app.clone(), anna, boris, count: std::cell::Cell::new(0) }
    }

    /// A mail with a Message-ID of its own; `fields` end in CRLF each.
    fn mail(&self, fields: &str, body: &str) -> String {
        self.count.set(self.count.get() + 1);
        let id = self.count.get();
        format!("Message-ID: <new-{id}@client.example>\r\nMIME-Version: 1.0\r\n{fields}\r\n{body}\r\n")
    }

    /// Hands a mail in for these local parts, and has it looked at.
    async fn deliver(&self, mail: &str, to: &[&str]) -> Value {
        let to: Vec<String> = to.iter().map(|it| format!("{it}@acme.liaison.test")).collect();
        let to: Vec<&str> = to.iter().map(String::as_str).collect();
        let taken = hand_in(&self.app, mail.as_bytes(), &to).await.expect(202).json();
        self.app.work().await;
        self.anna.get(format!("/v1/mail/incoming/{}", taken.id())).await.expect(200).json()
    }

    /// The task that a mail began.
    async fn begin(&self, mail: &str, to: &[&str]) -> Value {
        let entry = self.deliver(mail, to).await;
        check_state(&entry, "applied", None);
        assert_eq!((&entry["matched_by"], &entry["comment_id"]), (&json!("none"), &Value::Null), "{entry:#}");
        self.task(&entry).await
    }

    async fn task(&self, entry: &Value) -> Value {
        self.anna.get(format!("/v1/tasks/{}", entry["task_id"].text())).await.expect(200).json()
    }

    async fn comments(&self, task: &Value) -> Vec<Value> {
        let path = format!("/v1/tasks/{}/comments", task.id());
        self.anna.get(path).await.expect(200).json().items().to_vec()
    }

    async fn is_contact(&self, address: &str) -> bool {
        let listed = self.anna.get(format!("/v1/contacts?email={address}")).await.expect(200).json();
        !listed.items().is_empty()
    }
}

/// One rule: a mail, where it goes, and what of the task follows.
struct Rule {
    id: &'static str,
    fields: &'static str,
    body: &'static str,
    to: &'static [&'static str],
    expected: Value,
}

const IVAN: &str = "From: Ivan Client <ivan@client.example>\r\n";

/// One row or more a rule. People stand by their names.
fn rules() -> Vec<Rule> {
    let rule = |id, fields, body, to, expected| Rule { id, fields, body, to, expected };
    vec![
        rule(
            "TBM-1: subject, body, owner, sender",
            "Subject: The gate is broken\r\nFrom: Ivan Client <ivan@client.example>\r\nTo: anna@acme.liaison.test\r\n",
            "It does not close.\r\n\r\n-- \r\nIvan",
            &["anna"],
            json!({
                "title": "The gate is broken", "description_text": "It does not close.\n\n-- \nIvan",
                "assigner": "Ivan Client", "assignees": ["Anna"], "participants": [],
            }),
        ),
        rule(
            "TBM-2: an unknown sender is named as he names himself",
            "From: =?utf-8?B?0J/RkdGC0YA=?= <pyotr@client.example>\r\nSubject: x\r\n",
            "x",
            &["anna"],
            json!({"assigner": "Пётр", "counterparty": "Пётр"}),
        ),
        rule(
            "TBM-2: a further address is the same person",
            "From: Somebody <olga@home.example>\r\nSubject: x\r\n",
            "x",
            &["anna"],
            json!({"assigner": "Olga", "counterparty": "Client Ltd"}),
        ),
        rule(
            "CBM-5: the same name with another address is another contact",
            "From: Olga <olga@other.example>\r\nSubject: x\r\n",
            "x",
            &["anna"],
            json!({"assigner": "Olga", "counterparty": "Olga"}),
        ),
        rule(
            "TBM-3: it starts when the mail was looked at, and has no end",
            "From: ivan@client.example\r\nSubject: x\r\n",
            "x",
            &["anna"],
            json!({"start_at": "2030-01-01T00:00:00Z", "deadline": null}),
        ),
        rule(
            "TBM-4: there is no language of commands",
            "From: ivan@client.example\r\nSubject: #Gate @boris !urgent\r\n",
            "Assignee: boris\r\nDeadline: tomorrow",
            &["anna"],
            json!({"title": "#Gate @boris !urgent", "assignees": ["Anna"], "deadline": null, "priority": "normal"}),
        ),
        rule(
            "TBM-5: an ordinary task",
            "From: ivan@client.example\r\nSubject: x\r\n",
            "x",
            &["anna"],
            json!({"status": "new", "priority": "normal", "parent_id": null, "project_id": null}),
        ),
        rule(
            "TBM-6: a project's address",
            "From: ivan@client.example\r\nSubject: x\r\n",
            "x",
            &["project+1"],
            json!({"project": "Fence", "assignees": []}),
        ),
        rule(
            "TBM-7: several addresses are one task for all",
            "From: ivan@client.example\r\nSubject: x\r\n",
            "x",
            &["anna", "boris", "project+1"],
            json!({"project": "Fence", "assignees": ["Anna", "boris"]}),
        ),
        rule(
            "TBM-8: receivers take part, known ones and new ones, each once",
            "From: ivan@client.example\r\nSubject: x\r\nTo: anna@acme.liaison.test, Pavel <pavel@client.example>\r\n\
             Cc: olga@client.example, OLGA@home.example, boris@acme.example, ivan@client.example\r\n",
            "x",
            &["anna"],
            json!({"assignees": ["Anna"], "participants": ["Olga", "Pavel", "boris"]}),
        ),
        rule(
            "TBM-8, CONF-1: who may not take part does not",
            "From: ivan@client.example\r\nSubject: x\r\nTo: anna@acme.liaison.test\r\nCc: shy@client.example\r\n",
            "x",
            &["anna"],
            json!({"participants": []}),
        ),
        rule(
            "TBM-9: who passed it on to us does not take part",
            "From: ivan@client.example\r\nSubject: x\r\nTo: sales@acme.example\r\nCc: olga@client.example\r\n",
            "x",
            &["anna"],
            json!({"participants": ["Olga"]}),
        ),
        rule(
            "TBM-10: a virtual address has those whom it names",
            "From: ivan@client.example\r\nSubject: x\r\n",
            "x",
            &["sales"],
            json!({"assignees": ["boris"]}),
        ),
        rule(
            "TBM-10: or nobody",
            "From: ivan@client.example\r\nSubject: x\r\n",
            "x",
            &["info"],
            json!({"assignees": []}),
        ),
        rule(
            "TBM-12: no subject",
            "From: ivan@client.example\r\n",
            "x",
            &["anna"],
            json!({"title": "(no subject)"}),
        ),
        rule(
            "TBM-12: no body",
            "From: ivan@client.example\r\nSubject: Call me\r\n",
            "",
            &["anna"],
            json!({"title": "Call me", "description_text": ""}),
        ),
        rule(
            "CBM-6: a task's address without a number, and no task of that name",
            "From: ivan@client.example\r\nSubject: x #nothing\r\n",
            "x",
            &["task+"],
            json!({"assignees": []}),
        ),
    ]
}

async fn every_rule_of_tasks_by_mail_holds(app: TestApp) {
    let office = Office::open(&app).await;
    let anna = &office.anna;
    let company = json!({"name": "Client Ltd", "is_company": true});
    let company = anna.post("/v1/contacts", company).await.expect(201).json();
    let olga = json!({
        "name": "Olga", "email": "olga@client.example", "additional_emails": ["olga@home.example"],
        "company_ids": [company.id()], "selectable_as_participant": true,
    });
    anna.post("/v1/contacts", olga).await.expect(201);
    let shy = json!({"name": "Shy", "email": "shy@client.example"});
    anna.post("/v1/contacts", shy).await.expect(201);
    anna.post("/v1/projects", json!({"name": "Fence"})).await.expect(201);
    for (name, assignees) in [("sales", json!([office.boris.me.id()])), ("info", json!([]))] {
        let body = json!({"local_part": name, "description": name, "assignee_ids": assignees});
        anna.post("/v1/virtual-addresses", body).await.expect(201);
    }
    for Rule { id, fields, body, to, expected } in rules() {
        let task = office.begin(&office.mail(fields, body), to).await;
        let mut shown = with_names(&office, &task).await;
        let expected = expected.as_object().unwrap();
        shown.as_object_mut().unwrap().retain(|name, _| expected.contains_key(name));
        assert_eq!(shown, json!(expected), "{id}");
    }
    assert_eq!(app.mail().take().len(), 0, "TBM-11: no answer leaves by itself");
}

/// The task with names in the place of people and of its project.
async fn with_names(office: &Office, task: &Value) -> Value {
    let mut shown = task.clone();
    for role in ["assignees", "participants"] {
        shown[role] = task[role].as_array().unwrap().iter().map(|it| it["name"].clone()).collect();
    }
    for one in ["assigner", "counterparty"] {
        shown[one] = task[one]["name"].clone();
    }
    shown["project"] = match task["project_id"].as_str() {
        Some(id) => office.anna.get(format!("/v1/projects/{id}")).await.expect(200).json()["name"].clone(),
        None => Value::Null,
    };
    shown
}

/// TBM-1, TBM-13, TBM-16, R12, CONF-4, RFC 2392
async fn the_mail_of_a_task_is_kept_with_its_files_and_its_thread(app: TestApp) {
    let office = Office::open(&app).await;
    let mail = text_fixture("files.eml", "anna@acme.liaison.test");
    let entry = office.deliver(&mail, &["anna"]).await;
    let task = office.task(&entry).await;
    let files = task["files"].as_array().unwrap();
    assert_eq!(files.iter().map(|it| it["name"].text()).collect::<Vec<_>>(), ["drawing.png", "Счёт №1.pdf"]);
    assert_eq!(files[0]["content_id"], "drawing@client.example");
    assert!(task["description"].text().contains("cid:drawing@client.example"), "{task:#}");
    let raw = office.anna.get(format!("/v1/tasks/{}/raw", task.id())).await.expect(200);
    assert!(raw.body == mail.as_bytes());
    office.boris.get(format!("/v1/tasks/{}/raw", task.id())).await.expect(404);
    let contact = format!("/v1/contacts/{}", task["assigner"].id());
    assert_eq!(office.anna.get(contact).await.expect(200).json()["selectable_as_participant"], true);

    let id = entry["message_id"].text();
    let next = office.mail(&format!("{IVAN}Subject: Re: more\r\nReferences: <{id}>\r\n"), "One thing more.");
    let next = office.deliver(&next, &["anna"]).await;
    assert_eq!((&next["matched_by"], &next["task_id"]), (&json!("references"), &task["id"]), "{next:#}");
    assert_eq!(audience(&office.comments(&task).await[0]), ["Anna"]);

    let ask = json!({"text": "When may we come?", "notify": [task["assigner"].id()]});
    office.anna.post(format!("/v1/tasks/{}/comments", task.id()), ask).await.expect(201);
    app.work().await;
    let asked = String::from_utf8(app.mail().take()[0].message.clone()).unwrap();
    assert!(asked.contains(&format!("<{id}>")), "his own mail stands in References: {asked}");

    let long = office.mail(&format!("{IVAN}Subject: x\r\n"), &"It is a long story. ".repeat(5_000));
    let long = office.begin(&long, &["anna"]).await;
    assert_eq!(
        (long["description_text"].text().len(), &long["warnings"][0]["code"]),
        (64 * 1024, &json!("text_cut"))
    );
}

/// R7, TBM-7: also where the second address is in Bcc.
async fn a_second_delivery_makes_its_owner_an_assignee(app: TestApp) {
    let office = Office::open(&app).await;
    let mail = office.mail(&format!("{IVAN}Subject: Gate\r\nTo: anna@acme.liaison.test\r\n"), "Broken.");
    let first = office.deliver(&mail, &["anna"]).await;
    let copy = format!("Received: from a by b with SMTP id 1; today\r\n{mail}");
    let second = office.deliver(&copy, &["boris"]).await;
    check_state(&second, "applied", None);
    assert_eq!(second["task_id"], first["task_id"]);
    let task = office.task(&first).await;
    assert_eq!(with_names(&office, &task).await["assignees"], json!(["Anna", "boris"]));
    assert_eq!(office.anna.get("/v1/tasks").await.expect(200).json().items().len(), 1);
    office.boris.get(format!("/v1/tasks/{}", task.id())).await.expect(200);
    let third = office.deliver(&format!("X-Trace: 1\r\n{copy}"), &["boris"]).await;
    assert_eq!(third["task_id"], first["task_id"]);
}

/// R7, S2
async fn a_second_delivery_never_shows_what_was_said(app: TestApp) {
    let office = Office::open(&app).await;
    let mail = office.mail(&format!("{IVAN}Subject: Gate\r\nTo: anna@acme.liaison.test\r\n"), "Broken.");
    let first = office.deliver(&mail, &["anna"]).await;
    let path = format!("/v1/tasks/{}", first["task_id"].text());
    office.anna.post(format!("{path}/comments"), json!({"text": "Nobody tells Boris."})).await.expect(201);
    let second = office.deliver(&mail, &["boris"]).await;
    assert_ne!(second["task_id"], first["task_id"]);
    office.boris.get(path).await.expect(404);
    let task = office.task(&second).await;
    assert_eq!(with_names(&office, &task).await["assignees"], json!(["boris"]));
    let again = office.deliver(&format!("X-Trace: 1\r\n{mail}"), &["boris"]).await;
    assert_eq!(again["task_id"], second["task_id"]);
}

/// TBM-8
async fn a_mass_mailing_makes_a_task_and_no_contacts(app: TestApp) {
    let office = Office::open(&app).await;
    let many = |n: u32| (0..n).map(|i| format!("p{i}@many.example")).collect::<Vec<_>>().join(",\r\n ");
    let mail = |n| {
        office.mail(&format!("{IVAN}Subject: x\r\nTo: anna@acme.liaison.test\r\nCc: {}\r\n", many(n)), "x")
    };
    let task = office.begin(&mail(21), &["anna"]).await;
    assert_eq!(task["participants"], json!([]));
    assert!(!office.is_contact("p0@many.example").await);
    let task = office.begin(&mail(20), &["anna"]).await;
    assert_eq!(task["participants"].as_array().unwrap().len(), 20);
}

/// TBM-8: employees' and virtual addresses, addresses of conversations, and the mailboxes that we fetch from.
async fn our_own_addresses_are_nobody(app: TestApp) {
    let office = Office::open(&app).await;
    let address = json!({"local_part": "sales", "description": "Sales"});
    office.anna.post("/v1/virtual-addresses", address).await.expect(201);
    let smtp =
        json!({"host": "smtp.example", "port": 465, "security": "tls", "username": "x", "password": "y"});
    let mailbox = json!({"owner": "company", "address": "Support@acme.example", "sender_name": "Acme",
        "deliver_to": "sales@acme.liaison.test", "smtp": smtp});
    office.anna.post("/v1/mailboxes", mailbox).await.expect(201);
    let cc = "support@acme.example, sales@acme.liaison.test, boris@acme.liaison.test, task+1@acme.liaison.test,\r\n \
        project+1@acme.liaison.test, nobody@acme.liaison.test, Olga <olga@client.example>";
    let fields = format!("{IVAN}Subject: x\r\nTo: anna@acme.liaison.test\r\nCc: {cc}\r\n");
    let task = office.begin(&office.mail(&fields, "x"), &["anna"]).await;
    assert_eq!(with_names(&office, &task).await["participants"], json!(["Olga"]));
    let contacts = office.anna.get("/v1/contacts").await.expect(200).json();
    let mut names: Vec<&str> = contacts.items().iter().map(|it| it["name"].text()).collect();
    names.sort_unstable();
    assert_eq!(names, ["Ivan Client", "Olga"]);
}

/// TBM-14, TBM-15
async fn a_suspicious_mail_is_a_task_with_a_warning(app: TestApp) {
    let dns = DnsStub::start(ZONE).await;
    let app = authenticating(&app, MailAuth::Enforce, &dns).await;
    let office = Office::open(&app).await;
    office.anna.contact("ivan").await;
    let from_forger =
        "Received: from mx (unknown [203.0.113.9]) by mx.acme.example (Postfix) with ESMTPS id 4Q; today\r\n";
    let mail = office.mail(&format!("{from_forger}{IVAN}Subject: Gate\r\n"), "x");
    let entry = office.deliver(&mail, &["anna"]).await;
    check_state(&entry, "applied", None);
    assert_eq!(
        (&entry["authentication"]["dkim"], &entry["authentication"]["dmarc"]),
        (&json!("none"), &json!("fail"))
    );
    let task = office.task(&entry).await;
    assert_eq!(warnings(&task), ["sender_disowned"]);
    let from_server = from_forger.replace("203.0.113.9", "198.51.100.7");
    let task =
        office.begin(&office.mail(&format!("{from_server}{IVAN}Subject: Gate\r\n"), "y"), &["anna"]).await;
    assert_eq!(warnings(&task), [""; 0]);
}

/// TBM-9, IN-6
async fn who_passed_a_mail_on_takes_part_where_the_account_wants_it(app: TestApp) {
    let office = Office::open(&app).await;
    let settings = json!({"add_original_recipients": true});
    office.anna.patch("/v1/settings/incoming-mail", settings).await.expect(200);
    let fields = format!("{IVAN}Subject: x\r\nTo: Sales <sales@acme.example>\r\n");
    let task = office.begin(&office.mail(&fields, "x"), &["anna"]).await;
    assert_eq!(with_names(&office, &task).await["participants"], json!(["Sales"]));
}

/// R1, TBM-11
async fn bulk_mail_is_a_task_and_is_not_answered(app: TestApp) {
    let office = Office::open(&app).await;
    for field in ["List-Id: <news.client.example>", "Precedence: bulk", "Precedence: list"] {
        let mail = office.mail(&format!("{IVAN}Subject: News\r\n{field}\r\n"), "All that is new.");
        office.begin(&mail, &["anna"]).await;
    }
    let robot =
        office.mail(&format!("{IVAN}Subject: News\r\nAuto-Submitted: auto-replied\r\n"), "I am away.");
    check_state(&office.deliver(&robot, &["anna"]).await, "auto_reply", None);
    assert_eq!(app.mail().take().len(), 0);
}

const FORWARD: &str = "Please see to it.\r\n\r\n---------- Forwarded message ---------\r\n\
    From: Ivan Client <ivan@client.example>\r\nDate: Tue, 1 Jan 2030 at 10:00\r\nSubject: The gate\r\n\
    To: Anna <anna@acme.example>\r\n\r\nIt is broken.\r\n";
const SIGNED_IN: &str =
    "Received: from pc (unknown [192.0.2.7]) by mx.acme.example (Postfix) with ESMTPSA id 4Q; today\r\n";

/// R22
async fn a_mail_that_an_employee_passes_on_is_its_authors(app: TestApp) {
    let dns = DnsStub::start(ZONE).await;
    let strict = authenticating(&app, MailAuth::Enforce, &dns).await;
    let office = Office::open(&strict).await;
    let fields = format!("{SIGNED_IN}From: Anna <anna@acme.example>\r\nSubject: Fwd: The gate\r\n");
    let task = office.begin(&office.mail(&fields, FORWARD), &["boris"]).await;
    let shown = with_names(&office, &task).await;
    assert_eq!(shown["assigner"], "Ivan Client");
    assert_eq!((&shown["title"], &shown["description_text"]), (&json!("The gate"), &json!("It is broken.")));
    assert_eq!((&shown["assignees"], &shown["participants"]), (&json!(["boris"]), &json!(["Anna"])));
    let comments = office.comments(&task).await;
    assert_eq!(comments[0]["text"], "Please see to it.");
    assert_eq!(
        (&comments[0]["author"]["id"], audience(&comments[0])),
        (&office.anna.me["id"], vec!["boris"])
    );
    assert_eq!(strict.mail().take().len(), 0, "the remark is for colleagues only");
}

/// R22, S1
async fn a_mail_that_a_forger_passes_on_is_his_own(app: TestApp) {
    let fields = "From: Anna <anna@acme.example>\r\nSubject: Fwd: The gate\r\n";
    let dns = DnsStub::start(ZONE).await;
    let strict = authenticating(&app, MailAuth::Enforce, &dns).await;
    let office = Office::open(&strict).await;
    check_state(
        &office.deliver(&office.mail(fields, FORWARD), &["boris"]).await,
        "quarantined",
        Some("spoofed_employee"),
    );
    let lenient = strict.restart(|config| config.mail.auth = MailAuth::Report).await;
    let office =
        Office { app: lenient.clone(), anna: lenient.sign_in("acme", "anna@acme.example").await, ..office };
    let task = office.begin(&office.mail(fields, FORWARD), &["boris"]).await;
    assert_eq!(with_names(&office, &task).await["assigner"], "Anna");
    let stranger = "From: Mallory <mallory@evil.example>\r\nSubject: Fwd: The gate\r\n";
    let task = office.begin(&office.mail(stranger, FORWARD), &["boris"]).await;
    assert_eq!(with_names(&office, &task).await["assigner"], "Mallory");
    assert!(!office.is_contact("ivan@client.example").await);
}

/// S2, R20: a receiver gets what is addressed to him from now on, and nothing of what he was not addressed in.
async fn a_copy_gives_no_look_at_what_was_said_before(app: TestApp) {
    let talk = Talk::begin(&app).await;
    let mail =
        text_fixture("answer.eml", &talk.asked.reply_to).replace("Date:", "Cc: spy@evil.example\r\nDate:");
    talk.answer(&mail).await;
    assert_eq!(app.mail().take().len(), 0);
    for comment in talk.comments().await {
        assert!(audience(&comment).iter().all(|it| !it.contains("spy")), "{comment:#}");
    }
}

/// CLI-8, R1: and never to the sender.
async fn a_task_of_a_contact_goes_to_no_contact_by_mail(app: TestApp) {
    let office = Office::open(&app).await;
    let (ivan, olga) = (office.anna.contact("ivan").await, office.anna.contact("olga").await);
    let body = json!({"local_part": "sales", "description": "Sales", "assignee_ids": [olga.id(), ivan.id()]});
    office.anna.post("/v1/virtual-addresses", body).await.expect(201);
    let task = office.begin(&office.mail(&format!("{IVAN}Subject: x\r\n"), "x"), &["sales"]).await;
    assert_eq!(task["assignees"].as_array().unwrap().len(), 2);
    assert_eq!(app.mail().take().len(), 0);
    let from_anna = office.mail("From: anna@acme.example\r\nSubject: x\r\n", "x");
    office.begin(&from_anna, &["sales"]).await;
    assert_eq!(app.mail().take().len(), 2, "what an employee sets goes to its assignees");
}
