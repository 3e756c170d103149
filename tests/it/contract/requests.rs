//! For each operation a request that succeeds when the right person makes it.
//!
//! What a path is about is made anew for each request, so that requests can be made in any order.

mod access;
mod links;
mod received;

use std::cell::Cell;

use actix_web::http::Method;
use liaison_api::{env::Clock as _, keys::MailLink};
use liaison_domain::{mail_address::EmailAddress, notification::NotificationKind};
use liaison_mailer::transport::{Misbehavior, Reply};
use serde_json::{Value, json};
use support::{Call, Client, JsonExt as _, Operation, PASSWORD, TestApp};

use crate::api::password_links::let_in;

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
    /// A contact who signs in, and has no part in anything.
    pub external: Client,
    /// A contact who has come into the portal.
    pub guest: Client,
    /// The same as the account knows him.
    pub known_guest: Value,
    /// Things of the other account.
    pub foreign_ids: Vec<String>,
    count: Cell<u32>,
}

/// What a request carries.
#[derive(Clone)]
pub(super) enum Body {
    None,
    Json(Value),
    Form,
    /// A mail, signed as the mail server does.
    Mail(String),
}

impl World {
    pub(super) async fn new(app: &TestApp) -> Self {
        let (owner, stranger) = (app.sign_up("acme").await, app.sign_up("globex").await);
        let contact = stranger.contact("Foreign").await;
        let task = stranger.post("/v1/tasks", json!({"title": "Foreign"})).await.expect(201).json();
        let path = format!("/v1/tasks/{}/comments", task.id());
        let comment = stranger.post(path, json!({"text": "Foreign"})).await.expect(201).json();
        let project = stranger.post("/v1/projects", json!({"name": "Foreign"})).await.expect(201).json();
        let foreign_ids =
            [&contact, &stranger.me, &task, &comment, &project].map(|it| it.id().to_owned()).into();
        let (known_guest, guest) = Self::invite(&owner).await;
        let external = let_in(&owner, &owner.contact("external").await).await;
        Self {
            external,
            guest,
            known_guest,
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
        Self::carry(client.call(operation.method.clone(), path), &client.app, body)
    }

    fn carry(call: Call, app: &TestApp, body: &Body) -> Call {
        match body {
            Body::None => call,
            Body::Json(body) => call.json(body),
            Body::Form => call.body("multipart/form-data; boundary=cut", FORM),
            Body::Mail(raw) => {
                let (parts, time) = (app.parts(), app.clock().now().timestamp().to_string());
                let signed = [time.as_bytes(), b".", raw.as_bytes()];
                let signature = format!("t={time},v1={}", parts.keys.ingest_signature(&signed));
                call.header("Liaison-Signature", signature).body("message/rfc822", raw.clone())
            }
        }
    }

    /// The operation's path, about something made for it.
    pub(super) async fn path(&self, operation: &Operation) -> String {
        match operation.id.as_str() {
            "receive_mail" => return RECEIVE.to_owned(),
            "cut_task_link" => return format!("/v1/tasks/{}/links/globex", self.linked_task().await),
            "unlink_contact" => return format!("/v1/contacts/{}/link", self.linked_contact().await.1),
            "update_checklist_item" | "delete_checklist_item" => return self.checklist_item().await,
            "dry_run_incoming_mail" => return RECEIVE.replace("incoming?", "incoming:dry-run?"),
            _ => {}
        }
        if operation.path == "/v1/signatures/{level}" {
            return operation.path.replace("{level}", "account");
        }
        if operation.id == "note_opening" {
            return "/t/nobodys.gif".to_owned();
        }
        if operation.id == "follow_file_link" {
            return self.file_link().await;
        }
        if operation.path == "/u/{token}" {
            return self.unsubscribe_link().await;
        }
        let Some((collection, _)) = operation.path.split_once("/{id}") else { return operation.path.clone() };
        let (id, query) = match collection {
            "/v1/tasks" if operation.id == "show_task_raw" => (self.mailed_task().await, String::new()),
            "/v1/tasks" => {
                let contact = self.contact().await;
                let task = self.task(&contact).await;
                let is_removal = operation.id == "remove_participant";
                (task, if is_removal { format!("?person={contact}") } else { String::new() })
            }
            "/v1/comments" if operation.id == "show_comment_raw" => {
                (self.mailed_comment().await, String::new())
            }
            "/v1/comments"
                if ["update_comment", "send_comment", "cancel_comment"].contains(&operation.id.as_str()) =>
            {
                (self.held_comment().await, String::new())
            }
            "/v1/comments" => (self.comment().await, String::new()),
            "/v1/contact-groups" => (self.contact_group().await, String::new()),
            "/v1/contacts/exports" => (self.contact_export().await, String::new()),
            "/v1/contacts" if operation.path.contains("/access") => {
                (self.contact_with_access(operation).await, String::new())
            }
            "/v1/contacts/imports" => (self.contact_import().await, String::new()),
            "/v1/contacts" => (self.contact().await, String::new()),
            "/v1/employees" if operation.id == "invite_employee" => {
                (self.invited_employee().await, String::new())
            }
            "/v1/employees" => (self.employee().await, String::new()),
            "/v1/files" => (self.file().await, String::new()),
            "/v1/portal/tasks" => (self.guests_task().await.0, String::new()),
            "/v1/portal/files" => (self.guests_task().await.1, String::new()),
            "/v1/mailboxes" => (self.mailbox().await, String::new()),
            "/v1/projects" => (self.project().await, String::new()),
            "/v1/task-statuses" => (self.task_status().await, String::new()),
            "/v1/task-templates" => (self.task_template().await, String::new()),
            "/v1/virtual-addresses" => (self.virtual_address().await, String::new()),
            "/v1/mail/incoming"
                if ["reprocess", "attach", "show"].iter().any(|it| operation.id.starts_with(it)) =>
            {
                (self.quarantined_mail().await, String::new())
            }
            "/v1/mail-templates" => (self.template().await, String::new()),
            "/v1/mail/incoming" => (self.blank_mail().await, String::new()),
            "/v1/mail/dkim-keys" => (self.dkim_key().await, String::new()),
            "/v1/mail/senders" => (self.blocked_sender().await, String::new()),
            "/v1/mail/outgoing" => (self.deferred_mail().await, String::new()),
            "/v1/me/linked-accounts" => (self.link_request().await, String::new()),
            "/v1/account-links/parked" => (self.parked_operation().await, String::new()),
            "/v1/mail/suppressions" => (self.suppression().await, String::new()),
            _ => panic!("tell `World::path` how to make something for {}", operation.path),
        };
        operation.path.replace("{id}", &id) + &query
    }

    /// What the operation takes.
    pub(super) async fn body(&self, operation: &Operation) -> Body {
        if !operation.object["requestBody"].is_object() {
            return Body::None;
        }
        if let Some(body) = self.body_of_contacts(operation).await {
            return Body::Json(body);
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
            "update_signature" => json!({"html": "<b>Acme</b>"}),
            "create_mail_template" => template(&name),
            "update_mail_template" | "update_task_status" => json!({"name": name}),
            "update_contact_notifications" => json!({"items": [{"type": "reminder", "enabled": true}]}),
            "update_contact_mail_settings" => json!({"reply_marker": false}),
            "update_link_settings" => json!({"outgoing": "any"}),
            "set_primary_account" => json!({"account": "acme"}),
            "update_incoming_settings" => json!({"accept_robots": true}),
            "create_session" => {
                json!({"account": "acme", "email": "member@acme.example", "password": PASSWORD})
            }
            "refresh_session" => json!({"refresh_token": self.session().await.refresh_token}),
            "create_employee" => {
                json!({"name": name, "login": name, "email": email, "role": "member", "password": PASSWORD})
            }
            "update_employee" => json!({"name": "Boris"}),
            "set_deputy" => json!({"employee_id": self.member.me["id"]}),
            "accept_invitation" => self.acceptance().await,
            "create_password_reset" => json!({"account": "acme", "email": email}),
            "complete_password_reset" => self.password_reset().await,
            "create_contact" => json!({"name": name, "email": email}),
            "write_to_contact" => json!({"title": "Our offer", "text": "See below."}),
            "update_contact" => json!({"name": "Ivan"}),
            "create_mailbox" => json!({
                "owner": "employee",
                "address": email,
                "sender_name": "Olga",
                "smtp": connection(),
                "imap": connection(),
            }),
            "update_mailbox" => {
                json!({"sender_name": "Olga", "smtp": {"password": "x"}, "imap": {"password": "x"}})
            }
            "create_file" | "create_portal_file" => return Body::Form,
            "create_portal_link" => json!({"account": "acme", "email": "nobody@client.example"}),
            "create_portal_session" => json!({"token": self.guests_link().await}),
            "create_portal_comment" => json!({"text": "At ten."}),
            "receive_mail" | "dry_run_incoming_mail" => {
                return Body::Mail(format!("From: {email}\r\nSubject: Hello\r\n\r\nHello.\r\n"));
            }
            "update_notification_settings" | "update_employee_notification_settings" => json!({
                "types": notification_types(),
                "do_not_disturb": {"from": "20:00", "to": "08:00", "time_zone": "Europe/Berlin"},
            }),
            "set_task_notification_settings" | "set_project_notification_settings" => json!({"mode": "all"}),
            "mark_notifications_read" => json!({"ids": [self.notification().await]}),
            "create_task" => json!({"title": "Repair the gate"}),
            "create_checklist_item" => json!({"text": "Ring the customer"}),
            "update_checklist_item" => json!({"is_done": true}),
            "create_project" => json!({"name": "The new fence"}),
            "update_project" => json!({"name": "The old fence"}),
            "create_task_status" => json!({"name": name, "color": "#3b82f6", "counts_as": "in_progress"}),
            "create_task_template" => json!({"name": name, "title": "Repair the gate"}),
            "update_task_template" => json!({"title": "Repair the roof"}),
            "create_virtual_address" => json!({"local_part": name, "description": "Sales"}),
            "update_task" => json!({"priority": "urgent"}),
            "reject_task" => json!({"reason": "The gate is not ours."}),
            "add_participant" => json!({"person_id": self.contact().await}),
            "create_comment" | "preview_comment" => json!({"text": "When will it be done?"}),
            "create_dkim_key" => json!({"algorithm": "ed25519"}),
            "create_suppression" => json!({"address": email}),
            "attach_incoming_mail" | "copy_comment" => {
                json!({"task_id": self.task(self.admin.me.id()).await})
            }
            "accept_task"
            | "confirm_comment_sender"
            | "create_contact_access"
            | "resend_contact_access"
            | "suspend_contact_access"
            | "resume_contact_access"
            | "invite_employee"
            | "send_comment"
            | "cancel_comment"
            | "release_incoming_mail"
            | "block_incoming_mail"
            | "trust_incoming_mail"
            | "reprocess_incoming_mail"
            | "render_mail_template"
            | "retry_outgoing_mail"
            | "create_unsubscription"
            | "approve_linked_account"
            | "refuse_linked_account"
            | "retry_parked_operation"
            | "test_mailbox" => json!({}),
            "move_comment" => json!({"new_task": {"title": "Its own"}}),
            "create_task_from_comment" => json!({"title": "Look at the lock"}),
            "update_comment" => json!({"text": "When can it be done?"}),
            other => panic!("tell `World::body` what {other} takes"),
        })
    }

