//! Quarantine: what administrators have done with mail that was kept, and with its sender. Each word stands in the mail's
//! `explain`, and each can be taken back: a comment is moved or deleted, a sender forgotten.

use liaison_domain::{
    account::EmployeeStatus,
    change::Change,
    id::{AccountId, IncomingMailId, TaskId},
    inbound::{
        order::{Order, has_author, may_be_ordered},
        standing::SenderStanding,
        verdict::{Cause, IncomingState, Sender, Verdict},
    },
    job::JobKind,
    mail_address::EmailAddress,
    person::PersonKind,
    refusal::{Code, Refusal},
};
use liaison_persistence::{
    account::{self, AccountRow},
    change_feed,
    database::WriteTx,
    incoming_mail::{self, IncomingMailRow, Step},
    job,
    mail_sender::{self, NewSender},
    person,
};

use super::{
    authenticity::Origin,
    explain::Explain,
    files::{self, KeptFile},
    judge::{self, Judged},
    ledger,
    reading::{self, Reading},
    settle,
};
use crate::{
    app::App,
    service::{Failure, access, caller::StaffCaller, contact},
};

/// A kept mail that was read and judged under an order, and is not written yet.
#[derive(Debug)]
pub struct Ordered {
    id: IncomingMailId,
    owner: AccountRow,
    order: Order,
    reading: Reading,
    judged: Judged,
    files: Vec<KeptFile>,
}

/// Reads and judges a mail as the order has it, with no transaction open.
pub async fn prepare(
    app: &App,
    caller: &StaffCaller,
    id: IncomingMailId,
    order: Order,
) -> Result<Ordered, Failure> {
    let mut tx = app.database.read().await?;
    let row = ledger::get(&mut tx, caller, id).await?;
    let owner = account::find(&mut tx, caller.account).await?.ok_or_else(Refusal::not_found)?;
    drop(tx);
    let raw = ledger::raw(app, caller.account, &row).await?;
    let reading = reading::read(reading::delivered(&row, &raw)).await;
    let origin = Origin::find(app, &row, raw.clone(), &reading.mail).await;
    let mut tx = app.database.read().await?;
    let judged = judge::judge(&mut tx, app, &owner, &row, &reading, &origin, Some(order)).await?;
    drop(tx);
    let files = match judged.verdict {
        // What can't be read is attached as it came.
        Verdict::Comment { .. } if !judged.is_readable => vec![files::keep_raw(app, id, raw).await?],
        Verdict::Comment { .. } | Verdict::NewTask { .. } => files::keep(app, &reading.mail).await?,
        Verdict::Keep { .. } => Vec::new(),
    };
    Ok(Ordered { id, owner, order, reading, judged, files })
}

/// Applies a mail as it was ordered. Where From names nobody, whoever attaches it is the comment's author.
pub async fn carry_out(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    ordered: Ordered,
) -> Result<IncomingMailRow, Failure> {
    let Ordered { id, owner, order, reading, mut judged, files } = ordered;
    if let Order::Attach(task) = order {
        require_task(tx, caller, task).await?;
    }
    let row = incoming_mail::lock(tx, caller.account, id).await?.ok_or_else(Refusal::not_found)?;
    if !may_be_ordered(row.state, row.cause) {
        let detail =
            "Only a mail that is quarantined, or rejected for its sender, can be released or attached.";
        return Err(Refusal::new(Code::NotReleasable, detail).into());
    }
    if let Verdict::Keep { .. } = judged.verdict {
        let detail = "Nothing tells whose it is or where it belongs; attach it to a task.";
        return Err(Refusal::new(Code::NotReleasable, detail).into());
    }
    if !has_author(judged.sender) {
        judged.sender = Sender::Employee { id: caller.employee, status: EmployeeStatus::Active };
    }
    let verdict = match order {
        Order::Release => "released",
        Order::Attach(_) => "attached",
    };
    let was = row.cause.map_or(row.state.as_str(), Cause::as_str);
    let by = name(tx, caller).await?;
    judged.explain.add("order", verdict, format!("{by} {verdict} it, although it was kept as {was}"));
    settle(tx, app, &owner, &row, &reading, judged, &files).await?;
    ledger::get(tx, caller, id).await
}

async fn require_task(tx: &mut WriteTx, caller: &StaffCaller, task: TaskId) -> Result<(), Failure> {
    match access::enter(tx, caller, task).await {
        Ok(_) => Ok(()),
        Err(Failure::Refused(_)) => Err(Refusal::unknown_id("/task_id").into()),
        Err(failure) => Err(failure),
    }
}

