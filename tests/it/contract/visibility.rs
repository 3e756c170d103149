//! Who finds which words where: every GET operation, asked by everybody about everything that there is, against a table that
//! people read (invariant 8, S7).
//!
//! A comment of each kind says a word of its own. Where an answer has the word, in its body or its header fields, the table
//! has a row for it; an operation that tells nobody a word has none.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use actix_web::http::Method;
use serde_json::{Value, json};
use support::{Client, Contract, Engine, JsonExt as _, Operation, TestApp, run};

use crate::{
    api::password_links::let_in,
    mail::hand_in_from,
    portal::{self, enter},
};

const TABLE: &str = include_str!("visibility.txt");

/// Those who ask, in the order of the columns.
const VIEWERS: [&str; 14] = [
    "anonymous",
    "stranger",
    "outsider",
    "admin",
    "assigner",
    "assignee",
    "particip.",
    "auditor",
    "asked",
    "joined",
    "colleague",
    "linked",
    "ext. all",
    "ext. some",
];

/// LINK-4, LINK-5, CLI-3, COM-5, DASH-5, DASH-6, EXT-7, ROL-7, S6, S7
#[test]
fn words_are_found_by_those_alone_whom_the_table_names() {
    run(Engine::Sqlite, async |app: TestApp| {
        let world = World::new(&app).await;
        let operations = Contract::shared(|contract| contract.operations.clone());
        let mut rows = Vec::new();
        for operation in operations.iter().filter(|it| it.method == Method::GET) {
            let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
            for (viewer, client) in VIEWERS.into_iter().zip(&world.viewers) {
                if viewer.starts_with("ext.") {
                    world.let_externals_see(if viewer == "ext. all" { "all" } else { "addressed" }).await;
                }
                for path in world.paths(operation, client).await {
                    let answer = client.get(path).await;
                    let said = format!("{:?} {}", answer.headers, String::from_utf8_lossy(&answer.body));
                    for word in world.words.keys().filter(|it| said.contains(&spelled(it))) {
                        found.entry(word).or_default().insert(viewer);
                    }
                }
            }
            world.let_externals_see("all").await;
            for (word, viewers) in found {
                let mut row = format!("{:<26}{word:<14}", operation.id);
                for viewer in VIEWERS {
                    let is_told = if viewers.contains(viewer) { "yes" } else { "." };
                    write!(row, "{is_told:>11}").unwrap();
                }
                rows.push(row);
            }
        }
        app.work().await;
        app.mail().take();
        let expected: Vec<_> = TABLE.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(rows == expected, "visibility.txt should be:\n{}", rows.join("\n"));
    });
}

/// A word as it stands in a text, and in no other.
fn spelled(word: &str) -> String {
    format!("word-of-{word}.")
}

/// A file with a word in it.
async fn upload(by: &Client, word: &str) -> String {
    let form = format!(
        "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{word}.txt\"\r\n\
         Content-Type: text/plain\r\n\r\n{}\r\n--cut--\r\n",
        spelled(word)
    );
    let call = by.call(Method::POST, "/v1/files").body("multipart/form-data; boundary=cut", form);
    call.await.expect(201).json().items()[0].id().to_owned()
}

/// A task with a comment of each kind, and people who have every part in it or none.
struct World {
    viewers: Vec<Client>,
    /// Each kind of text, with the id of what has it.
    words: BTreeMap<&'static str, String>,
    /// Everything that a path may name.
    ids: Vec<String>,
}