    /// A session of the member that nobody else uses.
    pub(super) async fn session(&self) -> Client {
        self.owner.app.sign_in("acme", "member@acme.example").await
    }

    /// Somebody's own session that nobody else uses.
    pub(super) async fn session_of(&self, caller: &Client) -> Client {
        let body =
            json!({"account": caller.account["name"], "email": caller.me["email"], "password": PASSWORD});
        let tokens = caller.app.anon().post("/v1/sessions", body).await.expect(201).json();
        caller.with_token(tokens["access_token"].text())
    }

    pub(super) fn name(&self) -> String {
        self.count.set(self.count.get() + 1);
        format!("n{}", self.count.get())
    }

    pub(super) async fn contact(&self) -> String {
        self.owner.contact(&self.name()).await.id().to_owned()
    }

    async fn employee(&self) -> String {
        let name = self.name();
        let email = format!("{name}@acme.example");
        let body =
            json!({"name": name, "login": name, "email": email, "role": "member", "password": PASSWORD});
        self.owner.post("/v1/employees", body).await.expect(201).json().id().to_owned()
    }

    async fn project(&self) -> String {
        self.owner.post("/v1/projects", json!({"name": self.name()})).await.expect(201).json().id().to_owned()
    }

    async fn task_status(&self) -> String {
        let body = json!({"name": self.name(), "color": "#3b82f6", "counts_as": "new"});
        self.owner.post("/v1/task-statuses", body).await.expect(201).json().id().to_owned()
    }

