//! `/v1/invitations`, `/v1/password-resets`: mailed links by which people set their passwords.

mod invitations;
mod resets;

use liaison_domain::{
    external_access::LinkPurpose,
    id::{AccountId, PersonId},
};
use liaison_persistence::password_link;
use serde_json::{Value, json};
use support::{Client, JsonExt as _, PASSWORD};
use uuid::Uuid;

/// The token of the latest link that somebody of the account was mailed.
pub(crate) async fn token(by: &Client, person: &str, purpose: LinkPurpose) -> String {
    let parts = by.app.parts();
    let account: AccountId = by.account.id().parse::<Uuid>().unwrap().into();
    let person: PersonId = person.parse::<Uuid>().unwrap().into();
    let mut tx = parts.database.read().await.unwrap();
    let link = password_link::find_latest(&mut tx, account, person, purpose).await.unwrap().unwrap();
    parts.keys.password_token(account, link.id)
}

/// Lets a contact sign in, who accepts with everybody's password; what leaves is taken.
pub(crate) async fn let_in(by: &Client, contact: &Value) -> Client {
    let path = format!("/v1/contacts/{}/access", contact.id());
    by.call(actix_web::http::Method::POST, path).await.expect(201);
    let token = token(by, contact.id(), LinkPurpose::Invitation).await;
    let body = json!({"token": token, "password": PASSWORD});
    let tokens = by.app.anon().post("/v1/invitations:accept", body).await.expect(201).json();
    by.app.work().await;
    by.app.mail().take();
    Client {
        refresh_token: tokens["refresh_token"].text().to_owned(),
        me: contact.clone(),
        account: by.account.clone(),
        ..by.app.anon().with_token(tokens["access_token"].text())
    }
}
