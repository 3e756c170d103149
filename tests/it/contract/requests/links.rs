//! Things that lie between two accounts.

use liaison_domain::id::AccountId;
use liaison_persistence::{
    link::stream::{self, OperationRow},
    sql::Json,
};
use serde_json::json;
use support::{Client, JsonExt as _, PASSWORD};

use super::World;

impl World {
    /// A new employee of the other account, and the contact who is linked with him.
    pub(super) async fn linked_contact(&self) -> (String, String) {
        let login = self.name();
        self.stranger.employee(&login).await;
        let address = format!("{login}@globex.liaison.test");
        let body = json!({"name": login, "email": address, "selectable_as_participant": true});
        let contact = self.owner.post("/v1/contacts", body).await.expect(201).json();
        self.owner.app.work().await;
        (login, contact.id().to_owned())
    }

    /// A task that is in the other account too.
    pub(super) async fn linked_task(&self) -> String {
        let (_, contact) = self.linked_contact().await;
        let body = json!({"title": "A task", "assigner": self.member.me["id"], "assignees": [contact]});
        let task = self.owner.post("/v1/tasks", body).await.expect(201).json();
        self.owner.app.work().await;
        task.id().to_owned()
    }

    /// What the member is asked by somebody of the other account who has no contact of his yet.
    pub(super) async fn link_request(&self) -> String {
        let name = self.name();
        let body = json!({"name": name, "title": name,
            "owner": {"name": "Olga", "login": "olga", "email": format!("{name}@person.example"), "password": PASSWORD}});
        self.owner.app.anon().post("/v1/accounts", body).await.expect(201);
        let other = self.owner.app.sign_in(&name, &format!("{name}@person.example")).await;
        let card = json!({"name": "Member", "email": "member@acme.liaison.test"});
        other.post("/v1/contacts", card).await.expect(201);
        self.owner.app.work().await;
        let listed = self.member.get("/v1/me/linked-accounts").await.expect(200).json();
        let asked = listed.items().iter().find(|it| it["account"] == name.as_str()).unwrap();
        asked.id().to_owned()
    }

    /// Something that came from the other account and was given up.
    pub(super) async fn parked_operation(&self) -> String {
        let (app, id) = (self.owner.app.parts(), self.owner.app.parts().env.id());
        let account = |it: &Client| AccountId::new(it.account.id().parse().unwrap());
        let operation = OperationRow {
            id,
            stream_id: app.env.id(),
            sequence: 1,
            peer_id: account(&self.stranger),
            operation: Json(json!({"v": 1, "type": "link_ended"})),
        };
        let (mut tx, now) = (app.database.write().await.unwrap(), app.env.now());
        let (to, from) = (account(&self.owner), account(&self.stranger));
        stream::receive(&mut tx, to, from, &[operation], now).await.unwrap();
        stream::park(&mut tx, to, id, "the server failed on it").await.unwrap();
        tx.commit().await.unwrap();
        id.to_string()
    }
}
