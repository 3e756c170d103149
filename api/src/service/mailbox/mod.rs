//! External mailboxes: a company's are set up by its administrators and used by all its employees, an employee's by
//! himself alone (OUT-3).
//!
//! Passwords come in and never go out again ([`secret`]); [`health`] keeps how well a mailbox works. What is fetched by
//! IMAP is the work of [`crate::worker::fetch`].

pub mod health;
pub mod probe;
pub mod secret;
pub mod server;

use liaison_domain::{
    account::Login,
    change::Change,
    id::{AccountId, MailboxId, ProjectId},
    inbound::address::LocalPart,
    job::JobKind,
    mail_address::EmailAddress,
    mailbox::{Channel, ConnectionSecurity, HostName, LoginMethod, MailboxOwner, is_for},
    refusal::{Code, FieldCode, Refusal},
    text::Name,
};
use liaison_persistence::{
    change_feed,
    database::{Tx, WriteTx},
    job,
    mailbox::{
        self, MailboxRow,
        channel::{self, ChannelRow, Connection},
    },
    page::{Page, PageRequest},
    project,
    sql::Json,
};
use secrecy::SecretString;
use uuid::Uuid;

use super::{Failure, caller::StaffCaller, intake, stale};
use crate::app::App;

/// A mailbox as its users see it.
#[derive(Clone, Debug)]
pub struct Mailbox {
    pub row: MailboxRow,
    /// None for those who may use the mailbox but not change it.
    pub smtp: Option<ChannelRow>,
    pub imap: Option<ChannelRow>,
}

/// Everything about a mailbox but its connections.
#[derive(Clone, Debug)]
pub struct MailboxFields {
    pub address: EmailAddress,
    pub sender_name: Name,
    /// The local part of our address that fetched mail is for.
    pub deliver_to: Option<Login>,
    /// The projects whose tasks it is for; empty for everything.
    pub projects: Vec<ProjectId>,
    pub is_default: bool,
    pub replies_to_this_address: bool,
    pub save_to_sent: bool,
    /// Sanitized.
    pub signature_html: Option<String>,
}

/// How a server is reached.
#[derive(Clone, Debug)]
pub struct ConnectionFields {
    pub host: HostName,
    pub port: u16,
    pub security: ConnectionSecurity,
    pub username: String,
    pub authentication: LoginMethod,
    /// A password, or an access token.
    pub password: SecretString,
}

/// What becomes of a channel.
#[derive(Clone, Debug)]
pub enum ChannelChange {
    Keep,
    Put(ConnectionFields),
    Remove,
}

pub async fn get(tx: &mut dyn Tx, caller: &StaffCaller, id: MailboxId) -> Result<Mailbox, Failure> {
    let row = mailbox::find(tx, caller.account, id).await?.filter(|it| may_see(caller, it));
    let row = row.ok_or_else(Refusal::not_found)?;
    let mut channels = channel::list(tx, caller.account, [id]).await?;
    Ok(Mailbox::of(caller, row, channels.remove(&id).unwrap_or_default()))
}

/// A mailbox that the caller is about to change.
pub async fn get_to_change(tx: &mut dyn Tx, caller: &StaffCaller, id: MailboxId) -> Result<Mailbox, Failure> {
    let found = get(tx, caller, id).await?;
    if may_change(caller, &found.row) { Ok(found) } else { Err(not_an_administrator().into()) }
}

/// Refuses a mailbox named in a body that the caller may not use, or not in a task of this project (OUT-4).
pub async fn require_usable(
    tx: &mut dyn Tx,
    caller: &StaffCaller,
    id: MailboxId,
    of_task: Option<ProjectId>,
    pointer: &'static str,
) -> Result<(), Failure> {
    match mailbox::find(tx, caller.account, id).await? {
        Some(row) if may_see(caller, &row) && is_for(&row.projects(), of_task) => Ok(()),
        Some(row) if may_see(caller, &row) => {
            Err(invalid(pointer, FieldCode::Invalid, "is for tasks of other projects").into())
        }
        _ => Err(Refusal::unknown_id(pointer).into()),
    }
}

async fn require_projects(
    tx: &mut dyn Tx,
    caller: &StaffCaller,
    projects: &[ProjectId],
) -> Result<(), Failure> {
    let known = project::list_by_ids(tx, caller.account, projects.iter().copied()).await?;
    match projects.iter().position(|it| !known.contains_key(it)) {
        Some(i) => Err(Refusal::unknown_id(format!("/projects/{i}")).into()),
        None => Ok(()),
    }
}

