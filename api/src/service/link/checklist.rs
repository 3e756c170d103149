//! Checklists over links: shared with an account where those who set and do the task are of both (LINKM-7).

use std::collections::{BTreeMap, HashSet};

use liaison_domain::{
    checklist::ChecklistItem,
    id::{AccountId, ChecklistItemId, TaskId},
    link::{
        crossing::shares_checklist,
        register::Stamp,
        wire::{Field, FieldChange, Operation, TaskChanged, WireChecklistItem, WireStep},
    },
    task::TaskRole,
    text::Title,
};
use liaison_persistence::{
    checklist,
    database::{Tx, WriteTx},
    link::{self, mirror::MirrorRow, register},
    task::Members,
};
use uuid::Uuid;

use super::{
    To,
    crossing::members,
    edits::{Stamped, TaskEdit, task_changed},
    say,
};
use crate::{
    app::App,
    service::{Failure, access::Entered, caller::StaffCaller},
};

/// Most items that a peer can bring a task to. What both add at once may come to more than either may add.
const MAX_TAKEN: usize = 1_000;

/// Tells linked accounts of items that are new or have changed.
pub async fn written(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    entered: &Entered,
    items: Vec<ChecklistItem>,
) -> Result<(), Failure> {
    tell(tx, app, caller, entered, items.into_iter().map(wire).collect()).await
}

/// Tells linked accounts of an item that is gone.
pub async fn deleted(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    entered: &Entered,
    id: ChecklistItemId,
) -> Result<(), Failure> {
    tell(tx, app, caller, entered, vec![WireChecklistItem { id: id.uuid(), step: None }]).await
}

async fn tell(
    tx: &mut WriteTx,
    app: &App,
    caller: &StaffCaller,
    entered: &Entered,
    items: Vec<WireChecklistItem>,
) -> Result<(), Failure> {
    let fields = items.into_iter().map(Field::ChecklistItem).collect();
    let (task, were) = (entered.task.id, &entered.members);
    task_changed(
        tx,
        app,
        caller.account,
        caller.employee,
        task,
        were,
        TaskEdit { fields, ..TaskEdit::default() },
    )
    .await
}

fn wire(item: ChecklistItem) -> WireChecklistItem {
    let step = WireStep { position: item.position, text: item.text, done_at: item.done_at };
    WireChecklistItem { id: item.id.uuid(), step: Some(step) }
}

/// What a change says of the checklist, and to whom.
#[derive(Debug, Default)]
pub struct Checklist {
    in_charge: Vec<Option<AccountId>>,
    items: Vec<FieldChange>,
}

impl Checklist {
    /// The items that a change names; all of them where it puts somebody in charge, who may be the first of his account.
    pub async fn of(
        tx: &mut dyn Tx,
        account: AccountId,
        task: TaskId,
        change: &Stamped,
    ) -> Result<Self, Failure> {
        let items = if change.puts_in_charge() {
            let stamps = register::list(tx, account, task).await?;
            snapshot(tx, account, task, &stamps).await?
        } else {
            change.fields.iter().filter(|it| it.is_of_checklist()).cloned().collect()
        };
        if items.is_empty() {
            return Ok(Self::default());
        }
        let members = members(tx, account, task).await?;
        Ok(Self { in_charge: list_in_charge(tx, account, &members).await?, items })
    }

    /// All items of a task that crosses now.
    pub async fn whole(
        tx: &mut dyn Tx,
        account: AccountId,
        task: TaskId,
        members: &Members,
        stamps: &BTreeMap<String, Stamp>,
    ) -> Result<Self, Failure> {
        let items = snapshot(tx, account, task, stamps).await?;
        Ok(Self { in_charge: list_in_charge(tx, account, members).await?, items })
    }

    /// What a peer is told; nothing where the checklist is not shared with it.
    pub fn for_peer(&self, peer: AccountId) -> &[FieldChange] {
        if shares_checklist(peer, &self.in_charge) { &self.items } else { &[] }
    }
}