    async fn task_template(&self) -> String {
        let body = json!({"name": self.name(), "title": "Repair the gate"});
        self.owner.post("/v1/task-templates", body).await.expect(201).json().id().to_owned()
    }

    async fn virtual_address(&self) -> String {
        let body = json!({"local_part": self.name(), "description": "Sales"});
        self.owner.post("/v1/virtual-addresses", body).await.expect(201).json().id().to_owned()
    }

    pub(super) async fn task(&self, participant: &str) -> String {
        let body =
            json!({"title": "A task", "assignees": [self.member.me["id"]], "participants": [participant]});
        self.owner.post("/v1/tasks", body).await.expect(201).json().id().to_owned()
    }

    async fn checklist_item(&self) -> String {
        let path = format!("/v1/tasks/{}/checklist", self.task(self.admin.me.id()).await);
        let item = self.member.post(&path, json!({"text": "Ring the customer"})).await.expect(201).json();
        format!("{path}/{}", item.id())
    }

    async fn comment(&self) -> String {
        self.write(json!({"text": "A comment"})).await
    }

    /// A comment of the member that leaves tomorrow.
    async fn held_comment(&self) -> String {
        let tomorrow = self.owner.app.clock().now() + chrono::TimeDelta::days(1);
        self.write(json!({"text": "A comment", "send_at": tomorrow})).await
    }

