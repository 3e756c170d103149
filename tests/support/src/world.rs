//! People and things for tests to begin with, made through the API as anybody would.

use serde_json::{Value, json};

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
        Client::signed_in(self, &made, made["employee"].clone(), made["account"].clone())
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
        self.app.sign_in(account, &email).await
    }

    /// Adds a contact, `<name>@client.example`, who may be addressed.
    pub async fn contact(&self, name: &str) -> Value {
        let email = format!("{name}@client.example");
        let body = json!({"name": name, "email": email, "selectable_as_participant": true});
        self.post("/v1/contacts", body).await.expect(201).json()
    }
}