async fn name(tx: &mut WriteTx, caller: &StaffCaller) -> Result<String, Failure> {
    let found = person::list_refs(tx, caller.account, [caller.employee]).await?.remove(&caller.employee);
    Ok(found.map(|it| it.name).unwrap_or_default())
}

/// The address in a mail's From, with no transaction open.
pub async fn find_sender(
    app: &App,
    caller: &StaffCaller,
    id: IncomingMailId,
) -> Result<Option<EmailAddress>, Failure> {
    let mut tx = app.database.read().await?;
    let row = ledger::get(&mut tx, caller, id).await?;
    drop(tx);
    let mail = reading::read(ledger::raw(app, caller.account, &row).await?).await.mail;
    Ok(mail.from.and_then(|it| EmailAddress::parse(&it.address).ok()))
}

/// Has all mail from the sender rejected from now on (SPM-2); this one too, where it waits.
pub async fn block(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    id: IncomingMailId,
    sender: Option<EmailAddress>,
) -> Result<IncomingMailRow, Failure> {
    let address = say(tx, app, caller, sender, SenderStanding::Blocked).await?;
    let row = incoming_mail::lock(tx, caller.account, id).await?.ok_or_else(Refusal::not_found)?;
    let (state, cause) = match row.state {
        IncomingState::Quarantined => (IncomingState::Rejected, Some(Cause::BlockedSender)),
        _ => (row.state, row.cause),
    };
    let by = name(tx, caller).await?;
    let steps = with(row.explain.0, "blocked", format!("{by} blocked {address}"));
    incoming_mail::update_verdict(tx, caller.account, id, state, cause, &steps).await?;
    change_feed::append(tx, caller.account, Change::MailReceived, id.uuid(), app.env.now());
    ledger::get(tx, caller, id).await
}

/// Takes the sender for somebody known, takes back that he was blocked or marked as a spammer, and has the mail looked at
/// once more where it waits. Never a proof that an employee wrote something (S1).
pub async fn trust(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    id: IncomingMailId,
    sender: Option<EmailAddress>,
) -> Result<IncomingMailRow, Failure> {
    let address = say(tx, app, caller, sender, SenderStanding::Trusted).await?;
    contact::clear_spam(tx, &app.env, caller.account, &address).await?;
    let row = incoming_mail::lock(tx, caller.account, id).await?.ok_or_else(Refusal::not_found)?;
    let waits = may_be_ordered(row.state, row.cause);
    let (state, cause) = if waits { (IncomingState::Received, None) } else { (row.state, row.cause) };
    let by = name(tx, caller).await?;
    let steps = with(row.explain.0, "trusted", format!("{by} trusts {address}"));
    incoming_mail::update_verdict(tx, caller.account, id, state, cause, &steps).await?;
    if waits {
        let again = [(app.env.id(), id.uuid())];
        job::enqueue(tx, caller.account, JobKind::ProcessMail, again, app.env.now()).await?;
    }
    ledger::get(tx, caller, id).await
}

/// Keeps what is said about the address. Our own and employees' addresses are judged by proof alone.
async fn say(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    sender: Option<EmailAddress>,
    standing: SenderStanding,
) -> Result<EmailAddress, Failure> {
    caller.require_admin()?;
    let no_one =
        || Refusal::new(Code::InvalidSender, "From names nobody, or somebody who is judged by proof.");
    let address = sender.ok_or_else(no_one)?;
    if is_staff(tx, app, caller.account, &address).await? {
        return Err(no_one().into());
    }
    let new = NewSender {
        id: app.env.id(),
        address: &address,
        standing,
        created_by: caller.employee,
        at: app.env.now(),
    };
    mail_sender::upsert(tx, caller.account, &new).await?;
    Ok(address)
}

/// Whether the address is of the account's own domain, or an employee's.
async fn is_staff(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    address: &EmailAddress,
) -> Result<bool, Failure> {
    let owner = account::find(tx, account).await?.ok_or_else(Refusal::not_found)?;
    let owners = person::list_owners(tx, account, [address.key()]).await?;
    Ok(address.domain() == app.config.mail.domain_of(&owner.name)
        || owners.iter().any(|it| it.kind == PersonKind::Employee))
}

fn with(mut steps: Vec<Step>, verdict: &str, detail: String) -> Vec<Step> {
    let mut explain = Explain::default();
    explain.add("order", verdict, detail);
    steps.extend(explain.into_steps());
    steps
}
