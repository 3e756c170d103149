//! People and things for tests to begin with, made through the API as anybody would.

use liaison_domain::{
    id::{AccountId, PersonId},
    notification::{Channels, NotificationKind},
};
use liaison_persistence::notification_settings;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{Client, JsonExt as _, TestApp};

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery";

impl TestApp {
    /// Signs an account up; the client is its owner, Anna, `anna@<account>.example`.
    pub async fn sign_up(&self, account: &str) -> Client {
        let body = json!({
            "name": account,
            "title": account.to_uppercase(),
            "owner": {
                "name": "Anna",
                "login": "anna",
                "email": format!("anna@{account}.example"),
                "password": PASSWORD,
            },
        });
        let made = self.anon().post("/v1/accounts", body).await.expect(201).json();
        let anna = Client::signed_in(self, &made, made["employee"].clone(), made["account"].clone());
        anna.set_mail(false).await;
        anna
    }

    /// Signs somebody in.
    pub async fn sign_in(&self, account: &str, email: &str) -> Client {
        let body = json!({"account": account, "email": email, "password": PASSWORD});
        let tokens = self.anon().post("/v1/sessions", body).await.expect(201).json();
        let client = Client::signed_in(self, &tokens, Value::Null, Value::Null);
        let shown = client.get("/v1/me").await.expect(200).json();
        Client { me: shown["employee"].clone(), account: shown["account"].clone(), ..client }
    }
}

impl Client {
    fn signed_in(app: &TestApp, tokens: &Value, me: Value, account: Value) -> Self {
        Self {
            app: app.clone(),
            token: Some(tokens["access_token"].text().to_owned()),
            refresh_token: tokens["refresh_token"].text().to_owned(),
            me,
            account,
        }
    }

    /// Employs a member, `<login>@<account>.example`, and signs him in.
    pub async fn employee(&self, login: &str) -> Self {
        self.employ(login, "member").await
    }

    /// Employs an administrator and signs him in.
    pub async fn admin(&self, login: &str) -> Self {
        self.employ(login, "admin").await
    }

    async fn employ(&self, login: &str, role: &str) -> Self {
        let account = self.account["name"].text();
        let email = format!("{login}@{account}.example");
        let body = json!({"name": login, "login": login, "email": email, "role": role, "password": PASSWORD});
        self.post("/v1/employees", body).await.expect(201);
        let client = self.app.sign_in(account, &email).await;
        client.set_mail(false).await;
        client
    }

    /// Decides whether he is told by mail of what employees are told of where nobody decided. These people are not, or each test
    /// would have to tell their mails from its own.
    ///
    /// Past the API, so that it counts for no limit of requests.
    pub async fn set_mail(&self, email: bool) {
        let parts = self.app.parts();
        let id = |it: &Value| it.id().parse::<Uuid>().unwrap();
        let (account, person) = (AccountId::new(id(&self.account)), PersonId::new(id(&self.me)));
        let mut tx = parts.database.write().await.unwrap();
        let mut settings = notification_settings::get(&mut tx, account, person).await.unwrap();
        for kind in NotificationKind::CHOSEN.into_iter().filter(|it| it.default_channels().email) {
            let in_app = settings.preferences.channels(kind).in_app;
            settings.preferences.chosen.insert(kind, Channels { in_app, email });
        }
        assert!(notification_settings::update(&mut tx, account, person, &settings).await.unwrap());
        tx.commit().await.unwrap();
    }

    /// Adds a contact, `<name>@client.example`, who may be addressed.
    pub async fn contact(&self, name: &str) -> Value {
        let email = format!("{name}@client.example");
        let body = json!({"name": name, "email": email, "selectable_as_participant": true});
        self.post("/v1/contacts", body).await.expect(201).json()
    }
}