fn project_ids(projects: &[ProjectId]) -> Json<Vec<Uuid>> {
    Json(projects.iter().map(|it| it.uuid()).collect())
}

/// The account's mailboxes and the caller's own, newest first.
pub async fn list(
    tx: &mut dyn Tx,
    caller: &StaffCaller,
    page: PageRequest,
) -> Result<Page<Mailbox>, Failure> {
    let rows = mailbox::list(tx, caller.account, caller.employee, page).await?;
    let mut channels = channel::list(tx, caller.account, rows.items.iter().map(|it| it.id)).await?;
    Ok(rows.map(|row| {
        let channels = channels.remove(&row.id).unwrap_or_default();
        Mailbox::of(caller, row, channels)
    }))
}

pub async fn create(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    owner: MailboxOwner,
    fields: MailboxFields,
    smtp: ConnectionFields,
    imap: Option<ConnectionFields>,
) -> Result<Mailbox, Failure> {
    require_projects(tx, caller, &fields.projects).await?;
    let owner_id = match owner {
        MailboxOwner::Employee => Some(caller.employee),
        MailboxOwner::Company if caller.role.is_admin() => None,
        MailboxOwner::Company => return Err(not_an_administrator().into()),
    };
    let row = MailboxRow {
        id: app.env.id(),
        owner_id,
        owner_name: None,
        owner_login: None,
        address: fields.address.to_string(),
        sender_name: fields.sender_name.into_string(),
        deliver_to: fields.deliver_to.map(|it| it.as_str().to_owned()),
        project_ids: project_ids(&fields.projects),
        is_default: fields.is_default,
        replies_to_this_address: fields.replies_to_this_address,
        save_to_sent: fields.save_to_sent,
        signature_html: fields.signature_html,
        created_at: app.env.now(),
        version: 1,
    };
    require_place(&row, imap.is_some())?;
    require_free_address(tx, caller.account, &row, &fields.address).await?;
    mailbox::insert(tx, caller.account, &row, &fields.address.key()).await?;
    let imap = imap.map_or(ChannelChange::Keep, ChannelChange::Put);
    write_channels(tx, app, caller.account, row.id, ChannelChange::Put(smtp), imap).await?;
    change_feed::append(tx, caller.account, Change::MailboxCreated, row.id.uuid(), app.env.now());
    get(tx, caller, row.id).await
}

/// Writes all fields of a mailbox that stands at `current`.
pub async fn update(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    current: &Mailbox,
    fields: MailboxFields,
    smtp: ChannelChange,
    imap: ChannelChange,
) -> Result<Mailbox, Failure> {
    require_projects(tx, caller, &fields.projects).await?;
    let changed = MailboxRow {
        address: fields.address.to_string(),
        sender_name: fields.sender_name.into_string(),
        deliver_to: fields.deliver_to.map(|it| it.as_str().to_owned()),
        project_ids: project_ids(&fields.projects),
        is_default: fields.is_default,
        replies_to_this_address: fields.replies_to_this_address,
        save_to_sent: fields.save_to_sent,
        signature_html: fields.signature_html,
        ..current.row.clone()
    };
    let fetches = match imap {
        ChannelChange::Keep => current.imap.is_some(),
        ChannelChange::Put(_) => true,
        ChannelChange::Remove => false,
    };
    require_place(&changed, fetches)?;
    require_free_address(tx, caller.account, &changed, &fields.address).await?;
    if !mailbox::update(tx, caller.account, &changed, &fields.address.key()).await? {
        return Err(stale().into());
    }
    write_channels(tx, app, caller.account, changed.id, smtp, imap).await?;
    change_feed::append(tx, caller.account, Change::MailboxUpdated, changed.id.uuid(), app.env.now());
    get(tx, caller, changed.id).await
}

/// Deletes a mailbox with its passwords. Mail that came or went by it stays.
pub async fn delete(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    current: &Mailbox,
) -> Result<(), Failure> {
    let (account, id, version) = (caller.account, current.row.id, current.row.version);
    if !mailbox::delete(tx, account, id, version, app.env.now()).await? {
        return Err(stale().into());
    }
    channel::delete_all(tx, account, id).await?;
    job::end(tx, account, JobKind::FetchMail, id.uuid()).await?;
    change_feed::append(tx, account, Change::MailboxDeleted, id.uuid(), app.env.now());
    Ok(())
}