impl World {
    async fn new(app: &TestApp) -> Self {
        let (owner, globex) = (app.sign_up("acme").await, app.sign_up("globex").await);
        let mut staff = vec![owner.admin("admin").await];
        for name in ["assigner", "assignee", "participant", "auditor", "outsider"] {
            staff.push(owner.employee(name).await);
        }
        let [admin, boss, doer, participant, auditor, outsider] =
            staff.try_into().unwrap_or_else(|_| panic!());
        let (asked, joined) = (owner.contact("asked").await, owner.contact("joined").await);
        let signed_in = owner.contact("signed-in").await;
        let external = let_in(&owner, &signed_in).await;
        let colleague = owner.contact("colleague").await;
        let firm = json!({"name": "Client", "is_company": true});
        let firm = owner.post("/v1/contacts", firm).await.expect(201).json();
        for (contact, sees_company_tasks) in [(&asked, false), (&colleague, true)] {
            let card = json!({"company_ids": [firm["id"]], "sees_company_tasks": sees_company_tasks});
            owner.patch(format!("/v1/contacts/{}", contact.id()), card).await.expect(200);
        }
        let card =
            json!({"name": "Linked", "email": "anna@globex.liaison.test", "selectable_as_participant": true});
        let linked = owner.post("/v1/contacts", card).await.expect(201).json();
        app.work().await;
        let body = json!({
            "title": format!("Gate {}", spelled("title")),
            "description": spelled("description"),
            "assignees": [doer.me.id()],
            "participants": [participant.me.id(), asked.id(), joined.id(), linked.id(), signed_in.id()],
            "auditors": [auditor.me.id()],
            "counterparty": firm["id"],
        });
        let task = boss.post("/v1/tasks", body).await.expect(201).json();
        // Whoever comes into the portal was written to, elsewhere.
        let other = owner.post("/v1/tasks", json!({"title": "Other"})).await.expect(201).json();
        let comments = |task: &Value| format!("/v1/tasks/{}/comments", task.id());
        let come_in = json!({"text": "Come in", "notify": [asked.id(), joined.id(), colleague.id()]});
        owner.post(comments(&other), come_in).await.expect(201);
        let (asked_guest, joined_guest) = (enter(&owner, &asked).await, enter(&owner, &joined).await);
        let colleague_guest = enter(&owner, &colleague).await;

        let mut words =
            BTreeMap::from([("title", task.id().to_owned()), ("description", task.id().to_owned())]);
        let tomorrow = "2030-01-02T00:00:00Z";
        let (file, staff_file) = (upload(&boss, "file").await, upload(&boss, "staff-file").await);
        let kinds = [
            ("note", json!({"notify": [], "file_ids": [staff_file]})),
            ("to-staff", json!({"notify": [doer.me.id()]})),
            ("to-contact", json!({"notify": [asked.id()], "file_ids": [file]})),
            ("to-external", json!({"notify": [signed_in.id()]})),
            ("to-linked", json!({"notify": [linked.id()]})),
            ("hidden", json!({"notify": [doer.me.id()], "hidden": true})),
            ("hidden-asked", json!({"notify": [asked.id()], "hidden": true})),
            ("held", json!({"notify": [asked.id(), linked.id()], "send_at": tomorrow})),
            ("deleted", json!({"notify": [participant.me.id()]})),
        ];
        for (kind, mut body) in kinds {
            body["text"] = spelled(kind).into();
            let made = boss.post(comments(&task), body).await.expect(201).json();
            words.insert(kind, made.id().to_owned());
        }
        boss.delete(format!("/v1/comments/{}", words["deleted"])).await.expect(204);
        let answer = json!({"text": spelled("of-contact")});
        let answer = asked_guest.post(portal::path(&task, "/comments"), answer).await.expect(201).json();
        words.insert("of-contact", answer.id().to_owned());
        // A stranger writes to the task.
        let mail = format!("From: eve@other.example\r\nSubject: Hello\r\n\r\n{}\r\n", spelled("of-stranger"));
        let address = task["addresses"]["task"].text();
        hand_in_from(app, "eve@other.example", mail.as_bytes(), &[address]).await.expect(202);
        app.work().await;
        let listed = owner.get(comments(&task)).await.expect(200).json();
        let strange = spelled("of-stranger");
        let of_stranger = listed.items().iter().find(|it| it["text"].text().contains(&strange)).unwrap();
        words.insert("of-stranger", of_stranger.id().to_owned());
        words.extend([("file", file), ("staff-file", staff_file)]);
        app.mail().take();

        let stranger = app.sign_up("initech").await;
        let viewers = vec![
            app.anon(),
            stranger,
            outsider,
            admin,
            boss,
            doer,
            participant,
            auditor,
            asked_guest,
            joined_guest,
            colleague_guest,
            globex,
            external.clone(),
            external,
        ];
        let mut world = Self { viewers, words, ids: vec![task.id().to_owned()] };
        world.ids.extend(world.words.values().cloned());
        world.ids.extend([&asked, &joined, &signed_in, &linked, &owner.me].map(|it| it.id().to_owned()));
        for client in [&owner, &world.viewers[11]] {
            for list in ["/v1/tasks", "/v1/mail/outgoing", "/v1/mail/incoming"] {
                let listed = client.get(list).await.expect(200).json();
                world.ids.extend(listed.items().iter().map(|it| it.id().to_owned()));
            }
        }
        let copy = world.viewers[11].get("/v1/tasks").await.expect(200).json().items()[0].clone();
        let there = world.viewers[11].get(comments(&copy)).await.expect(200).json();
        world.ids.extend(there.items().iter().map(|it| it.id().to_owned()));
        world.ids.sort();
        world.ids.dedup();
        world
    }

    /// EXT-7
    async fn let_externals_see(&self, what: &str) {
        let admin = &self.viewers[3];
        admin.patch("/v1/account", json!({"external_users_see": what})).await.expect(200);
    }

    /// The paths by which somebody may ask: about everything that answers.
    async fn paths(&self, operation: &Operation, by: &Client) -> Vec<String> {
        let path =
            operation.path.replace("{level}", "account").replace("{token}", "nobodys").replace("{n}", "1");
        if !path.contains("{id}") {
            return vec![path];
        }
        let mut paths = Vec::new();
        for id in &self.ids {
            let path = path.replace("{id}", id);
            if by.get(&path).await.status < 400 {
                paths.push(path);
            }
        }
        paths
    }
}
