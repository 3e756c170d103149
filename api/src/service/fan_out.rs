//! Plans the notices of an event. Writing them into the ledgers joins with the outgoing mail.
use super::Failure;
use crate::app::App;
use liaison_domain::{
    fan_out::{FanOut, plan},
    id::*,
    outgoing::MailKind,
    person::Addressee,
    task::Task,
};
use liaison_persistence::database::WriteTx;
#[derive(Debug)]
pub struct Notice<'a> {
    pub account: AccountId,
    pub task: &'a Task,
    pub kind: MailKind,
    pub comment: Option<CommentId>,
    pub author: PersonId,
    pub audience: &'a [Addressee],
    pub contacts_wait: bool,
}
pub async fn notify(_tx: &mut WriteTx, _app: &App, n: &Notice<'_>) -> Result<FanOut, Failure> {
    Ok(plan(n.author, n.audience, n.contacts_wait))
}