/// Reads which of the account's addresses fetched mail is for: one that takes mail now.
pub async fn read_place(app: &App, caller: &StaffCaller, address: &str) -> Result<Login, Failure> {
    let local = address.rsplit_once('@').and_then(|(local, _)| LocalPart::read(local));
    match (intake::mailbox::find(app, address).await?, local) {
        (Some(account), Some(LocalPart::Mailbox(local))) if account == caller.account => Ok(local),
        _ => {
            let detail = "must be an address of this account that takes mail";
            Err(invalid("/deliver_to", FieldCode::UnknownId, detail).into())
        }
    }
}

impl Mailbox {
    fn of(caller: &StaffCaller, row: MailboxRow, channels: Vec<ChannelRow>) -> Self {
        let shown = if may_change(caller, &row) { channels } else { Vec::new() };
        let (imap, smtp): (Vec<_>, Vec<_>) = shown.into_iter().partition(|it| it.channel == Channel::Imap);
        Self { row, smtp: smtp.into_iter().next(), imap: imap.into_iter().next() }
    }

    /// The local part of our address that fetched mail is for.
    pub fn place(&self) -> Option<&str> {
        place(&self.row)
    }
}

/// The local part of our address that mail fetched from a mailbox is for: of an employee's his own.
pub fn place(row: &MailboxRow) -> Option<&str> {
    row.owner_login.as_deref().or(row.deliver_to.as_deref())
}

fn may_see(caller: &StaffCaller, row: &MailboxRow) -> bool {
    row.owner_id.is_none_or(|owner| owner == caller.employee)
}

fn may_change(caller: &StaffCaller, row: &MailboxRow) -> bool {
    row.owner_id.map_or(caller.role.is_admin(), |owner| owner == caller.employee)
}

fn not_an_administrator() -> Refusal {
    Refusal::forbidden("Only administrators set up the company's mailboxes.")
}

/// Mail fetched from a company's mailbox needs somebody whom it is for; from an employee's it is for him. A copy of sent mail
/// needs a way there.
fn require_place(row: &MailboxRow, fetches: bool) -> Result<(), Refusal> {
    if row.save_to_sent && !fetches {
        return Err(invalid(
            "/save_to_sent",
            FieldCode::Invalid,
            "needs imap, by which the copy is put there",
        ));
    }
    match (row.owner_id, &row.deliver_to) {
        (None, None) if fetches => {
            Err(invalid("/deliver_to", FieldCode::Required, "is required to fetch a company's mail"))
        }
        (Some(_), Some(_)) => Err(invalid(
            "/deliver_to",
            FieldCode::Invalid,
            "is for a company's mailbox; an employee's is his own",
        )),
        _ => Ok(()),
    }
}

async fn require_free_address(
    tx: &mut WriteTx,
    account: AccountId,
    row: &MailboxRow,
    address: &EmailAddress,
) -> Result<(), Failure> {
    match mailbox::find_by_address(tx, account, &address.key()).await? {
        Some(other) if other != row.id => {
            let refusal = Refusal::new(Code::EmailTaken, "There is a mailbox of this address.");
            Err(refusal.at("/address", FieldCode::Taken, "is taken").into())
        }
        _ => Ok(()),
    }
}

async fn write_channels(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    mailbox: MailboxId,
    smtp: ChannelChange,
    imap: ChannelChange,
) -> Result<(), Failure> {
    let refetches = !matches!(imap, ChannelChange::Keep);
    let fetches = matches!(imap, ChannelChange::Put(_));
    for (kind, change) in [(Channel::Smtp, smtp), (Channel::Imap, imap)] {
        match change {
            ChannelChange::Keep => {}
            ChannelChange::Remove => channel::delete(tx, account, mailbox, kind).await?,
            ChannelChange::Put(it) => {
                let sealed = secret::seal(app, account, mailbox, kind, &it.password)?;
                let connection = Connection {
                    mailbox,
                    channel: kind,
                    host: it.host.as_str(),
                    port: it.port,
                    security: it.security,
                    username: &it.username,
                    authentication: it.authentication,
                    key_id: &sealed.key_id,
                    sealed_password: &sealed.bytes,
                };
                channel::put(tx, account, connection).await?;
            }
        }
    }
    // Whoever holds the connection that was finds its lease gone, and lets go.
    if refetches {
        job::end(tx, account, JobKind::FetchMail, mailbox.uuid()).await?;
    }
    if fetches {
        let jobs = [(app.env.id(), mailbox.uuid())];
        job::enqueue(tx, account, JobKind::FetchMail, jobs, app.env.now()).await?;
    }
    Ok(())
}

fn invalid(pointer: &'static str, code: FieldCode, detail: &'static str) -> Refusal {
    let refusal = Refusal::new(Code::ValidationFailed, "Some fields are missing or not as they must be.");
    refusal.at(pointer, code, detail)
}
