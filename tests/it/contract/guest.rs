//! What requests to the portal are about.

use serde_json::{Value, json};
use support::{Client, JsonExt as _, Operation};

use super::requests::World;
use crate::portal;

/// Whether it is for contacts alone.
pub(super) fn is_of_portal(operation: &Operation) -> bool {
    operation.path.starts_with("/v1/portal/")
}

impl World {
    /// A contact, and he himself.
    pub(super) async fn invite(owner: &Client) -> (Value, Client) {
        let contact = owner.contact("Guest").await;
        let task = owner.post("/v1/tasks", json!({"title": "A task"})).await.expect(201).json();
        let body = json!({"text": "Come in", "notify": [contact.id()]});
        owner.post(format!("/v1/tasks/{}/comments", task.id()), body).await.expect(201);
        let guest = portal::enter(owner, &contact).await;
        (contact, guest)
    }

    /// A task and a file in it that the contact sees.
    pub(super) async fn guests_task(&self) -> (String, String) {
        let (contact, file) = (self.known_guest.id(), self.file().await);
        let task = self.task(contact).await;
        let body = json!({"text": "See", "notify": [contact], "file_ids": [file]});
        self.member.post(format!("/v1/tasks/{task}/comments"), body).await.expect(201);
        (task, file)
    }

    /// The token of the link in the newest mail to the contact.
    pub(super) async fn guests_link(&self) -> String {
        portal::token(&self.owner, &self.known_guest).await
    }
}
