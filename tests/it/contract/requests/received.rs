//! What came by mail.

use actix_web::http::Method;
use support::JsonExt as _;

use super::{Body, RECEIVE, World};

impl World {
    /// A comment that a contact sent by mail.
    pub(super) async fn mailed_comment(&self) -> String {
        let (app, name) = (&self.owner.app, self.name());
        let contact = self.owner.contact(&name).await.id().to_owned();
        let task =
            self.owner.get(format!("/v1/tasks/{}", self.task(&contact).await)).await.expect(200).json();
        let address = task["addresses"]["task"].text().replace('+', "%2B");
        let mail = format!("From: {name}@client.example\r\nSubject: Re: A task\r\n\r\nYes.\r\n");
        let call = app.anon().call(Method::POST, format!("/v1/mail/incoming?recipient={address}"));
        Self::carry(call, app, &Body::Mail(mail)).await.expect(202);
        app.work().await;
        let comments = self.owner.get(format!("/v1/tasks/{}/comments", task.id())).await.expect(200).json();
        comments.items()[0].id().to_owned()
    }

    /// A task that a mail to the member began.
    pub(super) async fn mailed_task(&self) -> String {
        let (app, name) = (&self.owner.app, self.name());
        let mail = format!("From: {name}@client.example\r\nSubject: {name}\r\n\r\nThe gate is broken.\r\n");
        let call = app.anon().call(Method::POST, RECEIVE);
        Self::carry(call, app, &Body::Mail(mail)).await.expect(202);
        app.work().await;
        let listed = self.owner.get(format!("/v1/tasks?q={name}")).await.expect(200).json();
        listed.items()[0].id().to_owned()
    }

    /// A mail that nobody signed: it waits for an administrator.
    pub(super) async fn quarantined_mail(&self) -> String {
        let app = &self.owner.app;
        let mail = Body::Mail(format!("Subject: {}\r\n\r\nWho am I?\r\n", self.name()));
        let call = Self::carry(app.anon().call(Method::POST, RECEIVE), app, &mail);
        let id = call.await.expect(202).json().id().to_owned();
        app.work().await;
        id
    }

    /// A mail of a contact that says nothing: it waits for an administrator.
    pub(super) async fn blank_mail(&self) -> String {
        let (app, name) = (&self.owner.app, self.name());
        let contact = self.owner.contact(&name).await.id().to_owned();
        let task =
            self.owner.get(format!("/v1/tasks/{}", self.task(&contact).await)).await.expect(200).json();
        let address = task["addresses"]["task"].text().replace('+', "%2B");
        let mail = Body::Mail(format!("From: {name}@client.example\r\nSubject: {name}\r\n\r\n \r\n"));
        let call = app.anon().call(Method::POST, format!("/v1/mail/incoming?recipient={address}"));
        let id = Self::carry(call, app, &mail).await.expect(202).json().id().to_owned();
        app.work().await;
        id
    }
}
