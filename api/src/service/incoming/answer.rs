//! The answer that somebody gets whose mail began a task, where the account wants it: it says that the mail has arrived, and
//! nothing that its sender chose, or anybody could have us write anything to anybody (S3).

use liaison_domain::{
    automatic::{self, AnswerCap, WINDOW},
    contact_mail::NoticeType,
    id::PersonId,
    inbound::{audience::Told, verdict::Sender},
    mail_address::EmailAddress,
    outgoing::MailKind,
    person::{Addressee, Reach},
    task::Task,
};
use liaison_mailer::parse;
use liaison_persistence::{
    account::AccountRow,
    database::WriteTx,
    mail_template,
    outgoing_mail::automatic::{count_answered, list_answered},
    person,
};

use super::{explain::Explain, new_task::NewTask};
use crate::{
    app::App,
    service::{
        Failure,
        fan_out::{self, Notice},
    },
};

/// Answers the author of the mail, and tells why where he gets nothing.
pub(super) async fn send(
    tx: &mut WriteTx,
    app: &App,
    account: &AccountRow,
    new: &NewTask<'_>,
    task: &Task,
    author: PersonId,
    explain: &mut Explain,
) -> Result<(), Failure> {
    let wanted = mail_template::find_notice(tx, account.id, NoticeType::TaskFromMail).await?.enabled;
    if !wanted || matches!(new.judged.sender, Sender::Employee { .. }) || new.judged.told == Told::Nobody {
        return Ok(());
    }
    let address = match receiver(new) {
        Ok(address) => address,
        Err(why) => {
            explain.add("answer", "none", why);
            return Ok(());
        }
    };
    let since = app.env.now() - WINDOW;
    let latest = list_answered(tx, account.id, since, automatic::MAX_ANSWERS_OF_ACCOUNT).await?;
    let max = app.config.mail.max_answers_per_hour;
    let is_server_at_its_cap = count_answered(tx, since, max).await? >= i64::from(max);
    let exceeded = automatic::exceeded(&address, &latest);
    if let Some(cap) = exceeded.or(is_server_at_its_cap.then_some(AnswerCap::Server)) {
        explain.add("answer", "capped", format!("enough answers left within an hour to this {cap}"));
        return Ok(());
    }
    let Some(known) = person::list_addressees(tx, account.id, [author]).await?.remove(&author) else {
        return Ok(());
    };
    let Reach::Contact { language, selectable, .. } = known.reach else { return Ok(()) };
    let reach = Reach::Contact { address: Some(address.clone()), language, selectable };
    // His name is what he calls himself.
    let audience = [Addressee { id: author, name: address.to_string(), reach, is_linked: false }];
    explain.add("answer", "sent", format!("{address} is told that it has arrived"));
    let notice = Notice {
        account: account.id,
        task,
        kind: MailKind::TaskFromMail,
        comment: None,
        author,
        mailbox: None,
        audience: &audience,
        contacts_wait: false,
        hops: new.judged.hops,
        by_mail: true,
        mentioned: &[],
        is_for_others: false,
        rejects: false,
    };
    fan_out::notify(tx, app, &notice).await.map(drop)
}

/// The address that wrote, where nothing speaks against an answer.
fn receiver(new: &NewTask<'_>) -> Result<EmailAddress, &'static str> {
    let mail = &new.reading.mail;
    if mail.kind != parse::MailKind::Message || mail.automation.is_mass_mail() {
        return Err("what is sent to many is never answered");
    }
    if new.row.envelope_sender.is_empty() {
        return Err("its envelope names nobody who could be answered");
    }
    if !new.judged.may_be_answered {
        return Err("nothing proves that it is from whom it names");
    }
    let address = |it: &parse::Mailbox| EmailAddress::parse(&it.address).ok();
    let from = mail.from.as_ref().and_then(address).ok_or("it names no address")?;
    let author = new.judged.author.as_ref().and_then(address);
    if author.is_none_or(|it| it.key() != from.key()) {
        return Err("its author is not who sent it");
    }
    Ok(from)
}
