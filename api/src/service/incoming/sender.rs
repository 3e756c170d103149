//! Who wrote a mail, as its From says (R18): whether that may be believed is judged elsewhere.

use liaison_domain::{
    id::AccountId,
    inbound::{
        address::LocalPart,
        verdict::{Sender, is_robot},
    },
    mail_address::EmailAddress,
    person::PersonKind,
};
use liaison_mailer::parse::ParsedMail;
use liaison_persistence::{database::Tx, employee, person};

use crate::service::Failure;

/// The sender, and who that is in words.
pub(super) async fn find(
    tx: &mut impl Tx,
    account: AccountId,
    own_domain: &str,
    mail: &ParsedMail,
) -> Result<(Sender, String), Failure> {
    let Some(from) = &mail.from else { return Ok((Sender::Nobody, "there is no From".to_owned())) };
    let address = match EmailAddress::parse(&from.address) {
        Ok(address) => address,
        Err(error) => return Ok((Sender::Nobody, format!("{} is no address: {error}", from.address))),
    };
    if is_robot(address.local_part()) {
        return Ok((Sender::Robot, format!("{address} is a mail server")));
    }
    if address.domain() == own_domain {
        return find_own(tx, account, &address).await;
    }
    let owners = person::list_owners(tx, account, [address.key()]).await?;
    // Where an import made duplicates, the oldest wins (DUP-3), and an employee before a contact: he needs a proof.
    let owner = owners.iter().find(|it| it.kind == PersonKind::Employee).or_else(|| owners.first());
    let Some(owner) = owner else {
        return Ok((Sender::Stranger, format!("nobody here has the address {address}")));
    };
    let sender = match owner.status {
        Some(status) => Sender::Employee { id: owner.person_id, status },
        None => Sender::Contact { id: owner.person_id },
    };
    Ok((sender, format!("{address} is the {} {}", owner.kind, owner.name)))
}

/// An address of the account's own domain: an employee's internal one, or one that nobody writes from.
async fn find_own(
    tx: &mut impl Tx,
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
