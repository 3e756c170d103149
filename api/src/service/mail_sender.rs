//! Addresses that administrators blocked or trust.

use liaison_domain::{id::MailSenderId, inbound::standing::SenderStanding, refusal::Refusal};
use liaison_persistence::{
    database::{Tx, WriteTx},
    mail_sender::{self, SenderRow},
    page::{Page, PageRequest},
};

use super::{Failure, caller::StaffCaller};

/// Newest first; those of one standing where it is given.
pub async fn list(
    tx: &mut dyn Tx,
    caller: &StaffCaller,
    standing: Option<SenderStanding>,
    page: PageRequest,
) -> Result<Page<SenderRow>, Failure> {
    caller.require_admin()?;
    Ok(mail_sender::list(tx, caller.account, standing, page).await?)
}

/// Forgets what was said about an address: its next mail is judged like anybody's.
pub async fn delete(tx: &mut WriteTx, caller: &StaffCaller, id: MailSenderId) -> Result<(), Failure> {
    caller.require_admin()?;
    mail_sender::find(tx, caller.account, id).await?.ok_or_else(Refusal::not_found)?;
    Ok(mail_sender::delete(tx, caller.account, id).await?)
}