/// The accounts of those who set and do a task, none for our own.
async fn list_in_charge(
    tx: &mut dyn Tx,
    account: AccountId,
    members: &Members,
) -> Result<Vec<Option<AccountId>>, Failure> {
    let in_charge = || members.of(TaskRole::Assigner).chain(members.of(TaskRole::Assignee)).map(|it| it.id);
    let links = link::list_of_persons(tx, account, in_charge()).await?;
    Ok(in_charge().map(|it| links.get(&it).map(|link| link.peer_id)).collect())
}

/// All items of a task as they stand, those too that are gone.
async fn snapshot(
    tx: &mut dyn Tx,
    account: AccountId,
    task: TaskId,
    stamps: &BTreeMap<String, Stamp>,
) -> Result<Vec<FieldChange>, Failure> {
    let items = checklist::list(tx, account, task).await?;
    let gone = stamps.keys().filter_map(|it| it.strip_prefix("checklist:")?.parse::<Uuid>().ok());
    let gone = gone.filter(|id| !items.iter().any(|it| it.id.uuid() == *id));
    let gone: Vec<WireChecklistItem> = gone.map(|id| WireChecklistItem { id, step: None }).collect();
    let fields = items.into_iter().map(wire).chain(gone).map(Field::ChecklistItem);
    Ok(fields
        .map(|field| {
            let stamp = stamps.get(field.register().as_ref()).copied().unwrap_or(Stamp::NEVER);
            FieldChange { field, stamp }
        })
        .collect())
}

/// Tells a peer, who has put somebody in charge, of what is on the checklist beside what it `told`: it may be shared from
/// now on.
pub(super) async fn answer(
    tx: &mut WriteTx,
    app: &App,
    account: AccountId,
    row: &MirrorRow,
    told: &[FieldChange],
) -> Result<(), Failure> {
    let members = members(tx, account, row.task_id).await?;
    let stamps = register::list(tx, account, row.task_id).await?;
    let whole = Checklist::whole(tx, account, row.task_id, &members, &stamps).await?;
    let fields: Vec<FieldChange> =
        whole.for_peer(row.peer_id).iter().filter(|it| !told.contains(it)).cloned().collect();
    if fields.is_empty() {
        return Ok(());
    }
    let to = To { stream: row.id, peer: row.peer_id, task: Some(row.task_id) };
    let changed = TaskChanged { fields, people: Vec::new() };
    say(tx, app, account, to, Operation::TaskChanged(changed)).await.map(drop)
}

/// Writes what a peer says of items, where the checklist is shared with it and its word wins; gives what did.
pub(super) async fn take(
    tx: &mut WriteTx,
    account: AccountId,
    row: &MirrorRow,
    said: Vec<FieldChange>,
    wins: impl Fn(&str, Stamp) -> bool,
) -> Result<Vec<FieldChange>, Failure> {
    if said.is_empty() {
        return Ok(Vec::new());
    }
    let task = row.task_id;
    let members = members(tx, account, task).await?;
    if !shares_checklist(row.peer_id, &list_in_charge(tx, account, &members).await?) {
        return Ok(Vec::new());
    }
    let known = checklist::list(tx, account, task).await?;
    let (mut taken, mut items, mut gone) = (Vec::new(), Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    for FieldChange { field, stamp } in said {
        let Field::ChecklistItem(item) = &field else { continue };
        let id = ChecklistItemId::new(item.id);
        let is_full = known.len() + items.len() >= MAX_TAKEN && !known.iter().any(|it| it.id == id);
        if is_full || !wins(&field.register(), stamp) || !seen.insert(id) {
            continue;
        }
        match &item.step {
            Some(WireStep { position, text, done_at }) => {
                let text = Title::make(text, "?").into_string();
                items.push(ChecklistItem { id, position: *position, text, done_at: *done_at });
            }
            None => gone.push(id),
        }
        taken.push(FieldChange { field, stamp });
    }
    checklist::upsert(tx, account, task, &items).await?;
    if !gone.is_empty() {
        checklist::delete(tx, account, task, gone).await?;
    }
    Ok(taken)
}
