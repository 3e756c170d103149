//! People who are invited to sign in.

use liaison_domain::external_access::LinkPurpose;
use serde_json::{Value, json};
use support::{JsonExt as _, Operation, PASSWORD};

use super::World;
use crate::api::password_links::{let_in, token};

impl World {
    /// A contact whose access the operation can change.
    pub(super) async fn contact_with_access(&self, operation: &Operation) -> String {
        let contact = self.owner.contact(&self.name()).await;
        match operation.id.as_str() {
            "create_contact_access" => {}
            "suspend_contact_access" | "resume_contact_access" => {
                let_in(&self.owner, &contact).await;
            }
            _ => {
                let path = format!("/v1/contacts/{}/access", contact.id());
                self.owner.post(path, json!({})).await.expect(201);
            }
        }
        contact.id().to_owned()
    }

    /// An employee who has not accepted yet.
    pub(super) async fn invited_employee(&self) -> String {
        let name = self.name();
        let email = format!("{name}@acme.example");
        let body = json!({"name": name, "login": name, "email": email, "role": "member"});
        self.owner.post("/v1/employees", body).await.expect(201).json().id().to_owned()
    }

    pub(super) async fn acceptance(&self) -> Value {
        let token = token(&self.owner, &self.invited_employee().await, LinkPurpose::Invitation).await;
        json!({"token": token, "password": PASSWORD})
    }

    pub(super) async fn password_reset(&self) -> Value {
        let id = self.employee().await;
        let shown = self.owner.get(format!("/v1/employees/{id}")).await.expect(200).json();
        let body = json!({"account": "acme", "email": shown["email"]});
        self.owner.app.anon().post("/v1/password-resets", body).await.expect(204);
        let token = token(&self.owner, &id, LinkPurpose::PasswordReset).await;
        json!({"token": token, "password": PASSWORD})
    }
}
