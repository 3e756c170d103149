//! Who wrote a mail, as its From says, or its Reply-To where the account wants that (R18): whether that may be believed is judged elsewhere.

use liaison_domain::{
    id::AccountId,
    inbound::{
        address::LocalPart,
        settings::IncomingSettings,
        verdict::{Sender, is_robot},
    },
    mail_address::EmailAddress,
    person::PersonKind,
};
use liaison_mailer::parse::{Mailbox, ParsedMail};
use liaison_persistence::{database::Tx, employee, person};

use crate::service::Failure;

/// Who that is, by which name and address, and in words.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) sender: Sender,
    pub(super) author: Option<Mailbox>,
    pub(super) detail: String,
}

/// Finds out who wrote. Where the account wants that, it is the one whom Reply-To names, unless one of the two has a login:
/// then nobody is put in his mouth or he in another's (R18).
pub(super) async fn find(
    tx: &mut dyn Tx,
    account: AccountId,
    own_domain: &str,
    mail: &ParsedMail,
    settings: &IncomingSettings,
) -> Result<Found, Failure> {
    let from = find_named(tx, account, own_domain, mail.from.as_ref(), settings).await?;
    let [reply_to] = mail.reply_to.as_slice() else { return Ok(from) };
    let is_outside = |it: Sender| matches!(it, Sender::Contact { .. } | Sender::Stranger);
    if !settings.author_from_reply_to || !is_outside(from.sender) {
        return Ok(from);
    }
    let named = find_named(tx, account, own_domain, Some(reply_to), settings).await?;
    if !is_outside(named.sender) {
        return Ok(from);
    }
    Ok(Found { detail: format!("Reply-To counts: {}", named.detail), ..named })
}

async fn find_named(
    tx: &mut dyn Tx,
    account: AccountId,
    own_domain: &str,
    mailbox: Option<&Mailbox>,
    settings: &IncomingSettings,
) -> Result<Found, Failure> {
    let found = |sender, detail| Found { sender, author: mailbox.cloned(), detail };
    let Some(named) = mailbox else { return Ok(found(Sender::Nobody, "there is no From".to_owned())) };
    let address = match EmailAddress::parse(&named.address) {
        Ok(address) => address,
        Err(error) => {
            return Ok(found(Sender::Nobody, format!("{} is no address: {error}", named.address)));
        }
    };
    if is_robot(address.local_part()) && !settings.accept_robots {
        return Ok(found(Sender::Robot, format!("{address} is a mail server")));
    }
    if address.domain() == own_domain {
        let (sender, detail) = find_own(tx, account, &address).await?;
        return Ok(found(sender, detail));
    }
    let owners = person::list_owners(tx, account, [address.key()]).await?;
    // Where an import made duplicates, the oldest wins (DUP-3), and an employee before a contact: he needs a proof.
    let owner = owners.iter().find(|it| it.kind == PersonKind::Employee).or_else(|| owners.first());
    let Some(owner) = owner else {
        return Ok(found(Sender::Stranger, format!("nobody here has the address {address}")));
    };
    let sender = match owner.status {
        Some(status) => Sender::Employee { id: owner.person_id, status },
        None => Sender::Contact { id: owner.person_id },
    };
    let shared = match owners.len() {
        0 | 1 => "",
        _ => ", the first of several who share it",
    };
    Ok(found(sender, format!("{address} is the {} {}{shared}", owner.kind, owner.name)))
}

/// An address of the account's own domain: an employee's internal one, or one that nobody writes from.
async fn find_own(
    tx: &mut dyn Tx,
    account: AccountId,
    address: &EmailAddress,
) -> Result<(Sender, String), Failure> {
    let employee = match LocalPart::read(address.local_part()) {
        Some(LocalPart::Mailbox(login)) => employee::find_by_login(tx, account, &login).await?,
        _ => None,
    };
    Ok(match employee {
        Some(it) => (
            Sender::Employee { id: it.id, status: it.status },
            format!("{address} is the internal address of the employee {}", it.name),
        ),
        None => (Sender::Nobody, format!("{address} is an address of ours that nobody writes from")),
    })
}