    async fn write(&self, comment: Value) -> String {
        let path = format!("/v1/tasks/{}/comments", self.task(self.admin.me.id()).await);
        self.member.post(path, comment).await.expect(201).json().id().to_owned()
    }

    async fn blocked_sender(&self) -> String {
        let path = format!("/v1/mail/incoming/{}:block", self.blank_mail().await);
        self.owner.post(path, json!({})).await.expect(200);
        self.owner.get("/v1/mail/senders").await.expect(200).json().items()[0].id().to_owned()
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

    /// The company's, which the member may use.
    async fn mailbox(&self) -> String {
        let body = json!({
            "owner": "company",
            "address": format!("{}@acme.example", self.name()),
            "sender_name": "ACME",
            "smtp": connection(),
            "imap": connection(),
            "deliver_to": "member@acme.liaison.test",
        });
        self.owner.post("/v1/mailboxes", body).await.expect(201).json().id().to_owned()
    }

    async fn dkim_key(&self) -> String {
        let listed = self.owner.get("/v1/mail/dkim-keys").await.expect(200).json();
        if let Some(key) = listed.items().first() {
            return key.id().to_owned();
        }
        let body = json!({"algorithm": "ed25519"});
        self.owner.post("/v1/mail/dkim-keys", body).await.expect(201).json().id().to_owned()
    }

    /// The link in a mail by which its recipient ends automatic mail.
    async fn unsubscribe_link(&self) -> String {
        let mail = self.owner.get(format!("/v1/mail/outgoing/{}", self.deferred_mail().await)).await;
        unsubscribe_path(&self.owner.app, &self.owner.account, &mail.expect(200).json())
    }

    /// Something that the member was told.
    async fn notification(&self) -> String {
        self.task(self.member.me.id()).await;
        let told = self.member.get("/v1/notifications").await.expect(200).json();
        told.items()[0].id().to_owned()
    }

    async fn suppression(&self) -> String {
        let body = json!({"address": format!("{}@client.example", self.name())});
        self.owner.post("/v1/mail/suppressions", body).await.expect(201).json().id().to_owned()
    }

    async fn template(&self) -> String {
        let made = self.owner.post("/v1/mail-templates", template(&self.name())).await;
        made.expect(201).json().id().to_owned()
    }

    /// A link in a mail to a file.
    async fn file_link(&self) -> String {
        let (contact, file) = (self.contact().await, self.file().await);
        let off = json!({"attach_files": false});
        self.owner.patch("/v1/settings/contact-mail", off).await.expect(200);
        let task = self.task(&contact).await;
        let body = json!({"text": "See", "notify": [contact], "file_ids": [file]});
        self.member.post(format!("/v1/tasks/{task}/comments"), body).await.expect(201);
        let listed = self.owner.get(format!("/v1/mail/outgoing?task={task}")).await.expect(200).json();
        let mail =
            self.owner.get(format!("/v1/mail/outgoing/{}", listed.items()[0].id())).await.expect(200).json();
        let url = mail["links"][0]["url"].text();
        url.strip_prefix("https://liaison.test").unwrap().to_owned()
    }

    pub(super) async fn file(&self) -> String {
        let call = self.member.call(Method::POST, "/v1/files");
        let made = call.body("multipart/form-data; boundary=cut", FORM).await.expect(201).json();
        made.items()[0].id().to_owned()
    }
}

/// Where the link in a mail leads by which its first recipient ends automatic mail.
pub(crate) fn unsubscribe_path(app: &TestApp, account: &Value, mail: &Value) -> String {
    let id = |it: &Value| it.id().parse::<uuid::Uuid>().unwrap();
    let link = MailLink {
        account: id(account).into(),
        mail: id(mail).into(),
        person: id(&mail["recipients"][0]["person"]).into(),
    };
    format!("/u/{}", app.parts().keys.unsubscribe_token(link))
}

/// A change of each type of notices.
fn notification_types() -> Value {
    let change = |it: &NotificationKind| (it.to_string(), json!({"email": false}));
    Value::Object(NotificationKind::CHOSEN.iter().map(change).collect())
}

/// A template of a mail.
fn template(name: &str) -> Value {
    json!({"name": name, "versions": [{"language": "en", "subject": "{{ task.title }}", "html": "Hello"}]})
}

/// How nobody's server is reached.
fn connection() -> Value {
    json!({"host": "127.0.0.1", "port": 993, "security": "tls", "username": "acme", "password": "secret"})
}

const RECEIVE: &str = "/v1/mail/incoming?recipient=member@acme.liaison.test";

const FORM: &str = "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"note.txt\"\r\n\
                    Content-Type: text/plain\r\n\r\nA note.\r\n--cut--\r\n";
