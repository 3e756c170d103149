//! For each operation a request that succeeds when the right person makes it.
//!
//! What a path is about is made anew for each request, so that requests can be made in any order.

use std::cell::Cell;

use liaison_domain::mail_address::EmailAddress;
use liaison_mailer::transport::{Misbehavior, Reply};
use serde_json::{Value, json};
use support::{Call, Client, JsonExt as _, Operation, PASSWORD, TestApp};

/// An account with people of every right, and another account beside it.
pub(super) struct World {
    pub owner: Client,
    pub admin: Client,
    /// Has a part in everything that requests are about.
    pub member: Client,
    /// Has none.
    pub outsider: Client,
    /// The owner of the other account.
    pub stranger: Client,
    /// Things of the other account.
    pub foreign_ids: Vec<String>,
    count: Cell<u32>,
}

/// What a request carries.
#[derive(Clone)]
pub(super) enum Body {
    None,
    Json(Value),
    /// A content type and bytes.
    Other(&'static str, &'static str),
}

impl World {
    pub(super) async fn new(app: &TestApp) -> Self {
        let (owner, stranger) = (app.sign_up("acme").await, app.sign_up("globex").await);
        let contact = stranger.contact("Foreign").await;
        let task = stranger.post("/v1/tasks", json!({"title": "Foreign"})).await.expect(201).json();
        let path = format!("/v1/tasks/{}/comments", task.id());
        let comment = stranger.post(path, json!({"text": "Foreign"})).await.expect(201).json();
        let foreign_ids = [&contact, &stranger.me, &task, &comment].map(|it| it.id().to_owned()).into();
        Self {
            admin: owner.admin("admin").await,
            member: owner.employee("member").await,
            outsider: owner.employee("outsider").await,
            owner,
            stranger,
            foreign_ids,
            count: Cell::new(0),
        }
    }

    /// Adds what a request carries.
    pub(super) fn call(client: &Client, operation: &Operation, path: &str, body: &Body) -> Call {
        let call = client.call(operation.method.clone(), path);
        match body {
            Body::None => call,
            Body::Json(body) => call.json(body),
            Body::Other(content_type, bytes) => call.body(content_type, *bytes),
        }
    }

    /// The operation's path, about something made for it.
    pub(super) async fn path(&self, operation: &Operation) -> String {
        let Some((collection, _)) = operation.path.split_once("/{id}") else { return operation.path.clone() };
        let (id, query) = match collection {
            "/v1/tasks" => {
                let contact = self.contact().await;
                let task = self.task(&contact).await;
                let is_removal = operation.id == "remove_participant";
                (task, if is_removal { format!("?person={contact}") } else { String::new() })
            }
            "/v1/comments" => (self.comment().await, String::new()),
            "/v1/contacts" => (self.contact().await, String::new()),
            "/v1/employees" => (self.employee().await, String::new()),
            "/v1/files" => (self.file().await, String::new()),
            "/v1/mail/outgoing" => (self.deferred_mail().await, String::new()),
            _ => panic!("tell `World::path` how to make something for {}", operation.path),
        };
        operation.path.replace("{id}", &id) + &query
    }

    /// What the operation takes.
    pub(super) async fn body(&self, operation: &Operation) -> Body {
        if !operation.object["requestBody"].is_object() {
            return Body::None;
        }
        let name = self.name();
        let email = format!("{name}@person.example");
        Body::Json(match operation.id.as_str() {
            "create_account" => json!({
                "name": name,
                "title": "An account",
                "owner": {"name": "Olga", "login": "olga", "email": email, "password": PASSWORD},
            }),
            "update_account" => json!({"title": "Acme"}),
            "create_session" => {
                json!({"account": "acme", "email": "member@acme.example", "password": PASSWORD})
            }
            "refresh_session" => json!({"refresh_token": self.session().await.refresh_token}),
            "create_employee" => {
                json!({"name": name, "login": name, "email": email, "role": "member", "password": PASSWORD})
            }
            "update_employee" => json!({"name": "Boris"}),
            "create_contact" => json!({"name": name, "email": email}),
            "update_contact" => json!({"name": "Ivan"}),
            "create_file" => return Body::Other("multipart/form-data; boundary=cut", FORM),
            "create_task" => json!({"title": "Repair the gate"}),
            "update_task" => json!({"status": "in_progress"}),
            "add_participant" => json!({"person_id": self.contact().await}),
            "create_comment" => json!({"text": "When will it be done?"}),
            "retry_outgoing_mail" => json!({}),
            "update_comment" => json!({"text": "When can it be done?"}),
            other => panic!("tell `World::body` what {other} takes"),
        })
    }

    /// A session of the member that nobody else uses.
    pub(super) async fn session(&self) -> Client {
        self.owner.app.sign_in("acme", "member@acme.example").await
    }

    fn name(&self) -> String {
        self.count.set(self.count.get() + 1);
        format!("n{}", self.count.get())
    }

    async fn contact(&self) -> String {
        self.owner.contact(&self.name()).await.id().to_owned()
    }

    async fn employee(&self) -> String {
        let name = self.name();
        let email = format!("{name}@acme.example");
        let body =
            json!({"name": name, "login": name, "email": email, "role": "member", "password": PASSWORD});
        self.owner.post("/v1/employees", body).await.expect(201).json().id().to_owned()
    }

    async fn task(&self, participant: &str) -> String {
        let body =
            json!({"title": "A task", "assignees": [self.member.me["id"]], "participants": [participant]});
        self.owner.post("/v1/tasks", body).await.expect(201).json().id().to_owned()
    }

    async fn comment(&self) -> String {
        let task = self.task(self.admin.me.id()).await;
        let path = format!("/v1/tasks/{task}/comments");
        self.member.post(path, json!({"text": "A comment"})).await.expect(201).json().id().to_owned()
    }

    /// A mail that the contact's server has not taken yet.
    async fn deferred_mail(&self) -> String {
        let (app, name) = (&self.owner.app, self.name());
        let contact = self.owner.contact(&name).await.id().to_owned();
        let task = self.task(&contact).await;
        let address = EmailAddress::parse(&format!("{name}@client.example")).unwrap();
        app.mail().misbehave(&address, Misbehavior::Refuse(Reply::new(452, "4.2.2 full")));
        let body = json!({"text": "A comment", "notify": [contact]});
        self.member.post(format!("/v1/tasks/{task}/comments"), body).await.expect(201);
        app.work().await;
        let listed = self.owner.get(format!("/v1/mail/outgoing?task={task}")).await.expect(200).json();
        listed.items()[0].id().to_owned()
    }

    async fn file(&self) -> String {
        let call = self.member.call(actix_web::http::Method::POST, "/v1/files");
        let made = call.body("multipart/form-data; boundary=cut", FORM).await.expect(201).json();
        made.items()[0].id().to_owned()
    }
}

const FORM: &str = "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"note.txt\"\r\n\
                    Content-Type: text/plain\r\n\r\nA note.\r\n--cut--\r\n";
